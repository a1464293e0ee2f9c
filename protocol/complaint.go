package protocol

import "slices"

// Complaint is a complaint about a service (投诉举报, art. 50): verified, handled
// and told to the person within five working days of its acceptance (K7). It
// comes from our own channels or from the hotline; a hotline ticket's record id
// is its number there, so the same ticket twice is one complaint. Its home
// is the node of the agency that handles it.
//
//	– ─file→ filed ─accept→ accepted ─verify→ verified ─handle→ handled ─tell→ told
//	           └─refuse→ refused
type Complaint struct {
	Source   string     `json:"source"`             // own or 12345
	External string     `json:"external,omitempty"` // the hotline's number
	Text     string     `json:"text"`
	Against  []string   `json:"against,omitempty"` // accounts of the persons and superiors named
	Agency   string     `json:"agency"`            // USCC of the agency that handles it
	Node     NodeID     `json:"node"`
	From     NodeID     `json:"from"`             // where it was filed
	Links    []Ref      `json:"links,omitempty"`  // case, evaluation, card
	Person   *Applicant `json:"person,omitempty"` // none when anonymous
	Filed    Instant    `json:"filed"`
	State    string     `json:"state"`
	Reason   string     `json:"reason,omitempty"` // of a refusal
	Assignee string     `json:"assignee,omitempty"`
	Accepted Instant    `json:"accepted,omitzero"`
	Due      Day        `json:"due,omitzero"` // K7
	Finding  string     `json:"finding,omitempty"`
	Founded  bool       `json:"founded,omitempty"`
	Measure  string     `json:"measure,omitempty"`
	Told     *Telling   `json:"told,omitempty"`
	Docs     []Doc      `json:"docs,omitempty"` // D-19
	Rest
}

// Telling says when and how a person was told an outcome.
type Telling struct {
	Way  string  `json:"way"` // phone, sms, post, portal, counter, hotline
	Text string  `json:"text"`
	By   string  `json:"by"`
	At   Instant `json:"at"`
}

// Sources of complaints.
const (
	ComplaintOwn = "own"
	Hotline      = "12345"
)

// States of a complaint.
const (
	ComplaintFiled    = "filed"
	ComplaintAccepted = "accepted"
	ComplaintRefused  = "refused"
	ComplaintVerified = "verified"
	ComplaintHandled  = "handled"
	ComplaintTold     = "told"
)

var _ = Define("complaint", Spec[Complaint]{
	Title: "投诉", English: "complaint", Lane: Urgent, Personal: true,
	Acts: map[Act]Judge[Complaint]{"file": fileComplaint, "accept": acceptComplaint, "refuse": refuseComplaint, "verify": verifyComplaint,
		"handle": handleComplaint, "tell": tellComplaint},
	Foreign:  []Act{"file"},
	Home:     func(c *Complaint) NodeID { return c.Node },
	Audience: func(c *Complaint) Audience { return Only(c.Node, c.From) },
	Terms: func(c *Complaint) Terms {
		keys := []string{c.External}
		for _, l := range c.Links {
			keys = append(keys, l.String())
		}
		keys = append(keys, serials(c.Docs)...)
		return Terms{Title: firstWords(c.Text), State: c.State, Keys: slices.DeleteFunc(keys, func(k string) bool { return k == "" }),
			Facets: []Facet{{"agency", c.Agency}, {"source", c.Source}, {"assignee", c.Assignee}}}
	},
	Deadlines: func(c *Complaint) []Deadline {
		if oneOf(c.State, ComplaintAccepted, ComplaintVerified, ComplaintHandled) {
			return endOf(nil, K7, c.Due)
		}
		return nil
	},
})

// HotlineID is the record id of a ticket of the hotline.
func HotlineID(ticket string) string { return Hotline + ":" + ticket }

