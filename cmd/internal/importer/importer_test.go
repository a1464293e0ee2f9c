package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol"
)

const agencyA, agencyB = "11222400PDYX0001XE", "11222400PDYX00028E"

func itemOptions(more ...string) ItemOptions {
	o := ItemOptions{Node: "yanbian", Defaults: map[string]string{"agency": agencyA, "basis": "未提供", "case_type": "promise", "scope": "none", "effective_at": "2026-01-01",
		"targets": "企业法人", "nature": "法定机关", "conditions": "依法设立", "process": "受理、审查、决定", "forms": "窗口办理", "places": "样例路1号|工作日 8:30 至 16:30",
		"contact": "000-00000000", "complaints": "12345"}}
	for i := 0; i < len(more); i += 2 {
		o.Defaults[more[i]] = more[i+1]
	}
	return o
}

func entryOptions() EntryOptions {
	return EntryOptions{CodePrefix: "222400", Defaults: map[string]string{"agency": agencyA, "layer": "province", "class": "306001", "format": "1", "share_type": "1",
		"open_type": "3", "level": "L2", "cycle": "2", "gained": "collected", "secrecy": "非涉密", "items": "内容", "contact": "数据岗"}}
}

func TestItemFilesByRow(t *testing.T) {
	head := "名称,类型,业务编码,承诺时限,材料\n"
	for name, c := range map[string]struct {
		file  string
		rules string // "line rule" of every finding
	}{
		"a plain row is a filing":                      {"name,type,local_code\n甲,01,a-1\n", ""},
		"a Chinese heading and words are understood":   {"事项名称,事项类型,业务编码,办件类型\n甲,行政许可,a-1,即办件\n", ""},
		"tabs separate as well":                        {"name\ttype\tlocal_code\n甲\t01\ta-1\n", ""},
		"an unmapped type is I-14":                     {"name,type,local_code\n甲,99,a-1\n", "2 I-14"},
		"every row is told":                            {"name,type,local_code\n甲,99,a-1\n乙,98,a-2\n丙,01,a-3\n", "2 I-14,3 I-14"},
		"a bare number is no limit (cases.I-03)":       {"name,type,local_code,legal_limit\n甲,01,a-1,20\n", "2 I-03"},
		"a promise longer than the law is I-03":        {"name,type,local_code,legal_limit,promise_limit\n甲,01,a-1,5wd,10wd\n", "2 I-03"},
		"the same item twice names the first line":     {"name,type,local_code\n甲,01,a-1\n乙,01,a-1\n", "3 T-07"},
		"no code at all is I-01":                       {"name,type\n甲,01\n", "2 I-01"},
		"a quote that never ends is T-03":              {"name,type,local_code\n甲,01,a-1\n\"乙,01,a-2\n", "3 T-03"},
		"a quote in the middle spoils its row only":    {"name,type,local_code\n甲\"x,01,a-1\n乙,01,a-2\n", "2 T-03"},
		"a quoted line end is counted":                 {"name,type,local_code\n\"甲\n乙\",01,a-1\n丙,99,a-2\n", "4 I-14"},
		"a missing cell is T-03":                       {"name,type,local_code\n甲,01\n", "2 T-03"},
		"a code that a spreadsheet spoilt is T-09":     {"name,type,local_code\n甲,01,5.11E+17\n", "2 T-09"},
		"a material of a wrong form is G-09":           {"name,type,local_code,materials\n甲,01,a-1,申请表|石板\n", "2 G-09"},
		"an impossible day is I-04":                    {"name,type,local_code,effective_at\n甲,01,a-1,2026-02-30\n", "2 I-04"},
		"an agency code with a wrong check is refused": {"name,type,local_code,agency\n甲,01,a-1,11222400PDYX0001XF\n", "2 V-05b"},
	} {
		t.Run(name, func(t *testing.T) {
			sheet, err := ReadItems([]byte(c.file), itemOptions())
			if err != nil {
				t.Fatal(err)
			}
			if got := rulesOf(sheet.Findings); got != c.rules {
				t.Errorf("findings %q, want %q\n%v", got, c.rules, sheet.Findings)
			}
			if sheet.Rows != len(sheet.Drafts)+len(sheet.Findings) {
				t.Errorf("%d rows, %d drafts, %d findings", sheet.Rows, len(sheet.Drafts), len(sheet.Findings))
			}
		})
	}
	_, err := ReadItems([]byte(head), itemOptions())
	wantRule(t, err, "T-02")
}

func rulesOf(found []Finding) string {
	var list []string
	for _, f := range found {
		list = append(list, fmt.Sprintf("%d %s", f.Line, f.Rule))
	}
	return strings.Join(list, ",")
}

