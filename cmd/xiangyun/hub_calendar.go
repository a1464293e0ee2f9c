package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

func calendarImport() *cobra.Command {
	c := &cobra.Command{Use: "import [文件.json]", Short: "发布一年或多年的工作日历"}
	c.Flags().Bool("builtin", false, "发布程序自带的历年日历(2018 至 2026 年)")
	c.Args = func(cmd *cobra.Command, args []string) error {
		if own := on(cmd, "builtin"); own && len(args) == 0 || !own && len(args) == 1 {
			return nil
		}
		return usageError{errors.New("请给出一个文件,或 --builtin")}
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		years := protocol.CalendarHistory()
		if len(args) == 1 {
			var err error
			if years, err = readCalendar(args[0]); err != nil {
				return err
			}
		}
		return publishCalendars(cmd, years)
	}
	return described(c, `文件是一年的 JSON,或多年的数组:
  {"year": 2027, "off": ["2027-01-01", …], "work": ["2027-02-06", …], "source": "国务院办公厅关于2027年部分节假日安排的通知"}
off 为放假日(包括周末中的假日),work 为补班的周末。已发布且内容相同的年份不重复发布;内容有变即为该年的下一版。`, actExits)
}

func readCalendar(name string) (years []protocol.CalendarYear, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("读取文件: %w", err)}
	}
	if data = bytes.TrimSpace(data); !bytes.HasPrefix(data, []byte("[")) {
		data = append(append([]byte{'['}, data...), ']')
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&years); err != nil {
		return nil, protocol.NewFault(protocol.Malformed, "read calendar", "%s 不是工作日历的 JSON: %v", name, err)
	}
	return years, nil
}

// publishedYear says what became of a year.
type publishedYear struct {
	Year    int  `json:"year"`
	Version int  `json:"version"`
	Changed bool `json:"changed"`
}

func publishCalendars(cmd *cobra.Command, years []protocol.CalendarYear) error {
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	var done []publishedYear
	for i := range years {
		p, err := publishYear(cmd, cl, &years[i])
		if err != nil {
			return fmt.Errorf("%d 年: %w", years[i].Year, err)
		}
		done = append(done, p)
	}
	return show(cmd, done, func() {
		for _, p := range done {
			what := "未变"
			if p.Changed {
				what = "已发布"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d 年 第 %d 版 %s\n", p.Year, p.Version, what)
		}
	})
}

func publishYear(cmd *cobra.Command, cl *client.Client, year *protocol.CalendarYear) (p publishedYear, err error) {
	var rec struct{ Body protocol.CalendarYear }
	err = cl.Call(cmd.Context(), http.MethodGet, path("/api/v1/calendars/%s", strconv.Itoa(year.Year)), nil, &rec)
	if err != nil && protocol.CodeOf(err) != protocol.Gone {
		return p, err
	}
	if err == nil && coveredBy(year, &rec.Body) {
		return publishedYear{year.Year, rec.Body.Version, false}, nil
	}
	if err := cl.Call(cmd.Context(), http.MethodPost, "/api/v1/calendars", year, &rec); err != nil {
		return p, err
	}
	return publishedYear{year.Year, rec.Body.Version, true}, nil
}

// coveredBy: a numbered version was published when the province has it or a
// later one; an unnumbered one when it says what the newest says.
func coveredBy(year, newest *protocol.CalendarYear) bool {
	if year.Version != 0 {
		return year.Version <= newest.Version
	}
	return slices.Equal(days(year.Off), days(newest.Off)) && slices.Equal(days(year.Work), days(newest.Work)) && year.Source == newest.Source
}

func days(list []protocol.Day) []string {
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = d.String()
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

func calendarShow() *cobra.Command {
	return one{use: "show 年份", short: "一年的工作日历", path: "/api/v1/calendars/%s"}.command()
}
