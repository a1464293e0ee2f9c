package protocol

import "slices"

// Case is one application (办件, arts. 32–34). Its home is the receiving node
// until the hand-over, then the node of the deciding agency; the receiving node
// reads it for life. Model: cases.md §4; case_table.go says which act leads from
// where, case_clocks.go which clocks run.
//
//	– ─receive→ received ─accept→ accepted ─grant/deny→ granted/denied ─deliver→ delivered ─archive→ archived
//	               │  └─hand_over→ handing_over ─acknowledge→ arrived ─accept→ …
//	               ├─notice→ correction ─supplement→ arrived;  ─lapse→ lapsed
//	               └─refuse→ refused        (also from arrived)
//	accepted ─assign/opine→ review ─special_start→ special ─special_end→ review
//	                          └─joint_open→ joint ─joint_close→ review
//	any state before the decision ─withdraw→ withdrawn, ─terminate→ terminated, ─merge→ void
type Case struct {
	ReceiptNo   string     `json:"receipt_no"`
	Item        string     `json:"item"` // ItemID of the pinned version
	ItemName    string     `json:"item_name"`
	Guide       Hash       `json:"guide_hash"` // of the guide body that was displayed
	Agency      string     `json:"agency"`     // USCC of the deciding agency
	AgencyName  string     `json:"agency_name"`
	Handler     NodeID     `json:"handler"` // node of the deciding agency
	State       CaseState  `json:"state"`
	Applicant   Applicant  `json:"applicant"`
	Form        []Field    `json:"form,omitempty"`
	Materials   []Material `json:"materials"`
	Received    Receipt    `json:"received"`
	Idem        string     `json:"idem"` // (window, clerk session, form nonce)
	To          NodeID     `json:"to,omitempty"`
	Accepted    Instant    `json:"accepted,omitzero"`
	Due         CaseDue    `json:"due"`
	Opinion     string     `json:"opinion,omitempty"`
	Decision    *Decision  `json:"decision,omitempty"`
	Delivery    *Delivery  `json:"delivery,omitempty"`
	WithdrawnBy *Ending    `json:"withdrawn,omitempty"`

	// The way of the papers and who may act (case_receive.go, case_route.go).
	No           string         `json:"no,omitempty"`         // statutory case number (N-02)
	Mode         string         `json:"mode,omitempty"`       // ModeDelegated, or empty: collect only
	Delegation   string         `json:"delegation,omitempty"` // record id, in delegated mode
	Agent        *Agent         `json:"agent,omitempty"`
	ObjectKey    string         `json:"object_key,omitempty"` // tells two applications of one person apart (DU-02)
	StateAfter   CaseState      `json:"state_after,omitempty"`
	Route        string         `json:"route_id,omitempty"`
	Packet       Hash           `json:"packet,omitzero"` // of what was handed over
	HandedOver   Instant        `json:"handed_over,omitzero"`
	HandEpoch    uint64         `json:"hand_epoch,omitempty"` // record epoch at the hand-over; the taker's is the next
	Arrived      Instant        `json:"arrived,omitzero"`
	BlobsPending bool           `json:"blobs_pending,omitempty"`
	Hops         []Hop          `json:"hops,omitempty"`
	Reassigned   []Reassignment `json:"reassigned,omitempty"`
	Amendments   []Amendment    `json:"amendments,omitempty"`

	// What the clocks count from (case_clocks.go).
	Terms     CaseTerms  `json:"terms,omitzero"`
	Earliest  Instant    `json:"earliest_receipt,omitzero"` // of an absorbed duplicate
	K1From    Instant    `json:"k1_from,omitzero"`          // receipt of the supplement that restarted K1
	ClockFrom Instant    `json:"clock_from,omitzero"`       // K3 began anew: revocation
	Deemed    *Deemed    `json:"deemed,omitempty"`
	Extension *Extension `json:"extension,omitempty"`
	Specials  []Special  `json:"specials,omitempty"`

	// From notice to decision.
	Notices     []Notice     `json:"notices,omitempty"`
	Supplements []Supplement `json:"supplements,omitempty"`
	Lapsed      Instant      `json:"lapsed,omitzero"`
	Commitment  *Commitment  `json:"commitment,omitempty"` // 容缺承诺
	OwedLapsed  Instant      `json:"owed_lapsed,omitzero"`
	Instant     bool         `json:"instant,omitempty"` // 即办件 (C-26)
	DupsViewed  []string     `json:"dups_viewed,omitempty"`
	Assignee    string       `json:"assignee,omitempty"`
	Opinions    []Opinion    `json:"opinions,omitempty"`
	Tasks       []JointTask  `json:"tasks,omitempty"`
	Fee         *Fee         `json:"fee,omitempty"`
	Revoked     []Revocation `json:"revoked,omitempty"`
	Terminated  *Termination `json:"terminated,omitempty"`
	DupOf       string       `json:"dup_of,omitempty"`    // the canonical case, when void
	MergedTo    NodeID       `json:"merged_to,omitempty"` // its home
	Absorbed    []Absorption `json:"absorbed,omitempty"`
	Archive     *Archive     `json:"archive,omitempty"`

	Docs        []Doc         `json:"docs,omitempty"`        // documents given, oldest first (case_docs.go)
	Resurrected *Resurrection `json:"resurrected,omitempty"` // brought back from its paper receipt (F-03)
	Rest
}

