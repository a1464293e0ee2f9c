package fsm

import (
	"slices"
	"sync"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// ringBytes bounds the newest feed lines kept in memory: some seconds of the
// fastest writing. The ring is why a line can be sent before bbolt's commit, and
// why a feeder that is up to date costs Apply nothing; one that lags further
// reads what is committed, beside Apply.
const ringBytes = 16 << 20

// ring holds every row of the indexes above from, up to upto.
type ring struct {
	mu         sync.RWMutex // guards what follows
	limit      int
	generation uint64
	floor      uint64
	from, upto uint64
	moments    []moment
	bytes      int
	newest     map[protocol.Ref]*change
}

// moment is what one index changed, and the rows about it.
type moment struct {
	index   uint64
	rows    []row
	changes []change
	bytes   int
}

// change is a record as one act left it; the rows about it share record.
type change struct {
	record  *protocol.Record
	readers protocol.Audience
	except  protocol.NodeID // wrote it, and has no row
}

// reset empties the ring; what is stored begins below it.
func (r *ring) reset(s *state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit == 0 {
		r.limit = ringBytes
	}
	r.generation, r.floor, r.from, r.upto = s.Generation, s.FeedFloor, s.Applied, s.Applied
	r.moments, r.bytes, r.newest = nil, 0, make(map[protocol.Ref]*change)
}

// setFloor follows the trimming of stored rows.
func (r *ring) setFloor(floor uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.floor = floor
}

// publish shows what one index changed.
func (r *ring) publish(index uint64, rows []row, changes []change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.upto = index
	if len(rows) == 0 && len(changes) == 0 {
		return
	}
	m := moment{index: index, rows: rows, changes: changes, bytes: 200 * (len(rows) + len(changes))}
	for i := range changes {
		c := &changes[i]
		m.bytes += len(c.record.Body)
		r.newest[c.record.Ref] = c
	}
	r.moments, r.bytes = append(r.moments, m), r.bytes+m.bytes
	r.evict()
}

func (r *ring) evict() {
	n := 0
	for r.bytes > r.limit && n < len(r.moments)-1 {
		old := &r.moments[n]
		for i := range old.changes {
			if ref := old.changes[i].record.Ref; r.newest[ref] == &old.changes[i] {
				delete(r.newest, ref)
			}
		}
		r.bytes, r.from = r.bytes-old.bytes, old.index
		r.moments[n] = moment{}
		n++
	}
	r.moments = r.moments[n:] // append moves the rest to a new array in time
}

// admit checks a reader's cursor; gone asks for a scope snapshot
// (replication.D6). A cursor of nothing is of any generation.
func (r *ring) admit(cur wire.Cursor) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	fresh := cur.Generation == 0 && cur.Last == 0
	if cur.Generation != r.generation && !fresh {
		return protocol.NewFault(protocol.Gone, "feed", "省级数据已换代(第 %d 代),需要整体同步", r.generation)
	}
	if cur.Last < r.floor {
		return protocol.NewFault(protocol.Gone, "feed", "第 %d 号以前的记录已不再保留,需要整体同步", r.floor)
	}
	return nil
}

// lines gives the feed behind cur from memory; false when it begins earlier.
func (r *ring) lines(node protocol.NodeID, cur wire.Cursor, maxBytes int) (wire.Lines, bool, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if cur.Last < r.from {
		return wire.Lines{}, false, nil
	}
	p := newPiece(r.generation, cur, max(r.upto, cur.Last), maxBytes)
	start, _ := slices.BinarySearchFunc(r.moments, cur.Last+1, func(m moment, index uint64) int {
		if m.index < index {
			return -1
		}
		return 1
	})
	for i := start; i < len(r.moments); i++ {
		m := &r.moments[i]
		for j := range m.rows {
			row := &m.rows[j]
			if row.lane != cur.Lane || row.stream != node && row.stream != everyone {
				continue
			}
			if line, ok := r.line(row, m.index, node); ok {
				p.add(line)
			}
		}
		if full, err := p.close(m.index); full || err != nil {
			return p.lines, true, err
		}
	}
	return p.lines, true, nil
}

// line makes a line of a row, as of now: what changed again since is in the
// ring, too.
func (r *ring) line(row *row, index uint64, node protocol.NodeID) (wire.Line, bool) {
	if row.except == node {
		return wire.Line{}, false
	}
	now := *row
	if n := r.newest[row.ref]; n != nil && n.record != row.record {
		if row.what == lineRecord && n.except == node {
			return now.toLine(index, node), true // of its own later act it has no row
		}
		now.record, now.readers = n.record, n.readers
		if row.what == lineRecord {
			return wire.Line{}, false
		}
	}
	if now.outdated(index, node) {
		return wire.Line{}, false
	}
	return now.toLine(index, node), true
}
