package page

import "time"

// Tone is the colour of a badge, message, figure or strip. It never stands
// alone: a word always says the same.
type Tone string

// The tones. Plain is for what needs no attention.
const (
	Plain Tone = ""
	Info  Tone = "info"
	Good  Tone = "good"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// Link is a label with an address.
type Link struct {
	Label string // label
	Href  string
}

// View is what a handler says about one page.
type View struct {
	Title  string // label
	Active string // key of the navigation item; "" marks none
	Crumbs []Link // between the navigation item and the title
	Flash  []Flash
	Data   any // .Data of the template

	Status int  // HTTP status; 0 is 200
	Bare   bool // without navigation, strip and user menu: login, kiosk, embedded print
	Wide   bool // full width of the window for side-by-side work

	// Both stand for what Config.Around gives when they are not nil.
	User  *User
	Strip *Strip
}

// User is the person logged in, as the header shows it.
type User struct {
	Name  string
	Role  string // label
	Place string // label: agency or window
	Links []Link // own account, change password
}

// Strip is the status line at the top of every page: can this place talk to the
// others, how old is what is shown, what waits to be sent.
type Strip struct {
	Tone  Tone
	Parts []string // labels, shown with a middle dot between
	Href  string   // details; "" is no link
}

// Linked is a node's strip while the hub answers: 与省级已连接 · 数据截至 09:15 ·
// 待发送 3 条. asOf is the age of the view.
func (s *Shell) Linked(l Lang, asOf time.Time, queued int) *Strip {
	c := s.say[l]
	return &Strip{Tone: Good, Parts: []string{c.t("page.linked"), c.t("page.asof", near(asOf, s.cfg.Now())), c.queued(queued)}}
}

// Cut is a node's strip while the hub is away: work goes on, and it says so.
// oldest is when the first unsent act was written.
func (s *Shell) Cut(l Lang, since, asOf time.Time, queued int, oldest time.Time) *Strip {
	c := s.say[l]
	now := s.cfg.Now()
	parts := []string{c.t("page.cut", near(since, now)), c.t("page.cut-go-on"), c.t("page.asof", near(asOf, now)), c.queued(queued)}
	if queued > 0 && !oldest.IsZero() {
		parts = append(parts, c.t("page.oldest", near(oldest, now)))
	}
	return &Strip{Tone: Warn, Parts: parts}
}

func (c catalogue) queued(n int) string {
	if n == 0 {
		return c.t("page.queue-empty")
	}
	s, err := num(n)
	if err != nil { // cannot be: an int is an integer
		s = noValue
	}
	return c.t("page.queued", s)
}

// near writes the clock for today and the date as well for any other day.
func near(t, now time.Time) string {
	if formatTime(t, layoutDay) == formatTime(now, layoutDay) {
		return formatTime(t, layoutClock)
	}
	return formatTime(t, layoutMinute)
}

// Flash is a message above the content.
type Flash struct {
	Tone Tone
	Text string // label; a refusal's sentence says what to do next
	Rule string // rule id, shown behind the sentence
	Link *Link
}

// Around is what surrounds every page of one request. It is asked for problem
// pages too, so it must do without a session.
type Around struct {
	User   *User
	Strip  *Strip
	Counts map[string]int         // key of a navigation item → open work
	Allow  func(item string) bool // navigation items to show; nil shows all to a person, none to nobody
	Notice []Flash                // on every page: maintenance, frozen lane
}
