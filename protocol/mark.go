package protocol

import "slices"

// Mark is the sign beside a published datum that somebody objects to it (异议标注,
// art. 46; O-02): every node holds it and shows it before it serves the value. It
// says nothing of the person. Its record id is the datum.
//
//	– ─set→ set ─lift→ lifted ─set→ set
type Mark struct {
	On     Ref      `json:"on"`
	Field  string   `json:"field"` // JSON pointer
	Open   []string `json:"open"`  // ids of the objections not yet settled
	State  string   `json:"state"`
	Since  Instant  `json:"since"`
	Note   string   `json:"note,omitempty"` // on lifting: corrected, or why not
	Lifted Instant  `json:"lifted,omitzero"`
	Rest
}

// States of a mark.
const (
	MarkSet    = "set"
	MarkLifted = "lifted"
)

var _ = Define("mark", Spec[Mark]{
	Title: "异议标注", English: "objection mark", Lane: Urgent,
	Acts:     map[Act]Judge[Mark]{"set": setMark, "lift": liftMark},
	Home:     func(*Mark) NodeID { return Hub },
	Audience: func(*Mark) Audience { return Everyone() },
	Terms: func(m *Mark) Terms {
		return Terms{Title: m.On.String() + " " + m.Field, State: m.State, Keys: []string{m.On.String()}, Facets: []Facet{{"kind", string(m.On.Kind)}}}
	},
})

// MarkID is the record id of the mark of a datum.
func MarkID(on Ref, field string) string { return on.String() + "#" + field }

// setMark: each objection to a datum is named, so that settling one does not
// hide the other. The wanted record names the one that is added.
func setMark(old, want *Mark, h *Header, _ View) (*Mark, *Refusal) {
	next := Mark{On: want.On, Field: want.Field, State: MarkSet, Since: h.At, Rest: want.Rest}
	if old != nil && old.State == MarkSet {
		next = *old
	}
	id := lastOf(want.Open)
	next.Open = append(slices.DeleteFunc(slices.Clone(next.Open), func(o string) bool { return o == id }), id)
	if next.On.Validate() != nil || next.Field == "" || h.Ref.ID != MarkID(next.On, next.Field) || id == "" {
		return nil, refuse("O-02", "异议标注须指明记录、字段和异议")
	}
	return &next, nil
}

// liftMark takes one objection off; the mark goes with the last. The wanted
// record names those that stay.
func liftMark(old, want *Mark, h *Header, _ View) (*Mark, *Refusal) {
	if old == nil || old.State != MarkSet {
		return nil, refuse("O-06", "没有可撤下的异议标注")
	}
	if want.Note == "" {
		return nil, refuse("G-10", "请写明处理结果")
	}
	next := *old
	next.Note, next.Open = want.Note, slices.DeleteFunc(slices.Clone(old.Open), func(o string) bool { return !slices.Contains(want.Open, o) })
	if len(next.Open) == len(old.Open) {
		return nil, refuse("O-06", "请指明已处理的异议")
	}
	if len(next.Open) == 0 {
		next.State, next.Lifted = MarkLifted, h.At
	}
	return &next, nil
}

func lastOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}
