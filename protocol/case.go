package protocol

import "slices"

// Case is one application (办件, arts. 32–34). Its home is the receiving node
// until the hand-over, then the node of the deciding agency; the receiving node
// reads it for life. Model: cases.md §4, transitions §5.
//
//	– ─receive→ received ─accept→ accepted ─grant/deny→ granted/denied ─deliver→ delivered
//	               │  └─hand_over→ handing_over ─acknowledge→ arrived ─accept→ …
//	               ├─refuse→ refused        (also from arrived)
//	               └─withdraw→ withdrawn    (any state before the decision)
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
	Rest
}

// CaseState is where a case stands.
type CaseState string

// The states of the short legal path; cases.md §5 adds the others between them.
const (
	CaseReceived    CaseState = "received"
	CaseHandingOver CaseState = "handing_over"
	CaseArrived     CaseState = "arrived"
	CaseAccepted    CaseState = "accepted"
	CaseGranted     CaseState = "granted"
	CaseDenied      CaseState = "denied"
	CaseRefused     CaseState = "refused"
	CaseWithdrawn   CaseState = "withdrawn"
	CaseDelivered   CaseState = "delivered"
)

// CaseStates names the states in the order a case passes them.
var CaseStates = []struct {
	State CaseState
	Title string
}{
	{CaseReceived, "已收件"}, {CaseHandingOver, "移交中"}, {CaseArrived, "已到达"}, {CaseAccepted, "已受理"}, {CaseGranted, "准予"},
	{CaseDenied, "不予"}, {CaseRefused, "不予受理"}, {CaseWithdrawn, "已撤回"}, {CaseDelivered, "已送达"},
}

// Title is the state's Chinese name.
func (s CaseState) Title() string {
	for _, k := range CaseStates {
		if k.State == s {
			return k.Title
		}
	}
	return string(s)
}

// Open reports whether somebody still has to act.
func (s CaseState) Open() bool {
	return !slices.Contains([]CaseState{CaseRefused, CaseWithdrawn, CaseDelivered}, s)
}

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

// Field is one filled-in field of the item's form.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Material answers one line of the guide.
type Material struct {
	Line     string   `json:"line_id"`
	Presence string   `json:"presence"` // present, owed, missing, exempt
	Copies   int      `json:"copies,omitempty"`
	Blobs    []string `json:"blobs,omitempty"` // record ids of blob manifests
}

// Receipt says when and where the papers were taken in; it starts K1.
type Receipt struct {
	At      Instant `json:"at"`
	Node    NodeID  `json:"node"`
	Window  string  `json:"window"`
	Clerk   string  `json:"clerk"` // account id
	Offline bool    `json:"offline,omitempty"`
}

// CaseDue holds the due days of the running clocks, a cache of what clock.go
// computes: K1 notice, K2 promised, K3 legal.
type CaseDue struct {
	K1          Day  `json:"k1,omitzero"`
	K2          Day  `json:"k2,omitzero"`
	K3          Day  `json:"k3,omitzero"`
	Provisional bool `json:"provisional,omitempty"` // a year without a published calendar is involved
}

// Decision is the outcome with what the law demands of it.
type Decision struct {
	Kind   string  `json:"kind"` // grant, deny, refuse
	Text   string  `json:"text,omitempty"`
	Reason string  `json:"reason,omitempty"`
	Basis  string  `json:"basis,omitempty"`
	Remedy string  `json:"remedy,omitempty"`
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

// Delivery says who got the result and how.
type Delivery struct {
	Way       string  `json:"way"` // counter, courier, elicence
	Recipient string  `json:"recipient"`
	Tracking  string  `json:"tracking,omitempty"`
	Place     NodeID  `json:"place"`
	By        string  `json:"by"`
	At        Instant `json:"at"`
}

// Ending says who ended a case early and why.
type Ending struct {
	Reason string  `json:"reason"`
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

var _ = Define("case", Spec[Case]{
	Title: "办件", English: "case", Lane: Urgent, Personal: true,
	Acts: map[Act]Judge[Case]{
		"receive": receiveCase, "hand_over": handOverCase, "acknowledge": acknowledgeCase, "accept": acceptCase,
		"refuse": refuseCase, "grant": grantCase, "deny": denyCase, "deliver": deliverCase, "withdraw": withdrawCase,
	},
	Home:      caseHome,
	Audience:  func(c *Case) Audience { return Only(c.Received.Node, c.Handler) },
	Terms:     caseTerms,
	Deadlines: caseDeadlines,
})

// caseHome: the hand-over entry is the last the receiving node may write.
func caseHome(c *Case) NodeID {
	if c.To != "" {
		return c.To
	}
	return c.Received.Node
}

// caseTerms: a case is found by its numbers and by the scans it cites, which
// is how a scan that is still to be uploaded finds its owner.
func caseTerms(c *Case) Terms {
	keys := []string{c.ReceiptNo, c.Applicant.FP, c.Idem}
	for _, m := range c.Materials {
		keys = append(keys, m.Blobs...)
	}
	return Terms{Title: c.ItemName, State: string(c.State), Keys: keys,
		Facets: []Facet{{"agency", c.Agency}, {"handler", string(c.Handler)}, {"window", string(c.Received.Node)}, {"item", c.Item}}}
}

func caseDeadlines(c *Case) []Deadline {
	switch c.State {
	case CaseReceived, CaseHandingOver, CaseArrived:
		return endOf(nil, K1, c.Due.K1)
	case CaseAccepted:
		return endOf(endOf(nil, K2, c.Due.K2), K3, c.Due.K3)
	}
	return nil
}

// endOf adds the end of a due day; no day is no deadline.
func endOf(due []Deadline, id ClockID, day Day) []Deadline {
	if day.IsZero() {
		return due
	}
	return append(due, Deadline{id, day.End()})
}
