package fsm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

func TestCommitFollowsWhenApplyFallsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(t)
		stop := run(t, h.f)
		for range 3 {
			h.mustAct(draftOf("a", paper{}))
		}
		if s := h.f.standing(); s.Committed == s.Applied {
			t.Fatal("committed in front of the answer")
		}
		time.Sleep(2 * idleAfter)
		synctest.Wait()
		if s := h.f.standing(); s.Committed != s.Applied {
			t.Errorf("committed %d of %d when idle", s.Committed, s.Applied)
		}
		for range 300 { // never idle for 5 ms, and yet committed every 200 ms
			time.Sleep(time.Millisecond)
			h.mustAct(draftOf("a", paper{}))
		}
		if s := h.f.standing(); s.Applied-s.Committed > 250 {
			t.Errorf("committed %d of %d under load", s.Committed, s.Applied)
		}
		stop()
		if s := h.f.standing(); s.Committed != s.Applied {
			t.Errorf("committed %d of %d at the end", s.Committed, s.Applied)
		}
	})
}

func TestReadersSeeWhatIsApplied(t *testing.T) {
	h := newHub(t)
	h.mustAct(draftOf("a", paper{Text: "未提交"}))
	for range 2 { // from the open transaction, then from the file
		if rec, ok := h.record(paperRef("a")); !ok || rec.Rev != 1 {
			t.Errorf("record %+v", rec)
		}
		list, err := h.f.Records("paper", "", 10)
		if err != nil || len(list) != 1 {
			t.Errorf("%d records, %v", len(list), err)
		}
		steps, err := h.f.History(paperRef("a"))
		if err != nil || len(steps) != 1 || steps[0].Index != h.index {
			t.Errorf("history %+v, %v", steps, err)
		}
		commit(t, h)
	}
}

// TestAFailedCommitIsFinal is pitfalls.W2: the server stops, nothing is tried
// again, and what the log has is applied again by the next process.
func TestAFailedCommitIsFinal(t *testing.T) {
	h := newHub(t)
	h.mustAct(draftOf("a", paper{}))
	commit(t, h)
	h.mustAct(draftOf("b", paper{}))
	tries := 0
	h.f.sync = func(tx *bbolt.Tx) error { tries++; return errors.Join(syscall.EIO, tx.Rollback()) }
	if err := h.f.Commit(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("got %v", err)
	}
	if len(h.fatal) != 1 {
		t.Errorf("told %v", h.fatal)
	}
	mustPanic(t, func() { h.apply(EncodeTick(5)) })
	if err := h.f.Commit(); err == nil || tries != 1 {
		t.Errorf("tried %d times, %v", tries, err)
	}
	if _, err := h.f.Snapshot(); err == nil {
		t.Error("a snapshot of a state that is not known")
	}
	if err := h.f.Close(); err == nil {
		t.Error("closed as if all was well")
	}
	h.fatal, h.index = nil, 2
	h.log = h.log[:2]
	h.open()
	if got := h.f.Applied().Get(); got != 1 {
		t.Fatalf("stored up to %d, want 1", got)
	}
	h.f.ApplyBatch(asLogs(h.log))
	if _, ok := h.record(paperRef("b")); !ok {
		t.Error("not applied again")
	}
}

func TestOpenRefusesADamagedFile(t *testing.T) {
	h := newHub(t)
	h.mustAct(draftOf("a", paper{}))
	if err := h.f.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(h.dir, fileName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"truncated": good[:100], "overwritten": make([]byte, len(good)), "of another program": []byte("hello")} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(h.dir, options(h)); protocol.CodeOf(err) != protocol.BadChain {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	h.open()
}

func TestScrubFindsDamage(t *testing.T) {
	h := newHub(t)
	yanbian := h.enrol("yanbian")[0]
	h.push(batch(yanbian.write("a", paper{Text: "one"}), yanbian.write("b", paper{Text: "bad"})))
	if err := h.f.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	damage := func(name []byte, change func(b *bbolt.Bucket, k, v []byte) error) (undo func()) {
		var key, old []byte
		edit := func(do func(b *bbolt.Bucket) error) {
			h.f.mu.Lock()
			defer h.f.mu.Unlock()
			tx, err := h.f.writable()
			if err == nil {
				err = do(tx.Bucket(name))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		edit(func(b *bbolt.Bucket) error {
			k, v := b.Cursor().First()
			key, old = append(key, k...), append(old, v...)
			return change(b, key, append([]byte{}, old...))
		})
		return func() { edit(func(b *bbolt.Bucket) error { return b.Put(key, old) }) }
	}
	flip := func(b *bbolt.Bucket, k, v []byte) error { v[len(v)/2] ^= 1; return b.Put(k, v) }
	drop := func(b *bbolt.Bucket, k, _ []byte) error { return b.Delete(k) }
	for name, undo := range map[string]func() func(){
		"a journal line":     func() func() { return damage(bucketJournal, flip) },
		"a verdict":          func() func() { return damage(bucketVerdict, flip) },
		"a feed row":         func() func() { return damage(bucketFeed, flip) },
		"a chain that went":  func() func() { return damage(bucketChain, drop) },
		"a record":           func() func() { return damage([]byte("rec"), flip) },
		"a record that went": func() func() { return damage([]byte("rec"), drop) },
	} {
		put := undo()
		if err := h.f.Scrub(t.Context()); protocol.CodeOf(err) != protocol.BadChain {
			t.Errorf("%s: got %v", name, err)
		}
		put()
	}
	if err := h.f.Scrub(t.Context()); err != nil {
		t.Errorf("repaired: %v", err)
	}
	if err := h.f.View(func(tx *bbolt.Tx) error { _, err := fold.Recompute(tx); return err }); err != nil {
		t.Error(err)
	}
}

// TestReadersBesideApply has every kind of reader at work while commands are
// applied; the race detector is its judge.
func TestReadersBesideApply(t *testing.T) {
	h := newHub(t)
	pens := h.enrol("yanbian", "changchun")
	stop := run(t, h.f)
	changes := h.f.Changes()
	defer changes.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	read := func(fn func() error) {
		readers.Go(func() {
			for ctx.Err() == nil {
				if err := fn(); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	cur := wire.Cursor{Lane: protocol.Urgent}
	read(func() error {
		l, err := h.f.Lines("changchun", protocol.Urgent, cur, 4000)
		cur = wire.Cursor{Lane: protocol.Urgent, Generation: l.Generation, Prev: l.Prev, Last: l.Last}
		if err == nil {
			_, err = wire.AppendLines(nil, &l)
		}
		return err
	})
	read(func() error { _, err := h.f.Status(); return err })
	read(func() error { _, _, err := changes.Next(ctx); return err })
	read(func() error { _, err := h.f.Records("paper", "", 100); return err })
	read(func() error {
		_, err := h.f.Scope(ctx, "changchun", wire.SnapAsk{}, func(wire.SnapHead) error { return nil }, func([]byte) error { return nil })
		return err
	})
	read(func() error {
		snap, err := h.f.Snapshot()
		if err != nil {
			return err
		}
		defer snap.Release()
		return snap.Persist(&sink{})
	})
	read(func() error { return h.f.Scrub(ctx) })
	for i := range 60 {
		h.push(batch(pens[0].write(fmt.Sprint(i%7), paper{Readers: []protocol.NodeID{"changchun"}}), pens[0].write("x", paper{Text: "bad"})))
		h.tick(h.now)
	}
	cancel()
	readers.Wait()
	stop()
}
