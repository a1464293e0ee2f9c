package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// ItemColumns are the columns of a file of service items.
var ItemColumns = []Column{
	{Name: "impl_code", Title: "实施编码", Help: "31 位;不填则由机构代码、行使层级和基本编码组成"},
	{Name: "basic_code", Title: "基本编码", Help: "12 位;不填则由业务编码推定一个以 L 开头的编码"},
	{Name: "local_code", Title: "业务编码", Also: []string{"local_item_code", "原系统编码"}, Help: "原系统的编码"},
	{Name: "version", Title: "版本", Help: "从 1 起;内容有变须提高"},
	{Name: "name", Title: "事项名称", Also: []string{"名称"}},
	{Name: "main", Title: "所属主项", Also: []string{"主项"}, Help: "写入办事指南"},
	{Name: "type", Title: "事项类型", Help: "代码或名称: 01 行政许可 … 20 公共服务"},
	{Name: "basis", Title: "设定依据", Help: "多项以分号分隔"},
	{Name: "agency", Title: "机构代码", Also: []string{"实施机构代码"}, Help: "统一社会信用代码"},
	{Name: "agency_name", Title: "实施机构", Help: "不填则取登记的名称"},
	{Name: "department", Title: "部门", Also: []string{"dept"}, Help: "用 --departments 对应到机构"},
	{Name: "level", Title: "行使层级", Help: "1 至 6"},
	{Name: "case_type", Title: "办件类型", Help: "instant 即办件、promise 承诺件"},
	{Name: "scope", Title: "通办范围", Help: "none nation interprovince interprefecture intercounty"},
	{Name: "legal_limit", Title: "法定时限", Help: "20个工作日、10日、1个月;空为没有"},
	{Name: "promise_limit", Title: "承诺时限", Help: "写法同上"},
	{Name: "visits", Title: "到现场次数"},
	{Name: "fee", Title: "收费", Help: "金额或计算方式;空为不收费"},
	{Name: "conditions", Title: "受理条件"},
	{Name: "effective_at", Title: "生效日期", Help: "2026-01-01"},
	{Name: "guide_text", Title: "办理说明", Help: "写入办事指南"},
	{Name: "materials", Title: "申请材料", Help: "每项“名称|形式|份数|必要性|来源|标准|依据|核发机关|条件|纸质依据|共享资源|审查要点”,分号或换行分隔;名称之后可省;依据用、审查要点用 / 分隔"},
	{Name: "targets", Title: "服务对象", Help: "自然人 企业法人 事业法人 社会组织法人 非法人企业 行政机关 其他组织,可多项"},
	{Name: "nature", Title: "实施主体性质", Help: "法定机关、授权组织、受委托组织"},
	{Name: "delegated_by", Title: "委托部门", Help: "受委托组织须填"},
	{Name: "process", Title: "办理流程"},
	{Name: "forms", Title: "办理形式", Help: "窗口办理 网上办理 快递申请 自助终端办理,可多项"},
	{Name: "places", Title: "办理地点", Help: "每项“地址|时间|名称|电话”,可多项"},
	{Name: "contact", Title: "咨询方式"},
	{Name: "complaints", Title: "监督投诉方式"},
	{Name: "visits_reason", Title: "多次到场原因", Help: "到现场多于 1 次时须填"},
	{Name: "fee_basis", Title: "收费依据", Help: "收费时须填,可多项"},
	{Name: "exempt", Title: "不通办原因", Help: "“law_differs|依据”或“narrow_audience|依据”;个人事项不跨市通办时须填"},
	{Name: "joint", Title: "联办机构", Help: "统一社会信用代码,可多项"},
	{Name: "joint_limit", Title: "联办时限", Help: "写法同法定时限;空为 45 个工作日"},
	{Name: "special", Title: "特别程序", Help: "每项“鉴定|30个工作日”,可多项"},
	{Name: "results", Title: "办理结果", Help: "每项“名称|类型|证照类型代码”,类型为 licence、document、other"},
	{Name: "owed", Title: "容缺时限", Help: "填写即允许容缺受理;“承诺”为与承诺时限相同"},
	{Name: "correction", Title: "补正期限", Help: "空为 15 个工作日"},
	{Name: "c1_effect", Title: "逾期未告知的后果", Help: "deemed 视为受理、card_only 仅亮牌;空按事项类型"},
	{Name: "handle_code", Title: "业务办理项编码", Help: "实施编码加至多 8 位"},
	{Name: "ends_at", Title: "停止受理日期"},
	{Name: "mandatory", Title: "施行依据", Help: "法律直接规定施行日期时写明该法律"},
	{Name: "object", Title: "区分对象的字段", Help: "同一人多件申请以此字段区分"},
	{Name: "form", Title: "表单字段", Help: "每项“名称|类型|选项/选项”,类型为 text、number、date、choice"},
}

