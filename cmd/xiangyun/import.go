package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/importer"
	"xiangyun/protocol"
)

// imported is what an import did, for people and programs.
type imported struct {
	File     string             `json:"file"`
	Rows     int                `json:"rows"`
	Good     int                `json:"good"`
	Bad      int                `json:"bad"`
	Findings []importer.Finding `json:"findings,omitempty"`
	importer.Sent
	Seconds   float64 `json:"seconds"`
	MemoryMiB float64 `json:"memory_mib"`

	unit     string
	unmapped bool // nothing is wrong but codes without a mapping (cases.I-14)
	began    time.Time
}

// importFlags are those of every import.
func importFlags(c *cobra.Command) {
	c.Flags().Bool("partial", false, "有误的行只报告,其余照常报送")
	c.Flags().String("columns", "", "没有表头的文件:各列依次的列名,逗号分隔,- 为不读")
	c.Flags().String("aliases", "", "本来源的表头别名文件(CSV 两列: 表头,列名)")
}

// defaultFlags give a value to a column wherever the file has none.
func defaultFlags(c *cobra.Command, values map[string]string, columns []importer.Column, names ...string) {
	for _, col := range columns {
		for _, name := range names {
			if col.Name == name {
				c.Flags().String(strings.ReplaceAll(name, "_", "-"), values[name], "文件中没有时的"+col.Title)
			}
		}
	}
}

func defaults(cmd *cobra.Command, names ...string) map[string]string {
	values := make(map[string]string)
	for _, name := range names {
		if v := flag(cmd, strings.ReplaceAll(name, "_", "-")); v != "" {
			values[name] = v
		}
	}
	return values
}

func shapeOf(cmd *cobra.Command) (s importer.Shape, err error) {
	s.Header = split(flag(cmd, "columns"))
	s.Aliases, err = pairs(flag(cmd, "aliases"))
	return s, err
}

// pairs reads a CSV file of two columns.
func pairs(name string) (map[string]string, error) {
	list := make(map[string]string)
	if name == "" {
		return list, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usageError{fmt.Errorf("读取文件: %w", err)}
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	in.FieldsPerRecord = 2
	rows, err := in.ReadAll()
	if err != nil {
		return nil, usageError{fmt.Errorf("%s 应为 CSV,每行两列: %w", name, err)}
	}
	for _, r := range rows {
		list[strings.TrimSpace(r[0])] = strings.TrimSpace(r[1])
	}
	return list, nil
}

func begin[T any](file string, sheet *importer.Sheet[T], began time.Time) *imported {
	r := &imported{File: filepath.Base(file), began: began, unit: sheet.Unit}
	tally(r, sheet)
	return r
}

func tally[T any](r *imported, sheet *importer.Sheet[T]) {
	r.Rows, r.Good, r.Bad, r.Findings, r.unmapped = sheet.Rows, len(sheet.Drafts), sheet.Bad(), sheet.Findings, sheet.UnmappedOnly()
}

// stop reports what is wrong, and is the refusal of a file with bad rows unless
// they are to be left out.
func (r *imported) stop(cmd *cobra.Command) error {
	for _, f := range r.Findings {
		if output(cmd) != "json" {
			fmt.Fprintf(cmd.ErrOrStderr(), "第 %d %s [%s] %s\n", f.Line, r.unit, f.Rule, f.Text)
		}
	}
	if r.Bad == 0 || on(cmd, "partial") || r.unmapped && r.Good > 0 {
		return nil
	}
	return &protocol.Fault{Code: protocol.Refused, Op: "import", Rule: r.Findings[0].Rule,
		Text: fmt.Sprintf("%s 共 %d %s,其中 %d %s有误,没有报送任何一%s", r.File, r.Rows, r.unit, r.Bad, r.unit, r.unit),
		Hint: "改正后重新导入,或加 --partial 先报送其余的"}
}

// end prints the report. what says what was done with new rows.
func (r *imported) end(cmd *cobra.Command, what, next string) error {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.Seconds, r.MemoryMiB = time.Since(r.began).Seconds(), float64(m.Sys)/(1<<20)
	return show(cmd, r, func() {
		out := cmd.OutOrStdout()
		fmt.Fprintf(out, "%s: 共 %d %s,有误 %d %s\n", r.File, r.Rows, r.unit, r.Bad, r.unit)
		if what == "" {
			return
		}
		fmt.Fprintf(out, "%s %d 项,未变 %d 项,%d 批,%.1f 秒,内存 %.0f MiB\n", what, r.New, r.Unchanged, r.Batches, r.Seconds, r.MemoryMiB)
		if r.New > 0 && next != "" {
			fmt.Fprintln(out, next)
		}
	})
}

// fileOr is the argument rule of an import: one file, or the switch that needs
// none.
func fileOr(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if on(cmd, name) && len(args) == 0 || !on(cmd, name) && len(args) == 1 {
			return nil
		}
		return usageError{fmt.Errorf("请给出一个文件,或 --%s", name)}
	}
}
