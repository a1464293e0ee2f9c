package hub

import (
	"xiangyun/hub/fsm"
	"xiangyun/protocol"
)

// fire drafts the card of a row. A card of this run that stands already, because
// the clock was counted anew since, is not fired again; a void one is.
func (r *registrar) fire(w *fsm.Wait, rec protocol.Record) (*protocol.Draft, error) {
	id := protocol.CardID(w.Ref, w.Clock, w.Run, w.Colour)
	old, ok, err := r.fsm.Record(cardRef(id))
	if err != nil {
		return nil, err
	}
	if ok {
		c, err := protocol.Load[protocol.Card](old)
		if err != nil || w.Colour == protocol.Yellow {
			return nil, err
		}
		if c.State != protocol.CardVoid {
			return excuse(w, "该次期限的红牌已经发出"), nil
		}
	}
	held, err := r.custody(rec)
	if err != nil {
		return nil, err
	}
	card := protocol.Card{On: w.Ref, Clock: w.Clock, Occurrence: w.Run, Colour: w.Colour, Due: w.Due, Stopped: w.Stopped, Held: held}
	if err := describe(&card, rec); err != nil {
		return nil, err
	}
	return &protocol.Draft{Ref: cardRef(id), Act: "fire", Body: card, By: string(protocol.Hub), Deps: cite(w.Ref)}, nil
}

// describe says what the card is about, in words and for whom.
func describe(c *protocol.Card, rec protocol.Record) error {
	kind := protocol.Lookup(rec.Ref.Kind)
	terms, err := kind.Terms(rec.Body)
	if err != nil {
		return err
	}
	what := "即将到期"
	switch {
	case protocol.Breach(c.Clock): // over as it is made
		what = ""
	case c.Colour == protocol.Red:
		what = "已超期"
	}
	title := terms.Title
	if kind.Personal && rec.Ref.Kind != "case" { // what a person wrote stays with its record (art. 45)
		title = kind.Title
	}
	c.Title = title + " · " + c.Clock.Title() + what
	for _, f := range terms.Facets {
		if f.Name == "agency" {
			c.Agency = f.Value
		}
	}
	c.Place, err = receivingPlace(rec)
	return err
}

// receivingPlace is the node that took the matter in and sees its cards.
func receivingPlace(rec protocol.Record) (place protocol.NodeID, err error) {
	switch rec.Ref.Kind {
	case "case":
		return placeIn(rec, func(c *protocol.Case) protocol.NodeID { return c.Received.Node })
	case "task":
		return placeIn(rec, func(t *protocol.Task) protocol.NodeID { return t.Lead })
	case "request":
		return placeIn(rec, func(q *protocol.Request) protocol.NodeID { return q.From })
	case "complaint":
		return placeIn(rec, func(c *protocol.Complaint) protocol.NodeID { return c.From })
	case "objection":
		return placeIn(rec, func(o *protocol.Objection) protocol.NodeID { return o.From })
	}
	return "", nil
}

func placeIn[T any](rec protocol.Record, of func(*T) protocol.NodeID) (protocol.NodeID, error) {
	body, err := protocol.Load[T](rec)
	if err != nil {
		return "", err
	}
	return of(body), nil
}
