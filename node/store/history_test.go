package store

import (
	"testing"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// TestReplication8EveryStepHasItsIndexOnceItIsKnown although another act
// followed before the hub's word about the first came.
func TestReplication8EveryStepHasItsIndexOnceItIsKnown(t *testing.T) {
	r, p := equipped(t)
	rec, _ := r.receive(itemThere, "steps")
	_, err := r.act(rec.Ref, "hand_over", protocol.Case{}, ref("agency", usccThere))
	r.must(err)
	p.exchange(r)
	var steps []fold.Step
	r.must(r.View(func(tx *ReadTx) (err error) { steps, err = tx.History(rec.Ref); return err }))
	if len(steps) < 2 || steps[0].Act != "receive" {
		t.Fatalf("%+v", steps)
	}
	for _, s := range steps {
		if s.Index == 0 {
			t.Errorf("%s has no index: %+v", s.Act, s)
		}
	}
}
