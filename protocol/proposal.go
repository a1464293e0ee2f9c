package protocol

import (
	"fmt"
	"slices"
)

// Proposal is what one person of the hub desk (调度席) proposes and a second
// confirms: routing and reassignment need two people (cases.md §16), and so does
// the word that a place is down before it is fenced (C-24a). Both names stay in
// the record. Confirming is the guard of the acts that follow from it.
//
//	– ─propose→ open ─confirm→ confirmed
//	              └─withdraw→ withdrawn ─propose→ open
type Proposal struct {
	What      string   `json:"what"`            // one of the Propose constants
	Node      NodeID   `json:"node,omitempty"`  // the place that is down
	Cases     []string `json:"cases,omitempty"` // case ids
	Agency    string   `json:"agency,omitempty"`
	Route     string   `json:"route_id,omitempty"`     // whose substitute the agency is
	Outage    string   `json:"outage,omitempty"`       // of a reassignment: the confirmed outage
	Confirmed string   `json:"confirmed_by,omitempty"` // of an outage: who of the prefecture's own authority said so
	How       string   `json:"how,omitempty"`          // and how
	DownSince Instant  `json:"down_since,omitzero"`
	Reason    string   `json:"reason"`
	First     string   `json:"first"` // who proposed
	Filed     Instant  `json:"filed"`
	Second    string   `json:"second,omitempty"` // who confirmed or withdrew
	Ended     Instant  `json:"ended,omitzero"`
	State     string   `json:"state"`
	Note      string   `json:"note,omitempty"` // why withdrawn
	Rest
}

// What can be proposed.
const (
	ProposeOutage   = "outage"   // a place is down: it is fenced
	ProposeReassign = "reassign" // its cases go to the substitute of their route (C-24)
	ProposeRoute    = "route"    // cases at the desk go to an agency (C-06)
)

// States of a proposal.
const (
	ProposalOpen      = "open"
	ProposalConfirmed = "confirmed"
	ProposalWithdrawn = "withdrawn"
)

// MaxProposed bounds the cases of one proposal, so that two people can read it.
const MaxProposed = 100

var _ = Define("proposal", Spec[Proposal]{
	Title: "调度提议", English: "desk proposal", Lane: Urgent,
	Acts:     map[Act]Judge[Proposal]{"propose": proposeDesk, "confirm": confirmProposal, "withdraw": withdrawProposal},
	Home:     func(*Proposal) NodeID { return Hub },
	Audience: func(*Proposal) Audience { return Only() },
	Terms: func(p *Proposal) Terms {
		return Terms{Title: p.Reason, State: p.State, Keys: p.Cases, Facets: []Facet{{"what", p.What}, {"node", string(p.Node)}}}
	},
})

func proposeDesk(old, want *Proposal, h *Header, v View) (*Proposal, *Refusal) {
	if old != nil && old.State == ProposalOpen {
		return nil, refuse("G-11", "同样的提议正在等待第二人确认")
	}
	next := *want
	next.First, next.Filed, next.Second, next.Ended, next.State, next.Note = h.By, h.At, "", 0, ProposalOpen, ""
	if next.Reason == "" {
		return nil, refuse("G-10", "请写明理由")
	}
	switch next.What {
	case ProposeOutage:
		return &next, next.checkOutage(h)
	case ProposeReassign:
		return &next, next.checkReassign(v)
	case ProposeRoute:
		return &next, next.checkCases("C-06a")
	}
	return nil, refuse("G-09", "没有“%s”这种提议", next.What)
}

// checkOutage: that a place is down is said by its own prefecture, not guessed
// from silence. A node that is merely cut off goes on and is never substituted.
func (p *Proposal) checkOutage(h *Header) *Refusal {
	switch {
	case p.Node.Validate() != nil || p.Node == Hub:
		return refuse("G-09", "请指明中断的节点")
	case p.Confirmed == "" || p.How == "":
		return refuse("C-24a", "请写明当地主管机关由谁、以何种方式确认中断;仅仅断网的节点继续在本地办理,不得改派")
	case p.DownSince <= 0 || p.DownSince > h.At:
		return refuse("G-09", "请写明中断自何时起")
	}
	return nil
}

func (p *Proposal) checkReassign(v View) *Refusal {
	outage, ok := citedAs[Proposal](v, Ref{"proposal", p.Outage})
	if !ok || outage.What != ProposeOutage || outage.State != ProposalConfirmed || outage.Node != p.Node {
		return refuse("C-24a", "须先由两人确认 %s 中断并将其隔离,再改派", p.Node)
	}
	if p.Route == "" {
		return refuse("C-24b", "请指明路由:替代机构只能是路由所列的同一机构或其法定上级")
	}
	return p.checkCases("C-24b")
}

func (p *Proposal) checkCases(rule string) *Refusal {
	switch {
	case p.Agency == "":
		return refuse(rule, "请指定承办机构")
	case len(p.Cases) == 0 || len(p.Cases) > MaxProposed:
		return refuse("G-09", "一次提议须有 1 至 %d 件办件", MaxProposed)
	case len(slices.Compact(slices.Sorted(slices.Values(p.Cases)))) != len(p.Cases):
		return refuse("G-09", "同一办件列了两次")
	}
	return nil
}

// confirmProposal is the second person's word (G-08).
func confirmProposal(old, _ *Proposal, h *Header, _ View) (*Proposal, *Refusal) {
	if old == nil || old.State != ProposalOpen {
		return nil, refuse("G-07", "该提议不在等待确认")
	}
	if h.By == old.First {
		return nil, refuse("G-08", "调度须由两名人员分别提议和确认,提议人不能确认自己的提议")
	}
	next := *old
	next.State, next.Second, next.Ended = ProposalConfirmed, h.By, h.At
	return &next, nil
}

func withdrawProposal(old, want *Proposal, h *Header, _ View) (*Proposal, *Refusal) {
	if old == nil || old.State != ProposalOpen {
		return nil, refuse("G-07", "该提议不在等待确认")
	}
	if want.Note == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *old
	next.State, next.Second, next.Ended, next.Note = ProposalWithdrawn, h.By, h.At, want.Note
	return &next, nil
}

// OutageID is the record id of the outage of a node in one of its epochs.
func OutageID(node NodeID, epoch uint64) string {
	return fmt.Sprintf("%s:%s:%d", ProposeOutage, node, epoch)
}

// CarriedCase is what became of one case of a confirmed proposal, or what would.
type CarriedCase struct {
	Case string `json:"case"`
	Done bool   `json:"done"`
	Rule string `json:"rule,omitempty" doc:"不予办理所依据的规则"`
	Text string `json:"text,omitempty"`
}
