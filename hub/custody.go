package hub

import (
	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// custody gathers who held a record and since when (cases.Y-04). A case tells it
// by its history and by when the hub received each hand-over; a parcel by its
// legs; an objection by when it was passed on. Other kinds stay where they are.
func (s *Server) custody(rec protocol.Record) (protocol.Custody, error) {
	switch rec.Ref.Kind {
	case "case":
		return s.caseCustody(rec)
	case "parcel":
		return custodyIn(rec, parcelCustody)
	case "objection":
		return custodyIn(rec, objectionCustody)
	}
	return protocol.Custody{First: rec.Home}, nil
}

func custodyIn[T any](rec protocol.Record, of func(*T) protocol.Custody) (protocol.Custody, error) {
	body, err := protocol.Load[T](rec)
	if err != nil {
		return protocol.Custody{}, err
	}
	return of(body), nil
}

func (s *Server) caseCustody(rec protocol.Record) (protocol.Custody, error) {
	steps, err := s.fsm.History(rec.Ref)
	if err != nil || len(steps) == 0 {
		return protocol.Custody{First: rec.Home}, err
	}
	received, err := s.fsm.Moved(rec.Ref)
	if err != nil {
		return protocol.Custody{}, err
	}
	first, err := placeIn(rec, func(c *protocol.Case) protocol.NodeID { return c.Received.Node })
	if err != nil {
		return protocol.Custody{}, err
	}
	return protocol.Custody{First: first, Moves: moves(first, steps, received)}, nil
}

// moves reads hand-overs from a history: whoever acts next has it.
func moves(first protocol.NodeID, steps []fold.Step, received map[uint64]protocol.Instant) (list []protocol.Move) {
	home := first
	for i, step := range steps {
		if step.Home == home {
			continue
		}
		m := protocol.Move{From: home, To: step.Home, Sent: step.At, AtHub: received[step.Epoch]}
		if step.Home == protocol.Hub {
			m.Acked = m.AtHub
		} else if i+1 < len(steps) && steps[i+1].Act != "reassign" {
			m.Acked = steps[i+1].At
		}
		list, home = append(list, m), step.Home
	}
	return list
}

// parcelCustody: while a courier has it, the giver answers for it (P-10).
func parcelCustody(p *protocol.Parcel) protocol.Custody {
	c := protocol.Custody{First: p.Holder.Node}
	for i, leg := range p.Legs {
		if i == 0 {
			c.First = leg.Giver.Node
		}
		c.Moves = append(c.Moves, protocol.Move{From: leg.Giver.Node, To: leg.To, Sent: leg.Sent, Acked: leg.Taken})
	}
	return c
}

// objectionCustody: the department answers from when it was passed on; what it
// decided comes back to the hub.
func objectionCustody(o *protocol.Objection) protocol.Custody {
	c := protocol.Custody{First: protocol.Hub}
	if o.Passed != 0 {
		c.Moves = append(c.Moves, protocol.Move{From: protocol.Hub, To: o.Node, Sent: o.Passed, AtHub: o.Passed, Acked: o.Passed})
		if o.Decided != 0 {
			c.Moves = append(c.Moves, protocol.Move{From: o.Node, To: protocol.Hub, Sent: o.Decided, AtHub: o.Decided, Acked: o.Decided})
		}
	}
	return c
}
