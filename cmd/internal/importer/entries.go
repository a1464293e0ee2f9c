package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"xiangyun/protocol"
)

// EntryColumns are the columns of a file of catalogue entries.
var EntryColumns = []Column{
	{Name: "code", Title: "资源代码", Also: []string{"信息资源代码"}, Help: "不填则由 --code-prefix 和来源编号推定"},
	{Name: "source_id", Title: "来源编号", Also: []string{"path"}, Help: "来源系统中的编号或地址;不填则以机构代码和名称代替"},
	{Name: "name", Title: "资源名称", Also: []string{"名称", "信息资源名称", "数据集名称", "title"}, Help: "2 至 200 字"},
	{Name: "abstract", Title: "摘要", Also: []string{"资源摘要", "信息资源摘要", "简介", "描述", "description"}, Help: "10 至 4000 字"},
	{Name: "agency", Title: "提供方代码", Also: []string{"机构代码"}, Help: "统一社会信用代码"},
	{Name: "provider", Title: "提供方", Also: []string{"资源提供方", "信息资源提供方"}, Help: "不填则取登记的名称"},
	{Name: "division", Title: "行政区划", Help: "六位代码"},
	{Name: "layer", Title: "目录层级", Help: "province 全省目录、supplement 补充目录"},
	{Name: "class", Title: "分类"},
	{Name: "base", Title: "基础库", Help: "人口 法人 空间 电子证照 社会信用 宏观经济,或空"},
	{Name: "format", Title: "资源格式", Help: "1 电子文件 2 电子表格 3 数据库 4 图形图像 5 流媒体 6 自描述格式 7 服务接口"},
	{Name: "share_type", Title: "共享类型", Also: []string{"共享属性"}, Help: "1 无条件 2 授权(有条件) 3 非共享(不予)"},
	{Name: "share_reason", Title: "共享理由", Help: "授权、非共享须填"},
	{Name: "share_basis", Title: "共享依据", Help: "多项以分号分隔"},
	{Name: "share_cond", Title: "共享条件"},
	{Name: "open_type", Title: "开放类型", Also: []string{"开放属性"}, Help: "1 无条件 2 有条件 3 非开放"},
	{Name: "open_reason", Title: "开放理由"},
	{Name: "open_basis", Title: "开放依据", Help: "多项以分号分隔"},
	{Name: "open_cond", Title: "开放条件", Help: "有条件开放须填"},
	{Name: "level", Title: "分级", Help: "L1 至 L4"},
	{Name: "cycle", Title: "更新周期", Help: "1 实时 2 每日 3 每周 4 每月 5 每季度 6 每年 7 每半年 8 每两年 9 不定期 0 自定义"},
	{Name: "gained", Title: "获取方式", Help: "collected 采集、shared 共享、agreed 协商、derived 加工"},
	{Name: "secrecy", Title: "涉密标识", Help: "须为“非涉密”"},
	{Name: "items", Title: "信息项", Help: "每项“名称:类型:长度:标识”,分号或换行分隔;类型默认 C,标识可含 主键、个人信息、商业秘密"},
	{Name: "contact", Title: "责任人", Also: []string{"责任人和电话"}, Help: "岗位和电话"},
}

// EntryOptions are what a file of entries does not say itself.
type EntryOptions struct {
	Shape
	Defaults   map[string]string // column → value where the cell is empty
	CodePrefix string            // of codes that are derived: a division and up to 12 more characters
	Source     string            // name of the system the file comes from
}

// Entries is a file of catalogue entries that was read.
type Entries = Sheet[protocol.CatalogEntry]

// ReadEntries reads CSV.
func ReadEntries(data []byte, o EntryOptions) (*Entries, error) {
	data, err := plainUTF8(data)
	if err != nil {
		return nil, err
	}
	rows, broken, err := table(data, EntryColumns, o.Shape, o.Defaults)
	if err != nil {
		return nil, err
	}
	sheet := &Entries{Unit: "行", Rows: len(rows) + len(broken), Findings: broken}
	seen := make(map[string]int, len(rows))
	for _, r := range rows {
		entry, found := o.entry(r)
		if first, twice := seen[entry.Code]; twice && len(found) == 0 {
			found = append(found, Finding{r.line, "code", "T-07", fmt.Sprintf("资源代码 %s 与第 %d 行重复", entry.Code, first)})
		}
		if len(found) > 0 {
			sheet.Findings = append(sheet.Findings, found...)
			continue
		}
		seen[entry.Code] = r.line
		sheet.Drafts = append(sheet.Drafts, Draft[protocol.CatalogEntry]{r.line, entry})
	}
	inOrder(sheet.Findings)
	return sheet, nil
}

