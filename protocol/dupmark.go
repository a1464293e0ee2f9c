package protocol

import "slices"

// Dupmark says that two cases may be one (cases.md §11). The hub makes it when it
// folds a receipt; nothing is refused by it. A person merges the two or says that
// they are different, and the pair is not marked again (DU-05).
//
//	– ─mark→ open ─mark→ open (newer facts)
//	          ├─conclude→ merged
//	          └─not_duplicate→ different
type Dupmark struct {
	Cases      []DupCase `json:"cases"` // two, in order of id
	Comparable bool      `json:"comparable"`
	Note       string    `json:"note,omitempty"`
	State      string    `json:"state"`
	Reason     string    `json:"reason,omitempty"`
	By         string    `json:"by,omitempty"`
	Rest
}

// DupCase is what of a case the comparison needs; FP is its applicant's keyed
// fingerprint, never the number.
type DupCase struct {
	ID       string  `json:"id"`
	Basic    string  `json:"basic_code"`
	FP       string  `json:"fp"`
	Object   string  `json:"object_key,omitempty"`
	Receipt  NodeID  `json:"receiving_node"`
	Home     NodeID  `json:"home"`
	Received Instant `json:"received"`
	Accepted Instant `json:"accepted,omitzero"`
}

// States of a mark.
const (
	DupOpen      = "open"
	DupMerged    = "merged"
	DupDifferent = "different"
)

var _ = Define("dupmark", Spec[Dupmark]{
	Title: "疑似重复", English: "duplicate mark", Lane: Urgent, Keep: true,
	Acts:     map[Act]Judge[Dupmark]{"mark": markDuplicate, "conclude": concludeDuplicate, "not_duplicate": notDuplicate},
	Home:     func(*Dupmark) NodeID { return Hub },
	Audience: dupAudience,
	Terms: func(m *Dupmark) Terms {
		t := Terms{Title: "疑似重复办件", State: m.State}
		for _, c := range m.Cases {
			t.Keys = append(t.Keys, c.ID)
		}
		return t
	},
})

// DupFacts is what a mark holds of a case.
func DupFacts(id string, c *Case, home NodeID) DupCase {
	return DupCase{ID: id, Basic: c.basic(), FP: c.Applicant.FP, Object: c.ObjectKey, Receipt: c.Received.Node, Home: home,
		Received: c.Received.At, Accepted: c.Accepted}
}

// caseLikeness: two cases of one applicant and one item, whoever's version of it
// (DU-01), for as long as one of them may still be merged into the other.
func caseLikeness(c *Case) Likeness {
	basic := c.basic()
	if !c.State.Undecided() || basic == "" || c.Applicant.FP == "" {
		return Likeness{}
	}
	return Likeness{Key: basic + " " + c.Applicant.FP, Object: c.ObjectKey}
}

// basic is the basic code within the item's id: digits 20 to 31.
func (c *Case) basic() string {
	if len(c.Item) < implCodeLen {
		return ""
	}
	return c.Item[implCodeLen-basicCodeLen : implCodeLen]
}

// The lengths of V-05.
const (
	implCodeLen  = 31
	basicCodeLen = 12
)

// Knows reports whether the mark holds the facts of one of its cases as they are.
func (m *Dupmark) Knows(facts DupCase) bool { return m.of(facts.ID) == facts }

// DupID is the record id of the mark for two cases, whichever came first.
func DupID(a, b string) string { return min(a, b) + ":" + max(a, b) }

func dupAudience(m *Dupmark) Audience {
	var nodes []NodeID
	for _, c := range m.Cases {
		nodes = append(nodes, c.Receipt, c.Home)
	}
	return Only(nodes...)
}

func (m *Dupmark) names(id string) bool {
	return slices.ContainsFunc(m.Cases, func(c DupCase) bool { return c.ID == id })
}

func (m *Dupmark) of(id string) DupCase {
	i := slices.IndexFunc(m.Cases, func(c DupCase) bool { return c.ID == id })
	if i < 0 {
		return DupCase{}
	}
	return m.Cases[i]
}

// Canonical is DU-03: the one that is accepted; else the earlier receipt; else
// the lower id.
func (m *Dupmark) Canonical() string {
	first := m.Cases[0]
	for _, c := range m.Cases[1:] {
		if c.before(first) {
			first = c
		}
	}
	return first.ID
}

func (c DupCase) before(o DupCase) bool {
	switch {
	case (c.Accepted != 0) != (o.Accepted != 0):
		return c.Accepted != 0
	case c.Received != o.Received:
		return c.Received < o.Received
	}
	return c.ID < o.ID
}

// markDuplicate is DU-01 and DU-02. Marking an open pair again brings its facts
// up to date.
func markDuplicate(old, want *Dupmark, h *Header, _ View) (*Dupmark, *Refusal) {
	if old != nil && old.State != DupOpen {
		return nil, refuse("DU-05", "这两件已认定,不再标记")
	}
	next := Dupmark{Cases: slices.Clone(want.Cases), State: DupOpen, Rest: want.Rest}
	if len(next.Cases) != 2 || next.Cases[0].ID >= next.Cases[1].ID || DupID(next.Cases[0].ID, next.Cases[1].ID) != h.Ref.ID {
		return nil, refuse("G-09", "标记须按编号列明两件办件")
	}
	a, b := next.Cases[0], next.Cases[1]
	switch {
	case a.Basic == "" || a.Basic != b.Basic || a.FP == "" || a.FP != b.FP:
		return nil, refuse("DU-01", "事项或申请人不同,不是重复办件")
	case a.Object != "" && b.Object != "" && a.Object != b.Object:
		return nil, refuse("DU-02", "标的不同,不是重复办件")
	}
	next.Comparable = a.Object != "" && b.Object != ""
	if !next.Comparable {
		next.Note = "标的无法比对"
	}
	return &next, nil
}

// concludeDuplicate notes that one of the two is void: it cites that case.
func concludeDuplicate(old, _ *Dupmark, h *Header, v View) (*Dupmark, *Refusal) {
	if old == nil || old.State != DupOpen {
		return nil, refuse("G-07", "只有待处理的标记可以办结")
	}
	for _, c := range old.Cases {
		other, ok := citedAs[Case](v, Ref{"case", c.ID})
		if ok && other.State == CaseVoid && old.names(other.DupOf) {
			next := *old
			next.State, next.By = DupMerged, h.By
			return &next, nil
		}
	}
	return nil, refuse("C-22xa", "须引用已并案作废的办件")
}

// notDuplicate is DU-05.
func notDuplicate(old, want *Dupmark, h *Header, _ View) (*Dupmark, *Refusal) {
	if old == nil || old.State != DupOpen {
		return nil, refuse("G-07", "只有待处理的标记可以认定")
	}
	if want.Reason == "" {
		return nil, refuse("DU-05", "请写明认定不重复的理由")
	}
	next := *old
	next.State, next.Reason, next.By = DupDifferent, want.Reason, h.By
	return &next, nil
}
