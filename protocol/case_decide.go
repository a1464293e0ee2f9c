package protocol

import "slices"

// Termination is C-29: the case cannot go on, and nobody is to blame.
type Termination struct {
	Cause string  `json:"cause"` // one of TerminationCauses
	Basis string  `json:"basis"`
	By    string  `json:"by"`
	At    Instant `json:"at"`
}

// TerminationCauses is the closed list of C-29.
var TerminationCauses = []string{"applicant_gone", "basis_repealed", "object_gone"}

// Revocation is C-30: a decision is taken back and the case reviewed again.
type Revocation struct {
	Decision *Decision  `json:"decision"` // that is taken back
	Delivery *Delivery  `json:"delivery,omitempty"`
	Extended *Extension `json:"extension,omitempty"`
	Reason   string     `json:"reason"`
	Basis    string     `json:"basis"`
	Told     string     `json:"told"`   // how the applicant was told
	Leader   string     `json:"leader"` // account of the leader; the decider signs
	By       string     `json:"by"`
	At       Instant    `json:"at"`
}

// Archive is C-23: what was checked before the case was put away (GB/T 42727).
type Archive struct {
	Packet  BlobID   `json:"packet"`
	Checks  []string `json:"checks"`           // ArchiveChecks, in their order
	Signed  string   `json:"signed,omitempty"` // blob: the applicant got what was owed to him
	Related []string `json:"related,omitempty"`
	By      string   `json:"by"`
	At      Instant  `json:"at"`
}

// ArchiveChecks are the steps of GB/T 42727.
var ArchiveChecks = []string{"inventory", "packet", "verification", "exchange", "receiving", "register", "store"}

// refuseCase is C-03: reason, basis and remedy are owed to the applicant.
func refuseCase(d *deed) *Refusal {
	if passed(d.old.Due.K1, d.old.Due.Provisional, d.h.At) {
		return refuse("C-03d", "一次性告知期限(%s)已过,不能再作出不予受理", d.old.Due.K1)
	}
	x := d.decision("refuse")
	if x.Class != "" && !slices.Contains(RefusalClasses, x.Class) || x.Class == "not_competent" && x.Ask == "" {
		return refuse("C-03a", "请从法定情形中选择不予受理的原因;不属本机构职权的须告知向谁申请")
	}
	if no := owedReasons(x, "C-03a", "C-03b", "C-03c"); no != nil {
		return no
	}
	d.next.State, d.next.Decision = CaseRefused, x
	return nil
}

// decision copies what a person may say of a decision.
func (d *deed) decision(kind string) *Decision {
	x := Decision{Kind: kind, By: d.h.By, At: d.h.At}
	if w := d.want.Decision; w != nil {
		x.Text, x.Reason, x.Basis, x.Remedy = w.Text, w.Reason, w.Basis, w.Remedy
		x.Class, x.Ask, x.Hearing, x.Licence = w.Class, w.Ask, w.Hearing, w.Licence
	}
	return &x
}

// owedReasons: who is turned down is told why, by which law, and what he can do.
func owedReasons(x *Decision, reason, basis, remedy string) *Refusal {
	switch {
	case x.Reason == "":
		return refuse(reason, "请写明理由")
	case x.Basis == "":
		return refuse(basis, "请写明依据")
	case x.Remedy == "":
		return refuse(remedy, "请写明救济途径(向何处、多长时间内申请复议或起诉)")
	}
	return nil
}

// fourEyes is G-08: who received or reviewed does not decide. An instant item may
// waive it, and says so (C-26b).
func (d *deed) fourEyes() *Refusal {
	c := d.old
	switch {
	case d.h.By != c.Received.Clerk && !slices.ContainsFunc(c.Opinions, func(o Opinion) bool { return o.By == d.h.By }):
		return nil
	case c.Instant && c.Terms.OneDecides:
		return nil
	case c.Instant:
		return refuse("C-26b", "即办件须由另一人确认后办结")
	}
	return refuse("G-08", "收件人、审查人与决定人不得为同一人")
}

