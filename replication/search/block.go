package search

import (
	"bytes"
	"encoding/binary"
)

// blockSize is when a block of postings is closed, in bytes of payload. Blocks
// of this size keep the number of keys small and a look-up at a few
// microseconds.
const blockSize = 8 << 10

// A block holds entries in order of term. An entry is
//
//	shared, suffix   the term: bytes in common with the entry before, the rest
//	postings         its values as increasing numbers, each as the difference
//	                 to the one before; the first is absolute
//
// A value is ordinal<<1 | 1 when the term stands in the title. A term whose
// postings do not fit goes on as the first entry of the next block.

// blockWriter packs entries into blocks and hands each to put, keyed by its
// first term and value.
type blockWriter struct {
	put   func(key, payload []byte) error
	key   []byte
	buf   []byte
	term  []byte // of the last entry in buf
	bytes int    // handed out so far
}

// add appends the postings of one term: values encoded as differences, the
// first of them given again as first.
func (w *blockWriter) add(term, postings []byte, first uint64) error {
	for {
		if len(w.buf) >= blockSize {
			if err := w.flush(); err != nil {
				return err
			}
		}
		head, rest, next := split(postings, first, max(blockSize-len(w.buf), blockSize/4))
		w.entry(term, head, first)
		if len(rest) == 0 {
			return nil
		}
		// The rest begins a block, with an absolute value again.
		if err := w.flush(); err != nil {
			return err
		}
		postings, first = rest, next
	}
}

// split cuts postings after about room bytes. The rest begins with the
// absolute value next instead of a difference.
func split(postings []byte, first uint64, room int) (head, rest []byte, next uint64) {
	if len(postings) <= room {
		return postings, nil, 0
	}
	at, last := 0, uint64(0)
	for at < len(postings) {
		d, n := binary.Uvarint(postings[at:])
		if at > 0 && at+n > room {
			next = last + d
			return postings[:at], append(binary.AppendUvarint(nil, next), postings[at+n:]...), next
		}
		last += d
		at += n
	}
	return postings, nil, 0
}

func (w *blockWriter) entry(term, postings []byte, first uint64) {
	if len(w.buf) == 0 {
		w.key = blockKey(w.key[:0], term, first)
		w.term = w.term[:0]
	}
	shared := commonPrefix(w.term, term)
	w.buf = binary.AppendUvarint(w.buf, uint64(shared))
	w.buf = appendBytes(w.buf, term[shared:])
	w.buf = appendBytes(w.buf, postings)
	w.term = append(w.term[:0], term...)
}

func (w *blockWriter) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	err := w.put(w.key, w.buf)
	w.bytes += len(w.buf)
	w.buf = w.buf[:0]
	return err
}

// blockKey orders blocks by term and then by value; terms hold no zero byte.
func blockKey(dst, term []byte, first uint64) []byte {
	dst = append(append(append(dst, postingMark), term...), 0)
	return binary.BigEndian.AppendUint64(dst, first)
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// blockReader walks the entries of one block.
type blockReader struct {
	f        fields
	term     []byte // own memory, good until the next call of next
	postings []byte // view of the block
}

// more reports whether another entry follows.
func (r *blockReader) more() bool { return len(r.f.b) > 0 && r.f.err == nil }

// next steps to the next entry; an error means a damaged file.
func (r *blockReader) next() error {
	shared, suffix := r.f.num(), r.f.bytes()
	r.postings = r.f.bytes()
	if r.f.err == nil && (shared > uint64(len(r.term)) || len(r.postings) == 0) {
		r.f.fail()
	}
	if r.f.err != nil {
		return damaged("block of postings", r.f.err)
	}
	r.term = append(r.term[:shared], suffix...)
	return nil
}

// seek steps to the entry of term; false when the block has none.
func (r *blockReader) seek(term []byte) (bool, error) {
	for r.more() {
		if err := r.next(); err != nil {
			return false, err
		}
		if c := bytes.Compare(r.term, term); c >= 0 {
			return c == 0, nil
		}
	}
	return false, nil
}
