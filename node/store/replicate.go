package store

import (
	"context"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/journal"
	"xiangyun/replication/mark"
)

// Head gives the last line of a lane that is on disk.
func (s *Store) Head(lane protocol.Lane) (protocol.Pos, error) {
	if err := lane.Validate(); err != nil {
		return protocol.Pos{}, err
	}
	p := s.committed().heads[lane]
	p.Lane = lane
	return p, nil
}

// Acked gives the last place of a lane that the hub acknowledged.
func (s *Store) Acked(lane protocol.Lane) (protocol.Pos, error) {
	if err := lane.Validate(); err != nil {
		return protocol.Pos{}, err
	}
	p := s.committed().acked[lane]
	p.Lane = lane
	return p, nil
}

// Hash gives the hash of the line at seq; false when it is trimmed or not yet
// written. Seq 0 has the zero hash.
func (s *Store) Hash(lane protocol.Lane, seq uint64) (hash protocol.Hash, ok bool, err error) {
	if list := s.linesAhead(lane, seq); len(list) > 0 {
		return list[0].Hash, true, nil
	}
	err = s.viewPages(func(tx *bbolt.Tx) (err error) {
		hash, ok, err = journal.Hash(tx, lane, seq)
		return err
	})
	return hash, ok, err
}

// linesAhead gives the lines from seq on when seq is durable but not committed
// yet: the Pusher need not wait for the commit.
func (s *Store) linesAhead(lane protocol.Lane, seq uint64) []protocol.Entry {
	if lane.Validate() != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.ahead[lane]
	if len(list) == 0 || seq < list[0].Seq || seq > list[len(list)-1].Seq {
		return nil
	}
	return list[seq-list[0].Seq:]
}

// ReadBatch gives the next lines above after, as journal.Read does; no entries
// when there are none.
func (s *Store) ReadBatch(lane protocol.Lane, after uint64, maxBytes int) (b wire.Batch, err error) {
	if list := s.linesAhead(lane, after+1); len(list) > 0 {
		return journal.Cut(list, maxBytes, s.config.Signer)
	}
	err = s.viewPages(func(tx *bbolt.Tx) (err error) {
		b, err = journal.Read(tx, lane, after, maxBytes)
		return err
	})
	return b, err
}

// Appended rises to the seq of every line of a lane once it is on disk. Ask
// again in a new session: Rebase may take a lane back, which a mark cannot show.
func (s *Store) Appended(lane protocol.Lane) *mark.Mark { return s.appended[lane].Load() }

// Cursor tells where the feed of a lane was left.
func (s *Store) Cursor(lane protocol.Lane) (c wire.Cursor, err error) {
	err = s.view(func(tx *bbolt.Tx) (err error) {
		c, err = loadCursor(tx, lane)
		return err
	})
	return c, err
}

// Verify checks a lane's journal as an auditor would, with the keys of its
// epochs and the places others vouch for.
func (s *Store) Verify(lane protocol.Lane, keys journal.Keys, known ...protocol.Pos) (r journal.Report, err error) {
	err = s.view(func(tx *bbolt.Tx) (err error) {
		r, err = journal.Verify(tx, lane, keys, known...)
		return err
	})
	return r, err
}

// SetBackedUp notes up to which seq of a lane a verified backup holds the
// journal, as the hub announces it (replication.T1).
func (s *Store) SetBackedUp(ctx context.Context, lane protocol.Lane, seq uint64) error {
	return s.do(ctx, false, func(g *group) error { return journal.SetBackedUp(g.write(), lane, seq) })
}

// Trim drops lines of a lane stamped before a given instant that are backed up
// and acknowledged, a thousand at a time so that nobody waits, and says how
// many went (replication.T1).
func (s *Store) Trim(ctx context.Context, lane protocol.Lane, before protocol.Instant) (total int, err error) {
	for {
		n := 0
		err := s.do(ctx, true, func(g *group) error {
			n = 0
			upto, err := olderThan(g.tx, lane, before)
			if err != nil || upto == 0 {
				return err
			}
			n, err = journal.Trim(g.write(), lane, upto)
			return err
		})
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// trimLook bounds how far Trim looks ahead in one transaction.
const trimLook = 1024

func olderThan(tx *bbolt.Tx, lane protocol.Lane, before protocol.Instant) (upto uint64, err error) {
	floor, err := journal.Floor(tx, lane)
	if err != nil {
		return 0, err
	}
	err = journal.Each(tx, lane, floor.Seq, func(e protocol.Entry) error {
		if e.At >= before || e.Seq > floor.Seq+trimLook {
			return errStop
		}
		upto = e.Seq
		return nil
	})
	if err == errStop {
		err = nil
	}
	return upto, err
}

// EraseBody removes the body of an own line by law; its header stays and the
// chain verifies as before (replication.R2).
func (s *Store) EraseBody(ctx context.Context, lane protocol.Lane, seq uint64) error {
	return s.do(ctx, true, func(g *group) error { return journal.EraseBody(g.write(), lane, seq) })
}

func (s *Store) view(fn func(tx *bbolt.Tx) error) error {
	return s.View(func(tx *ReadTx) error { return fn(tx.b) })
}

// Lines gives own lines of a lane above after, at most max, oldest first: what
// an operator looks at when two histories stand against each other.
func (s *Store) Lines(lane protocol.Lane, after uint64, max int) (list []protocol.Entry, err error) {
	if err := lane.Validate(); err != nil {
		return nil, err
	}
	err = s.view(func(tx *bbolt.Tx) error {
		list = nil
		return journal.Each(tx, lane, after, func(e protocol.Entry) error {
			if len(list) == max {
				return errStop
			}
			list = append(list, e)
			return nil
		})
	})
	if err == errStop {
		err = nil
	}
	return list, err
}
