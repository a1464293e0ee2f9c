package quorum

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"
)

// LogSuite is what every LogStore must pass. open opens the store of a directory.
func LogSuite(t *testing.T, open func(dir string) (LogStore, error)) {
	for name, test := range map[string]func(t *testing.T, s *suiteStore){
		"an empty log has no bounds and no entries":                    suiteEmpty,
		"what was stored is read back in every field":                  suiteFields,
		"a missing stable value is answered with the words raft reads": suiteNotFound,
		"stable values survive a restart":                              suiteStable,
		"a log may begin anywhere but has no holes":                    suiteHoles,
		"a suffix is deleted and written again":                        suiteSuffix,
		"a prefix is deleted":                                          suitePrefix,
		"everything is deleted and the log begins elsewhere":           suiteAll,
		"a range from the middle is refused":                           suiteMiddle,
		"a second opener is refused":                                   suiteLocked,
		"a closed store answers with errors":                           suiteClosed,
		"readers run beside writer and trimmer":                        suiteConcurrent,
		"a batch bigger than a segment fits":                           suiteBig,
	} {
		t.Run(name, func(t *testing.T) {
			s := &suiteStore{t: t, dir: t.TempDir(), open: open}
			s.reopen()
			t.Cleanup(func() { _ = s.LogStore.Close() })
			test(t, s)
		})
	}
}

type suiteStore struct {
	LogStore
	t    *testing.T
	dir  string
	open func(string) (LogStore, error)
}

func (s *suiteStore) reopen() {
	s.t.Helper()
	if s.LogStore != nil {
		if err := s.Close(); err != nil {
			s.t.Fatal(err)
		}
	}
	var err error
	if s.LogStore, err = s.open(s.dir); err != nil {
		s.t.Fatal(err)
	}
}

// entry makes the one log that index has in term, so that any reader can tell
// right data from wrong.
func entry(index, term uint64) *raft.Log {
	data := bytes.Repeat(fmt.Appendf(nil, "%d/%d ", index, term), int(index*7%60)+1)
	return &raft.Log{Index: index, Term: term, Type: raft.LogCommand, Data: data, AppendedAt: time.Unix(int64(index), 5)}
}

func entries(from, to, term uint64) (logs []*raft.Log) {
	for i := from; i <= to; i++ {
		logs = append(logs, entry(i, term))
	}
	return logs
}

func sameLog(a, b *raft.Log) bool {
	return a.Index == b.Index && a.Term == b.Term && a.Type == b.Type && bytes.Equal(a.Data, b.Data) &&
		bytes.Equal(a.Extensions, b.Extensions) && a.AppendedAt.Equal(b.AppendedAt)
}

func (s *suiteStore) store(logs ...*raft.Log) {
	s.t.Helper()
	if err := s.StoreLogs(logs); err != nil {
		s.t.Fatal(err)
	}
}

func (s *suiteStore) delete(from, to uint64) {
	s.t.Helper()
	if err := s.DeleteRange(from, to); err != nil {
		s.t.Fatal(err)
	}
}

// holds checks bounds and every entry; term gives each index's term.
func (s *suiteStore) holds(first, last uint64, term func(uint64) uint64) {
	s.t.Helper()
	gotFirst, err1 := s.FirstIndex()
	gotLast, err2 := s.LastIndex()
	if err := errors.Join(err1, err2); err != nil || gotFirst != first || gotLast != last {
		s.t.Fatalf("log is %d to %d (%v), want %d to %d", gotFirst, gotLast, err, first, last)
	}
	for i := first; i != 0 && i <= last; i++ {
		var l raft.Log
		if err := s.GetLog(i, &l); err != nil || !sameLog(&l, entry(i, term(i))) {
			s.t.Fatalf("entry %d: %v: %+v", i, err, l)
		}
	}
	for _, i := range []uint64{0, first - 1, last + 1} {
		if err := s.GetLog(i, new(raft.Log)); !errors.Is(err, raft.ErrLogNotFound) {
			s.t.Fatalf("entry %d outside the log: %v", i, err)
		}
	}
}

func always(term uint64) func(uint64) uint64 { return func(uint64) uint64 { return term } }

func suiteEmpty(_ *testing.T, s *suiteStore) {
	s.holds(0, 0, always(1))
	s.reopen()
	s.holds(0, 0, always(1))
	s.delete(1, 10)
	s.store()
	s.holds(0, 0, always(1))
}

func suiteFields(t *testing.T, s *suiteStore) {
	want := []*raft.Log{
		{Index: 1, Term: 3, Type: raft.LogNoop},
		{Index: 2, Term: 3, Type: raft.LogConfiguration, Data: []byte("d"), Extensions: []byte("ext"), AppendedAt: time.Unix(0, 1)},
		{Index: 3, Term: 4, Type: raft.LogBarrier, Extensions: []byte("only"), AppendedAt: time.Unix(1<<33, 999)},
	}
	s.store(want...)
	for _, restart := range []bool{false, true} {
		if restart {
			s.reopen()
		}
		for _, w := range want {
			got := raft.Log{Data: []byte("old"), Term: 99}
			if err := s.GetLog(w.Index, &got); err != nil || !sameLog(&got, w) {
				t.Fatalf("got %+v (%v), want %+v", got, err, w)
			}
		}
	}
}

func suiteNotFound(t *testing.T, s *suiteStore) {
	if _, err := s.Get([]byte("k")); err == nil || err.Error() != "not found" {
		t.Fatalf("Get: %v", err)
	}
	if n, err := s.GetUint64([]byte("k")); err == nil || err.Error() != "not found" || n != 0 {
		t.Fatalf("GetUint64: %d %v", n, err)
	}
}

