package store

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// maxKey is the longest key that stands in the index as it is; longer ones, and
// those that would break the layout, stand as their hash.
const maxKey = 200

func keyPrefix(kind protocol.KindName, key string) []byte {
	if len(key) > maxKey || strings.IndexByte(key, 0) >= 0 {
		key = "\x01" + protocol.HashOf([]byte(key)).String()
	}
	out := make([]byte, 0, len(kind)+len(key)+2+64)
	out = append(append(out, kind...), 0)
	return append(append(out, key...), 0)
}

func findKey(tx *bbolt.Tx, kind protocol.KindName, key string) (refs []protocol.Ref) {
	prefix := keyPrefix(kind, key)
	c := tx.Bucket(bucketKey).Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		refs = append(refs, protocol.Ref{Kind: kind, ID: string(k[len(prefix):])})
	}
	return refs
}

// keysOf gives the keys of a stored record, sorted and without repeats. A kind
// this build does not know has none, nor has a body that cannot be read: the
// record is kept as the hub sent it, it is only not found by key.
func keysOf(rec *protocol.Record) []string {
	if rec == nil {
		return nil
	}
	return tidy(termsOf(rec).Keys)
}

func termsOf(rec *protocol.Record) protocol.Terms {
	kind := protocol.Lookup(rec.Ref.Kind)
	if kind == nil || rec.Body == nil {
		return protocol.Terms{}
	}
	terms, err := kind.Terms(rec.Body)
	if err != nil {
		return protocol.Terms{}
	}
	return terms
}

func tidy(keys []string) []string {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == "" })
	slices.Sort(keys)
	return slices.Compact(keys)
}

// reindex moves what leads to a record from its old state to its new one; either
// may be nil.
func (g *group) reindex(ref protocol.Ref, old, now *protocol.Record) error {
	if err := g.moveWake(ref, g.wakeOf(old), g.wakeOf(now)); err != nil {
		return err
	}
	return moveKeys(g.tx, ref, keysOf(old), keysOf(now))
}

// moveKeys wants both lists tidy.
func moveKeys(tx *bbolt.Tx, ref protocol.Ref, had, has []string) error {
	b := tx.Bucket(bucketKey)
	for _, key := range had {
		if _, kept := slices.BinarySearch(has, key); kept {
			continue
		}
		if err := b.Delete(append(keyPrefix(ref.Kind, key), ref.ID...)); err != nil {
			return fmt.Errorf("drop key of %s: %w", ref, err)
		}
	}
	for _, key := range has {
		if _, there := slices.BinarySearch(had, key); there {
			continue
		}
		if err := b.Put(append(keyPrefix(ref.Kind, key), ref.ID...), []byte{}); err != nil {
			return fmt.Errorf("index %s: %w", ref, err)
		}
	}
	return nil
}

// before gives the record as it stands, or nil.
func before(tx *bbolt.Tx, ref protocol.Ref) (*protocol.Record, error) {
	rec, ok, err := fold.Get(tx, ref)
	if err != nil || !ok {
		return nil, err
	}
	return &rec, nil
}
