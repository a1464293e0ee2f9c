package protocol

import "strings"

// Inquiry is a question about cases from a node that does not hold them, written
// down before it is answered: who asked, why, and what was shown (cases.md §4,
// W-09; arts. 16, 45: personal data for a stated purpose only). The answer itself
// is masked and kept nowhere; what was asked for by document number is not here.
//
//	– ─note→ noted
type Inquiry struct {
	Node    NodeID   `json:"node"` // where the question came from
	Asker   string   `json:"asker"`
	Purpose string   `json:"purpose"`
	Case    string   `json:"case,omitempty"`  // asked for by its id; empty: by a key
	Found   []string `json:"found,omitempty"` // cases that were shown
	At      Instant  `json:"at"`
	Rest
}

// MaxInquiry bounds the cases that one question shows.
const MaxInquiry = 20

var _ = Define("inquiry", Spec[Inquiry]{
	Title: "跨节点查询", English: "inquiry", Lane: Bulk,
	Acts:     map[Act]Judge[Inquiry]{"note": noteInquiry},
	Home:     func(*Inquiry) NodeID { return Hub },
	Audience: func(*Inquiry) Audience { return Only() },
	Terms: func(l *Inquiry) Terms {
		keys := make([]string, len(l.Found))
		for i, id := range l.Found {
			keys[i] = Ref{"case", id}.String()
		}
		return Terms{Title: l.Purpose, Keys: keys, Facets: []Facet{{"node", string(l.Node)}, {"asker", l.Asker}}}
	},
})

func noteInquiry(old, want *Inquiry, h *Header, _ View) (*Inquiry, *Refusal) {
	next := *want
	next.At = h.At
	switch {
	case old != nil:
		return nil, refuse("G-11", "该查询已经登记")
	case h.Origin != Hub:
		return nil, refuse("G-01", "查询由省级登记")
	case next.Node.Validate() != nil || next.Asker == "":
		return nil, refuse("G-09", "查询没有写明是谁、在哪里查的")
	case next.Purpose == "" || len(next.Purpose) > 600:
		return nil, refuse("G-10", "请写明查询用途")
	case next.Case != "" && !IsCaseID(next.Case):
		return nil, refuse("G-09", "这不是办件编号")
	case len(next.Found) > MaxInquiry:
		return nil, refuse("G-09", "一次查询至多显示 %d 件", MaxInquiry)
	}
	return &next, nil
}

// IsCaseID reports whether a text has the shape of a case's id, which begins with
// its node (cases.md §4): what somebody typed may be a document number, and that
// must not be written down as one.
func IsCaseID(s string) bool {
	node, rest, ok := strings.Cut(s, "-")
	return ok && strings.Contains(rest, "-") && NodeID(node).Validate() == nil && node[0] >= 'a' && len(s) <= 100
}
