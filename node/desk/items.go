package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// FileItem asks the province to publish an item version with its guide
// (cases.md §2.3). The same filing sent twice is one request.
func (d *Desk) FileItem(ctx context.Context, who *protocol.Account, filings ...protocol.ItemFiling) (recs []protocol.Record, err error) {
	for i := range filings {
		if err := d.checkFiling(who, &filings[i]); err != nil {
			return nil, err
		}
	}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		recs = nil
		for i := range filings {
			rec, err := d.file(tx, who, &filings[i])
			if err != nil {
				return fmt.Errorf("%s: %w", filings[i].Item.Name, err)
			}
			recs = append(recs, rec)
		}
		return nil
	})
	return recs, err
}

func (d *Desk) checkFiling(who *protocol.Account, f *protocol.ItemFiling) error {
	if err := d.may(who, protocol.MayFileItem, f.Item.Agency); err != nil {
		return err
	}
	f.Item.Node = d.Node
	f.Guide.ImplCode, f.Guide.Version = f.Item.ImplCode, f.Item.Version
	if no := protocol.CheckFiling(f); no != nil {
		return fmt.Errorf("%s: %w", f.Item.Name, no.Fault("file item", protocol.Ref{Kind: "item", ID: f.Item.ImplCode}))
	}
	return nil
}

func (d *Desk) file(tx *store.Tx, who *protocol.Account, f *protocol.ItemFiling) (protocol.Record, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return protocol.Record{}, err
	}
	item := protocol.ItemID(f.Item.ImplCode, f.Item.Version)
	ref := protocol.Ref{Kind: "request", ID: fmt.Sprintf("publish:%s:%s", item, protocol.HashOf(data).Short())}
	if rec, ok, err := tx.Get(ref); ok || err != nil {
		return rec, err
	}
	body := protocol.Request{Want: protocol.WantPublish, On: protocol.Ref{Kind: "item", ID: item}, Agency: f.Item.Agency,
		Title: f.Item.Name, Data: data, Key: ref.ID}
	return tx.Act(protocol.Draft{Ref: ref, Act: "file", Body: body, By: By(who)})
}
