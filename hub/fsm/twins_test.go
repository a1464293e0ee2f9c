package fsm

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// history makes a log in which a bit of everything happens. It is the same for
// the same seed.
func history(t testing.TB, seed uint64, commands int) (log [][]byte, digests []protocol.Hash) {
	t.Helper()
	h := newHub(t)
	rnd := rand.New(rand.NewPCG(seed, seed))
	pens := h.enrol("yanbian", "changchun", "jilin")
	note := func() { digests = append(digests, h.digest()) }
	for len(digests) < len(h.log) {
		digests = append(digests, protocol.Hash{}) // the enrolments: compared from here on
	}
	var before []wire.Batch
	for range commands {
		p := pens[rnd.IntN(len(pens))]
		switch rnd.IntN(12) {
		case 0:
			h.now += protocol.Instant(rnd.IntN(7_200_000))
			h.tick(h.now)
		case 1:
			h.act(draftOf(fmt.Sprint("hub", rnd.IntN(5)), paper{Text: fmt.Sprint(rnd.Uint32()), All: rnd.IntN(2) == 0}))
		case 2:
			if len(before) > 0 { // pushed again
				h.push(before[rnd.IntN(len(before))])
				break
			}
			h.push(batch(p.write("x", paper{})))
		case 3:
			h.push(batch(p.poison(fmt.Sprint(p.id, rnd.IntN(8)))))
		case 4:
			h.act(operator([]protocol.Act{ActDiscard, ActReplay}[rnd.IntN(2)], paperRef(fmt.Sprint(p.id, rnd.IntN(8)))))
		case 5:
			h.apply(EncodeRatchet(uint16(1 + rnd.IntN(2))))
		default:
			b := batch(entriesOf(rnd, p, 1+rnd.IntN(20))...)
			h.push(b)
			before = append(before, b)
		}
		note()
	}
	return h.log, digests
}

func entriesOf(rnd *rand.Rand, p *pen, n int) (list []protocol.Entry) {
	for range n {
		body := paper{Text: fmt.Sprint(rnd.Uint32()), All: rnd.IntN(5) == 0, Due: protocol.Instant(1_772_000_000_000 + rnd.IntN(100_000_000))}
		if rnd.IntN(10) == 0 {
			body.Text = "bad"
		}
		for _, r := range []protocol.NodeID{"yanbian", "changchun", "jilin"} {
			if rnd.IntN(3) == 0 {
				body.Readers = append(body.Readers, r)
			}
		}
		list = append(list, p.write(fmt.Sprint(p.id, rnd.IntN(8)), body))
	}
	return list
}

func asLogs(log [][]byte) []*raft.Log {
	logs := make([]*raft.Log, len(log))
	for i, cmd := range log {
		logs[i] = &raft.Log{Index: uint64(i + 1), Type: raft.LogCommand, Data: cmd}
	}
	return logs
}

// TestTwins is replication.17: the same log gives the same state after every
// index, whatever the batching, the restarts and the snapshots were.
func TestTwins(t *testing.T) {
	log, digests := history(t, 7, 120)
	in := func(size int, between func(t *testing.T, h *hub, done int)) func(*testing.T) {
		return func(t *testing.T) {
			h := newHub(t)
			logs := asLogs(log)
			for done := 0; done < len(logs); {
				n := min(size, len(logs)-done)
				h.f.ApplyBatch(logs[done : done+n])
				done += n
				if want := digests[done-1]; !want.IsZero() && h.digest() != want {
					t.Fatalf("another state at index %d", done)
				}
				between(t, h, done)
			}
			feedsEqual(t, h)
		}
	}
	nothing := func(*testing.T, *hub, int) {}
	t.Run("batch 1", in(1, nothing))
	t.Run("batch 64", in(64, nothing))
	t.Run("committed after every index", in(1, func(t *testing.T, h *hub, _ int) { commit(t, h) }))
	t.Run("restart in between", in(7, func(_ *testing.T, h *hub, done int) {
		if done%21 == 0 {
			h.restart()
		}
	}))
	t.Run("crash in between, replay from the stored index", in(7, func(t *testing.T, h *hub, done int) {
		if done%35 == 0 {
			crash(t, h)
			h.f.ApplyBatch(asLogs(log)[:done]) // raft hands over everything above its snapshot
		}
	}))
	t.Run("snapshot taken and restored elsewhere in between", in(16, func(t *testing.T, h *hub, done int) {
		if done%48 == 0 {
			other := newHub(t)
			restore(t, other, persist(t, h))
			h.f, other.f = other.f, h.f
			h.dir, other.dir = other.dir, h.dir
		}
	}))
}

