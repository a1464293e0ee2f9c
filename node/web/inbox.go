package web

import (
	"net/url"
	"strconv"
	"strings"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// pile is one tab of the inbox (W-01): what is in it is asked of each open case,
// so that tab, list and queue show the same. in depends on the group of a case
// alone and is asked once a group; day is asked of each.
type pile struct {
	key  string
	tone page.Tone
	in   func(v *console.Visit, l *inboxLine) bool
	day  func(ends, today, now protocol.Instant) bool // ends: of the day that is due, 0 for none; nil: any
}

var piles = []pile{
	{"mine", page.Plain, stepFor, nil},
	{"new", page.Plain, func(v *console.Visit, l *inboxLine) bool {
		return stepFor(v, l) && (l.c.State == protocol.CaseReceived || l.c.State == protocol.CaseArrived)
	}, nil},
	{"today", page.Warn, stepFor, func(ends, today, _ protocol.Instant) bool { return ends == today }},
	{"overdue", page.Bad, stepFor, func(ends, _, now protocol.Instant) bool { return ends != 0 && now >= ends }},
	{"correction", page.Plain, func(v *console.Visit, l *inboxLine) bool {
		return l.home == v.At() && ours(v, l) && l.c.State == protocol.CaseCorrection
	}, nil},
	{"special", page.Plain, func(v *console.Visit, l *inboxLine) bool {
		return l.home == v.At() && ours(v, l) && (l.c.State == protocol.CaseSpecial || l.c.State == protocol.CaseJoint)
	}, nil},
	{"sent", page.Plain, func(v *console.Visit, l *inboxLine) bool {
		return l.c.Received.Node == v.At() && l.c.Handler != v.At() && (l.home != v.At() || l.c.State == protocol.CaseHandingOver)
	}, nil},
}

// stepFor reports whether the next step of a case is one of this person's.
func stepFor(v *console.Visit, l *inboxLine) bool {
	if l.home != v.At() {
		return false
	}
	for i := range caseActs {
		a := &caseActs[i]
		if a.step && l.c.Legal(a.act, v.At()) && v.May(a.verb(), bound(a.verb(), &l.c)) && (a.act != "hand_over" || l.c.Handler != v.At()) {
			return true
		}
	}
	return false
}

// ours leaves out what concerns another agency.
func ours(v *console.Visit, l *inboxLine) bool {
	return v.Who.Agency == "" || v.Who.Agency == l.c.Agency || l.c.Received.Node == v.At()
}

func pileOf(key string) *pile {
	for i := range piles {
		if piles[i].key == key {
			return &piles[i]
		}
	}
	return &piles[0]
}

// inboxPage is how many cases a page of the inbox shows.
const inboxPage = 50

// showInbox is W-01: the cases that wait for this person, earliest deadline first.
func (w *Web) showInbox(v *console.Visit) error {
	here, from := pileOf(v.R.FormValue("tab")), pageFrom(v)
	out, err := w.sortOut(v, here, from, inboxPage)
	if err != nil {
		return err
	}
	s := console.Section{ID: "list", Refresh: 20, Lead: "inbox.lead"}
	for i := range piles {
		p := &piles[i]
		tab := page.Tab{Label: "inbox." + p.key, Href: page.With(v.R.URL, "tab", p.key, "from", ""), Count: out.counts[p.key], Active: p == here}
		if out.counts[p.key] > 0 {
			tab.Tone = p.tone
		}
		s.Tabs = append(s.Tabs, tab)
	}
	s.Table, s.Pager = inboxTable(v, out.list, here), inboxPager(v, from, out.total)
	find := &page.Filter{Query: v.R.FormValue("q"), Hint: "inbox.hint", Live: "list", Fields: []page.Field{page.Hidden("tab", here.key)}}
	sheet := console.Sheet{Sections: []console.Section{{Filter: find}, s}}
	if len(out.list) > 0 {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "inbox.desk", Href: with("/cases/"+out.list[0].id, "desk", here.key), Primary: true, Hotkey: "x"})
	}
	if v.May(protocol.MayExamine, "") {
		sheet.Sections = append(sheet.Sections, w.assignForm(v))
		s.Table.Select, s.Table.Form = "pick", "assign"
	}
	return v.Show(page.View{Title: "nav.inbox", Active: "inbox", Wide: true}, sheet)
}

// sorted is the inbox as one person sees it: how much is in each tab, and some
// lines of one.
type sorted struct {
	counts map[string]int
	list   []*inboxLine // from the asked place on
	total  int          // lines of the tab that fit what is typed
}

