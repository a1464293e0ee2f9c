package protocol

import "slices"

// Objection is a person's word that published data about him are wrong (异议,
// art. 46). Its home is the hub, but for the time a department checks it.
//
//	– ─file→ filed ─mark→ marked ─decide→ decided ─tell→ told ─close→ closed
//	                         └─transfer→ transferred ─dept_receive→ checking ─dept_decide→ decided
//
//	K6a mark 1 working day of filing · K6b decide or K6c transfer 2 of filing
//	K6d department 5 of its receipt · K6t tell 1 of the decision
//
// The mark itself is a record of its own without the person (mark.go), because
// every node shows it and nobody else need know who objected.
type Objection struct {
	Disputed  Ref        `json:"disputed"`
	Field     string     `json:"field"` // JSON pointer into the record
	Text      string     `json:"text"`
	Proof     []string   `json:"proof"` // record ids of blob manifests
	Person    Applicant  `json:"person"`
	From      NodeID     `json:"from"` // the window or portal that took it in
	Filed     Instant    `json:"filed"`
	State     string     `json:"state"`
	Marked    Instant    `json:"marked,omitzero"`
	Agency    string     `json:"agency,omitempty"` // the department it was passed to
	Node      NodeID     `json:"node,omitempty"`   // and its node
	Passed    Instant    `json:"transferred,omitzero"`
	Received  Instant    `json:"dept_received,omitzero"`
	Source    string     `json:"source,omitempty"` // whom the department asked, and what they said
	Corrected bool       `json:"corrected,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	Decided   Instant    `json:"decided,omitzero"`
	Told      *Telling   `json:"told,omitempty"`
	Acks      []NodeID   `json:"acks,omitempty"` // nodes that acknowledged the mark's end
	Closed    Instant    `json:"closed,omitzero"`
	Due       ObjectDues `json:"due"`
	Rest
}

// ObjectDues are the days of the clocks of art. 46; only those of the current
// state run.
type ObjectDues struct {
	K6a Day `json:"k6a,omitzero"`
	K6b Day `json:"k6b,omitzero"`
	K6c Day `json:"k6c,omitzero"`
	K6d Day `json:"k6d,omitzero"`
	K6t Day `json:"k6t,omitzero"`
}

// States of an objection.
const (
	ObjectionFiled       = "filed"
	ObjectionMarked      = "marked"
	ObjectionTransferred = "transferred"
	ObjectionChecking    = "checking"
	ObjectionDecided     = "decided"
	ObjectionTold        = "told"
	ObjectionClosed      = "closed"
)

// K6t is telling the person, "及时" in art. 46; one working day is our default.
const K6t ClockID = "K6t"

var _ = Define("objection", Spec[Objection]{
	Title: "异议", English: "objection", Lane: Urgent, Personal: true,
	Acts: map[Act]Judge[Objection]{"file": fileObjection, "mark": markObjection, "decide": decideObjection, "transfer": transferObjection,
		"dept_receive": receiveObjection, "dept_decide": deptDecideObjection, "tell": tellObjection, "close": closeObjection, "recount": recountObjection},
	Foreign: []Act{"file"},
	Home: func(o *Objection) NodeID {
		if o.State == ObjectionTransferred || o.State == ObjectionChecking {
			return o.Node
		}
		return Hub
	},
	Audience: func(o *Objection) Audience { return Only(o.From, o.Node) },
	Terms: func(o *Objection) Terms {
		return Terms{Title: o.Disputed.String() + " " + o.Field, State: o.State, Keys: []string{o.Disputed.String()},
			Facets: []Facet{{"agency", o.Agency}, {"from", string(o.From)}}}
	},
	Deadlines: objectionDeadlines,
})

// objectionDeadlines: until its scope is settled both ways out of marked run.
func objectionDeadlines(o *Objection) []Deadline {
	switch o.State {
	case ObjectionFiled:
		return endOf(endOf(endOf(nil, K6a, o.Due.K6a), K6b, o.Due.K6b), K6c, o.Due.K6c)
	case ObjectionMarked:
		return endOf(endOf(nil, K6b, o.Due.K6b), K6c, o.Due.K6c)
	case ObjectionTransferred, ObjectionChecking:
		return endOf(nil, K6d, o.Due.K6d)
	case ObjectionDecided:
		return endOf(nil, K6t, o.Due.K6t)
	}
	return nil
}

// fileObjection is O-01: any window or the portal takes it in.
func fileObjection(old, want *Objection, h *Header, v View) (*Objection, *Refusal) {
	if old != nil {
		return nil, refuse("G-11", "该异议已经提交过")
	}
	next := Objection{Disputed: want.Disputed, Field: want.Field, Text: want.Text, Proof: want.Proof, Person: want.Person, From: h.Origin, Filed: h.At,
		State: ObjectionFiled, Rest: want.Rest}
	switch {
	case next.Disputed.Validate() != nil || next.Field == "":
		return nil, refuse("O-01", "请指明有异议的记录和字段")
	case next.Text == "":
		return nil, refuse("O-01", "请写明异议内容")
	case len(next.Proof) == 0 || len(next.Proof) > 50:
		return nil, refuse("O-01", "请附证明材料,至多 50 份")
	}
	if no := CheckApplicant(&next.Person, h.At); no != nil {
		return nil, no
	}
	day := h.At.Day()
	next.Due.K6a, _ = K6a.dueFrom(day, v)
	next.Due.K6b, _ = K6b.dueFrom(day, v)
	next.Due.K6c, _ = K6c.dueFrom(day, v)
	return &next, nil
}

// markObjection is O-02; the hub puts the mark beside the datum in the same group.
func markObjection(old, _ *Objection, h *Header, _ View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-02", ObjectionFiled); no != nil {
		return nil, no
	}
	next := *old
	next.State, next.Marked = ObjectionMarked, h.At
	return &next, nil
}

// decideObjection is O-03 for data of the hub's own scope.
func decideObjection(old, want *Objection, h *Header, v View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-03", ObjectionMarked); no != nil {
		return nil, no
	}
	return decided(old, want, h, v)
}

func decided(old, want *Objection, h *Header, v View) (*Objection, *Refusal) {
	if want.Reason == "" {
		return nil, refuse("G-10", "请写明更正或不予更正的理由")
	}
	next := *old
	next.State, next.Corrected, next.Reason, next.Decided = ObjectionDecided, want.Corrected, want.Reason, h.At
	next.Due.K6t, _ = K6t.dueFrom(h.At.Day(), v)
	return &next, nil
}

// transferObjection is O-03 for data of a department: its node is the home now.
func transferObjection(old, want *Objection, h *Header, v View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-03", ObjectionMarked); no != nil {
		return nil, no
	}
	rec, ok := v.Cited(Ref{"agency", want.Agency})
	if !ok {
		return nil, refuse("O-03", "转办须引用责任部门")
	}
	a, err := Load[Agency](rec)
	if err != nil || a.State != AgencyActive {
		return nil, refuse("O-03", "责任部门无法读取或已停用")
	}
	next := *old
	next.State, next.Agency, next.Node, next.Passed = ObjectionTransferred, a.USCC, a.Node, h.At
	next.Due.K6d, _ = K6d.dueFrom(h.At.Day(), v) // until the department notes its receipt
	return &next, nil
}

// receiveObjection is O-04: the five working days count from this day.
func receiveObjection(old, _ *Objection, h *Header, v View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-04", ObjectionTransferred); no != nil {
		return nil, no
	}
	next := *old
	next.State, next.Received = ObjectionChecking, h.At
	next.Due.K6d, _ = K6d.dueFrom(h.At.Day(), v)
	return &next, nil
}

func deptDecideObjection(old, want *Objection, h *Header, v View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-04", ObjectionChecking); no != nil {
		return nil, no
	}
	if want.Source == "" {
		return nil, refuse("O-04", "请写明向提供数据的机构核实的情况")
	}
	next, no := decided(old, want, h, v)
	if no != nil {
		return nil, no
	}
	next.Source = want.Source
	return next, nil
}

func tellObjection(old, want *Objection, h *Header, _ View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-05", ObjectionDecided); no != nil {
		return nil, no
	}
	told, ok := telling(want.Told, h)
	if !ok {
		return nil, refuse("O-05", "请写明告知异议提出人的方式和内容")
	}
	next := *old
	next.State, next.Told = ObjectionTold, told
	return &next, nil
}

// closeObjection is O-06: the mark is lifted or the value corrected; the entry
// lists the nodes that have acknowledged it.
func closeObjection(old, want *Objection, h *Header, v View) (*Objection, *Refusal) {
	if no := objectionIn(old, "O-06", ObjectionTold); no != nil {
		return nil, no
	}
	if rec, ok := v.Cited(Ref{"mark", MarkID(old.Disputed, old.Field)}); ok {
		if m, err := Load[Mark](rec); err != nil || slices.Contains(m.Open, h.Ref.ID) {
			return nil, refuse("O-06", "请先就该异议撤下标注")
		}
	} else {
		return nil, refuse("O-06", "结案须引用该数据的异议标注")
	}
	acks := slices.Clone(want.Acks)
	slices.Sort(acks)
	next := *old
	next.State, next.Acks, next.Closed = ObjectionClosed, slices.Compact(acks), h.At
	if len(next.Acks) == 0 {
		return nil, refuse("O-06", "请列明已确认撤下标注的节点")
	}
	return &next, nil
}

func objectionIn(old *Objection, rule, state string) *Refusal {
	if old == nil || old.State != state {
		return refuse(rule, "异议不存在,或当前状态不能进行此操作")
	}
	return nil
}
