package search

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Doc is one version of one record as the index takes it. Gone means that the
// record can no longer be found here; its terms are not looked at.
type Doc struct {
	Ref        protocol.Ref
	Epoch, Rev uint64
	At         protocol.Instant
	Terms      protocol.Terms
	Gone       bool
}

// newer reports whether d must replace v. The same version is taken again only
// when it has gone, or come back: a record may leave a node's reach and return
// without having changed.
func (d *Doc) newer(v version) bool {
	if d.Epoch != v.epoch || d.Rev != v.rev {
		return d.Epoch > v.epoch || d.Epoch == v.epoch && d.Rev > v.rev
	}
	return d.Gone != v.gone
}

func (d *Doc) validate() error {
	if k := string(d.Ref.Kind); k != clean(k) {
		return fmt.Errorf("kind %q cannot be part of a key", k)
	}
	return d.Ref.Validate()
}

// Update takes a batch in one transaction; versions older than or equal to
// what the index holds are left out, so that a batch may be handed in any
// number of times. When it returns the batch is durable and can be found. It
// also does a share of the merging of text segments, at most about 4 MiB.
//
// Batches of some hundred are best; a batch is held in memory. A full disk is
// a Full fault; an error for which Fatal is true ends the process
// (pitfalls.W2); one for which Damaged is true means Rebuild.
func (ix *Index) Update(batch []Doc) error {
	for i := range batch {
		if err := batch[i].validate(); err != nil {
			return &protocol.Fault{Code: protocol.Malformed, Op: "update search index", Ref: batch[i].Ref, Text: "记录编号不正确", Err: err}
		}
	}
	ix.write.Lock()
	defer ix.write.Unlock()
	if err := ix.change(func(tx *bbolt.Tx) error { return apply(tx, newest(batch)) }); err != nil {
		return updateFault(err)
	}
	if err := ix.compact(); err != nil {
		return updateFault(err)
	}
	return nil
}

func updateFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &protocol.Fault{
			Code: protocol.Full, Op: "update search index", Err: err,
			Text: "服务器磁盘已满,检索内容暂不更新,请联系管理员清理磁盘",
		}
	}
	return fmt.Errorf("update search index: %w", err)
}

// Fatal reports whether err is a commit that failed for another reason than a
// full disk: what is on disk is not known, the process must exit.
func Fatal(err error) bool {
	var c *commitError
	return errors.As(err, &c) && protocol.CodeOf(err) != protocol.Full
}

// newest keeps the last word on each record of a batch.
func newest(batch []Doc) []Doc {
	at := make(map[protocol.Ref]int, len(batch))
	out := make([]Doc, 0, len(batch))
	for _, d := range batch {
		i, twice := at[d.Ref]
		if !twice {
			at[d.Ref] = len(out)
			out = append(out, d)
		} else if d.newer(version{epoch: out[i].Epoch, rev: out[i].Rev, gone: out[i].Gone}) {
			out[i] = d
		}
	}
	return out
}

// updater is one batch on its way into the file.
type updater struct {
	st                *state
	docs, refs, lists *bbolt.Bucket
	counts            map[string]int64 // change of the length of lists
	listed            [][]byte         // keys to put into lists
	added             []added
}

// added is a document with the handle it got.
type added struct {
	handle handle
	doc    *Doc
}

func apply(tx *bbolt.Tx, batch []Doc) error {
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	u := &updater{
		st: st, docs: tx.Bucket(docBucket), refs: tx.Bucket(refBucket), lists: tx.Bucket(listBucket),
		counts: make(map[string]int64),
	}
	u.docs.FillPercent = 0.9 // new documents are appended
	for i := range batch {
		if err := u.take(&batch[i]); err != nil {
			return err
		}
	}
	if err := u.putLists(); err != nil {
		return err
	}
	if len(u.added) > 0 {
		if err := u.writeText(tx.Bucket(segBucket)); err != nil {
			return err
		}
	}
	if err := addCounts(tx.Bucket(countBucket), u.counts); err != nil {
		return err
	}
	return saveState(tx, u.st)
}

