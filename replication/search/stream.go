package search

import (
	"bytes"
	"container/heap"
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// stream gives handles in rising order, which is newest first. seek gives the
// first one at h or behind it, false when there is none; h never falls from
// one call to the next.
type stream interface {
	seek(h handle) (handle, bool, error)
}

// list is one list of the list bucket.
type list struct {
	cursor *bbolt.Cursor
	prefix []byte
	key    []byte
	at     handle
	begun  bool
	end    bool
}

func newList(tx *bbolt.Tx, prefix string) *list {
	return &list{cursor: tx.Bucket(listBucket).Cursor(), prefix: []byte(prefix)}
}

// strides is how many steps are tried before a fresh descent from the root,
// which costs about as much as ten of them.
const strides = 8

func (l *list) seek(h handle) (handle, bool, error) {
	for range strides {
		if l.end || l.begun && l.at >= h {
			return l.at, !l.end, nil
		}
		if !l.begun {
			break
		}
		k, _ := l.cursor.Next()
		l.take(k)
	}
	if l.end || l.begun && l.at >= h {
		return l.at, !l.end, nil
	}
	l.key = binary.BigEndian.AppendUint64(append(l.key[:0], l.prefix...), uint64(h))
	k, _ := l.cursor.Seek(l.key)
	l.begun = true
	l.take(k)
	return l.at, !l.end, nil
}

func (l *list) take(key []byte) {
	l.end = len(key) != len(l.prefix)+8 || !bytes.HasPrefix(key, l.prefix)
	if !l.end {
		l.at = handle(binary.BigEndian.Uint64(key[len(l.prefix):]))
	}
}

// union gives what any of its members gives.
type union []stream

func (u union) seek(h handle) (handle, bool, error) {
	var least handle
	found := false
	for _, s := range u {
		at, ok, err := s.seek(h)
		if err != nil {
			return 0, false, err
		}
		if ok && (!found || at < least) {
			least, found = at, true
		}
	}
	return least, found, nil
}

// both gives what all of its members give.
type both []stream

func (b both) seek(h handle) (handle, bool, error) {
	for agreed, i := 0, 0; agreed < len(b); i = (i + 1) % len(b) {
		at, ok, err := b[i].seek(h)
		if err != nil || !ok {
			return 0, false, err
		}
		if at == h {
			agreed++
			continue
		}
		h, agreed = at, 1
	}
	return h, true, nil
}

// text gives the documents that hold every term of a phrase, from all
// segments.
type text struct {
	segs  segmentHeap
	title bool // of the document given last: every term stands in its title
}

func newText(tx *bbolt.Tx, st *state, terms [][]byte) (*text, error) {
	t := &text{}
	segs := tx.Bucket(segBucket)
	for _, g := range st.segs {
		bucket := segs.Bucket(segKey(g.id))
		if bucket == nil {
			return nil, damaged("a segment is absent", nil)
		}
		s, found, err := openText(bucket, g, terms)
		if err != nil {
			return nil, err
		}
		if found {
			t.segs = append(t.segs, s)
		}
	}
	heap.Init(&t.segs)
	return t, nil
}

func (t *text) seek(h handle) (handle, bool, error) {
	for len(t.segs) > 0 {
		top := t.segs[0]
		if top.handle >= h {
			t.title = top.title
			return top.handle, true, nil
		}
		if err := top.next(); err != nil {
			return 0, false, err
		}
		if top.end {
			heap.Pop(&t.segs)
		} else {
			heap.Fix(&t.segs, 0)
		}
	}
	return 0, false, nil
}

// segmentHeap has the segment with the newest current document on top.
type segmentHeap []*segmentText

func (s segmentHeap) Len() int           { return len(s) }
func (s segmentHeap) Less(i, j int) bool { return s[i].handle < s[j].handle }
func (s segmentHeap) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *segmentHeap) Push(x any)        { *s = append(*s, x.(*segmentText)) }
func (s *segmentHeap) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
