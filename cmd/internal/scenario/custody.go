package scenario

import (
	"net/url"

	"xiangyun/protocol"
)

// custody: paper originals travel under seal, and somebody answers for them at
// any instant (cases.md §12).
var custody = []Scenario{
	{"S-17", "原件应有 5 份、点到 4 份:争议冻结原件包,不停办件的时限", "2026-04-24 10:00", fourOfFive},
	{"S-18", "原件未退还的撤回件不能归档,申请人签收后可以", "2026-04-24 14:00", withdrawnWithPapers},
}

func fourOfFive(s *stage) {
	it := item(changchun, withPaper)
	app, before := s.arrives(yanji, it, s.form(yanji, it, 19))
	id := s.dispatched(app, it, 5)
	s.parcel(changchun, id, "count_in", part{"counted": []int{4}})
	for _, at := range []protocol.NodeID{changchun, yanji} {
		p := s.parcelAt(at, id, protocol.ParcelDisputed)
		leg := p.Legs[0]
		same(s, "giver at "+string(at), leg.Giver.Node, yanji)
		same(s, "taker at "+string(at), leg.Taker.Node, changchun)
		same(s, "counted", leg.Counted[0], 4)
		same(s, "who answers", p.Holder.Node, yanji)
	}
	s.refused("G-07", s.tryParcel(changchun, id, "use", part{"name": "审查岗", "sign": s.scan(changchun)}))
	now := s.now(changchun, app.ID)
	same(s, "K1 beside the dispute", now.Body.Due.K1, before.Body.Due.K1)
	s.do(changchun, acceptor(it), app.ID, "accept", nil)
	same(s, "K3 runs", s.now(changchun, app.ID).Body.Due.K3.IsZero(), false)
}

func withdrawnWithPapers(s *stage) {
	it := item(changchun, withPaper)
	app, _ := s.arrives(yanji, it, s.form(yanji, it, 20))
	id := s.dispatched(app, it, 5)
	s.parcel(changchun, id, "count_in", part{"counted": []int{5}})
	s.answered(yanji, s.ask(yanji, "clerk1", app.ID, "withdraw", part{"reason": "申请人不再需要"}))
	s.stands(changchun, app.ID, protocol.CaseWithdrawn)
	s.refused("C-23a", s.act(changchun, leader(it), app.ID, "archive", s.archive(it, app)))
	s.parcel(changchun, id, "return", part{"way": "counter", "name": "申请人本人", "sign": s.scan(changchun)})
	s.do(changchun, leader(it), app.ID, "archive", s.archive(it, app).with("signed", s.scan(changchun)))
	s.stands(yanji, app.ID, protocol.CaseArchived)
}

func (p part) with(key string, value any) part { p[key] = value; return p }

// archive says that every check of GB/T 42727 was made of the packet of a case.
func (s *stage) archive(it protocol.Item, app application) part {
	var p struct{ Packet protocol.BlobID }
	s.must(s.Node(it.Node).As(leader(it)).Call(s.ctx, "GET", "/api/v1/cases/"+url.PathEscape(app.ID)+"/packet", nil, &p))
	return part{"checks": protocol.ArchiveChecks, "packet": p.Packet}
}

// dispatched opens, seals and sends a parcel of n papers of the first line that
// the law wants on paper, and waits until the taker's place knows of it.
func (s *stage) dispatched(app application, it protocol.Item, n int) (id string) {
	line := protocol.MaterialLine{}
	for _, l := range s.guide(yanji, it).Guide.Body.Lines {
		if l.NeedsPaper != "" {
			line = l
		}
	}
	var opened struct{ Parcel struct{ ID string } }
	s.must(s.send(yanji, "clerk1", "parcels", part{"case": app.ID, "list": []protocol.Original{{Line: line.ID, Name: line.Name, Count: n}},
		"opened": part{"name": "申请人本人", "sign": s.scan(yanji)}}, &opened))
	id = opened.Parcel.ID
	s.parcel(yanji, id, "seal", part{"seal_no": "yanbian-" + app.ReceiptNo[len(app.ReceiptNo)-6:]})
	s.parcel(yanji, id, "dispatch", part{"to": changchun, "tracking": "KD" + app.ReceiptNo[len(app.ReceiptNo)-6:]})
	s.parcelAt(changchun, id, protocol.ParcelOnTheWay)
	return id
}

// parcelAt waits until a parcel stands at a place as it should, and gives it.
func (s *stage) parcelAt(at protocol.NodeID, id string, state protocol.ParcelState) protocol.Parcel {
	var p struct{ Body protocol.Parcel }
	s.soon(string(at)+"的原件包"+state.Title(), func() (bool, error) {
		err := s.Node(at).As("clerk1").Call(s.ctx, "GET", "/api/v1/parcels/"+url.PathEscape(id), nil, &p)
		return p.Body.State == state, err
	})
	return p.Body
}

func (s *stage) parcel(at protocol.NodeID, id, act string, body part) {
	if err := s.tryParcel(at, id, act, body); err != nil {
		s.fail("%s parcel %s at %s: %w", act, id, at, err)
	}
}

func (s *stage) tryParcel(at protocol.NodeID, id, act string, body part) error {
	return s.send(at, "clerk1", "parcels/"+url.PathEscape(id)+"/"+act, body, nil)
}
