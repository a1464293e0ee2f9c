package province

import (
	"fmt"
	"slices"
	"testing/synctest"
	"time"

	"xiangyun/hub"
	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Evidence is what every place of a province holds at one moment, and what its
// people were told. The invariants of proof.md §1 are functions of it.
type Evidence struct {
	Hubs   map[string]*HubView
	Nodes  map[protocol.NodeID]*NodeView
	Ledger *Ledger
}

// HubView is one server's state.
type HubView struct {
	Index   uint64
	Digest  protocol.Hash
	Held    int
	Records map[protocol.Ref]protocol.Record
	History map[protocol.Ref][]fold.Step
	Chains  map[Chain][]Line
}

// Chain is one lane of one origin.
type Chain struct {
	Origin protocol.NodeID
	Lane   protocol.Lane
}

// Line is one line of a chain as the hub took it.
type Line struct {
	Epoch, Seq, Index uint64
	Prev, Hash        protocol.Hash
	Ref               protocol.Ref
}

// NodeView is one node's state.
type NodeView struct {
	Records map[protocol.Ref]protocol.Record
	Hashes  map[Chain]map[uint64]protocol.Hash
	Work    []store.Work
	Refused uint64
	Frozen  *protocol.Fault
}

// settleEvery is the time in which what one place decides is known, and
// answered, everywhere, when nothing is wrong.
const settleEvery = 3 * time.Second

// Settle waits until every place has heard of everything: nothing waits to be
// pushed, and each node is past what the hub had decided at the look before.
// One quiet look is not enough: what it saw arrive may still be answered.
func (p *Province) Settle(within time.Duration) {
	p.T.Helper()
	why, quiet, mark := "", 0, p.applied()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		time.Sleep(settleEvery)
		if why = p.unsettled(mark); why != "" {
			quiet = 0
		} else if quiet++; quiet == 2 {
			return
		}
		mark = p.applied()
	}
	p.T.Errorf("I15: not settled within %v: %s", within, why)
}

// applied is the newest index that any server has applied.
func (p *Province) applied() (newest uint64) {
	for _, id := range p.RunningHubs() {
		newest = max(newest, p.Hub(id).State().Applied().Get())
	}
	return newest
}

func (p *Province) unsettled(mark uint64) string {
	synctest.Wait()
	if p.Leader() == nil {
		return "no leader"
	}
	for _, id := range p.RunningHubs() {
		if at := p.Hub(id).State().Applied().Get(); at < mark {
			return fmt.Sprintf("%s has applied %d of %d", id, at, mark)
		}
	}
	if st, err := p.Leader().State().Status(); err != nil || st.Pairs > 0 {
		return fmt.Sprintf("the hub has %d pairs of cases to mark (%v)", st.Pairs, err)
	}
	for _, id := range p.RunningNodes() {
		if why := behind(p.Node(id).Desk().Store, mark); why != "" {
			return string(id) + " " + why
		}
	}
	return ""
}

// behind tells what a node still has to push or to hear.
func behind(s *store.Store, mark uint64) string {
	waiting, err := s.Pending()
	if err != nil {
		return err.Error()
	}
	for _, lane := range protocol.Lanes {
		c, err := s.Cursor(lane)
		switch {
		case err != nil:
			return err.Error()
		case waiting[lane].Entries > 0:
			return fmt.Sprintf("has %d unacknowledged entries in the %s lane", waiting[lane].Entries, lane)
		case c.Last < mark:
			return fmt.Sprintf("is at %d of %d in the %s lane", c.Last, mark, lane)
		}
	}
	return ""
}