// firstWords is a line for a list; it cuts between characters.
func firstWords(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// fileComplaint is Q-01.
func fileComplaint(old, want *Complaint, h *Header, v View) (*Complaint, *Refusal) {
	if old != nil {
		return nil, refuse("Q-01", "该投诉已经登记,不重复受理")
	}
	next := Complaint{Source: want.Source, External: want.External, Text: want.Text, Against: want.Against, Agency: want.Agency, Links: want.Links,
		Person: want.Person, From: h.Origin, Filed: h.At, State: ComplaintFiled, Rest: want.Rest}
	switch {
	case next.Source != ComplaintOwn && next.Source != Hotline:
		return nil, refuse("Q-01", "投诉来源须为 own(自有渠道)或 12345")
	case (next.Source == Hotline) != (next.External != ""), next.Source == Hotline && h.Ref.ID != HotlineID(next.External):
		return nil, refuse("Q-01", "12345 工单以工单编号登记,自有渠道的投诉不填")
	case next.Text == "":
		return nil, refuse("G-09", "/text:请写明投诉内容")
	case len(next.Against) > 20 || len(next.Links) > 20:
		return nil, refuse("G-09", "/against:被投诉人或关联记录过多")
	}
	for i, l := range next.Links {
		if l.Validate() != nil || !oneOf(string(l.Kind), "case", "evaluation", "card") {
			return nil, refuse("G-09", "/links/%d:关联的须是办件、评价或牌", i)
		}
	}
	return &next, handledBy(&next, v)
}

func handledBy(c *Complaint, v View) *Refusal {
	rec, ok := v.Cited(Ref{"agency", c.Agency})
	if !ok {
		return refuse("Q-01", "投诉须引用办理机构")
	}
	a, err := Load[Agency](rec)
	if err != nil || a.State != AgencyActive {
		return refuse("Q-01", "办理机构无法读取或已停用")
	}
	c.Node = a.Node
	return nil
}

// acceptComplaint is Q-02: K7 starts, and nobody handles what is said of him or
// of his superior.
func acceptComplaint(old, want *Complaint, h *Header, v View) (*Complaint, *Refusal) {
	if no := complaintIn(old, h, ComplaintFiled); no != nil {
		return nil, no
	}
	if want.Assignee == "" {
		return nil, refuse("Q-02", "受理投诉须指定办理人")
	}
	if slices.Contains(old.Against, want.Assignee) {
		return nil, refuse("Q-02a", "不得将投诉交给被投诉人或被一并投诉的上级办理")
	}
	next := *old
	next.State, next.Assignee, next.Accepted = ComplaintAccepted, want.Assignee, h.At
	next.Due, _ = K7.dueFrom(h.At.Day(), v)
	return &next, nil
}

func refuseComplaint(old, want *Complaint, h *Header, _ View) (*Complaint, *Refusal) {
	if no := complaintIn(old, h, ComplaintFiled); no != nil {
		return nil, no
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明不予受理的原因")
	}
	next := *old
	next.State, next.Reason = ComplaintRefused, want.Reason
	return &next, nil
}

func verifyComplaint(old, want *Complaint, h *Header, _ View) (*Complaint, *Refusal) {
	if no := complaintIn(old, h, ComplaintAccepted); no != nil {
		return nil, no
	}
	if want.Finding == "" {
		return nil, refuse("Q-03", "请写明核实情况")
	}
	next := *old
	next.State, next.Founded, next.Finding = ComplaintVerified, want.Founded, want.Finding
	return &next, nil
}

func handleComplaint(old, want *Complaint, h *Header, _ View) (*Complaint, *Refusal) {
	if no := complaintIn(old, h, ComplaintVerified); no != nil {
		return nil, no
	}
	if want.Measure == "" {
		return nil, refuse("Q-04", "请写明处理结果")
	}
	next := *old
	next.State, next.Measure = ComplaintHandled, want.Measure
	return &next, nil
}

// tellComplaint is Q-05: the five working days end with the telling.
func tellComplaint(old, want *Complaint, h *Header, _ View) (*Complaint, *Refusal) {
	no := complaintIn(old, h, ComplaintHandled)
	if no != nil {
		return nil, no
	}
	told, ok := telling(want.Told, h)
	if !ok {
		return nil, refuse("Q-05", "请写明告知投诉人的方式和内容")
	}
	next := *old
	next.State, next.Told = ComplaintTold, told
	next.Docs, no = listed(want.Docs, old.Docs, 19, h)
	return &next, no
}

func telling(t *Telling, h *Header) (*Telling, bool) {
	if t == nil || t.Text == "" || !oneOf(t.Way, "phone", "sms", "post", "portal", "counter", "hotline") {
		return nil, false
	}
	return &Telling{t.Way, t.Text, h.By, h.At}, true
}

func complaintIn(old *Complaint, h *Header, state string) *Refusal {
	if old == nil || old.State != state {
		return refuse("G-07", "投诉不存在,或当前状态不能进行此操作")
	}
	if slices.Contains(old.Against, h.By) {
		return refuse("Q-02a", "被投诉人不得办理对自己的投诉")
	}
	return nil
}
