package province

import (
	"fmt"
	"math/rand/v2"

	"xiangyun/protocol"
)

// by is the author that an account's acts carry.
func by(n protocol.NodeID, login string) string { return protocol.AccountID(n, login) }

// most is how often a provincial admin comes back to one thing.
const most = 20

// desk gives a seat at a random server: one that follows must forward.
func (w *Workload) seat(r *rand.Rand) Office {
	up := w.p.RunningHubs()
	if len(up) == 0 {
		return w.p.Office()
	}
	return w.p.OfficeAt(up[r.IntN(len(up))])
}

// next takes the oldest thing that waits, and puts it back behind the others.
func (w *Workload) next(list *[]*openSet) *openSet {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(*list) > 0 {
		s := (*list)[0]
		*list = (*list)[1:]
		if s.tries++; s.tries <= most {
			*list = append(*list, s)
			return s
		}
	}
	return nil
}

func (w *Workload) settled(list *[]*openSet, done *openSet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, s := range *list {
		if s == done {
			*list = append((*list)[:i:i], (*list)[i+1:]...)
			return
		}
	}
}

func (w *Workload) review(r *rand.Rand) {
	s := w.next(&w.sets)
	if s == nil {
		return
	}
	if r.IntN(5) > 0 {
		_, err := w.seat(r).Review(s.ref)
		if w.ledger.count("review", err) == nil {
			w.settled(&w.sets, s)
			return
		}
		if protocol.CodeOf(err) != protocol.Refused {
			return
		}
	}
	if _, err := w.seat(r).Return(s.ref); w.ledger.count("return", err) == nil {
		w.settled(&w.sets, s)
	}
}

func (w *Workload) publish(r *rand.Rand) {
	s := w.next(&w.filings)
	if s == nil {
		return
	}
	if r.IntN(6) == 0 {
		if _, err := w.seat(r).Decline(s.ref); w.ledger.count("decline", err) == nil {
			w.settled(&w.filings, s)
		}
		return
	}
	item, err := w.seat(r).Publish(s.ref)
	if w.ledger.count("publish", err) != nil {
		return
	}
	w.settled(&w.filings, s)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.items = append(w.items, item.Ref.ID)
}

func (w *Workload) release(r *rand.Rand) {
	_, err := w.seat(r).Release()
	w.ledger.count("release", err)
}

// registrar writes and reads a few records of the hub, at the same time as others.
type registrar struct {
	w      *Workload
	client int
	seen   map[protocol.Ref]uint64
	calls  int
}

func (g *registrar) step(r *rand.Rand) {
	k := r.IntN(registryKeys)
	a := agencyOf(100+k, g.w.nodes[0])
	ref := protocol.Ref{Kind: "agency", ID: a.USCC}
	if r.IntN(3) == 0 {
		if rec, err := g.w.ledger.look(g.client, g.w.p.Office(), ref); err == nil {
			g.seen[ref] = rec.Rev
		}
		return
	}
	g.calls++
	a.Phone = fmt.Sprintf("%d-%d", g.client, g.calls)
	rec, err := g.w.ledger.register(g.client, g.w.seat(r), a, g.seen[ref])
	switch {
	case err == nil:
		g.seen[ref] = rec.Rev
	case protocol.CodeOf(err) == protocol.Refused:
		if rec, err := g.w.ledger.look(g.client, g.w.p.Office(), ref); err == nil {
			g.seen[ref] = rec.Rev
		}
	}
}
