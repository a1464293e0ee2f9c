package paper

import (
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// Due is a date somebody must keep, with the calendar it was counted on.
type Due struct {
	Title       string // "一次性告知期限"
	Day         protocol.Day
	Provisional bool // rests on an unpublished year (K-cal-1)
	Paused      bool // there is no date while a special procedure runs
	Left        int  // working days that remain when paused
	Calendars   []CalendarUse
	Basis       string
}

// CalendarUse names one version of a year's calendar: protocol.CalendarUse.
type CalendarUse = protocol.CalendarUse

// calendarWords gives "2026年第1版", or that the year is not published.
func calendarWords(c CalendarUse) string {
	if c.Version == 0 {
		return fmt.Sprintf("%d年尚未公布", c.Year)
	}
	return fmt.Sprintf("%d年第%d版", c.Year, c.Version)
}

func calendarText(used []CalendarUse) string {
	if len(used) == 0 {
		return "—"
	}
	words := make([]string, len(used))
	for i, c := range used {
		words[i] = calendarWords(c)
	}
	return strings.Join(words, "、")
}

func (d *Due) text() string {
	switch {
	case d.Paused:
		return fmt.Sprintf("中止计算，剩余%d个工作日", d.Left)
	case d.Provisional:
		return dayText(d.Day) + "（暂定）"
	}
	return dayText(d.Day)
}

// dueBlocks prints dates as a table, and what "暂定" means below it.
func dueBlocks(due []Due) []Block {
	if len(due) == 0 {
		return nil
	}
	t := Block{Kind: BlockTable, Columns: []Column{{"期限", 3}, {"截止日期（当日24时）", 3.4}, {"工作日历", 3}, {"依据", 4}}}
	provisional := false
	for _, d := range due {
		t.Rows = append(t.Rows, []string{d.Title, d.text(), calendarText(d.Calendars), or(d.Basis, "—")})
		provisional = provisional || d.Provisional
	}
	blocks := []Block{heading("办理期限"), t}
	if provisional {
		blocks = append(blocks, note("标注“暂定”的日期涉及尚未公布的工作日历，公布后重新计算并另行告知。"))
	}
	return blocks
}
