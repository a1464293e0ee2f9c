package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/cmd/internal/importer"
	"xiangyun/cmd/internal/progress"
	"xiangyun/protocol"
)

var itemDefaults = []string{"agency", "basis", "level", "version", "case_type", "scope", "legal_limit", "promise_limit", "visits", "effective_at",
	"targets", "nature", "conditions", "process", "forms", "places", "contact", "complaints", "exempt"}

func itemImport() *cobra.Command {
	c := &cobra.Command{Use: "import [文件]", Short: "从 CSV、XLSX 或其他系统的 JSON 报请发布事项", Args: fileOr("template")}
	c.Flags().Bool("template", false, "输出可供填写的 CSV 模板,含一行示例")
	c.Flags().Bool("check", false, "只检查,不报请")
	c.Flags().String("departments", "", "部门与机构的对应文件(CSV 两列: 部门,统一社会信用代码)")
	c.Flags().String("source", "", "来源系统的名称,与 --codes 一起用")
	c.Flags().String("codes", "", "本来源的代码对应表(CSV 三列: 字段 type、case_type 或 scope,原系统代码,本省代码)")
	importFlags(c)
	defaultFlags(c, map[string]string{"level": "3", "version": "1", "case_type": "promise", "scope": "none"}, importer.ItemColumns, itemDefaults...)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if on(cmd, "template") {
			return importer.WriteItemTemplate(cmd.OutOrStdout())
		}
		return importItems(cmd, args[0])
	}
	return described(c, `文件为 UTF-8 的 CSV(逗号、制表符或分号分隔,可带 BOM),或 XLSX 工作簿的第一张工作表,首行为表头,列名或中文标题均可:
`+importer.Describe(importer.ItemColumns)+`
也接受其他系统导出的 JSON: {"items": [{"dept": …, "main": …, "name": …, "type": …, "local_item_code": …}]}。

全部有误的行一次列出,每行带行号和规则编号;有误时默认一行也不报请。每次请求至多 20 项。
只是原系统代码没有对应关系(I-14)的行列入报告,其余照常报请。
同一文件重复导入不会产生新的请求,中断后重新导入即接着办理。`, actExits)
}

func importItems(cmd *cobra.Command, file string) error {
	began := time.Now()
	data, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	cl, err := nodeOnly(cmd)
	if err != nil {
		return err
	}
	o, err := itemOptions(cmd, cl)
	if err != nil {
		return err
	}
	sheet, err := importer.ReadItems(data, o)
	if err != nil {
		return err
	}
	found, err := importer.CheckItems(cmd.Context(), cl, o.Node, sheet.Drafts)
	if err != nil {
		return err
	}
	sheet.Drop(found)
	r := begin(file, sheet, began)
	if err := r.stop(cmd); err != nil || on(cmd, "check") {
		return errors.Join(err, r.endIf(cmd, err))
	}
	line := progress.New(cmd.ErrOrStderr(), "报请", len(sheet.Drafts))
	r.Sent, err = importer.SendItems(cmd.Context(), cl, sheet.Drafts, line.Add)
	line.End()
	return errors.Join(err, r.end(cmd, "报请", "下一步: 由省级审核发布(xiangyun hub requests publish)"))
}

// endIf prints the report of an import that sends nothing: for programs always,
// for people when nothing was wrong.
func (r *imported) endIf(cmd *cobra.Command, err error) error {
	if err != nil && output(cmd) != "json" {
		return nil
	}
	return r.end(cmd, "", "")
}

// nodeOnly reaches a node: imports go to no other place.
func nodeOnly(cmd *cobra.Command) (*client.Client, error) {
	if hubHere(cmd) {
		return nil, usageError{errors.New("只能向节点导入(--at node)")}
	}
	return dial(cmd)
}

func itemOptions(cmd *cobra.Command, cl *client.Client) (o importer.ItemOptions, err error) {
	if o.Shape, err = shapeOf(cmd); err != nil {
		return o, err
	}
	if o.Departments, err = pairs(flag(cmd, "departments")); err != nil {
		return o, err
	}
	if o.Codes, err = codesOf(cmd); err != nil {
		return o, err
	}
	o.Defaults = defaults(cmd, itemDefaults...)
	o.Node, err = nodeName(cmd.Context(), cl)
	return o, err
}

// codesOf reads the mapping of a source's codes (cases.I-14).
func codesOf(cmd *cobra.Command) (importer.Codes, error) {
	file, source := flag(cmd, "codes"), flag(cmd, "source")
	if (file == "") != (source == "") {
		return importer.Codes{}, usageError{errors.New("--source 和 --codes 须一起给出:代码只在它的来源内有含义")}
	}
	if file == "" {
		return importer.Codes{}, nil
	}
	rows, err := triples(file)
	if err != nil {
		return importer.Codes{}, err
	}
	return importer.ReadCodes(source, rows)
}

func triples(file string) (list [][3]string, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("读取文件: %w", err)}
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	in.FieldsPerRecord = 3
	rows, err := in.ReadAll()
	if err != nil {
		return nil, usageError{fmt.Errorf("%s 应为 CSV,每行三列: %w", file, err)}
	}
	for _, r := range rows {
		list = append(list, [3]string{strings.TrimSpace(r[0]), strings.TrimSpace(r[1]), strings.TrimSpace(r[2])})
	}
	return list, nil
}

func nodeName(ctx context.Context, cl *client.Client) (protocol.NodeID, error) {
	var st struct{ Node protocol.NodeID }
	err := cl.Call(ctx, http.MethodGet, "/api/v1/status", nil, &st)
	return st.Node, err
}