func wantRule(t *testing.T, err error, rule string) {
	t.Helper()
	var f *protocol.Fault
	if !errors.As(err, &f) || f.Code != protocol.Refused || f.Rule != rule {
		t.Errorf("error %v, want a refusal by %s", err, rule)
	}
}

func TestFilesThatCannotBeReadAtAll(t *testing.T) {
	for name, c := range map[string]struct{ file, rule string }{
		"GBK is refused":                     {"\xc3\xfb\xb3\xc6,\xd5\xaa\xd2\xaa\n", "T-03"},
		"UTF-16 is refused":                  {"\xff\xfen\x00a\x00", "T-03"},
		"a zero byte is refused":             {"name\n\x00\n", "T-03"},
		"an empty file has no header":        {"", "T-02"},
		"an unknown heading is refused":      {"name,颜色\n甲,红\n", "T-02"},
		"a heading that repeats is refused":  {"name,资源名称\n甲,乙\n", "T-02"},
		"JSON that breaks off is refused":    {`{"items": [`, "T-02"},
		"the name of a portal is no heading": {"所属主题\n交通\n", "T-02"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadEntries([]byte(c.file), entryOptions())
			wantRule(t, err, c.rule)
		})
	}
	_, err := ReadItems([]byte(`{"items": [`), itemOptions())
	wantRule(t, err, "T-03")
}

func TestI04TheSameFileGivesTheSameDrafts(t *testing.T) {
	file := []byte("名称,摘要,来源编号\n公交站点,全市公交站点的名称和位置,/dataset/1\n停车场,全市停车场的名称和泊位数量,/dataset/2\n")
	one, err := ReadEntries(file, entryOptions())
	if err != nil {
		t.Fatal(err)
	}
	two, err := ReadEntries(append([]byte("\uFEFF"), file...), entryOptions())
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Drafts) != 2 || !sameJSON(one, two) {
		t.Errorf("%+v\n%+v", one, two)
	}
	if got := one.Drafts[0].Body.Code; got != "222400/"+digits(12, "", "/dataset/1") || len(got) != 19 {
		t.Errorf("code %s", got)
	}
	other := entryOptions()
	other.Source = "another portal"
	if three, err := ReadEntries(file, other); err != nil || three.Drafts[0].Body.Code == one.Drafts[0].Body.Code {
		t.Errorf("catalog.I-05: equal ids of two sources became one entry, %v", err)
	}
}

