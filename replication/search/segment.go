package search

import (
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"
)

// Keys inside the bucket of a segment.
const (
	handleMark  = 'h' // + number u32: handles of 1,024 ordinals
	postingMark = 'p' // + term, 0, first value: a block of postings
)

const handlesPerValue = 1024

// segment is the text index of a set of documents, written once and never
// changed. Its documents have ordinals in order of handle, so a posting list
// reads newest first. Documents that are gone or replaced stay in it until it
// is merged; readers meet every hit with a list of what is alive.
type segment struct {
	id   uint64
	docs uint32
}

func segKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

// builder collects the postings of a new segment in memory.
type builder struct {
	handles []handle
	terms   map[string]*posting
	norm    []byte
}

// posting is the list of one term under construction.
type posting struct {
	first, last uint64
	b           []byte
}

func newBuilder() *builder { return &builder{terms: make(map[string]*posting)} }

// add appends a document. Documents come in order of handle.
func (b *builder) add(h handle, title, text string) {
	ord := uint64(len(b.handles))
	b.handles = append(b.handles, h)
	b.norm = appendNorm(b.norm[:0], []byte(title))
	eachTerm(b.norm, func(t []byte) { b.post(t, ord, 1) })
	b.norm = appendNorm(b.norm[:0], []byte(text))
	eachTerm(b.norm, func(t []byte) { b.post(t, ord, 0) })
}

func (b *builder) post(term []byte, ord, title uint64) {
	v := ord<<1 | title
	p := b.terms[string(term)]
	if p == nil {
		p = &posting{first: v}
		b.terms[string(term)] = p
	} else if p.last>>1 == ord {
		return // the title comes first and counts
	}
	p.b = binary.AppendUvarint(p.b, v-p.last)
	p.last = v
}

// write puts the segment into its own bucket of segs.
func (b *builder) write(segs *bbolt.Bucket, id uint64) error {
	bucket, err := newSegment(segs, id, b.handles)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(b.terms))
	for name := range b.terms {
		names = append(names, name)
	}
	slices.Sort(names)
	w := blockWriter{put: func(k, v []byte) error { return bucket.Put(k, seal(v)) }}
	for _, name := range names {
		p := b.terms[name]
		if err := w.add([]byte(name), p.b, p.first); err != nil {
			return err
		}
	}
	return w.flush()
}

// newSegment makes the bucket of a segment with its table of handles.
func newSegment(segs *bbolt.Bucket, id uint64, handles []handle) (*bbolt.Bucket, error) {
	bucket, err := segs.CreateBucket(segKey(id))
	if err != nil {
		return nil, err
	}
	bucket.FillPercent = 0.95 // written in order of key, never changed
	for n := uint32(0); len(handles) > 0; n++ {
		part := handles[:min(handlesPerValue, len(handles))]
		handles = handles[len(part):]
		value := make([]byte, 0, 8*len(part))
		for _, h := range part {
			value = binary.BigEndian.AppendUint64(value, uint64(h))
		}
		if err := bucket.Put(handleKey(n), seal(value)); err != nil {
			return nil, err
		}
	}
	return bucket, nil
}

func handleKey(n uint32) []byte { return binary.BigEndian.AppendUint32([]byte{handleMark}, n) }

// handleTable gives the handles of a segment by ordinal.
type handleTable struct {
	bucket *bbolt.Bucket
	docs   uint32
	number uint32
	value  []byte // view of part number; nil before the first
}

func (t *handleTable) at(ord uint64) (handle, error) {
	n, i := uint32(ord/handlesPerValue), int(ord%handlesPerValue)
	if t.value == nil || n != t.number {
		value, err := open(t.bucket.Get(handleKey(n)))
		if err != nil {
			return 0, err
		}
		t.value, t.number = value, n
	}
	if ord >= uint64(t.docs) || 8*i+8 > len(t.value) {
		return 0, damaged("ordinal beyond its segment", nil)
	}
	return handle(binary.BigEndian.Uint64(t.value[8*i:])), nil
}
