package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

// column is one column of a list: its heading and where the value stands, as a
// path of members; "|time" after it shows milliseconds as a time.
type column struct{ title, path string }

func (c column) of(v any) string {
	path, isTime := strings.CutSuffix(c.path, "|time")
	v = at(v, path)
	if code, ok := v.(string); ok {
		return wordFor(c.title, code)
	}
	if ms, ok := v.(float64); ok && isTime {
		return protocol.Instant(ms).String()
	}
	return text(v)
}

// list is a command that lists what an address of the API gives, all pages of
// it. The hub and a node may tell the same thing in different words.
type list struct {
	use, short, detail string
	path               string
	hubPath            string // at the hub, when it is another one; "-" when the hub has no such list
	filters            []string
	columns            []column
	hubColumns         []column
	paging             paging
}

// paging is how an address bounds its answer.
type paging int

const (
	byPage  paging = iota // limit and after
	byMax                 // the first so many, at most 1000
	allOnce               // always everything
)

func (l list) command() *cobra.Command {
	c := &cobra.Command{Use: l.use, Short: l.short, Args: exactly(0, "")}
	c.Flags().Int("limit", 50, "最多显示多少条;0 为全部")
	for _, f := range l.filters {
		c.Flags().String(f, "", filterTexts[f])
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error { return l.run(cmd) }
	return described(c, l.detail, readExits)
}

var filterTexts = map[string]string{
	"q": "按文字查找", "state": "按状态筛选", "key": "按编号或代码精确查找", "node": "按节点筛选", "agency": "按机构(统一社会信用代码)筛选",
	"want": "按请求种类筛选: publish delivered withdraw", "type": "按事项类型代码筛选", "division": "按行政区划筛选", "class": "按分类筛选",
	"handler": "按承办节点筛选", "window": "按收件节点筛选", "item": "按事项版本筛选",
}

func (l list) run(cmd *cobra.Command) error {
	path, columns := l.path, l.columns
	if hubHere(cmd) {
		if l.hubPath != "" {
			path = l.hubPath
		}
		columns = l.hubColumns
	}
	if path == "-" {
		return usageError{fmt.Errorf("省级中心没有这个清单,请用 --at node")}
	}
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	items, more, err := l.read(cmd, cl, path)
	if err != nil {
		return err
	}
	if output(cmd) == "json" {
		return printJSON(cmd, items)
	}
	if more {
		defer fmt.Fprintln(cmd.ErrOrStderr(), "(还有更多,--limit 0 显示全部)")
	}
	return table(cmd, items, columns)
}

// read gives at most --limit items, and whether there are more.
func (l list) read(cmd *cobra.Command, cl *client.Client, path string) (items []json.RawMessage, more bool, err error) {
	query := url.Values{}
	for _, f := range l.filters {
		if v := flag(cmd, f); v != "" {
			query.Set(f, v)
		}
	}
	limit, err := cmd.Flags().GetInt("limit")
	if err != nil {
		return nil, false, err
	}
	if limit < 0 {
		return nil, false, usageError{errors.New("--limit 不能是负数")}
	}
	switch l.paging {
	case byPage:
		query.Set("limit", "200")
	case byMax:
		query.Set("max", "1000")
	}
	items = []json.RawMessage{}
	err = cl.Pages(cmd.Context(), path, query, func(item json.RawMessage) error {
		if more = limit > 0 && len(items) == limit; more {
			return client.ErrStop
		}
		items = append(items, item)
		return nil
	})
	return items, more, err
}

func table(cmd *cobra.Command, items []json.RawMessage, columns []column) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "(没有记录)")
		return err
	}
	var g grid
	var titles []string
	for _, c := range columns {
		titles = append(titles, c.title)
	}
	g.add(titles...)
	for _, item := range items {
		var v any
		if err := json.Unmarshal(item, &v); err != nil {
			return fmt.Errorf("read list: %w", err)
		}
		var cells []string
		for _, c := range columns {
			cells = append(cells, c.of(v))
		}
		g.add(cells...)
	}
	return g.print(cmd.OutOrStdout())
}

func at(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// text shows a value of an answer to a person.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case bool:
		if v {
			return "是"
		}
		return "否"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return plainText(v)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = text(v[i])
		}
		return strings.Join(parts, ",")
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return "?"
		}
		return string(b)
	}
	return fmt.Sprint(v)
}

// plainText keeps a value on its line and shows times as people here read them.
func plainText(s string) string {
	if s == "" {
		return "-"
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.In(protocol.Beijing).Format("2006-01-02 15:04")
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// one is a command that shows one thing as JSON.
type one struct {
	use, short, detail string
	path, hubPath      string // with %s for the id
	part               string // of the answer; empty is all of it
}

func (o one) command() *cobra.Command {
	c := &cobra.Command{Use: o.use, Short: o.short, Args: exactly(1, "编号")}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		address, part := o.path, o.part
		if hubHere(cmd) && o.hubPath != "" {
			address, part = o.hubPath, ""
		}
		answer, err := send(cmd, cl, http.MethodGet, path(address, args[0]), nil, nil)
		if err != nil {
			return err
		}
		if part != "" {
			if answer = at(answer, part); answer == nil {
				return protocol.NewFault(protocol.Gone, "read", "没有找到")
			}
		}
		return printJSON(cmd, answer)
	}
	return described(c, o.detail, readExits)
}

// printRows prints a list inside an answer as a table.
func printRows(cmd *cobra.Command, rows any, columns []column) error {
	list, _ := rows.([]any)
	items := make([]json.RawMessage, 0, len(list))
	for _, one := range list {
		raw, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("print list: %w", err)
		}
		items = append(items, raw)
	}
	return table(cmd, items, columns)
}
