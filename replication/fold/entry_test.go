package fold

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// TestEntryRules has the rows of replication.A9 to A16: what an entry meets
// where paper a of yanbian stands at revision 2 of record epoch 1.
func TestEntryRules(t *testing.T) {
	tests := []struct {
		name    string
		change  func(b *base, h *protocol.Header)
		body    any
		outcome protocol.Outcome
		rule    string
	}{
		{"replication.A9 behind a held entry it is queued", func(b *base, h *protocol.Header) {
			p := header()
			p.Rev = 3
			b.entry(p, []byte("poison"))
			h.Rev = 4
		}, nil, protocol.Queued, ""},
		{"replication.A9 behind a held entry of another record it is not", func(b *base, h *protocol.Header) {
			p := header()
			p.Ref = ref("b")
			b.entry(p, []byte("poison"))
		}, nil, protocol.Applied, ""},
		{"replication.A9 a poisonous kind that looks like the record's queue holds nothing up", func(b *base, h *protocol.Header) {
			p := header()
			if p.Ref = (protocol.Ref{Kind: "paper\x00a", ID: "x"}); p.Ref.Validate() == nil {
				b.entry(p, []byte("poison"))
			}
		}, nil, protocol.Applied, ""},
		{"replication.A10 another place is its home", func(_ *base, h *protocol.Header) { h.Origin = "jilin" }, nil, protocol.RefusedAct, "G-01"},
		{"replication.A10 a new record is begun at its home", func(_ *base, h *protocol.Header) {
			h.Origin, h.Ref, h.Rev = "jilin", ref("new"), 1
		}, nil, protocol.RefusedAct, "G-01"},
		{"replication.A10 a home that is none", func(_ *base, h *protocol.Header) {}, paper{Home: "No Place"}, protocol.RefusedAct, "G-09"},
		{"replication.A11 an older record epoch", func(_ *base, h *protocol.Header) { h.RecEpoch = 0 }, nil, protocol.RefusedAct, "G-02"},
		{"replication.A11 a record epoch that never was", func(_ *base, h *protocol.Header) { h.RecEpoch = 2 }, nil, protocol.RefusedAct, "G-02"},
		{"replication.A12 a revision that is there", func(_ *base, h *protocol.Header) { h.Rev = 2 }, nil, protocol.RefusedAct, "G-04"},
		{"replication.A12 a revision too far", func(_ *base, h *protocol.Header) { h.Rev = 4 }, nil, protocol.RefusedAct, "G-04"},
		{"replication.A12 a new record begins at 1", func(_ *base, h *protocol.Header) { h.Ref, h.Rev = ref("new"), 2 }, nil, protocol.RefusedAct, "G-04"},
		{"replication.A13 the request is not there", func(_ *base, h *protocol.Header) { h.Answers = protocol.Ref{Kind: "request", ID: "none"} }, nil, protocol.RefusedAct, "A13"},
		{"replication.A13 the request is answered", func(b *base, h *protocol.Header) { h.Answers = request(b, ref("a"), true) }, nil, protocol.RefusedAct, "A13"},
		{"replication.A13 the request is about another record", func(b *base, h *protocol.Header) { h.Answers = request(b, ref("b"), false) }, nil, protocol.RefusedAct, "A13"},
		{"replication.A13 the request is open", func(b *base, h *protocol.Header) { h.Answers = request(b, ref("a"), false) }, nil, protocol.Applied, ""},
		{"replication.A14 the judge refuses", func(_ *base, h *protocol.Header) {}, paper{Home: "yanbian", Text: "bad"}, protocol.RefusedAct, "T-01"},
		{"replication.A14 the body is not what the act makes", func(_ *base, h *protocol.Header) {
			h.Act, h.Deps = "quote", []protocol.Dep{{Ref: ref("a"), Rev: 1}}
		}, paper{Home: "yanbian", Text: "something else"}, protocol.RefusedAct, "G-09"},
		{"replication.A14 the kind has no such act", func(_ *base, h *protocol.Header) { h.Act = "sing" }, nil, protocol.RefusedAct, "G-07"},
		{"replication.A14 the kind takes another lane", func(_ *base, h *protocol.Header) { h.Lane = protocol.Bulk }, nil, protocol.RefusedAct, "G-09"},
		{"replication.A15 the body cannot be read", func(_ *base, h *protocol.Header) {}, []byte("poison"), protocol.Quarantined, ""},
		{"replication.A15 the judge panics", func(_ *base, h *protocol.Header) { h.Act = "explode" }, nil, protocol.Quarantined, ""},
		{"replication.A15 the kind is unknown", func(_ *base, h *protocol.Header) { h.Ref, h.Rev = protocol.Ref{Kind: "song", ID: "x"}, 1 }, nil, protocol.Quarantined, ""},
		{"replication.A16 all is well", func(_ *base, h *protocol.Header) {}, nil, protocol.Applied, ""},
		{"replication.R14 a version that is cited is read as it was", func(_ *base, h *protocol.Header) {
			h.Act, h.Deps = "quote", []protocol.Dep{{Ref: ref("a"), Rev: 1}}
		}, paper{Home: "yanbian", Text: "one"}, protocol.Applied, ""},
		{"replication.R14 a version that never was is not read", func(_ *base, h *protocol.Header) {
			h.Act, h.Deps = "quote", []protocol.Dep{{Ref: ref("a"), Rev: 9}}
		}, paper{Home: "yanbian", Text: "one"}, protocol.RefusedAct, "T-02"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			b.write("a", paper{Text: "one"})
			b.write("a", paper{Text: "two"})
			h := header()
			h.Rev = 3
			tt.change(b, &h)
			before, had := b.get(h.Ref)
			if tt.body == nil {
				tt.body = paper{Text: "three", Home: "yanbian"}
			}
			r := b.entry(h, tt.body)
			wantOutcome(t, r, tt.outcome, tt.rule)
			after, has := b.get(h.Ref)
			if tt.outcome == protocol.Applied {
				if after.Rev != h.Rev || after.Index != b.index || len(r.Changes) == 0 {
					t.Errorf("applied, and the record is %+v", after)
				}
				return
			}
			if had != has || before.Rev != after.Rev || before.Index != after.Index || len(r.Changes) != 0 {
				t.Errorf("not applied, and the record went from %+v to %+v", before, after)
			}
		})
	}
}

