package paper

import (
	"fmt"
	"slices"
	"strings"

	"xiangyun/protocol"
)

// Source is what the document of a case is built from: the document as the entry
// lists it, the case as the entry leaves it, and the item version and the guide
// it pins. Nothing else may be printed, so that it can be printed again.
type Source struct {
	ID    string // record id of the case
	Doc   protocol.Doc
	Case  *protocol.Case
	Item  *protocol.Item
	Guide *protocol.Guide
}

// Of builds the document. The error says that there is none of this number, or
// that the case does not hold what it would say.
func Of(s Source) (Document, error) {
	serial, err := protocol.ParseSerial(s.Doc.Serial)
	if err != nil {
		return Document{}, err
	}
	if s.Item == nil || s.Guide == nil || s.Case == nil {
		return Document{}, fmt.Errorf("文书 %s:缺少办件、事项版本或办事指南", s.Doc.Serial)
	}
	build := templates[serial.Template]
	if build == nil {
		return Document{}, fmt.Errorf("文书 %s:D-%02d 不是办件的文书", s.Doc.Serial, serial.Template)
	}
	return build(&s)
}

// Version is the newest version of every template: what is given from now on.
const Version = 1

var templates = [protocol.Templates + 1]func(*Source) (Document, error){
	1: receiptOf, 3: acceptanceOf, 4: refusalOf, 5: correctionOf, 6: owedOf, 7: specialOf, 8: extensionOf, 9: grantOf, 10: denialOf,
	11: deliveryOf, 12: lapseOf, 13: withdrawalOf, 15: mergeOf, 16: revocationOf, 17: dueChangeOf, 18: terminationOf,
}

func (s *Source) head() Head {
	c := s.Case
	serial, _ := protocol.ParseSerial(s.Doc.Serial) // Of has read it
	h := Head{Serial: serial, Agency: s.Doc.Agency, Case: s.ID, CaseNo: c.No, ReceiptNo: c.ReceiptNo, Place: s.Doc.Place, At: s.Doc.At,
		Applicant: Party{Name: c.Applicant.Name, IDType: c.Applicant.IDType, ID: c.Applicant.ID},
		Item:      Item{Name: c.ItemName, Code: s.Item.ImplCode, Version: s.Item.Version, Guide: c.Guide, Licensing: s.Item.Type == "01"}}
	if c.Agent != nil {
		h.Applicant.Agent = c.Agent.Name
	}
	return h
}

// due gives the dates that the document promises, as the entry has them.
func (s *Source) due() (list []Due) {
	for _, p := range s.Doc.Due {
		list = append(list, s.dueOf(p, p.Day))
	}
	return list
}

func (s *Source) dueOf(p protocol.DocDue, day protocol.Day) Due {
	rule, _ := p.Clock.Rule()
	d := Due{Title: rule.Title + "期限", Day: day, Basis: rule.Basis, Provisional: p.Provisional, Calendars: p.Calendars, Paused: p.Day.IsZero()}
	if p.Clock == protocol.K3 && s.Item.Type != "01" {
		d.Basis = "该事项的设定依据"
	}
	return d
}

// named gives the dates of one clock, or a date without a day.
func (s *Source) promise(id protocol.ClockID) protocol.DocDue {
	for _, p := range s.Doc.Due {
		if p.Clock == id {
			return p
		}
	}
	return protocol.DocDue{Clock: id}
}

