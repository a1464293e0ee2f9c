package journal

import (
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// Signer signs the hash of a line with the key of the journal's writer, under
// a domain of its own (protocol/identity does). It is called inside the
// caller's transaction and must not wait for a network.
type Signer interface {
	Sign(hash protocol.Hash) ([]byte, error)
}

// A signed place comes at least this often, so that every batch can end at one
// whatever place it begins at.
const (
	runEntries = 64
	runBytes   = 128 << 10
)

// Append writes entries behind the heads of their lanes and signs the last of
// each lane, and more where they are many (replication.R1): so every
// transaction ends at a checkpoint. The entries must come from wire.Seal and go
// on from Head; anything else is a programmer's error and nothing may be
// committed then.
func Append(tx *bbolt.Tx, entries []protocol.Entry, s Signer) error {
	for _, lane := range protocol.Lanes {
		if err := appendLane(tx, lane, entries, s); err != nil {
			return fmt.Errorf("append to %s lane: %w", lane, err)
		}
	}
	return nil
}

func appendLane(tx *bbolt.Tx, lane protocol.Lane, entries []protocol.Entry, s Signer) error {
	head, err := Head(tx, lane)
	if err != nil {
		return err
	}
	start, run, last := head, run{}, -1
	for i := range entries {
		if entries[i].Lane == lane {
			last = i
		}
	}
	for i := 0; i <= last; i++ {
		e := &entries[i]
		if e.Lane != lane {
			continue
		}
		if err := follows(head, e); err != nil {
			return err
		}
		if err := putEntry(tx, e, run.closes(e, entries[i+1:], i == last), s); err != nil {
			return err
		}
		head = e.Pos()
	}
	if head == start {
		return nil
	}
	return putPlace(tx, rowHead, head)
}

// run counts what stands since the last checkpoint.
type run struct{ entries, bytes int }

// closes takes e into the run and reports whether it must carry a checkpoint:
// it is the last, or the next of its lane would make the run too large.
func (r *run) closes(e *protocol.Entry, rest []protocol.Entry, last bool) bool {
	r.entries++
	r.bytes += wire.EntrySize(e)
	for i := range rest {
		if rest[i].Lane == e.Lane {
			last = r.bytes+wire.EntrySize(&rest[i]) > runBytes
			break
		}
	}
	if last = last || r.entries == runEntries; last {
		*r = run{}
	}
	return last
}

func follows(head protocol.Pos, e *protocol.Entry) error {
	if e.Seq != head.Seq+1 || e.Prev != head.Hash || e.Epoch < head.Epoch || e.Epoch == 0 {
		return protocol.NewFault(protocol.BadChain, "append", "第 %d 条(纪元 %d)没有接在 %s 之后", e.Seq, e.Epoch, head)
	}
	return nil
}

func putEntry(tx *bbolt.Tx, e *protocol.Entry, signed bool, s Signer) error {
	l := line{raw: e.Raw}
	if signed {
		c, err := sign(e.Pos(), s)
		if err != nil {
			return err
		}
		l.checkpoint = c
	}
	value, err := l.encode()
	if err != nil {
		return err
	}
	key, hb, bb := seqKey(e.Seq), headers(tx, e.Lane), bodies(tx, e.Lane)
	hb.FillPercent, bb.FillPercent = 0.95, 0.95 // keys only rise
	if err := hb.Put(key, value); err != nil {
		return fmt.Errorf("store header %d: %w", e.Seq, err)
	}
	if err := bb.Put(key, wire.SealValue(rowVersion, e.Body)); err != nil {
		return fmt.Errorf("store body %d: %w", e.Seq, err)
	}
	return nil
}

func sign(p protocol.Pos, s Signer) (*wire.Checkpoint, error) {
	sig, err := s.Sign(p.Hash)
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", p, err)
	}
	return &wire.Checkpoint{Pos: p, Sig: sig}, nil
}
