package web

import (
	"encoding/json"
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// Entries that wait for an operator (replication §9): the list, one record's
// queue, and the three acts that settle it.
func (w *Web) heldPages() {
	w.Handle("GET /held", protocol.MayReadStatus, w.held)
	w.Handle("GET /held/{kind}/{id}", protocol.MayOperate, w.heldQueue)
	for _, act := range [...]protocol.Act{"discard", "fix", "replay"} {
		w.ask("/held/{kind}/{id}/"+string(act), protocol.MayOperate, w.settleHeld(act))
	}
}

func heldHref(ref protocol.Ref) string {
	return "/held/" + url.PathEscape(string(ref.Kind)) + "/" + url.PathEscape(ref.ID)
}

func heldRef(v *console.Visit) protocol.Ref {
	return protocol.Ref{Kind: protocol.KindName(v.R.PathValue("kind")), ID: v.R.PathValue("id")}
}

// held lists everything that waits: nothing vanishes.
func (w *Web) held(v *console.Visit) error {
	list, err := w.cfg.Reader.Held(maxShown)
	if err != nil {
		return err
	}
	t := page.Table{Caption: "nav.held", Empty: page.Empty{What: "held.empty", Do: "held.empty-do"},
		Cols: []page.Col{{Label: "overdue.record"}, {Label: "held.act", Short: true}, {Label: "held.origin", Short: true},
			{Label: "held.at", Short: true},
			{Label: "held.index", Num: true}, {Label: "held.why"}}}
	for _, h := range list {
		first := page.Word(v.KindWord(h.Ref.Kind))
		if v.May(protocol.MayOperate, "") {
			first.Href = heldHref(h.Ref)
		}
		t.Add(first.Under(h.Ref.ID), page.Word(v.Act(h.Ref.Kind, h.Act)),
			page.Word(v.Place(h.Origin)).Under(v.Person(h.By)),
			page.When(h.At), page.Number(h.Index), page.Word(h.Reason)).Tone = page.Warn
	}
	if len(list) == maxShown {
		t.Foot = v.T("console.first", maxShown)
	}
	return v.Show(page.View{Title: "nav.held", Active: "held"}, console.Sheet{Sections: []console.Section{{Lead: "held.lead", Table: &t}}})
}

// queue gives what is held of the record in the address, at least one entry.
func (w *Web) queue(v *console.Visit) ([]Held, error) {
	list, err := w.cfg.Reader.Queue(heldRef(v))
	if err == nil && len(list) == 0 {
		err = protocol.NewFault(protocol.Gone, "find held entry", "该记录没有待处理的条目")
	}
	return list, err
}

func (w *Web) heldQueue(v *console.Visit) error {
	list, err := w.queue(v)
	if err != nil {
		return err
	}
	t := page.Table{Caption: "held.behind", Empty: page.Empty{What: "held.none-behind", Do: "held.none-behind-do"},
		Cols: []page.Col{{Label: "held.act", Short: true}, {Label: "held.origin", Short: true}, {Label: "held.at", Short: true}, {Label: "held.why"}}}
	for _, h := range list[1:] {
		t.Add(page.Word(v.Act(h.Ref.Kind, h.Act)), page.Word(v.Place(h.Origin)).Under(v.Person(h.By)), page.When(h.At), page.Word(h.Reason))
	}
	body := console.Section{Title: "held.body", Lead: "held.body-hidden"}
	if list[0].Body != "" {
		body = console.Section{Title: "held.body", Paras: []string{list[0].Body}}
	}
	base := heldHref(list[0].Ref)
	return v.Show(page.View{Title: v.KindWord(list[0].Ref.Kind), Active: "held", Crumbs: []page.Link{{Label: list[0].Ref.ID}}},
		console.Sheet{Actions: []console.Action{{Label: "do.fix-held", Href: base + "/fix"}, {Label: "do.replay-held", Href: base + "/replay"},
			{Label: "do.discard-held", Href: base + "/discard", Danger: true}},
			Sections: []console.Section{{Title: "held.first", Lead: "held.first-do", Facts: heldFacts(v, &list[0])}, body,
				{Title: "held.behind", Lead: "held.behind-lead", Table: &t}}})
}

func heldFacts(v *console.Visit, h *Held) []page.Fact {
	return []page.Fact{{Label: "overdue.record", Cell: page.Word(v.KindWord(h.Ref.Kind)).Under(h.Ref.ID)},
		{Label: "held.act", Cell: page.Word(v.Act(h.Ref.Kind, h.Act))}, {Label: "held.origin", Cell: page.Word(v.Place(h.Origin)).Under(v.Person(h.By))},
		{Label: "held.at", Cell: page.When(h.At)}, {Label: "held.index", Cell: page.Number(h.Index)},
		{Label: "held.pos", Cell: page.Code(h.Pos.String())}, {Label: "held.why", Cell: page.Word(h.Reason)}}
}

var settleHelp = map[protocol.Act]string{"discard": "discard-held.help", "fix": "fix-held.help", "replay": "replay-held.help"}

// settleHeld asks before an act; the entry that the operator looks at travels
// in the form, so that an act never meets another one.
func (w *Web) settleHeld(act protocol.Act) question {
	fields := append(reason(settleHelp[act]), page.Hidden("of", ""))
	if act == "fix" {
		fields = append(fields, page.Field{Name: "body", Label: "held.new-body", Kind: page.InputArea, Rows: 12, Max: protocol.MaxBody, Required: true,
			Help: "held.new-body-help"})
	}
	return question{name: string(act) + "-held", nav: "held", danger: act == "discard", fields: fields,
		back: func(v *console.Visit) string { return heldHref(heldRef(v)) },
		to:   always("/held"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			list, err := w.queue(v)
			if err != nil {
				return nil, err
			}
			return heldFacts(v, &list[0]), nil
		},
		filled: func(v *console.Visit) (map[string]string, error) {
			list, err := w.queue(v)
			if err != nil {
				return nil, err
			}
			of, err := json.Marshal(list[0].Pos)
			return map[string]string{"of": string(of), "body": list[0].Body}, err
		},
		do: func(v *console.Visit, form url.Values) error { return w.settle(v, act, form) }}
}

func (w *Web) settle(v *console.Visit, act protocol.Act, form url.Values) error {
	var of protocol.Pos
	if err := json.Unmarshal([]byte(form.Get("of")), &of); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: "settle held entry", Text: "请从待查条目的页面操作", Err: err}
	}
	var body json.RawMessage
	if act == "fix" {
		if body = json.RawMessage(form.Get("body")); !json.Valid(body) {
			return &protocol.Fault{Code: protocol.Refused, Op: "settle held entry", Rule: "G-09", Text: "更正后的内容不是有效的 JSON,请检查括号、引号和逗号"}
		}
	}
	return w.cfg.Office.Settle(v.Context(), v.Who, act, heldRef(v), form.Get("reason"), &of, body)
}
