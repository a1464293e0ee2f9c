package protocol

import (
	"cmp"
	"fmt"
	"slices"
)

// Card is a yellow or red card (黄牌/红牌, cases.md §8): the mark that a clock runs
// out, has lapsed, or that a rule was broken. The hub's tick fires it and nobody
// deletes it (arts. 34, 47). Its id is (record, clock, occurrence, colour), so
// firing twice gives one card (Y-02). Its home is the hub while it is
// provisional, the owner's node until the owner has answered, and the hub from
// then on (Y-06).
//
//	– ─fire→ provisional ─confirm→ open ─answer→ answered ─close→ closed
//	             └─void→ void        └───────←─reject──┘
//	                      └─fire→ provisional (the same clock, counted anew, ran out after all)
//
// A provisional card is one that the hub cannot be sure of: it does not yet hold
// the owner's journal past the lapse (Y-05). Its decisions are the fold's and what
// the hub knows beyond the record, who held it and when it was stopped, is
// evidence inside the card.
type Card struct {
	On         Ref     `json:"on"`
	Clock      ClockID `json:"clock"`      // or one of the Breach ids
	Occurrence int     `json:"occurrence"` // of this clock on this record, from 1: K1 runs anew after a supplement
	Colour     Colour  `json:"colour"`
	Due        Instant `json:"due"` // when it turned this colour
	Title      string  `json:"title"`
	Agency     string  `json:"agency,omitempty"`
	Held       Custody `json:"held"`            // the evidence for Owner
	Owner      NodeID  `json:"owner"`           // who held the record at Due (Y-04)
	Place      NodeID  `json:"place,omitempty"` // the receiving node, which sees the card too
	Supervisor NodeID  `json:"supervisor,omitempty"`
	Through    Instant `json:"through,omitzero"` // the owner's journal is held to here
	Stopped    Instant `json:"stopped,omitzero"` // when the clock was stopped after Due; 0 while it runs
	State      string  `json:"state"`
	Cause      string  `json:"cause,omitempty"`   // the owner's answer
	Measure    string  `json:"measure,omitempty"` // and what is done about it
	Reason     string  `json:"reason,omitempty"`  // of the void, rejection or closing
	Rejected   int     `json:"rejected,omitempty"`
	Fired      Instant `json:"fired"`
	Answered   Instant `json:"answered,omitzero"`
	By         string  `json:"answered_by,omitempty"`
	Ended      Instant `json:"ended,omitzero"`
	Rest
}

// States of a card.
const (
	CardProvisional = "provisional"
	CardOpen        = "open"
	CardAnswered    = "answered"
	CardClosed      = "closed"
	CardVoid        = "void"
)

// Breaches that give a red card though no clock has lapsed (Y-01). They stand
// where a card names its clock.
const (
	BreachReason   ClockID = "B-reason"   // refused or denied without reason, basis or remedy: possible on imports only
	BreachOffGuide ClockID = "B-offguide" // demanded what the guide does not name
	BreachOffList  ClockID = "B-offlist"  // charged what the guide does not name
)

// breachTitle is the Chinese name of a breach, or the id itself.
func breachTitle(id ClockID) string {
	switch id {
	case BreachReason:
		return "决定缺少理由、依据或救济途径"
	case BreachOffGuide:
		return "指南外要求"
	case BreachOffList:
		return "清单外收费"
	}
	return string(id)
}

// Breach reports whether the id is a breach of a rule and not a clock.
func Breach(id ClockID) bool {
	return oneOf(string(id), string(BreachReason), string(BreachOffGuide), string(BreachOffList))
}

var _ = Define("card", Spec[Card]{
	Title: "黄牌红牌", English: "card", Lane: Urgent,
	Acts: map[Act]Judge[Card]{"fire": fireCard, "confirm": confirmCard, "void": voidCard, "answer": answerCard, "close": closeCard, "reject": rejectCard},
	Home: func(c *Card) NodeID {
		if c.State == CardOpen {
			return c.Owner
		}
		return Hub
	},
	Audience: func(c *Card) Audience { return Only(c.Owner, c.Place, c.Supervisor) },
	Terms: func(c *Card) Terms {
		return Terms{Title: c.Title, State: c.State, Keys: []string{c.On.String()},
			Facets: []Facet{{"colour", string(c.Colour)}, {"owner", string(c.Owner)}, {"clock", string(c.Clock)}, {"agency", c.Agency}}}
	},
})

// CardID is the record id of a card.
func CardID(on Ref, clock ClockID, occurrence int, colour Colour) string {
	return fmt.Sprintf("%s:%s:%d:%s", on, clock, occurrence, colour)
}

