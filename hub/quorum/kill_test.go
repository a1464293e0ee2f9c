package quorum

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hashicorp/raft"
)

const killDir = "XY_TEST_RAFT_LOG"

// TestMain lets the test binary be the writer that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		writeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// writeUntilKilled stores batches and reports each index after it is acknowledged.
func writeUntilKilled(dir string) {
	s, err := openSegmentLog(dir, 32<<10)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	next, err := s.LastIndex()
	for next++; err == nil; next += 4 {
		if err = s.StoreLogs(entries(next, next+3, 1)); err == nil {
			err = binary.Write(os.Stdout, binary.LittleEndian, next+3)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func TestKillInTheMiddleOfStoreLogsKeepsEveryAcknowledgedBatch(t *testing.T) { // replication.1
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	dir := filepath.Join(t.TempDir(), "log")
	acked := uint64(0)
	for round := range rounds {
		acked = max(acked, killedWriter(t, dir, 30+17*round))
		s, err := openSegmentLog(dir, 32<<10)
		if err != nil {
			t.Fatal(err)
		}
		last, err := s.LastIndex()
		if err != nil || last < acked || last%4 != 0 {
			t.Fatalf("round %d: last index %d (%v), acknowledged %d", round, last, err, acked)
		}
		for i := uint64(1); i <= last; i++ {
			var l raft.Log
			if err := s.GetLog(i, &l); err != nil || !sameLog(&l, entry(i, 1)) {
				t.Fatalf("round %d: entry %d: %v", round, i, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d entries acknowledged over %d kills", acked, rounds)
}

// killedWriter runs a writer, kills it after n acknowledged batches and gives
// the last index it acknowledged.
func killedWriter(t *testing.T, dir string, n int) (acked uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var index uint64
	for i := 0; ; i++ {
		if i == n {
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		if err := binary.Read(out, binary.LittleEndian, &index); err != nil {
			if i < n || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("writer stopped early: %v %s", err, stderr.String())
			}
			break
		}
		acked = index
	}
	_ = cmd.Wait() // killed
	return acked
}
