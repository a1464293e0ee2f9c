package web

import (
	"net/url"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// The forms of what a window and an acceptor do, and what each of them sets.

func askAccept(x *asked) (fields []page.Field) {
	if owes(x.c) { // 容缺受理 (§14.1, C-10b)
		credit := page.Field{Name: "credit", Label: "field.credit", Kind: page.InputSelect, Required: true, Help: "field.credit-help"}
		for _, k := range []string{"", "clear", "listed", "unavailable"} {
			credit.Options = append(credit.Options, page.Option{Value: k, Label: labelOr("credit.", k)})
		}
		fields = append(fields, page.Field{Name: "signed", Label: "field.commitment", Kind: page.InputCheck, Required: true, Help: "field.commitment-help"}, credit)
	}
	for _, m := range x.marks {
		fields = append(fields, page.Hidden("viewed", m.id))
	}
	return fields
}

// labelOr is the key of a word of a family; none for none.
func labelOr(family, word string) string {
	if word == "" {
		return ""
	}
	return family + strings.ReplaceAll(word, "_", "-")
}

func wantAccept(_ *asked, f url.Values) (want protocol.Case) {
	if f.Get("signed") != "" {
		want.Commitment = &protocol.Commitment{Signed: "paper", Credit: f.Get("credit")}
	}
	return want
}

// askNotice is W-06: only lines and check points of the displayed guide can be
// chosen, and all gaps are chosen beforehand (art. 34, C-07).
func askNotice(x *asked) []page.Field {
	lines := page.Field{Name: "defect", Label: "field.defects", Kind: page.InputChecks, Help: "field.defects-help"}
	for i := range x.guide.Lines {
		lines.Options = append(lines.Options, defectOptions(x, &x.guide.Lines[i])...)
	}
	least, _ := x.item.CorrectionLimit().Due(x.v.Calendar(), x.v.Now().Day())
	fields := []page.Field{lines,
		{Name: "text", Label: "field.defect-text", Kind: page.InputArea, Rows: 2, Max: 1000, Help: "field.defect-text-help"},
		{Name: "until", Label: "field.until", Kind: page.InputDate, Width: "half", Required: true, Value: least.String(), Min: least.String(),
			Help: "field.until-help"},
		{Name: "channel", Label: "field.channel", Kind: page.InputSelect, Width: "half", Options: []page.Option{{Value: "counter", Label: "channel.counter"},
			{Value: "sms", Label: "channel.sms"}, {Value: "post", Label: "channel.post"}, {Value: "portal", Label: "channel.portal"}}},
		{Name: "rest", Label: "field.rest-fine", Kind: page.InputCheck, Help: "field.rest-fine-help"}}
	if len(x.c.Notices) > 0 {
		fields[0].Help = "field.second-notice"
	}
	return fields
}

// defectOptions are a line and its check points, as far as a notice may name them.
func defectOptions(x *asked, l *protocol.MaterialLine) (list []page.Option) {
	missing := slices.ContainsFunc(x.c.Materials, func(m protocol.Material) bool {
		return m.Line == l.ID && m.Presence == protocol.PresenceMissing
	})
	why := ""
	switch {
	case l.Share != nil:
		why = "defect.shared"
	case !l.Asked(x.c.Form):
		why = "defect.not-asked"
	case len(x.c.Notices) > 0 && !supplied(x.c, l.ID):
		why = "defect.second"
	}
	list = append(list, page.Option{Value: l.ID, Label: x.v.T("defect.line", l.Name), On: missing && why == "", Off: why != "", Help: why})
	for _, p := range l.Checks {
		if why == "" {
			list = append(list, page.Option{Value: l.ID + "/" + p.ID, Label: x.v.T("defect.point", l.Name, p.Text)})
		}
	}
	return list
}

func supplied(c *protocol.Case, line string) bool {
	return slices.ContainsFunc(c.Supplements, func(s protocol.Supplement) bool {
		return slices.ContainsFunc(s.Lines, func(m protocol.Material) bool { return m.Line == line })
	})
}

func wantNotice(_ *asked, f url.Values) protocol.Case {
	n := protocol.Notice{RestFine: f.Get("rest") != "", Channel: f.Get("channel"), Until: dayOf(f.Get("until"))}
	for _, d := range f["defect"] {
		line, point, _ := strings.Cut(d, "/")
		n.Lines = append(n.Lines, protocol.Defect{Line: line, Point: point, Text: strings.TrimSpace(f.Get("text"))})
	}
	return protocol.Case{Notices: []protocol.Notice{n}}
}

// dayOf reads a date; what is none is no day, and the judge says so.
func dayOf(s string) protocol.Day {
	d, err := protocol.ParseDay(s)
	if err != nil {
		return protocol.Day{}
	}
	return d
}

// askSupplement takes in what the notice asked for, at any window (C-08, R-01).
func askSupplement(x *asked) []page.Field {
	var lines []string
	if n := len(x.c.Notices); n > 0 {
		for _, d := range x.c.Notices[n-1].Lines {
			if !slices.Contains(lines, d.Line) {
				lines = append(lines, d.Line)
			}
		}
	}
	return supplyFields(x, lines)
}

// supplyFields: each line is ticked when it is here, with its scan.
func supplyFields(x *asked, lines []string) (fields []page.Field) {
	here := page.Field{Name: "line", Label: "field.supplied", Kind: page.InputChecks, Help: "field.supplied-help"}
	for _, id := range lines {
		here.Options = append(here.Options, page.Option{Value: id, Label: x.line(id)})
	}
	fields = append(fields, here)
	for _, id := range lines {
		f := fileField(x.v, id, x.line(id))
		f.Label, f.Width = x.v.T("intake.scan-of", x.line(id)), "half"
		fields = append(fields, f)
	}
	return append(fields, page.Field{Name: "window", Label: "intake.window", Max: 60, Width: "half", Value: x.v.Who.Login})
}

func supplyOf(x *asked, f url.Values) []protocol.Supplement {
	s := protocol.Supplement{Window: f.Get("window")}
	for _, id := range f["line"] {
		m := protocol.Material{Line: id, Presence: protocol.PresencePresent, Blobs: x.ownFiles(f[scansName(id)])}
		if l := x.guide.Line(id); l != nil {
			m.Copies = l.Copies
		}
		s.Lines = append(s.Lines, m)
	}
	return []protocol.Supplement{s}
}

// ownFiles leaves out files that are not this person's or belong to a case.
func (x *asked) ownFiles(ids []string) (list []string) {
	for _, id := range ids {
		if s, err := x.w.cfg.Scans.Find(x.v.Context(), id); err == nil && ownScan(x.v, &s) {
			list = append(list, id)
		}
	}
	return list
}

func wantSupplement(x *asked, f url.Values) protocol.Case {
	return protocol.Case{Supplements: supplyOf(x, f)}
}

func askOwed(x *asked) []page.Field {
	var lines []string
	for _, m := range x.c.Materials {
		if m.Presence == protocol.PresenceOwed {
			lines = append(lines, m.Line)
		}
	}
	return supplyFields(x, lines)
}

func wantOwed(x *asked, f url.Values) protocol.Case {
	return protocol.Case{Supplements: supplyOf(x, f)}
}

// askReturn is C-06: to another agency, back to the window, or to the hub desk.
func askReturn(x *asked) []page.Field {
	reason := page.Field{Name: "reason", Label: "field.reason", Kind: page.InputArea, Rows: 3, Max: 1000, Required: true, Focus: true}
	if !x.here() {
		return []page.Field{reason}
	}
	to := page.Field{Name: "to", Label: "field.return-to", Kind: page.InputRadio, Required: true, Help: "field.return-help", Value: "hub"}
	if len(x.c.Hops) < 2 {
		to.Options = []page.Option{{Value: "window", Label: x.v.T("return.window", x.v.Place(x.c.Received.Node))}}
	}
	to.Options = append(to.Options, page.Option{Value: "hub", Label: "return.hub"})
	fields := []page.Field{reason, to}
	if len(x.c.Hops) < 2 {
		fields = append(fields, page.Field{Name: "agency", Label: "field.return-agency", Max: 18, Width: "half", Help: "field.return-agency-help"})
	}
	return append(fields, page.Field{Name: "late", Label: "field.late", Max: 500, Width: "half", Help: "field.late-help"})
}

func wantReturn(x *asked, f url.Values) protocol.Case {
	hop := protocol.Hop{Reason: f.Get("reason"), Late: f.Get("late"), Agency: protocol.NormalizeCode(f.Get("agency")), To: protocol.Hub}
	if f.Get("to") == "window" {
		hop.To = x.c.Received.Node
	}
	return protocol.Case{Hops: []protocol.Hop{hop}}
}

func askWithdraw(*asked) []page.Field {
	return []page.Field{{Name: "reason", Label: "field.withdraw", Kind: page.InputArea, Rows: 3, Max: 1000, Required: true,
		Help: "field.withdraw-help", Focus: true}}
}

func wantWithdraw(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{WithdrawnBy: &protocol.Ending{Reason: f.Get("reason")}}
}

// askAmend is C-25; from elsewhere only the contact can be changed.
func askAmend(x *asked) []page.Field {
	field := page.Field{Name: "field", Label: "field.what", Kind: page.InputSelect, Width: "half", Options: []page.Option{
		{Value: "applicant.contact", Label: x.v.T("amend.now", x.v.T("person.contact"), x.c.Applicant.Contact)}}}
	if x.here() {
		field.Options = append(field.Options, page.Option{Value: "applicant.name", Label: x.v.T("amend.now", x.v.T("person.name"), x.c.Applicant.Name)})
		if x.c.State == protocol.CaseReceived {
			field.Options = append(field.Options, page.Option{Value: "applicant.id", Label: x.v.T("amend.now", x.v.T("person.id"), x.c.Applicant.ID)})
		}
		for _, f := range x.c.Form {
			field.Options = append(field.Options, page.Option{Value: "form." + f.Name, Label: x.v.T("amend.now", f.Name, f.Value)})
		}
	}
	return []page.Field{field, {Name: "new", Label: "field.new", Max: 500, Width: "half", Required: true, Focus: true},
		{Name: "reason", Label: "field.reason", Max: 500, Required: true, Help: "field.amend-help"}}
}

func wantAmend(x *asked, f url.Values) protocol.Case {
	a := protocol.Amendment{Field: f.Get("field"), New: strings.TrimSpace(f.Get("new")), Reason: f.Get("reason")}
	switch a.Field {
	case "applicant.contact":
		a.Old = x.c.Applicant.Contact
	case "applicant.name":
		a.Old = x.c.Applicant.Name
	case "applicant.id":
		a.Old, a.New = x.c.Applicant.ID, protocol.NormalizeCode(a.New)
	}
	for _, field := range x.c.Form {
		if a.Field == "form."+field.Name {
			a.Old = field.Value
		}
	}
	return protocol.Case{Amendments: []protocol.Amendment{a}}
}

func askMerge(x *asked) []page.Field {
	into := page.Field{Name: "into", Label: "field.merge-into", Kind: page.InputRadio, Required: true, Help: "field.merge-help"}
	for _, m := range x.marks {
		if m.canonical != x.rec.Ref.ID {
			into.Options, into.Value = append(into.Options, page.Option{Value: m.canonical, Label: m.canonical}), m.canonical
		}
	}
	return []page.Field{into}
}

func wantMerge(_ *asked, f url.Values) protocol.Case { return protocol.Case{DupOf: f.Get("into")} }
