package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
	"xiangyun/replication/blob/blobtest"
)

const crashDir = "BLOB_CRASH_DIR"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Fprintln(os.Stderr, putForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// putForEver puts streams and single chunks and prints each id once the store
// has said that it is durable.
func putForEver(dir string) error {
	s, err := blob.Open(dir, blob.Options{})
	if err != nil {
		return err
	}
	for seed := rand.Uint64(); ; seed++ {
		data := blobtest.Bytes(seed, 1+int(seed%70_000))
		if seed%8 == 0 {
			data = blobtest.Bytes(seed, blob.ChunkSize+int(seed%1000))
		}
		got := blob.Stored{Chunks: []blob.Chunk{{ID: blob.ID(data)}}}
		if len(data) < blob.ChunkSize && seed%2 == 0 {
			err = s.PutChunk(context.Background(), got.Chunks[0].ID, data)
		} else {
			got, err = s.Put(context.Background(), bytes.NewReader(data), 1<<30)
		}
		if err != nil {
			return err
		}
		for _, c := range got.Chunks {
			fmt.Println(c.ID)
		}
	}
}

func TestKilledWhilePuttingKeepsEveryChunkReportedDurable(t *testing.T) { // replication 21, proof F01
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	dir := t.TempDir()
	reported := map[protocol.BlobID]bool{}
	for range rounds {
		killDuringPuts(t, dir, reported)
		s := openAt(t, dir)
		for id := range reported {
			if _, err := s.ReadChunk(t.Context(), id, 0, 1); err != nil {
				t.Fatalf("reported durable, now: %v", err)
			}
		}
		if r, err := s.Scrub(t.Context(), blob.Sweep{}); err != nil || len(r.Bad) != 0 {
			t.Fatalf("half-written chunks under final names: %v, %v", r.Bad, err)
		}
		if left := tempFiles(t, dir); len(left) != 0 {
			t.Fatalf("temp files left after open: %v", left)
		}
		s.Close()
	}
	t.Logf("%d kills, %d chunks reported durable, all right", rounds, len(reported))
}

func killDuringPuts(t *testing.T, dir string, reported map[protocol.BlobID]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for left := 1 + rand.IntN(60); lines.Scan(); left-- {
		if id := protocol.BlobID(lines.Text()); id.Validate() == nil { // the last line may be cut
			reported[id] = true
		}
		if left == 0 {
			cmd.Process.Kill() // what was printed before is still read
		}
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
		t.Fatalf("child ended by itself: %v, %s", err, stderr.String())
	}
}
