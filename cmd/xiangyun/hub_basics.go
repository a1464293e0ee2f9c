package main

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/importer"
	"xiangyun/cmd/internal/progress"
	"xiangyun/protocol"
)

func basicList() *cobra.Command {
	return list{use: "list", short: "基本目录", path: "/api/v1/basics", filters: []string{"q", "state", "key"},
		columns: []column{{"基本编码", "id"}, {"名称", "body.name"}, {"类型", "body.type"}, {"设定依据", "body.basis"}, {"状态", "body.state"}}}.command()
}

func basicShow() *cobra.Command {
	return one{use: "show 基本编码", short: "基本目录的一项", path: "/api/v1/basics/%s"}.command()
}

func basicRetire() *cobra.Command {
	return act{use: "retire 基本编码", short: "取消基本目录的一项", args: "基本编码", count: 1, path: "/api/v1/basics/%s/retire", flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("%s 已取消")}.command()
}

// basicImport loads a file; each row gets its own answer.
func basicImport() *cobra.Command {
	c := &cobra.Command{Use: "import 文件", Short: "从 CSV、XLSX 或 JSON 载入基本目录,逐行答复", Args: exactly(1, "文件")}
	c.Flags().String("columns", "", "没有表头的文件:各列依次的列名,逗号分隔,- 为不读")
	c.Flags().String("aliases", "", "本来源的表头别名文件(CSV 两列: 表头,列名)")
	c.RunE = func(cmd *cobra.Command, args []string) error { return importBasics(cmd, args[0]) }
	return described(c, `首行为表头,列名或中文标题均可:
`+importer.Describe(importer.BasicColumns)+`
未载入的行附行号、规则编号和原因,不影响其他行,此时退出码为 3;没有变化的行不重复写入,可反复导入。`, actExits)
}

// basicReport is what became of the rows of a file.
type basicReport struct {
	Rows    int                 `json:"rows"`
	Count   map[string]int      `json:"count"`
	Refused []protocol.BasicRow `json:"refused"`
}

func importBasics(cmd *cobra.Command, file string) error {
	data, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	shape, err := shapeOf(cmd)
	if err != nil {
		return err
	}
	sheet, err := importer.ReadBasics(data, shape)
	if err != nil {
		return err
	}
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	r := basicReport{Rows: sheet.Rows, Count: map[string]int{}, Refused: []protocol.BasicRow{}}
	for _, f := range sheet.Findings {
		r.add(protocol.BasicRow{Row: f.Line, Outcome: protocol.BasicRefused, Rule: f.Rule, Text: f.Text})
	}
	line := progress.New(cmd.ErrOrStderr(), "载入", len(sheet.Drafts))
	defer line.End()
	for part := range slices.Chunk(sheet.Drafts, 500) {
		rows := make([]map[string]any, len(part))
		for i, d := range part {
			rows[i] = map[string]any{"code": d.Body.Code, "name": d.Body.Name, "type": d.Body.Type, "basis": append([]string{}, d.Body.Basis...)}
		}
		var answer struct{ Items []protocol.BasicRow }
		if err := cl.Call(cmd.Context(), http.MethodPost, "/api/v1/basics", map[string]any{"rows": rows}, &answer); err != nil {
			return err
		}
		for _, row := range answer.Items {
			row.Row = part[row.Row-1].Line
			r.add(row)
		}
		line.Add(len(part))
	}
	return r.end(cmd, sheet.Unit)
}

func (r *basicReport) add(row protocol.BasicRow) {
	r.Count[row.Outcome]++
	if row.Outcome == protocol.BasicRefused {
		r.Refused = append(r.Refused, row)
	}
}

// end prints the report; rows that were refused make exit code 3.
func (r *basicReport) end(cmd *cobra.Command, unit string) error {
	err := show(cmd, r, func() {
		for _, row := range r.Refused {
			fmt.Fprintf(cmd.OutOrStdout(), "第 %d %s %s %s: %s [规则 %s]\n", row.Row, unit, row.Code, plainText(row.Name), row.Text, row.Rule)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "共 %d %s: 新增 %d,变更 %d,未变 %d,未载入 %d\n", r.Rows, unit, r.Count[protocol.BasicNew], r.Count[protocol.BasicChanged],
			r.Count[protocol.BasicSame], r.Count[protocol.BasicRefused])
	})
	if err == nil && len(r.Refused) > 0 {
		return &protocol.Fault{Code: protocol.Refused, Op: "load basic catalogue", Rule: r.Refused[0].Rule, Text: fmt.Sprintf("有 %d %s未载入,见上", len(r.Refused), unit)}
	}
	return err
}