// sortOut asks each group once what its cases are to this person; of each case it
// then asks its group and its day alone. It keeps most lines of here behind the
// first from, as far as they fit what is typed.
func (w *Web) sortOut(v *console.Visit, here *pile, from, most int) (out sorted, err error) {
	words, at := strings.Fields(strings.ToLower(v.R.FormValue("q"))), pileAt(here)
	err = w.inbox.walk(v.Context(), w.cfg.Reader, func(all []spot, groups int) {
		c := counter{now: v.Now(), today: v.Now().Day().End(), size: make([]int, groups), in: make([][]bool, groups), dated: make([]int, len(piles))}
		for i := range all {
			l := &all[i]
			if c.in[l.group] == nil {
				c.in[l.group] = verdicts(v, l.inboxLine)
			}
			c.count(l)
			if !c.in[l.group][at] || here.day != nil && !here.day(l.ends, c.today, c.now) || len(words) > 0 && !l.matches(v, words) {
				continue
			}
			if out.total++; out.total > from && len(out.list) < most {
				out.list = append(out.list, l.inboxLine)
			}
		}
		out.counts = c.counts()
	})
	return out, err
}

// counter counts the tabs: by group where the day does not matter.
type counter struct {
	now, today protocol.Instant
	size       []int    // of each group
	in         [][]bool // group → pile
	dated      []int    // by pile
}

func (c *counter) count(l *spot) {
	c.size[l.group]++
	if l.ends > c.today || l.ends == 0 { // in no tab of a day
		return
	}
	for i := range piles {
		if piles[i].day != nil && c.in[l.group][i] && piles[i].day(l.ends, c.today, c.now) {
			c.dated[i]++
		}
	}
}

func (c *counter) counts() map[string]int {
	all := map[string]int{}
	for i := range piles {
		n := c.dated[i]
		for g, in := range c.in {
			if piles[i].day == nil && in != nil && in[i] {
				n += c.size[g]
			}
		}
		all[piles[i].key] = n
	}
	return all
}

func pileAt(p *pile) int {
	for i := range piles {
		if &piles[i] == p {
			return i
		}
	}
	return 0
}

func verdicts(v *console.Visit, l *inboxLine) []bool {
	in := make([]bool, len(piles))
	for i := range piles {
		in[i] = piles[i].in(v, l)
	}
	return in
}

func (l *inboxLine) matches(v *console.Visit, words []string) bool {
	for _, word := range words {
		if !strings.Contains(l.text, word) && !strings.Contains(strings.ToLower(v.Place(l.c.Received.Node)), word) {
			return false
		}
	}
	return true
}

func pageFrom(v *console.Visit) int {
	from, err := strconv.Atoi(v.R.FormValue("from"))
	if err != nil || from < 0 {
		return 0
	}
	return from
}

func inboxPager(v *console.Visit, from, n int) page.Pager {
	p := page.Pager{Note: v.T("console.total", page.Number(n).Text)}
	if from > 0 {
		p.Prev = page.With(v.R.URL, "from", strconv.Itoa(max(0, from-inboxPage)))
	}
	if from+inboxPage < n {
		p.Next = page.With(v.R.URL, "from", strconv.Itoa(from+inboxPage))
	}
	return p
}

func inboxTable(v *console.Visit, list []*inboxLine, here *pile) *page.Table {
	t := &page.Table{Caption: "nav.inbox", Cols: []page.Col{{Label: "case.number", Short: true}, {Label: "case.item"}, {Label: "case.applicant", Short: true},
		{Label: "console.state", Short: true}, {Label: "case.due", Short: true}, {Label: "case.from", Short: true}, {Label: "inbox.flags"}},
		Empty: page.Empty{What: "inbox.empty", Do: "inbox.empty-do"}}
	if v.R.FormValue("q") != "" {
		t.Empty = page.Empty{What: "console.none-found", Do: "console.none-found-do"}
	}
	for _, l := range list {
		first := page.Code(l.c.ReceiptNo)
		first.Href = with("/cases/"+l.id, "desk", here.key)
		due, tone := l.due(v)
		row := t.Add(first, page.Word(l.c.ItemName).Under(l.c.AgencyName), page.Word(l.applicant), l.stateCell(v), due,
			page.Word(v.Place(l.c.Received.Node)).Under(modeWord(v, &l.c)), page.State(l.flags()...))
		row.Tone, row.ID = tone, l.id+"@"+strconv.FormatUint(l.rev, 10)
	}
	return t
}

// due is the clock that runs out first: word, colour, date.
func (l *inboxLine) due(v *console.Visit) (page.Cell, page.Tone) {
	if l.c.State == protocol.CaseSpecial {
		return page.State(page.Badge{Tone: page.Info, Word: "inbox.paused"}), page.Plain
	}
	if l.day.IsZero() {
		return page.Word("—"), page.Plain
	}
	d := v.Standing(l.clock, l.start, l.day, l.c.Due.Provisional && (l.clock == protocol.K1 || l.clock == protocol.K2 || l.clock == protocol.K3))
	return v.DueCell(d).Under(v.ClockName(l.clock) + " " + l.day.String()), d.Tone
}

