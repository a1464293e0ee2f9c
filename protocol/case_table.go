package protocol

import "slices"

// caseLaw is one line of cases.md §5: from which states an act starts and whose
// home must be where. Preconditions are the act's own function.
type caseLaw struct {
	act   Act
	title string
	from  []CaseState // nil: the case is new
	who   place
	verb  Verb // the right a person needs (§16); none: the system's own act
	do    func(*deed) *Refusal
}

// place says where an act is lawful. That the writer is the record's home is
// checked by the fold (G-01); the roles of a person by Authorize (§16).
type place int

const (
	anyHome   place = iota
	competent       // hosts the deciding agency, or receives under a delegation
	handling        // hosts the deciding agency
	province        // the hub
)

var (
	unaccepted  = []CaseState{CaseReceived, CaseArrived}
	underReview = []CaseState{CaseAccepted, CaseReview}
	running     = []CaseState{CaseAccepted, CaseReview, CaseSpecial, CaseJoint}
	undecided   = []CaseState{CaseReceived, CaseArrived, CaseCorrection, CaseAccepted, CaseReview, CaseSpecial, CaseJoint}
	wasDecided  = []CaseState{CaseGranted, CaseDenied}
	terminal    = caseEnds
)

// caseTable is the whole law of who may do what when; what it does not list is
// G-07, or G-03 while a hand-over is under way.
func caseTable() []caseLaw {
	return []caseLaw{
		{"receive", "收件", nil, anyHome, MayReceive, receiveCase},
		{"resurrect", "凭收件凭证恢复", nil, anyHome, MayReceive, resurrectCase},
		{"refuse", "作出不予受理", unaccepted, competent, MayAccept, refuseCase},
		{"hand_over", "移交", []CaseState{CaseReceived, CaseAccepted}, anyHome, MayReceive, handOverCase},
		{"acknowledge", "签收", []CaseState{CaseHandingOver}, anyHome, "", acknowledgeCase},
		{"return_misrouted", "退回", []CaseState{CaseArrived}, anyHome, MayAccept, returnCase},
		{"route_by_desk", "改派", []CaseState{CaseHandingOver, CaseArrived}, province, MayRoute, routeByDesk},
		{"notice", "告知补正", unaccepted, competent, MayAccept, noticeCase},
		{"remind", "提醒补正", []CaseState{CaseCorrection}, anyHome, "", remindCase},
		{"supplement", "补正", []CaseState{CaseCorrection}, anyHome, MayAmend, supplementCase},
		{"reopen", "恢复", []CaseState{CaseLapsed}, anyHome, "", reopenCase},
		{"lapse", "按逾期处理", []CaseState{CaseCorrection}, anyHome, "", lapseCase},
		{"accept", "受理", unaccepted, competent, MayAccept, acceptCase},
		{"deem_accept", "视为受理", []CaseState{CaseReceived, CaseHandingOver, CaseArrived}, anyHome, "", deemCase},
		{"assign", "分办", underReview, handling, MayExamine, assignCase},
		{"opine", "出具意见", underReview, handling, MayExamine, opineCase},
		{"special_start", "启动特别程序", []CaseState{CaseReview}, handling, MayLead, startSpecial},
		{"special_end", "结束特别程序", []CaseState{CaseSpecial}, handling, MayExamine, endSpecial},
		{"extend", "延期", []CaseState{CaseAccepted, CaseReview, CaseJoint}, handling, MayLead, extendCase},
		{"joint_open", "发起联办", []CaseState{CaseReview}, handling, MayExamine, openJoint},
		{"joint_close", "结束联办", []CaseState{CaseJoint}, handling, MayExamine, closeJoint},
		{"grant", "准予", underReview, handling, MayDecide, grantCase},
		{"deny", "不予", underReview, handling, MayDecide, denyCase},
		{"deliver", "送达", wasDecided, anyHome, MayDeliver, deliverCase},
		{"withdraw", "撤回", allBut(append(slices.Clone(terminal), CaseHandingOver, CaseArchived)...), anyHome, MayReceive, withdrawCase},
		{"merge", "并案", undecided, anyHome, MayAccept, mergeCase},
		{"absorb", "并入", undecided, anyHome, "", absorbCase},
		{"archive", "归档", terminal, anyHome, MayArchive, archiveCase},
		{"reassign", "改由他处承办", allBut(CaseArchived), province, MayRoute, reassignCase},
		{"amend", "更正", unaccepted, anyHome, MayAmend, amendCase},
		{"fetched", "登记共享取得的材料", append(slices.Clone(unaccepted), running...), anyHome, MayAmend, fetchedCase},
		{"fee_due", "开具缴费", running, handling, MayAccept, feeDue},
		{"fee_paid", "登记缴费", running, handling, MayAccept, feePaid},
		{"owed_received", "登记容缺补交", running, anyHome, MayAmend, owedReceived},
		{"owed_lapsed", "登记容缺逾期", running, anyHome, "", owedLapsed},
		{"terminate", "终止办理", undecided, handling, MayLead, terminateCase},
		{"revoke", "撤销决定", []CaseState{CaseGranted, CaseDenied, CaseDelivered}, handling, MayDecide, revokeCase},
		{"recount", "按新日历重算", allBut(append(slices.Clone(terminal), CaseArchived)...), anyHome, "", recountCase},
	}
}

