package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
)

// column is one column of a list: its heading and where the value stands, as a
// path of members.
type column struct{ title, path string }

// listCommand lists what an address of the API gives, all pages of it.
func listCommand(use, short, path string, filters []string, columns ...column) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: exactly(0, "")}
	c.Flags().Int("limit", 50, "最多显示多少条;0 为全部")
	for _, f := range filters {
		c.Flags().String(f, "", "按此筛选")
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		query := url.Values{}
		for _, f := range filters {
			if v := flag(cmd, f); v != "" {
				query.Set(f, v)
			}
		}
		limit, err := cmd.Flags().GetInt("limit")
		if err != nil {
			return err
		}
		items := []json.RawMessage{}
		err = cl.Pages(cmd.Context(), path, query, func(item json.RawMessage) error {
			items = append(items, item)
			if limit > 0 && len(items) >= limit {
				return client.ErrStop
			}
			return nil
		})
		if err != nil {
			return err
		}
		return show(cmd, items, func() { table(cmd, items, columns) })
	}
	return c
}

func table(cmd *cobra.Command, items []json.RawMessage, columns []column) {
	if len(items) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "(没有记录)")
		return
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	defer w.Flush()
	for _, c := range columns {
		fmt.Fprint(w, c.title, "\t")
	}
	fmt.Fprintln(w)
	for _, item := range items {
		var v any
		if err := json.Unmarshal(item, &v); err != nil {
			fmt.Fprintln(w, string(item))
			continue
		}
		for _, c := range columns {
			fmt.Fprint(w, text(at(v, c.path)), "\t")
		}
		fmt.Fprintln(w)
	}
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

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case float64:
		return fmt.Sprintf("%.0f", v)
	case string:
		return v
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

// showCommand shows one thing as JSON.
func showCommand(use, short, path string) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: exactly(1, "编号"), RunE: func(cmd *cobra.Command, args []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		var v any
		if err := cl.Call(cmd.Context(), http.MethodGet, fmt.Sprintf(path, url.PathEscape(args[0])), nil, &v); err != nil {
			return err
		}
		e := json.NewEncoder(cmd.OutOrStdout())
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(v)
	}}
}