func (l *inboxLine) stateCell(v *console.Visit) page.Cell {
	cell := page.State(console.State("case", string(l.c.State)))
	if l.c.Assignee != "" {
		return cell.Under(v.Person(l.c.Assignee))
	}
	if l.home != v.At() {
		return cell.Under(v.T("case.now-at", v.Place(l.home)))
	}
	return cell
}

func modeWord(v *console.Visit, c *protocol.Case) string {
	switch {
	case c.Received.Node == c.Handler:
		return ""
	case c.Mode == protocol.ModeDelegated:
		return v.T("mode.delegated")
	}
	return v.T("mode.collect")
}

func (l *inboxLine) flags() (list []page.Badge) {
	if l.twin {
		list = append(list, page.Badge{Tone: page.Warn, Word: "flag.twin"})
	}
	if l.c.BlobsPending {
		list = append(list, page.Badge{Tone: page.Info, Word: "flag.scans"})
	}
	if l.c.Received.Offline {
		list = append(list, page.Badge{Word: "flag.offline"})
	}
	if len(l.c.Hops) > 0 {
		list = append(list, page.Badge{Tone: page.Warn, Word: "flag.returned"})
	}
	return list
}

// assignForm gives the ticked cases to somebody at once.
func (w *Web) assignForm(v *console.Visit) console.Section {
	x := &asked{v: v, w: w, c: &protocol.Case{Agency: v.Who.Agency}}
	to := page.Field{Name: "assignee", Label: "field.assignee", Kind: page.InputSelect, Required: true, Width: "half",
		Options: append([]page.Option{{}}, colleagues(x, protocol.RoleExaminer, protocol.RoleLeader)...)}
	return console.Section{Title: "inbox.assign", Form: &page.Form{ID: "assign", Action: "/inbox", Submit: "do.assign", Fields: []page.Field{to}}}
}

// assignMany takes each case by itself: what a rule refuses keeps no other.
func (w *Web) assignMany(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	done, first := 0, ""
	for _, pick := range form["pick"] {
		id, rev, _ := strings.Cut(pick, "@")
		seen, err := strconv.ParseUint(rev, 10, 64)
		if err != nil {
			return protocol.NewFault(protocol.Malformed, "read form", "表单不完整,请从收件箱重新操作")
		}
		_, err = w.cfg.Desk.Do(v.Context(), v.Who, desk.CaseAct{Case: protocol.Ref{Kind: "case", ID: id}, Seen: seen}, "assign",
			protocol.Case{Assignee: form.Get("assignee")})
		if f, refused := console.Refusal(err); refused {
			first = f.Text
			continue
		}
		if err != nil {
			return err
		}
		done++
	}
	n := len(form["pick"])
	switch {
	case n == 0:
		return v.Done("/inbox", page.Warn, "inbox.none-picked")
	case done < n:
		return v.Done("/inbox", page.Warn, "inbox.some-assigned", strconv.Itoa(done), strconv.Itoa(n-done), first)
	}
	return v.Done("/inbox", page.Good, "inbox.assigned", strconv.Itoa(done))
}

// maxQueue is how far the queue beside a case reaches.
const maxQueue = 2000

// besideQueue puts the queue left of an opened case, with the next and the one
// before on one key each (W-07).
func (w *Web) besideQueue(v *console.Visit, tab, id string, sheet *console.Sheet) error {
	p := pileOf(tab)
	out, err := w.sortOut(v, p, 0, maxQueue)
	if err != nil {
		return err
	}
	list := out.list
	at := -1
	for i, l := range list {
		if l.id == id {
			at = i
		}
	}
	side := console.Section{ID: "queue", Title: "inbox." + p.key, Lead: v.T("inbox.of", at+1, out.total),
		Bar: []console.Action{{Label: "inbox.back", Href: "/inbox?" + url.Values{"tab": {p.key}}.Encode()}}}
	if at < 0 {
		side.Lead = v.T("inbox.left", out.total)
	}
	first := max(0, min(at-10, len(list)-inboxPage))
	for _, l := range list[first:min(len(list), first+inboxPage)] {
		due, _ := l.due(v)
		e := console.Entry{Href: with("/cases/"+l.id, "desk", p.key), Text: l.c.ReceiptNo, Sub: l.c.ItemName + " " + l.applicant, Here: l.id == id}
		if len(due.Badges) > 0 {
			e.Badge = &due.Badges[0]
		}
		side.Queue = append(side.Queue, e)
	}
	sheet.Side = &side
	if at+1 < len(list) {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "inbox.next", Href: with("/cases/"+list[at+1].id, "desk", p.key), Hotkey: "x"})
	}
	if at > 0 {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "inbox.before", Href: with("/cases/"+list[at-1].id, "desk", p.key), Hotkey: "z"})
	}
	return nil
}
