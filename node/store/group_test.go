package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"xiangyun/protocol"
)

var errNo = errors.New("no")

// together has the writer run the acts in one round: it is held until all of
// them wait.
func (r *running) together(acts ...func(tx *Tx) error) []error {
	r.t.Helper()
	hold, held := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	var once sync.Once
	wg.Go(func() {
		_ = r.do(ctx(), false, func(*group) error { // shares the outcome of the others
			once.Do(func() { close(held) }) // it may be run again
			<-hold
			return nil
		})
	})
	<-held
	errs := make([]error, len(acts))
	for i, act := range acts {
		wg.Go(func() { errs[i] = r.Update(ctx(), act) })
		for waiting := false; !waiting; runtime.Gosched() { // in this order
			waiting = blocked(i + 1)
		}
	}
	close(hold)
	wg.Wait()
	return errs
}

// blocked reports whether n goroutines are blocked in handing a job over: the
// channel has no buffer, so that is read off their stacks.
func blocked(n int) bool {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	return bytes.Count(buf, []byte("store.(*Store).hand(")) >= n+1 // and the one that holds
}

func TestACallerThatIsRefusedIsUndoneAlone(t *testing.T) {
	for _, row := range []struct {
		name   string
		before func(r *running) // what stands in the open transaction
	}{
		{"on a fresh transaction", func(*running) {}},
		{"on what is durable and not yet committed", func(r *running) { r.receive(itemThere, "earlier") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, _ := equipped(t)
			row.before(r)
			was := r.committed()
			good := func(idem string) func(tx *Tx) error {
				return func(tx *Tx) error {
					_, _, err := receive(tx, itemThere, idem)
					return err
				}
			}
			bad := func(tx *Tx) error {
				if _, _, err := receive(tx, itemThere, "bad"); err != nil {
					return err
				}
				return errNo
			}
			idle := func(tx *Tx) error {
				if _, err := tx.NextReceipt(); err != nil {
					return err
				}
				return errNo
			}
			errs := r.together(good("a"), idle, bad, good("b"), bad, good("c"))
			for i, want := range []error{nil, errNo, errNo, nil, errNo, nil} {
				if !errors.Is(errs[i], want) {
					t.Errorf("caller %d got %v, want %v", i, errs[i], want)
				}
			}
			now := r.committed()
			if n := now.heads[protocol.Urgent].Seq - was.heads[protocol.Urgent].Seq; n != 3 {
				t.Errorf("%d lines, want 3", n)
			}
			if now.cases-was.cases != 3 || now.blocks[0].next-was.blocks[0].next != 3 {
				t.Errorf("numbers of refused callers were used: %d cases, %d receipts", now.cases-was.cases, now.blocks[0].next-was.blocks[0].next)
			}
			r.must(r.View(func(tx *ReadTx) error {
				for idem, want := range map[string]int{"a": 1, "b": 1, "c": 1, "bad": 0} {
					if refs := tx.ByKey("case", idem); len(refs) != want {
						t.Errorf("%q: %d records, want %d", idem, len(refs), want)
					}
				}
				return nil
			}))
			r.check()
		})
	}
}

func TestAPanicComesOutOfItsOwnCaller(t *testing.T) {
	r, _ := equipped(t)
	func() {
		defer func() {
			if p := recover(); p != "oops" {
				t.Errorf("recovered %v", p)
			}
		}()
		r.Update(ctx(), func(tx *Tx) error {
			if _, _, err := receive(tx, itemHere, "w1"); err != nil {
				return err
			}
			panic("oops")
		})
	}()
	rec, _ := r.receive(itemHere, "w2")
	if rec.Ref.ID != "yanbian-1-00000001-"+rec.Ref.ID[len(rec.Ref.ID)-1:] {
		t.Errorf("the number of the one that panicked was used: %s", rec.Ref.ID)
	}
}

func TestACallerThatGivesUpInTimeIsNotRun(t *testing.T) {
	r, _ := equipped(t)
	gone, cancel := context.WithCancelCause(ctx())
	cancel(errNo)
	ran := false
	err := r.Update(gone, func(*Tx) error { ran = true; return nil })
	if ran && err != nil || !ran && !errors.Is(err, errNo) {
		t.Fatalf("ran %v, got %v", ran, err)
	}
}

func TestAStoppedStoreSaysSo(t *testing.T) {
	r, _ := equipped(t)
	r.stop()
	<-r.stopped
	r.want(protocol.Busy, r.Update(ctx(), func(*Tx) error { return nil }))
	if err := r.View(func(*ReadTx) error { return nil }); err != nil {
		t.Fatalf("reading goes on: %v", err)
	}
}

func TestManyCallersAtOnceEachGetTheirOwn(t *testing.T) {
	r, p := equipped(t)
	const callers, each = 16, 12
	var mu sync.Mutex
	seen := make(map[string]bool)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				var rec protocol.Record
				var no string
				err := r.Update(ctx(), func(tx *Tx) (err error) {
					if rec, no, err = receive(tx, itemThere, fmt.Sprintf("w%d-%d", c, i)); err == nil && i%4 == 3 {
						err = errNo
					}
					return err
				})
				if i%4 == 3 {
					if !errors.Is(err, errNo) {
						t.Errorf("want a refusal, got %v", err)
					}
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[no] || seen[rec.Ref.ID] {
					t.Errorf("%s or %s was handed out twice", no, rec.Ref)
				}
				seen[no], seen[rec.Ref.ID] = true, true
				mu.Unlock()
				if got, ok := r.get(rec.Ref); !ok || got.Rev != 1 {
					t.Errorf("%s is not there after Update returned", rec.Ref)
				}
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			p.exchange(r)
		}
	})
	wg.Wait()
	p.exchange(r)
	if want := callers * each * 3 / 4; len(seen) != 2*want || r.committed().cases != uint64(want) {
		t.Fatalf("%d numbers, %d cases, want %d", len(seen)/2, r.committed().cases, want)
	}
	r.check()
	all, err := r.Pending()
	if err != nil || all[protocol.Urgent].Entries != 0 || r.QueueBytes() != 0 {
		t.Fatalf("after the exchange %+v, %v", all, err)
	}
}
