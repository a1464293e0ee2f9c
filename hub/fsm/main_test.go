package fsm

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	if dir := os.Getenv(openEnv); dir != "" {
		openAsChild(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// paper is a kind of the tests' own: who holds it, who reads it and what runs
// for it stand in its body.
type paper struct {
	Text    string            `json:"text"`
	Home    protocol.NodeID   `json:"home"`
	All     bool              `json:"all,omitempty"`
	Readers []protocol.NodeID `json:"readers,omitempty"`
	Due     protocol.Instant  `json:"due,omitempty"`
	protocol.Rest
}

var _ = protocol.Define("paper", protocol.Spec[paper]{
	Title: "文稿", Lane: protocol.Urgent,
	Acts: map[protocol.Act]protocol.Judge[paper]{"write": writePaper, "explode": explodePaper, "widen": widenPaper},
	Home: func(p *paper) protocol.NodeID { return p.Home },
	Audience: func(p *paper) protocol.Audience {
		if p.All {
			return protocol.Everyone()
		}
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

// widenPaper needs the paper it cites, and writes its text.
func widenPaper(old, want *paper, h *protocol.Header, v protocol.View) (*paper, *protocol.Refusal) {
	if len(h.Deps) == 0 {
		return nil, &protocol.Refusal{Rule: "T-02", Text: "没有引用"}
	}
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

// hub is a state machine with a log of its own.
type hub struct {
	t     testing.TB
	f     *FSM
	dir   string
	index uint64
	log   [][]byte
	fatal []error
	now   protocol.Instant
}

func options(h *hub) Options {
	return Options{Log: slog.New(slog.DiscardHandler), Server: "hub1", Feature: 3, MmapSize: 1 << 26,
		Fatal: func(err error) { h.fatal = append(h.fatal, err) }}
}

func newHub(t testing.TB) *hub {
	t.Helper()
	h := &hub{t: t, dir: t.TempDir(), now: 1_772_000_000_000}
	h.open()
	t.Cleanup(func() {
		if err := h.f.Close(); err != nil && len(h.fatal) == 0 {
			t.Errorf("close: %v", err)
		}
		check(t, h.dir)
	})
	return h
}

func (h *hub) open() {
	h.t.Helper()
	f, err := Open(h.dir, options(h))
	if err != nil {
		h.t.Fatal(err)
	}
	h.f = f
}

// check verifies the sums of every state that a test has made.
func check(t testing.TB, dir string) {
	t.Helper()
	db, err := openDB(dir+"/"+fileName, 1<<26)
	if err != nil {
		t.Errorf("open after the test: %v", err)
		return
	}
	if err := errors.Join(db.View(verify), db.Close()); err != nil {
		t.Errorf("check after the test: %v", err)
	}
}

// apply decides about one command.
func (h *hub) apply(cmd []byte) any {
	h.t.Helper()
	h.index++
	h.log = append(h.log, cmd)
	return h.f.Apply(&raft.Log{Index: h.index, Type: raft.LogCommand, Data: cmd})
}

func (h *hub) append(batches []wire.Batch, groups ...[]protocol.Draft) *AppendResult {
	h.t.Helper()
	h.now += 1000
	cmd, err := EncodeAppend(h.now, batches, groups)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.apply(cmd).(*AppendResult)
}

func (h *hub) push(batches ...wire.Batch) []BatchResult { return h.append(batches).Batches }

func (h *hub) act(drafts ...protocol.Draft) GroupResult { return h.append(nil, drafts).Groups[0] }

// mustAct fails the test when an act is not taken.
func (h *hub) mustAct(drafts ...protocol.Draft) []protocol.Record {
	h.t.Helper()
	r := h.act(drafts...)
	if r.Refusal != nil || r.Fault != nil {
		h.t.Fatalf("act on %s: %v %v", drafts[0].Ref, r.Refusal, r.Fault)
	}
	return r.Records
}

// enrol plans and enrols nodes, and gives each a pen.
func (h *hub) enrol(ids ...protocol.NodeID) []*pen {
	h.t.Helper()
	pens := make([]*pen, len(ids))
	for i, id := range ids {
		h.mustAct(
			protocol.Draft{Ref: node(id), Act: "plan", By: "hub:op", Body: protocol.Node{ID: id, Name: "测试节点"}},
			protocol.Draft{Ref: node(id), Act: "enroll", By: "hub:op", Body: protocol.Node{Key: protocol.Hash{1}}},
		)
		pens[i] = &pen{t: h.t, id: id, epoch: 1, recs: map[protocol.Ref]protocol.Record{}}
	}
	return pens
}

func (h *hub) tick(now protocol.Instant) TickResult { return h.apply(EncodeTick(now)).(TickResult) }

func (h *hub) digest() protocol.Hash {
	_, d := h.f.StateDigest()
	return d
}

func (h *hub) record(ref protocol.Ref) (protocol.Record, bool) {
	h.t.Helper()
	rec, ok, err := h.f.Record(ref)
	if err != nil {
		h.t.Fatal(err)
	}
	return rec, ok
}

// lines reads the whole feed of a node behind a cursor.
func (h *hub) lines(id protocol.NodeID, lane protocol.Lane, after uint64) wire.Lines {
	h.t.Helper()
	l, err := h.f.Lines(id, lane, wire.Cursor{Lane: lane, Generation: h.f.Generation(), Last: after}, 1<<20)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := wire.AppendLines(nil, &l); err != nil {
		h.t.Fatalf("feed cannot be sent: %v", err)
	}
	return l
}

func node(id protocol.NodeID) protocol.Ref { return protocol.Ref{Kind: "node", ID: string(id)} }

func paperRef(id string) protocol.Ref { return protocol.Ref{Kind: "paper", ID: id} }

// pen writes the journal of one node, and knows the records as that node does.
type pen struct {
	t     testing.TB
	id    protocol.NodeID
	epoch uint64
	last  [3]protocol.Pos
	recs  map[protocol.Ref]protocol.Record
}

// seal puts a header and body behind the last of the pen's lane.
func (p *pen) seal(h protocol.Header, body []byte) protocol.Entry {
	p.t.Helper()
	if h.Lane == 0 {
		h.Lane = protocol.Urgent
	}
	last := p.last[h.Lane]
	h.Origin, h.Epoch, h.Seq, h.Prev = p.id, p.epoch, last.Seq+1, last.Hash
	h.At, h.AtErr, h.By = 1_772_000_000_000, 5, "clerk"
	if h.Feature == 0 {
		h.Feature = 1
	}
	e, err := wire.Seal(&h, body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.last[h.Lane] = e.Pos()
	return e
}

// write makes an entry that replaces a paper by what body says.
func (p *pen) write(id string, body paper) protocol.Entry {
	p.t.Helper()
	if body.Home == "" {
		body.Home = p.id
	}
	ref := paperRef(id)
	old, raw := p.recs[ref], mustJSON(p.t, body)
	h := protocol.Header{Ref: ref, Act: "write", Rev: old.Rev + 1, RecEpoch: max(old.Epoch, 1)}
	p.recs[ref] = protocol.Record{Ref: ref, Rev: h.Rev, Epoch: h.RecEpoch, Home: body.Home, Body: raw}
	return p.seal(h, raw)
}

// poison makes an entry that no rule can read.
func (p *pen) poison(id string) protocol.Entry {
	return p.seal(protocol.Header{Ref: paperRef(id), Act: "write", Rev: p.recs[paperRef(id)].Rev + 1, RecEpoch: 1}, []byte("not json"))
}

func batch(entries ...protocol.Entry) wire.Batch {
	last := entries[len(entries)-1]
	return wire.Batch{Origin: last.Origin, Entries: entries, Checkpoint: wire.Checkpoint{Pos: last.Pos(), Sig: []byte("signed")}}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// said lists lines in short: "12 record paper/a@2".
func said(l wire.Lines) (list []string) {
	for _, line := range l.Lines {
		s := fmt.Sprintf("%d %s ", line.Index, line.What)
		switch {
		case line.Record != nil:
			s += fmt.Sprintf("%s@%d", line.Record.Ref, line.Record.Rev)
		case line.Verdict != nil:
			s += fmt.Sprintf("%d %s %s", line.Verdict.Pos.Seq, line.Verdict.Outcome, line.Verdict.Rule)
		case line.Value != 0:
			s += fmt.Sprint(line.Value)
		default:
			s += line.Ref.String()
		}
		list = append(list, s)
	}
	return list
}

func wantLines(t *testing.T, got wire.Lines, want ...string) {
	t.Helper()
	if !slices.Equal(said(got), want) {
		t.Errorf("feed says %q\nwant      %q", said(got), want)
	}
}

func wantFault(t *testing.T, f *protocol.Fault, code protocol.Code) {
	t.Helper()
	switch {
	case f == nil && code != 0:
		t.Errorf("no fault, want %s", code)
	case f != nil && f.Code != code:
		t.Errorf("fault %v, want code %d", f, code)
	}
}

func run(t *testing.T, f *FSM) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	return func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("run: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("run does not end")
		}
	}
}

func heldCount(t *testing.T, f *FSM) (n int) {
	t.Helper()
	if err := f.View(func(tx *bbolt.Tx) error {
		return fold.EachHeld(tx, func(fold.Held) error { n++; return nil })
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
