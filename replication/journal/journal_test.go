package journal

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// writer is a journal with its key.
type writer struct {
	t    testing.TB
	db   *bbolt.DB
	key  ed25519.PrivateKey
	pub  identity.PublicKey
	head [3]protocol.Pos
}

func newWriter(t testing.TB) *writer {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "j.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &writer{t: t, db: db, key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))}
	copy(w.pub[:], w.key.Public().(ed25519.PublicKey))
	for _, lane := range protocol.Lanes {
		w.head[lane].Lane = lane
	}
	w.update(Init)
	return w
}

func (w *writer) update(fn func(tx *bbolt.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(fn); err != nil {
		w.t.Fatal(err)
	}
}

// entry seals the next line of a lane.
func (w *writer) entry(lane protocol.Lane, epoch uint64, body []byte) protocol.Entry {
	w.t.Helper()
	head := w.head[lane]
	h := protocol.Header{Origin: "yanbian", Epoch: epoch, Lane: lane, Seq: head.Seq + 1, Prev: head.Hash,
		Ref: protocol.Ref{Kind: "case", ID: fmt.Sprint(head.Seq + 1)}, Act: "receive", Rev: 1, RecEpoch: 1,
		At: 1_772_000_000_000 + protocol.Instant(head.Seq), AtErr: 5, By: "clerk1", Feature: 1}
	e, err := wire.Seal(&h, body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.head[lane] = e.Pos()
	return e
}

// write appends n lines of size bytes in one transaction.
func (w *writer) write(lane protocol.Lane, epoch uint64, n, size int) {
	w.t.Helper()
	var list []protocol.Entry
	for range n {
		list = append(list, w.entry(lane, epoch, fmt.Appendf(nil, `{"x":"%0*d"}`, max(1, size-8), 1)))
	}
	w.update(func(tx *bbolt.Tx) error { return Append(tx, list, identity.KeySigner(w.key)) })
}

func (w *writer) verify(lane protocol.Lane, known ...protocol.Pos) (r Report, err error) {
	w.t.Helper()
	err = w.db.View(func(tx *bbolt.Tx) error {
		r, err = Verify(tx, lane, OneKey(w.pub), known...)
		return err
	})
	return r, err
}

func (w *writer) mustVerify(lane protocol.Lane, lines uint64) Report {
	w.t.Helper()
	r, err := w.verify(lane, w.head[lane])
	if err != nil || r.Lines != lines {
		w.t.Fatalf("verify: %d lines, %v; want %d", r.Lines, err, lines)
	}
	return r
}

func (w *writer) read(lane protocol.Lane, after uint64, most int) (b wire.Batch, err error) {
	err = w.db.View(func(tx *bbolt.Tx) error {
		b, err = Read(tx, lane, after, most)
		return err
	})
	return b, err
}

func TestAppendTakesOnlyWhatGoesOn(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Urgent, 2, 3, 40)
	good := w.entry(protocol.Urgent, 2, []byte(`{}`))
	rows := []struct {
		name   string
		change func(*protocol.Entry)
	}{
		{"a hole", func(e *protocol.Entry) { e.Seq++ }},
		{"a repeated seq", func(e *protocol.Entry) { e.Seq-- }},
		{"another history", func(e *protocol.Entry) { e.Prev[0] ^= 1 }},
		{"an older epoch", func(e *protocol.Entry) { e.Epoch = 1 }},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := good
			row.change(&e)
			err := w.db.Update(func(tx *bbolt.Tx) error { return Append(tx, []protocol.Entry{e}, identity.KeySigner(w.key)) })
			if protocol.CodeOf(err) != protocol.BadChain {
				t.Fatalf("got %v, want badchain", err)
			}
		})
	}
	w.update(func(tx *bbolt.Tx) error { return Append(tx, []protocol.Entry{good}, identity.KeySigner(w.key)) })
	w.mustVerify(protocol.Urgent, 4)
	w.mustVerify(protocol.Bulk, 0)
}

