package protocol

import (
	"encoding/json"
	"slices"
	"strings"
)

// openParcel is P-01: a only paper that the law demands, b counted with the
// applicant, and both sign.
func openParcel(old, want *Parcel, h *Header, v View) (*Parcel, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "该原件包已经登记")
	}
	next := Parcel{Case: want.Case, List: want.List, Opened: want.Opened, State: ParcelAtWindow, Holder: Holder{h.Origin, h.By}, Rest: want.Rest}
	next.Opened.By, next.Opened.At = h.By, h.At
	if next.Opened.Name == "" || next.Opened.Sign == "" {
		return nil, refuse("P-01b", "原件须当面清点,由申请人和收件人双方签名")
	}
	rec, ok := v.Cited(Ref{"case", next.Case})
	if !ok {
		return nil, refuse("P-01a", "登记原件须引用办件")
	}
	c, err := Load[Case](rec)
	if err != nil {
		return nil, refuse("P-01a", "办件无法读取")
	}
	next.ReceiptNo, next.Parties = c.ReceiptNo, Only(c.Received.Node, c.Handler).Nodes
	if c.Received.Node != c.Handler {
		next.Due.K5o, _ = K5o.dueFrom(c.Received.At.Day(), v)
	}
	return &next, checkOriginals(next.List, c, v)
}

// dueFrom counts a clock of the closed list from a day on the calendars cited.
func (id ClockID) dueFrom(start Day, v View) (due Day, provisional bool) {
	rule, _ := id.Rule()
	return rule.Limit.Due(CalendarOf(v, start.Year, start.Year+1), start)
}

func checkOriginals(list []Original, c *Case, v View) *Refusal {
	rec, ok := v.Cited(Ref{"guide", c.Item})
	if !ok {
		return refuse("P-01a", "登记原件须引用该办件的办事指南")
	}
	guide, err := Load[Guide](rec)
	if err != nil || HashOf(rec.Body) != c.Guide {
		return refuse("P-01a", "所引用的指南不是该办件收件时的版本")
	}
	if len(list) == 0 || len(list) > maxOriginals {
		return refuse("G-09", "/list:原件应有 1 至 %d 项", maxOriginals)
	}
	for i, o := range list {
		line := guide.Line(o.Line)
		switch {
		case line == nil || line.NeedsPaper == "":
			return refuse("P-01a", "“%s”不在法律、法规要求纸质材料的范围内,不得收取原件(第三十四条)", o.Name)
		case o.Name == "" || o.Count < 1:
			return refuse("G-09", "/list/%d:原件须有名称和份数", i)
		}
	}
	return nil
}

// sealParcel is P-02: the list is frozen, the number is new. A seal number begins
// with the node's code, so that two nodes never use one; that it is new at the
// node is for the node's index, in the same transaction.
func sealParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "封装", ParcelAtWindow, ParcelInUse); no != nil {
		return nil, no
	}
	if !strings.HasPrefix(want.Seal, string(h.Origin)+"-") || len(want.Seal) > 40 || want.Seal == old.Seal || slices.Contains(old.Seals, want.Seal) {
		return nil, refuse("P-02a", "封签号应以 %s- 开头,且未使用过", h.Origin)
	}
	next := *old
	next.State, next.Seal, next.Holder.By = ParcelSealed, want.Seal, h.By
	if old.Seal != "" {
		next.Seals = append(slices.Clone(old.Seals), old.Seal)
	}
	return &next, nil
}

