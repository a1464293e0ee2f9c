package store

import (
	"encoding/json"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func agencyRecord(rev, epoch, index uint64, name string) *protocol.Record {
	body, err := json.Marshal(protocol.Agency{USCC: usccThere, Name: name, Node: "changchun", State: protocol.AgencyActive})
	if err != nil {
		panic(err)
	}
	return &protocol.Record{Ref: ref("agency", usccThere), Rev: rev, Home: protocol.Hub, Epoch: epoch, Index: index, At: testAt, By: "admin", Act: "update", Body: body}
}

func TestReplicationD2APieceThatDoesNotGoOnIsAGap(t *testing.T) {
	r := fresh(t)
	first := wire.Lines{Generation: 3, Prev: 0, Last: 10, Lines: []wire.Line{{Index: 4, What: wire.LineRecord, Record: agencyRecord(1, 1, 4, "甲")}}}
	r.must(r.Take(ctx(), protocol.Urgent, first))
	for _, row := range []struct {
		name  string
		lines wire.Lines
		code  protocol.Code
	}{
		{"the same again", first, protocol.Gap},
		{"a hole", wire.Lines{Generation: 3, Prev: 12, Last: 14}, protocol.Gap},
		{"an overlap", wire.Lines{Generation: 3, Prev: 8, Last: 14}, protocol.Gap},
		{"an older generation", wire.Lines{Generation: 2, Prev: 10, Last: 14}, protocol.Gap},
		{"a newer generation", wire.Lines{Generation: 4, Prev: 10, Last: 14}, protocol.Gap},
		{"what goes on", wire.Lines{Generation: 3, Prev: 10, Last: 14}, 0},
		{"nothing new", wire.Lines{Generation: 3, Prev: 14, Last: 14}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.lines.Lines = append(row.lines.Lines, wire.Line{Index: row.lines.Last, What: wire.LineRecord, Record: agencyRecord(1, 1, row.lines.Last, "乙")})
			before, err := r.Cursor(protocol.Urgent)
			r.must(err)
			r.want(row.code, r.Take(ctx(), protocol.Urgent, row.lines))
			after, err := r.Cursor(protocol.Urgent)
			r.must(err)
			if row.code != 0 && before != after {
				t.Fatalf("cursor moved from %+v to %+v", before, after)
			}
		})
	}
	if c, err := r.Cursor(protocol.Bulk); err != nil || c.Last != 0 {
		t.Fatalf("the other lane's cursor moved: %+v, %v", c, err)
	}
}

// feeder hands lines in one by one.
type feeder struct {
	r    *running
	last uint64
}

func (f *feeder) line(l wire.Line) error {
	l.Index = f.last + 1
	err := f.r.Take(ctx(), protocol.Urgent, wire.Lines{Generation: 1, Prev: f.last, Last: f.last + 1, Lines: []wire.Line{l}})
	if err == nil {
		f.last++
	}
	return err
}

func TestReplicationD3OnlyWhatIsNewerIsTaken(t *testing.T) {
	r := fresh(t)
	f := feeder{r: r}
	name := func() string {
		rec, ok := r.get(ref("agency", usccThere))
		if !ok {
			return ""
		}
		a, err := protocol.Load[protocol.Agency](rec)
		r.must(err)
		return a.Name
	}
	for _, row := range []struct {
		name string
		line wire.Line
		want string
	}{
		{"a new record", wire.Line{What: wire.LineRecord, Record: agencyRecord(2, 1, 5, "二")}, "二"},
		{"an older one", wire.Line{What: wire.LineRecord, Record: agencyRecord(1, 1, 4, "一")}, "二"},
		{"the next one", wire.Line{What: wire.LineRecord, Record: agencyRecord(3, 1, 6, "三")}, "三"},
		{"a newer epoch with a lower rev", wire.Line{What: wire.LineRecord, Record: agencyRecord(2, 2, 7, "四")}, "四"},
		{"a force read late", wire.Line{What: wire.LineForce, Record: agencyRecord(1, 1, 4, "一")}, "四"},
		{"forced back", wire.Line{What: wire.LineForce, Record: agencyRecord(1, 1, 8, "一")}, "一"},
		{"erased", wire.Line{What: wire.LineErase, Ref: ref("agency", usccThere)}, ""},
		{"erased again", wire.Line{What: wire.LineErase, Ref: ref("agency", usccThere)}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r.must(f.line(row.line))
			if got := name(); got != row.want {
				t.Fatalf("name %q, want %q", got, row.want)
			}
			keys := 0
			r.must(r.View(func(tx *ReadTx) error { keys = len(tx.ByKey("agency", usccThere)); return nil }))
			if (keys == 1) != (row.want != "") {
				t.Fatalf("%d keys", keys)
			}
		})
	}
}

