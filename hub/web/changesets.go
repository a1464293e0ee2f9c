package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

var changesets = console.List{
	Kind: "catalog.changeset", Family: "changeset", Start: protocol.ChangesetReviewed, Hint: "changesets.hint", Caption: "nav.changesets",
	States: []string{protocol.ChangesetReviewed, protocol.ChangesetSubmitted, protocol.ChangesetApproved, protocol.ChangesetReturned,
		protocol.ChangesetWithdrawn},
	Facets: []console.Select{{Facet: "node", Label: "set.node", Name: func(v *console.Visit, n string) string { return v.Place(protocol.NodeID(n)) }},
		{Facet: "agency", Label: "set.agency", Name: (*console.Visit).Agency}},
	Cols: []page.Col{{Label: "set.title"}, {Label: "set.agency"}, {Label: "set.node", Short: true}, {Label: "set.entries", Num: true},
		{Label: "set.decision", Short: true}, {Label: "set.submitted", Short: true}},
	Empty: page.Empty{What: "changesets.empty", Do: "changesets.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		set, _, err := console.Read[protocol.Changeset](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		r, err := reviewOf(v, h.Ref.ID)
		if err != nil {
			return err
		}
		row := t.Add(page.Goto(set.Title, "/changesets/"+h.Ref.ID), page.Word(v.Agency(set.Agency)), page.Word(v.Place(set.Node)),
			page.Number(len(set.Members)), page.State(decisionOf(set, r)), page.When(set.Submitted))
		if waiting(set, r) {
			row.Tone = page.Info
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

func reviewOf(v *console.Visit, id string) (*protocol.Review, error) {
	return console.Find[protocol.Review](v.Records(), protocol.Ref{Kind: "catalog.review", ID: id})
}

// waiting reports whether the province has to decide.
func waiting(set *protocol.Changeset, r *protocol.Review) bool {
	return r == nil && set.State == protocol.ChangesetReviewed
}

func decisionOf(set *protocol.Changeset, r *protocol.Review) page.Badge {
	switch {
	case r != nil && r.State == protocol.ReviewApproved && len(r.Returned) > 0:
		return page.Badge{Tone: page.Warn, Word: "set.partly"}
	case r != nil:
		return console.State("review", r.State)
	case waiting(set, r):
		return page.Badge{Tone: page.Info, Word: "state.review.waiting"}
	}
	return console.State("changeset", set.State)
}

// submission is a batch with what its page needs.
type submission struct {
	id     string
	set    *protocol.Changeset
	review *protocol.Review
}

func readSubmission(v *console.Visit) (s submission, err error) {
	s.id = v.R.PathValue("id")
	if s.set, _, err = console.Read[protocol.Changeset](v.Records(), protocol.Ref{Kind: "catalog.changeset", ID: s.id}); err != nil {
		return s, err
	}
	s.review, err = reviewOf(v, s.id)
	return s, err
}

func (w *Web) showChangeset(v *console.Visit) error {
	s, err := readSubmission(v)
	if err != nil {
		return err
	}
	history, err := v.History(protocol.Ref{Kind: "catalog.changeset", ID: s.id})
	if err != nil {
		return err
	}
	var sheet console.Sheet
	if waiting(s.set, s.review) && v.May(protocol.MayReview, "") {
		sheet.Actions = []console.Action{{Label: "set.review", Href: "/changesets/" + s.id + "/review", Primary: true, Hotkey: "a"},
			{Label: "do.return-set", Href: "/changesets/" + s.id + "/return", Hotkey: "x"}}
	}
	sheet.Sections = []console.Section{{Title: "set.facts", Facts: setFacts(v, &s)}, membersSection(&s), history}
	return v.Show(page.View{Title: s.set.Title, Active: "changesets"}, sheet)
}

func setFacts(v *console.Visit, s *submission) []page.Fact {
	facts := []page.Fact{{Label: "set.decision", Cell: page.State(decisionOf(s.set, s.review))},
		{Label: "set.agency", Cell: page.Word(v.Agency(s.set.Agency)).Under(v.Place(s.set.Node))},
		{Label: "set.submitter", Cell: page.Word(v.Person(s.set.Submitter))}, {Label: "set.submitted", Cell: page.When(s.set.Submitted)}}
	if s.set.Reviewer != "" {
		facts = append(facts, page.Fact{Label: "set.reviewer", Cell: page.Word(v.Person(s.set.Reviewer))},
			page.Fact{Label: "set.reviewed", Cell: page.When(s.set.Reviewed)})
	}
	if s.review != nil {
		facts = append(facts, page.Fact{Label: "set.decider", Cell: page.Word(v.Person(s.review.Reviewer))},
			page.Fact{Label: "set.decided", Cell: page.When(s.review.At)})
	}
	return facts
}

func membersSection(s *submission) console.Section {
	back := map[string]string{}
	if s.review != nil {
		for _, r := range s.review.Returned {
			back[r.Entry] = r.Reason
		}
	}
	t := page.Table{Caption: "set.entries", Cols: []page.Col{{Label: "entry.name"}, {Label: "set.op", Short: true}, {Label: "set.rev", Num: true},
		{Label: "entry.hash", Short: true}, {Label: "set.decision"}}}
	for _, m := range s.set.Members {
		result := page.Word("")
		if reason, returned := back[m.Entry]; returned {
			result = page.State(page.Badge{Tone: page.Bad, Word: "state.review.returned"}).Under(reason)
		} else if s.review != nil && s.review.State == protocol.ReviewApproved {
			result = page.State(page.Badge{Tone: page.Good, Word: "state.review.approved"})
		}
		t.Add(page.Word(m.Name), page.State(page.Badge{Word: "op." + m.Op}), page.Number(m.Rev), page.Code(m.Hash.Short()), result)
	}
	return console.Section{Title: "set.entries", Table: &t}
}

// returnSet sends a whole batch back (K-08).
func (w *Web) returnSet() question {
	return question{name: "return-set", nav: "changesets", danger: true, back: below("/changesets/"), to: always("/changesets"),
		fields: reason("return-set.help"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			s, err := readSubmission(v)
			if err != nil {
				return nil, err
			}
			return append([]page.Fact{{Label: "set.title", Cell: page.Word(s.set.Title)},
				{Label: "set.entries", Cell: page.Number(len(s.set.Members))}},
				setFacts(v, &s)...), nil
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.Return(v.Context(), v.Who, v.R.PathValue("id"), form.Get("reason"))
			return err
		}}
}
