package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// draftAddress is where a draft goes on.
func draftAddress(item, nonce string) string {
	return "/intake/" + escape(item) + "?draft=" + url.QueryEscape(nonce)
}

// saveDraft keeps what stands on the form, files by their ids. An empty form is
// no draft.
func (w *Web) saveDraft(v *console.Visit, typed url.Values, item *protocol.Item) error {
	if !begun(typed) {
		return nil
	}
	return w.cfg.Drafts.Save(Draft{ID: typed.Get("nonce"), By: v.Author(), Item: v.R.PathValue("item"), Title: item.Name, At: v.Now(), Form: typed})
}

// begun: somebody has typed something of the applicant, or answered a line.
func begun(typed url.Values) bool {
	for name, values := range typed {
		own := name == "id" || name == "name" || name == "contact" || name == "object" || name == "remarks" || strings.HasPrefix(name, "form-") ||
			strings.HasPrefix(name, "line-") || strings.HasPrefix(name, "scan-") || strings.HasPrefix(name, "agent_") && name != "agent_id_type"
		if own && len(values) > 0 && values[0] != "" {
			return true
		}
	}
	return false
}

// drafts is the list of forms this person has begun (W-02).
func (w *Web) drafts(v *console.Visit) (console.Section, error) {
	list, err := w.cfg.Drafts.List(v.Author(), v.Now())
	s := console.Section{Title: "draft.mine", Lead: "draft.lead"}
	if err != nil || len(list) == 0 {
		return console.Section{}, err
	}
	t := page.Table{Caption: "draft.mine", Cols: []page.Col{{Label: "case.item"}, {Label: "case.applicant", Short: true}, {Label: "draft.at", Short: true},
		{Label: "draft.drop", Short: true}}}
	for _, d := range list {
		form := url.Values(d.Form)
		a := applicant(form)
		t.Add(page.Goto(d.Title, draftAddress(d.Item, d.ID)), page.Word(console.Mask(&a)), page.When(d.At),
			page.Goto(v.T("draft.drop"), "/drafts/"+url.PathEscape(d.ID)+"/drop"))
	}
	s.Table = &t
	return s, nil
}

func (w *Web) askDropDraft(v *console.Visit) error {
	d, ok, err := w.cfg.Drafts.Find(v.Author(), v.R.PathValue("id"))
	if err != nil {
		return err
	}
	if !ok {
		return protocol.NewFault(protocol.Gone, "find draft", "这份草稿已经提交、放弃或过期")
	}
	return v.Render(page.ConfirmPage, page.View{Title: "draft.drop", Active: "intake", Data: page.Confirm{Question: "draft.question",
		Consequence: "draft.then", Facts: []page.Fact{{Label: "case.item", Cell: page.Word(d.Title)}, {Label: "draft.at", Cell: page.When(d.At)}},
		Form: page.Form{Action: v.R.URL.Path, Submit: "draft.drop", Danger: true, Back: &page.Link{Label: "act.back", Href: "/intake"}}}})
}

func (w *Web) dropDraft(v *console.Visit) error {
	if err := w.cfg.Drafts.Drop(v.Author(), v.R.PathValue("id")); err != nil {
		return err
	}
	return v.Done("/intake", page.Good, "draft.dropped")
}
