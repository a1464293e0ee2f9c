package importer

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// Example cells of the templates: one complete row each.
var (
	itemExample = map[string]string{"local_code": "A-0001", "version": "1", "name": "示例:户外广告设置许可", "type": "行政许可", "basis": "《城市市容和环境卫生管理条例》第十一条",
		"agency": "11220000PDYX0001X1", "level": "3", "case_type": "承诺件", "scope": "跨市", "legal_limit": "20个工作日", "promise_limit": "10个工作日", "visits": "1",
		"effective_at": "2026-01-01", "guide_text": "向窗口提交申请材料", "materials": "申请表|原件|1|必要|自备;场地权属证明|复印件|1|必要|核发||《城市市容和环境卫生管理条例》第十一条",
		"targets": "自然人;企业法人", "nature": "法定机关", "conditions": "设置地点符合户外广告设置规划", "process": "受理、现场查看、审查、决定、送达", "forms": "窗口办理;网上办理",
		"places": "示例路1号政务服务大厅|工作日 8:30 至 16:30|综合窗口", "contact": "000-00000000", "complaints": "12345", "results": "户外广告设置许可证|licence",
		"special": "专家评审|15个工作日", "correction": "10个工作日"}
	entryExample = map[string]string{"code": "306001220000/000001", "name": "示例:户外广告设置许可信息", "abstract": "依法核发的户外广告设置许可的基本信息,按日更新。",
		"agency": "11220000PDYX0001X1", "provider": "示例单位", "division": "220000", "layer": "全省目录", "class": "306001", "format": "数据库", "share_type": "无条件共享",
		"open_type": "非开放", "level": "L2", "cycle": "每日", "gained": "采集", "secrecy": "非涉密", "items": "许可证号:C:32:主键;设置地点:C:200", "contact": "数据管理岗 000-00000000"}
)

// WriteItemTemplate writes a CSV file to fill in, with one example row.
func WriteItemTemplate(w io.Writer) error { return template(w, ItemColumns, itemExample) }

// WriteEntryTemplate writes a CSV file to fill in, with one example row.
func WriteEntryTemplate(w io.Writer) error { return template(w, EntryColumns, entryExample) }

// template begins with a byte order mark, by which spreadsheet programs know UTF-8.
func template(w io.Writer, columns []Column, example map[string]string) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	heading, cells := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		heading[i], cells[i] = c.Title, example[c.Name]
	}
	if err := out.WriteAll([][]string{heading, cells}); err != nil {
		return fmt.Errorf("write template: %w", err)
	}
	return nil
}

// Describe lists columns for a help page.
func Describe(columns []Column) string {
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "  %-14s %s", c.Name, c.Title)
		if c.Help != "" {
			b.WriteString(":" + c.Help)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}
