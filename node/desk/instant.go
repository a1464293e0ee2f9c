package desk

import (
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Instant is 即办件 (C-26): received, accepted, decided and delivered at once.
type Instant struct {
	Decider  *protocol.Account // the second person, who confirms; nil where the item waives that (G-08)
	Decision protocol.Decision
	Delivery protocol.Delivery
}

// atOnce is C-26: four entries in the transaction of the receipt. The clerk
// accepts and delivers, the second person decides.
func (d *Desk) atOnce(tx *store.Tx, who *protocol.Account, rec protocol.Record, in *Instant) (protocol.Record, error) {
	decider := in.Decider
	if decider == nil {
		decider = who
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return rec, err
	}
	if err := d.may(decider, protocol.MayDecide, c.Agency); err != nil {
		return rec, err
	}
	for _, x := range []deed{
		{who: who, act: "accept", want: protocol.Case{Instant: true}},
		{who: decider, act: "grant", want: protocol.Case{Decision: &in.Decision}},
		{who: who, act: "deliver", want: protocol.Case{Delivery: &in.Delivery}},
	} {
		x.ref = rec.Ref
		if c, err = protocol.Load[protocol.Case](rec); err != nil {
			return rec, err
		}
		draft, err := d.entry(&tx.ReadTx, tx.Now(), &x, c)
		if err != nil {
			return rec, err
		}
		if rec, err = tx.Act(draft); err != nil {
			return rec, err
		}
	}
	return rec, nil
}
