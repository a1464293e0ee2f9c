package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// checkPage is how many documents Check reads in one transaction (pitfalls.B5).
const checkPage = 2_000

// Check reads the whole index: every checksum, every document against its
// version, its lists and the text of its segment, and the lengths of lists. It
// is the scrubber of pitfalls.B3 and the check behind tests; an error for
// which Damaged is true has been passed on to the Follower. Updates may go on
// meanwhile. Segments and lengths are each read in one transaction, some
// seconds for a million documents, so a scrubber runs it at night.
func (ix *Index) Check(ctx context.Context) error {
	err := ix.read(checkSegments)
	for after := []byte(nil); err == nil; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var last []byte
		err = ix.read(func(tx *bbolt.Tx) (err error) {
			last, err = checkDocs(tx, after)
			return err
		})
		if last == nil {
			break
		}
		after = last
	}
	if err == nil {
		err = ix.read(checkCounts)
	}
	if err != nil {
		return fmt.Errorf("check search index: %w", err)
	}
	return nil
}

// checkDocs checks the documents behind after and gives the last key read, nil
// at the end.
func checkDocs(tx *bbolt.Tx, after []byte) ([]byte, error) {
	c := tx.Bucket(docBucket).Cursor()
	k, v := c.First()
	if after != nil {
		if k, v = c.Seek(after); bytes.Equal(k, after) {
			k, v = c.Next()
		}
	}
	var last []byte
	for n := 0; k != nil && n < checkPage; n++ {
		if err := checkDoc(tx, k, v); err != nil {
			return nil, err
		}
		last = bytes.Clone(k)
		k, v = c.Next()
	}
	return last, nil
}

func checkDoc(tx *bbolt.Tx, key, value []byte) error {
	payload, err := open(value)
	if err != nil {
		return err
	}
	d, err := decodeDoc(payload)
	if err != nil {
		return err
	}
	ref := protocol.Ref{Kind: protocol.KindName(d.kind), ID: string(d.id)}
	v, known, err := versionIn(tx.Bucket(refBucket), ref)
	if err != nil {
		return err
	}
	if !known || v.gone || !bytes.Equal(v.handle.docKey(), key) {
		return damaged("document that its record does not point at", nil)
	}
	counted, uncounted, err := d.lists()
	for _, prefix := range append(counted, uncounted...) {
		if got, ok, _ := newList(tx, prefix).seek(v.handle); !ok || got != v.handle {
			err = errors.Join(err, damaged("document absent from a list", nil))
		}
	}
	return err
}

// checkCounts compares the kept lengths with the lists, both of one
// transaction, and the number of documents with the list of everything.
func checkCounts(tx *bbolt.Tx) error {
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	counts, lengths := tx.Bucket(countBucket), map[string]uint64{}
	err = tx.Bucket(listBucket).ForEach(func(k, _ []byte) error {
		if len(k) < 8 {
			return damaged("key of a list", nil)
		}
		lengths[string(k[:len(k)-8])]++
		return nil
	})
	if err != nil {
		return err
	}
	kept := 0
	for prefix, n := range lengths {
		if bytes.Contains([]byte(prefix), []byte("\x00"+keyName+"\x00")) {
			continue
		}
		kept++
		if have, err := countOf(counts, prefix); err != nil || have != n {
			return errors.Join(damaged("length of a list", nil), err)
		}
	}
	if got := counts.Stats().KeyN; got != kept {
		return damaged(fmt.Sprintf("%d lengths for %d lists", got, kept), nil)
	}
	if have := lengths[listPrefix("", "", "")]; have != st.live {
		return damaged(fmt.Sprintf("%d documents listed, %d live", have, st.live), nil)
	}
	return nil
}

// checkSegments reads every block and handle, and counts that each live
// document has its text in exactly one segment.
func checkSegments(tx *bbolt.Tx) error {
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	found := map[handle]int{}
	for _, g := range st.segs {
		bucket := tx.Bucket(segBucket).Bucket(segKey(g.id))
		if bucket == nil {
			return damaged("a segment is absent", nil)
		}
		if err := checkSegment(tx, bucket, g, found); err != nil {
			return err
		}
	}
	live := newList(tx, listPrefix("", "", ""))
	for h, n := handle(0), uint64(0); ; n++ {
		at, ok, err := live.seek(h)
		if err != nil {
			return err
		}
		if !ok || at+1 == 0 {
			return nil
		}
		if found[at] != 1 {
			return damaged(fmt.Sprintf("document in %d segments", found[at]), nil)
		}
		h = at + 1
	}
}

func checkSegment(tx *bbolt.Tx, bucket *bbolt.Bucket, g segment, found map[handle]int) error {
	table := handleTable{bucket: bucket, docs: g.docs}
	before := handle(0)
	for ord := range g.docs {
		h, err := table.at(uint64(ord))
		if err != nil {
			return err
		}
		if ord > 0 && h <= before {
			return damaged("handles out of order", nil)
		}
		found[h]++
		before = h
	}
	w, err := newTermWalk(bucket, nil)
	for term := []byte(nil); err == nil && !w.end; err = w.next() {
		if bytes.Compare(w.block.term, term) < 0 {
			return damaged("terms out of order", nil)
		}
		term = append(term[:0], w.block.term...)
	}
	return err
}
