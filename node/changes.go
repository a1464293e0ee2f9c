package node

import (
	"context"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// changes shows the store to the search index's follower: a node has no index
// of its own, so it counts what it has given.
type changes struct {
	store *store.Store
	from  *store.Changes
	given uint64
}

func newChanges(s *store.Store) *changes { return &changes{store: s, from: s.Changes()} }

func (c *changes) Next(ctx context.Context) ([]protocol.Ref, uint64, error) {
	refs, err := c.from.Next(ctx)
	if protocol.CodeOf(err) == protocol.Gap {
		refs, err = c.all(ctx)
	}
	if err != nil {
		return nil, c.given, err
	}
	c.given += uint64(len(refs))
	return refs, c.given, nil
}

func (c *changes) all(ctx context.Context) (refs []protocol.Ref, err error) {
	_, err = c.Each(ctx, func(rec protocol.Record) error {
		refs = append(refs, rec.Ref)
		return nil
	})
	return refs, err
}

func (c *changes) Load(ctx context.Context, refs []protocol.Ref) ([]protocol.Record, error) {
	return c.store.Current(ctx, refs)
}

// slice is how many records one read transaction gives (pitfalls.B5).
const slice = 5000

func (c *changes) Each(ctx context.Context, fn func(protocol.Record) error) (uint64, error) {
	for _, kind := range protocol.Kinds() {
		for after := ""; ctx.Err() == nil; {
			records, err := c.some(kind.Name, after)
			if err != nil {
				return c.given, err
			}
			for _, rec := range records {
				if err := fn(rec); err != nil {
					return c.given, err
				}
			}
			if len(records) < slice {
				break
			}
			after = records[len(records)-1].Ref.ID
		}
	}
	return c.given, ctx.Err()
}

func (c *changes) some(kind protocol.KindName, after string) (records []protocol.Record, err error) {
	err = c.store.View(func(tx *store.ReadTx) error {
		err := tx.EachFrom(kind, after, func(rec protocol.Record) error {
			records = append(records, rec)
			if len(records) == slice {
				return errEnough
			}
			return nil
		})
		if err == errEnough {
			return nil
		}
		return err
	})
	return records, err
}