// fireCard: the entry cites the record, whose own clocks must say that one is
// out; a red card is never fired before its time. A void card may be fired again:
// the clock it stood for was counted anew and ran out.
func fireCard(old, want *Card, h *Header, v View) (*Card, *Refusal) {
	if old != nil && old.State != CardVoid {
		return nil, refuse("Y-02", "该牌已经发出:同一办件、同一时限、同一次、同一颜色只有一张牌")
	}
	next := Card{On: want.On, Clock: want.Clock, Occurrence: want.Occurrence, Colour: want.Colour, Due: want.Due, Title: want.Title, Agency: want.Agency,
		Held: want.Held, Place: want.Place, Supervisor: want.Supervisor, Stopped: want.Stopped, State: CardProvisional, Fired: h.At, Rest: want.Rest}
	switch {
	case h.Ref.ID != CardID(next.On, next.Clock, next.Occurrence, next.Colour) || next.On.Validate() != nil || next.Occurrence < 1:
		return nil, refuse("Y-02", "牌的编号须由记录、时限、次数和颜色组成")
	case next.Colour != Yellow && next.Colour != Red:
		return nil, refuse("Y-01", "牌只有黄、红两色")
	case next.Title == "":
		return nil, refuse("G-09", "/title:请写明事项")
	case next.Due > h.At || next.Due <= 0:
		return nil, refuse("Y-01", "时限尚未到,不能发牌")
	}
	if next.Owner = next.Held.At(next.Due); next.Owner == "" {
		return nil, refuse("Y-04", "无法确定到期时由谁负责;请写明经手记录")
	}
	return &next, isDue(&next, v)
}

// isDue compares the card with the clocks of the record it cites.
func isDue(c *Card, v View) *Refusal {
	if Breach(c.Clock) {
		if c.Colour != Red {
			return refuse("Y-01", "违反规定的只发红牌")
		}
		return nil
	}
	if c.Stopped != 0 {
		return wasDue(c, v)
	}
	at, runs := clockOf(c, v)
	switch {
	case !runs:
		return refuse("Y-01", "所引用的记录没有正在计算的时限 %s", string(c.Clock))
	case c.Colour == Red && at != c.Due:
		return refuse("Y-01", "红牌的时间应为时限届满之时 %s", at)
	case c.Colour == Yellow && c.Due >= at:
		return refuse("Y-01", "时限已经届满,应发红牌")
	}
	return nil
}

// wasDue: the clock ran out and the act that stopped it came after. The record
// does not show the clock any more; the hub's fold saw it stop.
func wasDue(c *Card, v View) *Refusal {
	if _, ok := v.Cited(c.On); !ok || c.Colour != Red || c.Stopped < c.Due {
		return refuse("Y-01", "时限 %s 在届满前已经办结,不能发红牌", string(c.Clock))
	}
	return nil
}

// clockOf gives the end of the card's clock in the record that the entry cites;
// false when it does not run there.
func clockOf(c *Card, v View) (Instant, bool) {
	rec, ok := v.Cited(c.On)
	k := Lookup(c.On.Kind)
	if !ok || k == nil {
		return 0, false
	}
	due, _, err := k.Runs(rec.Body)
	i := slices.IndexFunc(due, func(d Deadline) bool { return d.Clock == c.Clock })
	if err != nil || i < 0 {
		return 0, false
	}
	return due[i].At, true
}

// confirmCard is Y-05: the hub holds everything the owner wrote until the lapse,
// so nothing can come any more that was in time.
func confirmCard(old, want *Card, _ *Header, v View) (*Card, *Refusal) {
	if no := cardIn(old, CardProvisional); no != nil {
		return nil, no
	}
	if want.Through < old.Due {
		return nil, refuse("Y-05", "省级尚未收到 %s 在 %s 之前的全部记录,牌仍为暂定", old.Owner, old.Due)
	}
	next := *old
	next.State, next.Through, next.Stopped = CardOpen, want.Through, max(want.Stopped, old.Stopped)
	return &next, stillDue(&next, v)
}

// stillDue: a card is not confirmed when the record shows that its clock moved,
// or stopped and nobody says that it was too late.
func stillDue(c *Card, v View) *Refusal {
	if Breach(c.Clock) || c.Stopped != 0 && c.Stopped >= c.Due {
		return nil
	}
	if at, runs := clockOf(c, v); !runs || c.Colour == Red && at > c.Due {
		return refuse("Y-05", "及时办理的记录已到,该牌应作废")
	}
	return nil
}

// voidCard is the other half of Y-05: an act that was in time has arrived late.
func voidCard(old, want *Card, h *Header, v View) (*Card, *Refusal) {
	if no := cardIn(old, CardProvisional); no != nil {
		return nil, no
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请写明作废的原因")
	}
	if _, ok := v.Cited(old.On); !ok {
		return nil, refuse("Y-05", "作废须引用证明及时办理的记录")
	}
	if !Breach(old.Clock) && stillDue(old, v) == nil {
		return nil, refuse("Y-05", "该时限仍未办结,不能作废")
	}
	next := *old
	next.State, next.Reason, next.Ended = CardVoid, want.Reason, h.At
	return &next, nil
}

