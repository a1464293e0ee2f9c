package hub

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// DuplicatePage is one page of marks, the newest first.
type DuplicatePage struct {
	Marks []DuplicateLine
	Next  string
	Total search.Total
}

// DuplicateLine is one mark (cases.md §11) with what an act on it must have seen.
type DuplicateLine struct {
	ID        string
	Rev       uint64
	Canonical string // the case that would stay (DU-03)
	protocol.Dupmark
}

// Duplicates lists marks in one state, or in all when state is "".
func (s *Server) Duplicates(ctx context.Context, state, after string, limit int) (DuplicatePage, error) {
	found, err := s.search.Search(ctx, search.Query{Kind: "dupmark", State: state, After: after, Limit: limit})
	if err != nil {
		return DuplicatePage{}, err
	}
	page := DuplicatePage{Next: found.Next, Total: found.Total}
	for _, hit := range found.Hits {
		m, rec, err := load[protocol.Dupmark](s, hit.Ref)
		if err != nil {
			return page, err
		}
		page.Marks = append(page.Marks, DuplicateLine{hit.Ref.ID, rec.Rev, m.Canonical(), *m})
	}
	return page, nil
}

// NotDuplicate is DU-05: the two cases are different, and the pair is not marked
// again. seen is the revision on the screen, 0 for whatever stands.
func (s *Server) NotDuplicate(ctx context.Context, who *protocol.Account, id string, seen uint64, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "dupmark", ID: id}, Act: "not_duplicate", Body: protocol.Dupmark{Reason: reason},
		By: by(who), Rev: seen})
}