func TestI06DataItemsKeepTheirIDs(t *testing.T) {
	one, err := dataItems("编号:C:32:主键;名称;面积:N")
	if err != nil {
		t.Fatal(err)
	}
	two, err := dataItems("名称\uff1bx:数值型:4:个人信息\n编号:字符型:32:主键")
	if err != nil {
		t.Fatal(err)
	}
	if one[0].ID != two[2].ID || one[1].ID != two[0].ID || !one[0].Key || two[1].Sensitive != "个人信息" || two[1].Type != "N" || two[1].Len != 4 {
		t.Errorf("%+v\n%+v", one, two)
	}
	for _, wrong := range []string{"a:Q", "a:C:x", "a:C:-1", "a:C:1:红", "a:C:1:主键:更多"} {
		if _, err := dataItems(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestK39ASecretRowNeverLeavesTheReader(t *testing.T) {
	file := "名称,摘要,涉密标识\n甲甲,这一行按规定不得录入本系统,机密\n"
	sheet, err := ReadEntries([]byte(file), entryOptions())
	if err != nil || len(sheet.Drafts) != 0 {
		t.Fatalf("%+v %v", sheet, err)
	}
	report, err := json.Marshal(sheet)
	if err != nil || bytes.Contains(report, []byte("不得录入本系统")) || bytes.Contains(report, []byte("甲甲")) {
		t.Errorf("the report holds the row: %s %v", report, err)
	}
}

func TestDepartmentsStandForAgencies(t *testing.T) {
	o := itemOptions("agency", "")
	o.Departments = map[string]string{"民政局": agencyA, "医保局": agencyB}
	file := "部门,name,type,local_code\n民政局,甲,01,1\n医保局,乙,01,2\n水利局,丙,01,3\n"
	sheet, err := ReadItems([]byte(file), o)
	if err != nil {
		t.Fatal(err)
	}
	if rulesOf(sheet.Findings) != "4 I-02" || !strings.Contains(sheet.Findings[0].Text, "水利局") {
		t.Errorf("%v", sheet.Findings)
	}
	if a, b := sheet.Drafts[0].Body.Item, sheet.Drafts[1].Body.Item; a.Agency != agencyA || b.Agency != agencyB || !strings.HasPrefix(b.ImplCode, agencyB+"3L") {
		t.Errorf("%+v %+v", a, b)
	}
}

func TestTemplatesCanBeImported(t *testing.T) {
	var items, entries bytes.Buffer
	if err := errors.Join(WriteItemTemplate(&items), WriteEntryTemplate(&entries)); err != nil {
		t.Fatal(err)
	}
	filings, err := ReadItems(items.Bytes(), ItemOptions{Node: "yanbian"})
	if err != nil || len(filings.Drafts) != 1 || len(filings.Findings) > 0 {
		t.Fatalf("%+v %v", filings, err)
	}
	if g := filings.Drafts[0].Body.Guide; len(g.Lines) != 2 || g.Lines[1].Form != "copy" || g.Lines[1].Source != "issued" || len(g.Sections) != 1 {
		t.Errorf("%+v", g)
	}
	list, err := ReadEntries(entries.Bytes(), EntryOptions{})
	if err != nil || len(list.Drafts) != 1 || len(list.Findings) > 0 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestLimitsAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]protocol.Limit{"": {}, "无": {}, "20个工作日": {N: 20, Unit: protocol.WorkingDays}, "20wd": {N: 20, Unit: protocol.WorkingDays},
		"10日": {N: 10, Unit: protocol.CalendarDays}, "10 天": {N: 10, Unit: protocol.CalendarDays}, "1个月": {N: 1, Unit: protocol.Months}} {
		if got, err := limitOf(text); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}

func TestK05ChangesetsFitHoweverLongTheNames(t *testing.T) {
	var drafts []Draft[protocol.CatalogEntry]
	for i := range 700 {
		e := protocol.CatalogEntry{Agency: []string{agencyB, agencyA}[i%2], Name: strings.Repeat("名", 1+i%200), Code: fmt.Sprint(i)}
		drafts = append(drafts, Draft[protocol.CatalogEntry]{i, e})
	}
	total := 0
	for _, batch := range changesets(drafts) {
		set := protocol.Changeset{Title: strings.Repeat("题", 100), Agency: agencyA, Node: "changchun-xinqu"}
		for _, d := range batch {
			if d.Body.Agency != batch[0].Body.Agency {
				t.Fatal("two agencies in one changeset")
			}
			set.Members = append(set.Members, protocol.ChangeMember{Entry: "changchun-xinqu-18446744073709551615-Z", Name: d.Body.Name, Rev: 1 << 60, Op: "retire"})
		}
		body, err := json.Marshal(set)
		if err != nil || len(body) > protocol.MaxBody || len(batch) > protocol.MaxMembers {
			t.Errorf("changeset of %d entries, %d bytes, %v", len(batch), len(body), err)
		}
		total += len(batch)
	}
	if total != len(drafts) {
		t.Errorf("%d of %d drafts", total, len(drafts))
	}
}

// node answers as a node does, and forgets nothing.
type node struct {
	agencies  map[string]protocol.Agency
	published map[string]protocol.ItemFiling
	requests  map[string]bool // "item/…" of what was filed
	calls     int
	broken    int // the call that fails
}

func (n *node) Call(_ context.Context, method, path string, in, out any) error {
	n.calls++
	if n.calls == n.broken {
		return protocol.NewFault(protocol.Busy, "call", "连接不上")
	}
	answer, err := n.answer(method, path, in)
	if err != nil {
		return err
	}
	data, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

func (n *node) answer(method, path string, in any) (any, error) {
	address, query, _ := strings.Cut(path, "?")
	id, err := url.PathUnescape(address[strings.LastIndex(address, "/")+1:])
	if err != nil {
		return nil, err
	}
	gone := protocol.NewFault(protocol.Gone, "read", "没有找到")
	switch {
	case strings.HasPrefix(address, "/api/v1/agencies/"):
		a, ok := n.agencies[id]
		if !ok {
			return nil, gone
		}
		return map[string]any{"body": a}, nil
	case method == "GET" && strings.HasPrefix(address, "/api/v1/items/"):
		f, ok := n.published[id]
		if !ok {
			return nil, gone
		}
		return map[string]any{"body": f.Item, "guide": map[string]any{"body": f.Guide}}, nil
	case address == "/api/v1/requests":
		q, err := url.ParseQuery(query)
		list := []map[string]any{}
		if n.requests[q.Get("key")] {
			list = append(list, map[string]any{"id": q.Get("key")})
		}
		return map[string]any{"items": list}, err
	}
	list := []map[string]any{}
	for _, f := range in.(map[string]any)["filings"].([]protocol.ItemFiling) {
		key := "item/" + protocol.ItemID(f.Item.ImplCode, f.Item.Version)
		n.requests[key] = true
		list = append(list, map[string]any{"id": key})
	}
	return map[string]any{"items": list}, nil
}

func newNode() *node {
	return &node{agencies: map[string]protocol.Agency{agencyA: {USCC: agencyA, Name: "示例局", Node: "yanbian", State: protocol.AgencyActive}},
		published: map[string]protocol.ItemFiling{}, requests: map[string]bool{}}
}

func manyItems(t *testing.T, n int) *Filings {
	t.Helper()
	var b strings.Builder
	b.WriteString("name,type,local_code\n")
	for i := range n {
		fmt.Fprintf(&b, "事项%d,01,a-%d\n", i, i)
	}
	sheet, err := ReadItems([]byte(b.String()), itemOptions())
	if err != nil || len(sheet.Drafts) != n {
		t.Fatalf("%+v %v", sheet, err)
	}
	return sheet
}

func TestAnImportThatBrokeOffIsRepeated(t *testing.T) {
	sheet, n := manyItems(t, 45), newNode()
	n.broken = 30 // in the second batch
	if _, err := SendItems(t.Context(), n, sheet.Drafts, func(int) {}); protocol.CodeOf(err) != protocol.Busy {
		t.Fatalf("error %v", err)
	}
	sent, err := SendItems(t.Context(), n, sheet.Drafts, func(int) {})
	if err != nil || sent.New != 25 || sent.Unchanged != 20 || sent.Batches != 3 {
		t.Errorf("%+v %v", sent, err)
	}
	sent, err = SendItems(t.Context(), n, sheet.Drafts, func(int) {})
	if err != nil || sent.New != 0 || sent.Unchanged != 45 {
		t.Errorf("%+v %v", sent, err)
	}
}

func TestItemsAreComparedWithWhatTheNodeHolds(t *testing.T) {
	sheet, n := manyItems(t, 4), newNode()
	same, changed := sheet.Drafts[0].Body, sheet.Drafts[1].Body
	same.Item.AgencyName, same.Item.State = "示例局", protocol.ItemPublished
	changed.Item.AgencyName, changed.Item.Name = "示例局", "原来的名称"
	for _, f := range []protocol.ItemFiling{same, changed} {
		n.published[protocol.ItemID(f.Item.ImplCode, f.Item.Version)] = f
	}
	sheet.Drafts[3].Body.Item.Agency = agencyB
	found, err := CheckItems(t.Context(), n, "yanbian", sheet.Drafts)
	if err != nil || rulesOf(found) != "3 I-09,5 I-02" {
		t.Fatalf("%v %v", found, err)
	}
	sheet.Drop(found)
	if sheet.Bad() != 2 || sheet.Drafts[0].Body.Item.AgencyName != "示例局" {
		t.Errorf("%+v", sheet)
	}
}

func FuzzReadItems(f *testing.F) {
	f.Add([]byte("name,type,local_code\n甲,01,a-1\n"))
	f.Add([]byte(`{"items":[{"dept":"民政局","main":"未分类","name":"甲","type":"01","local_item_code":"1"}]}`))
	f.Add([]byte("\uFEFF事项名称,materials\n\"甲\n\",a|b|1;c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sheet, err := ReadItems(data, itemOptions())
		if err == nil {
			checkSheet(t, sheet)
		}
	})
}

func FuzzReadEntries(f *testing.F) {
	f.Add([]byte("名称,摘要,来源编号\n公交站点,全市公交站点的名称和位置,/dataset/1\n"))
	f.Add([]byte("name;abstract;items\na;b;c:C:1:主键\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sheet, err := ReadEntries(data, entryOptions())
		if err != nil {
			return
		}
		checkSheet(t, sheet)
		for _, d := range sheet.Drafts {
			if found := protocol.CheckEntry(&d.Body); len(found) > 0 {
				t.Errorf("line %d was let through: %v", d.Line, found)
			}
		}
	})
}

// checkSheet: every row is a draft or has a finding.
func checkSheet[T any](t *testing.T, s *Sheet[T]) {
	t.Helper()
	lines := make(map[int]bool)
	for _, f := range s.Findings {
		if f.Line < 1 || f.Rule == "" || f.Text == "" {
			t.Errorf("finding %+v", f)
		}
		lines[f.Line] = true
	}
	if s.Bad() != len(lines) {
		t.Errorf("%d bad rows, findings on %d lines", s.Bad(), len(lines))
	}
}