// grantCase is C-18.
func grantCase(d *deed) *Refusal {
	c, x := d.old, d.decision("grant")
	for _, m := range c.Materials {
		if m.Presence == PresenceOwed {
			return refuse("C-18a", "容缺材料 %s 尚未补齐,不能准予", m.Line)
		}
		if m.Presence == PresencePending {
			return refuse("C-18e", "共享材料 %s 尚未取得,不能作出决定", m.Line)
		}
	}
	switch {
	case c.Fee != nil && c.Fee.PaidAt == 0 && c.Fee.Waived == "":
		return refuse("C-18b", "费用尚未缴纳,也未免收")
	case x.Licence != "" && CheckLicenceID(x.Licence) != nil:
		return refuse("C-18c", "证照标识不合规:%s", CheckLicenceID(x.Licence).Text)
	case c.openTask() != "":
		return refuse("C-18d", "联办子任务 %s 尚未办结", c.openTask())
	}
	if no := d.blobsHere(); no != nil {
		return no
	}
	return d.decide(x, CaseGranted)
}

func (c *Case) openTask() string {
	for _, t := range c.Tasks {
		if t.State == TaskOpen {
			return t.ID
		}
	}
	return ""
}

// blobsHere is C-18e: when scans were still on their way at the arrival, the
// decision cites the manifest of each.
func (d *deed) blobsHere() *Refusal {
	if !d.old.BlobsPending {
		return nil
	}
	for _, m := range d.old.Materials {
		for _, id := range m.Blobs {
			if _, ok := d.v.Cited(Ref{"blob", id}); !ok {
				return refuse("C-18e", "材料 %s 的扫描件尚未到达,不能作出决定", m.Line)
			}
		}
	}
	d.next.BlobsPending = false
	return nil
}

// denyCase is C-19.
func denyCase(d *deed) *Refusal {
	x := d.decision("deny")
	if no := owedReasons(x, "C-19a", "C-19b", "C-19c"); no != nil {
		return no
	}
	if d.old.Terms.Hearing && x.Hearing == "" {
		return refuse("C-19d", "依法须告知申请人听证权利,请先送达听证告知书")
	}
	return d.decide(x, CaseDenied)
}

func (d *deed) decide(x *Decision, state CaseState) *Refusal {
	if no := d.fourEyes(); no != nil {
		return no
	}
	d.next.State, d.next.Decision = state, x
	d.next.date(d.calendar(), K4, K5b)
	return nil
}

// deliverCase is C-20; a window elsewhere reports it with a request.
func deliverCase(d *deed) *Refusal {
	w := d.want.Delivery
	if w == nil || w.Recipient == "" {
		return refuse("C-20a", "请核对并填写领取人")
	}
	if w.Way != "counter" && w.Way != "elicence" && (w.Way != "courier" || w.Tracking == "") {
		return refuse("C-20b", "请选择送达方式;快递须填写单号")
	}
	if w.Proof != "" && w.Proof != "paper" {
		blob, cited := citedAs[Blob](d.v, Ref{"blob", w.Proof})
		if !cited || blob.Owner != d.h.Ref {
			return refuse("C-20c", "送达签收的扫描件未登记或属于其他办件")
		}
	}
	done := *w // place, author and time are those of the window that reports it, or else the writer's own
	if done.By == "" {
		done.By, done.Place, done.At = d.h.By, d.h.Origin, d.h.At
	}
	if done.Place.Validate() != nil || done.At <= 0 { // not compared with h.At: two places, two clocks
		return refuse("G-09", "送达回报须写明地点和时间")
	}
	d.next.State, d.next.Delivery = CaseDelivered, &done
	return nil
}

// withdrawCase is C-21.
func withdrawCase(d *deed) *Refusal {
	if d.old.Decision != nil && slices.Contains(wasDecided, d.old.State) {
		return refuse("C-21b", "已作出决定,不能撤回;请由负责人按撤销决定(C-30)办理")
	}
	if d.want.WithdrawnBy == nil || d.want.WithdrawnBy.Reason == "" {
		return refuse("C-21a", "请核验申请人身份并写明撤回原因")
	}
	d.next.State = CaseWithdrawn
	d.next.WithdrawnBy = &Ending{Reason: d.want.WithdrawnBy.Reason, By: d.h.By, At: d.h.At}
	return nil
}

