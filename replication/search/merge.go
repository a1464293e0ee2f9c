package search

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"go.etcd.io/bbolt"
)

const (
	mergeStep   = 4 << 20 // bytes of postings written per transaction of a merge
	maxSegments = 64      // above it, merges are finished before the next batch
)

// merge puts several segments together into one, over several transactions so
// that memory stays bounded. Until the last one nobody sees the new segment;
// a merge cut off by a crash is dropped at open and begun again.
type merge struct {
	from  []segment
	to    segment
	ords  [][]uint32 // per source: old ordinal → new one, or dead
	after []byte     // last term done; nil before the first
}

const dead = math.MaxUint32

// compact does a share of the merging that is due.
func (ix *Index) compact() error {
	for steps := 0; ; steps++ {
		var due bool
		err := ix.change(func(tx *bbolt.Tx) error {
			st, err := loadState(tx)
			if err != nil {
				return err
			}
			if steps > 0 && len(st.segs) <= maxSegments {
				return nil
			}
			due, err = ix.mergeSome(tx, st)
			return err
		})
		if err != nil || !due {
			if err != nil {
				ix.merging = nil
			}
			return err
		}
	}
}

// mergeSome begins a merge when one is due, or goes on with the one under way,
// and reports whether it had anything to do.
func (ix *Index) mergeSome(tx *bbolt.Tx, st *state) (bool, error) {
	if ix.merging == nil {
		from := pick(st, ix.fan)
		if from == nil {
			return false, nil
		}
		m, err := begin(tx, st, from)
		if err != nil {
			return false, err
		}
		ix.merging = m
	}
	done, err := ix.merging.step(tx, ix.step)
	if err != nil || !done {
		return true, err
	}
	err = ix.merging.finish(tx, st)
	ix.merging = nil
	return true, err
}

// pick chooses what to merge: fan segments of like size, or everything when
// more than half of what the segments hold is dead.
func pick(st *state, fan int) []segment {
	levels := map[int][]segment{}
	var docs uint64
	for _, g := range st.segs {
		l := level(g.docs, fan)
		levels[l] = append(levels[l], g)
		docs += uint64(g.docs)
		if len(levels[l]) == fan {
			return levels[l]
		}
	}
	if docs > 2*st.live+1024 {
		return slices.Clone(st.segs)
	}
	return nil
}

// level is the number of digits of docs in base fan, less one.
func level(docs uint32, fan int) int {
	l := 0
	for docs >= uint32(fan) {
		docs /= uint32(fan)
		l++
	}
	return l
}

// begin makes the new segment's table of handles from what is still alive.
func begin(tx *bbolt.Tx, st *state, from []segment) (*merge, error) {
	m := &merge{from: from, to: segment{id: st.nextSeg}}
	st.nextSeg++
	segs := tx.Bucket(segBucket)
	type place struct {
		handle   handle
		src, ord uint32
	}
	var all []place
	for i, g := range from {
		m.ords = append(m.ords, make([]uint32, g.docs))
		live := newList(tx, listPrefix("", "", ""))
		table := handleTable{bucket: segs.Bucket(segKey(g.id)), docs: g.docs}
		for ord := range g.docs {
			m.ords[i][ord] = dead
			h, err := table.at(uint64(ord))
			if err != nil {
				return nil, err
			}
			got, ok, err := live.seek(h)
			if err != nil {
				return nil, err
			}
			if ok && got == h {
				all = append(all, place{h, uint32(i), ord})
			}
		}
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Compare(a.handle, b.handle) })
	handles := make([]handle, len(all))
	for n, p := range all {
		handles[n] = p.handle
		m.ords[p.src][p.ord] = uint32(n)
	}
	m.to.docs = uint32(len(all))
	if _, err := newSegment(segs, m.to.id, handles); err != nil {
		return nil, err
	}
	return m, saveState(tx, st)
}

