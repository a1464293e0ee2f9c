package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"xiangyun/protocol"
)

// records is a source in memory. Its zero index stands for its beginning.
type records struct {
	mu    sync.Mutex // guards all
	all   map[protocol.Ref]protocol.Record
	dirty []protocol.Ref
	index uint64
	wake  chan struct{}
	fail  error // what Load gives instead of a record
}

func newRecords() *records {
	return &records{all: map[protocol.Ref]protocol.Record{}, wake: make(chan struct{}, 1)}
}

func (s *records) set(r protocol.Record) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[r.Ref] = r
	return s.changed(r.Ref)
}

func (s *records) remove(ref protocol.Ref) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, ref)
	return s.changed(ref)
}

func (s *records) changed(ref protocol.Ref) uint64 {
	s.index++
	s.dirty = append(s.dirty, ref)
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return s.index
}

func (s *records) Next(ctx context.Context) ([]protocol.Ref, uint64, error) {
	for {
		s.mu.Lock()
		refs, index := s.dirty, s.index
		s.dirty = nil
		s.mu.Unlock()
		if len(refs) > 0 {
			return refs, index, nil
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil, 0, context.Cause(ctx)
		}
	}
}

func (s *records) Load(_ context.Context, refs []protocol.Ref) (list []protocol.Record, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range refs {
		if r, ok := s.all[ref]; ok {
			list = append(list, r)
		}
	}
	return list, s.fail
}

func (s *records) Each(_ context.Context, fn func(protocol.Record) error) (uint64, error) {
	s.mu.Lock()
	all, index := maps.Clone(s.all), s.index
	s.mu.Unlock()
	for _, r := range all {
		if err := fn(r); err != nil {
			return 0, err
		}
	}
	return index, nil
}

func record(id string, rev uint64, title string) protocol.Record {
	body, err := json.Marshal(protocol.Terms{Title: title})
	if err != nil {
		panic(err)
	}
	return protocol.Record{Ref: protocol.Ref{Kind: "item", ID: id}, Rev: rev, Epoch: 1, At: protocol.Instant(rev), Body: body}
}

// bodyTerms reads the terms of the test's records, whose body they are.
func bodyTerms(r protocol.Record) (t protocol.Terms, ok bool, err error) {
	if r.Body == nil {
		return t, false, nil
	}
	err = json.Unmarshal(r.Body, &t)
	return t, err == nil, err
}

// follow runs a follower until the test ends or stop is called.
func follow(t *testing.T, ix *Index, src *records) (f *Follower, stop func() error) {
	t.Helper()
	f = NewFollower(ix, src, nil)
	f.terms = bodyTerms
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { err = f.Run(ctx) })
	stop = func() error { cancel(); wg.Wait(); return err }
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return f, stop
}

func wait(t *testing.T, f *Follower, index uint64) {
	t.Helper()
	if err := f.Covered().Wait(t.Context(), index); err != nil {
		t.Fatal(err)
	}
}

func fileIndex(t *testing.T) (*Index, string) {
	t.Helper()
	t.Cleanup(func() { goleak.VerifyNone(t) })
	path := filepath.Join(t.TempDir(), "search.db")
	ix := mustOpen(t, path)
	t.Cleanup(func() { ix.Close() })
	return ix, path
}

func TestFollowerKeepsInStep(t *testing.T) {
	ix, _ := fileIndex(t)
	src := newRecords()
	src.set(record("a", 1, "失业保险"))
	f, _ := follow(t, ix, src)
	src.set(record("b", 1, "失业登记"))
	src.set(record("a", 2, "医疗保险"))
	wait(t, f, src.set(protocol.Record{Ref: protocol.Ref{Kind: "item", ID: "c"}, Rev: 1, Body: []byte("no json")}))
	if !f.Ready() {
		t.Error("not ready although it has caught up")
	}
	if got := ids(t, ix, Query{Text: "失业"}); got != "b" {
		t.Fatalf("found %q", got)
	}
	erased := record("b", 2, "")
	erased.Body = nil
	src.set(erased)
	wait(t, f, src.remove(protocol.Ref{Kind: "item", ID: "a"}))
	if got := ids(t, ix, Query{}); got != "" {
		t.Fatalf("erased and removed records are still found: %q", got)
	}
	wait(t, f, src.set(record("a", 2, "医疗保险")))
	if got := ids(t, ix, Query{}); got != "a" {
		t.Fatalf("a record that came back unchanged is not found: %q", got)
	}
}

