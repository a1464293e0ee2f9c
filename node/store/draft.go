package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// DraftLife is how long a draft waits for its author (cases.md §1).
const DraftLife = 30 * 24 * time.Hour

// Bounds of drafts.
const (
	maxDraft  = 64 << 10               // bytes of one form, as of a case (G-09)
	maxDrafts = 200                    // of one person; the oldest goes first
	draftWait = 100 * time.Millisecond // drafts of all windows share one fsync
)

// Draft is a form somebody has begun (草稿). It is no record: it stays on this
// node, nobody but its author sees it, and it is lost with the node.
type Draft struct {
	ID    string              `json:"id"` // nonce of the form
	By    string              `json:"by"`
	Item  string              `json:"item"`  // ItemID
	Title string              `json:"title"` // one line for the list
	At    protocol.Instant    `json:"at"`
	Form  map[string][]string `json:"form"`
}

// Drafts is the table of drafts. It is a file of its own: it is written every
// two seconds at every window, and the store's writer has better to do.
type Drafts struct {
	db *bbolt.DB
}

var bucketDraft = []byte("draft") // author 0 id → Draft

// OpenDrafts opens or makes the table at path.
func OpenDrafts(path string) (*Drafts, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return nil, fmt.Errorf("open drafts: %w", err)
	}
	db.MaxBatchDelay = draftWait
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucketDraft)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open drafts: %w", err), db.Close())
	}
	return &Drafts{db}, nil
}

// Close closes the file.
func (d *Drafts) Close() error { return d.db.Close() }

func draftKey(by, id string) []byte { return []byte(by + "\x00" + id) }

// Save keeps a draft in place of what it said before: it is on disk when Save
// returns. With a new one, what is older than DraftLife goes.
func (d *Drafts) Save(draft Draft) error {
	if draft.By == "" || draft.ID == "" || len(draft.ID) > 64 || strings.ContainsRune(draft.By+draft.ID, 0) {
		return protocol.NewFault(protocol.Malformed, "save draft", "草稿没有编号")
	}
	payload, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	if len(payload) > maxDraft {
		return protocol.NewFault(protocol.TooBig, "save draft", "填写的内容超过 64 KiB,草稿没有保存")
	}
	return d.db.Batch(func(tx *bbolt.Tx) error {
		key := draftKey(draft.By, draft.ID)
		begun := tx.Bucket(bucketDraft).Get(key) != nil
		if err := tx.Bucket(bucketDraft).Put(key, wire.SealValue(format, payload)); err != nil {
			return fmt.Errorf("save draft: %w", err)
		}
		if begun {
			return nil
		}
		return purgeDrafts(tx, draft.By, draft.At)
	})
}

// purgeDrafts drops what is too old, of everybody, and what is too much, of by.
func purgeDrafts(tx *bbolt.Tx, by string, now protocol.Instant) error {
	var own []Draft
	var gone [][]byte
	err := tx.Bucket(bucketDraft).ForEach(func(k, v []byte) error {
		draft, err := readDraft(v)
		switch {
		case err != nil || now-draft.At > protocol.Instant(DraftLife/time.Millisecond): // what cannot be read helps nobody
			gone = append(gone, slices.Clone(k))
		case draft.By == by:
			own = append(own, draft)
		}
		return nil
	})
	if err != nil {
		return err
	}
	newestFirst(own)
	for _, old := range own[min(len(own), maxDrafts):] {
		gone = append(gone, draftKey(old.By, old.ID))
	}
	for _, k := range gone {
		if err := tx.Bucket(bucketDraft).Delete(k); err != nil {
			return fmt.Errorf("drop draft: %w", err)
		}
	}
	return nil
}

func readDraft(stored []byte) (draft Draft, err error) {
	payload, err := openRow(stored)
	if err == nil {
		err = json.Unmarshal(payload, &draft)
	}
	return draft, err
}

func newestFirst(list []Draft) {
	slices.SortStableFunc(list, func(a, b Draft) int {
		switch {
		case a.At > b.At:
			return -1
		case a.At < b.At:
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// Find gives a person's draft; false when there is none.
func (d *Drafts) Find(by, id string) (draft Draft, ok bool, err error) {
	err = d.db.View(func(tx *bbolt.Tx) error {
		stored := tx.Bucket(bucketDraft).Get(draftKey(by, id))
		if ok = stored != nil; !ok {
			return nil
		}
		draft, err = readDraft(stored)
		return err
	})
	return draft, ok, err
}

// List gives a person's drafts that are not too old, newest first.
func (d *Drafts) List(by string, now protocol.Instant) (list []Draft, err error) {
	err = d.db.View(func(tx *bbolt.Tx) error {
		prefix, c := by+"\x00", tx.Bucket(bucketDraft).Cursor()
		for k, v := c.Seek([]byte(prefix)); strings.HasPrefix(string(k), prefix); k, v = c.Next() {
			draft, err := readDraft(v)
			if err == nil && now-draft.At <= protocol.Instant(DraftLife/time.Millisecond) {
				list = append(list, draft)
			}
		}
		return nil
	})
	newestFirst(list)
	return list, err
}

// Drop forgets a draft; one that is not there is forgotten already.
func (d *Drafts) Drop(by, id string) error {
	return d.db.Batch(func(tx *bbolt.Tx) error {
		if err := tx.Bucket(bucketDraft).Delete(draftKey(by, id)); err != nil {
			return fmt.Errorf("drop draft: %w", err)
		}
		return nil
	})
}