// step writes about max bytes of postings and reports whether they were the
// last.
func (m *merge) step(tx *bbolt.Tx, max int) (done bool, err error) {
	segs := tx.Bucket(segBucket)
	out := segs.Bucket(segKey(m.to.id))
	if out == nil {
		return false, damaged("segment of a merge is absent", nil)
	}
	out.FillPercent = 0.95
	w := blockWriter{put: func(k, v []byte) error { return out.Put(k, seal(v)) }}
	walks := make([]*termWalk, len(m.from))
	for i, g := range m.from {
		if walks[i], err = newTermWalk(segs.Bucket(segKey(g.id)), m.after); err != nil {
			return false, err
		}
	}
	var values []uint64
	for w.bytes+len(w.buf) < max {
		term := least(walks)
		if term == nil {
			return true, w.flush()
		}
		m.after = append(m.after[:0], term...)
		if values, err = m.gather(walks, values[:0]); err != nil {
			return false, err
		}
		if len(values) == 0 {
			continue
		}
		if err := w.add(m.after, encodeValues(values), values[0]); err != nil {
			return false, err
		}
	}
	return false, w.flush()
}

// gather takes the postings of m.after from all walks, in the new ordinals.
func (m *merge) gather(walks []*termWalk, values []uint64) ([]uint64, error) {
	for i, w := range walks {
		for !w.end && bytes.Equal(w.block.term, m.after) {
			last := uint64(0)
			for b := w.block.postings; len(b) > 0; {
				d, n := binary.Uvarint(b)
				if n <= 0 {
					return nil, damaged("posting list", errShort)
				}
				b, last = b[n:], last+d
				if last>>1 >= uint64(len(m.ords[i])) {
					return nil, damaged("ordinal beyond its segment", nil)
				}
				if ord := m.ords[i][last>>1]; ord != dead {
					values = append(values, uint64(ord)<<1|last&1)
				}
			}
			if err := w.next(); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(values)
	return values, nil
}

func encodeValues(values []uint64) []byte {
	b, last := make([]byte, 0, 2*len(values)), uint64(0)
	for _, v := range values {
		b = binary.AppendUvarint(b, v-last)
		last = v
	}
	return b
}

// finish makes the new segment take the place of its sources.
func (m *merge) finish(tx *bbolt.Tx, st *state) error {
	segs := tx.Bucket(segBucket)
	for _, g := range m.from {
		if err := segs.DeleteBucket(segKey(g.id)); err != nil {
			return err
		}
	}
	st.segs = slices.DeleteFunc(st.segs, func(g segment) bool { return slices.Contains(m.from, g) })
	if m.to.docs == 0 {
		return cmp.Or(segs.DeleteBucket(segKey(m.to.id)), saveState(tx, st))
	}
	st.segs = append(st.segs, m.to)
	return saveState(tx, st)
}

// termWalk walks all entries of a segment in order of term.
type termWalk struct {
	cursor *bbolt.Cursor
	block  blockReader
	end    bool
}

// newTermWalk positions on the first entry whose term is behind after.
func newTermWalk(bucket *bbolt.Bucket, after []byte) (*termWalk, error) {
	w := &termWalk{cursor: bucket.Cursor()}
	k, v := w.cursor.Seek([]byte{postingMark})
	if after != nil {
		if k, _ = w.cursor.Seek(blockKey(nil, after, math.MaxUint64)); k == nil {
			k, v = w.cursor.Last()
		} else if pk, pv := w.cursor.Prev(); isBlock(pk) {
			k, v = pk, pv
		} else {
			k, v = w.cursor.Next()
		}
	}
	err := w.enter(k, v)
	for err == nil && !w.end && after != nil && bytes.Compare(w.block.term, after) <= 0 {
		err = w.next()
	}
	return w, err
}

func (w *termWalk) enter(k, v []byte) error {
	if w.end = !isBlock(k); w.end {
		return nil
	}
	payload, err := open(v)
	if err != nil {
		return err
	}
	w.block = blockReader{f: fields{b: payload}, term: w.block.term[:0]}
	return w.block.next()
}

func (w *termWalk) next() error {
	if w.block.more() {
		return w.block.next()
	}
	return w.enter(w.cursor.Next())
}

// least gives the first term of all walks, nil when all have ended.
func least(walks []*termWalk) []byte {
	var term []byte
	for _, w := range walks {
		if !w.end && (term == nil || bytes.Compare(w.block.term, term) < 0) {
			term = w.block.term
		}
	}
	return term
}
