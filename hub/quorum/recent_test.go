package quorum

import (
	"testing"

	"github.com/hashicorp/raft"
)

func openRecent(dir string) (LogStore, error) {
	s, err := openSmall(dir)
	if err != nil {
		return nil, err
	}
	return newRecentLog(s, 64), nil
}

// M1 of the architecture: what is kept in memory is bounded by bytes.
func TestRecentLogIsBoundedByBytes(t *testing.T) {
	s, err := OpenLog(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := newRecentLog(s, 1000)
	defer r.Close()
	for i := uint64(1); i <= 50; i++ {
		if err := r.StoreLog(&raft.Log{Index: i, Term: 1, Data: make([]byte, 300)}); err != nil {
			t.Fatal(err)
		}
		if r.bytes > r.limit {
			t.Fatalf("%d bytes in memory, at most %d", r.bytes, r.limit)
		}
	}
	if err := r.StoreLog(&raft.Log{Index: 51, Term: 1, Data: make([]byte, 5000)}); err != nil {
		t.Fatal(err)
	}
	if len(r.logs) != 1 || r.find(51) == nil || r.find(50) != nil {
		t.Errorf("%d entries kept, want the newest alone", len(r.logs))
	}
	var l raft.Log
	if err := r.GetLog(50, &l); err != nil || l.Index != 50 {
		t.Errorf("an entry that is only on disk: %v, %v", l.Index, err)
	}
}
