package store

import (
	"crypto/ed25519"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// TestF03TheHubRefusesAnIdThatExists is cases.F-03 between two real folds: a case that nobody
// had heard of comes back and is confirmed; one that had been pushed before its node was
// lost is refused by the hub, becomes work here, and the record is what the hub has.
func TestF03TheHubRefusesAnIdThatExists(t *testing.T) {
	r, p := equipped(t)
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	p.act("node", "changchun", "plan", protocol.Node{ID: "changchun", Name: "长春市"})
	p.act("node", "changchun", "enroll", protocol.Node{Key: protocol.Hash{1}, Keys: []protocol.NodeKey{{Key: key.Public().(ed25519.PublicKey)}}})
	p.act("node", "changchun", "fence", protocol.Node{Reason: "磁盘损坏"})
	p.feed(r)

	unknown, known := caseNo(t, "changchun-1-00000001"), caseNo(t, "changchun-1-00000002")
	first := r.resurrect(unknown, key)
	pushed := protocol.Record{Ref: ref("case", known), Rev: 1, Home: "changchun", Epoch: 1, At: testAt, By: "changchun:clerk", Act: "receive", Body: first.Body}
	p.update(func(tx *bbolt.Tx) error { _, err := fold.Install(tx, &pushed, true); return err })
	second := r.resurrect(known, key)
	p.exchange(r)

	if rec, _ := r.get(first.Ref); rec.Index == 0 || rec.Home != "yanbian" {
		t.Errorf("the one nobody knew: %+v", rec.Ref)
	}
	work, err := r.Work()
	r.must(err)
	if len(work) != 1 || work[0].Verdict.Ref != second.Ref || work[0].Act != "resurrect" || work[0].Verdict.Outcome != protocol.RefusedAct {
		t.Fatalf("work %+v", work)
	}
	if rec, ok := r.get(second.Ref); ok && rec.Home != "changchun" {
		t.Errorf("two places have it: home %s", rec.Home)
	}
}

func caseNo(t *testing.T, id string) string {
	t.Helper()
	c, err := protocol.CheckChar37(id)
	if err != nil {
		t.Fatal(err)
	}
	return id + "-" + string(c)
}

// resurrect takes a receipt of the lost node as a window does.
func (r *running) resurrect(id string, key ed25519.PrivateKey) (rec protocol.Record) {
	r.t.Helper()
	r.must(r.Update(ctx(), func(tx *Tx) error {
		c := caseOf(itemHere, "")
		guide, _, err := tx.Get(ref("guide", itemHere))
		if err != nil {
			return err
		}
		qr := protocol.ReceiptQR{Case: id, ReceiptNo: "220000000001A", Item: itemHere, Guide: protocol.HashOf(guide.Body), Received: tx.Now() - 1000,
			Materials: protocol.MaterialsDigest(c.Materials)}
		text, err := qr.Text()
		if err != nil {
			return err
		}
		code, err := protocol.SealReceiptQR(text, ed25519.Sign(key, []byte(protocol.ReceiptDomain+text)))
		if err != nil {
			return err
		}
		c.Resurrected = &protocol.Resurrection{Code: code}
		rec, err = tx.Act(protocol.Draft{Ref: ref("case", id), Act: "resurrect", Body: &c, By: "clerk1",
			Deps: tx.Cite(ref("node", "changchun"), ref("item", itemHere), ref("guide", itemHere))})
		return err
	}))
	return rec
}
