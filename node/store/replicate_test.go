package store

import (
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestWhatTheHubAppliedIsConfirmed(t *testing.T) {
	r, p := equipped(t)
	rec, _ := r.receive(itemThere, "a")
	_, err := r.act(rec.Ref, "hand_over", protocol.Case{}, ref("agency", usccThere))
	r.must(err)
	p.exchange(r)
	got, _ := r.get(rec.Ref)
	if got.Index == 0 || got.Rev != 2 || got.Home != "changchun" {
		t.Fatalf("after the ack: %+v", got)
	}
	head, _ := r.Head(protocol.Urgent)
	acked, _ := r.Acked(protocol.Urgent)
	if acked != head || r.QueueBytes() != 0 {
		t.Fatalf("acked %v, head %v, %d bytes wait", acked, head, r.QueueBytes())
	}
	if status, err := r.Status(); err != nil || status.WorkOpen != 0 || status.HomeRefused != 0 {
		t.Fatalf("%+v, %v", status, err)
	}
}

func TestABatchComesBeforeAndAfterItsCommit(t *testing.T) {
	r, p := equipped(t)
	prev := protocol.Pos{Lane: protocol.Urgent}
	check := func(after, want uint64) {
		t.Helper()
		b, err := r.ReadBatch(protocol.Urgent, after, wire.MaxBatch)
		r.must(err)
		if len(b.Entries) == 0 || b.Entries[0].Seq != after+1 || b.Checkpoint.Pos.Seq != want {
			t.Fatalf("batch after %d: %d entries to %v, want up to %d", after, len(b.Entries), b.Checkpoint.Pos, want)
		}
		prev.Seq = after
		prev.Hash, _, err = r.Hash(protocol.Urgent, after)
		r.must(err)
		r.must(b.CheckChain(prev))
	}
	r.receive(itemHere, "a")
	r.must(r.View(func(*ReadTx) error { return nil })) // commits
	r.receive(itemHere, "b")
	r.receive(itemHere, "c")
	check(0, 1) // from the pages
	check(1, 3) // from memory
	check(2, 3)
	r.must(r.View(func(*ReadTx) error { return nil }))
	check(0, 3)
	check(2, 3)
	if b, err := r.ReadBatch(protocol.Urgent, 3, wire.MaxBatch); err != nil || len(b.Entries) != 0 {
		t.Fatalf("behind the head: %d entries, %v", len(b.Entries), err)
	}
	p.exchange(r)
}

func TestReplicationR11AnAckMayComeTwiceLateOrWrong(t *testing.T) {
	r, p := equipped(t)
	for _, idem := range []string{"a", "b", "c"} {
		r.receive(itemHere, idem)
	}
	ack, _ := p.receive(r, protocol.Urgent)
	bad := ack
	bad.Pos.Hash[0] ^= 1
	r.want(protocol.Fork, r.Acknowledge(ctx(), bad))
	bad = ack
	bad.Lane = protocol.Bulk
	r.want(protocol.Malformed, r.Acknowledge(ctx(), bad))
	if acked, _ := r.Acked(protocol.Urgent); acked.Seq != 0 {
		t.Fatalf("a wrong ack moved acked to %v", acked)
	}
	r.must(r.Acknowledge(ctx(), ack))
	r.must(r.Acknowledge(ctx(), ack))
	old := ack
	old.Pos = p.at(r, 1)
	r.must(r.Acknowledge(ctx(), old))
	if acked, _ := r.Acked(protocol.Urgent); acked != ack.Pos {
		t.Fatalf("acked %v, want %v", acked, ack.Pos)
	}
	r = r.reopen(testConfig())
	if acked, _ := r.Acked(protocol.Urgent); acked != ack.Pos {
		t.Fatalf("acked %v after a restart", acked)
	}
}

func (p *province) at(r *running, seq uint64) protocol.Pos {
	hash, _, err := r.Hash(protocol.Urgent, seq)
	r.must(err)
	return protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: seq, Hash: hash}
}

func refusal(pos protocol.Pos, ref protocol.Ref, outcome protocol.Outcome, index uint64) protocol.Verdict {
	return protocol.Verdict{Pos: pos, Ref: ref, Index: index, Outcome: outcome, Rule: "C-02", Text: "不能受理"}
}

