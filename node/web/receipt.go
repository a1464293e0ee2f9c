package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// slip is the paper the applicant takes home (D-01).
type slip struct {
	Back      string
	Number    string
	Facts     []page.Fact
	Materials page.Table
	Missing   []string // everything that is missing, named at once (art. 34)
	Next      []string
	Offline   bool
	Place     string
	Serial    string // of the document, when the case has it
	File      string // its address
	Code      string // address of its signed code
}

func (w *Web) receipt(v *console.Visit) error {
	c, rec, err := console.Read[protocol.Case](v.Records(), caseRef(v))
	if err != nil {
		return err
	}
	names, err := guideLines(v, c.Item)
	if err != nil {
		return err
	}
	s := slip{Back: "/cases/" + rec.Ref.ID, Number: c.ReceiptNo, Offline: c.Received.Offline, Place: v.Place(c.Received.Node),
		Facts: slipFacts(v, c, &rec), Next: slipNext(v, c)}
	if doc, ok := receiptDoc(c); ok {
		s.Serial, s.File, s.Code = doc.Serial, docPath(rec.Ref, doc.Serial)+"?print=1", "/cases/"+rec.Ref.ID+"/code"
	}
	s.Materials = page.Table{Caption: "guide.materials", Empty: page.Empty{What: "guide.no-materials"},
		Cols: []page.Col{{Label: "guide.name"}, {Label: "material.presence", Short: true}}}
	for _, m := range c.Materials {
		name := names[m.Line].Name
		if name == "" {
			name = m.Line
		}
		s.Materials.Add(page.Word(name), page.State(console.Presence(m.Presence)))
		if m.Presence == "missing" {
			s.Missing = append(s.Missing, name)
		}
	}
	return v.Render("receipt", page.View{Title: "slip.title", Active: "cases", Crumbs: []page.Link{{Label: c.ReceiptNo, Href: s.Back}}, Data: s})
}

func slipFacts(v *console.Visit, c *protocol.Case, rec *protocol.Record) []page.Fact {
	due := page.OnDay(c.Due.K1)
	if c.Due.Provisional {
		due = due.Under(v.T("due.provisional"))
	}
	return []page.Fact{
		{Label: "case.number", Cell: page.Code(c.ReceiptNo)}, {Label: "case.received", Cell: page.When(c.Received.At)},
		{Label: "case.item", Cell: page.Word(c.ItemName)}, {Label: "case.agency", Cell: page.Word(c.AgencyName)},
		{Label: "person.name", Cell: page.Word(c.Applicant.Name)}, {Label: "person.id", Cell: page.Code(console.MaskID(c.Applicant.ID))},
		{Label: "case.taken", Cell: page.Word(v.Place(c.Received.Node)).Under(c.Received.Window)}, {Label: "slip.due", Cell: due},
		{Label: "case.id", Cell: page.Code(rec.Ref.ID)},
	}
}

// slipNext tells the applicant what happens now.
func slipNext(v *console.Visit, c *protocol.Case) []string {
	next := []string{v.T("slip.notice", c.AgencyName, c.Due.K1.String())}
	if c.Handler != c.Received.Node {
		next = append(next, v.T("slip.cross", v.Place(c.Handler), v.Place(c.Received.Node)))
	}
	return append(next, v.T("slip.ask"))
}
