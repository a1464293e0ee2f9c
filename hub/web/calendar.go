package web

import (
	"net/url"
	"strconv"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) calendarPages() {
	w.Handle("GET /calendar", protocol.MayReadStatus, w.listCalendar)
	w.Handle("GET /calendar/publish", protocol.MayOperate, w.showYear)
	w.Handle("POST /calendar/publish", protocol.MayOperate, w.publishYear)
}

// listCalendar shows the published years; a coming year without one makes dates
// provisional (K-cal-1), so it is asked for in time.
func (w *Web) listCalendar(v *console.Visit) error {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "calendar", Limit: 200})
	if err != nil {
		return err
	}
	t := page.Table{Caption: "nav.calendar", Cols: []page.Col{{Label: "calendar.year", Short: true}, {Label: "calendar.version", Num: true},
		{Label: "calendar.off", Num: true}, {Label: "calendar.work", Num: true}, {Label: "calendar.source"},
		{Label: "console.updated", Short: true}}, Empty: page.Empty{What: "calendar.empty", Do: "calendar.empty-do"}}
	known := map[int]bool{}
	for _, h := range found.Hits {
		c, rec, err := console.Read[protocol.CalendarYear](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		known[c.Year] = true
		year := page.Word(strconv.Itoa(c.Year))
		if v.May(protocol.MayOperate, "") {
			year = page.Goto(year.Text, "/calendar/publish?year="+year.Text)
		}
		t.Add(year, page.Number(c.Version), page.Number(len(c.Off)), page.Number(len(c.Work)), page.Word(c.Source), page.OnDay(rec.At.Day()))
	}
	var sheet console.Sheet
	s := console.Section{Lead: "calendar.lead", Table: &t}
	for _, y := range []int{v.Now().Time().Year(), v.Now().Time().Year() + 1} {
		if !known[y] {
			s.Messages = append(s.Messages, page.Flash{Tone: page.Warn, Text: v.T("calendar.missing", y)})
		}
	}
	if v.May(protocol.MayOperate, "") {
		sheet.Actions = []console.Action{{Label: "calendar.publish", Href: "/calendar/publish", Primary: true}}
	}
	sheet.Sections = []console.Section{s}
	return v.Show(page.View{Title: "nav.calendar", Active: "calendar"}, sheet)
}

func (w *Web) showYear(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	if year, err := strconv.Atoi(v.R.FormValue("year")); typed == nil && err == nil {
		c, err := console.Find[protocol.CalendarYear](v.Records(), protocol.CalendarRef(year))
		if err != nil {
			return err
		}
		typed = url.Values{"year": {strconv.Itoa(year)}}
		if c != nil {
			typed = url.Values{"year": {strconv.Itoa(year)}, "off": {days(c.Off)}, "work": {days(c.Work)}, "source": {c.Source}}
		}
	}
	return renderYear(v, typed, nil)
}

func days(list []protocol.Day) string {
	lines := make([]string, len(list))
	for i, d := range list {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

func renderYear(v *console.Visit, typed url.Values, wrong map[string]string, flash ...page.Flash) error {
	f := page.Form{Action: "/calendar/publish", Submit: "calendar.do", Keep: "calendar.keep", Back: &page.Link{Label: "act.back", Href: "/calendar"},
		Fields: []page.Field{
			{Name: "year", Label: "calendar.year", Kind: page.InputNumber, Value: typed.Get("year"), Min: "2000", To: "9998", Required: true,
				Width: "short"},
			{Name: "source", Label: "calendar.source", Value: typed.Get("source"), Max: 200, Required: true, Help: "calendar.source-help"},
			{Name: "off", Label: "calendar.off", Kind: page.InputArea, Rows: 10, Value: typed.Get("off"), Required: true, Width: "half",
				Help: "calendar.days-help"},
			{Name: "work", Label: "calendar.work", Kind: page.InputArea, Rows: 10, Value: typed.Get("work"), Width: "half",
				Help: "calendar.work-help"}}}
	for i := range f.Fields {
		f.Fields[i].Error = wrong[f.Fields[i].Name]
	}
	view := page.View{Title: "calendar.publish", Active: "calendar", Flash: flash}
	if len(wrong)+len(flash) > 0 {
		view.Status = 422
	}
	return v.Show(view, console.Sheet{Sections: []console.Section{{Form: &f}}})
}

func (w *Web) publishYear(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	c := protocol.CalendarYear{Source: strings.TrimSpace(typed.Get("source"))}
	if c.Year, err = strconv.Atoi(typed.Get("year")); err != nil {
		wrong["year"] = "calendar.bad-year"
	}
	c.Off, c.Work = readDays(typed, "off", wrong), readDays(typed, "work", wrong)
	if c.Source == "" {
		wrong["source"] = "calendar.no-source"
	}
	if len(wrong) > 0 {
		return renderYear(v, typed, wrong)
	}
	_, err = w.cfg.Office.PublishCalendar(v.Context(), v.Who, c)
	if f, refused := console.Refusal(err); refused {
		return renderYear(v, typed, nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/calendar", page.Good, "calendar.done", strconv.Itoa(c.Year))
}

// readDays reads one day a line and names the first that is none.
func readDays(typed url.Values, name string, wrong map[string]string) (list []protocol.Day) {
	for _, word := range strings.Fields(typed.Get(name)) {
		d, err := protocol.ParseDay(word)
		if err != nil {
			wrong[name] = err.Error()
			continue
		}
		list = append(list, d)
	}
	return list
}
