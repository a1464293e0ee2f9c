package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"xiangyun/protocol"
	"xiangyun/replication"
)

// look answers a node about cases that it does not hold (cases.md §4, W-09). The
// question is a record on a quorum before anything is shown: what cannot be
// written down is not answered.
func (s *Server) look(ctx context.Context, node protocol.NodeID, ask replication.LookAsk) (replication.LookAnswer, error) {
	var none replication.LookAnswer
	refs, err := s.inquired(ctx, ask)
	if err != nil {
		return none, err
	}
	cases, err := s.shown(refs)
	if err != nil {
		return none, err
	}
	body := protocol.Inquiry{Node: node, Asker: ask.By, Purpose: ask.Purpose, Case: ask.Case}
	for _, c := range cases {
		body.Found = append(body.Found, c.Ref.ID)
	}
	id := make([]byte, 8)
	if _, err := rand.Read(id); err != nil {
		return none, fmt.Errorf("draw inquiry id: %w", err)
	}
	ref := protocol.Ref{Kind: "inquiry", ID: string(node) + "-" + hex.EncodeToString(id)}
	if _, _, err := s.Act(ctx, protocol.Draft{Ref: ref, Act: "note", Body: body, By: string(protocol.Hub) + ":inquiry"}); err != nil {
		return none, err
	}
	age, _ := s.age()
	return replication.LookAnswer{Server: s.id, Index: s.fsm.Applied().Get(), Age: age, Cases: cases}, nil
}

// inquired finds the cases that are asked for.
func (s *Server) inquired(ctx context.Context, ask replication.LookAsk) ([]protocol.Ref, error) {
	switch {
	case (ask.Case == "") == (ask.Key == ""):
		return nil, protocol.NewFault(protocol.Malformed, "look elsewhere", "须以办件编号或一个查询键查询")
	case ask.Case != "":
		return []protocol.Ref{{Kind: "case", ID: ask.Case}}, nil
	}
	refs, err := s.search.ByKey(ctx, "case", ask.Key)
	return refs[:min(len(refs), protocol.MaxInquiry)], err
}

// shown gives the cases as another place may see them; one that is not, or no
// longer, here is left out.
func (s *Server) shown(refs []protocol.Ref) (list []replication.LookCase, err error) {
	for _, ref := range refs {
		rec, ok, err := s.fsm.Record(ref)
		if err != nil {
			return nil, err
		}
		c, lerr := protocol.Load[protocol.Case](rec)
		if !ok || protocol.CodeOf(lerr) == protocol.Gone {
			continue
		}
		if lerr != nil {
			return nil, lerr
		}
		body, err := json.Marshal(fromElsewhere(c))
		if err != nil {
			return nil, errors.Join(errors.New("mask case"), err)
		}
		list = append(list, replication.LookCase{Ref: ref, Rev: rec.Rev, Home: rec.Home, At: rec.At, Act: rec.Act, Index: rec.Index, Body: body})
	}
	return list, nil
}
