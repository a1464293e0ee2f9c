package protocol

import (
	"fmt"
	"slices"
)

// Attempt is a demand beside the guide that the system refused (指南外要求, art. 34;
// cases.md §14.3): the applicant never saw it, and it counts per clerk for art. 47
// and with a red card for its agency (Y-01). Its home is the node where it was made;
// nobody changes it. Its record id is AttemptID.
//
//	– ─note→ noted
type Attempt struct {
	Case   string  `json:"case,omitempty"` // record id; none at a receipt
	Item   string  `json:"item"`
	Rule   string  `json:"rule"`              // one of AttemptRules, which refused it
	Line   string  `json:"line_id,omitempty"` // what was demanded, as it was named
	Agency string  `json:"agency"`            // USCC of whose people demanded it
	Place  NodeID  `json:"place,omitempty"`   // receiving node of the case
	Node   NodeID  `json:"node"`
	Clerk  string  `json:"clerk"` // account id
	At     Instant `json:"at"`
	Rest
}

// AttemptRules are the refusals that count: lines and points that the guide does
// not have, what is fetched by sharing, paper without a law.
var AttemptRules = []string{"C-02f", "C-07b", "C-07c", "C-07d", "P-01a"}

var _ = Define("attempt", Spec[Attempt]{
	Title: "指南外要求", English: "demand beside the guide", Lane: Urgent,
	Acts:     map[Act]Judge[Attempt]{"note": noteAttempt},
	Home:     func(a *Attempt) NodeID { return a.Node },
	Audience: func(a *Attempt) Audience { return Only(a.Node, a.Place) },
	Terms: func(a *Attempt) Terms {
		return Terms{Title: "指南外要求材料(" + a.Rule + ")", State: "noted", Keys: []string{a.subject()},
			Facets: []Facet{{"agency", a.Agency}, {"clerk", a.Clerk}, {"rule", a.Rule}}}
	},
	Deadlines: func(a *Attempt) []Deadline { return []Deadline{{BreachOffGuide, a.At}} }, // over as soon as it is made
})

// subject is what the demand was made on.
func (a *Attempt) subject() string {
	if a.Case != "" {
		return a.Case
	}
	return a.Item
}

// AttemptID is the record id of the n-th demand at a node on a case, or at the
// receipt of an item version.
func AttemptID(subject string, at NodeID, n int) string {
	return fmt.Sprintf("%s:%s:%d", subject, at, n)
}

func noteAttempt(old, want *Attempt, h *Header, v View) (*Attempt, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "该次要求已经记录")
	}
	next := *want
	next.Node, next.At, next.Place = h.Origin, h.At, ""
	if next.Case != "" {
		c, ok := citedAs[Case](v, Ref{"case", next.Case})
		if !ok {
			return nil, refuse("G-09", "须引用所涉办件")
		}
		next.Item, next.Place = c.Item, c.Received.Node
	}
	if !slices.Contains(AttemptRules, next.Rule) || next.Item == "" || next.Clerk == "" || next.Agency == "" {
		return nil, refuse("G-09", "须写明事项、规则、机构和人员")
	}
	return &next, nil
}