// dispatchParcel is P-03: the giver answers for it until the taker has counted.
func dispatchParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "交寄", ParcelSealed); no != nil {
		return nil, no
	}
	leg := Leg{Giver: Holder{h.Origin, h.By}, To: want.To, Seal: old.Seal, Sent: h.At}
	if n := len(want.Legs); n > 0 {
		leg.Tracking = want.Legs[n-1].Tracking
	}
	switch {
	case leg.Tracking == "":
		return nil, refuse("P-03a", "请填写运单号")
	case leg.To == h.Origin || !slices.Contains(old.Parties, leg.To):
		return nil, refuse("P-10", "原件只在收件地与承办地之间移交")
	case len(old.Legs) == maxLegs:
		return nil, refuse("G-09", "/legs:移交次数超过 %d 次", maxLegs)
	}
	next := *old
	var no *Refusal
	if next.Docs, no = listed(want.Docs, old.Docs, 14, h); no != nil {
		return nil, no
	}
	next.State, next.Holder, next.To = ParcelOnTheWay, leg.Giver, leg.To
	next.Legs = append(slices.Clone(old.Legs), leg)
	next.Due = ParcelClocks{Courier: silentFrom(h.At)}
	return &next, nil
}

func silentFrom(at Instant) Instant { return at.Day().Add(courierSilentAt).End() }

// scanParcel notes where the courier is; P-08 counts anew.
func scanParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "登记物流信息", ParcelOnTheWay); no != nil {
		return nil, no
	}
	leg := lastLeg(old)
	wanted := lastLeg(want)
	if len(wanted.Scans) == 0 || len(leg.Scans) >= 50 {
		return nil, refuse("G-09", "/legs:缺少物流信息,或已超过 50 条")
	}
	leg.Scans = append(slices.Clone(leg.Scans), Scan{h.At, wanted.Scans[len(wanted.Scans)-1].Text})
	next := withLeg(old, leg)
	next.Due.Courier = silentFrom(h.At)
	return next, nil
}

// countParcel is P-04: equal numbers make the taker the holder, unequal ones a
// dispute in which the giver still answers.
func countParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "清点接收", ParcelOnTheWay); no != nil {
		return nil, no
	}
	leg := lastLeg(old)
	taker := Holder{h.Origin, h.By}
	leg.Taker, leg.Taken, leg.Counted = &taker, h.At, lastLeg(want).Counted
	if len(leg.Counted) != len(old.List) || slices.ContainsFunc(leg.Counted, func(n int) bool { return n < 0 }) {
		return nil, refuse("P-04", "请逐项填写清点的份数,共 %d 项", len(old.List))
	}
	next := withLeg(old, leg)
	next.To, next.Due = "", ParcelClocks{}
	if next.equal(leg.Counted) {
		next.State, next.Holder = ParcelReceived, taker
		return next, nil
	}
	next.To = leg.To // the record stays with the taker, the answer with the giver
	next.State = ParcelDisputed
	next.Dispute = &Dispute{Text: "清点份数与清单不符", Before: ParcelReceived, Between: []NodeID{leg.Giver.Node, h.Origin}, By: h.By, At: h.At}
	return next, nil
}

func (p *Parcel) equal(counted []int) bool {
	for i, o := range p.List {
		if counted[i] != o.Count {
			return false
		}
	}
	return true
}

// useParcel is P-05: a named person signs for the papers.
func useParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "领用", ParcelReceived); no != nil {
		return nil, no
	}
	if want.Use == nil || want.Use.Name == "" || want.Use.Sign == "" {
		return nil, refuse("P-05", "领用原件须由领用人具名签字")
	}
	next := *old
	next.State, next.Use, next.Holder.By = ParcelInUse, &Signing{want.Use.Name, want.Use.Sign, h.By, h.At}, h.By
	return &next, nil
}

// returnParcel is P-06: wherever the papers lie open at a desk, the applicant may
// have them back.
func returnParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "退还", ParcelReceived, ParcelAtWindow, ParcelInUse); no != nil {
		return nil, no
	}
	if want.Returned == nil {
		return nil, refuse("P-06", "请填写退还方式")
	}
	r := *want.Returned
	r.By, r.At = h.By, h.At
	switch {
	case r.Name == "":
		return nil, refuse("P-06", "请填写领取人")
	case r.Way == "counter" && r.Sign == "", r.Way == "courier" && (r.Tracking == "" || r.Proof == ""), r.Way != "counter" && r.Way != "courier":
		return nil, refuse("P-06", "退还原件须有申请人签名,或运单号和快递签收凭证")
	}
	next := *old
	next.State, next.Returned, next.Due = ParcelReturned, &r, ParcelClocks{}
	return &next, nil
}

