package hub

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// slice is how many records one read transaction gives (pitfalls.B5).
const slice = 2000

// each calls fn for every record of a kind that this server has applied.
func (s *Server) each(kind protocol.KindName, fn func(protocol.Record) error) error {
	for after := ""; ; {
		records, err := s.fsm.Records(kind, after, slice)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if err := fn(rec); err != nil {
				return err
			}
		}
		if len(records) < slice {
			return nil
		}
		after = records[len(records)-1].Ref.ID
	}
}

// Get gives a record as this server has applied it; false when there is none.
func (s *Server) Get(ref protocol.Ref) (protocol.Record, bool, error) { return s.fsm.Record(ref) }

// Advertise is the address at which others reach this server.
func (s *Server) Advertise() string { return s.cfg.Advertise }

// ofAgency calls fn for every record of a kind that the index has under an agency.
func (s *Server) ofAgency(ctx context.Context, kind protocol.KindName, agency string, fn func(protocol.Record) error) error {
	q := search.Query{Kind: kind, Facets: []protocol.Facet{{Name: "agency", Value: agency}}, Limit: search.MaxLimit}
	for {
		found, err := s.search.Search(ctx, q)
		if err != nil {
			return err
		}
		for _, h := range found.Hits {
			rec, ok, err := s.fsm.Record(h.Ref)
			if err == nil && ok {
				err = fn(rec)
			}
			if err != nil {
				return err
			}
		}
		if q.After = found.Next; q.After == "" {
			return nil
		}
	}
}