// ModeDelegated is 异地受理: the receiving node refuses, gives notice and accepts
// with legal effect. The empty mode is 收受分离, collecting only.
const ModeDelegated = "delegated"

// Applicant is who asks. FP is the keyed fingerprint of (IDType, ID): indexes,
// feeds, logs and metrics hold it and never the number.
type Applicant struct {
	Type    string `json:"type"` // person or org
	Name    string `json:"name"`
	IDType  string `json:"id_type"` // citizen, uscc, other
	ID      string `json:"id"`
	Contact string `json:"contact,omitempty"`
	FP      string `json:"fp"`
}

// Agent acts for the applicant under a mandate (C-01c).
type Agent struct {
	Name    string `json:"name"`
	IDType  string `json:"id_type"`
	ID      string `json:"id"`
	Contact string `json:"contact,omitempty"`
	Mandate string `json:"mandate"` // record id of the blob with the written mandate
}

// Field is one filled-in field of the item's form.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Material answers one line of the guide.
type Material struct {
	Line     string   `json:"line_id"`
	Presence string   `json:"presence"` // one of the Presence constants
	Copies   int      `json:"copies,omitempty"`
	Blobs    []string `json:"blobs,omitempty"`  // record ids of blob manifests
	Paper    bool     `json:"paper,omitempty"`  // the paper original is kept
	Source   string   `json:"source,omitempty"` // where it was fetched, or the earlier case it is exempt by
}

// How a line of the guide is answered. Pending is fetched from a source that did
// not answer yet: it is still not demanded (§14.2).
const (
	PresencePresent = "present"
	PresenceOwed    = "owed"
	PresenceMissing = "missing"
	PresenceExempt  = "exempt"
	PresenceFetched = "fetched"
	PresencePending = "fetched:pending"
)

// Receipt says when and where the papers were taken in; it starts K1.
type Receipt struct {
	At       Instant `json:"at"`
	Node     NodeID  `json:"node"`
	Window   string  `json:"window"`
	Clerk    string  `json:"clerk"` // account id
	Offline  bool    `json:"offline,omitempty"`
	Agency   string  `json:"agency,omitempty"`   // USCC of the receiving agency, in delegated mode
	Identity string  `json:"identity,omitempty"` // real_name for an account; empty: checked in person at the window
}

// WindowPortal is the window of a filing without a clerk.
const WindowPortal = "portal"

