package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// writer pushes one identity's bulk lane over a session: writes that wait
// while a batch is being sent share the next one and its signature, as the
// acts of a node's windows share a commit.
type writer struct {
	origin protocol.NodeID
	epoch  uint64
	key    *identity.Holder
	end    *link.Endpoint
	sess   link.Session
	push   link.Stream
	out    *wire.Writer
	queue  chan *put
	turn   chan struct{} // a token when the sender should look again

	head protocol.Pos // of what was sent; the sender's own

	mu     sync.Mutex // guards waits, err, acked
	waits  []*put
	err    error
	acked  *sync.Cond
	credit int64
	flying int64
}

// put is one write that waits for its acknowledgement.
type put struct {
	run   string
	n     uint64
	seq   uint64
	bytes int64
	done  chan error
}

// connect opens the session of the identity in dir.
func connect(ctx context.Context, dir, addr string, boot wire.Boot) (*writer, error) {
	w := &writer{queue: make(chan *put, 1024), turn: make(chan struct{}, 1)}
	w.acked = sync.NewCond(&w.mu)
	bundle, err := identity.LoadBundle(filepath.Join(dir, "secret"))
	if err != nil {
		return nil, err
	}
	if w.key, err = identity.NewHolder(bundle, time.Now); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "place.json"))
	if err != nil {
		return nil, err
	}
	var place struct{ Epoch uint64 }
	if err := json.Unmarshal(data, &place); err != nil {
		return nil, err
	}
	w.origin, w.epoch = w.key.Self().ID, place.Epoch
	pc, err := link.ListenUDP("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if w.end, err = link.Open(pc, w.key, nil, link.Options{}); err != nil {
		return nil, err
	}
	return w, w.begin(ctx, addr, boot)
}

// begin says hello and opens the push stream.
func (w *writer) begin(ctx context.Context, addr string, boot wire.Boot) (err error) {
	if w.sess, err = w.end.Dial(ctx, addr, replication.ALPN, "", identity.RoleHub); err != nil {
		return err
	}
	st, err := w.sess.OpenStream(ctx, 0)
	if err != nil {
		return err
	}
	defer st.Close()
	hello := wire.Hello{Origin: w.origin, Epoch: w.epoch, Boot: boot, Class: wire.ClassBulk, Build: "bench", Feature: replication.Feature,
		Clock: protocol.At(time.Now()), ClockErr: 1000}
	if err := wire.NewWriter(st).Send(hello); err != nil {
		return err
	}
	welcome, err := wire.Receive[wire.Welcome](wire.NewReader(st))
	if err != nil {
		return err
	}
	w.head = welcome.Last.Of(lane)
	for _, c := range welcome.Credits {
		if c.Lane == lane {
			w.credit = c.Bytes
		}
	}
	if w.push, err = w.sess.OpenStream(ctx, 0); err != nil {
		return err
	}
	w.out = wire.NewWriter(w.push)
	go w.send()
	go w.listen()
	return nil
}

func (w *writer) close() {
	close(w.queue)
	w.sess.Close(0, "bench over")
	w.end.Close()
}

// put writes the n-th filing and waits until a quorum has it.
func (w *writer) put(ctx context.Context, run string, n uint64) error {
	p := &put{run: run, n: n, done: make(chan error, 1)}
	w.enqueue(p)
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stream writes full batches until the time has come, and waits for the last.
func (w *writer) stream(ctx context.Context, run string, until time.Time) (count uint64, err error) {
	var last *put
	for ctx.Err() == nil && time.Now().Before(until) {
		if err := w.room(); err != nil {
			return count, err
		}
		last = &put{run: run, n: count, done: make(chan error, 1)}
		w.enqueue(last)
		count++
	}
	if last == nil {
		return 0, ctx.Err()
	}
	return count, <-last.done
}

func (w *writer) enqueue(p *put) {
	w.queue <- p
	if len(w.queue) >= full {
		w.wake()
	}
}

func (w *writer) wake() {
	select {
	case w.turn <- struct{}{}:
	default:
	}
}

// room waits while the queue is full or the credit used up.
func (w *writer) room() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.err == nil && w.flying > w.credit {
		w.acked.Wait()
	}
	return w.err
}