func disputeParcel(old, want *Parcel, h *Header, _ View) (*Parcel, *Refusal) {
	if old == nil || old.State == ParcelReturned || old.State == ParcelDisputed {
		return nil, refuse("G-07", "原件包不存在、已退还或已在争议中")
	}
	if want.Dispute == nil || want.Dispute.Text == "" {
		return nil, refuse("G-10", "请写明争议的内容")
	}
	next := *old
	next.State = ParcelDisputed
	next.Dispute = &Dispute{Text: want.Dispute.Text, Before: old.State, Between: sides(old, h), By: h.By, At: h.At}
	return &next, nil
}

// sides are the giver's and the taker's nodes of the last leg.
func sides(p *Parcel, h *Header) []NodeID {
	if len(p.Legs) == 0 {
		return []NodeID{h.Origin, h.Origin}
	}
	leg := lastLeg(p)
	return []NodeID{leg.Giver.Node, leg.To}
}

// settleParcel needs both sides (P-07): the other one's agreement is a request
// that this entry answers, or a second person when both sides are one place.
func settleParcel(old, want *Parcel, h *Header, v View) (*Parcel, *Refusal) {
	if no := parcelIn(old, "了结争议", ParcelDisputed); no != nil {
		return nil, no
	}
	if old.Dispute == nil || want.Dispute == nil || want.Dispute.Outcome == "" {
		return nil, refuse("G-10", "请写明处理结果")
	}
	d := *old.Dispute
	d.Outcome, d.Settled = want.Dispute.Outcome, h.At
	if d.Other = otherSide(&d, want, h, v); d.Other == "" || d.Other == h.By {
		return nil, refuse("P-07", "了结争议须双方同意同一处理结果:请对方提出同意的请求,或由本地第二人确认")
	}
	next := *old
	next.State, next.Dispute = d.Before, &d
	if taker := lastLeg(old).Taker; d.Before == ParcelReceived && old.To != "" && taker != nil { // he has it now, whatever was short
		next.Holder, next.To = *taker, ""
	}
	if next.State == ParcelOnTheWay {
		next.Due.Courier = silentFrom(h.At)
	}
	return &next, nil
}

func otherSide(d *Dispute, want *Parcel, h *Header, v View) string {
	if len(d.Between) != 2 {
		return ""
	}
	other := d.Between[0]
	if other == h.Origin {
		other = d.Between[1]
	}
	if other == h.Origin {
		return want.Dispute.Other
	}
	rec, ok := v.Cited(h.Answers)
	if !ok || h.Answers.Kind != "request" {
		return ""
	}
	r, err := Load[Request](rec)
	if err != nil || r.Want != WantParcelSettle || r.On != h.Ref || r.From != other || !r.Open() {
		return ""
	}
	var agreed ParcelAgreement
	if json.Unmarshal(r.Data, &agreed) != nil || agreed.Outcome != d.Outcome {
		return ""
	}
	return rec.By
}

// parcelIn refuses an act that is not legal where the parcel stands.
func parcelIn(old *Parcel, act string, states ...ParcelState) *Refusal {
	if old == nil {
		return refuse("G-07", "原件包不存在")
	}
	if !slices.Contains(states, old.State) {
		return refuse("G-07", "原件包处于“%s”,不能%s", old.State.Title(), act)
	}
	return nil
}

func lastLeg(p *Parcel) Leg {
	if len(p.Legs) == 0 {
		return Leg{}
	}
	return p.Legs[len(p.Legs)-1]
}

// withLeg replaces the last leg in a copy.
func withLeg(p *Parcel, leg Leg) *Parcel {
	next := *p
	next.Legs = append(slices.Clone(p.Legs[:max(len(p.Legs)-1, 0)]), leg)
	return &next
}