func TestReplicationR9BatchesEndAtACheckpointWhereverTheyBegin(t *testing.T) {
	rows := []struct {
		name    string
		n, size int
	}{{"many small", 700, 30}, {"few large", 9, 60 << 10}, {"one", 1, 100}, {"middling", 150, 3 << 10}}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := newWriter(t)
			w.write(protocol.Bulk, 1, row.n, row.size)
			for after := range row.n + 1 {
				if row.n > 100 && after%37 != 0 && after != row.n {
					continue
				}
				w.follow(protocol.Bulk, uint64(after))
			}
		})
	}
}

// follow reads all batches above after and checks each as a receiver would.
func (w *writer) follow(lane protocol.Lane, after uint64) {
	w.t.Helper()
	prev := protocol.Pos{Lane: lane, Seq: after}
	w.update(func(tx *bbolt.Tx) (err error) {
		prev.Hash, _, err = Hash(tx, lane, after)
		prev.Epoch = 1
		return err
	})
	for prev.Seq < w.head[lane].Seq {
		b, err := w.read(lane, prev.Seq, wire.MaxBatch)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := b.CheckChain(prev); err != nil {
			w.t.Fatalf("batch after %d: %v", prev.Seq, err)
		}
		if _, err := wire.AppendBatch(nil, &b); err != nil {
			w.t.Fatalf("batch after %d: %v", prev.Seq, err)
		}
		if err := identity.Verify(w.pub, b.Checkpoint.Pos.Hash, b.Checkpoint.Sig); err != nil {
			w.t.Fatalf("batch after %d: %v", prev.Seq, err)
		}
		prev = b.Checkpoint.Pos
	}
	if b, err := w.read(lane, prev.Seq, wire.MaxBatch); err != nil || len(b.Entries) != 0 {
		w.t.Fatalf("behind the head: %d entries, %v", len(b.Entries), err)
	}
}

func TestABatchKeepsToTheBytesAskedForAndToOneEpoch(t *testing.T) {
	w := newWriter(t)
	for range 10 {
		w.write(protocol.Urgent, 1, 1, 1000)
	}
	w.write(protocol.Urgent, 3, 2, 1000)
	b, err := w.read(protocol.Urgent, 0, 4<<10)
	if payload, _ := wire.AppendBatch(nil, &b); err != nil || len(payload) > 4<<10 || len(b.Entries) == 0 {
		t.Fatalf("%d entries in %d bytes, %v", len(b.Entries), len(payload), err)
	}
	if b, _ := w.read(protocol.Urgent, 0, 1); len(b.Entries) != 1 {
		t.Fatalf("the first run must always come, got %d entries", len(b.Entries))
	}
	if b, _ := w.read(protocol.Urgent, 5, wire.MaxBatch); len(b.Entries) != 5 || b.Entries[4].Epoch != 1 {
		t.Fatalf("batch over an epoch: %d entries", len(b.Entries))
	}
	if b, _ := w.read(protocol.Urgent, 10, wire.MaxBatch); len(b.Entries) != 2 || b.Entries[0].Epoch != 3 {
		t.Fatalf("batch of the next epoch: %d entries", len(b.Entries))
	}
}

func TestReplicationR11AckedOnlyRisesAndIsALineOfMine(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Urgent, 1, 5, 50)
	pos := w.at(protocol.Urgent, 3)
	w.update(func(tx *bbolt.Tx) error { return SetAcked(tx, pos, 70) })
	w.update(func(tx *bbolt.Tx) error { return SetAcked(tx, w.atTx(tx, 2), 60) })
	w.update(func(tx *bbolt.Tx) error {
		a, err := Acked(tx, protocol.Urgent)
		if a.Pos != pos || a.Index != 70 {
			t.Errorf("acked %v at %d", a.Pos, a.Index)
		}
		return err
	})
	for name, change := range map[string]func(*protocol.Pos){
		"another hash":    func(p *protocol.Pos) { p.Hash[3] ^= 1 },
		"beyond the head": func(p *protocol.Pos) { p.Seq = 6 },
	} {
		bad := w.at(protocol.Urgent, 5)
		change(&bad)
		err := w.db.Update(func(tx *bbolt.Tx) error { return SetAcked(tx, bad, 90) })
		if protocol.CodeOf(err) != protocol.Fork {
			t.Errorf("%s: got %v, want fork", name, err)
		}
	}
}

