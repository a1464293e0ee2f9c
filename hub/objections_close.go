package hub

import (
	"context"
	"slices"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// How often lifted marks are looked at, how many objections at once, and how long
// the registrar waits for a node that does not come: it hears of the mark's end
// before it serves the value again, whenever that is (replication.D3).
const (
	closingEvery   = 5 * time.Second
	closingAtOnce  = 100
	closingWithout = protocol.Instant(24 * 3600_000)
)

// closings is the rest of O-06: an objection whose mark is off is closed when the
// nodes have stored that, and the entry lists them.
func (r *registrar) closings(ctx context.Context) error {
	if r.cfg.Now().Sub(r.closed) < closingEvery {
		return nil
	}
	r.closed = r.cfg.Now()
	found, err := r.search.Search(ctx, search.Query{Kind: "objection", State: protocol.ObjectionTold, Limit: closingAtOnce})
	if err != nil {
		return err
	}
	var drafts []protocol.Draft
	for _, hit := range found.Hits {
		d, err := r.closing(hit.Ref)
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, *d)
		}
	}
	return r.take(ctx, drafts)
}

func (r *registrar) closing(ref protocol.Ref) (*protocol.Draft, error) {
	o, rec, err := load[protocol.Objection](r.Server, ref)
	if err != nil || o.State != protocol.ObjectionTold {
		return nil, err
	}
	m, mark, err := load[protocol.Mark](r.Server, markRef(o))
	if err != nil || slices.Contains(m.Open, ref.ID) {
		return nil, err
	}
	acks, missing, err := r.acknowledged(mark.Index)
	if err != nil || len(acks) == 0 || missing > 0 && r.Now() < mark.At+closingWithout {
		return nil, err
	}
	return &protocol.Draft{Ref: ref, Act: "close", Body: protocol.Objection{Acks: acks}, By: string(protocol.Hub), Rev: rec.Rev, Deps: cite(mark.Ref)}, nil
}

// acknowledged lists the enrolled nodes that have stored the urgent feed up to an
// index, and counts those that have not.
func (s *Server) acknowledged(index uint64) (acks []protocol.NodeID, missing int, err error) {
	st, err := s.fsm.Status()
	if err != nil {
		return nil, 0, err
	}
	for _, o := range st.Origins {
		if o.ID == protocol.Hub || o.State != protocol.NodeEnrolled {
			continue
		}
		if seen, ok := s.presence.of(o.ID); ok && seen.Stored >= index {
			acks = append(acks, o.ID)
			continue
		}
		missing++
	}
	return acks, missing, nil
}
