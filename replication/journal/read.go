package journal

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// Hash gives the hash of the line at seq: of a kept one, of the floor, and the
// zero hash for seq 0 while nothing is trimmed. It is false for a place below
// the floor or beyond the head.
func Hash(tx *bbolt.Tx, lane protocol.Lane, seq uint64) (protocol.Hash, bool, error) {
	floor, err := Floor(tx, lane)
	if err != nil || seq < floor.Seq {
		return protocol.Hash{}, false, err
	}
	if seq == floor.Seq {
		return floor.Hash, true, nil
	}
	stored := headers(tx, lane).Get(seqKey(seq))
	if stored == nil {
		return protocol.Hash{}, false, nil
	}
	l, err := decodeLine(stored)
	if err != nil {
		return protocol.Hash{}, false, damaged(lane, seq, err)
	}
	return protocol.HashOf(l.raw), true, nil
}

// Get gives the line at seq; false when it is not kept. An erased body is a
// gone fault that comes together with the entry's header, which stays
// (replication.R2).
func Get(tx *bbolt.Tx, lane protocol.Lane, seq uint64) (protocol.Entry, bool, error) {
	if err := lane.Validate(); err != nil {
		return protocol.Entry{}, false, err
	}
	stored := headers(tx, lane).Get(seqKey(seq))
	if stored == nil {
		return protocol.Entry{}, false, nil
	}
	e, l, err := load(tx, lane, seq, stored)
	if err == nil && l.erased {
		err = &protocol.Fault{Code: protocol.Gone, Op: "read journal", Ref: e.Ref, Pos: e.Pos(), Text: "内容已依法删除"}
	}
	return e, true, err
}

// load reads one line whole; the entry shares nothing with the transaction.
func load(tx *bbolt.Tx, lane protocol.Lane, seq uint64, stored []byte) (e protocol.Entry, l line, err error) {
	if l, err = decodeLine(stored); err != nil {
		return e, l, damaged(lane, seq, err)
	}
	body, err := loadBody(tx, lane, seq, l.erased)
	if err != nil {
		return e, l, damaged(lane, seq, err)
	}
	buf := make([]byte, 0, len(l.raw)+1+len(body)) // copied once: pitfalls.B7
	buf = append(buf, l.raw...)
	if l.erased {
		buf = append(buf, 0)
	} else {
		buf = append(append(buf, 1), body...)
	}
	e, rest, err := wire.ReadEntry(buf)
	switch {
	case err == nil && len(rest) > 0:
		err = errors.New("body is longer than its header says")
	case err == nil && (e.Seq != seq || e.Lane != lane):
		err = fmt.Errorf("row holds line %d of %s lane", e.Seq, e.Lane)
	}
	if err != nil {
		return e, l, damaged(lane, seq, err)
	}
	return e, l, nil
}

func loadBody(tx *bbolt.Tx, lane protocol.Lane, seq uint64, erased bool) ([]byte, error) {
	stored := bodies(tx, lane).Get(seqKey(seq))
	switch {
	case erased && stored != nil:
		return nil, errors.New("an erased body is still there")
	case erased:
		return nil, nil
	case stored == nil:
		return nil, errors.New("body is missing")
	}
	return open(stored)
}

// Each calls fn for the kept lines with a seq above after, in order, until fn
// returns an error. Erased bodies are nil.
func Each(tx *bbolt.Tx, lane protocol.Lane, after uint64, fn func(protocol.Entry) error) error {
	return each(tx, lane, after, func(e protocol.Entry, _ line) error { return fn(e) })
}

func each(tx *bbolt.Tx, lane protocol.Lane, after uint64, fn func(protocol.Entry, line) error) error {
	if err := lane.Validate(); err != nil {
		return err
	}
	c := headers(tx, lane).Cursor()
	for k, v := c.Seek(seqKey(after + 1)); k != nil; k, v = c.Next() {
		seq, err := seqOf(lane, k)
		if err != nil {
			return err
		}
		e, l, err := load(tx, lane, seq, v)
		if err != nil {
			return err
		}
		if err := fn(e, l); err != nil {
			return err
		}
	}
	return nil
}

// Read gives the next batch of lines above after: of one epoch, at most 256
// entries and at most max bytes when encoded, ending at a checkpoint
// (replication.R9). It has no entries when there is nothing above after. The
// lines up to the first checkpoint always come, even when they are more than
// max: 128 KiB at most. A place below the floor is a gap fault whose Pos is the
// floor.
func Read(tx *bbolt.Tx, lane protocol.Lane, after uint64, max int) (wire.Batch, error) {
	floor, err := Floor(tx, lane)
	if err != nil {
		return wire.Batch{}, err
	}
	if after < floor.Seq {
		return wire.Batch{}, &protocol.Fault{Code: protocol.Gap, Op: "read journal", Pos: floor,
			Text: fmt.Sprintf("第 %d 条之前的日志已不在本节点", floor.Seq+1), Hint: "用备份补齐"}
	}
	r := reader{max: min(max, wire.MaxBatch), next: after + 1}
	if err := each(tx, lane, after, r.take); err != nil && err != errDone {
		return wire.Batch{}, err
	}
	r.batch.Entries = r.batch.Entries[:r.whole]
	return r.batch, nil
}

var errDone = errors.New("batch is full")

// reader fills a batch; whole is how much of it ends at a checkpoint.
type reader struct {
	batch wire.Batch
	whole int
	bytes int
	max   int
	next  uint64
}

func (r *reader) take(e protocol.Entry, l line) error {
	if e.Seq != r.next {
		return damaged(e.Lane, r.next, errors.New("line is missing"))
	}
	if len(r.batch.Entries) == 0 {
		r.batch.Origin, r.bytes = e.Origin, wire.BatchOverhead(e.Origin)
	}
	r.bytes += wire.EntrySize(&e)
	full := len(r.batch.Entries) == wire.MaxBatchEntries || r.bytes > r.max
	if r.whole > 0 && (full || e.Epoch != r.batch.Entries[0].Epoch) {
		return errDone
	}
	r.batch.Entries = append(r.batch.Entries, e)
	r.next++
	if l.checkpoint != nil {
		sig := append([]byte(nil), l.checkpoint.Sig...)
		r.batch.Checkpoint = wire.Checkpoint{Pos: l.checkpoint.Pos, Sig: sig}
		r.whole = len(r.batch.Entries)
	}
	return nil
}

// Cut makes a batch of lines that are not in the database yet, as Read would:
// of one epoch, at most 256 entries and max bytes but at least one, signed at
// its end. lines is one run of a lane and not empty.
func Cut(lines []protocol.Entry, max int, s Signer) (b wire.Batch, err error) {
	first := &lines[0]
	size := wire.BatchOverhead(first.Origin)
	n := 0
	for ; n < min(len(lines), wire.MaxBatchEntries); n++ {
		size += wire.EntrySize(&lines[n])
		if n > 0 && (size > min(max, wire.MaxBatch) || lines[n].Epoch != first.Epoch) {
			break
		}
	}
	b = wire.Batch{Origin: first.Origin, Entries: lines[:n:n]}
	c, err := sign(lines[n-1].Pos(), s)
	if err == nil {
		b.Checkpoint = *c
	}
	return b, err
}