func (w *writer) at(lane protocol.Lane, seq uint64) (p protocol.Pos) {
	w.t.Helper()
	w.update(func(tx *bbolt.Tx) error {
		e, ok, err := Get(tx, lane, seq)
		if !ok {
			w.t.Fatalf("no line %d", seq)
		}
		p = e.Pos()
		return err
	})
	return p
}

func TestReplicationT1TrimmingStaysBelowBackupAndAck(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Bulk, 1, 200, 50)
	last := w.at(protocol.Bulk, 120)
	trim := func(upto uint64) (n int) {
		w.update(func(tx *bbolt.Tx) (err error) { n, err = Trim(tx, protocol.Bulk, upto); return err })
		return n
	}
	if n := trim(200); n != 0 {
		t.Fatalf("trimmed %d lines without a watermark", n)
	}
	w.update(func(tx *bbolt.Tx) error { return SetBackedUp(tx, protocol.Bulk, 150) })
	if n := trim(200); n != 0 {
		t.Fatalf("trimmed %d lines that were not acknowledged", n)
	}
	w.update(func(tx *bbolt.Tx) error { return SetAcked(tx, last, 9) })
	if n := trim(100); n != 100 {
		t.Fatalf("trimmed %d lines, want 100", n)
	}
	if n := trim(200); n != 20 {
		t.Fatalf("trimmed %d lines, want 20", n)
	}
	if r := w.mustVerify(protocol.Bulk, 80); r.Floor != last {
		t.Fatalf("floor %v, want %v", r.Floor, last)
	}
	w.update(func(tx *bbolt.Tx) error {
		hash, ok, err := Hash(tx, protocol.Bulk, 120)
		if !ok || hash != last.Hash {
			t.Errorf("hash of the floor: %v %v", hash, ok)
		}
		if _, ok, _ := Hash(tx, protocol.Bulk, 119); ok {
			t.Error("a trimmed line still has a hash")
		}
		return err
	})
	if _, err := w.read(protocol.Bulk, 10, wire.MaxBatch); protocol.CodeOf(err) != protocol.Gap {
		t.Fatalf("reading below the floor: %v, want gap", err)
	}
	w.write(protocol.Bulk, 1, 1, 50)
	w.mustVerify(protocol.Bulk, 81)
}

func TestReplicationR2ErasedBodyLeavesAVerifiableChain(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Urgent, 1, 4, 80)
	w.update(func(tx *bbolt.Tx) error { return EraseBody(tx, protocol.Urgent, 2) })
	w.update(func(tx *bbolt.Tx) error { return EraseBody(tx, protocol.Urgent, 2) }) // again
	if r := w.mustVerify(protocol.Urgent, 4); len(r.Erased) != 1 || r.Erased[0] != 2 {
		t.Fatalf("erased: %v", r.Erased)
	}
	w.update(func(tx *bbolt.Tx) error {
		if e, ok, err := Get(tx, protocol.Urgent, 2); !ok || protocol.CodeOf(err) != protocol.Gone || e.Seq != 2 {
			t.Errorf("got %v %v %v", e.Pos(), ok, err)
		}
		if err := EraseBody(tx, protocol.Urgent, 9); protocol.CodeOf(err) != protocol.Gone {
			t.Errorf("erase what is not there: %v", err)
		}
		return nil
	})
	b, err := w.read(protocol.Urgent, 0, wire.MaxBatch)
	if err != nil || b.Entries[1].Body != nil || b.CheckChain(protocol.Pos{Lane: protocol.Urgent}) != nil {
		t.Fatalf("batch with an erased body: %v", err)
	}
}