func answerCard(old, want *Card, h *Header, _ View) (*Card, *Refusal) {
	if no := cardIn(old, CardOpen); no != nil {
		return nil, no
	}
	if want.Cause == "" || want.Measure == "" {
		return nil, refuse("G-10", "请写明原因和整改措施")
	}
	next := *old
	next.State, next.Cause, next.Measure, next.Answered, next.By = CardAnswered, want.Cause, want.Measure, h.At, h.By
	return &next, nil
}

func closeCard(old, want *Card, h *Header, _ View) (*Card, *Refusal) {
	if no := ofSupervisor(old, want, h); no != nil {
		return nil, no
	}
	next := *old
	next.State, next.Reason, next.Ended = CardClosed, want.Reason, h.At
	return &next, nil
}

// rejectCard sends the answer back; the card is with its owner again.
func rejectCard(old, want *Card, h *Header, _ View) (*Card, *Refusal) {
	if no := ofSupervisor(old, want, h); no != nil {
		return nil, no
	}
	next := *old
	next.State, next.Reason, next.Rejected = CardOpen, want.Reason, old.Rejected+1
	return &next, nil
}

func ofSupervisor(old, want *Card, h *Header) *Refusal {
	if no := cardIn(old, CardAnswered); no != nil {
		return no
	}
	if want.Reason == "" {
		return refuse("G-10", "请写明审核意见")
	}
	if h.By == old.By {
		return refuse("G-08", "答复人不能审核自己的答复")
	}
	return nil
}

func cardIn(old *Card, state string) *Refusal {
	if old == nil {
		return refuse("G-07", "牌不存在")
	}
	if old.State != state {
		return refuse("G-07", "牌处于“%s”,不能进行此操作", old.State)
	}
	return nil
}

// Colour is what a clock shows.
type Colour string

// The colours of cards; NoColour while there is nothing to mark.
const (
	NoColour Colour = ""
	Yellow   Colour = "yellow"
	Red      Colour = "red"
)

// ColourAt gives the colour of a clock and since when, for every place to show at
// once without waiting for the hub's card (Y-03). It never turns red on a date
// that rests on an unpublished year, and a clock that stopped in time has none.
func ColourAt(c *Clock, now Instant, cal Calendar) (Colour, Instant) {
	s := c.At(now, cal)
	switch {
	case s.State == ClockRed && !s.Provisional, s.State == ClockStopped && s.Late:
		return Red, s.Enforced
	case s.State == ClockYellow || s.State == ClockRed:
		return Yellow, YellowFrom(c, cal)
	}
	return NoColour, 0
}

// YellowFrom gives the instant at which the clock turns yellow: the first of the
// day whose end leaves it a working day or a fifth of its length. 0 while an open
// pause keeps it from coming.
func YellowFrom(c *Clock, cal Calendar) Instant {
	due, _ := c.Due(cal)
	return c.yellowBefore(due, cal)
}

// yellowBefore is YellowFrom for a due day that is known.
func (c *Clock) yellowBefore(due Day, cal Calendar) Instant {
	if due.IsZero() {
		return 0
	}
	total := cal.WorkingDaysLeft(c.Start, due, c.Pauses...)
	for day := c.Start; day.compare(due) < 0; day = day.Add(1) {
		if c.near(cal.WorkingDaysLeft(day, due, c.Pauses...), total) {
			return At(day.Time())
		}
	}
	return At(due.Time())
}

// Custody is who held a record, as far as its history shows (Y-04).
type Custody struct {
	First NodeID `json:"first"` // where it was received
	Moves []Move `json:"moves,omitempty"`
}

// Move is one passage of a record: From still holds it until the hub has it, the
// hub until To acknowledges. An instant that has not come is 0. A parcel under
// way is held by its giver: AtHub stays 0.
type Move struct {
	From  NodeID  `json:"from"`
	To    NodeID  `json:"to"`
	Sent  Instant `json:"sent"`            // From's own time
	AtHub Instant `json:"at_hub,omitzero"` // hub receipt
	Acked Instant `json:"acked,omitzero"`  // To's acknowledgement
}

// At is held_by(record, instant): the place that could have acted then. Moves
// may come in any order.
func (c Custody) At(when Instant) NodeID {
	holder := c.First
	moves := slices.Clone(c.Moves)
	slices.SortStableFunc(moves, func(a, b Move) int { return cmp.Compare(a.Sent, b.Sent) })
	for _, m := range moves {
		if m.Sent > when {
			break
		}
		switch {
		case m.Acked != 0 && m.Acked <= when:
			holder = m.To
		case m.AtHub != 0 && m.AtHub <= when:
			holder = Hub
		default:
			holder = m.From
		}
	}
	return holder
}
