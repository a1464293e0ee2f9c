package store

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiangyun/protocol"
)

// model is what the documents say a node's store is: cases by idempotency key,
// numbers that rise by one for each that was taken, a journal that has one line
// for each act.
type model struct {
	cases map[string]*modelCase
	order []string
	lines uint64
}

type modelCase struct {
	receipt uint64
	id      string
	rev     uint64
	state   protocol.CaseState
	gone    bool // home is elsewhere
}

func TestModelOfTheStore(t *testing.T) {
	checks := "8"
	if testing.Short() {
		checks = "2"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		w := &world{t: rt, p: newProvince(t), r: open(t, filepath.Join(dir, "node.db"), testConfig()), m: model{cases: make(map[string]*modelCase)}}
		w.p.feed(w.r)
		rt.Repeat(map[string]func(*rapid.T){
			"receive":  func(rt *rapid.T) { w.receive(rt) },
			"handOver": func(rt *rapid.T) { w.act(rt, "hand_over", protocol.Case{}, ref("agency", usccThere)) },
			"withdraw": func(rt *rapid.T) {
				w.act(rt, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "x"}})
			},
			"undone":   func(rt *rapid.T) { w.undone(rt) },
			"together": func(rt *rapid.T) { w.together(rt) },
			"exchange": func(*rapid.T) { w.p.exchange(w.r) },
			"restart":  func(*rapid.T) { w.r = w.r.reopen(testConfig()) },
			"crash": func(*rapid.T) {
				path := w.r.crash()
				w.r.shut()
				w.r = open(t, path, testConfig())
			},
			"snapshot": func(rt *rapid.T) { w.p.takeSnapshot(w.r, fmt.Sprint(rapid.Uint32().Draw(rt, "id"))) },
			"":         func(*rapid.T) { w.compare() },
		})
		w.r.check()
		w.r.shut()
	})
}

type world struct {
	t *rapid.T
	p *province
	r *running
	m model
}

func (w *world) next() string { return fmt.Sprintf("k%d", len(w.m.order)) }

func (w *world) took(idem string, rec protocol.Record, no string) {
	n := uint64(len(w.m.order) + 1)
	if got := number(w.r.t, no); got != n {
		w.t.Fatalf("receipt %d, want %d", got, n)
	}
	w.m.cases[idem] = &modelCase{receipt: n, id: rec.Ref.ID, rev: 1, state: protocol.CaseReceived}
	w.m.order = append(w.m.order, idem)
	w.m.lines++
}

func (w *world) receive(rt *rapid.T) {
	idem := w.next()
	rec, no := w.r.receive(rapid.SampledFrom([]string{itemHere, itemThere}).Draw(rt, "item"), idem)
	w.took(idem, rec, no)
}

func (w *world) pick(rt *rapid.T) (string, *modelCase) {
	if len(w.m.order) == 0 {
		rt.Skip("no case yet")
	}
	idem := rapid.SampledFrom(w.m.order).Draw(rt, "case")
	return idem, w.m.cases[idem]
}

// act is tried on any case: the rules say whether it was possible.
func (w *world) act(rt *rapid.T, act protocol.Act, body protocol.Case, cite ...protocol.Ref) {
	_, c := w.pick(rt)
	rec, err := w.r.act(ref("case", c.id), act, body, cite...)
	if err != nil {
		if protocol.CodeOf(err) != protocol.Refused {
			w.t.Fatal(err)
		}
		if act == "withdraw" && !c.gone && c.state == protocol.CaseReceived {
			w.t.Fatalf("a legal act was refused: %v", err)
		}
		return
	}
	if c.gone || c.state != protocol.CaseReceived {
		w.t.Fatalf("%s of a case that is %s was let through", act, c.state)
	}
	got, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		w.t.Fatal(err)
	}
	c.rev, c.state, c.gone = c.rev+1, got.State, rec.Home != "yanbian"
	w.m.lines++
}

// undone writes and then fails: nothing of it may be left.
func (w *world) undone(*rapid.T) {
	err := w.r.Update(ctx(), func(tx *Tx) error {
		if _, _, err := receive(tx, itemThere, w.next()); err != nil {
			return err
		}
		return errNo
	})
	if err != errNo {
		w.t.Fatalf("got %v", err)
	}
}

// together is several callers in one round, some of them refused.
func (w *world) together(rt *rapid.T) {
	good := rapid.SliceOfN(rapid.Bool(), 2, 5).Draw(rt, "good")
	type result struct {
		rec protocol.Record
		no  string
	}
	results := make([]result, len(good))
	var acts []func(tx *Tx) error
	for i, ok := range good {
		acts = append(acts, func(tx *Tx) (err error) {
			results[i].rec, results[i].no, err = receive(tx, itemThere, fmt.Sprintf("%s-%d", w.next(), i))
			if err == nil && !ok {
				err = errNo
			}
			return err
		})
	}
	base := w.next()
	for i, err := range w.r.together(acts...) {
		if (err == nil) != good[i] {
			w.t.Fatalf("caller %d: %v", i, err)
		}
		if err == nil {
			w.took(fmt.Sprintf("%s-%d", base, i), results[i].rec, results[i].no)
		}
	}
}

func (w *world) compare() {
	head, err := w.r.Head(protocol.Urgent)
	if err != nil || head.Seq != w.m.lines {
		w.t.Fatalf("head %v, %v; want %d lines", head, err, w.m.lines)
	}
	var ids []string
	count := 0
	err = w.r.View(func(tx *ReadTx) error {
		for _, idem := range w.m.order {
			c := w.m.cases[idem]
			ids = append(ids, c.id)
			rec, ok, err := tx.Get(ref("case", c.id))
			if keys := tx.ByKey("case", idem); err != nil || !ok || rec.Rev != c.rev || (rec.Home != "yanbian") != c.gone || len(keys) != 1 || keys[0] != rec.Ref {
				w.t.Fatalf("%s: %+v, keys %v, %v; want %+v", idem, rec, keys, err, c)
			}
		}
		return tx.Each("case", func(protocol.Record) error { count++; return nil })
	})
	if !slices.IsSorted(ids) {
		w.t.Fatalf("case ids do not rise: %v", ids)
	}
	if err != nil || count != len(w.m.order) {
		w.t.Fatalf("%d cases, %v; want %d", count, err, len(w.m.order))
	}
	if left := w.r.BlocksLeft(); left != 2*protocol.BlockSize-uint64(len(w.m.order)) {
		w.t.Fatalf("%d numbers left after %d", left, len(w.m.order))
	}
}
