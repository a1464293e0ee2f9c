package fsm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

func TestRestoreTakesOverEverything(t *testing.T) {
	log, _ := history(t, 3, 60)
	a := newHub(t)
	a.f.ApplyBatch(asLogs(log))
	b := newHub(t)
	b.tick(5)
	changes := b.f.Changes()
	defer changes.Close()
	restore(t, b, persist(t, a))
	if b.digest() != a.digest() || b.f.Applied().Get() != a.f.Applied().Get() {
		t.Error("another state behind the restore")
	}
	if refs, upto, err := changes.Next(t.Context()); err != nil || len(refs) == 0 || upto > uint64(len(log)) {
		t.Errorf("a follower is told %d records, %v", len(refs), err)
	}
	b.index, b.now = uint64(len(log)), a.now+1<<40
	b.mustAct(draftOf("behind", paper{}))
	b.restart()
	if _, ok := b.record(paperRef("behind")); !ok {
		t.Error("lost what came behind the restore")
	}
}

// TestADamagedSnapshotIsRefused: the old state stays and goes on
// (pitfalls.R5).
func TestADamagedSnapshotIsRefused(t *testing.T) {
	source := newHub(t)
	source.enrol("yanbian", "changchun")
	snap := persist(t, source)
	flip := func(at int) []byte {
		b := bytes.Clone(snap)
		b[at] ^= 1
		return b
	}
	wrongSum := func(t *testing.T) []byte {
		f := source.f
		f.mu.Lock()
		defer f.mu.Unlock()
		tx, err := f.writable()
		if err != nil {
			t.Fatal(err)
		}
		defer f.drop()
		good := f.state.Chains
		defer func() { f.state.Chains = good }()
		f.state.Chains[0]++
		if err := f.state.save(tx); err != nil {
			t.Fatal(err)
		}
		return whole(t, tx)
	}
	tests := []struct {
		name string
		snap []byte
	}{
		{"nothing at all", nil},
		{"another magic", flip(0)},
		{"a newer version", flip(3)},
		{"another size", flip(5)},
		{"cut in the middle", snap[:len(snap)/2]},
		{"without its checksum", snap[:len(snap)-32]},
		{"with bytes behind its end", append(bytes.Clone(snap), 0)},
		{"a bit flipped in the file", flip(len(snap) / 2)},
		{"sums that do not match what is stored", wrongSum(t)},
		{"a whole file that is no database", wrap(bytes.Repeat([]byte("x"), 40_000))},
	}
	h := newHub(t)
	h.enrol("jilin")
	before := h.digest()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := h.f.Restore(io.NopCloser(bytes.NewReader(tt.snap)))
			if protocol.CodeOf(err) != protocol.BadChain {
				t.Errorf("got %v, want badchain", err)
			}
			if h.digest() != before {
				t.Error("the state moved")
			}
			h.mustAct(draftOf("on", paper{}))
			before = h.digest()
			if _, err := os.Stat(filepath.Join(h.dir, takenName)); !errors.Is(err, os.ErrNotExist) {
				t.Error("the refused file stays")
			}
		})
	}
	if len(h.fatal) != 0 {
		t.Errorf("told fatal %v", h.fatal)
	}
}

// whole is a snapshot of an open transaction's file, proper but for what the
// transaction changed: bbolt writes only committed pages, so it is committed
// into a copy.
func whole(t *testing.T, tx *bbolt.Tx) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	raw, err := os.ReadFile(tx.DB().Path())
	if err != nil {
		t.Fatal(err)
	}
	value := bytes.Clone(tx.Bucket(bucketMeta).Get(keyState))
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := openDB(path, 1<<26)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyState, value) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if raw, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return wrap(raw)
}

// wrap puts a file into the envelope of a snapshot.
func wrap(file []byte) []byte {
	out := append([]byte(snapMagic), snapVersion)
	out = binary.BigEndian.AppendUint64(out, uint64(len(file)))
	out = append(binary.BigEndian.AppendUint64(out, 1), file...)
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}