func suiteStable(t *testing.T, s *suiteStore) {
	if err := errors.Join(s.Set([]byte("who"), []byte("hub-2")), s.SetUint64([]byte("term"), 7), s.SetUint64([]byte("term"), 8)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		who, err1 := s.Get([]byte("who"))
		term, err2 := s.GetUint64([]byte("term"))
		if err := errors.Join(err1, err2); err != nil || string(who) != "hub-2" || term != 8 {
			t.Fatalf("%s %d %v", who, term, err)
		}
		s.reopen()
	}
}

func suiteHoles(t *testing.T, s *suiteStore) {
	s.store(entries(50, 60, 2)...)
	for _, bad := range []*raft.Log{entry(62, 2), entry(60, 2), entry(1, 2), entry(0, 2)} {
		if err := s.StoreLog(bad); err == nil {
			t.Fatalf("index %d was accepted after 60", bad.Index)
		}
	}
	if err := s.StoreLogs([]*raft.Log{entry(61, 2), entry(63, 2)}); err == nil {
		t.Fatal("a hole inside a batch was accepted")
	}
	s.store(entry(61, 2))
	s.holds(50, 61, always(2))
	if !s.IsMonotonic() {
		t.Fatal("a log without holes must say so")
	}
}

func suiteSuffix(_ *testing.T, s *suiteStore) {
	term := func(i uint64) uint64 { return 1 + (i+9)/40 }
	for i := uint64(1); i <= 30; i++ {
		s.store(entry(i, 1))
	}
	s.delete(31, 40) // nothing there
	s.delete(31-1, 99)
	s.delete(25, 29)
	s.holds(1, 24, always(1))
	s.reopen()
	s.holds(1, 24, always(1))
	s.store(entries(25, 30, 1)...)
	for i := uint64(31); i <= 100; i++ {
		s.store(entry(i, term(i)))
	}
	s.reopen()
	s.holds(1, 100, term)
}

func suitePrefix(_ *testing.T, s *suiteStore) {
	for i := uint64(1); i <= 100; i += 5 {
		s.store(entries(i, i+4, 1)...)
	}
	s.delete(1, 33)
	s.holds(34, 100, always(1))
	s.delete(1, 33)
	s.reopen()
	s.holds(34, 100, always(1))
	s.delete(10, 99)
	s.store(entry(101, 1))
	s.reopen()
	s.holds(100, 101, always(1))
}

func suiteAll(_ *testing.T, s *suiteStore) {
	s.store(entries(1, 40, 1)...)
	s.delete(1, 40)
	s.holds(0, 0, always(1))
	s.reopen()
	s.holds(0, 0, always(1))
	s.store(entries(1000, 1010, 2)...)
	s.delete(1, 5000)
	s.store(entries(7, 9, 3)...)
	s.reopen()
	s.holds(7, 9, always(3))
}

func suiteMiddle(t *testing.T, s *suiteStore) {
	s.store(entries(1, 10, 1)...)
	if err := s.DeleteRange(3, 5); err == nil {
		t.Fatal("a hole was made")
	}
	s.holds(1, 10, always(1))
}

func suiteLocked(t *testing.T, s *suiteStore) {
	if other, err := s.open(s.dir); !errors.Is(err, ErrInUse) {
		t.Fatalf("opened twice: %v %v", other, err)
	}
	s.store(entry(1, 1))
	s.holds(1, 1, always(1))
}

func suiteClosed(t *testing.T, s *suiteStore) {
	s.store(entry(1, 1))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for what, err := range map[string]error{
		"store": s.StoreLog(entry(2, 1)), "get": s.GetLog(1, new(raft.Log)), "delete": s.DeleteRange(1, 1), "set": s.Set([]byte("a"), nil),
	} {
		if err == nil {
			t.Errorf("%s on a closed store succeeded", what)
		}
	}
	if s.Err() != nil {
		t.Errorf("closing is no failure: %v", s.Err())
	}
}

func suiteConcurrent(t *testing.T, s *suiteStore) {
	const last = 150
	s.store(entry(1, 1))
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := uint64(1); i <= last; {
				var l raft.Log
				switch err := s.GetLog(i, &l); {
				case err == nil && !sameLog(&l, entry(i, 1)):
					t.Errorf("entry %d is wrong: %+v", i, l)
					return
				case err == nil:
					i++
				case !errors.Is(err, raft.ErrLogNotFound):
					t.Errorf("entry %d: %v", i, err)
					return
				default: // not yet, or trimmed already
					if first, err := s.FirstIndex(); err != nil || first > i {
						i = first
					}
				}
			}
		})
	}
	wg.Go(func() {
		for first := uint64(1); first < last-50; {
			last, err := s.LastIndex()
			if err == nil && last > first+20 {
				err, first = s.DeleteRange(first, first+9), first+10
			}
			if err != nil {
				t.Errorf("trim: %v", err)
				return
			}
		}
	})
	for i := uint64(2); i <= last; i += 3 {
		s.store(entries(i, min(i+2, last), 1)...)
	}
	wg.Wait()
}

func suiteBig(t *testing.T, s *suiteStore) {
	big := &raft.Log{Index: 2, Term: 1, Data: bytes.Repeat([]byte("0123456789abcdef"), 20<<10)}
	s.store(entry(1, 1), big)
	s.store(entries(3, 50, 1)...)
	for range 2 {
		var l raft.Log
		if err := s.GetLog(2, &l); err != nil || !sameLog(&l, big) {
			t.Fatalf("big entry: %v", err)
		}
		if err := s.GetLog(50, &l); err != nil || !sameLog(&l, entry(50, 1)) {
			t.Fatalf("entry behind it: %v", err)
		}
		s.reopen()
	}
}
