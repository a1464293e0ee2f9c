package protocol

// Attempt notes that a clerk demanded what the guide does not name, or what is
// obtained by sharing, and was refused (art. 34; cases.md §14.3). The demand
// itself never came to be; that it was tried is counted for art. 47, and the hub
// makes a red card of each (Y-01). Its home is the hub, which nobody but the
// place where it was tried tells.
//
//	– ─note→ noted
type Attempt struct {
	On     Ref     `json:"on"`                // the case
	Rule   string  `json:"rule"`              // that refused it: C-02f, C-07b, C-07c, C-07d, P-01a
	Line   string  `json:"line_id,omitempty"` // as it was demanded
	Text   string  `json:"text,omitempty"`
	Title  string  `json:"title"` // of the item
	Agency string  `json:"agency,omitempty"`
	Clerk  string  `json:"clerk"` // account id
	Place  NodeID  `json:"place"`
	At     Instant `json:"at"`
	Rest
}

// attemptRules are the refusals that count as a demand outside the guide.
var attemptRules = []string{"C-02f", "C-07b", "C-07c", "C-07d", "P-01a"}

// CountsAsAttempt reports whether an act that this rule refused was a demand
// outside the guide, so that the place that refused it notes an Attempt.
func CountsAsAttempt(rule string) bool { return oneOf(rule, attemptRules...) }

var _ = Define("attempt", Spec[Attempt]{
	Title: "指南外要求", English: "demand outside the guide", Lane: Urgent,
	Acts:     map[Act]Judge[Attempt]{"note": noteAttempt},
	Foreign:  []Act{"note"},
	Home:     func(*Attempt) NodeID { return Hub },
	Audience: func(a *Attempt) Audience { return Only(a.Place) },
	Terms: func(a *Attempt) Terms {
		return Terms{Title: a.Title, State: "noted", Keys: []string{a.On.String()},
			Facets: []Facet{{"agency", a.Agency}, {"clerk", a.Clerk}, {"place", string(a.Place)}, {"rule", a.Rule}}}
	},
})

// AttemptID is the record id of an attempt: the case, so that they are found by
// it, and what makes it unique at its place.
func AttemptID(on Ref, place NodeID, unique string) string {
	return on.ID + ":" + string(place) + ":" + unique
}

func noteAttempt(old, want *Attempt, h *Header, _ View) (*Attempt, *Refusal) {
	if old != nil {
		return nil, refuse("G-11", "该次要求已经记录过")
	}
	next := *want
	next.Clerk, next.Place, next.At = h.By, h.Origin, h.At
	prefix := AttemptID(next.On, next.Place, "")
	switch {
	case next.On.Validate() != nil || next.On.Kind != "case":
		return nil, refuse("G-09", "/on:请指明办件")
	case len(h.Ref.ID) <= len(prefix) || h.Ref.ID[:len(prefix)] != prefix:
		return nil, refuse("G-09", "记录编号须以办件编号和本地代号开头")
	case !CountsAsAttempt(next.Rule):
		return nil, refuse("G-09", "/rule:被 %q 拒绝的操作不是指南外要求", next.Rule)
	case next.Title == "" || next.Line == "" && next.Text == "":
		return nil, refuse("G-09", "/title:请写明事项和所要求的材料")
	}
	return &next, nil
}
