package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"time"

	"xiangyun/node"
	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// nodeRole is a node that takes orders.
type nodeRole struct {
	n    *node.Node
	gate *gate
	seen arrivals
	open []string // cases of fill that are open
}

func playNode(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("node", flag.ContinueOnError)
	dir, cut := f.String("dir", "", "folder"), f.Bool("cut", false, "start cut off from the hub, until heal")
	if err := f.Parse(args); err != nil {
		return err
	}
	pc, err := link.ListenUDP("127.0.0.1:0")
	if err != nil {
		return err
	}
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return errors.New("not a UDP socket")
	}
	r := &nodeRole{gate: &gate{UDPConn: udp}}
	defer r.gate.Close()
	r.gate.shut.Store(*cut)
	if r.n, err = node.Open(node.Config{Dir: *dir, Socket: r.gate, Build: "bench", Log: childLog(), Reserve: 16 << 20}); err != nil {
		return err
	}
	return together(ctx, r.serve, map[string]verb{
		"write": does(r.write), "receive": does(r.receive), "file": does(r.file), "has": does(r.has),
		"cut": does(r.cut), "heal": does(r.heal), "settle": does(r.settle), "arrived": does(r.arrived), "queue": does(r.queue),
		"fill": does(r.fill), "door": does(r.door), "opened": does(r.opened),
	})
}

// serve runs the node, and beside it notes when cases of others arrive.
func (r *nodeRole) serve(ctx context.Context) error {
	done := make(chan struct{})
	go func() { defer close(done); r.seen.watch(ctx, r.n) }()
	err := r.n.Run(ctx)
	<-done
	return err
}

func (r *nodeRole) store() *store.Store { return r.n.Desk().Store }

func (r *nodeRole) has(_ context.Context, ref protocol.Ref) (bool, error) {
	_, err := r.n.Record(ref)
	if protocol.CodeOf(err) == protocol.Gone {
		return false, nil
	}
	return err == nil, err
}

// cut drops what the node sends, or lets it through again.
func (r *nodeRole) cut(_ context.Context, away bool) (none, error) {
	r.gate.shut.Store(away)
	return none{}, nil
}

// healed is how long after the link came back the first entry, and all of the
// queue, were acknowledged.
type healed struct{ First, All time.Duration }

func (r *nodeRole) heal(ctx context.Context, _ none) (h healed, err error) {
	lane := protocol.Bulk
	before, err := r.store().Acked(lane)
	if err != nil {
		return h, err
	}
	head, err := r.store().Head(lane)
	if err != nil {
		return h, err
	}
	begin := time.Now()
	r.gate.shut.Store(false)
	err = poll(ctx, func() (bool, error) {
		now, err := r.store().Acked(lane)
		if h.First == 0 && now.Seq > before.Seq {
			h.First = time.Since(begin)
		}
		return now.Seq >= head.Seq, err
	})
	h.All = time.Since(begin)
	return h, err
}

// settle waits until the hub has acknowledged everything.
func (r *nodeRole) settle(ctx context.Context, _ none) (none, error) {
	return none{}, poll(ctx, func() (bool, error) {
		for _, lane := range protocol.Lanes {
			head, err := r.store().Head(lane)
			if err != nil {
				return false, err
			}
			acked, err := r.store().Acked(lane)
			if err != nil || acked.Seq < head.Seq {
				return false, err
			}
		}
		return true, nil
	})
}

func (r *nodeRole) queue(context.Context, none) (uint64, error) { return r.store().QueueBytes(), nil }

// poll asks every half millisecond: the price is far below what is measured.
func poll(ctx context.Context, done func() (bool, error)) error {
	ticker := time.NewTicker(500 * time.Microsecond)
	defer ticker.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
