package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// The forms of review: assignment, opinions, special procedures, extension,
// joint handling.

// colleagues are people of the case's agency here who have one of some roles.
func colleagues(x *asked, roles ...protocol.Role) (list []page.Option) {
	found, err := x.v.Records().Search(x.v.Context(), console.Query{Kind: "account", Limit: 200})
	if err != nil {
		x.w.cfg.Log.Warn("accounts not listed", "err", err) // the field then takes what is typed
		return nil
	}
	for _, h := range found.Hits {
		a, err := console.Find[protocol.Account](x.v.Records(), h.Ref)
		if err != nil || a == nil || a.State != protocol.AccountActive || a.Place != x.v.At() || a.Agency != x.c.Agency {
			continue
		}
		if slices.ContainsFunc(roles, a.Can) {
			list = append(list, page.Option{Value: h.Ref.ID, Label: a.Name + " (" + a.Login + ")"})
		}
	}
	slices.SortFunc(list, func(a, b page.Option) int { return strings.Compare(a.Label, b.Label) })
	return list
}

func askAssign(x *asked) []page.Field {
	to := page.Field{Name: "assignee", Label: "field.assignee", Kind: page.InputSelect, Required: true, Value: x.c.Assignee, Focus: true, Help: "field.assignee-help",
		Options: append([]page.Option{{}}, colleagues(x, protocol.RoleExaminer, protocol.RoleLeader)...)}
	return []page.Field{to}
}

func wantAssign(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Assignee: f.Get("assignee")}
}

func askOpinion(*asked) []page.Field {
	return []page.Field{{Name: "text", Label: "field.opinion", Kind: page.InputArea, Max: 4000, Required: true, Help: "field.opinion-help", Focus: true}}
}

func wantOpinion(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Opinions: []protocol.Opinion{{Text: strings.TrimSpace(f.Get("text"))}}}
}

// askSpecial is C-13: only what the item lists, no longer than it says.
func askSpecial(x *asked) []page.Field {
	kind := page.Field{Name: "kind", Label: "field.special", Kind: page.InputRadio, Required: true}
	for _, s := range x.item.Special {
		kind.Options = append(kind.Options, page.Option{Value: s.Kind, Label: s.Kind, Help: x.v.T("field.special-max", x.v.Limit(s.Max))})
	}
	return []page.Field{kind,
		{Name: "planned", Label: "field.planned", Kind: page.InputDate, Width: "half", Required: true, Min: x.v.Now().Day().String(), Help: "field.planned-help"},
		{Name: "notice", Label: "field.special-notice", Max: 200, Width: "half", Required: true, Help: "field.special-notice-help"}}
}

func wantSpecial(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Specials: []protocol.Special{{Kind: f.Get("kind"), Planned: dayOf(f.Get("planned")), Notice: strings.TrimSpace(f.Get("notice"))}}}
}

func askSpecialEnd(x *asked) []page.Field {
	evidence := fileField(x.v, "evidence", x.v.T("field.evidence"))
	evidence.Help = "field.evidence-help"
	return []page.Field{{Name: "end", Label: "field.special-end", Kind: page.InputDate, Width: "half", Value: x.v.Now().Day().String(), Required: true}, evidence}
}

func wantSpecialEnd(x *asked, f url.Values) protocol.Case {
	s := protocol.Special{End: dayOf(f.Get("end"))}
	if ids := x.ownFiles(f[scansName("evidence")]); len(ids) > 0 {
		s.Evidence = ids[0]
	}
	return protocol.Case{Specials: []protocol.Special{s}}
}

// askExtension is C-15: once, at most 10 working days, 15 in joint handling.
func askExtension(x *asked) []page.Field {
	most := "10"
	if x.c.State == protocol.CaseJoint {
		most = "15"
	}
	return []page.Field{{Name: "days", Label: "field.extension", Kind: page.InputNumber, Mode: "numeric", Min: "1", To: most, Width: "half", Required: true,
		Help: x.v.T("field.extension-help", most), Focus: true},
		{Name: "reason", Label: "field.reason", Kind: page.InputArea, Rows: 3, Max: 1000, Required: true, Help: "field.extension-reason"}}
}

func wantExtension(_ *asked, f url.Values) protocol.Case {
	n, err := strconv.Atoi(strings.TrimSpace(f.Get("days")))
	if err != nil {
		n = 0 // no number is no extension, and the judge says which would be one
	}
	return protocol.Case{Extension: &protocol.Extension{Limit: protocol.Limit{N: n, Unit: protocol.WorkingDays}, Reason: f.Get("reason")}}
}

// askJoint is C-16: the agencies the item names, or another by the leader's order.
func askJoint(x *asked) []page.Field {
	who := page.Field{Name: "agency", Label: "field.joint", Kind: page.InputChecks}
	if x.item.Joint != nil {
		for _, uscc := range x.item.Joint.Agencies {
			who.Options = append(who.Options, page.Option{Value: uscc, Label: x.v.Agency(uscc)})
		}
	}
	fields := []page.Field{
		{Name: "question", Label: "field.question", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Help: "field.question-help"},
		{Name: "due", Label: "field.task-due", Kind: page.InputDate, Width: "half", Required: true, Help: x.v.T("field.task-due-help", x.c.Due.K3.String())},
		{Name: "other", Label: "field.joint-other", Max: 18, Width: "half", Help: "field.joint-other-help"},
		{Name: "order", Label: "field.order", Max: 300, Help: "field.order-help"}}
	if len(who.Options) > 0 {
		fields = append([]page.Field{who}, fields...)
	}
	return fields
}

func wantJoint(_ *asked, f url.Values) (want protocol.Case) {
	task := protocol.JointTask{Due: dayOf(f.Get("due")), Question: strings.TrimSpace(f.Get("question"))}
	for _, uscc := range f["agency"] {
		task.Agency, task.Order = uscc, ""
		want.Tasks = append(want.Tasks, task)
	}
	if other := protocol.NormalizeCode(f.Get("other")); other != "" {
		task.Agency, task.Order = other, f.Get("order")
		want.Tasks = append(want.Tasks, task)
	}
	return want
}

// askJointClose is C-17: silence is never consent; the leader says why nobody
// waits any longer.
func askJointClose(x *asked) (fields []page.Field) {
	for _, t := range x.c.Tasks {
		if t.State != protocol.TaskOpen {
			continue
		}
		task, err := console.Find[protocol.Task](x.v.Records(), protocol.Ref{Kind: "task", ID: t.ID})
		if err == nil && task != nil && task.State == protocol.TaskAnswered {
			continue
		}
		fields = append(fields, page.Field{Name: "silent-" + t.ID, Label: x.v.T("field.silent", x.v.Agency(t.Agency)), Max: 500, Help: "field.silent-help"})
	}
	return fields
}

func wantJointClose(x *asked, f url.Values) (want protocol.Case) {
	for _, t := range x.c.Tasks {
		if why := strings.TrimSpace(f.Get("silent-" + t.ID)); why != "" {
			want.Tasks = append(want.Tasks, protocol.JointTask{ID: t.ID, Silent: why})
		}
	}
	return want
}