// maxEntry leaves room in a body for what the node adds.
const maxEntry = protocol.MaxBody - 1<<10

func (o *EntryOptions) entry(r row) (e protocol.CatalogEntry, found []Finding) {
	e = protocol.CatalogEntry{Name: r.get("name"), Abstract: r.get("abstract"), Agency: protocol.NormalizeCode(r.get("agency")), Provider: r.get("provider"),
		Division: protocol.Division(r.get("division")), Layer: word(layerWords, r.get("layer")), Class: r.get("class"), Base: r.get("base"),
		Format: word(formatWords, r.get("format")), Level: strings.ToUpper(r.get("level")), Cycle: word(cycleWords, r.get("cycle")),
		Gained: word(gainedWords, r.get("gained")), Secrecy: r.get("secrecy"), Contact: r.get("contact")}
	e.Share = protocol.Share{Type: word(shareWords, r.get("share_type")), Reason: r.get("share_reason"), Basis: parts(r.get("share_basis")), Cond: r.get("share_cond")}
	e.Open = protocol.Share{Type: word(openWords, r.get("open_type")), Reason: r.get("open_reason"), Basis: parts(r.get("open_basis")), Cond: r.get("open_cond")}
	var err error
	if e.Items, err = dataItems(r.get("items")); err != nil {
		found = append(found, Finding{r.line, "items", "K-24", err.Error()})
	}
	if e.Code, err = o.code(r, e.Agency); err != nil {
		return e, append(found, Finding{r.line, "code", "K-22", err.Error()})
	}
	for _, f := range protocol.CheckEntry(&e) {
		found = append(found, Finding{r.line, strings.TrimPrefix(f.Field, "/"), f.Rule, f.Text})
	}
	if data, err := json.Marshal(e); err != nil || len(data) > maxEntry {
		found = append(found, Finding{Line: r.line, Rule: "G-09", Text: fmt.Sprintf("条目超过 %d 字节,请缩短摘要或信息项", maxEntry)})
	}
	return e, found
}

func (o *EntryOptions) code(r row, agency string) (string, error) {
	if code := r.get("code"); code != "" {
		return code, nil
	}
	if o.CodePrefix == "" {
		return "", errors.New("没有资源代码;来源没有代码时请用 --code-prefix 给出前缀")
	}
	if id := r.get("source_id"); id != "" {
		return resourceCode(o.CodePrefix, o.Source, id), nil
	}
	return resourceCode(o.CodePrefix, o.Source, agency+"\x00"+r.get("name")), nil
}

// dataItems reads "name:type:length:marks" for each item. An item's id follows
// from its name, so it stays when the order changes (catalog.I-06).
func dataItems(s string) (items []protocol.DataItem, err error) {
	for _, text := range parts(s) {
		cells := strings.FieldsFunc(text, func(r rune) bool { return r == ':' || r == '\uff1a' || r == '|' })
		if len(cells) == 0 || len(cells) > 4 {
			return nil, fmt.Errorf("信息项“%s”应写作 名称:类型:长度:标识", text)
		}
		item := protocol.DataItem{Name: strings.TrimSpace(cells[0]), Type: "C"}
		item.ID = "i" + digits(9, item.Name)
		if len(cells) > 1 {
			item.Type = word(typeWords, strings.TrimSpace(cells[1]))
		}
		if !strings.Contains("CNYDTLMGBIF", item.Type) || len(item.Type) != 1 {
			return nil, fmt.Errorf("信息项“%s”的类型“%s”不在 C N Y D T L M G B I F 之中", item.Name, item.Type)
		}
		if len(cells) > 2 {
			if item.Len, err = strconv.Atoi(strings.TrimSpace(cells[2])); err != nil || item.Len < 0 {
				return nil, fmt.Errorf("信息项“%s”的长度“%s”不是数字", item.Name, cells[2])
			}
		}
		if len(cells) > 3 {
			if err := mark(&item, cells[3]); err != nil {
				return nil, err
			}
		}
		items = append(items, item)
	}
	return items, nil
}

func mark(item *protocol.DataItem, marks string) error {
	for _, m := range strings.FieldsFunc(marks, func(r rune) bool { return r == ',' || r == '、' || r == ' ' }) {
		switch m {
		case "主键":
			item.Key = true
		case "个人信息", "商业秘密":
			item.Sensitive = m
		default:
			return fmt.Errorf("信息项“%s”的标识“%s”应为 主键、个人信息 或 商业秘密", item.Name, m)
		}
	}
	return nil
}