func commit(t *testing.T, h *hub) {
	t.Helper()
	if err := h.f.Commit(); err != nil {
		t.Fatal(err)
	}
}

// feedsEqual: what a reader ends up with is the same from memory, as far as it
// goes back, and from the file.
func feedsEqual(t *testing.T, h *hub) {
	t.Helper()
	for _, id := range []protocol.NodeID{"yanbian", "changchun", "jilin"} {
		before := told(h, id)
		h.restart()
		if after := told(h, id); !maps.Equal(before, after) {
			t.Errorf("feed of %s: %v from memory, %v from the file", id, before, after)
		}
	}
}

// told plays a node's whole feed: the records of other places that it ends up
// with, by revision.
func told(h *hub, id protocol.NodeID) map[protocol.Ref]uint64 {
	h.t.Helper()
	m := make(map[protocol.Ref]uint64)
	for at := uint64(0); at < h.f.Applied().Get(); {
		l := h.lines(id, protocol.Urgent, at)
		for _, line := range l.Lines {
			switch {
			case line.What == wire.LineErase:
				delete(m, line.Ref)
			case line.Record != nil:
				m[line.Record.Ref] = line.Record.Rev
			}
		}
		at = l.Last
	}
	for ref := range m {
		if rec, _ := h.record(ref); rec.Home == id {
			delete(m, ref)
		}
	}
	return m
}

// crash is kill -9 between two commits: the file as it is, without what the
// open transaction holds.
func crash(t *testing.T, h *hub) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	h.f.mu.Lock()
	h.f.drop()
	h.f.dead = os.ErrClosed
	h.f.mu.Unlock()
	if err := h.f.Close(); err == nil {
		t.Fatal("a dead server committed")
	}
	if err := os.WriteFile(filepath.Join(h.dir, fileName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	h.open()
}

func TestCrashLosesNothingTheLogHas(t *testing.T) {
	log, digests := history(t, 11, 60)
	h := newHub(t)
	h.f.o.CommitEvery = time.Hour // on a slow machine the rest would be committed before the crash
	logs := asLogs(log)
	h.f.ApplyBatch(logs[:20])
	commit(t, h)
	h.f.ApplyBatch(logs[20:])
	crash(t, h)
	if got := h.f.Applied().Get(); got != 20 {
		t.Fatalf("stored up to %d, want 20", got)
	}
	h.f.ApplyBatch(logs)
	if h.digest() != digests[len(digests)-1] {
		t.Error("another state behind the crash")
	}
}

// TestGoldenLog replays the log of each release; its states must never change.
func TestGoldenLog(t *testing.T) {
	path := filepath.Join("testdata", "log-v1")
	if *update {
		writeGolden(t, path)
	}
	for _, log := range []string{path} {
		h := newHub(t)
		raw, err := os.ReadFile(log + ".bin")
		if err != nil {
			t.Fatal(err)
		}
		states, err := os.ReadFile(log + ".states")
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range strings.Fields(string(states)) {
			n := binary.BigEndian.Uint32(raw)
			h.apply(raw[4 : 4+n])
			raw = raw[4+n:]
			if d := h.digest(); hex.EncodeToString(d[:]) != want {
				t.Fatalf("%s: another state at index %d", log, i+1)
			}
		}
		if len(raw) != 0 {
			t.Errorf("%s: %d bytes left", log, len(raw))
		}
	}
}

func writeGolden(t *testing.T, path string) {
	t.Helper()
	log, _ := history(t, 1, 40)
	var raw, states bytes.Buffer
	h := newHub(t)
	for _, cmd := range log {
		raw.Write(binary.BigEndian.AppendUint32(nil, uint32(len(cmd))))
		raw.Write(cmd)
		h.apply(cmd)
		fmt.Fprintln(&states, h.digest())
	}
	for name, b := range map[string]*bytes.Buffer{".bin": &raw, ".states": &states} {
		if err := os.WriteFile(path+name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sink is a raft.SnapshotSink in memory.
type sink struct {
	bytes.Buffer
	closed, cancelled bool
}

func (s *sink) ID() string    { return "test" }
func (s *sink) Cancel() error { s.cancelled = true; return nil }
func (s *sink) Close() error  { s.closed = true; return nil }

func persist(t *testing.T, h *hub) []byte {
	t.Helper()
	snap, err := h.f.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	s := &sink{}
	if err := snap.Persist(s); err != nil || !s.closed || s.cancelled {
		t.Fatal("persist: ", err, s.closed, s.cancelled)
	}
	return s.Bytes()
}

func restore(t *testing.T, h *hub, snap []byte) {
	t.Helper()
	if err := h.f.Restore(io.NopCloser(bytes.NewReader(snap))); err != nil {
		t.Fatal(err)
	}
}
