package quorum

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/raft"
)

func FuzzDecodeEntry(f *testing.F) {
	f.Add(appendEntry(nil, entry(3, 1), 9), uint32(9))
	f.Add([]byte{}, uint32(0))
	f.Fuzz(func(t *testing.T, b []byte, salt uint32) {
		var l raft.Log
		if err := decodeEntry(b, salt, &l); err != nil {
			return
		}
		if again := appendEntry(nil, &l, salt); len(again) != len(b) {
			t.Fatalf("%x read as %+v", b, l)
		}
	})
}

func FuzzDecodeStable(f *testing.F) {
	b, err := encodeStable(map[string][]byte{"a": []byte("1"), "": nil})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		values, err := decodeStable(append(b, binary.LittleEndian.AppendUint32(nil, sum(0, b))...))
		if err != nil {
			return
		}
		if _, err := encodeStable(values); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzOpenSegment opens a log whose only segment ends in arbitrary bytes.
func FuzzOpenSegment(f *testing.F) {
	h := segmentHeader{serial: 1, salt: 5, firstBatch: 1, size: smallSegment}
	f.Add(sealBatch(appendEntry(make([]byte, batchHeader), entry(1, 1), h.salt), h.salt, 1, kindEntries, 1))
	f.Add(sealBatch(appendIndex(make([]byte, batchHeader), 3), h.salt, 1, kindCut, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		empty, err := encodeStable(nil)
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(os.WriteFile(filepath.Join(dir, stableName), empty, 0o600),
			os.WriteFile(filepath.Join(dir, segmentName(1)), append(h.encode(), b...), 0o600))
		if err != nil {
			t.Fatal(err)
		}
		s, err := openSegmentLog(dir, smallSegment)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		last, err := s.LastIndex()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.StoreLog(entry(last+1, 1)); err != nil && last != 1<<64-1 {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
