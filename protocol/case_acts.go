package protocol

import "slices"

// in refuses an act that is not legal where the case stands (G-07).
func in(old *Case, act string, states ...CaseState) *Refusal {
	if old == nil {
		return refuse("G-07", "办件不存在")
	}
	if old.State == CaseHandingOver && !slices.Contains(states, CaseHandingOver) {
		return refuse("G-03", "办件正在移交,待承办地确认到达后再%s", act)
	}
	if !slices.Contains(states, old.State) {
		return refuse("G-07", "办件处于“%s”,不能%s", old.State.Title(), act)
	}
	return nil
}

// competent reports whether the writer's place hosts the deciding agency.
func competent(c *Case, h *Header) bool { return h.Origin == c.Handler }

// handOverCase is C-04: home moves to the deciding agency's node.
func handOverCase(old, _ *Case, h *Header, v View) (*Case, *Refusal) {
	if no := in(old, "移交", CaseReceived); no != nil {
		return nil, no
	}
	if competent(old, h) {
		return nil, refuse("C-04d", "本地即为承办地,无须移交")
	}
	rec, ok := v.Cited(Ref{"agency", old.Agency})
	if !ok {
		return nil, refuse("C-04a", "移交时须引用承办机构 %s", old.Agency)
	}
	agency, err := Load[Agency](rec)
	if err != nil || agency.State != AgencyActive {
		return nil, refuse("C-04b", "承办机构已停用,请联系省级管理员改派")
	}
	next := *old
	next.State, next.To = CaseHandingOver, agency.Node
	next.Handler = agency.Node
	return &next, nil
}

// acknowledgeCase is C-05: the new home has the case.
func acknowledgeCase(old, _ *Case, _ *Header, _ View) (*Case, *Refusal) {
	if no := in(old, "签收", CaseHandingOver); no != nil {
		return nil, no
	}
	next := *old
	next.State = CaseArrived
	return &next, nil
}

// acceptCase is C-10: K1 stops, K2 and K3 start.
func acceptCase(old, _ *Case, h *Header, v View) (*Case, *Refusal) {
	if no := in(old, "受理", CaseReceived, CaseArrived); no != nil {
		return nil, no
	}
	if !competent(old, h) {
		return nil, refuse("G-06", "本地不是承办地,请移交%s", old.AgencyName)
	}
	for _, m := range old.Materials {
		if m.Presence == "missing" {
			return nil, refuse("C-10a", "材料 %s 尚缺,不能受理", m.Line)
		}
	}
	rec, ok := v.Cited(Ref{"item", old.Item})
	if !ok {
		return nil, refuse("G-09", "受理时须引用事项版本 %s", old.Item)
	}
	item, err := Load[Item](rec)
	if err != nil {
		return nil, refuse("G-09", "事项版本 %s 无法读取", old.Item)
	}
	next := *old
	next.State, next.Accepted = CaseAccepted, h.At
	startLimits(&next, item, h.At, v)
	return &next, nil
}

func startLimits(c *Case, item *Item, at Instant, v View) {
	cal := CalendarOf(v, at.Time().Year(), at.Time().Year()+1)
	var p2, p3 bool
	if item.Promise.N > 0 {
		c.Due.K2, p2 = item.Promise.Due(cal, at.Day())
	}
	if item.Legal.N > 0 {
		c.Due.K3, p3 = item.Legal.Due(cal, at.Day())
	}
	c.Due.Provisional = p2 || p3
}

// refuseCase is C-03: reason, basis and remedy are owed to the applicant.
func refuseCase(old, want *Case, h *Header, _ View) (*Case, *Refusal) {
	if no := in(old, "作出不予受理", CaseReceived, CaseArrived); no != nil {
		return nil, no
	}
	return decide(old, want, h, "refuse", CaseRefused)
}

// grantCase is C-18 with four eyes (G-08).
func grantCase(old, want *Case, h *Header, _ View) (*Case, *Refusal) {
	if no := in(old, "准予", CaseAccepted); no != nil {
		return nil, no
	}
	for _, m := range old.Materials {
		if m.Presence == "owed" {
			return nil, refuse("C-18a", "容缺材料 %s 尚未补齐,不能准予", m.Line)
		}
	}
	return decide(old, want, h, "grant", CaseGranted)
}

// denyCase is C-19.
func denyCase(old, want *Case, h *Header, _ View) (*Case, *Refusal) {
	if no := in(old, "不予", CaseAccepted); no != nil {
		return nil, no
	}
	return decide(old, want, h, "deny", CaseDenied)
}

func decide(old, want *Case, h *Header, kind string, state CaseState) (*Case, *Refusal) {
	if !competent(old, h) {
		return nil, refuse("G-06", "本地不是承办地,请移交%s", old.AgencyName)
	}
	d := Decision{Kind: kind, By: h.By, At: h.At}
	if want.Decision != nil {
		d.Text, d.Reason, d.Basis, d.Remedy = want.Decision.Text, want.Decision.Reason, want.Decision.Basis, want.Decision.Remedy
	}
	if kind != "grant" && (d.Reason == "" || d.Basis == "" || d.Remedy == "") {
		return nil, refuse("G-10", "须写明理由、依据和救济途径")
	}
	if kind != "refuse" && h.By == old.Received.Clerk {
		return nil, refuse("G-08", "收件人与决定人不得为同一人")
	}
	next := *old
	next.State, next.Decision = state, &d
	return &next, nil
}

// deliverCase is C-20; a window elsewhere reports it with a request.
func deliverCase(old, want *Case, h *Header, _ View) (*Case, *Refusal) {
	if no := in(old, "送达", CaseGranted, CaseDenied); no != nil {
		return nil, no
	}
	d := want.Delivery
	if d == nil || d.Recipient == "" {
		return nil, refuse("C-20a", "请核对并填写领取人")
	}
	if d.Way != "counter" && d.Way != "elicence" && (d.Way != "courier" || d.Tracking == "") {
		return nil, refuse("C-20b", "请选择送达方式;快递须填写单号")
	}
	next := *old
	next.State = CaseDelivered
	done := *d // place, author and time are those of the window that reports it, or else the writer's own
	if done.By == "" {
		done.By, done.Place, done.At = h.By, h.Origin, h.At
	}
	if done.Place.Validate() != nil || done.At <= 0 { // not compared with h.At: two places, two clocks
		return nil, refuse("G-09", "送达回报须写明地点和时间")
	}
	next.Delivery = &done
	return &next, nil
}

// withdrawCase is C-21.
func withdrawCase(old, want *Case, h *Header, _ View) (*Case, *Refusal) {
	if no := in(old, "撤回", CaseReceived, CaseArrived, CaseAccepted); no != nil {
		return nil, no
	}
	if want.WithdrawnBy == nil || want.WithdrawnBy.Reason == "" {
		return nil, refuse("C-21a", "请核验申请人身份并写明撤回原因")
	}
	next := *old
	next.State = CaseWithdrawn
	next.WithdrawnBy = &Ending{Reason: want.WithdrawnBy.Reason, By: h.By, At: h.At}
	return &next, nil
}
