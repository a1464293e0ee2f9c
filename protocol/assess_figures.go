package protocol

import (
	"slices"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// figures is the closed list of art. 48 with what N counts of Of. Ids travel and
// are never reused. A case counts in the span in which the thing happened.
var figures = []struct{ id, title string }{
	{"K1", "一次性告知、受理按时"},     // of the cases received: first word within K1, not deemed
	{"K2", "承诺时限内办结"},        // of the cases decided
	{"K3", "法定时限内办结"},        // of the cases decided
	{"K4", "按时送达"},           // of the cases delivered
	{"promise", "承诺时限占法定时限"}, // working days promised of those the law gives
	{"actual", "实际用时占承诺时限"},  // working days used of those promised
	{"renotice", "再次补正告知"},   // of the cases with a notice: more than one
	{"refused", "不予受理"},      // of the cases received
	{"cross", "跨市(州)受理"},     // of the cases received
	{"late-push", "推送逾期"},    // of the cases received elsewhere
	{"fetched", "免提交材料"},     // lines fetched or exempt of all lines
	{"yellow", "黄牌"},         // cards; N is answered
	{"red", "红牌"},
	{"offguide", "指南外要求"},      // red cards for demands outside the guide
	{"negative", "差评"},         // of the evaluations
	{"complaint", "投诉按时办结并告知"}, // of the complaints accepted (K7)
	{"hotline", "12345转办按时办结"},
	{"objection", "异议按时核查"}, // of those passed to the department (K6d)
}

// FigureIDs lists the figures in the order shown.
func FigureIDs() []string {
	ids := make([]string, len(figures))
	for i, f := range figures {
		ids[i] = f.id
	}
	return ids
}

// FigureTitle is the Chinese name of a figure, or its id.
func FigureTitle(id string) string {
	for _, f := range figures {
		if f.id == id {
			return f.title
		}
	}
	return id
}

func (a *Assessor) caseOf(ref Ref, c *Case) {
	if c.State == CaseVoid { // its canonical case counts
		return
	}
	if a.within(c.Received.At) {
		a.receipt(ref, c)
	}
	if d := c.Decision; d != nil && d.Kind != "refuse" && a.within(d.At) {
		a.decision(ref, c)
	}
	if c.Delivery != nil && a.within(c.Delivery.At) {
		a.onTime(ref, c, K4, c.Delivery.At)
	}
}

func (a *Assessor) receipt(ref Ref, c *Case) {
	add := func(id string, n, of int) { a.count(c.Agency, id, ref, n, of) }
	if word, said := firstWord(c); said {
		due, _ := clockRules[0].Limit.Due(a.cal, c.firstReceipt().Day())
		add("K1", yes(c.Deemed == nil && word < due.End()), 1)
	}
	add("renotice", yes(len(c.Notices) > 1), yes(len(c.Notices) > 0))
	add("refused", yes(c.State == CaseRefused), 1)
	away := c.Received.Node != c.Handler
	add("cross", yes(away), 1)
	if away && c.HandedOver != 0 {
		k := c.clock(K5p)
		due, _ := k.Due(a.cal)
		add("late-push", yes(c.HandedOver >= due.End()), 1)
	}
	fetched := 0
	for _, m := range c.Materials {
		fetched += yes(oneOf(m.Presence, PresenceFetched, PresencePending, PresenceExempt))
	}
	add("fetched", fetched, len(c.Materials))
}

// firstWord is when the applicant first heard what is missing, or that the case
// is accepted or refused.
func firstWord(c *Case) (Instant, bool) {
	var words []Instant
	if len(c.Notices) > 0 {
		words = append(words, c.Notices[0].At)
	}
	if c.Accepted != 0 {
		words = append(words, c.Accepted)
	}
	if c.Decision != nil && c.Decision.Kind == "refuse" {
		words = append(words, c.Decision.At)
	}
	if len(words) == 0 {
		return 0, false
	}
	return slices.Min(words), true
}

// firstReceipt starts the first K1, before any supplement.
func (c *Case) firstReceipt() Instant {
	if c.Earliest != 0 {
		return c.Earliest
	}
	return c.Received.At
}

func (a *Assessor) decision(ref Ref, c *Case) {
	a.onTime(ref, c, K2, c.Decision.At)
	a.onTime(ref, c, K3, c.Decision.At)
	promise, legal := c.Terms.Promise, c.Terms.Legal
	if promise.Unit != WorkingDays || promise.N == 0 { // days and months are not compared with working days
		return
	}
	if legal.Unit == WorkingDays {
		a.count(c.Agency, "promise", ref, promise.N, legal.N)
	}
	used := a.cal.WorkingDaysLeft(c.Accepted.Day(), c.Decision.At.Day(), c.pauses()...)
	a.count(c.Agency, "actual", ref, used, promise.N)
}

// onTime counts a clock that was stopped by what happened at an instant.
func (a *Assessor) onTime(ref Ref, c *Case, id ClockID, stopped Instant) {
	k := c.clock(id)
	if k.Limit.N == 0 || k.Start.IsZero() {
		return
	}
	if due, _ := k.Due(a.cal); !due.IsZero() {
		a.count(c.Agency, string(id), ref, yes(stopped < due.End()), 1)
	}
}

func (a *Assessor) card(ref Ref, c *Card) {
	if c.State == CardVoid || c.State == CardProvisional || !a.within(c.Due) {
		return
	}
	a.count(c.Agency, string(c.Colour), ref, yes(c.Answered != 0), 1)
	if c.Clock == BreachOffGuide {
		a.count(c.Agency, "offguide", ref, yes(c.Answered != 0), 1)
	}
}

func (a *Assessor) evaluation(ref Ref, e *Evaluation) {
	if a.within(e.At) {
		a.count(e.Agency, "negative", ref, yes(e.Grade <= 2), 1)
	}
}

// complaint counts one that was accepted, once its time is over or it was told.
func (a *Assessor) complaint(ref Ref, c *Complaint) {
	if !a.within(c.Accepted) || c.Due.IsZero() {
		return
	}
	inTime := yes(c.Told != nil && c.Told.At < c.Due.End())
	a.count(c.Agency, "complaint", ref, inTime, 1)
	if c.Source == Hotline {
		a.count(c.Agency, "hotline", ref, inTime, 1)
	}
}

func (a *Assessor) objection(ref Ref, o *Objection) {
	if o.Agency == "" || !a.within(o.Received) || o.Decided == 0 {
		return
	}
	limit, _ := K6d.Rule()
	due, _ := limit.Limit.Due(a.cal, o.Received.Day())
	a.count(o.Agency, "objection", ref, yes(o.Decided < due.End()), 1)
}
