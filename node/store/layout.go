package store

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

// The store's own buckets, beside those of the fold and of the journal. Small
// ones stay inside the root page, so that a commit writes few pages.
var (
	bucketNode    = []byte("node")                                                                // what this place is and where it stands, see the rows below
	bucketNumber  = []byte("num")                                                                 // case → last counter; block/<id> → next number; doc/…, no/… → last number
	bucketKey     = []byte("key")                                                                 // kind 0 key 0 id → nothing
	bucketPending = [...][]byte{protocol.Urgent: []byte("pend1"), protocol.Bulk: []byte("pend2")} // seq → pending
	bucketWork    = []byte("work")                                                                // lane, seq → Work
	bucketWake    = []byte("wake")                                                                // instant, kind 0 id → nothing: what this place must see to by itself
	bucketKept    = []byte("kept")                                                                // short hash of an idempotency key → Kept
	bucketPaper   = []byte("paper")                                                               // run/<series> → settled numbers; log/<serial> → prints
	bucketSnap    = []byte("snap")                                                                // kind 0 id → record: a scope snapshot on its way in
)

// Rows of the node bucket.
const (
	rowFormat = "format"
	rowPlace  = "place" // node id and epoch
	rowLevel  = "level"
	rowFrozen = "frozen"
	rowCursor = "cursor/" // + lane
	rowSnap   = "snap"    // head of the snapshot in bucketSnap
	rowRedo   = "redo"    // which records of the redo log go on from here
)

// format is the version of the whole database and of its rows.
const format = 1

func makeBuckets(tx *bbolt.Tx, node protocol.NodeID) error {
	if err := fold.Init(tx); err != nil {
		return err
	}
	if err := journal.Init(tx); err != nil {
		return err
	}
	names := [][]byte{bucketNode, bucketNumber, bucketKey, bucketKept, bucketWork, bucketSnap, bucketPaper}
	for _, lane := range protocol.Lanes {
		names = append(names, bucketPending[lane])
	}
	for _, name := range names {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return makeWake(tx, node)
}

// putRow stores v as JSON in the checked envelope.
func putRow(tx *bbolt.Tx, bucket []byte, key []byte, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode row %s/%x: %w", bucket, key, err)
	}
	if err := tx.Bucket(bucket).Put(key, wire.SealValue(format, payload)); err != nil {
		return fmt.Errorf("store row %s/%x: %w", bucket, key, err)
	}
	return nil
}

// getRow reads a row into v; false when there is none.
func getRow(tx *bbolt.Tx, bucket []byte, key []byte, v any) (bool, error) {
	stored := tx.Bucket(bucket).Get(key)
	if stored == nil {
		return false, nil
	}
	payload, err := openRow(stored)
	if err == nil {
		err = json.Unmarshal(payload, v)
	}
	if err != nil {
		return false, damaged(fmt.Sprintf("%s/%x", bucket, key), err)
	}
	return true, nil
}

func openRow(stored []byte) ([]byte, error) {
	version, payload, err := wire.OpenValue(stored)
	if err == nil && version != format {
		err = fmt.Errorf("row of version %d, this build reads %d", version, format)
	}
	return payload, err
}
