package protocol

import (
	"slices"
	"strings"
)

// Deemed says that a case counts as accepted because nobody spoke in time
// (行政许可法 32): when K1 ran out, who held the papers then, and when it was noted.
type Deemed struct {
	Lapse    Instant `json:"lapse"`
	Holder   NodeID  `json:"holder"`
	Recorded Instant `json:"recorded"`
}

// Commitment is what the applicant signed for 容缺受理 (§14.1), and what the
// credit check said. A check that could not be made is none.
type Commitment struct {
	Signed string  `json:"signed"` // blob of the signed commitment, or paper
	Credit string  `json:"credit"` // clear, listed or unavailable
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

// acceptCase is C-10: K1 stops, K2, K3 and K8 start.
func acceptCase(d *deed) *Refusal {
	if no := d.pending(); no != nil {
		return no
	}
	for _, m := range d.old.Materials {
		if m.Presence == PresenceMissing {
			return refuse("C-10a", "材料 %s 尚缺,不能受理", m.Line)
		}
	}
	item, no := d.item()
	if no != nil {
		return no
	}
	for _, no := range []*Refusal{d.mayOwe(item), d.dupsViewed(), d.number(), d.asInstant(item)} {
		if no != nil {
			return no
		}
	}
	d.begin(item, d.h.At)
	return nil
}

// begin accepts as of an instant and pins the lengths of the clocks.
func (d *deed) begin(item *Item, at Instant) {
	n := d.next
	n.State, n.Accepted = CaseAccepted, at
	n.Terms.Promise, n.Terms.Legal = item.Promise, item.LegalLimit()
	n.Terms.OneDecides = item.OneDecides
	_, n.Terms.Hearing = item.SpecialMax("听证")
	if n.owes() {
		n.Terms.Owed, n.Terms.OwedLapse = item.OwedLimit(), item.OwedLapse()
	}
	n.date(d.calendar(), K2, K3, K8)
}

// owes reports whether a line is still owed.
func (c *Case) owes() bool {
	return slices.ContainsFunc(c.Materials, func(m Material) bool { return m.Presence == PresenceOwed })
}

// mayOwe is C-10b: the item allows it, the applicant signed and is on no black list.
func (d *deed) mayOwe(item *Item) *Refusal {
	if !d.old.owes() {
		return nil
	}
	w := d.want.Commitment
	switch {
	case !item.MayOwe():
		return refuse("C-10b", "该事项不适用容缺受理,请先补齐材料")
	case w == nil || w.Signed == "":
		return refuse("C-10b", "容缺受理须由申请人签署承诺书")
	case w.Credit != "clear":
		return refuse("C-10b", "申请人信用核查未通过或无法核查,不适用容缺受理")
	}
	d.next.Commitment = &Commitment{Signed: w.Signed, Credit: w.Credit, By: d.h.By, At: d.h.At}
	return nil
}

// dupsViewed is C-10c: an open mark that the entry cites was looked at.
func (d *deed) dupsViewed() *Refusal {
	var seen []string
	for _, dep := range d.h.Deps {
		mark, ok := citedAs[Dupmark](d.v, dep.Ref)
		if dep.Ref.Kind != "dupmark" || !ok || mark.State != DupOpen || !mark.names(d.h.Ref.ID) {
			continue
		}
		if !slices.Contains(d.want.DupsViewed, dep.Ref.ID) {
			return refuse("C-10c", "有疑似重复办件,请先查看后再受理")
		}
		seen = append(seen, dep.Ref.ID)
	}
	if seen != nil {
		d.next.DupsViewed = seen
	}
	return nil
}

// number takes the statutory case number, which may follow later (N-03).
func (d *deed) number() *Refusal {
	no := d.want.No
	if d.old.No != "" || no == "" {
		return nil
	}
	code, _, _ := strings.Cut(d.old.Item, "@")
	if bad := CheckCaseNumber(no, Sequence{1, 9999}); bad != nil {
		return bad
	}
	if !strings.HasPrefix(no, code) {
		return refuse("V-06b", "办件编号与实施编码不一致")
	}
	d.next.No = no
	return nil
}

// asInstant is C-26a: 即办件 is received, accepted, decided and delivered at once.
func (d *deed) asInstant(item *Item) *Refusal {
	if d.want.Instant && item.CaseType != "instant" {
		return refuse("C-26a", "该事项不是即办件,不能当场办结")
	}
	d.next.Instant = d.want.Instant
	return nil
}

// deemCase is C-11: dated to the receipt, so that nobody's delay shortens the
// applicant's time. K1 is counted anew from the cited calendar: a legal effect
// never rests on a cache or on a provisional day (K-cal-1).
func deemCase(d *deed) *Refusal {
	k1 := d.old.clock(K1)
	stand := k1.At(d.h.At, d.calendar())
	if !stand.Lapsed() {
		return refuse("C-11a", "一次性告知期限(%s)未过或尚不确定", stand.Due)
	}
	if d.old.Terms.Effect != C1Deemed {
		return refuse("C-11b", "该事项逾期未告知不产生视为受理的效力,只出具红牌")
	}
	item, no := d.item()
	if no != nil {
		return no
	}
	n := d.next
	n.Deemed = &Deemed{Lapse: stand.Enforced, Holder: d.old.heldBy(stand.Enforced), Recorded: d.h.At}
	n.StateAfter = ""
	d.begin(item, d.old.k1From())
	return nil
}

// heldBy says who had the papers at an instant: the window, the province while
// they were on their way, or the deciding place (Y-04).
func (c *Case) heldBy(at Instant) NodeID {
	switch {
	case c.HandedOver == 0 || at < c.HandedOver:
		return c.Received.Node
	case c.Arrived < c.HandedOver || at < c.Arrived:
		return Hub
	}
	return caseHome(c)
}