func (u *updater) take(d *Doc) error {
	old, known, err := versionIn(u.refs, d.Ref)
	if err != nil || known && !d.newer(old) {
		return err
	}
	if known && !old.gone {
		if err := u.remove(old.handle); err != nil {
			return err
		}
	}
	v := version{epoch: d.Epoch, rev: d.Rev, gone: d.Gone}
	if !d.Gone {
		v.handle = u.newHandle(d.At)
		if err := u.insert(v.handle, d); err != nil {
			return err
		}
	}
	return u.refs.Put(refKey(d.Ref), seal(v.encode()))
}

// newHandle finds a handle that no document uses.
func (u *updater) newHandle(at protocol.Instant) handle {
	for {
		h := newHandle(at, u.st.next)
		u.st.next++
		if u.docs.Get(h.docKey()) == nil {
			return h
		}
	}
}

func (u *updater) insert(h handle, d *Doc) error {
	payload := encodeDoc(d)
	view, err := decodeDoc(payload)
	if err != nil {
		return err
	}
	if err := u.docs.Put(h.docKey(), seal(payload)); err != nil {
		return err
	}
	u.added = append(u.added, added{h, d})
	u.st.live++
	return u.eachList(&view, 1, func(prefix string) error {
		u.listed = append(u.listed, listKey(prefix, h))
		return nil
	})
}

// putLists puts the keys of all lists in their order: neighbours of one list are
// put one after another, so that a page is found and opened once.
func (u *updater) putLists() error {
	slices.SortFunc(u.listed, bytes.Compare)
	for _, key := range u.listed {
		if err := u.lists.Put(key, nil); err != nil {
			return err
		}
	}
	return nil
}

func (u *updater) remove(h handle) error {
	value := u.docs.Get(h.docKey())
	payload, err := open(value)
	if err != nil {
		return err
	}
	d, err := decodeDoc(payload)
	if err != nil {
		return err
	}
	err = u.eachList(&d, -1, func(prefix string) error { return u.lists.Delete(listKey(prefix, h)) })
	if err != nil {
		return err
	}
	u.st.live--
	return u.docs.Delete(h.docKey())
}

func (u *updater) eachList(d *stored, count int64, fn func(prefix string) error) error {
	counted, uncounted, err := d.lists()
	if err != nil {
		return err
	}
	for _, prefix := range counted {
		u.counts[prefix] += count
	}
	for _, prefix := range append(counted, uncounted...) {
		if err := fn(prefix); err != nil {
			return err
		}
	}
	return nil
}

// writeText writes the added documents as a new segment.
func (u *updater) writeText(segs *bbolt.Bucket) error {
	slices.SortFunc(u.added, func(a, b added) int { return cmp.Compare(a.handle, b.handle) })
	b := newBuilder()
	for _, a := range u.added {
		b.add(a.handle, a.doc.Terms.Title, a.doc.Terms.Text)
	}
	g := segment{id: u.st.nextSeg, docs: uint32(len(u.added))}
	u.st.nextSeg++
	u.st.segs = append(u.st.segs, g)
	return b.write(segs, g.id)
}

func addCounts(counts *bbolt.Bucket, changes map[string]int64) error {
	for prefix, change := range changes {
		if change == 0 {
			continue
		}
		have, err := countOf(counts, prefix)
		if err != nil {
			return err
		}
		n := int64(have) + change
		switch {
		case n < 0:
			return damaged("list shorter than nothing", nil)
		case n == 0:
			err = counts.Delete([]byte(prefix))
		default:
			err = counts.Put([]byte(prefix), seal(binary.AppendUvarint(nil, uint64(n))))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// countOf gives the length of a list that is counted.
func countOf(counts *bbolt.Bucket, prefix string) (uint64, error) {
	value := counts.Get([]byte(prefix))
	if value == nil {
		return 0, nil
	}
	payload, err := open(value)
	if err != nil {
		return 0, err
	}
	f := fields{b: payload}
	n := f.num()
	return n, f.end("length of a list")
}
