package web

import (
	"net/url"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func presenceName(line string) string { return "line-" + line }
func fileName(line string) string     { return "file-" + line }
func scansName(line string) string    { return "scan-" + line }
func paperName(line string) string    { return "paper-" + line }

// mandateLine stands for the written mandate of an agent (C-01c), which is no
// line of any guide.
const mandateLine = "@mandate"

func (w *Web) mandate(v *console.Visit, typed url.Values) (line intakeLine, err error) {
	line = intakeLine{MaterialLine: protocol.MaterialLine{ID: mandateLine, Name: v.T("intake.mandate")}, Asked: true,
		File: fileField(v, mandateLine, v.T("intake.mandate"))}
	line.Scans, err = w.ownScans(v, typed[scansName(mandateLine)])
	return line, err
}

func fileField(v *console.Visit, line, name string) page.Field {
	return page.Field{Name: fileName(line), Label: v.T("intake.scan-of", name), Kind: page.InputFile, Accept: "image/jpeg,image/png,application/pdf"}
}

// intakeLines is the checklist (W-03). A line that the form does not ask for
// keeps its place, so that nobody wonders where it went.
func (w *Web) intakeLines(v *console.Visit, typed url.Values, g *protocol.Guide) (lines []intakeLine, err error) {
	form := formFields(typed, g)
	for n := range g.Lines {
		l := &g.Lines[n]
		told := *l
		told.Standard = ownStandard(l)
		line := intakeLine{MaterialLine: *l, Number: n + 1, Badge: console.Necessity(l.Necessity), Details: v.MaterialDetails(&told), Asked: l.Asked(form),
			Fetched: l.Share != nil, File: fileField(v, l.ID, l.Name),
			Presence: page.Field{Name: presenceName(l.ID), Label: l.Name, Kind: page.InputRadio, Value: typed.Get(presenceName(l.ID)), Required: true}}
		for _, p := range presences(l, form) {
			line.Presence.Options = append(line.Presence.Options, page.Option{Value: p, Label: console.Word("presence.", p)})
		}
		if l.NeedsPaper != "" {
			line.Paper = &page.Field{Name: paperName(l.ID), Label: v.T("intake.paper", l.NeedsPaper), Kind: page.InputCheck, Value: typed.Get(paperName(l.ID))}
		}
		if line.Scans, err = w.ownScans(v, typed[scansName(l.ID)]); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// ownScans finds stored files; those that were planted, or dropped because the
// form lay too long, are left out.
func (w *Web) ownScans(v *console.Visit, ids []string) (list []Scan, err error) {
	for _, id := range ids {
		s, err := w.cfg.Scans.Find(v.Context(), id)
		if protocol.CodeOf(err) == protocol.Gone {
			continue
		}
		if err != nil {
			return nil, err
		}
		if ownScan(v, &s) {
			list = append(list, s)
		}
	}
	return list, nil
}

// ownScan keeps a form from citing somebody else's files by guessing ids.
func ownScan(v *console.Visit, s *Scan) bool {
	return s.By == v.Author() && s.Owner == (protocol.Ref{})
}

// presences are the answers a guide's line allows, the usual one first: only
// what may follow later may be owed (C-10b), what is shared is never missing
// (§14.2), and what the form does not ask for is answered by that.
func presences(l *protocol.MaterialLine, form []protocol.Field) []string {
	switch {
	case !l.Asked(form):
		return []string{protocol.PresenceExempt}
	case l.Share != nil:
		return []string{protocol.PresencePending, protocol.PresencePresent}
	case l.Necessity == "deferrable":
		return []string{protocol.PresencePresent, protocol.PresenceMissing, protocol.PresenceOwed, protocol.PresenceExempt}
	}
	return []string{protocol.PresencePresent, protocol.PresenceMissing, protocol.PresenceExempt}
}

// gaps names everything that the applicant still has to bring (art. 34): what
// was found missing, and what may follow later.
func gaps(v *console.Visit, lines []intakeLine) (list []string) {
	for _, l := range lines {
		switch l.Presence.Value {
		case protocol.PresenceMissing:
			list = append(list, v.T("gap.missing", l.Number, l.Name))
		case protocol.PresenceOwed:
			list = append(list, v.T("gap.owed", l.Number, l.Name))
		}
	}
	return list
}

// answers are the materials of the case; the form was checked before.
func answers(typed url.Values, g *protocol.Guide, form []protocol.Field) []protocol.Material {
	list := make([]protocol.Material, 0, len(g.Lines))
	for i := range g.Lines {
		l := &g.Lines[i]
		m := protocol.Material{Line: l.ID, Presence: answerOf(typed, l, form), Blobs: slices.Clone(typed[scansName(l.ID)])}
		switch m.Presence {
		case protocol.PresencePresent:
			m.Copies, m.Paper = l.Copies, l.NeedsPaper != "" && typed.Get(paperName(l.ID)) != ""
		case protocol.PresencePending:
			m.Source = l.Share.Resource
		}
		list = append(list, m)
	}
	return list
}

// answerOf: where only one answer is possible nobody has to give it.
func answerOf(typed url.Values, l *protocol.MaterialLine, form []protocol.Field) string {
	possible := presences(l, form)
	answer := typed.Get(presenceName(l.ID))
	switch {
	case !l.Asked(form):
		return possible[0]
	case l.Share != nil && !slices.Contains(possible, answer):
		return possible[0]
	}
	return answer
}
