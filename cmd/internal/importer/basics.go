package importer

import (
	"encoding/json"
	"strings"

	"xiangyun/protocol"
)

// BasicColumns are the columns of a file of the basic catalogue.
var BasicColumns = []Column{
	{Name: "code", Title: "基本编码", Also: []string{"编码"}, Help: "12 位数字或大写字母"},
	{Name: "name", Title: "事项名称", Also: []string{"名称"}},
	{Name: "type", Title: "事项类型", Also: []string{"类型"}, Help: "代码或名称: 01 行政许可 … 20 公共服务"},
	{Name: "basis", Title: "设定依据", Also: []string{"依据"}, Help: "多项以分号分隔"},
}

// ReadBasics reads the basic catalogue (art. 31) from CSV, the first sheet of a
// workbook, or a JSON list. What the rules say of a row the province answers; a
// row that cannot be read is a finding.
func ReadBasics(data []byte, shape Shape) (*Sheet[protocol.Basic], error) {
	sheet := &Sheet[protocol.Basic]{Unit: "行"}
	var rows []row
	var err error
	if looksLikeXLSX(data) {
		rows, sheet.Findings, err = tableXLSX(data, BasicColumns, shape, nil)
	} else if data, err = plainUTF8(data); err == nil {
		if looksLikeJSON(data) || strings.HasPrefix(strings.TrimSpace(string(data)), "[") {
			return basicsJSON(data)
		}
		rows, sheet.Findings, err = table(data, BasicColumns, shape, nil)
	}
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		sheet.Drafts = append(sheet.Drafts, Draft[protocol.Basic]{r.line, protocol.Basic{Code: protocol.NormalizeCode(r.get("code")), Name: r.get("name"),
			Type: basicType(r.get("type")), Basis: several(r.get("basis"))}})
	}
	sheet.Rows = len(sheet.Drafts) + len(sheet.Findings)
	inOrder(sheet.Findings)
	return sheet, nil
}

func basicsJSON(data []byte) (*Sheet[protocol.Basic], error) {
	var list []protocol.Basic
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, refused("T-01", `每条为 {"code": …, "name": …, "type": …, "basis": […]}`, "不是基本目录的 JSON 清单: %v", err)
	}
	sheet := &Sheet[protocol.Basic]{Unit: "条", Rows: len(list)}
	for i, b := range list {
		sheet.Drafts = append(sheet.Drafts, Draft[protocol.Basic]{i + 1, b})
	}
	return sheet, nil
}

// basicType takes the name of a type, too; a spreadsheet drops the zero of 05.
func basicType(s string) string {
	for _, t := range protocol.ItemTypes {
		if t.Title == s {
			return t.Code
		}
	}
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// several splits a cell of many values.
func several(cell string) (list []string) {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '；' || r == '\n' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
