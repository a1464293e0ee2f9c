package store

import (
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func epoch(n uint64) Config {
	c := testConfig()
	c.Epoch = n
	return c
}

func TestReplicationT5ANewDiskGoesOnFromTheHubsLastPlace(t *testing.T) {
	lost, p := equipped(t)
	lost.receive(itemHere, "a")
	p.exchange(lost)
	lost.shut()

	r := open(t, t.TempDir()+"/node.db", epoch(2))
	if !r.NeedsRebase() || r.Epoch() != 2 {
		t.Fatalf("epoch %d, needs rebase %v", r.Epoch(), r.NeedsRebase())
	}
	err := r.Update(ctx(), func(tx *Tx) error {
		_, err := tx.Act(protocol.Draft{Ref: ref("request", "q"), Act: "file", By: "clerk1",
			Body: protocol.Request{Want: protocol.WantWithdraw, On: ref("case", "x"), Title: "x", Key: "x"}})
		return err
	})
	r.want(protocol.Fenced, err)
	last := wire.Positions{p.last[protocol.Urgent], p.last[protocol.Bulk]}
	r.must(r.Rebase(ctx(), 2, last))
	if c, _ := r.Cursor(protocol.Urgent); c.Last == 0 || c.Generation != 0 {
		t.Fatalf("cursor %+v must ask for a snapshot", c)
	}
	p.takeSnapshot(r, "s1")
	p.block(4, "yanbian", 2)
	p.feed(r)
	r.receive(itemHere, "b")
	r = r.reopen(epoch(2))
	p.exchange(r)
	if rec, ok := r.byIdem("b"); !ok || rec.Index == 0 {
		t.Fatalf("%+v", rec)
	}
	if r.NeedsRebase() {
		t.Fatal("needs another rebase")
	}
}

func TestReplicationF3AForkIsSettledByANewEpochAndOrphansAreWork(t *testing.T) {
	r, p := equipped(t)
	kept, _ := r.receive(itemHere, "kept")
	p.exchange(r)
	orphan, no := r.receive(itemHere, "orphan")
	fork := protocol.NewFault(protocol.Fork, "resume", "本节点的日志与省级记录不一致")
	r.must(r.Freeze(fork))
	refused := func(r *running) {
		t.Helper()
		err := r.Update(ctx(), func(tx *Tx) error { _, _, err := receive(tx, itemHere, "no"); return err })
		r.want(protocol.Fork, err)
		if err.(*protocol.Fault).Text != fork.Text {
			t.Fatalf("got %v", err)
		}
		if f := r.Frozen(); f == nil || f.Code != protocol.Fork {
			t.Fatalf("frozen: %v", f)
		}
		if _, ok := r.get(kept.Ref); !ok {
			t.Fatal("reading must go on")
		}
	}
	refused(r)
	r = r.reopen(testConfig())
	refused(r)
	r = r.reopen(epoch(2))
	refused(r)
	r.must(r.Rebase(ctx(), 2, wire.Positions{p.last[protocol.Urgent], p.last[protocol.Bulk]}))
	r.must(r.Rebase(ctx(), 2, wire.Positions{})) // again: nothing
	work, err := r.Work()
	r.must(err)
	if len(work) != 1 || work[0].Verdict.Outcome != protocol.Orphan || work[0].Verdict.Ref != orphan.Ref {
		t.Fatalf("work %+v", work)
	}
	e, _, err := wire.ReadEntry(work[0].Entry)
	r.must(err)
	if c, err := protocol.Load[protocol.Case](protocol.Record{Body: e.Body}); err != nil || c.ReceiptNo != no {
		t.Fatalf("the orphan's receipt: %+v, %v", c, err)
	}
	body, err := r.WorkBody(work[0].ID) // what is entered again
	r.must(err)
	if c, err := protocol.Load[protocol.Case](protocol.Record{Body: body}); err != nil || c.ReceiptNo != no {
		t.Fatalf("the orphan's body: %s, %v", body, err)
	}
	_, err = r.WorkBody("urgent-1-999")
	r.want(protocol.Gone, err)
	if r.Frozen() != nil || r.QueueBytes() != 0 || r.Appended(protocol.Urgent).Get() != 1 {
		t.Fatalf("frozen %v, %d bytes wait, appended %d", r.Frozen(), r.QueueBytes(), r.Appended(protocol.Urgent).Get())
	}
	p.takeSnapshot(r, "s1")
	if _, ok := r.get(orphan.Ref); ok {
		t.Fatal("the orphan's record is still there")
	}
	p.block(4, "yanbian", 2)
	p.feed(r)
	r.receive(itemHere, "next")
	p.exchange(r)
	r.want(protocol.Fenced, r.Rebase(ctx(), 1, wire.Positions{}))
	r.shut()
	if _, err := Open(r.path, testConfig()); protocol.CodeOf(err) != protocol.Fenced {
		t.Fatalf("an old certificate was let in: %v", err)
	}
}

func TestThawLiftsAFreeze(t *testing.T) {
	r, _ := equipped(t)
	r.must(r.Freeze(protocol.NewFault(protocol.Twin, "hello", "另一进程正在使用同一身份")))
	r.must(r.Thaw(ctx()))
	r = r.reopen(testConfig())
	r.receive(itemHere, "a")
}
