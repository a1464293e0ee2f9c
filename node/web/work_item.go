package web

import (
	"encoding/json"
	"fmt"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// showWork is one work item with what its act said, so that it can be entered
// again by the receipt (replication.F3, T5).
func (w *Web) showWork(v *console.Visit) error {
	item, err := w.workItem(v)
	if err != nil {
		return err
	}
	said, err := w.said(v, &item)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "work.facts", Facts: workFacts(v, &item)}, said.section}}
	if said.again != "" && v.May(protocol.MayReceive, "") {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "work.again", Href: said.again, Primary: true})
	}
	if v.May(protocol.MayOperate, "") {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "work.close", Href: "/work/" + escape(item.ID) + "/close"})
	}
	return v.Show(page.View{Title: "work.facts", Active: "work", Crumbs: []page.Link{{Label: item.ID}}}, sheet)
}

func workFacts(v *console.Visit, item *Work) []page.Fact {
	ref := item.Verdict.Ref
	record := page.Code(ref.ID)
	record.Href = recordPage(v, ref)
	why := page.Word(item.Verdict.Text)
	if item.Verdict.Rule != "" {
		why = why.Under(v.T("page.rule", item.Verdict.Rule))
	}
	return []page.Fact{{Label: "work.act", Cell: page.Word(v.KindWord(ref.Kind) + " · " + v.Act(ref.Kind, item.Act))},
		{Label: "work.record", Cell: record},
		{Label: "work.outcome", Cell: page.State(console.State("outcome", item.Verdict.Outcome.String()))}, {Label: "work.why", Cell: why},
		{Label: "work.by", Cell: page.Word(v.Person(item.By))}, {Label: "work.at", Cell: page.When(item.At)}}
}

// content is what an act said, and where it is entered again.
type content struct {
	section console.Section
	again   string
}

func (w *Web) said(v *console.Visit, item *Work) (content, error) {
	out := content{section: console.Section{Title: "work.said"}}
	isCase := item.Verdict.Ref.Kind == "case"
	if isCase && !v.May(protocol.MayReadCases, "") {
		out.section.Paras = []string{v.T("work.hidden")}
		return out, nil
	}
	body, err := w.cfg.Reader.WorkBody(v.Context(), item.ID)
	switch {
	case err != nil:
		return out, err
	case len(body) == 0:
		out.section.Paras = []string{v.T("work.erased")}
	case isCase:
		return caseSaid(v, body)
	default:
		out.section.Facts, err = plainFacts(body)
	}
	return out, err
}

func caseSaid(v *console.Visit, body json.RawMessage) (out content, err error) {
	c, err := protocol.Load[protocol.Case](protocol.Record{Body: body})
	if err != nil {
		return out, fmt.Errorf("read case of work: %w", err)
	}
	facts := []page.Fact{{Label: "case.number", Cell: page.Code(c.ReceiptNo)}, {Label: "case.item", Cell: page.Word(c.ItemName)},
		{Label: "case.received", Cell: page.When(c.Received.At)}, {Label: "case.taken", Cell: page.Word(v.Place(c.Received.Node)).Under(c.Received.Window)}}
	out.section = console.Section{Title: "work.said", Lead: "work.again-how", Facts: append(facts, personFacts(v, c)...)}
	if c.Item != "" {
		out.again = "/intake/" + c.Item
	}
	return out, nil
}

// plainFacts shows the members of any other record under their own names.
func plainFacts(body json.RawMessage) ([]page.Fact, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fmt.Errorf("read body of work: %w", err)
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	facts := make([]page.Fact, len(names))
	for i, name := range names {
		text := string(members[name])
		var s string
		if json.Unmarshal(members[name], &s) == nil {
			text = s
		}
		facts[i] = page.Fact{Label: name, Cell: page.Word(text)}
	}
	return facts, nil
}
