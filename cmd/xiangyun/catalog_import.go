package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/cmd/internal/importer"
	"xiangyun/cmd/internal/progress"
	"xiangyun/protocol"
)

var entryDefaults = []string{"agency", "provider", "division", "layer", "class", "base", "format", "share_type", "share_reason", "share_basis", "share_cond",
	"open_type", "open_reason", "open_basis", "open_cond", "level", "cycle", "gained", "secrecy", "items", "contact"}

const entryHelp = `文件为 UTF-8 的 CSV(逗号、制表符或分号分隔,可带 BOM),首行为表头,列名或中文标题均可:
%s
没有表头的文件用 --columns 依次说明各列,例如 --columns name,abstract,source_id。
没有资源代码的来源:代码由 --code-prefix、--source 和来源编号推定,每次导入都相同。

全部有误的行一次列出,每行带行号和规则编号。`

func entryFlags(c *cobra.Command) {
	importFlags(c)
	c.Flags().String("code-prefix", "", "推定资源代码的前缀: 六位数字,可续至 18 位")
	c.Flags().String("source", "", "来源系统的名称;不同来源的相同编号不会混为一条")
	defaultFlags(c, map[string]string{"layer": "province", "format": "1", "gained": "collected"}, importer.EntryColumns, entryDefaults...)
}

func catalogImport() *cobra.Command {
	c := &cobra.Command{Use: "import [文件.csv]", Short: "从 CSV 报送目录条目", Args: fileOr("template")}
	c.Flags().Bool("template", false, "输出可供填写的 CSV 模板,含一行示例")
	c.Flags().String("title", "", "批次标题;默认为“机构名目录报送 日期”")
	entryFlags(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if on(cmd, "template") {
			return importer.WriteEntryTemplate(cmd.OutOrStdout())
		}
		return importEntries(cmd, args[0])
	}
	return described(c, fmt.Sprintf(entryHelp, importer.Describe(importer.EntryColumns))+`有误时默认一行也不报送。每批至多 300 条,同一机构的为一批。
与上次报送相同的条目不形成新的版本;中断后重新导入即接着办理。`, actExits)
}

func catalogCheck() *cobra.Command {
	c := &cobra.Command{Use: "check 文件.csv", Short: "检查目录条目文件,不报送", Args: exactly(1, "文件.csv")}
	entryFlags(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		r, _, err := readEntries(cmd, args[0])
		if err != nil {
			return err
		}
		err = r.stop(cmd)
		return errors.Join(err, r.endIf(cmd, err))
	}
	return described(c, fmt.Sprintf(entryHelp, importer.Describe(importer.EntryColumns))+"本命令不需要服务器。", []int{exitDone, exitFailed, exitUsage, exitRefused})
}

func readEntries(cmd *cobra.Command, file string) (*imported, *importer.Entries, error) {
	began := time.Now()
	data, err := readInput(cmd, file)
	if err != nil {
		return nil, nil, err
	}
	shape, err := shapeOf(cmd)
	if err != nil {
		return nil, nil, err
	}
	sheet, err := importer.ReadEntries(data, importer.EntryOptions{Shape: shape, Defaults: defaults(cmd, entryDefaults...),
		CodePrefix: flag(cmd, "code-prefix"), Source: flag(cmd, "source")})
	if err != nil {
		return nil, nil, err
	}
	return begin(file, sheet, began), sheet, nil
}

func importEntries(cmd *cobra.Command, file string) error {
	cl, err := nodeOnly(cmd)
	if err != nil {
		return err
	}
	r, sheet, err := readEntries(cmd, file)
	if err != nil {
		return err
	}
	if err := r.stop(cmd); err != nil {
		return errors.Join(err, r.endIf(cmd, err))
	}
	if err := nameProviders(cmd, cl, sheet.Drafts); err != nil {
		return err
	}
	line := progress.New(cmd.ErrOrStderr(), "报送", len(sheet.Drafts))
	r.Sent, err = importer.SendEntries(cmd.Context(), cl, titled(flag(cmd, "title")), sheet.Drafts, line.Add)
	line.End()
	return errors.Join(err, r.end(cmd, "报送", "下一步: 由另一人一审(xiangyun catalog first-review --all --as 登录名)"))
}

// titled names each batch: as told, or by its agency and today, which a
// reviewer knows and a file name of another machine does not tell.
func titled(told string) func(protocol.CatalogEntry) string {
	return func(e protocol.CatalogEntry) string {
		if told != "" {
			return told
		}
		return e.Provider + "目录报送 " + time.Now().In(protocol.Beijing).Format(time.DateOnly)
	}
}

// nameProviders fills in the registered names of agencies, and the division of
// an agency, where the file says neither.
func nameProviders(cmd *cobra.Command, cl *client.Client, drafts []importer.Draft[protocol.CatalogEntry]) error {
	known := make(map[string]*protocol.Agency)
	for i := range drafts {
		e := &drafts[i].Body
		if e.Provider != "" && e.Division != "" {
			continue
		}
		a, had := known[e.Agency]
		if !had {
			var err error
			if a, err = importer.Agency(cmd.Context(), cl, e.Agency); err != nil {
				return err
			}
			if a == nil {
				return &protocol.Fault{Code: protocol.Refused, Op: "import", Rule: "K-21", Text: fmt.Sprintf("提供方 %s 没有登记", e.Agency),
					Hint: "请省级管理员先登记(xiangyun agency register),或用 --provider 和 --division 指明名称和区划"}
			}
			known[e.Agency] = a
		}
		if e.Provider == "" {
			e.Provider = a.Name
		}
		if e.Division == "" {
			e.Division = a.Division
		}
	}
	return nil
}
