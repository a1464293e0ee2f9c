package fsm

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// scrubSlice is how many values one read transaction of a scrub checks: long
// ones make the file grow (pitfalls.B5).
const scrubSlice = 20_000

// verify sums the records and the chains again and compares with the sums that
// were kept with them. The fault is badchain: this server must be replaced.
func verify(tx *bbolt.Tx) error {
	records, err := fold.Recompute(tx)
	if err != nil {
		return damaged(err)
	}
	if records != fold.Digest(tx) {
		return damaged(fmt.Errorf("records sum to %s, %s was kept", records.Short(), fold.Digest(tx).Short()))
	}
	s, err := loadState(tx)
	if err != nil {
		return err
	}
	var chains protocol.Hash
	for _, name := range [][]byte{bucketOrigin, bucketChain} {
		err := tx.Bucket(name).ForEach(func(k, v []byte) error {
			chains = plus(chains, sumOf(name, k, v))
			return nil
		})
		if err != nil {
			return err
		}
	}
	if chains != s.Chains {
		return damaged(fmt.Errorf("chains sum to %s, %s was kept", chains.Short(), s.Chains.Short()))
	}
	return nil
}

// Scrub reads everything and verifies sums and checksums (pitfalls.B3). It
// commits first and reads beside Apply; the records are read in one
// transaction, the rest in slices. Pace it by calling it rarely.
func (f *FSM) Scrub(ctx context.Context) error {
	if err := f.Commit(); err != nil {
		return err
	}
	tx, err := f.begin()
	if err != nil {
		return err
	}
	err = guard(func() error { return verify(tx) })
	f.end(tx)
	if err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	for _, name := range [][]byte{bucketJournal, bucketVerdict, bucketFeed, bucketMark, bucketFired} {
		if err := f.scrubBucket(ctx, name); err != nil {
			return fmt.Errorf("scrub %s: %w", name, err)
		}
	}
	return nil
}

func (f *FSM) scrubBucket(ctx context.Context, name []byte) error {
	var from []byte
	for ctx.Err() == nil {
		var next []byte
		err := guard(func() (err error) {
			next, err = f.scrubSlice(name, from)
			return err
		})
		if err != nil || next == nil {
			return err
		}
		from = next
	}
	return ctx.Err()
}

// scrubSlice checks values from key from on and gives the key to go on at.
func (f *FSM) scrubSlice(name, from []byte) ([]byte, error) {
	tx, err := f.begin()
	if err != nil {
		return nil, err
	}
	defer f.end(tx)
	c := tx.Bucket(name).Cursor()
	n := 0
	for k, v := c.Seek(from); k != nil; k, v = c.Next() {
		if n++; n > scrubSlice {
			return bytes.Clone(k), nil
		}
		if _, _, err := wire.OpenValue(v); err != nil {
			return nil, damaged(fmt.Errorf("value of %q: %w", k, err))
		}
	}
	return nil, nil
}
