package protocol

import "slices"

// Review is the hub's decision about one changeset (二审, K-07 to K-11). Its
// record id is the changeset's; it names the hash it judged, entry by entry.
//
//	– ─approve→ approved ─(release)   – ─return→ returned
type Review struct {
	Changeset string         `json:"changeset"`
	Node      NodeID         `json:"node"`  // the author's node
	First     string         `json:"first"` // who passed the first review
	Passed    []ChangeMember `json:"passed,omitempty"`
	Returned  []ReturnedItem `json:"returned,omitempty"`
	Reviewer  string         `json:"reviewer"`
	At        Instant        `json:"at"`
	State     string         `json:"state"`
	Rest
}

// ReturnedItem sends one entry back with its reason, bound to a field.
type ReturnedItem struct {
	Entry  string `json:"entry"`
	Field  string `json:"field,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Reason string `json:"reason"`
}

// States of a review.
const (
	ReviewApproved = "approved"
	ReviewReturned = "returned"
)

var _ = Define("catalog.review", Spec[Review]{
	Title: "目录审核", English: "catalogue review", Lane: Bulk,
	Acts:     map[Act]Judge[Review]{"approve": approveReview, "return": returnReview},
	Home:     func(*Review) NodeID { return Hub },
	Audience: func(r *Review) Audience { return Only(r.Node) },
	Terms: func(r *Review) Terms {
		return Terms{Title: r.Changeset, State: r.State, Facets: []Facet{{"node", string(r.Node)}}}
	},
})

func approveReview(old, want *Review, h *Header, v View) (*Review, *Refusal) {
	next, set, no := openReview(old, want, h, v)
	if no != nil {
		return nil, no
	}
	next.Passed, next.State = want.Passed, ReviewApproved
	if len(next.Passed) == 0 {
		return nil, refuse("K-09", "没有一个条目通过,请退回整批并说明原因")
	}
	return next, checkPassed(next, set)
}

func returnReview(old, want *Review, h *Header, v View) (*Review, *Refusal) {
	next, _, no := openReview(old, want, h, v)
	if no != nil {
		return nil, no
	}
	if len(next.Returned) == 0 {
		return nil, refuse("K-08", "请逐项说明退回原因")
	}
	next.State = ReviewReturned
	return next, nil
}

// openReview checks what both decisions have in common: the changeset is cited,
// passed its first review by somebody else, and only its entries are returned.
func openReview(old, want *Review, h *Header, v View) (*Review, *Changeset, *Refusal) {
	if old != nil {
		return nil, nil, refuse("K-11", "该批次已经作出二审决定")
	}
	rec, ok := v.Cited(Ref{"catalog.changeset", h.Ref.ID})
	if !ok {
		return nil, nil, refuse("K-11", "二审须引用报送批次")
	}
	set, err := Load[Changeset](rec)
	if err != nil || set.State != ChangesetReviewed {
		return nil, nil, refuse("K-10", "批次未经一审,或已撤回")
	}
	if h.By == set.Reviewer || h.By == set.Submitter {
		return nil, nil, refuse("K-07", "二审人不得与编制人、一审人相同")
	}
	next := Review{Changeset: h.Ref.ID, Node: set.Node, First: set.Reviewer, Returned: want.Returned,
		Reviewer: h.By, At: h.At, Rest: want.Rest}
	return &next, set, checkReturned(next.Returned, set)
}

func checkReturned(returned []ReturnedItem, set *Changeset) *Refusal {
	for _, r := range returned {
		member := slices.ContainsFunc(set.Members, func(m ChangeMember) bool { return m.Entry == r.Entry })
		if !member || r.Reason == "" {
			return refuse("K-08", "退回的条目须在批次内并写明原因")
		}
	}
	return nil
}

// checkPassed demands that every entry of the batch is decided one way, and that
// what was judged is what was submitted, hash for hash (K-11).
func checkPassed(r *Review, set *Changeset) *Refusal {
	open := make(map[string]ChangeMember, len(set.Members))
	for _, m := range set.Members {
		open[m.Entry] = m
	}
	for _, m := range r.Passed {
		if m.Entry == "" || open[m.Entry] != m {
			return refuse("K-11", "条目“%s”不在批次内或内容已变更,请重新审核", m.Name)
		}
		delete(open, m.Entry)
	}
	for _, b := range r.Returned {
		if slices.ContainsFunc(r.Passed, func(m ChangeMember) bool { return m.Entry == b.Entry }) {
			return refuse("K-11", "条目 %s 不能既通过又退回", b.Entry)
		}
		delete(open, b.Entry)
	}
	if len(open) > 0 {
		return refuse("K-08", "批次中还有 %d 个条目没有审核意见", len(open))
	}
	return nil
}
