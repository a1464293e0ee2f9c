package protocol

import "slices"

// Fee is what the applicant owes for the case. Amounts are in fen.
type Fee struct {
	Amount int64   `json:"amount_fen"`
	Basis  string  `json:"basis"`
	DueAt  Instant `json:"due_at"`
	Waived string  `json:"waived,omitempty"` // why nothing is to be paid
	Ref    string  `json:"ref,omitempty"`    // of the payment
	PaidAt Instant `json:"paid_at,omitzero"`
	By     string  `json:"by"`
}

// feeDue is C-27: no fee beside the one of the guide, and none without a basis.
func feeDue(d *deed) *Refusal {
	f := Fee{DueAt: d.h.At, By: d.h.By}
	if w := d.want.Fee; w != nil {
		f.Amount, f.Basis, f.Waived = w.Amount, w.Basis, w.Waived
	}
	item, no := d.item()
	switch {
	case no != nil:
		return no
	case d.old.Fee != nil && d.old.Fee.PaidAt != 0:
		return refuse("C-27c", "已于 %s 缴费,不能再次开具", d.old.Fee.PaidAt)
	case f.Amount < 0 || f.Amount != item.FeeFen && f.Waived == "" || f.Waived != "" && f.Amount != 0:
		return refuse("C-27a", "应缴金额须与办事指南一致(%d 分)", item.FeeFen)
	case f.Basis == "":
		return refuse("C-27b", "请写明收费或免收依据")
	}
	d.next.Fee = &f
	return nil
}

// feePaid is C-27c: one payment counts once, however often it is reported.
func feePaid(d *deed) *Refusal {
	w, old := d.want.Fee, d.old.Fee
	switch {
	case old == nil || w == nil || w.Amount != old.Amount:
		return refuse("C-27a", "缴费金额与应缴金额不一致,或尚未开具缴费")
	case w.Ref == "" || old.PaidAt != 0:
		return refuse("C-27c", "缺少缴费流水号,或已登记过缴费(%s)", old.Ref)
	}
	f := *old
	f.Ref, f.PaidAt, f.By = w.Ref, d.h.At, d.h.By
	d.next.Fee = &f
	return nil
}

// owedReceived is C-28: an owed line has come (R-07 elsewhere).
func owedReceived(d *deed) *Refusal {
	s := d.supplement()
	n := d.next
	n.Materials = slices.Clone(d.old.Materials)
	if len(s.Lines) == 0 {
		return refuse("C-28a", "请登记补交的容缺材料")
	}
	for _, m := range s.Lines {
		i := slices.IndexFunc(n.Materials, func(o Material) bool { return o.Line == m.Line && o.Presence == PresenceOwed })
		if i < 0 || m.Presence != PresencePresent {
			return refuse("C-28a", "材料 %s 不是容缺材料,或没有提交", m.Line)
		}
		n.Materials[i] = m
	}
	if no := d.ownBlobs(s.Lines); no != nil {
		return no
	}
	n.Supplements = grown(d.old.Supplements, s)
	return nil
}

// owedLapsed is C-28: what was owed did not come; the item says whether the case
// is returned or denied, and a person does that.
func owedLapsed(d *deed) *Refusal {
	if !d.old.owes() || d.old.OwedLapsed != 0 {
		return refuse("C-28a", "没有待补交的容缺材料,或已登记逾期")
	}
	k8 := d.old.clock(K8)
	if k8.Limit.N == 0 || !k8.At(d.h.At, d.calendar()).Lapsed() {
		return refuse("C-28b", "容缺补交期限(%s)未过", d.old.Due.K8)
	}
	d.next.OwedLapsed = d.h.At
	return nil
}

// Amendment is one clerical correction; the old value stays readable.
type Amendment struct {
	Field  string  `json:"field"` // applicant.name, applicant.contact, applicant.id, agent.contact, form.<name>
	Old    string  `json:"old"`
	New    string  `json:"new"`
	Reason string  `json:"reason"`
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

// amendCase is C-25.
func amendCase(d *deed) *Refusal {
	w, n := newest(d.want.Amendments), d.next
	a := Amendment{Field: w.Field, Old: w.Old, New: w.New, Reason: w.Reason, By: d.h.By, At: d.h.At}
	if a.Field == "applicant.id" && d.old.State != CaseReceived {
		return refuse("C-25c", "收件后不得更改申请人证件号码;请撤回后重新申请")
	}
	n.Form = slices.Clone(d.old.Form)
	if n.Agent != nil {
		agent := *n.Agent
		n.Agent = &agent
	}
	value := n.clerical(a.Field)
	switch {
	case value == nil:
		return refuse("C-25a", "“%s”不是可以更正的笔误项", a.Field)
	case a.Reason == "" || a.Old != *value || a.New == a.Old:
		return refuse("C-25b", "请写明原值、新值和更正理由")
	}
	*value = a.New
	if a.Field == "applicant.id" {
		n.Applicant.FP = d.want.Applicant.FP // keyed by the province; the place that has the key computes it
	}
	if no := CheckApplicant(&n.Applicant, d.h.At); no != nil {
		return no
	}
	n.Amendments = grown(d.old.Amendments, a)
	return nil
}

// clerical gives the place of a value that may be corrected, or nil.
func (c *Case) clerical(field string) *string {
	switch field {
	case "applicant.name":
		return &c.Applicant.Name
	case "applicant.contact":
		return &c.Applicant.Contact
	case "applicant.id":
		return &c.Applicant.ID
	case "agent.contact":
		if c.Agent != nil {
			return &c.Agent.Contact
		}
		return nil
	}
	for i := range c.Form {
		if field == "form."+c.Form[i].Name {
			return &c.Form[i].Value
		}
	}
	return nil
}