// Gather takes the evidence at a moment at which all servers have applied the same.
func (p *Province) Gather(l *Ledger) *Evidence {
	p.T.Helper()
	p.Eventually("servers at one index", func() bool {
		synctest.Wait()
		var at []uint64
		for _, id := range p.RunningHubs() {
			at = append(at, p.Hub(id).State().Applied().Get())
		}
		return len(slices.Compact(at)) == 1
	})
	e := &Evidence{Hubs: map[string]*HubView{}, Nodes: map[protocol.NodeID]*NodeView{}, Ledger: l}
	for _, id := range p.RunningHubs() {
		v, err := viewHub(p.Hub(id))
		p.must("look at "+id, err)
		e.Hubs[id] = v
	}
	for _, id := range p.RunningNodes() {
		v, err := viewNode(id, p.Node(id).Desk().Store)
		p.must("look at "+string(id), err)
		e.Nodes[id] = v
	}
	return e
}

func viewHub(s *hub.Server) (v *HubView, err error) {
	st, err := s.State().Status()
	if err != nil {
		return nil, err
	}
	v = &HubView{Index: st.Applied, Digest: st.Digest, Held: st.Held, Records: map[protocol.Ref]protocol.Record{},
		History: map[protocol.Ref][]fold.Step{}, Chains: map[Chain][]Line{}}
	for _, kind := range protocol.Kinds() {
		recs, err := s.State().Records(kind.Name, "", 1<<20)
		if err != nil {
			return nil, err
		}
		for _, rec := range recs {
			v.Records[rec.Ref] = rec
			if v.History[rec.Ref], err = s.State().History(rec.Ref); err != nil {
				return nil, err
			}
		}
	}
	for _, o := range st.Origins {
		for _, lane := range protocol.Lanes {
			if v.Chains[Chain{o.ID, lane}], err = viewChain(s, o.ID, lane); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func viewChain(s *hub.Server, origin protocol.NodeID, lane protocol.Lane) (lines []Line, err error) {
	for {
		more, err := s.State().Journal(origin, lane, uint64(len(lines))+1, 1000)
		if err != nil || len(more) == 0 {
			return lines, err
		}
		for _, l := range more {
			lines = append(lines, Line{l.Entry.Epoch, l.Entry.Seq, l.Index, l.Entry.Prev, l.Entry.Hash, l.Entry.Ref})
		}
	}
}

func viewNode(id protocol.NodeID, s *store.Store) (v *NodeView, err error) {
	v = &NodeView{Records: map[protocol.Ref]protocol.Record{}, Hashes: map[Chain]map[uint64]protocol.Hash{}, Frozen: s.Frozen()}
	err = s.View(func(tx *store.ReadTx) error {
		return tx.Each("", func(rec protocol.Record) error {
			v.Records[rec.Ref] = rec
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	for _, lane := range protocol.Lanes {
		if v.Hashes[Chain{id, lane}], err = hashes(s, lane); err != nil {
			return nil, err
		}
	}
	st, err := s.Status()
	if err != nil {
		return nil, err
	}
	v.Refused = st.HomeRefused
	v.Work, err = s.Work()
	return v, err
}

func hashes(s *store.Store, lane protocol.Lane) (map[uint64]protocol.Hash, error) {
	head, err := s.Head(lane)
	if err != nil {
		return nil, err
	}
	m := make(map[uint64]protocol.Hash, head.Seq)
	for seq := uint64(1); seq <= head.Seq; seq++ {
		h, ok, err := s.Hash(lane, seq)
		if err != nil {
			return nil, err
		}
		if ok {
			m[seq] = h
		}
	}
	return m, nil
}

// scrub has every database read all it holds and compare it with its checksums.
func (p *Province) scrub() {
	p.T.Helper()
	for _, id := range p.RunningHubs() {
		if err := p.Hub(id).State().Scrub(p.T.Context()); err != nil {
			p.T.Errorf("scrub %s: %v", id, err)
		}
	}
	for _, id := range p.RunningNodes() {
		if err := p.Node(id).Desk().Store.Scrub(p.T.Context()); err != nil {
			p.T.Errorf("scrub %s: %v", id, err)
		}
	}
}