// request folds a request about on, answered or not.
func request(b *base, on protocol.Ref, answered bool) protocol.Ref {
	h := header()
	h.Origin, h.Ref, h.Act = "jilin", protocol.Ref{Kind: "request", ID: "r"}, "file"
	body := protocol.Request{Want: protocol.WantWithdraw, On: on, From: "jilin", Title: "撤回", Key: "k", Filed: h.At, State: protocol.RequestFiled}
	wantOutcome(b.t, b.entry(h, body), protocol.Applied, "")
	if answered {
		rec, _ := b.get(h.Ref)
		h.Origin, h.Act, h.Rev, h.RecEpoch = rec.Home, "answer", 2, rec.Epoch
		body.State, body.Ended = protocol.RequestDone, h.At
		wantOutcome(b.t, b.entry(h, body), protocol.Applied, "")
	}
	return h.Ref
}

// TestADamagedDatabaseIsNoVerdict: what cannot be read is never the entry's
// fault, so that one server's disk cannot refuse what the others take.
func TestADamagedDatabaseIsNoVerdict(t *testing.T) {
	flip := func(bucket []byte, k []byte) func(tx *bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			v := slices.Clone(tx.Bucket(bucket).Get(k))
			v[len(v)/2] ^= 1
			return tx.Bucket(bucket).Put(k, v)
		}
	}
	undone := errors.New("undone")
	for name, damage := range map[string]func(tx *bbolt.Tx) error{
		"the record":           flip(bucketRecords, refKey(ref("a"))),
		"the version it cites": flip(bucketVersions, versionKey(ref("a"), 1)),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBase(t)
			b.write("a", paper{Text: "one"})
			b.write("a", paper{Text: "two"})
			h := header()
			h.Rev, h.Act, h.Deps = 3, "quote", []protocol.Dep{{Ref: ref("a"), Rev: 1}}
			e := sealed(t, h, paper{Home: "yanbian", Text: "one"})
			err := b.db.Update(func(tx *bbolt.Tx) error {
				if err := damage(tx); err != nil {
					return err
				}
				if r, err := (Fold{Level: 1}).Entry(tx, &e, 9); err == nil {
					t.Errorf("a verdict: %s", r.Verdict.Outcome)
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Fatal(err)
			}
		})
	}
}

func TestChangesSayWhoHadAndHas(t *testing.T) {
	b := newBase(t)
	c := b.write("a", paper{Readers: []protocol.NodeID{"jilin"}, Due: 5000}).Changes[0]
	if !slices.Equal(c.After.Nodes, []protocol.NodeID{"jilin", "yanbian"}) || len(c.Before.Nodes) != 0 || !c.Own || len(c.Due) != 1 {
		t.Errorf("%+v", c)
	}
	c = b.write("a", paper{Home: "changchun"}).Changes[0]
	if !slices.Equal(c.Before.Nodes, []protocol.NodeID{"jilin", "yanbian"}) || !slices.Equal(c.After.Nodes, []protocol.NodeID{"changchun"}) || len(c.Due) != 0 {
		t.Errorf("%+v", c)
	}
	if c.Record.Home != "changchun" || c.Record.Epoch != 2 || c.Record.Rev != 2 {
		t.Errorf("handed over: %+v", c.Record)
	}
}

