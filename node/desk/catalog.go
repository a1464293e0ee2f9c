package desk

import (
	"context"
	"fmt"
	"reflect"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// EntryDraft is one entry to submit. ID is empty for a new entry.
type EntryDraft struct {
	ID    string
	Seen  uint64
	Entry protocol.CatalogEntry
}

// EntryFindings lists what is wrong with one draft of a batch (K-04).
type EntryFindings struct {
	Line     int                `json:"line"` // of the batch, counted from 1
	Name     string             `json:"name"`
	Findings []protocol.Finding `json:"findings"`
}

// CheckEntries reports everything that is wrong with a batch at once.
func CheckEntries(drafts []EntryDraft) (found []EntryFindings) {
	for i := range drafts {
		if f := protocol.CheckEntry(&drafts[i].Entry); len(f) > 0 {
			found = append(found, EntryFindings{Line: i + 1, Name: drafts[i].Entry.Name, Findings: f})
		}
	}
	return found
}

// SubmitCatalog submits entries in as many changesets as they need, each with
// its entries in one transaction (K-05): one that is cut short by a crash is
// repeated and goes on where it stopped, because unchanged entries are left out
// (I-04). When nothing is left, there is no changeset.
func (d *Desk) SubmitCatalog(ctx context.Context, who *protocol.Account, title string, drafts []EntryDraft) (sets []protocol.Record, err error) {
	for i := range drafts {
		if err := d.may(who, protocol.MayEditCatalog, drafts[i].Entry.Agency); err != nil {
			return nil, err
		}
	}
	if err := refuseFlaws(drafts); err != nil {
		return nil, err
	}
	fresh, err := d.news(drafts)
	if err != nil {
		return nil, err
	}
	parts, err := batches(title, fresh)
	for i, part := range parts {
		set, err := d.submitSet(ctx, who, titleOf(title, i+1, len(parts)), part)
		if err != nil {
			return sets, err
		}
		if set.Rev > 0 {
			sets = append(sets, set)
		}
	}
	return sets, err
}

// submitSet submits one changeset with its entries; when another submission was
// faster and nothing is left, set is zero.
func (d *Desk) submitSet(ctx context.Context, who *protocol.Account, title string, drafts []EntryDraft) (set protocol.Record, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		members, err := d.submitEntries(tx, who, drafts)
		if err != nil || len(members) == 0 {
			return err
		}
		body := protocol.Changeset{Title: title, Agency: drafts[len(drafts)-1].Entry.Agency, Members: members}
		id, err := tx.NextCaseID()
		if err != nil {
			return err
		}
		set, err = tx.Act(protocol.Draft{Ref: protocol.Ref{Kind: "catalog.changeset", ID: id}, Act: "submit", Body: body, By: By(who)})
		return err
	})
	return set, err
}

func (d *Desk) submitEntries(tx *store.Tx, who *protocol.Account, drafts []EntryDraft) (members []protocol.ChangeMember, err error) {
	for _, draft := range drafts {
		id := draft.ID
		if id == "" {
			if id, err = d.entryID(tx, draft.Entry.Code); err != nil {
				return nil, err
			}
		}
		rec, changed, err := d.submitEntry(tx, who, id, draft)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", draft.Entry.Name, err)
		}
		if changed {
			members = append(members, protocol.ChangeMember{Entry: id, Name: draft.Entry.Name, Rev: rec.Rev, Hash: protocol.HashOf(rec.Body), Op: "put"})
		}
	}
	return members, nil
}

// entryID finds the entry with a code submitted here before, or mints an id
// (catalog.I-01, I-03).
func (d *Desk) entryID(tx *store.Tx, code string) (string, error) {
	for _, ref := range tx.ByKey("catalog.entry", code) {
		return ref.ID, nil
	}
	return tx.NextCaseID()
}

// submitEntry writes nothing when the entry says what it said before.
func (d *Desk) submitEntry(tx *store.Tx, who *protocol.Account, id string, draft EntryDraft) (rec protocol.Record, changed bool, err error) {
	ref := protocol.Ref{Kind: "catalog.entry", ID: id}
	old, had, err := tx.Get(ref)
	if err != nil {
		return rec, false, err
	}
	if had {
		same, err := saysTheSame(old, draft.Entry)
		if same || err != nil {
			return old, false, err
		}
	}
	rec, err = tx.Act(protocol.Draft{Ref: ref, Act: "submit", Body: draft.Entry, By: By(who), Rev: draft.Seen})
	return rec, err == nil, err
}

func saysTheSame(old protocol.Record, want protocol.CatalogEntry) (bool, error) {
	had, err := protocol.Load[protocol.CatalogEntry](old)
	if err != nil || had.State != protocol.EntrySubmitted {
		return false, err
	}
	want.State, want.Editor, want.Rest = had.State, had.Editor, had.Rest
	return reflect.DeepEqual(*had, want), nil
}

// FirstReview passes a changeset on to the province (K-06).
func (d *Desk) FirstReview(ctx context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error) {
	if err := d.may(who, protocol.MayReview, ""); err != nil {
		return protocol.Record{}, err
	}
	return d.act(ctx, protocol.Draft{Ref: set, Act: "first_review", Body: protocol.Changeset{}, By: By(who)})
}

// WithdrawChangeset takes a batch back before it is decided (K-10).
func (d *Desk) WithdrawChangeset(ctx context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error) {
	c, _, err := Record[protocol.Changeset](d, set)
	if err != nil {
		return protocol.Record{}, err
	}
	if err := d.may(who, protocol.MayEditCatalog, c.Agency); err != nil {
		return protocol.Record{}, err
	}
	return d.act(ctx, protocol.Draft{Ref: set, Act: "withdraw", Body: protocol.Changeset{}, By: By(who)})
}
