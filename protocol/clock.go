package protocol

import "fmt"

// ClockID names a statutory clock (cases.md §7). Ids travel and are never reused.
type ClockID string

// The closed list of clocks, with K6t, KCourier, KRemedy and KRequest beside their kinds.
const (
	K1  ClockID = "K1"  // one-time notice of everything that is missing
	K2  ClockID = "K2"  // promised time of the guide
	K3  ClockID = "K3"  // legal time of the item
	K4  ClockID = "K4"  // delivery of the decision
	K5p ClockID = "K5p" // push of a received case to the handling place
	K5r ClockID = "K5r" // re-check on arrival
	K5o ClockID = "K5o" // paper originals on their way out
	K5b ClockID = "K5b" // result on its way back
	K6a ClockID = "K6a" // objection: mark the datum
	K6b ClockID = "K6b" // objection: decide own datum
	K6c ClockID = "K6c" // objection: pass on to the department
	K6d ClockID = "K6d" // objection: the department decides
	K7  ClockID = "K7"  // complaint handled and told
	K8  ClockID = "K8"  // owed materials
	K9  ClockID = "K9"  // correction until-date
)

// ClockRule is what the law, or our default where it leaves room, says of a clock.
type ClockRule struct {
	ID    ClockID
	Title string
	Limit Limit // zero: the guide or the item says how long
	Basis string
}

var clockRules = []ClockRule{
	{K1, "一次性告知", Limit{5, WorkingDays}, "行政许可法第三十二条"},
	{K2, "承诺时限", Limit{}, "办事指南"},
	{K3, "法定时限", Limit{20, WorkingDays}, "行政许可法第四十二条"}, // type 01; other items state theirs
	{K4, "送达", Limit{10, WorkingDays}, "行政许可法第四十四条"},
	{K5p, "推送", Limit{1, WorkingDays}, "通办规则"},
	{K5r, "复核", Limit{1, WorkingDays}, "通办规则"},
	{K5o, "原件移交", Limit{2, WorkingDays}, "通办规则"},
	{K5b, "结果送回", Limit{1, WorkingDays}, "通办规则"},
	{K6a, "异议标注", Limit{1, WorkingDays}, "吉政发〔2019〕4号第四十六条"},
	{K6b, "异议处理", Limit{2, WorkingDays}, "吉政发〔2019〕4号第四十六条"},
	{K6c, "异议转办", Limit{2, WorkingDays}, "吉政发〔2019〕4号第四十六条"},
	{K6d, "部门核查异议", Limit{5, WorkingDays}, "吉政发〔2019〕4号第四十六条"},
	{K7, "投诉办理", Limit{5, WorkingDays}, "吉政发〔2019〕4号第五十条"},
	{K8, "容缺补交", Limit{}, "办事指南"},
	{K9, "补正期限", Limit{15, WorkingDays}, "办事指南"},
	{K6t, "告知异议处理结果", Limit{1, WorkingDays}, "吉政发〔2019〕4号第四十六条"},
	{KCourier, "快递音讯", Limit{3, CalendarDays}, "通办规则"},
	{KRemedy, "差评整改", Limit{15, WorkingDays}, "GB/T 39734"}, // the norm's own figure is unverified
	{KRequest, "请求答复", Limit{requestSilentAt, CalendarDays}, "通办规则"},
}

// Rule gives what is known of a clock; false for an id outside the closed list.
func (id ClockID) Rule() (ClockRule, bool) {
	for _, r := range clockRules {
		if r.ID == id {
			return r, true
		}
	}
	return ClockRule{}, false
}

// Title is the Chinese name of the clock, or the id itself.
func (id ClockID) Title() string {
	if r, ok := id.Rule(); ok {
		return r.Title
	}
	return breachTitle(id)
}

// ForApplicant reports whether the date binds the applicant and not the
// authority: such a date is never made earlier than what was printed (K-cal-3).
func (id ClockID) ForApplicant() bool { return id == K8 || id == K9 }

// Clock is one statutory clock as the entries of a record state it. Every date
// is computed from it and a calendar; a stored due date is a cache.
type Clock struct {
	ID        ClockID `json:"id"`
	Start     Day     `json:"start"` // the day of the event; it does not count
	Limit     Limit   `json:"limit"`
	Extension Limit   `json:"extension,omitzero"`
	Pauses    []Span  `json:"pauses,omitempty"`
	Stopped   Instant `json:"stopped,omitzero"`
	Printed   Day     `json:"printed,omitzero"` // the date an applicant holds on paper
	Warn      Warn    `json:"warn,omitzero"`
}