// send merges waiting writes into batches.
func (w *writer) send() {
	for first := range w.queue {
		w.linger()
		if err := w.batch(first); err != nil {
			w.fail(err)
		}
	}
}

// A batch is sent when none is in flight, when it is full, or after a linger,
// as a node's pusher does (replication.R9).
const (
	full       = wire.MaxBatchEntries - 1 // waiting behind the first
	lingerTime = 5 * time.Millisecond
)

func (w *writer) linger() {
	timer := time.NewTimer(lingerTime)
	defer timer.Stop()
	for {
		w.mu.Lock()
		idle := w.flying == 0 || w.err != nil
		w.mu.Unlock()
		if idle || len(w.queue) >= full {
			return
		}
		select {
		case <-w.turn:
		case <-timer.C:
			return
		}
	}
}

// batch sends first and what waits behind it.
func (w *writer) batch(first *put) error {
	b, size := wire.Batch{Origin: w.origin}, wire.BatchOverhead(w.origin)
	var puts []*put
	for p := first; p != nil; {
		e, err := w.entry(p)
		if err != nil {
			return err
		}
		p.seq, p.bytes = e.Seq, int64(wire.EntrySize(&e))
		b.Entries, puts = append(b.Entries, e), append(puts, p)
		if size += int(p.bytes); len(puts) == wire.MaxBatchEntries || size > wire.MaxBatch-4<<10 {
			break
		}
		select {
		case p = <-w.queue:
		default:
			p = nil
		}
	}
	return w.launch(&b, puts)
}

// entry makes what a node's store would have sealed.
func (w *writer) entry(p *put) (protocol.Entry, error) {
	d := filing(w.origin, p.run, p.n)
	body, ok := d.Body.(protocol.Changeset)
	if !ok {
		return protocol.Entry{}, errors.New("filing is no changeset")
	}
	now := protocol.At(time.Now())
	body.Node, body.Submitter, body.Submitted, body.State = w.origin, d.By, now, protocol.ChangesetSubmitted
	data, err := json.Marshal(body)
	if err != nil {
		return protocol.Entry{}, err
	}
	h := protocol.Header{Origin: w.origin, Epoch: w.epoch, Lane: lane, Seq: w.head.Seq + 1, Prev: w.head.Hash, Ref: d.Ref, Act: d.Act,
		Rev: 1, RecEpoch: 1, At: now, AtErr: 1000, By: d.By, Feature: 1}
	e, err := wire.Seal(&h, data)
	if err == nil {
		w.head = e.Pos()
	}
	return e, err
}

func (w *writer) launch(b *wire.Batch, puts []*put) error {
	last := b.Entries[len(b.Entries)-1].Pos()
	sig, err := w.key.Sign(last.Hash)
	if err != nil {
		return err
	}
	b.Checkpoint = wire.Checkpoint{Pos: last, Sig: sig}
	payload, err := wire.AppendBatch(nil, b)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.waits = append(w.waits, puts...)
	for _, p := range puts {
		w.flying += p.bytes
	}
	w.mu.Unlock()
	return w.out.Write(wire.FrameBatch, wire.MustUnderstand, payload)
}

// listen answers the writes that an acknowledgement covers.
func (w *writer) listen() {
	in := wire.NewReader(w.push)
	for {
		f, err := in.Next()
		if err == nil && f.Type == wire.FrameAck {
			err = w.take(f.Payload)
		}
		if err != nil {
			w.fail(err)
			return
		}
	}
}

func (w *writer) take(payload []byte) error {
	ack, err := wire.Decode[wire.Ack](payload)
	if err != nil {
		return err
	}
	if len(ack.Verdicts) > 0 {
		v := ack.Verdicts[0]
		return fmt.Errorf("%s was not applied: %s %s %s", v.Pos, v.Outcome, v.Rule, v.Text)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.waits) > 0 && w.waits[0].seq <= ack.Pos.Seq {
		w.waits[0].done <- nil
		w.flying -= w.waits[0].bytes
		w.waits = w.waits[1:]
	}
	w.acked.Broadcast()
	w.wake()
	return nil
}

func (w *writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
	for _, p := range w.waits {
		p.done <- err
	}
	w.waits = nil
	w.acked.Broadcast()
	w.wake()
}