// terminateCase is C-29.
func terminateCase(d *deed) *Refusal {
	t := Termination{By: d.h.By, At: d.h.At}
	if d.want.Terminated != nil {
		t.Cause, t.Basis = d.want.Terminated.Cause, d.want.Terminated.Basis
	}
	switch {
	case !slices.Contains(TerminationCauses, t.Cause):
		return refuse("C-29a", "请选择终止原因:申请人死亡或终止、依据废止、标的灭失")
	case t.Basis == "":
		return refuse("C-29b", "请写明终止依据")
	}
	d.next.State, d.next.Terminated = CaseTerminated, &t
	return nil
}

// revokeCase is C-30: a new 20 working days run from it, K2 is over for good.
func revokeCase(d *deed) *Refusal {
	w, c := newest(d.want.Revoked), d.old
	r := Revocation{Decision: c.Decision, Delivery: c.Delivery, Extended: c.Extension, Reason: w.Reason, Basis: w.Basis, Told: w.Told,
		Leader: w.Leader, By: d.h.By, At: d.h.At}
	switch {
	case r.Reason == "":
		return refuse("C-30a", "请写明撤销理由")
	case r.Basis == "":
		return refuse("C-30b", "请写明撤销依据")
	case r.Told == "":
		return refuse("C-30c", "请先告知申请人并写明告知方式")
	case r.Leader == "" || r.Leader == d.h.By:
		return refuse("G-08", "撤销须由负责人批准、决定人办理,二人不得相同")
	}
	n := d.next
	n.Revoked, n.State = grown(c.Revoked, r), CaseReview
	n.Decision, n.Delivery, n.Extension = nil, nil, nil
	n.ClockFrom, n.Terms.Promise, n.Terms.Legal, n.Due.K2 = d.h.At, Limit{}, Limit{20, WorkingDays}, Day{}
	n.date(d.calendar(), K3)
	return nil
}

// archiveCase is C-23. What belongs to the case and could still be open is cited.
func archiveCase(d *deed) *Refusal {
	a := Archive{By: d.h.By, At: d.h.At}
	if w := d.want.Archive; w != nil {
		a.Packet, a.Checks, a.Signed = w.Packet, slices.Clone(w.Checks), w.Signed
	}
	for _, dep := range d.h.Deps {
		if rule := d.unfinished(dep.Ref); rule != "" {
			return refuse(rule, "%s 尚未了结,不能归档", dep.Ref)
		}
		if oneOf(string(dep.Ref.Kind), "parcel", "remedy", "complaint") {
			a.Related = append(a.Related, dep.Ref.String())
		}
	}
	switch {
	case d.old.Delivery == nil && a.Signed == "":
		return refuse("C-23c", "结果或退件尚无申请人签收,不能归档")
	case a.Packet.Validate() != nil || !slices.Equal(a.Checks, ArchiveChecks):
		return refuse("C-23d", "归档包未按 GB/T 42727 逐项检验")
	}
	d.next.State, d.next.Archive = CaseArchived, &a
	return nil
}

// unfinished names the rule that a cited record breaks while it is open. What
// cannot be read counts as open.
func (d *deed) unfinished(ref Ref) string {
	if _, cited := d.v.Cited(ref); !cited {
		return ""
	}
	switch ref.Kind {
	case "parcel":
		if p, ok := citedAs[Parcel](d.v, ref); !ok || p.Open() {
			return "C-23a"
		}
	case "remedy":
		if r, ok := citedAs[Remedy](d.v, ref); !ok || r.State != RemedyClosed {
			return "C-23b"
		}
	case "complaint":
		if c, ok := citedAs[Complaint](d.v, ref); !ok || !oneOf(c.State, ComplaintTold, ComplaintRefused) {
			return "C-23b"
		}
	}
	return ""
}
