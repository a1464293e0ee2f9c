package scenario

import (
	"crypto/sha256"
	"fmt"
	"time"

	"xiangyun/protocol"
)

// plainCase is what the figures need of a case, as it stands in a journal.
type plainCase struct {
	Agency, State, Handler string
	Received               struct {
		At   int64
		Node string
	}
	Earliest   int64 `json:"earliest_receipt"`
	Accepted   int64
	Deemed     *struct{}
	HandedOver int64 `json:"handed_over"`
	ClockFrom  int64 `json:"clock_from"`
	Notices    []struct{ At int64 }
	Materials  []struct{ Presence string }
	Terms      struct{ Promise, Legal plainLimit }
	Extension  struct{ Limit plainLimit }
	Specials   []struct{ Start, End string }
	Decision   struct {
		Kind string
		At   int64
	}
	Delivery struct{ At int64 }
}

type plainLimit struct {
	N    int
	Unit string
}

// plainWord is an evaluation or a complaint.
type plainWord struct {
	Agency, Source string
	Grade          int
	At             int64 // of an evaluation
	Accepted       int64 // of a complaint
	Due            string
	Told           struct{ At int64 }
}

type plainObjection struct {
	Agency   string
	Received int64 `json:"dept_received"`
	Decided  int64
}

// tally is the arithmetic of somebody outside: days are texts, working days are
// counted one by one.
type tally struct {
	agency, from, until string
	days                map[string]bool // that the week does not tell
	sums                map[string]*protocol.Figure
}

func (t *tally) count(ref, id string, n, of int) {
	f := t.sums[id]
	if f == nil {
		f = &protocol.Figure{ID: id}
		t.sums[id] = f
	}
	f.N, f.Of = f.N+n, f.Of+of
	for i, b := range sha256.Sum256(fmt.Appendf(nil, "%s|%d|%d", ref, n, of)) {
		f.Digest[i] ^= b
	}
}

func (t *tally) figures() (list []protocol.Figure) {
	for _, f := range t.sums {
		list = append(list, *f)
	}
	return list
}

func (t *tally) within(at int64) bool {
	return at != 0 && dayOf(at) >= t.from && dayOf(at) <= t.until
}

func dayOf(at int64) string { return time.UnixMilli(at).In(protocol.Beijing).Format(time.DateOnly) }

func dayAfter(d string, n int) string {
	at, err := time.Parse(time.DateOnly, d)
	if err != nil {
		panic(err)
	}
	return at.AddDate(0, 0, n).Format(time.DateOnly)
}

// worked reports whether a day is a working day that no pause takes.
func (t *tally) worked(d string, pauses []struct{ Start, End string }) bool {
	for _, p := range pauses {
		if d > p.Start && (p.End == "" || d <= p.End) {
			return false
		}
	}
	if work, told := t.days[d]; told {
		return work
	}
	at, _ := time.Parse(time.DateOnly, d)
	return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
}

// due is the n-th working day after start.
func (t *tally) due(start string, n int, pauses []struct{ Start, End string }) string {
	for d := dayAfter(start, 1); ; d = dayAfter(d, 1) {
		if t.worked(d, pauses) {
			if n--; n == 0 {
				return d
			}
		}
	}
}

func (t *tally) caseOf(ref string, c plainCase) {
	if c.Agency != t.agency || c.State == "void" {
		return
	}
	if t.within(c.Received.At) {
		t.receipt(ref, c)
	}
	if c.Decision.At != 0 && c.Decision.Kind != "refuse" && t.within(c.Decision.At) {
		t.decision(ref, c)
	}
	if t.within(c.Delivery.At) {
		t.count(ref, "K4", one(dayOf(c.Delivery.At) <= t.due(dayOf(c.Decision.At), 10, nil)), 1)
	}
}

func (t *tally) receipt(ref string, c plainCase) {
	first := c.Received.At
	if c.Earliest != 0 {
		first = c.Earliest
	}
	if word := c.firstWord(); word != 0 {
		t.count(ref, "K1", one(c.Deemed == nil && dayOf(word) <= t.due(dayOf(first), 5, nil)), 1)
	}
	if len(c.Notices) > 0 {
		t.count(ref, "renotice", one(len(c.Notices) > 1), 1)
	}
	t.count(ref, "refused", one(c.State == "refused"), 1)
	t.count(ref, "cross", one(c.Received.Node != c.Handler), 1)
	if c.Received.Node != c.Handler && c.HandedOver != 0 {
		t.count(ref, "late-push", one(dayOf(c.HandedOver) > t.due(dayOf(c.Received.At), 1, nil)), 1)
	}
	spared := 0
	for _, m := range c.Materials {
		spared += one(m.Presence == "fetched" || m.Presence == "fetched:pending" || m.Presence == "exempt")
	}
	t.count(ref, "fetched", spared, len(c.Materials))
}

func (c *plainCase) firstWord() (word int64) {
	words := []int64{c.Accepted}
	if len(c.Notices) > 0 {
		words = append(words, c.Notices[0].At)
	}
	if c.Decision.Kind == "refuse" {
		words = append(words, c.Decision.At)
	}
	for _, w := range words {
		if w != 0 && (word == 0 || w < word) {
			word = w
		}
	}
	return word
}

// decision counts with limits in working days, which all items of the scenarios have.
func (t *tally) decision(ref string, c plainCase) {
	accepted, decided := dayOf(c.Accepted), dayOf(c.Decision.At)
	promise, legal := c.Terms.Promise.N, c.Terms.Legal.N
	if promise > 0 {
		t.count(ref, "K2", one(decided <= t.due(accepted, promise, c.Specials)), 1)
		t.count(ref, "promise", promise, legal)
		used := 0
		for d := dayAfter(accepted, 1); d <= decided; d = dayAfter(d, 1) {
			used += one(t.worked(d, c.Specials))
		}
		t.count(ref, "actual", used, promise)
	}
	t.count(ref, "K3", one(decided <= t.due(dayOf(max(c.Accepted, c.ClockFrom)), legal+c.Extension.Limit.N, c.Specials)), 1)
}

func (t *tally) word(ref string, kind protocol.KindName, x plainWord) {
	switch {
	case x.Agency != t.agency:
	case kind == "evaluation" && t.within(x.At):
		t.count(ref, "negative", one(x.Grade <= 2), 1)
	case kind == "complaint" && t.within(x.Accepted):
		inTime := one(x.Told.At != 0 && dayOf(x.Told.At) <= x.Due)
		t.count(ref, "complaint", inTime, 1)
		if x.Source == protocol.Hotline {
			t.count(ref, "hotline", inTime, 1)
		}
	}
}

func (t *tally) objection(ref string, o plainObjection) {
	if o.Agency == t.agency && t.within(o.Received) && o.Decided != 0 {
		t.count(ref, "objection", one(dayOf(o.Decided) <= t.due(dayOf(o.Received), 5, nil)), 1)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
