package hub

import (
	"context"
	"reflect"

	"xiangyun/protocol"
)

// LoadBasics publishes entries of the basic catalogue (art. 31), at most
// protocol.MaxBasics at once. Every row gets its own answer: what a rule refuses
// is named and holds up no other row, and one that changes nothing is not
// written again.
func (s *Server) LoadBasics(ctx context.Context, who *protocol.Account, list []protocol.Basic) ([]protocol.BasicRow, error) {
	if err := s.may(who, protocol.MayPublishItem); err != nil {
		return nil, err
	}
	if len(list) > protocol.MaxBasics {
		return nil, protocol.NewFault(protocol.TooBig, "load basic catalogue", "一次最多载入 %d 行,请分几次", protocol.MaxBasics)
	}
	rows, drafts := make([]protocol.BasicRow, len(list)), []protocol.Draft(nil)
	seen := make(map[string]bool, len(list))
	for i, b := range list {
		row, err := s.basicRow(&b, seen[b.Code])
		if err != nil {
			return nil, err
		}
		seen[b.Code] = true
		row.Row = i + 1
		rows[i] = row
		if row.Outcome == protocol.BasicNew || row.Outcome == protocol.BasicChanged {
			drafts = append(drafts, protocol.Draft{Ref: protocol.Ref{Kind: "basic", ID: b.Code}, Act: "publish", Body: b, By: by(who)})
		}
	}
	if len(drafts) == 0 {
		return rows, nil
	}
	_, err := s.inParts(ctx, drafts)
	return rows, err
}

// basicRow says what becomes of one entry.
func (s *Server) basicRow(b *protocol.Basic, twice bool) (protocol.BasicRow, error) {
	row := protocol.BasicRow{Code: b.Code, Name: b.Name, Outcome: protocol.BasicNew}
	refused := func(rule, text string) (protocol.BasicRow, error) {
		row.Outcome, row.Rule, row.Text = protocol.BasicRefused, rule, text
		return row, nil
	}
	if twice {
		return refused("I-01", "基本编码在本次载入中重复")
	}
	no, err := s.would(protocol.Draft{Ref: protocol.Ref{Kind: "basic", ID: b.Code}, Act: "publish", Body: *b})
	if err != nil {
		return row, err
	}
	if no != nil {
		return refused(no.Rule, no.Text)
	}
	old, _, err := load[protocol.Basic](s, protocol.Ref{Kind: "basic", ID: b.Code})
	switch {
	case protocol.CodeOf(err) == protocol.Gone:
		return row, nil
	case err != nil:
		return row, err
	}
	row.Outcome = protocol.BasicChanged
	if old.State == protocol.BasicInForce && old.Name == b.Name && old.Type == b.Type && reflect.DeepEqual(old.Basis, b.Basis) {
		row.Outcome = protocol.BasicSame
	}
	return row, nil
}

// RetireBasic takes an entry out of the basic catalogue.
func (s *Server) RetireBasic(ctx context.Context, who *protocol.Account, code, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayPublishItem); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "basic", ID: code}, Act: "retire", Body: protocol.Basic{Reason: reason}, By: by(who)})
}
