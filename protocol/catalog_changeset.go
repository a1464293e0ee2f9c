package protocol

// Changeset is what an agency submits for review (报送批次): 1 to 300 entries,
// each by exact hash, frozen until it is decided. The first review is an act of
// the same node by another person; the second is the hub's review record.
//
//	– ─submit→ submitted ─first_review→ reviewed ─conclude→ approved/returned
//	               └─withdraw→ withdrawn  (also from reviewed)
type Changeset struct {
	Title     string         `json:"title"`
	Agency    string         `json:"agency"`
	Node      NodeID         `json:"node"`
	Members   []ChangeMember `json:"members"`
	Submitter string         `json:"submitter"`
	Submitted Instant        `json:"submitted"`
	Reviewer  string         `json:"reviewer,omitempty"`
	Reviewed  Instant        `json:"reviewed,omitzero"`
	State     string         `json:"state"`
	Rest
}

// ChangeMember names one entry revision by its content.
type ChangeMember struct {
	Entry string `json:"entry"`
	Name  string `json:"name"`
	Rev   uint64 `json:"rev"`
	Hash  Hash   `json:"hash"` // SHA-256 of the entry's body
	Op    string `json:"op"`   // put or retire
}

// MaxMembers bounds a changeset (K-05).
const MaxMembers = 300

// States of a changeset at its home.
const (
	ChangesetSubmitted = "submitted"
	ChangesetReviewed  = "reviewed"
	ChangesetWithdrawn = "withdrawn"
	ChangesetApproved  = "approved" // as the hub's review says
	ChangesetReturned  = "returned"
)

var _ = Define("catalog.changeset", Spec[Changeset]{
	Title: "报送批次", English: "changeset", Lane: Bulk,
	Acts: map[Act]Judge[Changeset]{"submit": submitChangeset, "first_review": reviewChangeset, "conclude": concludeChangeset,
		"withdraw": withdrawChangeset},
	Home:     func(c *Changeset) NodeID { return c.Node },
	Audience: func(c *Changeset) Audience { return Only(c.Node) },
	Terms: func(c *Changeset) Terms {
		return Terms{Title: c.Title, State: c.State, Facets: []Facet{{"agency", c.Agency}, {"node", string(c.Node)}}}
	},
})

func submitChangeset(old, want *Changeset, h *Header, _ View) (*Changeset, *Refusal) {
	if old != nil {
		return nil, refuse("K-05", "已报送,不能修改")
	}
	next := Changeset{Title: want.Title, Agency: want.Agency, Node: h.Origin, Members: want.Members,
		Submitter: h.By, Submitted: h.At, State: ChangesetSubmitted, Rest: want.Rest}
	if len(next.Members) == 0 || len(next.Members) > MaxMembers {
		return nil, refuse("K-05", "一批报送 1 至 %d 个条目", MaxMembers)
	}
	seen := make(map[string]bool, len(next.Members))
	for _, m := range next.Members {
		if m.Entry == "" || m.Hash.IsZero() || seen[m.Entry] || m.Op != "put" && m.Op != "retire" {
			return nil, refuse("K-05", "批次中的条目 %q 重复或不完整", m.Entry)
		}
		seen[m.Entry] = true
	}
	return &next, nil
}

// reviewChangeset is K-06: another person of the agency passes the whole batch.
func reviewChangeset(old, _ *Changeset, h *Header, _ View) (*Changeset, *Refusal) {
	if old == nil || old.State != ChangesetSubmitted {
		return nil, refuse("G-07", "只有已报送、未审核的批次可以一审")
	}
	if h.By == old.Submitter {
		return nil, refuse("K-06", "审核人与编制人不得为同一人")
	}
	next := *old
	next.State, next.Reviewer, next.Reviewed = ChangesetReviewed, h.By, h.At
	return &next, nil
}

// concludeChangeset notes at the author's side what the hub decided; the node
// does it by itself when the review arrives.
func concludeChangeset(old, _ *Changeset, h *Header, v View) (*Changeset, *Refusal) {
	if old == nil || old.State != ChangesetReviewed {
		return nil, refuse("G-07", "只有已一审的批次可以办结")
	}
	rec, ok := v.Cited(Ref{"catalog.review", h.Ref.ID})
	if !ok {
		return nil, refuse("K-11", "办结须引用二审决定")
	}
	review, err := Load[Review](rec)
	if err != nil {
		return nil, refuse("K-11", "二审决定无法读取")
	}
	next := *old
	next.State = ChangesetReturned
	if review.State == ReviewApproved {
		next.State = ChangesetApproved
	}
	return &next, nil
}

func withdrawChangeset(old, _ *Changeset, _ *Header, _ View) (*Changeset, *Refusal) {
	if old == nil || old.State != ChangesetSubmitted && old.State != ChangesetReviewed {
		return nil, refuse("K-10", "批次不存在、已撤回或已审核,不能撤回")
	}
	next := *old
	next.State = ChangesetWithdrawn
	return &next, nil
}