// ItemOptions are what a file of items does not say itself.
type ItemOptions struct {
	Shape
	Node        protocol.NodeID
	Defaults    map[string]string // column → value where the cell is empty
	Departments map[string]string // department → USCC
	Codes       Codes             // what the codes of the source mean here (cases.I-14)
}

// Filings is a file of service items that was read.
type Filings = Sheet[protocol.ItemFiling]

// ReadItems reads CSV, a workbook, or the JSON of an item system when the file
// begins as they do.
func ReadItems(data []byte, o ItemOptions) (*Filings, error) {
	sheet := &Filings{Unit: "行"}
	rows, err := o.rows(data, sheet)
	if err != nil {
		return nil, err
	}
	sheet.Rows = len(rows) + len(sheet.Findings)
	seen := make(map[string]int, len(rows))
	for _, r := range rows {
		filing, found := o.filing(r)
		id := protocol.ItemID(filing.Item.ImplCode, filing.Item.Version)
		if first, twice := seen[id]; twice && len(found) == 0 {
			found = append(found, Finding{r.line, "impl_code", "T-07", fmt.Sprintf("与第 %d %s是同一事项的同一版本(%s)", first, sheet.Unit, id)})
		}
		if len(found) > 0 {
			sheet.Findings = append(sheet.Findings, found...)
			continue
		}
		seen[id] = r.line
		sheet.Drafts = append(sheet.Drafts, Draft[protocol.ItemFiling]{r.line, filing})
	}
	inOrder(sheet.Findings)
	return sheet, nil
}

func (o *ItemOptions) rows(data []byte, sheet *Filings) (rows []row, err error) {
	if looksLikeXLSX(data) {
		rows, sheet.Findings, err = tableXLSX(data, ItemColumns, o.Shape, o.Defaults)
		return rows, err
	}
	if data, err = plainUTF8(data); err != nil {
		return nil, err
	}
	if looksLikeJSON(data) {
		sheet.Unit = "条"
		return itemsJSON(data, o.Defaults)
	}
	rows, sheet.Findings, err = table(data, ItemColumns, o.Shape, o.Defaults)
	return rows, err
}

func looksLikeJSON(data []byte) bool {
	data = bytes.TrimSpace(data)
	return len(data) > 0 && (data[0] == '{' || data[0] == '[')
}

// itemsJSON reads the records of another item system: a list, or an object with
// the list as "items".
func itemsJSON(data []byte, defaults map[string]string) (rows []row, err error) {
	var file struct {
		Items []foreignItem `json:"items"`
	}
	if data = bytes.TrimSpace(data); data[0] == '[' {
		err = json.Unmarshal(data, &file.Items)
	} else {
		err = json.Unmarshal(data, &file)
	}
	if err != nil {
		return nil, refused("T-03", "", "JSON 无法读取: %v", err)
	}
	for i, it := range file.Items {
		if it.Main == "未分类" {
			it.Main = ""
		}
		rows = append(rows, row{line: i + 1, defaults: defaults, cells: map[string]string{"department": it.Dept, "main": it.Main, "name": it.Name,
			"type": it.Type, "local_code": it.LocalCode}})
	}
	return rows, nil
}

