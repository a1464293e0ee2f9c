package fold

import (
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Install takes a record the hub decided, at a node (replication.D3). It is
// taken when it is newer by (epoch, rev), or the same and now confirmed; force
// replaces an own record after a refused verdict. It reports whether the record
// changed.
func Install(tx *bbolt.Tx, rec *protocol.Record, force bool) (bool, error) {
	old, ok, err := Get(tx, rec.Ref)
	if err != nil {
		return false, err
	}
	same := ok && old.Epoch == rec.Epoch && old.Rev == rec.Rev
	if ok && !force && !rec.Newer(&old) && !(same && rec.Index > old.Index) {
		return false, nil
	}
	return true, replace(tx, old, ok, rec)
}

// replace keeps clocks and followers of an installed record as Apply does.
func replace(tx *bbolt.Tx, old protocol.Record, had bool, rec *protocol.Record) error {
	kind := protocol.Lookup(rec.Ref.Kind)
	if kind == nil { // a newer hub's kind: kept for when this node is upgraded
		return put(tx, rec, true)
	}
	var ended []protocol.Deadline
	var left protocol.Ref
	if had {
		var err error
		if ended, left, err = kind.Runs(old.Body); err != nil {
			return fmt.Errorf("clocks of %s: %w", rec.Ref, err)
		}
	}
	running, target, err := kind.Runs(rec.Body)
	if err != nil {
		return fmt.Errorf("clocks of %s: %w", rec.Ref, err)
	}
	if err := put(tx, rec, kind.Keep); err != nil {
		return err
	}
	if err := moveDue(tx, rec.Ref, ended, running); err != nil {
		return err
	}
	return follow(tx, rec.Ref, left, target)
}

// Confirm notes the hub index that decided a record the node itself wrote. A
// later revision is already newer and is left alone, but for the step of its
// history that the index belongs to.
func Confirm(tx *bbolt.Tx, ref protocol.Ref, rev, index uint64) error {
	rec, ok, err := Get(tx, ref)
	if err != nil || !ok {
		return err
	}
	if rec.Rev != rev {
		return confirmStep(tx, ref, rev, index)
	}
	if rec.Index >= index {
		return nil
	}
	rec.Index = index
	return put(tx, &rec, false)
}

// Remove drops a record that left this node's audience (replication.D5).
func Remove(tx *bbolt.Tx, ref protocol.Ref) error {
	old, ok, err := Get(tx, ref)
	if err != nil || !ok {
		return err
	}
	key := refKey(ref)
	if err := shift(tx, key, tx.Bucket(bucketRecords).Get(key), nil); err != nil {
		return err
	}
	if kind := protocol.Lookup(ref.Kind); kind != nil && old.Body != nil {
		running, _, err := kind.Runs(old.Body)
		if err != nil {
			return fmt.Errorf("clocks of %s: %w", ref, err)
		}
		if err := moveDue(tx, ref, running, nil); err != nil {
			return err
		}
	}
	return wrap("remove record", tx.Bucket(bucketRecords).Delete(key))
}