// Decision is the outcome with what the law demands of it.
type Decision struct {
	Kind    string  `json:"kind"` // grant, deny, refuse
	Text    string  `json:"text,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Basis   string  `json:"basis,omitempty"`
	Remedy  string  `json:"remedy,omitempty"`
	By      string  `json:"by"`
	At      Instant `json:"at"`
	Class   string  `json:"class,omitempty"`   // of a refusal, one of RefusalClasses
	Ask     string  `json:"ask,omitempty"`     // whom to ask instead, when not competent
	Hearing string  `json:"hearing,omitempty"` // the notice of the right to a hearing (C-19d)
	Licence string  `json:"licence,omitempty"` // licence identifier (V-07)
}

// RefusalClasses is the closed list of reasons not to accept (行政许可法 32).
var RefusalClasses = []string{"no_licence_needed", "not_competent", "not_entitled", "forbidden"}

// Delivery says who got the result and how.
type Delivery struct {
	Way       string  `json:"way"` // counter, courier, elicence
	Recipient string  `json:"recipient"`
	Tracking  string  `json:"tracking,omitempty"`
	Place     NodeID  `json:"place"`
	By        string  `json:"by"`
	At        Instant `json:"at"`
	Proof     string  `json:"proof,omitempty"` // blob of the signature or scan; empty at a counter: signed on paper before the clerk
}

// Ending says who ended a case early and why.
type Ending struct {
	Reason string  `json:"reason"`
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

var _ = Define("case", Spec[Case]{
	Title: "办件", English: "case", Lane: Urgent, Personal: true,
	Acts:      caseActs(),
	Seize:     []Act{"reassign"},
	Home:      caseHome,
	Audience:  caseAudience,
	Terms:     caseTerms,
	Deadlines: caseDeadlines,
	Likeness:  caseLikeness,
})

// caseHome: the hand-over entry is the last the receiving node may write.
func caseHome(c *Case) NodeID {
	if c.To != "" {
		return c.To
	}
	return c.Received.Node
}

// caseAudience: receiving node, deciding node, who holds it, the nodes of its
// tasks, windows that took in a supplement, and the home of its canonical twin.
func caseAudience(c *Case) Audience {
	nodes := []NodeID{c.Received.Node, c.Handler, c.To, c.MergedTo}
	for _, t := range c.Tasks {
		nodes = append(nodes, t.Node)
	}
	for _, s := range c.Supplements {
		nodes = append(nodes, s.Node)
	}
	if c.Delivery != nil {
		nodes = append(nodes, c.Delivery.Place)
	}
	return Only(nodes...)
}

// VoidKey finds the cases that went into another one: the home of that one takes
// over what they had (C-22x).
const VoidKey = "并案"

// otherFiles are files the case cites beside its materials: without them here the
// upload would find no owner for a mandate and would drop it.
func (c *Case) otherFiles() (ids []string) {
	if c.Agent != nil {
		ids = append(ids, c.Agent.Mandate)
	}
	for _, s := range c.Specials {
		ids = append(ids, s.Evidence)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// caseTerms: a case is found by its numbers and by the scans it cites, which
// is how a scan that is still to be uploaded finds its owner. A canonical case
// is found by the receipts it absorbed too (DU-04), and any case by the numbers of
// its documents.
func caseTerms(c *Case) Terms {
	keys := []string{c.ReceiptNo, c.Applicant.FP, c.Idem}
	if c.No != "" {
		keys = append(keys, c.No)
	}
	for _, m := range c.Materials {
		keys = append(keys, m.Blobs...)
	}
	keys = append(keys, c.otherFiles()...)
	for _, a := range c.Absorbed {
		keys = append(keys, a.ReceiptNo)
	}
	if c.DupOf != "" {
		keys = append(keys, VoidKey)
	}
	keys = append(keys, serials(c.Docs)...)
	return Terms{Title: c.ItemName, State: string(c.State), Keys: keys, Wake: c.wake(),
		Facets: append(runFacets(c), Facet{"agency", c.Agency}, Facet{"handler", string(c.Handler)}, Facet{"window", string(c.Received.Node)}, Facet{"item", c.Item})}
}