func TestReplicationD3TheHomeIsNotOverwrittenUnderItsOwnEpoch(t *testing.T) {
	r, p := equipped(t)
	rec, _ := r.receive(itemHere, "a")
	f := feeder{r: r, last: p.sent[protocol.Urgent]}
	newer := rec
	newer.Rev, newer.Index, newer.By = 5, 9, "somebody"
	r.must(f.line(wire.Line{What: wire.LineRecord, Record: &newer}))
	if got, _ := r.get(rec.Ref); got.Rev != 1 {
		t.Fatalf("overwritten: %+v", got)
	}
	newer.Epoch, newer.Home = 2, "changchun"
	r.must(f.line(wire.Line{What: wire.LineRecord, Record: &newer}))
	if got, _ := r.get(rec.Ref); got.Rev != 5 || got.Home != "changchun" {
		t.Fatalf("a newer epoch was not taken: %+v", got)
	}
}

func TestAKindOfANewerHubIsKept(t *testing.T) {
	r := fresh(t)
	f := feeder{r: r}
	rec := &protocol.Record{Ref: ref("hologram", "x"), Rev: 1, Home: protocol.Hub, Epoch: 1, Index: 1, By: "admin", Act: "make", Body: []byte(`{"new":true}`)}
	r.must(f.line(wire.Line{What: wire.LineRecord, Record: rec}))
	if got, ok := r.get(rec.Ref); !ok || string(got.Body) != `{"new":true}` {
		t.Fatalf("%+v", got)
	}
	r.must(f.line(wire.Line{What: wire.LineErase, Ref: rec.Ref}))
	if _, ok := r.get(rec.Ref); ok {
		t.Fatal("not erased")
	}
	_, err := r.act(rec.Ref, "make", json.RawMessage(`{}`))
	if err == nil {
		t.Fatal("an unknown kind was acted on")
	}
}

func TestLevelAndEpochLines(t *testing.T) {
	r, p := equipped(t)
	f := feeder{r: r, last: p.sent[protocol.Urgent]}
	r.must(f.line(wire.Line{What: wire.LineLevel, Value: 4}))
	r.must(f.line(wire.Line{What: wire.LineLevel, Value: 2}))
	r.must(f.line(wire.Line{What: wire.LineEpoch, Value: 1}))
	if r.Level() != 4 || r.Frozen() != nil {
		t.Fatalf("level %d, frozen %v", r.Level(), r.Frozen())
	}
	r.must(f.line(wire.Line{What: wire.LineEpoch, Value: 2}))
	r = r.reopen(testConfig())
	if r.Level() != 4 || r.Frozen() == nil {
		t.Fatalf("after a restart: level %d, frozen %v", r.Level(), r.Frozen())
	}
	err := r.Update(ctx(), func(tx *Tx) error { _, _, err := receive(tx, itemHere, "a"); return err })
	r.want(protocol.Fenced, err)
}

// The node acted on a state the hub refused; meanwhile it acted again on the
// state it was forced back to. A second force must not undo that.
func TestAForcedRecordKeepsOwnEntriesThatFitOnTop(t *testing.T) {
	r, p := equipped(t)
	rec, _ := r.receive(itemThere, "a")
	p.exchange(r)
	base, _ := r.get(rec.Ref) // rev 1, as the hub has it
	f := feeder{r: r, last: p.sent[protocol.Urgent]}
	withdraw := func() protocol.Pos {
		_, err := r.act(rec.Ref, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "x"}})
		r.must(err)
		head, _ := r.Head(protocol.Urgent)
		return head
	}
	first := withdraw()
	v := refusal(first, rec.Ref, protocol.RefusedAct, f.last+1)
	r.must(f.line(wire.Line{What: wire.LineVerdict, Verdict: &v}))
	r.must(f.line(wire.Line{What: wire.LineForce, Record: &base}))
	if got, _ := r.get(rec.Ref); got.Rev != 1 {
		t.Fatalf("not forced: %+v", got)
	}
	withdraw()
	r.must(f.line(wire.Line{What: wire.LineForce, Record: &base})) // late, for another refused entry
	if got, _ := r.get(rec.Ref); got.Rev != 2 || got.Act != "withdraw" {
		t.Fatalf("the second act was lost: %+v", got)
	}
}
