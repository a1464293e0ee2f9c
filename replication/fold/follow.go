package fold

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

var followGap = []byte{0, 0}

// follow keeps the list of records whose home follows another's: left is the
// target until now. The row to end is named, not looked for: open requests may be
// many, and each is answered once.
func follow(tx *bbolt.Tx, ref, left, target protocol.Ref) error {
	b := tx.Bucket(bucketFollow)
	if left != (protocol.Ref{}) && left != target {
		if err := b.Delete(followKey(left, ref)); err != nil {
			return wrap("stop following", err)
		}
	}
	if target == (protocol.Ref{}) {
		return nil
	}
	return wrap("follow target", b.Put(followKey(target, ref), nil))
}

func followKey(target, ref protocol.Ref) []byte {
	return append(append(refKey(target), followGap...), refKey(ref)...)
}

// moveFollowers gives the open requests on target their new home, each under a
// new record epoch, so that no older home can answer any more.
func moveFollowers(tx *bbolt.Tx, target protocol.Ref, home protocol.NodeID, index uint64) ([]Change, error) {
	var changes []Change
	for _, ref := range followers(tx, target) {
		rec, ok, err := Get(tx, ref)
		if err != nil {
			return nil, err
		}
		if !ok || rec.Home == home {
			continue
		}
		kind := protocol.Lookup(ref.Kind)
		reach, err := kind.Reach(rec.Body)
		if err != nil {
			return nil, fmt.Errorf("audience of %s: %w", ref, err)
		}
		due, _, err := kind.Runs(rec.Body)
		if err != nil {
			return nil, fmt.Errorf("clocks of %s: %w", ref, err)
		}
		before, old := withHome(reach, rec.Home), rec
		rec.Home, rec.Epoch, rec.Index = home, rec.Epoch+1, index
		if err := put(tx, &rec, kind.Keep); err != nil {
			return nil, err
		}
		changes = append(changes, Change{Record: rec, Before: before, After: withHome(reach, home), Old: &old, Ended: due, Due: due})
	}
	return changes, nil
}

// followers collects first: bbolt skips when a loop also writes (pitfalls.B7).
func followers(tx *bbolt.Tx, target protocol.Ref) (refs []protocol.Ref) {
	prefix := append(refKey(target), followGap...)
	c := tx.Bucket(bucketFollow).Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		if ref, err := parseRefKey(bytes.Clone(k[len(prefix):])); err == nil {
			refs = append(refs, ref)
		}
	}
	return refs
}

func wrap(action string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}
