package web

import (
	"net/url"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// taskList is what other places ask this one jointly (联办, cases.md §5.2).
var taskList = console.List{
	Kind: "task", Family: "task", Caption: "nav.tasks", Refresh: 20, Brief: true, Hint: "task.hint",
	States: []string{protocol.TaskOpen, protocol.TaskSeen, protocol.TaskAnswered, protocol.TaskReturned, protocol.TaskCancelled},
	Facets: []console.Select{{Facet: "agency", Label: "task.agency", Name: (*console.Visit).Agency}, {Facet: "lead", Label: "task.lead", Name: placeName}},
	Cols:   []page.Col{{Label: "task.question"}, {Label: "task.agency"}, {Label: "task.lead", Short: true}, {Label: "console.state", Short: true}, {Label: "case.due", Short: true}},
	Empty:  page.Empty{What: "task.empty", Do: "task.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		task, _, err := console.Read[protocol.Task](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		row := t.Add(page.Goto(task.Question, "/tasks/"+escape(h.Ref.ID)), page.Word(task.AgencyName), page.Word(v.Place(task.Lead)),
			page.State(console.State("task", task.State)), page.OnDay(task.Due))
		if task.Unanswered() && v.Now() >= task.Due.End() {
			row.Tone = page.Bad
		}
		return nil
	},
}

func listTasks(v *console.Visit) error {
	s, err := taskList.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.tasks", Active: "tasks"}, console.Sheet{Sections: []console.Section{s}})
}

func taskRef(v *console.Visit) protocol.Ref {
	return protocol.Ref{Kind: "task", ID: v.R.PathValue("id")}
}

// taskActs are what an agency that is asked may do.
var taskActs = []protocol.Act{"answer", "see", "return"}

func (w *Web) showTask(v *console.Visit) error {
	t, rec, err := console.Read[protocol.Task](v.Records(), taskRef(v))
	if err != nil {
		return err
	}
	s := console.Section{Title: "task.title", Menu: true, Facts: taskFacts(v, t)}
	for _, act := range taskActs {
		if rec.Home == v.At() && t.Unanswered() && v.May(protocol.MayExamine, t.Agency) && (act != "see" || t.State == protocol.TaskOpen) {
			s.Bar = append(s.Bar, console.Action{Label: "do-task." + string(act), Href: "/tasks/" + escape(rec.Ref.ID) + "/" + string(act), Primary: len(s.Bar) == 0})
		}
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "task.title", Active: "tasks", Crumbs: []page.Link{{Label: rec.Ref.ID}}}, console.Sheet{Sections: []console.Section{s, history}})
}

func taskFacts(v *console.Visit, t *protocol.Task) []page.Fact {
	facts := []page.Fact{{Label: "task.question", Cell: page.Word(t.Question)}, {Label: "console.state", Cell: page.State(console.State("task", t.State))},
		{Label: "task.agency", Cell: page.Word(t.AgencyName)}, {Label: "task.lead", Cell: page.Word(v.Place(t.Lead))}, {Label: "case.due", Cell: page.OnDay(t.Due)},
		{Label: "case.id", Cell: page.Code(t.Case)}}
	if t.Opinion != "" {
		facts = append(facts, page.Fact{Label: "field.opinion", Cell: page.Word(t.Opinion)}, page.Fact{Label: "field.basis", Cell: page.Word(t.Basis)})
	}
	if t.Reason != "" {
		facts = append(facts, page.Fact{Label: "console.reason", Cell: page.Word(t.Reason)})
	}
	return facts
}

func (w *Web) taskQuestion(v *console.Visit, act protocol.Act) (question, error) {
	t, rec, err := console.Read[protocol.Task](v.Records(), taskRef(v))
	q := question{active: "tasks", title: "do-task." + string(act), ask: "question-task." + string(act), then: "then-task." + string(act),
		action: "/tasks/" + escape(taskRef(v).ID) + "/" + string(act), back: "/tasks/" + escape(taskRef(v).ID), rev: rec.Rev, danger: act == "return"}
	if err != nil {
		return q, err
	}
	q.facts = taskFacts(v, t)
	switch act {
	case "answer":
		q.fields = []page.Field{{Name: "opinion", Label: "field.opinion", Kind: page.InputArea, Max: 4000, Required: true, Focus: true},
			{Name: "basis", Label: "field.basis", Max: 1000, Required: true, Help: "field.basis-help"}}
	case "return":
		q.fields = []page.Field{{Name: "reason", Label: "field.reason", Kind: page.InputArea, Max: 1000, Required: true, Focus: true}}
	}
	return q, nil
}

func (w *Web) askTask(v *console.Visit, act protocol.Act) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	q, err := w.taskQuestion(v, act)
	if err != nil {
		return err
	}
	return w.render(v, q, form)
}

func (w *Web) doTask(v *console.Visit, act protocol.Act) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	rev, err := revOf(form)
	if err != nil {
		return err
	}
	want := protocol.Task{Opinion: strings.TrimSpace(form.Get("opinion")), Basis: strings.TrimSpace(form.Get("basis")), Reason: form.Get("reason")}
	_, err = w.cfg.Desk.Task(v.Context(), v.Who, taskRef(v), rev, act, want, form.Get("nonce"))
	return w.answerTo(v, err, func() (question, error) { return w.taskQuestion(v, act) }, form, "/tasks/"+url.PathEscape(taskRef(v).ID), "done-task."+string(act))
}

// declinable are requests that a person looks at; the system judges the others.
var declinable = []string{protocol.WantReturn, protocol.WantMerge}

func (w *Web) declineQuestion(v *console.Visit) (question, error) {
	ref := protocol.Ref{Kind: "request", ID: v.R.PathValue("id")}
	r, rec, err := console.Read[protocol.Request](v.Records(), ref)
	if err != nil {
		return question{}, err
	}
	if !slices.Contains(declinable, r.Want) {
		return question{}, &protocol.Fault{Code: protocol.Refused, Op: "decline", Ref: ref, Rule: "G-07", Text: "这种请求由系统按规则答复,无须人工办理"}
	}
	at := "/requests/" + escape(ref.ID)
	return question{active: "requests", title: "request.decline", ask: "request.decline-ask", then: "request.decline-then", action: at + "/decline", back: at,
		rev: rec.Rev, danger: true, facts: []page.Fact{{Label: "request.title", Cell: page.Word(r.Title)}, {Label: "request.want", Cell: page.Word(wantWord(v, r.Want))}},
		fields: []page.Field{{Name: "reason", Label: "field.reason", Kind: page.InputArea, Max: 1000, Required: true, Focus: true}}}, nil
}

func (w *Web) askDecline(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	q, err := w.declineQuestion(v)
	if err != nil {
		return err
	}
	return w.render(v, q, form)
}

func (w *Web) decline(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	ref := protocol.Ref{Kind: "request", ID: v.R.PathValue("id")}
	_, err = w.cfg.Desk.Decline(v.Context(), v.Who, ref, strings.TrimSpace(form.Get("reason")), form.Get("nonce"))
	return w.answerTo(v, err, func() (question, error) { return w.declineQuestion(v) }, form, "/requests/"+escape(ref.ID), "request.declined-done")
}
