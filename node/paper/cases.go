package paper

import "xiangyun/protocol"

// Source is what the document of a case is built from: the case as the entry
// leaves it, the records the entry cites, and what the desk knows of the place.
type Source struct {
	Serial   Serial
	ID       string // record id of the case
	Case     *protocol.Case
	Item     *protocol.Item
	Guide    *protocol.Guide
	Calendar protocol.Calendar // the years the entry cites
	Agency   string            // who issues: the receiving body for D-01, the deciding agency otherwise
	Place    string
	At       protocol.Instant // of the entry
	QR       string           // D-01 only: the signed receipt code
	Decision string           // D-11 only: serial of the decision that is handed over
}

// ForAct builds the document an act of a case gives; false for acts that give
// none (hand_over, acknowledge).
func ForAct(act protocol.Act, s Source) (Document, bool) {
	for _, a := range acts {
		if a.act == act {
			return a.build(s), true
		}
	}
	return Document{}, false
}

// TemplateOf is the nn of the document an act gives, for its serial, or 0.
func TemplateOf(act protocol.Act) int {
	for _, a := range acts {
		if a.act == act {
			return a.template
		}
	}
	return 0
}

var acts = []struct {
	act      protocol.Act
	template int
	build    func(Source) Document
}{
	{"receive", 1, receiptOf}, {"accept", 3, acceptanceOf}, {"refuse", 4, refusalOf}, {"grant", 9, grantOf}, {"deny", 10, denialOf},
	{"deliver", 11, deliveryOf}, {"withdraw", 13, withdrawalOf},
}

func (s *Source) head() Head {
	c := s.Case
	return Head{Serial: s.Serial, Agency: s.Agency, Case: s.ID, ReceiptNo: c.ReceiptNo, Place: s.Place, At: s.At,
		Applicant: Party{Name: c.Applicant.Name, IDType: c.Applicant.IDType, ID: c.Applicant.ID},
		Item:      Item{Name: c.ItemName, Code: s.Item.ImplCode, Version: s.Item.Version, Guide: c.Guide, Licensing: s.Item.Type == "01"}}
}

// due puts a date of the case beside the calendar it was counted on. It is
// provisional when one of the days counted lies in an unpublished year.
func (s *Source) due(id protocol.ClockID, start, day protocol.Day) []Due {
	if day.IsZero() {
		return nil
	}
	rule, _ := id.Rule()
	d := Due{Title: rule.Title + "期限", Day: day, Basis: rule.Basis, Calendars: CalendarsUsed(s.Calendar, start.Add(1), day)}
	if id == protocol.K3 && s.Item.Type != "01" {
		d.Basis = "该事项的设定依据"
	}
	for _, c := range d.Calendars {
		d.Provisional = d.Provisional || c.Version == 0
	}
	return []Due{d}
}

func (s *Source) lines() (lines []Line, originals []string) {
	for _, m := range s.Case.Materials {
		l := Line{Name: m.Line, Copies: m.Copies, Presence: m.Presence}
		for _, g := range s.Guide.Lines {
			if g.ID != m.Line {
				continue
			}
			l.Name, l.Form, l.Necessity = g.Name, g.Form, g.Necessity
			if l.Copies == 0 {
				l.Copies = g.Copies
			}
			if g.NeedsPaper != "" && g.Form == "original" && m.Presence == "present" {
				originals = append(originals, g.Name)
			}
		}
		lines = append(lines, l)
	}
	return lines, originals
}

func receiptOf(s Source) Document {
	c := s.Case
	f := ReceiptFacts{Head: s.head(), Handler: c.AgencyName, Offline: c.Received.Offline, QR: s.QR}
	f.Lines, f.Originals = s.lines()
	f.Due = s.due(protocol.K1, c.Received.At.Day(), c.Due.K1)
	return Receipt(f)
}

func acceptanceOf(s Source) Document {
	c, start := s.Case, s.Case.Accepted.Day()
	return Acceptance(AcceptanceFacts{Head: s.head(), Received: c.Received.At, Fee: s.Item.Fee,
		Due: append(s.due(protocol.K2, start, c.Due.K2), s.due(protocol.K3, start, c.Due.K3)...)})
}

func refusalOf(s Source) Document {
	d := s.decision()
	return Refusal(RefusalFacts{Head: s.head(), Reason: d.Reason, Basis: d.Basis, Remedy: d.Remedy})
}

func grantOf(s Source) Document  { return Grant(s.decisionFacts()) }
func denialOf(s Source) Document { return Denial(s.decisionFacts()) }

func (s *Source) decisionFacts() DecisionFacts {
	d := s.decision()
	rule, _ := protocol.K4.Rule()
	due, _ := rule.Limit.Due(s.Calendar, s.At.Day())
	return DecisionFacts{Head: s.head(), Accepted: s.Case.Accepted.Day(), Text: d.Text, Reason: d.Reason, Basis: d.Basis, Remedy: d.Remedy,
		Due: s.due(protocol.K4, s.At.Day(), due)}
}

// decision is never nil: the judge of every deciding act sets it.
func (s *Source) decision() protocol.Decision {
	if s.Case.Decision == nil {
		return protocol.Decision{}
	}
	return *s.Case.Decision
}

func deliveryOf(s Source) Document {
	f := DeliveryFacts{Head: s.head(), Pieces: []Piece{{Name: Title(9), Count: 1, Number: s.Decision}}}
	if s.decision().Kind == "deny" {
		f.Pieces[0].Name = Title(10)
	}
	if d := s.Case.Delivery; d != nil {
		f.Way, f.Recipient, f.Tracking, f.Delivered = d.Way, d.Recipient, d.Tracking, d.At
	}
	return Delivery(f)
}

func withdrawalOf(s Source) Document {
	f := WithdrawalFacts{Head: s.head()}
	_, f.Originals = s.lines()
	if w := s.Case.WithdrawnBy; w != nil {
		f.Reason, f.Withdrawn = w.Reason, w.At
	}
	return Withdrawal(f)
}