func TestRebaseKeepsWhatBothHaveAndHandsBackTheRest(t *testing.T) {
	for _, row := range []struct {
		name    string
		last    func(w *writer) protocol.Pos
		orphans []uint64
		lines   uint64
	}{
		{"the hub is where I am", func(w *writer) protocol.Pos { return w.at(protocol.Urgent, 6) }, nil, 6},
		{"the hub is behind me", func(w *writer) protocol.Pos { return w.at(protocol.Urgent, 4) }, []uint64{5, 6}, 4},
		{"the hub never heard of me", func(w *writer) protocol.Pos { return protocol.Pos{Lane: protocol.Urgent} }, []uint64{1, 2, 3, 4, 5, 6}, 0},
		{"an old disk", func(*writer) protocol.Pos {
			return protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 40, Hash: protocol.HashOf([]byte("x"))}
		}, []uint64{4, 5, 6}, 0},
		{"two histories", func(*writer) protocol.Pos {
			return protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 5, Hash: protocol.HashOf([]byte("x"))}
		}, []uint64{4, 5, 6}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWriter(t)
			w.write(protocol.Urgent, 1, 6, 50)
			w.update(func(tx *bbolt.Tx) error { return SetAcked(tx, w.atTx(tx, 3), 9) })
			last, seqs := row.last(w), []uint64(nil)
			w.update(func(tx *bbolt.Tx) error {
				orphans, err := Rebase(tx, last, identity.KeySigner(w.key))
				for _, e := range orphans {
					seqs = append(seqs, e.Seq)
				}
				return err
			})
			if fmt.Sprint(seqs) != fmt.Sprint(row.orphans) {
				t.Fatalf("orphans %v, want %v", seqs, row.orphans)
			}
			w.head[protocol.Urgent] = last
			w.mustVerify(protocol.Urgent, row.lines)
			w.write(protocol.Urgent, 2, 3, 50)
			w.mustVerify(protocol.Urgent, row.lines+3)
			b, err := w.read(protocol.Urgent, last.Seq, wire.MaxBatch)
			if err != nil || b.CheckChain(last) != nil || len(b.Entries) != 3 {
				t.Fatalf("first batch of the new epoch: %d entries, %v, %v", len(b.Entries), err, b.CheckChain(last))
			}
		})
	}
}

func (w *writer) atTx(tx *bbolt.Tx, seq uint64) protocol.Pos {
	e, _, err := Get(tx, protocol.Urgent, seq)
	if err != nil {
		w.t.Fatal(err)
	}
	return e.Pos()
}

func TestResendTakesTheAckBack(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Urgent, 1, 6, 50)
	w.update(func(tx *bbolt.Tx) error { return SetAcked(tx, w.atTx(tx, 5), 9) })
	w.update(func(tx *bbolt.Tx) error { return SetBackedUp(tx, protocol.Urgent, 4) })
	w.update(func(tx *bbolt.Tx) error { return Resend(tx, w.atTx(tx, 2)) })
	w.update(func(tx *bbolt.Tx) error {
		a, err := Acked(tx, protocol.Urgent)
		if a.Pos.Seq != 2 || a.BackedUp != 2 {
			t.Errorf("acked %v, backed up %d", a.Pos, a.BackedUp)
		}
		return err
	})
	bad := protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 1, Hash: protocol.HashOf([]byte("x"))}
	err := w.db.Update(func(tx *bbolt.Tx) error { return Resend(tx, bad) })
	if protocol.CodeOf(err) != protocol.Fork {
		t.Fatalf("resend from a foreign line: %v, want fork", err)
	}
}
