package fsm

import (
	"slices"
	"sync"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// ringBytes bounds the newest feed lines kept in memory. The ring is why a line
// can be sent before bbolt's commit, and why a feeder that is up to date costs
// Apply nothing.
const ringBytes = 32 << 20

// ring holds every row of the indexes above from, up to upto.
type ring struct {
	mu         sync.RWMutex // guards what follows
	limit      int
	generation uint64
	floor      uint64
	from, upto uint64
	moments    []moment
	bytes      int
	newest     map[protocol.Ref]change
}

// moment is the rows of one index.
type moment struct {
	index uint64
	rows  []row
	bytes int
}

// change is the newest change of a record in the ring; its rows share record.
type change struct {
	index  uint64
	record *protocol.Record
	except protocol.NodeID
}

// reset empties the ring; what is stored begins below it.
func (r *ring) reset(s *state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit == 0 {
		r.limit = ringBytes
	}
	r.generation, r.floor, r.from, r.upto = s.Generation, s.FeedFloor, s.Applied, s.Applied
	r.moments, r.bytes, r.newest = nil, 0, make(map[protocol.Ref]change)
}

// setFloor follows the trimming of stored rows.
func (r *ring) setFloor(floor uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.floor = floor
}

// publish shows the rows of one index.
func (r *ring) publish(index uint64, rows []row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.upto = index
	if len(rows) == 0 {
		return
	}
	m := moment{index: index, rows: rows}
	for i := range rows {
		row := &rows[i]
		m.bytes += 200
		if row.record != nil {
			m.bytes += len(row.record.Body)
		}
		if row.what == lineRecord {
			r.newest[row.ref] = change{index, row.record, row.except}
		}
	}
	r.moments, r.bytes = append(r.moments, m), r.bytes+m.bytes
	r.evict()
}

func (r *ring) evict() {
	n := 0
	for r.bytes > r.limit && n < len(r.moments)-1 {
		old := &r.moments[n]
		for i := range old.rows {
			if ref := old.rows[i].ref; r.newest[ref].index == old.index {
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

// line makes a line of a row. A record that changed again is left out: its
// later row tells the newest state, or that the node lost sight of it. Only
// the writer of that later change has no row of it.
func (r *ring) line(row *row, index uint64, node protocol.NodeID) (wire.Line, bool) {
	if row.except == node || row.what == lineErase && row.readers.Has(node) {
		return wire.Line{}, false
	}
	if n, ok := r.newest[row.ref]; row.what == lineRecord && ok && n.record != row.record && n.except != node {
		return wire.Line{}, false
	}
	return row.toLine(index, node), true
}

// toLine is for a row whose record is at hand. What a node may not hold is
// erased there.
func (r *row) toLine(index uint64, node protocol.NodeID) wire.Line {
	line := wire.Line{Index: index, What: r.what}
	switch r.what {
	case lineVerdict:
		line.Verdict = r.verdict
	case lineEpoch, lineLevel:
		line.Value = r.value
	case lineErase:
		line.Ref = r.ref
	default:
		if r.record == nil || !r.readers.Has(node) {
			line.What, line.Ref = lineErase, r.ref
			return line
		}
		line.Record = r.record
	}
	return line
}