func allBut(not ...CaseState) (list []CaseState) {
	for _, k := range CaseStates {
		if !slices.Contains(not, k.State) {
			list = append(list, k.State)
		}
	}
	return list
}

// CaseFrom lists the states from which an act on a case starts; none for a receipt,
// false for what the table does not list.
func CaseFrom(act Act) ([]CaseState, bool) {
	for _, r := range caseTable() {
		if r.act == act {
			return r.from, true
		}
	}
	return nil, false
}

func caseActs() map[Act]Judge[Case] {
	acts := map[Act]Judge[Case]{}
	for _, r := range caseTable() {
		acts[r.act] = r.judge
	}
	return acts
}

// deed is one act under judgement: do changes next and nothing else, and copies
// from want only what the act may set. Lists are cloned before they grow.
type deed struct {
	old, want, next *Case
	h               *Header
	v               View
}

func (r caseLaw) judge(old, want *Case, h *Header, v View) (*Case, *Refusal) {
	if no := r.in(old); no != nil {
		return nil, no
	}
	next := &Case{}
	if old != nil {
		*next = *old
		if no := r.at(old, h, v); no != nil {
			return nil, no
		}
	}
	d := &deed{old, want, next, h, v}
	if no := r.do(d); no != nil {
		return nil, no
	}
	if no := d.document(); no != nil {
		return nil, no
	}
	return next, nil
}

// in refuses an act that is not legal where the case stands.
func (r *caseLaw) in(old *Case) *Refusal {
	switch {
	case r.from == nil && old == nil:
		return nil
	case r.from == nil:
		return refuse("G-07", "该办件已经收件")
	case old == nil:
		return refuse("G-07", "办件不存在")
	case slices.Contains(r.from, old.State):
		return nil
	case old.State == CaseHandingOver:
		return refuse("G-03", "办件正在移交(%s 起),待承办地确认到达后再%s", old.HandedOver, r.title)
	}
	return refuse("G-07", "办件处于“%s”,不能%s", old.State.Title(), r.title)
}

// at refuses an act at a place that is not competent for it (G-06).
func (r *caseLaw) at(c *Case, h *Header, v View) *Refusal {
	switch {
	case r.who == province && h.Origin != Hub:
		return refuse("G-06", "%s由省级调度办理", r.title)
	case r.who == handling && h.Origin != c.Handler,
		r.who == competent && h.Origin != c.Handler && !delegated(c, h, v):
		return refuse("G-06", "本地不是承办地,请移交%s", c.AgencyName)
	}
	return nil
}

// delegated: in 异地受理 the receiving node acts for the deciding agency while the
// delegation it cites is in force.
func delegated(c *Case, h *Header, v View) bool {
	if c.Mode != ModeDelegated || h.Origin != c.Received.Node || c.To != "" {
		return false
	}
	d, ok := citedAs[Delegation](v, Ref{"delegation", c.Delegation})
	return ok && d.covers(c.Item, c.Received.Agency, c.Agency) && d.State == DelegationActive
}

// citedAs gives a cited record, decoded; false when it is not cited or cannot be read.
func citedAs[T any](v View, ref Ref) (*T, bool) {
	rec, ok := v.Cited(ref)
	if !ok {
		return nil, false
	}
	t, err := Load[T](rec)
	return t, err == nil
}

// newest gives the last element of a list: what an act adds stands there, in the
// draft of its writer and in the judge's own result alike.
func newest[T any](list []T) (last T) {
	if len(list) > 0 {
		last = list[len(list)-1]
	}
	return last
}

// grown is list with one more element, without touching what old shares.
func grown[T any](list []T, more T) []T { return append(slices.Clip(slices.Clone(list)), more) }
