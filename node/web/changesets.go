package web

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) changesetPages() {
	w.Handle("GET /changesets", protocol.MayReadCatalog, listChangesets)
	w.Handle("GET /changesets/{id}", protocol.MayReadCatalog, w.showChangeset)
	for _, a := range setActs {
		path := "/changesets/{id}/" + string(a.act)
		w.Handle("GET "+path, a.verb, func(v *console.Visit) error { return w.renderSetAct(v, &a) })
		w.Handle("POST "+path, a.verb, func(v *console.Visit) error { return w.doSetAct(v, &a) })
	}
}

var changesets = console.List{
	Kind: "catalog.changeset", Family: "changeset", Hint: "changesets.hint", Caption: "nav.changesets",
	States: []string{protocol.ChangesetSubmitted, protocol.ChangesetReviewed, protocol.ChangesetApproved, protocol.ChangesetReturned,
		protocol.ChangesetWithdrawn},
	Cols: []page.Col{{Label: "set.title"}, {Label: "set.agency"}, {Label: "set.entries", Num: true}, {Label: "console.state", Short: true},
		{Label: "set.province", Short: true}, {Label: "set.submitted", Short: true}},
	Empty: page.Empty{What: "changesets.empty", Do: "changesets.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		set, _, err := console.Read[protocol.Changeset](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		review, err := reviewOf(v, h.Ref.ID)
		if err != nil {
			return err
		}
		row := t.Add(page.Goto(set.Title, "/changesets/"+h.Ref.ID), page.Word(v.Agency(set.Agency)), page.Number(len(set.Members)),
			page.State(console.State("changeset", set.State)), page.State(reviewBadge(set, review)...), page.When(set.Submitted))
		if review != nil && len(review.Returned) > 0 {
			row.Tone = page.Bad
		}
		return nil
	},
}

func listChangesets(v *console.Visit) error {
	s, err := changesets.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.changesets", Active: "changesets"}, console.Sheet{Sections: []console.Section{s}})
}

// reviewOf reads the province's decision about a batch; nil while there is none.
func reviewOf(v *console.Visit, id string) (*protocol.Review, error) {
	return console.Find[protocol.Review](v.Records(), protocol.Ref{Kind: "catalog.review", ID: id})
}

func reviewBadge(set *protocol.Changeset, r *protocol.Review) []page.Badge {
	switch {
	case r != nil && r.State == protocol.ReviewApproved && len(r.Returned) > 0:
		return []page.Badge{{Tone: page.Warn, Word: "set.partly"}}
	case r != nil:
		return []page.Badge{console.State("review", r.State)}
	case set.State == protocol.ChangesetReviewed:
		return []page.Badge{{Tone: page.Info, Word: "state.review.waiting"}}
	}
	return nil
}

func (w *Web) showChangeset(v *console.Visit) error {
	id := v.R.PathValue("id")
	set, rec, err := console.Read[protocol.Changeset](v.Records(), protocol.Ref{Kind: "catalog.changeset", ID: id})
	if err != nil {
		return err
	}
	review, err := reviewOf(v, id)
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "set.facts", Facts: setFacts(v, set, review)}, membersSection(set, review),
		history}}
	for i := range setActs {
		a := &setActs[i]
		if review == nil && a.offered(set) && v.May(a.verb, set.Agency) {
			sheet.Actions = append(sheet.Actions, console.Action{Label: console.Word("do-set.", string(a.act)),
				Href: "/changesets/" + id + "/" + string(a.act), Primary: !a.danger})
		}
	}
	return v.Show(page.View{Title: set.Title, Active: "changesets"}, sheet)
}

func setFacts(v *console.Visit, set *protocol.Changeset, r *protocol.Review) []page.Fact {
	facts := []page.Fact{{Label: "console.state", Cell: page.State(console.State("changeset", set.State))},
		{Label: "set.agency", Cell: page.Word(v.Agency(set.Agency))},
		{Label: "set.submitter", Cell: page.Word(v.Person(set.Submitter))}, {Label: "set.submitted", Cell: page.When(set.Submitted)}}
	if set.Reviewer != "" {
		facts = append(facts, page.Fact{Label: "set.reviewer", Cell: page.Word(v.Person(set.Reviewer))},
			page.Fact{Label: "set.reviewed", Cell: page.When(set.Reviewed)})
	}
	facts = append(facts, page.Fact{Label: "set.province", Cell: page.State(reviewBadge(set, r)...)})
	if r != nil {
		facts = append(facts, page.Fact{Label: "set.decided", Cell: page.When(r.At)})
	}
	return facts
}