func TestAVerdictBecomesWorkByEitherWayOnceAndIsClosedByAPerson(t *testing.T) {
	for _, row := range []struct {
		name string
		ack  bool // first by the ack, then by the feed
	}{{"ack first", true}, {"feed first", false}} {
		t.Run(row.name, func(t *testing.T) {
			r, p := equipped(t)
			rec, _ := r.receive(itemHere, "a")
			pos, _ := r.Head(protocol.Urgent)
			p.index++
			v := refusal(pos, rec.Ref, protocol.RefusedAct, p.index)
			byAck := func() {
				r.must(r.Acknowledge(ctx(), wire.Ack{Lane: protocol.Urgent, Pos: pos, Index: p.index, Verdicts: []protocol.Verdict{v}}))
			}
			byFeed := func() {
				p.lines[protocol.Urgent] = []wire.Line{{Index: p.index, What: wire.LineVerdict, Verdict: &v}, {Index: p.index, What: wire.LineErase, Ref: rec.Ref}}
				p.feed(r)
			}
			if row.ack {
				byAck()
			} else {
				byFeed()
			}
			work, err := r.Work()
			r.must(err)
			if len(work) != 1 || work[0].Verdict.Rule != "C-02" || work[0].Act != "receive" || work[0].By != "clerk1" {
				t.Fatalf("work: %+v", work)
			}
			r.want(protocol.Refused, r.CloseWork(ctx(), work[0].ID, "clerk1", ""))
			r.must(r.CloseWork(ctx(), work[0].ID, "clerk1", "已电话告知申请人"))
			if row.ack {
				byFeed()
			} else {
				byAck()
			}
			if work, _ = r.Work(); len(work) != 0 {
				t.Fatalf("opened again: %+v", work)
			}
			if _, ok := r.get(rec.Ref); ok {
				t.Fatal("the record the hub does not have is still there")
			}
			if status, _ := r.Status(); status.HomeRefused != 1 || r.QueueBytes() != 0 {
				t.Fatalf("%+v", status)
			}
			r.want(protocol.Gone, r.CloseWork(ctx(), "urgent-1-99", "clerk1", "x"))
			r.want(protocol.Gone, r.CloseWork(ctx(), "x", "clerk1", "x"))
		})
	}
}

func TestAHeldEntryWaitsUntilItIsAppliedOrRefused(t *testing.T) {
	r, p := equipped(t)
	rec, _ := r.receive(itemHere, "a")
	pos, _ := r.Head(protocol.Urgent)
	p.index++
	v := refusal(pos, rec.Ref, protocol.Quarantined, p.index)
	r.must(r.Acknowledge(ctx(), wire.Ack{Lane: protocol.Urgent, Pos: pos, Index: p.index, Verdicts: []protocol.Verdict{v}}))
	all, err := r.Pending()
	if err != nil || all[protocol.Urgent].Held != 1 || all[protocol.Urgent].Entries != 0 || r.QueueBytes() != 0 {
		t.Fatalf("held: %+v, %v", all, err)
	}
	r.receive(itemHere, "b")
	next, _ := r.Head(protocol.Urgent)
	r.must(r.Acknowledge(ctx(), wire.Ack{Lane: protocol.Urgent, Pos: next, Index: p.index + 1})) // says nothing of the held one
	if got, _ := r.get(rec.Ref); got.Index != 0 {
		t.Fatalf("a held entry was confirmed: %+v", got)
	}
	p.index += 2
	v = protocol.Verdict{Pos: pos, Ref: rec.Ref, Index: p.index, Outcome: protocol.Applied}
	p.lines[protocol.Urgent] = []wire.Line{{Index: p.index, What: wire.LineVerdict, Verdict: &v}}
	p.feed(r)
	if got, _ := r.get(rec.Ref); got.Index != p.index {
		t.Fatalf("applied after all: %+v", got)
	}
	if work, _ := r.Work(); len(work) != 0 {
		t.Fatalf("work stays: %+v", work)
	}
	if all, _ = r.Pending(); all[protocol.Urgent].Held != 0 {
		t.Fatalf("still held: %+v", all)
	}
}

func TestTrimAndErase(t *testing.T) {
	r, p := equipped(t)
	for _, idem := range []string{"a", "b", "c"} {
		r.receive(itemHere, idem)
	}
	p.exchange(r)
	r.must(r.EraseBody(ctx(), protocol.Urgent, 3))
	if n, err := r.Trim(ctx(), protocol.Urgent, testAt+1); n != 0 || err != nil {
		t.Fatalf("trimmed %d without a backup, %v", n, err)
	}
	r.must(r.SetBackedUp(ctx(), protocol.Urgent, 2))
	if n, err := r.Trim(ctx(), protocol.Urgent, testAt); n != 0 || err != nil {
		t.Fatalf("trimmed %d young lines, %v", n, err)
	}
	if n, err := r.Trim(ctx(), protocol.Urgent, testAt+1); n != 2 || err != nil {
		t.Fatalf("trimmed %d, %v; want 2", n, err)
	}
	report, err := r.Verify(protocol.Urgent, testKeys, p.last[protocol.Urgent])
	if err != nil || report.Lines != 1 || report.Floor.Seq != 2 || len(report.Erased) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
}

func TestReplicationF2OwnLinesBehindAPlace(t *testing.T) {
	r, _ := equipped(t)
	for _, idem := range []string{"a", "b", "c"} {
		r.receive(itemHere, idem)
	}
	list, err := r.Lines(protocol.Urgent, 1, 10)
	r.must(err)
	if len(list) != 2 || list[0].Seq != 2 || list[1].Seq != 3 {
		t.Fatalf("%d lines: %+v", len(list), list)
	}
	if list, err = r.Lines(protocol.Urgent, 0, 1); err != nil || len(list) != 1 || list[0].Seq != 1 {
		t.Fatalf("bounded: %+v, %v", list, err)
	}
	if list, err = r.Lines(protocol.Urgent, 3, 10); err != nil || len(list) != 0 {
		t.Fatalf("behind the head: %+v, %v", list, err)
	}
}
