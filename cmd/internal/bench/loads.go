package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"xiangyun/protocol"
)

// bench is one run: it fills the table.
type bench struct {
	s     settings
	p     *province
	t     *table
	round int // the repetition
	runs  int // tries of measurements
}

// measures are done in this order in every repetition.
var measures = []struct {
	id string
	do func(b *bench, ctx context.Context) error
}{
	{"idle", (*bench).rest}, {"W1", (*bench).w1}, {"W2", (*bench).w2}, {"W4", (*bench).w4}, {"A", (*bench).acceptance}, {"X1", (*bench).x1}, {"R1", (*bench).r1}, {"R3", (*bench).r3},
}

// repetition does every measurement once, the machine's limits between them.
func (b *bench) repetition(ctx context.Context) error {
	b.round++
	for _, m := range measures {
		if !b.s.wants(m.id) {
			continue
		}
		l, err := measureLimits(b.p.dir, pick(&b.s, 150, 400))
		if err != nil {
			return fmt.Errorf("measure the disk: %w", err)
		}
		b.t.limits(l)
		if err := b.try(ctx, m.id, m.do); err != nil {
			return err
		}
	}
	return nil
}

// tries bounds how often a measurement is begun: on a machine that others use,
// too, a leader may lose its quorum in the middle of one.
const tries = 3

func (b *bench) try(ctx context.Context, id string, do func(*bench, context.Context) error) (err error) {
	for range tries {
		b.runs++
		if err = do(b, ctx); err == nil || ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s once more, after: %v\n", id, err)
	}
	return fmt.Errorf("%s: %w", id, err)
}

// run names the records of one try.
func (b *bench) run(name string) string { return fmt.Sprintf("%s-%d", name, b.runs) }

// work runs one load on a child between two looks at everybody's CPU time, and
// gives it as microseconds for each act.
func (b *bench) work(ctx context.Context, id string, do func() (uint64, error)) error {
	if err := b.profile(ctx, id); err != nil {
		return err
	}
	before, err := totalCPU(b.p.all())
	if err != nil {
		return err
	}
	count, err := do()
	if err != nil {
		return err
	}
	after, err := totalCPU(b.p.all())
	if err != nil {
		return err
	}
	if count > 0 {
		b.t.add("cpu/"+id, float64((after-before).Microseconds())/float64(count))
	}
	return b.profiled(ctx)
}