// maxPauses bounds the special procedures of one clock.
const maxPauses = 100

// Validate reports in Chinese why c is no clock. A judge calls it before it
// counts with a clock out of a body.
func (c *Clock) Validate() error {
	if _, known := c.ID.Rule(); !known {
		return fmt.Errorf("时限编号 %q 不存在", string(c.ID))
	}
	if c.Start.IsZero() {
		return fmt.Errorf("%s缺少起算日期", c.ID.Title())
	}
	if len(c.Pauses) > maxPauses {
		return fmt.Errorf("%s的中止次数超过 %d 次", c.ID.Title(), maxPauses)
	}
	if err := c.Limit.Validate(); err != nil {
		return fmt.Errorf("%s:%w", c.ID.Title(), err)
	}
	if err := c.Extension.Validate(); err != nil {
		return fmt.Errorf("%s延期:%w", c.ID.Title(), err)
	}
	return nil
}

// Warn says when a clock turns yellow; the zero Warn is the standard (Y-01).
type Warn struct {
	Days    int `json:"days"`    // working days left
	Percent int `json:"percent"` // share of the whole length left
}

var standardWarn = Warn{Days: 1, Percent: 20}

// ClockState is where a clock stands, as screens colour it.
type ClockState string

// The closed list of states.
const (
	ClockRunning ClockState = "running"
	ClockPaused  ClockState = "paused"
	ClockYellow  ClockState = "yellow"
	ClockRed     ClockState = "red"
	ClockStopped ClockState = "stopped"
)

// Standing is where a clock stands at one instant. Due is the date shown and
// Enforced the instant it takes effect: 24:00 of that date and never earlier.
// While paused there is no date, only the working days left.
type Standing struct {
	State       ClockState
	Due         Day
	Enforced    Instant
	Left        int  // working days after today; negative when overdue
	Late        bool // stopped after it had lapsed
	Provisional bool // rests on an unpublished year: shown as 暂定
}

// Lapsed reports whether the legal effect of a lapse may be written. It may not
// while the date is provisional: the real one is usually later.
func (s Standing) Lapsed() bool { return s.State == ClockRed && !s.Provisional }

// Due gives the date shown; no day while the clock is paused.
func (c *Clock) Due(cal Calendar) (due Day, provisional bool) { return c.due(cal, c.Pauses) }

func (c *Clock) due(cal Calendar, spans []Span) (Day, bool) {
	due, provisional := c.Limit.DueExtended(cal, c.Start, c.Extension, spans...)
	if c.ID.ForApplicant() && !due.IsZero() && due.compare(c.Printed) < 0 {
		return c.Printed, provisional // the promise on paper stands whatever a calendar says
	}
	return due, provisional
}

// At tells where the clock stands at now. A stop is a fact and counts even when
// another place's wall clock put it slightly after now.
func (c *Clock) At(now Instant, cal Calendar) Standing {
	due, provisional := c.Due(cal)
	if due.IsZero() {
		return c.whilePaused(cal)
	}
	s := Standing{Due: due, Enforced: due.End(), Provisional: provisional, State: ClockRunning}
	s.Left = cal.WorkingDaysLeft(now.Day(), due, c.Pauses...)
	switch {
	case c.Stopped != 0:
		s.State, s.Late, s.Left = ClockStopped, c.Stopped >= s.Enforced, 0
	case now >= s.Enforced:
		s.State = ClockRed
	case c.near(s.Left, cal.WorkingDaysLeft(c.Start, due, c.Pauses...)):
		s.State = ClockYellow
	}
	return s
}

// whilePaused counts what would be left if the open pause ended at once.
func (c *Clock) whilePaused(cal Calendar) Standing {
	p := newPauses(c.Pauses)
	due, provisional := c.due(cal, p.closed())
	s := Standing{State: ClockPaused, Provisional: provisional}
	s.Left = cal.WorkingDaysLeft(p.open(), due, p.closed()...)
	if c.Stopped != 0 { // withdrawn during the procedure, for example
		s.State = ClockStopped
	}
	return s
}

// near: a clock is never yellow on the day it starts, or every clock of one
// working day would be born yellow.
func (c *Clock) near(left, total int) bool {
	w := c.Warn
	if w == (Warn{}) {
		w = standardWarn
	}
	return left < total && (left <= w.Days || left*100 <= total*w.Percent)
}