// A record that is kept in memory, as the feed does, must not hold the batch
// that brought it.
func TestARecordDoesNotHoldTheBytesItCameIn(t *testing.T) {
	b := newBase(t)
	h := header()
	h.Seq = 1
	e, err := wire.Seal(&h, []byte(`{"text":"甲","home":"yanbian"}`))
	if err != nil {
		t.Fatal(err)
	}
	r := b.fold(&e)
	clear(e.Body)
	if body := r.Changes[0].Record.Body; !bytes.Contains(body, []byte("甲")) {
		t.Errorf("the body followed the batch: %q", body)
	}
}

func TestFollowersMoveWithTheHome(t *testing.T) {
	b := newBase(t)
	b.write("a", paper{})
	send := func(id string, about protocol.Ref) protocol.Ref {
		h := header()
		h.Origin, h.Ref, h.Act = "jilin", protocol.Ref{Kind: "letter", ID: id}, "send"
		wantOutcome(t, b.entry(h, letter{About: about}), protocol.Applied, "")
		return h.Ref
	}
	open, closed, early, other := send("open", ref("a")), send("closed", ref("a")), send("early", ref("later")), send("other", ref("b"))
	home := func(r protocol.Ref, want protocol.NodeID, epoch uint64) {
		t.Helper()
		if rec, _ := b.get(r); rec.Home != want || rec.Epoch != epoch {
			t.Errorf("%s is at %s, epoch %d; want %s, %d", r, rec.Home, rec.Epoch, want, epoch)
		}
	}
	home(open, "yanbian", 1)
	home(early, protocol.Hub, 1) // its target is not there yet
	h := header()
	h.Ref, h.Act, h.Rev = closed, "close", 2
	wantOutcome(t, b.entry(h, letter{}), protocol.Applied, "")
	r := b.write("a", paper{Home: "changchun"})
	if len(r.Changes) != 2 || r.Changes[1].Record.Ref != open || r.Changes[1].Own {
		t.Errorf("%+v", r.Changes)
	}
	home(open, "changchun", 2)
	home(closed, "yanbian", 1) // it stays where it was answered
	home(other, protocol.Hub, 1)
	b.write("later", paper{})
	home(early, "yanbian", 2)
	t.Run("replication.A11 the old home cannot answer any more", func(t *testing.T) {
		h := header()
		h.Ref, h.Act, h.Rev = open, "close", 2
		wantOutcome(t, b.entry(h, letter{}), protocol.RefusedAct, "G-01")
	})
}

// BenchmarkClose is what ending one of many open requests costs: it does not
// depend on how many there are.
func BenchmarkClose(b *testing.B) {
	for _, open := range []int{100, 10_000} {
		b.Run(strconv.Itoa(open), func(b *testing.B) { benchmarkClose(b, open) })
	}
}

func benchmarkClose(b *testing.B, open int) {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "fold.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin(true)
	if err != nil {
		b.Fatal(err)
	}
	defer tx.Rollback()
	if err := Init(tx); err != nil {
		b.Fatal(err)
	}
	letterOf := func(i int) protocol.Ref { return protocol.Ref{Kind: "letter", ID: strconv.Itoa(i)} }
	for i := range open {
		if err := follow(tx, letterOf(i), protocol.Ref{}, ref("a")); err != nil {
			b.Fatal(err)
		}
	}
	last := letterOf(open - 1)
	for b.Loop() {
		if err := errors.Join(follow(tx, last, ref("a"), protocol.Ref{}), follow(tx, last, protocol.Ref{}, ref("a"))); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhatIsAnsweredNamesItsTarget(t *testing.T) { // a row is ended by its key, not by a look through all
	b := newBase(t)
	b.write("a", paper{})
	h := header()
	h.Origin, h.Ref, h.Act = "jilin", protocol.Ref{Kind: "letter", ID: "one"}, "send"
	wantOutcome(t, b.entry(h, letter{About: ref("a")}), protocol.Applied, "")
	rec, _ := b.get(h.Ref)
	b.view(func(tx *bbolt.Tx) error {
		if got := followers(tx, ref("a")); len(got) != 1 || got[0] != h.Ref {
			t.Errorf("followers %v", got)
		}
		return nil
	})
	rec.Rev, rec.Index, rec.Body = rec.Rev+1, rec.Index+1, []byte(`{}`)
	b.update(func(tx *bbolt.Tx) error {
		_, err := Install(tx, &rec, false)
		return err
	})
	b.view(func(tx *bbolt.Tx) error {
		if got := followers(tx, ref("a")); len(got) != 0 {
			t.Errorf("an installed answer still follows: %v", got)
		}
		return nil
	})
}
