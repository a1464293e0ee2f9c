package paper

import (
	"strings"
	"testing"

	"xiangyun/protocol"
)

// sampleSource is a case with everything its documents carry; act is the one
// that gave the document.
func sampleSource(act protocol.Act, template int) Source {
	due := func(id protocol.ClockID, day string, years ...CalendarUse) protocol.DocDue {
		return protocol.DocDue{Clock: id, Day: sampleDay(day), Calendars: years, Provisional: years[len(years)-1].Version == 0}
	}
	extended := due(protocol.K3, "2027-01-04", CalendarUse{Year: 2026, Version: 1}, CalendarUse{Year: 2027})
	extended.Was = sampleDay("2026-12-21")
	denied := protocol.Decision{Kind: "deny", Text: "准予内容文字", Reason: "理由文字", Basis: "依据文字", Remedy: "救济文字", Ask: "某某局", At: sampleAt}
	c := &protocol.Case{ReceiptNo: "220000000042A", ItemName: "食品经营许可", Guide: guideHash, AgencyName: "长春市市场监督管理局",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "110105194912310020"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present", Copies: 2}, {Line: "m2", Presence: "owed"}, {Line: "m9", Presence: "exempt"}},
		Received:  protocol.Receipt{At: sampleAt, Node: "yanbian", Offline: true}, Accepted: sampleAt,
		Terms: protocol.CaseTerms{OwedLapse: "return"}, DupOf: "yanbian-1-00000007-C", Decision: &denied,
		Delivery:    &protocol.Delivery{Way: "courier", Recipient: "领取人乙", Tracking: "SF01", At: sampleAt},
		WithdrawnBy: &protocol.Ending{Reason: "改变计划", At: sampleAt},
		Notices:     []protocol.Notice{{Lines: []protocol.Defect{{Line: "m2", Point: "p1", Text: "比例尺不清"}}, Until: sampleDay("2026-03-23"), Channel: "counter", At: sampleAt}},
		Supplements: []protocol.Supplement{{Lines: []protocol.Material{{Line: "m1", Presence: "present", Copies: 1}}, At: sampleAt}},
		Specials:    []protocol.Special{{Kind: "专家评审", Start: sampleAt.Day(), Planned: sampleDay("2026-03-12"), By: "changchun:leader"}},
		Extension:   &protocol.Extension{Limit: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Reason: "延期理由"},
		Terminated:  &protocol.Termination{Cause: "object_gone", Basis: "终止依据"},
		Revoked:     []protocol.Revocation{{Decision: &denied, Reason: "撤销理由", Basis: "撤销依据", Told: "书面告知", At: sampleAt}},
		Docs:        []protocol.Doc{{Serial: "222400-D05-2026-07-000001"}, {Serial: "222400-D10-2026-07-000001"}},
	}
	doc := protocol.Doc{Serial: Serial{Place: "222400", Template: template, Year: 2026, Ordinal: 7, Counter: 1}.String(), Version: 1, Act: act, At: sampleAt,
		By: "changchun:leader", Agency: "某机构", Place: "三号窗口", Code: sampleCode,
		Due: []protocol.DocDue{due(protocol.K1, "2026-03-09", CalendarUse{Year: 2026, Version: 1}), due(protocol.K2, "2026-03-16", CalendarUse{Year: 2026, Version: 1}), extended,
			due(protocol.K4, "2026-03-16", CalendarUse{Year: 2026, Version: 1}), due(protocol.K8, "2026-03-20", CalendarUse{Year: 2026, Version: 1}),
			due(protocol.K9, "2026-03-23", CalendarUse{Year: 2026, Version: 1})}}
	c.Docs = append(c.Docs, doc)
	return Source{ID: "yanbian-1-00000042-B", Doc: doc, Case: c,
		Item: &protocol.Item{ImplCode: "11220000412759000X3442199806003", Version: 3, Type: "01", Fee: "10元",
			Special: []protocol.ItemStep{{Kind: "专家评审", Max: protocol.Limit{N: 30, Unit: protocol.WorkingDays}}}},
		Guide: &protocol.Guide{Lines: []protocol.MaterialLine{{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", NeedsPaper: "某法第一条"},
			{ID: "m2", Name: "平面图", Form: "copy", Copies: 3, Necessity: "deferrable", Checks: []protocol.CheckPoint{{ID: "p1", Text: "加盖公章"}}}}}}
}

// TestCases9EveryActGivesItsDocument: cases.D-01, D-03 to D-13, D-15 to D-18 say
// what the act fixed, and print.
func TestCases9EveryActGivesItsDocument(t *testing.T) {
	for _, x := range []struct {
		act      protocol.Act
		template int
		wants    []string
	}{
		{"receive", 1, []string{"收件凭证", "离线收件", "申请书", "原件2份", "复印件3份", "m9", "免提交", "2026年3月9日", "2026年第", "由窗口暂存"}},
		{"supplement", 1, []string{"收件凭证", "补正材料", "原件1份"}},
		{"accept", 3, []string{"受理通知书", "2026年3月16日", "2027年1月4日(暂定)", "2027年尚未公布", "10元"}},
		{"refuse", 4, []string{"不予受理通知书", "理由文字", "依据文字", "救济文字", "某某局"}},
		{"notice", 5, []string{"补正告知书", "平面图", "加盖公章", "比例尺不清", "2026年3月23日"}},
		{"accept", 6, []string{"容缺受理通知书", "平面图", "2026年3月20日", "按退件处理"}},
		{"special_start", 7, []string{"特别程序告知书", "专家评审", "2026年3月12日", "30个工作日"}},
		{"extend", 8, []string{"延期告知书", "延期理由", "2026年12月21日", "2027年1月4日", "10个工作日"}},
		{"grant", 9, []string{"准予许可决定书", "准予内容文字", "依据文字", "2026年3月16日"}},
		{"deny", 10, []string{"不予许可决定书", "理由文字", "依据文字", "救济文字"}},
		{"deliver", 11, []string{"送达回证", "领取人乙", "邮寄送达", "SF01", "222400-D10-2026-07-000001", "不予许可决定书"}},
		{"lapse", 12, []string{"逾期退件通知书", "平面图", "222400-D05-2026-07-000001"}},
		{"reopen", 12, []string{"作废", "自始作废"}},
		{"withdraw", 13, []string{"撤回确认书", "改变计划", "申请书"}},
		{"merge", 15, []string{"合并告知书", "yanbian-1-00000007-C"}},
		{"revoke", 16, []string{"撤销决定书", "撤销理由", "撤销依据", "书面告知", "222400-D10-2026-07-000001"}},
		{"recount", 17, []string{"期限调整告知书", "2026年12月21日", "2027年1月4日"}},
		{"terminate", 18, []string{"终止办理通知书", "标的已灭失", "终止依据"}},
	} {
		s := sampleSource(x.act, x.template)
		d, err := Of(s)
		if err != nil {
			t.Errorf("%s: %v", x.act, err)
			continue
		}
		if _, err := Render(d); err != nil {
			t.Errorf("%s: %v", x.act, err)
		}
		said := everything(&d)
		for _, want := range append(x.wants, "申请人甲", s.ID, "第 3 版", guideHash.Short()) {
			if !strings.Contains(said, fullWidth(want)) && !strings.Contains(said, want) && !(x.act == "merge" && want == s.ID) {
				t.Errorf("D-%02d of %s does not say %q: %s", x.template, x.act, want, said)
			}
		}
	}
}

func TestWhatACaseDoesNotHoldIsNotPrinted(t *testing.T) {
	for template := 1; template <= protocol.Templates; template++ {
		s := sampleSource("withdraw", template)
		s.Case = &protocol.Case{}
		if _, err := Of(s); err == nil && template > 4 && template != 6 && template != 9 && template != 10 && template != 17 {
			t.Errorf("D-%02d is made of an empty case", template)
		}
	}
	for _, spoil := range []func(*Source){func(s *Source) { s.Doc.Serial = "1" }, func(s *Source) { s.Item = nil }, func(s *Source) { s.Guide = nil }} {
		s := sampleSource("accept", 3)
		spoil(&s)
		if _, err := Of(s); err == nil {
			t.Error("made without serial, item or guide")
		}
	}
}

// fullWidth writes the brackets of a wanted text as documents do.
func fullWidth(s string) string { return strings.NewReplacer("(", "\uff08", ")", "\uff09").Replace(s) }

// everything joins all that a document says.
func everything(d *Document) string {
	words := []string{d.Title, d.Mark, d.Agency, d.Serial, d.Place, d.Copies, d.QRNote, instantText(d.At)}
	for _, f := range d.Facts {
		words = append(words, f.Label, f.Value)
	}
	for _, b := range d.Blocks {
		words = append(words, b.Text)
		for _, c := range b.Columns {
			words = append(words, c.Title)
		}
		for _, row := range b.Rows {
			words = append(words, row...)
		}
	}
	return strings.Join(append(words, d.Signers...), "\n")
}

// TestPersonalNumbersAreMasked: a paper that is left lying tells nobody's number.
func TestPersonalNumbersAreMasked(t *testing.T) {
	for _, s := range samples() {
		if strings.Contains(everything(&s.doc), "110105194912310020") {
			t.Errorf("%s prints the whole number of a person", s.name)
		}
	}
	if maskID("1234567") != "*******" {
		t.Errorf("a short number is shown: %s", maskID("1234567"))
	}
}
