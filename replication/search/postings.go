package search

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// postings reads the posting list of one term in one segment, newest first.
type postings struct {
	cursor *bbolt.Cursor
	block  blockReader
	term   []byte
	rest   []byte // of the current entry
	last   uint64
	begun  bool
	end    bool
	ord    uint64 // current document
	title  bool   // the term stands in its title
}

// openPostings positions before the first document; false when the segment
// has none.
func openPostings(bucket *bbolt.Bucket, term []byte) (*postings, bool, error) {
	p := &postings{cursor: bucket.Cursor(), term: term}
	key := blockKey(nil, term, 0)
	// The list may begin inside the last block before key; if that does not
	// hold the term, only the block from key on can.
	before := p.cursor.Prev
	if k, _ := p.cursor.Seek(key); k == nil {
		before = p.cursor.Last
	}
	k, v := before()
	if found, err := p.enter(k, v); found || err != nil {
		return p, found, err
	}
	k, v = p.cursor.Seek(key)
	found, err := p.enter(k, v)
	return p, found, err
}

func isBlock(key []byte) bool { return len(key) > 0 && key[0] == postingMark }

// enter looks for the term in a block.
func (p *postings) enter(k, v []byte) (bool, error) {
	if !isBlock(k) {
		return false, nil
	}
	payload, err := open(v)
	if err != nil {
		return false, err
	}
	p.block = blockReader{f: fields{b: payload}, term: p.block.term[:0]}
	found, err := p.block.seek(p.term)
	if found {
		p.rest, p.last = p.block.postings, 0
	}
	return found, err
}

// next steps to the next document; at the end it sets end.
func (p *postings) next() error {
	if len(p.rest) == 0 {
		more, err := p.nextBlock()
		if err != nil || !more {
			p.end = true
			return err
		}
	}
	d, n := binary.Uvarint(p.rest)
	if n <= 0 || d == 0 && p.begun {
		return damaged("posting list", errShort)
	}
	p.rest = p.rest[n:]
	p.last += d
	p.begun, p.ord, p.title = true, p.last>>1, p.last&1 == 1
	return nil
}

// nextBlock goes on in the next block when the list was the last of this one.
func (p *postings) nextBlock() (bool, error) {
	if p.block.more() {
		return false, nil
	}
	k, v := p.cursor.Next()
	if !isBlock(k) || !bytes.HasPrefix(k[1:], p.term) || k[1+len(p.term)] != 0 {
		return false, nil
	}
	return p.enter(k, v)
}

// segmentText reads the documents of one segment that hold every term.
type segmentText struct {
	lists   []*postings
	handles handleTable
	handle  handle
	title   bool // every term stands in the title
	end     bool
}

// openText positions on the first such document; false when there is none.
func openText(bucket *bbolt.Bucket, g segment, terms [][]byte) (*segmentText, bool, error) {
	s := &segmentText{handles: handleTable{bucket: bucket, docs: g.docs}}
	for _, t := range terms {
		p, found, err := openPostings(bucket, t)
		if err != nil || !found {
			return nil, false, err
		}
		s.lists = append(s.lists, p)
	}
	err := s.next()
	return s, !s.end, err
}

// next steps to the next document that every list holds.
func (s *segmentText) next() error {
	lead := s.lists[0]
	if err := lead.next(); err != nil {
		return err
	}
	for agreed := 1; agreed < len(s.lists) && !lead.end; {
		other := s.lists[agreed]
		if err := other.reach(lead.ord); err != nil {
			return err
		}
		if other.end || other.ord == lead.ord {
			lead.end = other.end
			agreed++
			continue
		}
		if err := lead.reach(other.ord); err != nil {
			return err
		}
		agreed = 1
	}
	if s.end = lead.end; s.end {
		return nil
	}
	s.title = true
	for _, p := range s.lists {
		s.title = s.title && p.title
	}
	var err error
	s.handle, err = s.handles.at(lead.ord)
	return err
}

// reach steps to the first document at ord or behind it.
func (p *postings) reach(ord uint64) error {
	for !p.end && (!p.begun || p.ord < ord) {
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}