// membersSection lists the entries of a batch; those sent back stand with their
// reason, field and rule.
func membersSection(set *protocol.Changeset, r *protocol.Review) console.Section {
	back := map[string]protocol.ReturnedItem{}
	if r != nil {
		for _, item := range r.Returned {
			back[item.Entry] = item
		}
	}
	t := page.Table{Caption: "set.entries", Cols: []page.Col{{Label: "entry.name"}, {Label: "set.op", Short: true}, {Label: "set.rev", Num: true},
		{Label: "entry.hash", Short: true}, {Label: "set.result"}}}
	for _, m := range set.Members {
		result, tone := page.Word(""), page.Plain
		if item, returned := back[m.Entry]; returned {
			result, tone = page.State(page.Badge{Tone: page.Bad, Word: "state.review.returned"}).Under(reasonOf(&item)), page.Bad
		} else if r != nil && r.State == protocol.ReviewApproved {
			result = page.State(page.Badge{Tone: page.Good, Word: "state.review.approved"})
		}
		t.Add(page.Word(m.Name).Under(m.Entry), page.State(page.Badge{Word: "op." + m.Op}), page.Number(m.Rev), page.Code(m.Hash.Short()),
			result).Tone = tone
	}
	return console.Section{Title: "set.entries", Table: &t}
}

func reasonOf(r *protocol.ReturnedItem) string {
	s := r.Reason
	if r.Field != "" {
		s += " · " + r.Field
	}
	if r.Rule != "" {
		s += " · " + r.Rule
	}
	return s
}

// setAct is what can be done with a batch before the province decides.
type setAct struct {
	act     protocol.Act
	verb    protocol.Verb
	danger  bool
	offered func(*protocol.Changeset) bool
	do      func(context.Context, Desk, *protocol.Account, protocol.Ref) (protocol.Record, error)
}

var setActs = []setAct{
	{act: "first_review", verb: protocol.MayReview, offered: func(s *protocol.Changeset) bool { return s.State == protocol.ChangesetSubmitted },
		do: func(ctx context.Context, d Desk, who *protocol.Account, ref protocol.Ref) (protocol.Record, error) {
			return d.FirstReview(ctx, who, ref)
		}},
	{act: "withdraw", verb: protocol.MayEditCatalog, danger: true, offered: func(s *protocol.Changeset) bool {
		return s.State == protocol.ChangesetSubmitted || s.State == protocol.ChangesetReviewed
	},
		do: func(ctx context.Context, d Desk, who *protocol.Account, ref protocol.Ref) (protocol.Record, error) {
			return d.WithdrawChangeset(ctx, who, ref)
		}},
}

func (w *Web) doSetAct(v *console.Visit, a *setAct) error {
	ref := protocol.Ref{Kind: "catalog.changeset", ID: v.R.PathValue("id")}
	_, err := a.do(v.Context(), w.cfg.Desk, v.Who, ref)
	if f, refused := console.Refusal(err); refused {
		return w.renderSetAct(v, a, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/changesets/"+ref.ID, page.Good, console.Word("done-set.", string(a.act)))
}

func (w *Web) renderSetAct(v *console.Visit, a *setAct, flash ...page.Flash) error {
	ref := protocol.Ref{Kind: "catalog.changeset", ID: v.R.PathValue("id")}
	set, _, err := console.Read[protocol.Changeset](v.Records(), ref)
	if err != nil {
		return err
	}
	home := "/changesets/" + ref.ID
	f := page.Form{Action: home + "/" + string(a.act), Submit: console.Word("do-set.", string(a.act)), Danger: a.danger,
		Back: &page.Link{Label: "act.back", Href: home}}
	if a.act == "first_review" && set.Submitter == v.Author() {
		f.Blocked = []string{"blocked.own-set"}
	}
	view := page.View{Title: console.Word("do-set.", string(a.act)), Active: "changesets", Crumbs: []page.Link{{Label: set.Title, Href: home}},
		Flash: flash}
	if len(flash) > 0 {
		view.Status = 409
	}
	view.Data = page.Confirm{Question: console.Word("question-set.", string(a.act)), Consequence: console.Word("then-set.", string(a.act)), Form: f,
		Facts: []page.Fact{{Label: "set.title", Cell: page.Word(set.Title)}, {Label: "set.entries", Cell: page.Number(len(set.Members))},
			{Label: "set.submitter", Cell: page.Word(v.Person(set.Submitter))}}}
	return v.Render(page.ConfirmPage, view)
}