// lines sets materials beside the lines of the guide.
func (s *Source) lines(materials []protocol.Material) (lines []Line) {
	for _, m := range materials {
		l := Line{Name: m.Line, Copies: m.Copies, Presence: m.Presence}
		if g := s.Guide.Line(m.Line); g != nil {
			l.Name, l.Form, l.Necessity = g.Name, g.Form, g.Necessity
			if l.Copies == 0 {
				l.Copies = g.Copies
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// originals names the papers that the window keeps.
func (s *Source) originals(materials []protocol.Material) (names []string) {
	for _, m := range materials {
		g := s.Guide.Line(m.Line)
		if g != nil && g.NeedsPaper != "" && g.Form == "original" && m.Presence == "present" {
			names = append(names, g.Name)
		}
	}
	return names
}

func (s *Source) lineName(id string) string {
	if g := s.Guide.Line(id); g != nil {
		return g.Name
	}
	return id
}

// receiptOf is D-01 of a receipt (C-02) and of a supplement (C-08).
func receiptOf(s *Source) (Document, error) {
	c := s.Case
	f := ReceiptFacts{Head: s.head(), Handler: c.AgencyName, Offline: c.Received.Offline, QR: s.Doc.Code, Due: s.due()}
	materials := c.Materials
	if s.Doc.Act == "supplement" {
		x, ok := at(c.Supplements, len(c.Supplements)-1)
		if !ok {
			return Document{}, s.lacks("补正")
		}
		materials, f.Supplement, f.Offline = x.Lines, true, false
	}
	f.Lines, f.Originals = s.lines(materials), s.originals(materials)
	return Receipt(f), nil
}

func acceptanceOf(s *Source) (Document, error) {
	c := s.Case
	f := AcceptanceFacts{Head: s.head(), Received: c.Received.At, Fee: s.Item.Fee, Due: s.due()}
	if c.Deemed != nil {
		f.Deemed = c.Deemed.Lapse
	}
	for _, x := range s.Item.Special {
		f.Special = append(f.Special, x.Kind)
	}
	return Acceptance(f), nil
}

func owedOf(s *Source) (Document, error) {
	f := OwedFacts{Head: s.head(), Consequence: owedConsequences[s.Case.Terms.OwedLapse]}
	until := s.dueOf(s.promise(protocol.K8), s.promise(protocol.K8).Day)
	for _, p := range s.Doc.Due {
		if p.Clock != protocol.K8 {
			f.Due = append(f.Due, s.dueOf(p, p.Day))
		}
	}
	for _, m := range s.Case.Materials {
		if m.Presence != protocol.PresenceOwed {
			continue
		}
		o := OwedLine{Name: s.lineName(m.Line), Until: until}
		if g := s.Guide.Line(m.Line); g != nil {
			o.Form = g.Form
		}
		f.Owed = append(f.Owed, o)
	}
	return Owed(f), nil
}

var owedConsequences = map[string]string{"return": "本次申请按退件处理", "deny": "依法作出不予许可的决定"}

func refusalOf(s *Source) (Document, error) {
	d := s.decision()
	return Refusal(RefusalFacts{Head: s.head(), Reason: d.Reason, Basis: d.Basis, Remedy: d.Remedy, AskElsewhere: d.Ask}), nil
}

func correctionOf(s *Source) (Document, error) {
	i := slices.IndexFunc(s.Case.Notices, func(n protocol.Notice) bool { return n.At == s.Doc.At })
	if i < 0 {
		return Document{}, s.lacks("补正告知")
	}
	n := s.Case.Notices[i]
	f := CorrectionFacts{Head: s.head(), Channel: channels[n.Channel], Later: i > 0, Until: s.dueOf(s.promise(protocol.K9), n.Until)}
	f.Until.Paused = false
	for _, x := range n.Lines {
		f.Defects = append(f.Defects, s.defect(x))
	}
	return Correction(f), nil
}

var channels = map[string]string{"counter": "收件窗口或者承办机关窗口", "portal": "网上办事大厅", "courier": "承办机关(邮寄)"}

func (s *Source) defect(x protocol.Defect) Defect {
	d := Defect{Line: s.lineName(x.Line), Text: or(x.Text, "请按办事指南的要求提交")}
	if g := s.Guide.Line(x.Line); g != nil {
		for _, p := range g.Checks {
			if p.ID == x.Point {
				d.Point = p.Text
			}
		}
	}
	return d
}

func specialOf(s *Source) (Document, error) {
	x, ok := at(s.Case.Specials, slices.IndexFunc(s.Case.Specials, func(x protocol.Special) bool { return x.Start == s.Doc.At.Day() && x.By == s.Doc.By }))
	if !ok {
		return Document{}, s.lacks("特别程序")
	}
	most, _ := s.Item.SpecialMax(x.Kind)
	return Special(SpecialFacts{Head: s.head(), Procedure: x.Kind, Start: x.Start, End: x.Planned, Max: most}), nil
}

func extensionOf(s *Source) (Document, error) {
	x, p := s.Case.Extension, s.promise(protocol.K3)
	if x == nil {
		return Document{}, s.lacks("延期")
	}
	was := p.Was
	if was.IsZero() {
		was = p.Day
	}
	return Extension(ExtensionFacts{Head: s.head(), By: x.Limit, Reason: x.Reason, Old: s.dueOf(p, was), New: s.dueOf(p, p.Day), Joint: len(s.Case.Tasks) > 0}), nil
}

func grantOf(s *Source) (Document, error)  { return Grant(s.decisionFacts()), nil }
func denialOf(s *Source) (Document, error) { return Denial(s.decisionFacts()), nil }

func (s *Source) decisionFacts() DecisionFacts {
	d := s.decision()
	f := DecisionFacts{Head: s.head(), Accepted: s.Case.Accepted.Day(), Text: d.Text, Reason: d.Reason, Basis: d.Basis, Remedy: d.Remedy,
		Licence: d.Licence, Hearing: d.Hearing, Due: s.due()}
	if len(s.Item.Results) > 0 && d.Licence != "" {
		f.LicenceName = s.Item.Results[0].Name
	}
	return f
}

// decision is the one the document is about: a later revocation keeps it.
func (s *Source) decision() protocol.Decision {
	for _, r := range s.Case.Revoked {
		if r.Decision != nil && r.Decision.At == s.Doc.At {
			return *r.Decision
		}
	}
	if s.Case.Decision == nil {
		return protocol.Decision{}
	}
	return *s.Case.Decision
}

// deliveryOf is D-11: what changed hands is the last decision.
func deliveryOf(s *Source) (Document, error) {
	d := s.Case.Delivery
	for _, r := range s.Case.Revoked {
		if r.Delivery != nil && r.At > s.Doc.At {
			d = r.Delivery
			break
		}
	}
	if d == nil {
		return Document{}, s.lacks("送达")
	}
	piece := Piece{Name: Title(9), Count: 1}
	if s.decision().Kind == "deny" {
		piece.Name = Title(10)
	}
	if decision, ok := s.before(9, 10); ok { // a case that was decided before documents had numbers has none
		piece.Name, piece.Number = Title(decision.Template), decision.String()
	}
	return Delivery(DeliveryFacts{Head: s.head(), Pieces: []Piece{piece}, Way: d.Way, Recipient: d.Recipient, Tracking: d.Tracking, Delivered: d.At}), nil
}

// before finds the last document of one of the templates given before this one.
func (s *Source) before(templates ...int) (last protocol.Serial, ok bool) {
	for _, d := range s.Case.Docs {
		if d.Serial == s.Doc.Serial {
			break
		}
		if serial, err := protocol.ParseSerial(d.Serial); err == nil && slices.Contains(templates, serial.Template) {
			last, ok = serial, true
		}
	}
	return last, ok
}

// numberBefore is the serial of that document, or the dash of one that had none.
func (s *Source) numberBefore(templates ...int) string {
	if serial, ok := s.before(templates...); ok {
		return serial.String()
	}
	return "—"
}

// lapseOf is D-12, and its mark "作废" when the case was reopened (C-08r).
func lapseOf(s *Source) (Document, error) {
	n, ok := at(s.Case.Notices, len(s.Case.Notices)-1)
	if !ok {
		return Document{}, s.lacks("补正告知")
	}
	f := LapseFacts{Head: s.head(), NoticeSerial: s.numberBefore(5), Until: n.Until, Void: s.Doc.Act == "reopen", Originals: s.originals(s.Case.Materials)}
	for _, x := range n.Lines {
		f.Lines = append(f.Lines, s.lineName(x.Line))
	}
	return Lapse(f), nil
}

func withdrawalOf(s *Source) (Document, error) {
	w := s.Case.WithdrawnBy
	if w == nil {
		return Document{}, s.lacks("撤回")
	}
	return Withdrawal(WithdrawalFacts{Head: s.head(), Reason: w.Reason, Withdrawn: w.At, Originals: s.originals(s.Case.Materials)}), nil
}

// mergeOf is D-15, given by the case that ends: it names the one that goes on.
func mergeOf(s *Source) (Document, error) {
	c := s.Case
	f := MergeFacts{Head: s.head(), VoidCases: []string{"办件编号 " + s.ID + ",收件编号 " + c.ReceiptNo}, FirstReceipt: c.Received.At}
	if c.DupOf == "" {
		return Document{}, s.lacks("并案")
	}
	f.Case, f.CaseNo, f.ReceiptNo = c.DupOf, "", ""
	return Merge(f), nil
}

func revocationOf(s *Source) (Document, error) {
	r, ok := at(s.Case.Revoked, slices.IndexFunc(s.Case.Revoked, func(r protocol.Revocation) bool { return r.At == s.Doc.At }))
	if !ok || r.Decision == nil {
		return Document{}, s.lacks("撤销或者原决定")
	}
	return Revocation(RevocationFacts{Head: s.head(), Old: s.numberBefore(9, 10), OldDay: r.Decision.At.Day(), Reason: r.Reason, Basis: r.Basis,
		Remedy: remedyAgainst, Heard: r.Told, Due: s.due()}), nil
}

// remedyAgainst is what the law gives against any act of an agency (行政复议法 20, 行政诉讼法 46).
const remedyAgainst = "不服本决定的,可以自知道之日起六十日内申请行政复议,或者六个月内向人民法院提起行政诉讼。"

func dueChangeOf(s *Source) (Document, error) {
	f := DueChangeFacts{Head: s.head(), Cause: "国务院办公厅关于节假日安排的通知"}
	for _, p := range s.Doc.Due {
		f.Changes = append(f.Changes, Change{Old: s.dueOf(p, p.Was), New: s.dueOf(p, p.Day)})
	}
	return DueChange(f), nil
}

func terminationOf(s *Source) (Document, error) {
	t := s.Case.Terminated
	if t == nil {
		return Document{}, s.lacks("终止")
	}
	return Termination(TerminationFacts{Head: s.head(), Cause: or(causes[t.Cause], t.Cause), Basis: t.Basis, Remedy: remedyAgainst, Originals: s.originals(s.Case.Materials)}), nil
}

var causes = map[string]string{"applicant_gone": "申请人死亡、丧失行为能力或者依法终止", "basis_repealed": "设定依据已废止", "object_gone": "申请事项的标的已灭失"}

func (s *Source) lacks(what string) error {
	return fmt.Errorf("文书 %s:办件没有%s的内容", s.Doc.Serial, strings.TrimSpace(what))
}

// at gives element i, false when there is none.
func at[T any](list []T, i int) (x T, ok bool) {
	if i < 0 || i >= len(list) {
		return x, false
	}
	return list[i], true
}