func TestFollowerCatchesUpWithWhatHappenedWhileItWasAway(t *testing.T) {
	ix, _ := fileIndex(t)
	src := newRecords()
	f, stop := follow(t, ix, src)
	for i := range 30 {
		src.set(record(fmt.Sprint(i), 1, "失业保险"))
	}
	wait(t, f, src.index)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	src.remove(protocol.Ref{Kind: "item", ID: "3"})
	src.set(record("4", 2, "医疗保险"))
	index := src.set(record("new", 1, "失业登记"))
	src.dirty = nil // the source forgets what it did not hand out
	f, _ = follow(t, ix, src)
	wait(t, f, index)
	r, err := ix.Search(t.Context(), Query{Text: "失业"})
	if err != nil || r.Total.N != 29 {
		t.Fatalf("found %v, %v", r.Total, err)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestIndexAheadOfRestoredRecordsIsBuiltAgain(t *testing.T) {
	ix, _ := fileIndex(t)
	put(t, ix, item("a", 9, 1, "将来的内容", ""), item("b", 1, 1, "没有的记录", ""))
	src := newRecords()
	index := src.set(record("a", 2, "失业保险"))
	f, _ := follow(t, ix, src)
	wait(t, f, index)
	if got := ids(t, ix, Query{}); got != "a" {
		t.Fatalf("found %q", got)
	}
	if _, rev, _, err := ix.Version(protocol.Ref{Kind: "item", ID: "a"}); rev != 2 || err != nil {
		t.Fatal(rev, err)
	}
}

// hurt spoils one stored document under the index.
func hurt(t *testing.T, ix *Index) {
	t.Helper()
	err := ix.change(func(tx *bbolt.Tx) error {
		docs := tx.Bucket(docBucket)
		k, v := docs.Cursor().First()
		bad := slices.Clone(v)
		bad[len(bad)/2] ^= 1
		return docs.Put(slices.Clone(k), bad)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDamageFoundByASearchIsRepaired(t *testing.T) {
	ix, _ := fileIndex(t)
	src := newRecords()
	src.set(record("a", 1, "失业保险"))
	f, _ := follow(t, ix, src)
	wait(t, f, src.set(record("b", 1, "失业登记")))
	hurt(t, ix)
	if _, err := ix.Search(t.Context(), Query{}); !Damaged(err) {
		t.Fatalf("search in a damaged index: %v", err)
	}
	wait(t, f, src.set(record("c", 2, "失业培训")))
	if got := ids(t, ix, Query{Text: "失业", Limit: 1}); got != "c" {
		t.Fatalf("found %q", got)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDamageFoundByAnUpdateIsRepaired(t *testing.T) {
	ix, _ := fileIndex(t)
	src := newRecords()
	f, _ := follow(t, ix, src)
	wait(t, f, src.set(record("a", 1, "失业保险")))
	hurt(t, ix)
	wait(t, f, src.set(record("a", 2, "失业登记")))
	if got := ids(t, ix, Query{Text: "登记"}); got != "a" {
		t.Fatalf("found %q", got)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestIndexSpoiledWhileClosedIsMadeAnew(t *testing.T) {
	ix, path := fileIndex(t)
	src := newRecords()
	f, stop := follow(t, ix, src)
	wait(t, f, src.set(record("a", 1, "失业保险")))
	if err := errors.Join(stop(), ix.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 5000); err != nil {
		t.Fatal(err)
	}
	ix = mustOpen(t, path)
	defer ix.Close()
	f, stop = follow(t, ix, src)
	wait(t, f, src.index)
	if got := ids(t, ix, Query{Text: "失业"}); got != "a" {
		t.Fatalf("found %q", got)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestFollowerReturnsTheSourcesError(t *testing.T) {
	ix, _ := fileIndex(t)
	src := newRecords()
	src.fail = errors.New("store is closed")
	src.set(record("a", 1, "x"))
	f := NewFollower(ix, src, nil)
	f.terms = bodyTerms
	if err := f.Run(t.Context()); !errors.Is(err, src.fail) {
		t.Fatalf("got %v", err)
	}
}