type foreignItem struct {
	Dept      string `json:"dept"`
	Main      string `json:"main"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	LocalCode string `json:"local_item_code"`
}

// maxFiling leaves room in a request's body for what stands around the filing.
const maxFiling = protocol.MaxBody - 4<<10

// filing makes one draft of a row, or tells everything that is wrong with it.
func (o *ItemOptions) filing(r row) (f protocol.ItemFiling, found []Finding) {
	bad := func(field, rule string, err error) {
		if err != nil {
			found = append(found, Finding{r.line, field, rule, err.Error()})
		}
	}
	agency, err := o.agency(r)
	bad("department", "I-02", err)
	f.Item = protocol.Item{LocalCode: r.get("local_code"), Name: r.get("name"), Type: itemType(r.get("type")), Basis: parts(r.get("basis")), Agency: agency,
		AgencyName: r.get("agency_name"), Node: o.Node, CaseType: word(caseTypeWords, r.get("case_type")), Scope: word(scopeWords, r.get("scope")),
		Fee: r.get("fee"), Conditions: r.get("conditions"), BasicCode: protocol.NormalizeCode(r.get("basic_code"))}
	f.Item.Version, err = number(r.get("version"), 1)
	bad("version", "G-09", err)
	f.Item.Visits, err = number(r.get("visits"), 0)
	bad("visits", "G-09", err)
	f.Item.Legal, err = limitOf(r.get("legal_limit"))
	bad("legal_limit", "I-03", err)
	f.Item.Promise, err = limitOf(r.get("promise_limit"))
	bad("promise_limit", "I-03", err)
	f.Item.EffectiveAt, err = dayOf(r.get("effective_at"))
	bad("effective_at", "I-04", err)
	if agency != "" {
		f.Item.ImplCode, err = implCode(r, agency)
		bad("impl_code", "I-01", err)
	}
	f.Guide, err = guideOf(r)
	bad("materials", "G-09", err)
	found = append(found, o.Codes.translate(r, &f.Item)...)
	found = append(found, itemTerms(r, &f)...)
	if len(found) == 0 {
		found = o.judge(r.line, &f)
	}
	return f, found
}

// agency is the cell, or what the department stands for, or the default.
func (o *ItemOptions) agency(r row) (string, error) {
	if v := r.cells["agency"]; v != "" {
		return protocol.NormalizeCode(v), nil
	}
	department := r.get("department")
	switch v := o.Departments[department]; {
	case v != "":
		return protocol.NormalizeCode(v), nil
	case r.defaults["agency"] != "":
		return protocol.NormalizeCode(r.defaults["agency"]), nil
	case department != "":
		return "", fmt.Errorf("部门“%s”没有对应的机构;请用 --departments 文件对应,或用 --agency 统一指明", department)
	}
	return "", errors.New("没有实施机构;请填写机构代码,或用 --agency 指明")
}

func dayOf(s string) (d protocol.Day, err error) {
	if s == "" {
		return d, nil // CheckItem says that it is missing
	}
	if d, err = protocol.ParseDay(s); err != nil {
		return d, fmt.Errorf("“%s”不是日期,请写作 2026-01-01", s)
	}
	return d, nil
}

// judge asks the rules that the node and the hub will ask.
func (o *ItemOptions) judge(line int, f *protocol.ItemFiling) (found []Finding) {
	f.Guide.ImplCode, f.Guide.Version = f.Item.ImplCode, f.Item.Version
	for _, no := range []*protocol.Refusal{protocol.CheckItem(&f.Item), protocol.CheckGuide(&f.Guide)} {
		if no != nil {
			found = append(found, Finding{Line: line, Rule: no.Rule, Text: no.Text})
		}
	}
	if no := protocol.CheckFiling(f); no != nil && len(found) == 0 {
		found = append(found, Finding{Line: line, Rule: no.Rule, Text: no.Text})
	}
	data, err := json.Marshal(f)
	if err == nil && len(data) > maxFiling {
		err = fmt.Errorf("事项和指南共 %d 字节,上限 %d 字节,请把大段内容改为附件", len(data), maxFiling)
	}
	if err != nil {
		found = append(found, Finding{Line: line, Rule: "G-09", Text: err.Error()})
	}
	return found
}
