package quorum

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

var update = flag.Bool("update", false, "write the golden files of formats that have none yet")

const golden = "testdata/v1"

func goldenFile(t *testing.T, name string, now []byte) []byte {
	t.Helper()
	path := filepath.Join(golden, name)
	if *update {
		if err := errors.Join(os.MkdirAll(golden, 0o755), os.WriteFile(path, now, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, now) {
		t.Errorf("%s is written differently now: a change of format needs a new version", name)
	}
	return b
}

// What version 1 wrote stays readable, and is still what is written.
func TestFormatsOfVersion1(t *testing.T) {
	dir := t.TempDir()
	h := segmentHeader{serial: 1, salt: 0xfeedface, firstBatch: 1, size: smallSegment}
	b := h.encode()
	batch := func(seq uint64, kind byte, logs ...*raft.Log) {
		buf := make([]byte, batchHeader)
		for _, l := range logs {
			buf = appendEntry(buf, l, h.salt)
		}
		if kind == kindCut || kind == kindFloor {
			buf = appendIndex(buf, map[byte]uint64{kindCut: 4, kindFloor: 2}[kind])
		}
		b = append(b, sealBatch(buf, h.salt, seq, kind, len(logs))...)
	}
	batch(1, kindEntries, entries(1, 5, 1)...)
	batch(2, kindCut)
	batch(3, kindEntries, entries(5, 6, 1)...)
	batch(4, kindFloor)
	batch(5, kindEntries, &raft.Log{Index: 7, Term: 2, Type: raft.LogConfiguration, Extensions: []byte("x")})
	batch(6, kindEnd)
	stable, err := encodeStable(map[string][]byte{"CurrentTerm": {7, 0, 0, 0, 0, 0, 0, 0}, "LastVoteCand": []byte("hub-2")})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(os.WriteFile(filepath.Join(dir, segmentName(1)), goldenFile(t, "segment", b), 0o600),
		os.WriteFile(filepath.Join(dir, stableName), goldenFile(t, "stable", stable), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	s := &suiteStore{t: t, dir: dir, open: openSmall}
	s.reopen()
	defer s.Close()
	var last raft.Log
	if err := s.GetLog(7, &last); err != nil || last.Type != raft.LogConfiguration || string(last.Extensions) != "x" || !last.AppendedAt.IsZero() {
		t.Fatalf("entry 7: %+v %v", last, err)
	}
	s.delete(7, 7)
	s.holds(2, 6, always(1))
	if term, err := s.GetUint64([]byte("CurrentTerm")); err != nil || term != 7 {
		t.Fatalf("term %d: %v", term, err)
	}

	want := Status{Term: 3, Last: 200, Applied: 199}
	if got, err := decodeStatus(goldenFile(t, "status", encodeStatus(want))); err != nil || got != want {
		t.Errorf("status %+v: %v", got, err)
	}
	hint := Hint{ID: "hub-1", Addr: "10.0.0.1:7443", Build: "v1", Load: 0.25, FreeDisk: 1 << 40, Sessions: []protocol.NodeID{"yanbian"}}
	enc, err := encodeHint(hint)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeHint(goldenFile(t, "hint", enc)); err != nil || got.FreeDisk != hint.FreeDisk || got.Sessions[0] != "yanbian" {
		t.Errorf("hint %+v: %v", got, err)
	}
}
