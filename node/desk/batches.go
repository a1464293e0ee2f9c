package desk

import (
	"encoding/json"
	"fmt"
	"strings"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// A changeset names its members in one body. What is spared of that is for the
// members' agency, author and review.
const setBytes = protocol.MaxBody - 4<<10

// memberCost is the most a member takes in the body of its changeset, in bytes.
func memberCost(d *EntryDraft) (int, error) {
	m := protocol.ChangeMember{Entry: d.ID, Name: d.Entry.Name, Rev: 1 << 62, Op: "retire"}
	if m.Entry == "" {
		m.Entry = strings.Repeat("0", 40) // longer than any id that is minted
	}
	b, err := json.Marshal(m)
	return len(b) + 1, err
}

// batches cuts drafts into changesets that fit: at most protocol.MaxMembers
// (catalog.K-05), and a body below protocol.MaxBody however long the names are
// (cases.G-09).
func batches(title string, drafts []EntryDraft) (cut [][]EntryDraft, err error) {
	head, err := json.Marshal(title)
	if err != nil {
		return nil, err
	}
	room := 0
	for i := range drafts {
		cost, err := memberCost(&drafts[i])
		if err != nil {
			return nil, err
		}
		if len(cut) == 0 || len(cut[len(cut)-1]) == protocol.MaxMembers || cost > room {
			cut, room = append(cut, nil), setBytes-len(head)-16 // and its "(12/34)"
		}
		last := len(cut) - 1
		cut[last], room = append(cut[last], drafts[i]), room-cost
	}
	return cut, nil
}

// titleOf names the part of a batch.
func titleOf(title string, part, parts int) string {
	if parts == 1 {
		return title
	}
	return fmt.Sprintf("%s(%d/%d)", title, part, parts)
}

// news leaves out the entries that say what they said before (catalog.I-04), so
// that the parts are counted right.
func (d *Desk) news(drafts []EntryDraft) (out []EntryDraft, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		for _, draft := range drafts {
			same, err := unchanged(tx, draft)
			if err != nil {
				return err
			}
			if !same {
				out = append(out, draft)
			}
		}
		return nil
	})
	return out, err
}

func unchanged(tx *store.ReadTx, draft EntryDraft) (bool, error) {
	id := draft.ID
	if id == "" {
		refs := tx.ByKey("catalog.entry", draft.Entry.Code)
		if len(refs) == 0 {
			return false, nil
		}
		id = refs[0].ID
	}
	rec, had, err := tx.Get(protocol.Ref{Kind: "catalog.entry", ID: id})
	if err != nil || !had {
		return false, err
	}
	return saysTheSame(rec, draft.Entry)
}

// refuseFlaws refuses a batch for the first thing that is wrong with it, before
// any part of it is written.
func refuseFlaws(drafts []EntryDraft) error {
	found := CheckEntries(drafts)
	if len(found) == 0 {
		return nil
	}
	first := found[0]
	f := protocol.NewFault(protocol.Refused, "submit", "第 %d 条“%s”:%s", first.Line, first.Name, first.Findings[0].Text)
	f.Rule = first.Findings[0].Rule
	f.Hint = fmt.Sprintf("共 %d 条有误;改正后重新报送,没有报送任何一条", len(found))
	return f
}