func (b *bench) profile(ctx context.Context, id string) error {
	if b.s.profile == "" || b.round > 1 {
		return nil
	}
	for _, c := range b.p.all() {
		if err := c.ask(ctx, "profile", filepath.Join(b.s.profile, id+"-"+c.name), nil); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) profiled(ctx context.Context) error {
	if b.s.profile == "" || b.round > 1 {
		return nil
	}
	for _, c := range b.p.all() {
		if err := c.ask(ctx, "profiled", none{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// connect points the client at the leader.
func (b *bench) connect(ctx context.Context) error {
	_, addr, err := b.p.lead(ctx)
	if err != nil {
		return err
	}
	return b.p.client.ask(ctx, "connect", addr, nil)
}

// rest is what the processes use when nobody wants anything.
func (b *bench) rest(ctx context.Context) error {
	before, err := totalCPU(b.p.all())
	if err != nil {
		return err
	}
	begin := time.Now()
	select {
	case <-time.After(pick(&b.s, 2*time.Second, 5*time.Second)):
	case <-ctx.Done():
		return ctx.Err()
	}
	after, err := totalCPU(b.p.all())
	b.t.add("cpu/idle", 100*(after-before).Seconds()/time.Since(begin).Seconds())
	return err
}

// w1 is one client that writes and waits.
func (b *bench) w1(ctx context.Context) error {
	if err := b.connect(ctx); err != nil {
		return err
	}
	return b.work(ctx, "W1", func() (uint64, error) {
		var d done
		err := b.p.client.ask(ctx, "write", load{Run: b.run("w1"), Workers: 1, For: pick(&b.s, 2*time.Second, 4*time.Second)}, &d)
		if err != nil {
			return 0, err
		}
		b.t.add("W1", ms(d.Each.P50))
		b.t.add("W1/p99", ms(d.Each.P99))
		return d.Count, nil
	})
}

// w2 is many writes in flight.
func (b *bench) w2(ctx context.Context) error {
	if err := b.connect(ctx); err != nil {
		return err
	}
	for _, n := range []int{64, 256} {
		id := fmt.Sprintf("W2/%d", n)
		err := b.work(ctx, fmt.Sprintf("W2-%d", n), func() (uint64, error) {
			var d done
			err := b.p.client.ask(ctx, "write", load{Run: b.run(fmt.Sprintf("w2-%d", n)), Workers: n, For: pick(&b.s, 3*time.Second, 5*time.Second)}, &d)
			if err != nil {
				return 0, err
			}
			b.t.add(id, float64(d.Count)/d.Took.Seconds())
			b.t.add(id+"/p99", ms(d.Each.P99))
			return d.Count, nil
		})
		if err != nil {
			return err
		}
	}
	return b.hubMemory(ctx)
}

// hubMemory is M1 of the leader, after W2: of the first repetition, because
// later ones find a larger database.
func (b *bench) hubMemory(ctx context.Context) error {
	if b.round > 1 {
		return nil
	}
	c, _, err := b.p.lead(ctx)
	if err != nil {
		return err
	}
	m, err := c.memory()
	b.t.add("M1/hub", mib(m.RSS))
	b.t.add("M1/hub/own", mib(m.Anon))
	return err
}

func mib(n uint64) float64 { return float64(n) / (1 << 20) }

// w4 is full batches.
func (b *bench) w4(ctx context.Context) error {
	if err := b.connect(ctx); err != nil {
		return err
	}
	return b.work(ctx, "W4", func() (uint64, error) {
		var d done
		err := b.p.client.ask(ctx, "stream", load{Run: b.run("w4"), For: pick(&b.s, 3*time.Second, 5*time.Second)}, &d)
		if err != nil {
			return 0, err
		}
		b.t.add("W4", float64(d.Count)/d.Took.Seconds())
		return d.Count, nil
	})
}

// acceptance is A1 and A2, with the hub there, and then with the hub away: then
// the node has the machine for itself, as it has its own in a prefecture.
func (b *bench) acceptance(ctx context.Context) error {
	c := b.p.nodes[taker]
	if err := b.windows(ctx, c, "A"); err != nil {
		return err
	}
	if err := c.ask(ctx, "cut", true, nil); err != nil {
		return err
	}
	err := b.windows(ctx, c, "O")
	return errors.Join(err, c.ask(ctx, "cut", false, nil), b.settle(ctx, c))
}

// windows takes cases in at one window and at 64 in turn, so that their ratio
// is of one moment; where is A with the hub and O without.
func (b *bench) windows(ctx context.Context, c *child, where string) error {
	var one, many done
	takes := func(id string, workers int, d *done) error {
		return b.work(ctx, where+id, func() (uint64, error) {
			l := load{Run: b.run(where + id), Workers: workers, For: pick(&b.s, 2*time.Second, 3*time.Second), Item: b.p.item}
			if err := c.ask(ctx, "receive", l, d); err != nil || where == "O" {
				return d.Count, err
			}
			return d.Count, b.settle(ctx, c)
		})
	}
	if err := takes("1", 1, &one); err != nil {
		return err
	}
	if err := takes("2", 64, &many); err != nil {
		return err
	}
	rate := float64(one.Count) / one.Took.Seconds()
	b.t.add(where+"1", ms(one.Each.P50))
	b.t.add(where+"1/p99", ms(one.Each.P99))
	b.t.add(where+"1/rate", rate)
	b.t.add(where+"2", float64(many.Count)/many.Took.Seconds())
	return nil
}

func (b *bench) settle(ctx context.Context, c *child) error { return c.ask(ctx, "settle", none{}, nil) }

// x1 hands cases over from one node to the other, one at a time.
func (b *bench) x1(ctx context.Context) error {
	from, to := b.p.nodes[taker], b.p.nodes[decider]
	if err := to.ask(ctx, "arrived", none{}, nil); err != nil {
		return err
	}
	at := make(map[string]int64)
	var d done
	err := b.work(ctx, "X1", func() (uint64, error) {
		l := load{Run: b.run("x1"), Workers: 1, Count: pick(&b.s, uint64(60), 250), Item: b.p.item, Away: true, Pause: 15 * time.Millisecond}
		if err := from.ask(ctx, "receive", l, &d); err != nil {
			return 0, err
		}
		return d.Count, b.p.until(ctx, "arrival of every case", func() (bool, error) {
			var more map[string]int64
			err := to.ask(ctx, "arrived", none{}, &more)
			for id, t := range more {
				if d.Begun[id] != 0 {
					at[id] = t
				}
			}
			return len(at) >= len(d.Begun), err
		})
	})
	if err != nil {
		return err
	}
	var took []time.Duration
	for id, t := range at {
		took = append(took, time.Duration(t-d.Begun[id]))
	}
	s := spreadOf(took)
	b.t.add("X1", ms(s.P50))
	b.t.add("X1/p99", ms(s.P99))
	return nil
}

// r1 is a node that writes as fast as it can while the hub takes it.
func (b *bench) r1(ctx context.Context) error {
	c := b.p.nodes[taker]
	return b.work(ctx, "R1", func() (uint64, error) {
		var d done
		begin := time.Now()
		if err := c.ask(ctx, "write", load{Run: b.run("r1"), Workers: 256, For: pick(&b.s, 4*time.Second, 6*time.Second)}, &d); err != nil {
			return 0, err
		}
		if err := b.settle(ctx, c); err != nil {
			return 0, err
		}
		b.t.add("R1", float64(d.Count)/time.Since(begin).Seconds())
		b.t.add("R1/node", float64(d.Count)/d.Took.Seconds())
		if m, merr := c.memory(); merr == nil {
			b.t.add("M1/load", mib(m.Peak))
		}
		return d.Count, nil
	})
}

// r3 lets a queue grow while the link is down, and heals it. The same node,
// started again, is M1's idle one.
func (b *bench) r3(ctx context.Context) error {
	id := protocol.NodeID(fmt.Sprintf("remote%d", b.runs))
	if err := b.p.enroll(ctx, id, string(id)); err != nil {
		return err
	}
	if err := b.p.startNode(id, "--cut"); err != nil {
		return err
	}
	c := b.p.nodes[id]
	var d done
	if err := c.ask(ctx, "write", load{Run: b.run("r3"), Workers: 256, Count: pick(&b.s, uint64(20_000), 100_000)}, &d); err != nil {
		return err
	}
	b.t.add("R3/node", float64(d.Count)/d.Took.Seconds())
	own, err := c.cpu()
	if err != nil {
		return err
	}
	err = b.work(ctx, "R3", func() (uint64, error) {
		if b.s.profile != "" && b.round == 1 {
			if err := c.ask(ctx, "profile", filepath.Join(b.s.profile, "R3-remote"), nil); err != nil {
				return 0, err
			}
		}
		var h healed
		if err := c.ask(ctx, "heal", none{}, &h); err != nil {
			return 0, err
		}
		b.t.add("R3/first", h.First.Seconds())
		b.t.add("R3", h.All.Seconds()*float64(100_000)/float64(d.Count))
		return d.Count, c.ask(ctx, "profiled", none{}, nil)
	})
	if err != nil {
		return err
	}
	now, err := c.cpu()
	if err != nil {
		return err
	}
	b.t.add("cpu/R3-node", float64((now-own).Microseconds())/float64(d.Count))
	return b.idle(ctx, id)
}

// idle is the memory of a node that was started with what R3 left.
func (b *bench) idle(ctx context.Context, id protocol.NodeID) error {
	if err := b.p.nodes[id].stop(); err != nil {
		return err
	}
	if err := b.p.startNode(id); err != nil {
		return err
	}
	if err := b.settle(ctx, b.p.nodes[id]); err != nil {
		return err
	}
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	m, err := b.p.nodes[id].memory()
	b.t.add("M1/idle", mib(m.RSS))
	b.t.add("M1/idle/own", mib(m.Anon))
	err = errors.Join(err, b.p.nodes[id].stop())
	delete(b.p.nodes, id)
	return err
}
