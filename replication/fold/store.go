package fold

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

var (
	bucketRecords  = []byte("rec")  // kind 0 id → record
	bucketVersions = []byte("ver")  // kind 0 id 0 rev → record, for kinds that others cite
	bucketHistory  = []byte("hist") // kind 0 id 0 epoch, rev → step
	bucketHeld     = []byte("held") // kind 0 id 0 index, n → held entry
	bucketFollow   = []byte("fol")  // target 0 0 follower → nothing
	bucketDue      = []byte("due")  // instant, kind 0 id 0 clock → nothing
	bucketMeta     = []byte("foldmeta")
	keyDigest      = []byte("digest")
)

const recordVersion = 1

// Init makes the buckets the fold keeps its state in.
func Init(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketRecords, bucketVersions, bucketHistory, bucketHeld, bucketFollow, bucketDue, bucketMeta} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return nil
}

func refKey(r protocol.Ref) []byte {
	key := make([]byte, 0, len(r.Kind)+1+len(r.ID)+12)
	key = append(key, r.Kind...)
	key = append(key, 0)
	return append(key, r.ID...)
}

func versionKey(r protocol.Ref, rev uint64) []byte {
	return binary.BigEndian.AppendUint64(append(refKey(r), 0), rev)
}

func parseRefKey(key []byte) (protocol.Ref, error) {
	kind, id, ok := bytes.Cut(key, []byte{0})
	if !ok {
		return protocol.Ref{}, protocol.NewFault(protocol.BadChain, "read record key", "damaged key %q", key)
	}
	return protocol.Ref{Kind: protocol.KindName(kind), ID: string(id)}, nil
}

// Get gives the current record of ref; false when there is none. A damaged
// value is a badchain fault: the place must stop and be rebuilt (pitfalls.B3).
func Get(tx *bbolt.Tx, ref protocol.Ref) (protocol.Record, bool, error) {
	return read(tx.Bucket(bucketRecords).Get(refKey(ref)), ref)
}

// GetVersion gives ref as it was at rev, for kinds that keep their versions and
// for the current one.
func GetVersion(tx *bbolt.Tx, ref protocol.Ref, rev uint64) (protocol.Record, bool, error) {
	rec, ok, err := Get(tx, ref)
	if err != nil || ok && rec.Rev == rev {
		return rec, ok, err
	}
	return read(tx.Bucket(bucketVersions).Get(versionKey(ref, rev)), ref)
}

func read(value []byte, ref protocol.Ref) (protocol.Record, bool, error) {
	if value == nil {
		return protocol.Record{}, false, nil
	}
	rec, err := decode(value)
	if err != nil {
		return protocol.Record{}, false, fmt.Errorf("read stored record %s: %w", ref, err)
	}
	return rec, true, nil
}

// decode copies: bbolt's values end with their transaction (pitfalls.B7).
func decode(value []byte) (protocol.Record, error) {
	_, payload, err := wire.OpenValue(value)
	if err != nil {
		return protocol.Record{}, err
	}
	rec, _, err := wire.ReadRecord(bytes.Clone(payload))
	return rec, err
}

// Each calls fn for the records of one kind, or of all when kind is "", in
// order of key, until fn returns an error.
func Each(tx *bbolt.Tx, kind protocol.KindName, fn func(protocol.Record) error) error {
	return EachFrom(tx, kind, "", fn)
}

// EachFrom is Each, starting behind the record with id after.
func EachFrom(tx *bbolt.Tx, kind protocol.KindName, after string, fn func(protocol.Record) error) error {
	c := tx.Bucket(bucketRecords).Cursor()
	var prefix []byte
	if kind != "" {
		prefix = append([]byte(kind), 0)
	}
	start := append(bytes.Clone(prefix), after...)
	for k, v := c.Seek(start); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if after != "" && bytes.Equal(k, start) {
			continue
		}
		rec, err := decode(v)
		if err != nil {
			return fmt.Errorf("read stored record %q: %w", k, err)
		}
		if err := fn(rec); err != nil {
			return err
		}
	}
	return nil
}

// put replaces a record and moves the digest along. Body becomes that of the
// stored value: whoever keeps the record does not hold the batch it came in.
func put(tx *bbolt.Tx, rec *protocol.Record, keep bool) error {
	if err := wire.CheckRecord(rec); err != nil { // the feed could not carry it
		return fmt.Errorf("store record %s: %w", rec.Ref, err)
	}
	key, value := refKey(rec.Ref), wire.AppendRecord(wire.BeginValue(recordVersion, wire.RecordSize(rec)), rec)
	rec.Body = wire.BodyIn(value, rec)
	value = wire.EndValue(value)
	bucket := tx.Bucket(bucketRecords)
	if err := shift(tx, key, bucket.Get(key), value); err != nil {
		return err
	}
	if keep {
		if err := tx.Bucket(bucketVersions).Put(versionKey(rec.Ref, rec.Rev), value); err != nil {
			return fmt.Errorf("keep version of %s: %w", rec.Ref, err)
		}
	}
	if err := bucket.Put(key, value); err != nil {
		return fmt.Errorf("store record %s: %w", rec.Ref, err)
	}
	return note(tx, rec)
}

// Digest is the sum of the hashes of all records (key and value), so that it
// does not depend on order and a scrubber can recompute it from what is stored.
func Digest(tx *bbolt.Tx) (d protocol.Hash) {
	copy(d[:], tx.Bucket(bucketMeta).Get(keyDigest))
	return d
}

// Recompute reads every record and sums again; another sum than Digest's means
// the database is damaged (replication.17).
func Recompute(tx *bbolt.Tx) (sum protocol.Hash, err error) {
	err = tx.Bucket(bucketRecords).ForEach(func(k, v []byte) error {
		if _, _, err := wire.OpenValue(v); err != nil {
			return fmt.Errorf("stored record %q: %w", k, err)
		}
		sum = add(sum, hashOf(k, v))
		return nil
	})
	return sum, err
}

func shift(tx *bbolt.Tx, key, old, value []byte) error {
	d := Digest(tx)
	if old != nil {
		d = sub(d, hashOf(key, old))
	}
	if value != nil {
		d = add(d, hashOf(key, value))
	}
	if err := tx.Bucket(bucketMeta).Put(keyDigest, d[:]); err != nil {
		return fmt.Errorf("store digest: %w", err)
	}
	return nil
}

func hashOf(key, value []byte) (h protocol.Hash) {
	s := sha256.New()
	s.Write(key)
	s.Write([]byte{0, 0})
	s.Write(value)
	s.Sum(h[:0])
	return h
}

// add and sub treat hashes as numbers of four little-endian words, each modulo
// 2^64: enough to find damage, and any order gives one sum.
func add(a, b protocol.Hash) protocol.Hash {
	for i := 0; i < len(a); i += 8 {
		binary.LittleEndian.PutUint64(a[i:], binary.LittleEndian.Uint64(a[i:])+binary.LittleEndian.Uint64(b[i:]))
	}
	return a
}

func sub(a, b protocol.Hash) protocol.Hash {
	for i := 0; i < len(a); i += 8 {
		binary.LittleEndian.PutUint64(a[i:], binary.LittleEndian.Uint64(a[i:])-binary.LittleEndian.Uint64(b[i:]))
	}
	return a
}
