package fsm

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// derivedBuckets are lists that can be made from the rest: a file of a build that
// did not keep them gets them when it is opened or taken in. They are no part of
// the digest, so servers of two builds agree meanwhile.
var derivedBuckets = [...][]byte{bucketWait, bucketMoved, bucketNewest, bucketAlike, bucketPair}

// derive makes what is missing, in one transaction.
func derive(db *bbolt.DB) error {
	return guard(func() error {
		missing := false
		if err := db.View(func(tx *bbolt.Tx) error {
			for _, name := range derivedBuckets {
				missing = missing || tx.Bucket(name) == nil
			}
			missing = missing && tx.Bucket(bucketMeta) != nil
			return nil
		}); err != nil || !missing {
			return err
		}
		return db.Update(deriveAll)
	})
}

func deriveAll(tx *bbolt.Tx) error {
	for _, name := range derivedBuckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return errors.Join(deriveWaits(tx), deriveNewest(tx), deriveAlike(tx))
}

// deriveWaits: what ran out before gets its card now.
func deriveWaits(tx *bbolt.Tx) error {
	s, err := loadState(tx)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketFired).ForEach(func(k, _ []byte) error {
		l, ok := parseFired(k)
		if !ok || l.Clock.ForApplicant() {
			return nil
		}
		w := Wait{Ref: l.Ref, Clock: l.Clock, Colour: protocol.Red, Due: l.At, WaitFacts: WaitFacts{Noted: s.Clock}}
		return store(tx.Bucket(bucketWait), w.key(), &w.WaitFacts)
	})
}

func deriveNewest(tx *bbolt.Tx) error {
	_, chains, err := loadChains(tx)
	if err != nil {
		return err
	}
	for k, c := range chains {
		line, ok, err := readLine(tx, k.origin, k.lane, c.Pos.Seq)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := put(tx.Bucket(bucketNewest), laneKey(k.origin, k.lane), sealInstant(line.Entry.At)); err != nil {
			return err
		}
	}
	return nil
}

// deriveAlike reads every case once in the life of a file.
func deriveAlike(tx *bbolt.Tx) error {
	kind := protocol.Lookup("case")
	return fold.Each(tx, kind.Name, func(rec protocol.Record) error {
		if rec.Body == nil {
			return nil
		}
		l, err := kind.Likeness(rec.Body)
		if err != nil || l.Key == "" {
			return err
		}
		return put(tx.Bucket(bucketAlike), alikeKey(l.Key, rec.Ref.ID), wire.SealValue(valueVersion, []byte(l.Object)))
	})
}
