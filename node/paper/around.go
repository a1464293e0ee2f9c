package paper

import "xiangyun/protocol"

// OfParcel builds D-14 for the way of a parcel that the document was given with: who
// hands over, to whom, under which seal. s is the case's source, whose Doc is the
// parcel's; giver and taker are the places as people call them.
func OfParcel(s Source, id string, p *protocol.Parcel, giver, taker string) (Document, error) {
	var leg protocol.Leg
	for _, l := range p.Legs {
		if l.Sent == s.Doc.At {
			leg = l
		}
	}
	if leg.Sent == 0 || s.Item == nil || s.Case == nil {
		return Document{}, s.lacks("原件移交")
	}
	f := TransferFacts{Head: s.head(), Parcel: id, SealNo: leg.Seal, Tracking: leg.Tracking, Giver: giver, Taker: taker}
	for _, o := range p.List {
		f.Pieces = append(f.Pieces, Piece{Name: o.Name, Count: o.Count, Number: o.Barcode})
	}
	return Transfer(f), nil
}

// OfComplaint builds D-19 for a complaint that was handled.
func OfComplaint(id string, doc protocol.Doc, c *protocol.Complaint) (Document, error) {
	serial, err := protocol.ParseSerial(doc.Serial)
	if err != nil {
		return Document{}, err
	}
	h := Head{Serial: serial, Agency: doc.Agency, Case: id, Place: doc.Place, At: doc.At, Applicant: Party{Name: "投诉人"}}
	if c.Person != nil {
		h.Applicant = Party{Name: c.Person.Name, IDType: c.Person.IDType, ID: c.Person.ID}
	}
	return Answer(AnswerFacts{Head: h, Complaint: true, About: c.Text, Filed: c.Filed.Day(), Findings: c.Finding, Result: c.Measure}), nil
}

// OfChecklist builds D-02 before there is a case: every line of the guide shown, and
// all gaps at once (§14.3).
func OfChecklist(doc protocol.Doc, item *protocol.Item, guide *protocol.Guide, shown protocol.Hash, who protocol.Applicant, materials []protocol.Material) (Document, error) {
	s := Source{Doc: doc, Item: item, Guide: guide, Case: &protocol.Case{ItemName: item.Name, Guide: shown, Applicant: who}}
	if _, err := protocol.ParseSerial(doc.Serial); err != nil {
		return Document{}, err
	}
	return Checklist(ChecklistFacts{Head: s.head(), Lines: s.lines(materials)}), nil
}
