package province

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
)

// Drama plays a schedule on a province at work.
type Drama struct {
	p       *Province
	w       *Workload
	ledger  *Ledger
	slots   []string        // ids of the hub servers now
	made    int             // servers there ever were
	twins   int             // times a twin was turned away
	forks   int             // times an old disk was found out
	leaders int             // changes of leader
	waits   []time.Duration // from a heal to the next decided act
	played  map[string]int
	invalid []string // gates missed (proof.md §3)
}

func newDrama(p *Province, w *Workload, l *Ledger) *Drama {
	return &Drama{p: p, w: w, ledger: l, slots: p.RunningHubs(), made: len(p.RunningHubs()), played: map[string]int{}}
}

// Play runs one episode after the other.
func (d *Drama) Play(s Schedule) {
	for i, e := range s.Episodes {
		d.p.logger("drama").Info("episode begins", "episode", i+1, "faults", fmt.Sprint(e.Faults))
		d.episode(i+1, e)
		if d.p.T.Failed() {
			return
		}
	}
}

func (d *Drama) episode(no int, e Episode) {
	before, begin, leader := d.p.Sim().Tally(), time.Now(), d.leader()
	var heals []func()
	for _, f := range e.Faults {
		d.played[f.Kind]++
		heals = append(heals, d.begin(f))
	}
	time.Sleep(e.For)
	d.gates(no, e, before, begin)
	d.p.logger("drama").Info("episode heals", "episode", no)
	for _, heal := range slices.Backward(heals) {
		heal()
	}
	d.p.Sim().Heal()
	d.waits = append(d.waits, d.untilDecided())
	if d.leader() != leader {
		d.leaders++
	}
	time.Sleep(e.Rest)
}

// gates are V1 and V2: a fault that did not bite, or during which nobody
// worked, proves nothing.
func (d *Drama) gates(no int, e Episode, before Tally, begin time.Time) {
	if n := d.ledger.okBetween(begin, time.Now()); n < 20 {
		d.invalid = append(d.invalid, fmt.Sprintf("V1: %d operations during episode %d %v", n, no, e.Faults))
	}
	now := d.p.Sim().Tally()
	bit := map[string]int{"cut-node": now.Cut - before.Cut, "cut-node-long": now.Cut - before.Cut, "cut-hub": now.Cut - before.Cut,
		"cut-leader": now.Cut - before.Cut, "cut-majority": now.Cut - before.Cut, "flap": now.Cut - before.Cut,
		"kill-hub": now.Cut - before.Cut, "loss": now.Lost - before.Lost, "jitter": now.Delayed - before.Delayed,
		"duplicate": now.Doubled - before.Doubled, "corrupt": now.Corrupted - before.Corrupted}
	for _, f := range e.Faults {
		if n, counted := bit[f.Kind]; counted && n == 0 {
			d.invalid = append(d.invalid, fmt.Sprintf("V2: %v of episode %d did not bite", f, no))
		}
	}
}

func (d *Drama) leader() string {
	if l := d.p.Leader(); l != nil {
		return string(l.ID())
	}
	return ""
}

// host gives the host that a fault names.
func (d *Drama) host(name string) string {
	if name == "leader" {
		if name = d.leader(); name == "" {
			name = d.slots[0]
		}
		return name
	}
	if i, err := strconv.Atoi(name); err == nil {
		return d.slots[i-1]
	}
	return name
}

// begin makes a fault happen and gives what ends it. The ways of the network
// are made good by the episode itself.
func (d *Drama) begin(f Fault) (heal func()) {
	p, host, net := d.p, d.host(f.At), d.p.Sim()
	none := func() {}
	switch f.Kind {
	case "cut-node", "cut-node-long", "cut-hub", "cut-leader":
		net.Off(host, true)
	case "cut-majority":
		for _, id := range d.slots {
			net.Off(id, id != d.slots[0])
		}
	case "one-way":
		net.Cut(host, d.host(f.To), true)
	case "bridge":
		net.Cut(host, d.host(f.To), true)
		net.Cut(d.host(f.To), host, true)
	case "loss":
		net.Everywhere(func(w *Way) { w.Loss = f.X })
	case "jitter":
		net.Everywhere(func(w *Way) { w.Jitter = time.Duration(f.X * float64(time.Second)) })
	case "duplicate":
		net.Everywhere(func(w *Way) { w.Duplicate = f.X })
	case "corrupt":
		net.Everywhere(func(w *Way) { w.Corrupt = f.X })
	case "flap":
		return d.flap(host)
	case "transfer":
		if err := p.TransferLeader(host); err != nil {
			p.logger("drama").Info("leadership not transferred", "err", err)
		}
	default:
		return d.process(f.Kind, host)
	}
	return none
}

