package quorum

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// tally is a state machine that takes every command once and keeps a rolling digest.
// It lives longer than its server, as a database would.
type tally struct {
	mu     sync.Mutex
	index  uint64
	seen   []string
	digest uint64
	onLoad func() error // before each restore
}

func (f *tally) Apply(l *raft.Log) any { return f.ApplyBatch([]*raft.Log{l})[0] }

func (f *tally) ApplyBatch(logs []*raft.Log) []any {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]any, len(logs))
	for i, l := range logs {
		if l.Type != raft.LogCommand {
			panic("the state machine was given " + l.Type.String())
		}
		if l.Index > f.index {
			f.index = l.Index
			if !slices.Contains(f.seen, string(l.Data)) { // as positions do for a node's entries
				f.add(string(l.Data))
			}
		}
		out[i] = "ok " + string(l.Data)
	}
	return out
}

func (f *tally) add(command string) {
	f.seen = append(f.seen, command)
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", f.digest, command)
	f.digest = h.Sum64()
}

func (f *tally) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := binary.BigEndian.AppendUint64(nil, f.index)
	for _, c := range f.seen {
		b = append(append(b, c...), 0)
	}
	return tallySnapshot(b), nil
}

func (f *tally) Restore(rc io.ReadCloser) error {
	b, err := io.ReadAll(rc)
	if err = errors.Join(err, rc.Close()); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.onLoad != nil {
		if err := f.onLoad(); err != nil {
			return err
		}
	}
	f.index, f.seen, f.digest = binary.BigEndian.Uint64(b), nil, 0
	for _, c := range bytes.Split(bytes.TrimSuffix(b[8:], []byte{0}), []byte{0}) {
		f.add(string(c))
	}
	return nil
}

type tallySnapshot []byte

func (s tallySnapshot) Persist(sink raft.SnapshotSink) error {
	if _, err := sink.Write(s); err != nil {
		return errors.Join(err, sink.Cancel())
	}
	return sink.Close()
}

func (tallySnapshot) Release() {}

func (f *tally) state() (index uint64, seen []string, digest uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.index, slices.Clone(f.seen), f.digest
}

// cluster is some hub servers in one process.
type cluster struct {
	t       testing.TB
	dir     string
	net     testNet
	adjust  func(*Config)
	logs    lockedBuffer // printed when the test fails
	servers []*server
}

// testNet is where the servers of a cluster live.
type testNet interface {
	address(i int) string // of server i, from 1
	join(id protocol.NodeID, addr string) *link.Endpoint
	leave(addr string) // the process is gone
	cut(addr string, cut bool)
	close()
}

type server struct {
	*Quorum
	id   protocol.NodeID
	addr string
	fsm  *tally
	stop context.CancelFunc
	done chan error
}

func newCluster(t testing.TB, n testNet) *cluster {
	c := &cluster{t: t, dir: t.TempDir(), net: n}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(c.logs.String())
		}
	})
	return c
}

// run starts a server on what is in its directory.
func (c *cluster) run(s *server) {
	c.t.Helper()
	index, _, _ := s.fsm.state()
	cfg := Config{
		ID: s.id, Addr: s.addr, Dir: filepath.Join(c.dir, string(s.id)), FSM: s.fsm, Applied: index, Link: c.net.join(s.id, s.addr),
		Log:     slog.New(slog.NewTextHandler(&c.logs, &slog.HandlerOptions{Level: slog.LevelDebug})).With("server", s.id),
		OpenLog: func(dir string) (LogStore, error) { return openSegmentLog(dir, 1<<20) },
	}
	if c.adjust != nil {
		c.adjust(&cfg)
	}
	q, err := Open(cfg)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.Quorum, s.stop, s.done = q, stop, make(chan error, 1)
	go func() { s.done <- q.Run(ctx) }()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (c *cluster) add(i int) *server {
	c.t.Helper()
	s := &server{id: protocol.NodeID("hub-" + strconv.Itoa(i)), addr: c.net.address(i), fsm: &tally{}}
	c.run(s)
	c.servers = append(c.servers, s)
	return s
}

// halt stops a server as an operator would.
func (c *cluster) halt(s *server) {
	c.t.Helper()
	s.stop()
	if err := <-s.done; err != nil {
		c.t.Fatalf("stop %s: %v", s.id, err)
	}
	c.net.leave(s.addr)
	s.stop = nil
}

// ended waits until a server has left the quorum by itself and gives the reason.
func (c *cluster) ended(s *server) error {
	c.t.Helper()
	select {
	case err := <-s.done:
		c.net.leave(s.addr)
		s.stop = nil
		return err
	case <-time.After(time.Minute):
		c.t.Fatalf("%s still takes part: %+v", s.id, s.Stats())
		return nil
	}
}

// close stops what still runs.
func (c *cluster) close() {
	c.t.Helper()
	for _, s := range c.servers {
		if s.stop != nil {
			c.halt(s)
		}
	}
	c.net.close()
}

// form makes a cluster of n voters.
func (c *cluster) form(n int) {
	c.t.Helper()
	first := c.add(1)
	if err := first.Bootstrap(first.id, first.addr); err != nil {
		c.t.Fatal(err)
	}
	c.leader(first)
	for i := 2; i <= n; i++ {
		s := c.add(i)
		if err := first.Join(c.within(20*time.Second), s.id, s.addr); err != nil {
			c.t.Fatal(err)
		}
	}
}

// within gives a context that ends with the test at the latest.
func (c *cluster) within(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	c.t.Cleanup(cancel)
	return ctx
}

// eventually polls; inside a bubble the pauses cost nothing.
func (c *cluster) eventually(what string, ok func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("never: %s", what)
		}
	}
}

// leader waits until one of the given servers can decide.
func (c *cluster) leader(among ...*server) *server {
	c.t.Helper()
	var found *server
	c.eventually("a leader that decides", func() bool {
		for _, s := range among {
			if s.stop == nil || !s.IsLeader() {
				continue
			}
			if _, err := s.Linearizable(c.within(time.Second)); err == nil {
				found = s
				return true
			}
		}
		return false
	})
	return found
}

// apply proposes command until it is decided; like a node's positions, the
// state machine below counts a command once however often it is sent.
func (c *cluster) apply(command string, among ...*server) {
	c.t.Helper()
	c.eventually("command "+command+" decided", func() bool {
		for _, s := range among {
			if s.stop == nil || !s.IsLeader() {
				continue
			}
			answer, index, err := s.Apply(c.within(5*time.Second), []byte(command))
			if err == nil && (answer != "ok "+command || index == 0) {
				c.t.Fatalf("%s answered %v at %d", command, answer, index)
			}
			if err == nil {
				return true
			}
			if code := protocol.CodeOf(err); code != protocol.Busy && code != protocol.Unknown {
				c.t.Fatalf("%s: %v", command, err)
			}
		}
		return false
	})
}

// agree waits until all state machines are equal and hold each of the commands
// exactly once.
func (c *cluster) agree(commands []string, among ...*server) {
	c.t.Helper()
	var seen []string
	c.eventually("equal digests", func() bool {
		_, first, digest := among[0].fsm.state()
		seen = first
		for _, s := range among[1:] {
			if _, _, d := s.fsm.state(); d != digest {
				return false
			}
		}
		return !slices.ContainsFunc(commands, func(c string) bool { return !slices.Contains(first, c) })
	})
	if len(seen) != len(commands) {
		c.t.Fatalf("%d commands decided, %d proposed", len(seen), len(commands))
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
