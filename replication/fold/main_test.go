package fold

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// paper is a kind of the tests' own: its home, its readers and its clock stand
// in its body. Letter is one that follows the home of a paper.
type paper struct {
	Text    string            `json:"text"`
	Home    protocol.NodeID   `json:"home"`
	Readers []protocol.NodeID `json:"readers,omitempty"`
	Due     protocol.Instant  `json:"due,omitempty"`
	protocol.Rest
}

type letter struct {
	About protocol.Ref `json:"about,omitzero"`
	protocol.Rest
}

var (
	_ = protocol.Define("paper", protocol.Spec[paper]{
		Title: "文稿", Lane: protocol.Urgent, Keep: true,
		Acts: map[protocol.Act]protocol.Judge[paper]{"write": writePaper, "explode": explodePaper, "quote": quotePaper},
		Home: func(p *paper) protocol.NodeID { return p.Home },
		Audience: func(p *paper) protocol.Audience {
			return protocol.Only(p.Readers...)
		},
		Terms: func(p *paper) protocol.Terms { return protocol.Terms{Title: p.Text} },
		Deadlines: func(p *paper) []protocol.Deadline {
			if p.Due == 0 {
				return nil
			}
			return []protocol.Deadline{{Clock: protocol.K1, At: p.Due}}
		},
	})
	_ = protocol.Define("letter", protocol.Spec[letter]{
		Title: "来信", Lane: protocol.Urgent, Foreign: []protocol.Act{"send"},
		Acts:     map[protocol.Act]protocol.Judge[letter]{"send": passLetter, "close": passLetter},
		Home:     func(*letter) protocol.NodeID { return protocol.Hub },
		Audience: func(*letter) protocol.Audience { return protocol.Only("yanbian") },
		Target:   func(l *letter) protocol.Ref { return l.About },
		Terms:    func(*letter) protocol.Terms { return protocol.Terms{} },
	})
)

func writePaper(_, want *paper, _ *protocol.Header, _ protocol.View) (*paper, *protocol.Refusal) {
	next := *want
	if next.Text == "bad" {
		return nil, &protocol.Refusal{Rule: "T-01", Text: "文稿内容不妥"}
	}
	return &next, nil
}

func explodePaper(_, _ *paper, _ *protocol.Header, _ protocol.View) (*paper, *protocol.Refusal) {
	panic("a rule with a defect")
}

// quotePaper takes over the text of the version it cites.
func quotePaper(_, want *paper, h *protocol.Header, v protocol.View) (*paper, *protocol.Refusal) {
	rec, ok := v.Cited(h.Deps[0].Ref)
	if !ok {
		return nil, &protocol.Refusal{Rule: "T-02", Text: "没有引用"}
	}
	cited, err := protocol.Load[paper](rec)
	if err != nil {
		return nil, &protocol.Refusal{Rule: "T-02", Text: "引用无法读取"}
	}
	next := *want
	next.Text = cited.Text
	return &next, nil
}

func passLetter(_, want *letter, _ *protocol.Header, _ protocol.View) (*letter, *protocol.Refusal) {
	next := *want
	return &next, nil
}

// base is a database with the fold's buckets; its digest is checked at the end.
type base struct {
	t     *testing.T
	db    *bbolt.DB
	index uint64
	seq   uint64
}

func newBase(t *testing.T) *base {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "fold.db"), 0o600,
		&bbolt.Options{FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	b := &base{t: t, db: db}
	b.update(Init)
	t.Cleanup(func() {
		b.view(func(tx *bbolt.Tx) error {
			sum, err := Recompute(tx)
			if err == nil && sum != Digest(tx) {
				t.Error("the digest is not that of the records")
			}
			return err
		})
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *base) update(fn func(tx *bbolt.Tx) error) {
	b.t.Helper()
	if err := b.db.Update(fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *base) view(fn func(tx *bbolt.Tx) error) {
	b.t.Helper()
	if err := b.db.View(fn); err != nil {
		b.t.Fatal(err)
	}
}

func ref(id string) protocol.Ref { return protocol.Ref{Kind: "paper", ID: id} }

// header is that of a proper first entry of yanbian about paper a.
func header() protocol.Header {
	return protocol.Header{Origin: "yanbian", Epoch: 1, Lane: protocol.Urgent, Ref: ref("a"), Act: "write",
		Rev: 1, RecEpoch: 1, At: 1000, AtErr: 1, By: "clerk", Feature: 1}
}

// entry folds one entry and gives what became of it.
func (b *base) entry(h protocol.Header, body any) Result {
	b.t.Helper()
	raw, ok := body.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			b.t.Fatal(err)
		}
	}
	b.seq++
	h.Seq = b.seq
	e, err := wire.Seal(&h, raw)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.fold(&e)
}

func (b *base) fold(e *protocol.Entry) (r Result) {
	b.t.Helper()
	b.index++
	b.update(func(tx *bbolt.Tx) (err error) {
		r, err = Fold{Level: 1}.Entry(tx, e, b.index)
		return err
	})
	return r
}

// write folds the next entry of a record's home.
func (b *base) write(id string, body paper) Result {
	b.t.Helper()
	h := header()
	h.Ref = ref(id)
	if old, ok := b.get(h.Ref); ok {
		h.Origin, h.Rev, h.RecEpoch = old.Home, old.Rev+1, old.Epoch
	}
	if body.Home == "" {
		body.Home = h.Origin
	}
	return b.entry(h, body)
}

func (b *base) get(r protocol.Ref) (rec protocol.Record, ok bool) {
	b.t.Helper()
	b.view(func(tx *bbolt.Tx) (err error) {
		rec, ok, err = Get(tx, r)
		return err
	})
	return rec, ok
}

func (b *base) digest() (d protocol.Hash) {
	b.view(func(tx *bbolt.Tx) error { d = Digest(tx); return nil })
	return d
}

func wantOutcome(t *testing.T, r Result, outcome protocol.Outcome, rule string) {
	t.Helper()
	if r.Verdict.Outcome != outcome || r.Verdict.Rule != rule {
		t.Errorf("%s %q (%s), want %s %q", r.Verdict.Outcome, r.Verdict.Rule, r.Verdict.Text, outcome, rule)
	}
}