func (d *Drama) flap(host string) (heal func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	var once sync.Once
	end := func() { once.Do(func() { close(stop) }); <-done }
	d.p.ends = append(d.p.ends, end)
	go func() {
		defer close(done)
		for off := true; ; off = !off {
			d.p.Sim().Off(host, off)
			select {
			case <-time.After(2 * time.Second):
			case <-stop:
				return
			}
		}
	}()
	return end
}

// process makes a process or a disk fail.
func (d *Drama) process(kind, host string) (heal func()) {
	p, node := d.p, protocol.NodeID(host)
	switch kind {
	case "kill-hub", "kill-leader":
		p.KillHub(host)
		return func() { p.StartHub(host) }
	case "stop-hub", "stop-leader":
		p.StopHub(host)
		return func() { p.StartHub(host) }
	case "kill-node":
		p.KillNode(node)
		return func() { p.StartNode(node) }
	case "stop-node":
		p.StopNode(node)
		return func() { p.StartNode(node) }
	case "kill-all":
		return d.killAll()
	case "wipe-node":
		d.loseDisk(node)
		p.WipeNode(node)
		return func() { d.reenroll(node) }
	case "roll-back":
		return d.rollBack(node)
	case "replace-hub":
		p.WipeHub(host)
		return func() { d.replace(host) }
	case "twin":
		return d.twin(node)
	}
	p.T.Fatalf("no such fault: %s", kind)
	return nil
}

// killAll is F04: every server at once; nothing acknowledged may be lost.
func (d *Drama) killAll() (heal func()) {
	for _, id := range d.slots {
		d.p.KillHub(id)
	}
	return func() {
		for _, id := range d.slots {
			d.p.StartHub(id)
		}
	}
}

// loseDisk notes what the hub has of a node just before its disk is gone.
func (d *Drama) loseDisk(n protocol.NodeID) {
	synctest.Wait()
	acked := map[protocol.Lane]uint64{}
	for _, lane := range protocol.Lanes {
		pos, err := d.p.Node(n).Desk().Store.Acked(lane)
		d.p.must("look at acknowledged place", err)
		acked[lane] = pos.Seq
	}
	d.ledger.lost(n, acked)
}

// reenroll asks until the node is back under a new epoch.
func (d *Drama) reenroll(n protocol.NodeID) {
	d.p.StopNode(n)
	d.p.Eventually(string(n)+" is enrolled again", func() bool {
		err := d.p.TryEnroll(n, string(n))
		if err != nil {
			d.p.logger("drama").Info("not enrolled yet", "node", n, "err", err)
		}
		return err == nil
	})
	d.p.StartNode(n)
}

// rollBack starts a node on a disk of a while ago. It must be found out before
// anything it says is believed (F30), and is then enrolled again.
func (d *Drama) rollBack(n protocol.NodeID) (heal func()) {
	disk := d.p.SaveDisk(n)
	time.Sleep(15 * time.Second)
	d.loseDisk(n)
	d.p.RollBack(disk)
	return func() {
		if f := d.p.Node(n).Desk().Store.Frozen(); f != nil && f.Code == protocol.Fork {
			d.forks++
		} else {
			d.ledger.accuse("F30: %s went on from an old disk: %v", n, f)
		}
		synctest.Wait()
		d.ledger.lost(n, nil)
		d.reenroll(n)
	}
}

// replace brings a new server in the place of a lost one.
func (d *Drama) replace(old string) {
	d.made++
	id := fmt.Sprintf("hub%d", d.made)
	d.p.Eventually("a leader", func() bool { return d.p.Leader() != nil })
	d.p.JoinHub(id)
	d.slots[slices.Index(d.slots, old)] = id
}

// twin runs a second process with a node's identity: it is turned away while
// the first one lives.
func (d *Drama) twin(n protocol.NodeID) (heal func()) {
	_, stop := d.p.Twin(n)
	return func() {
		if err := stop(); err != nil {
			d.p.T.Errorf("stop twin: %v", err)
		}
		if d.p.Log.Has("at=twin-"+string(n), "twin") {
			d.twins++
		}
	}
}

// untilDecided is how long after a heal the hub decides again (proof.I15).
func (d *Drama) untilDecided() time.Duration {
	begin := time.Now()
	a := agencyOf(200, protocol.NodeID(d.w.nodes[0]))
	ref := protocol.Ref{Kind: "agency", ID: a.USCC}
	d.p.Eventually("writes resume", func() bool {
		o := d.p.Office()
		seen := uint64(0)
		if l := d.p.Leader(); l != nil {
			if rec, ok, err := l.Get(ref); err == nil && ok {
				seen = rec.Rev
			}
		}
		_, err := o.Register(a, seen)
		return err == nil
	})
	return time.Since(begin)
}
