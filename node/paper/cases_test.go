package paper

import (
	"strings"
	"testing"

	"xiangyun/protocol"
)

// sampleSource is a case with everything the seven documents of today carry.
func sampleSource(act protocol.Act) Source {
	c := &protocol.Case{ReceiptNo: "220000000042A", ItemName: "食品经营许可", Guide: guideHash, AgencyName: "长春市市场监督管理局",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "110105194912310020"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present", Copies: 2}, {Line: "m2", Presence: "missing"}, {Line: "m9", Presence: "exempt"}},
		Received:  protocol.Receipt{At: sampleAt, Node: "yanbian", Offline: true}, Accepted: sampleAt,
		Due:      protocol.CaseDue{K1: sampleDay("2026-03-09"), K2: sampleDay("2026-03-16"), K3: sampleDay("2027-01-04")},
		Decision: &protocol.Decision{Kind: "deny", Text: "准予内容文字", Reason: "理由文字", Basis: "依据文字", Remedy: "救济文字"},
		Delivery: &protocol.Delivery{Way: "courier", Recipient: "领取人乙", Tracking: "SF01", At: sampleAt}, WithdrawnBy: &protocol.Ending{Reason: "改变计划", At: sampleAt}}
	return Source{Serial: Serial{"222400", TemplateOf(act), 2026, 7, 1}, ID: "yanbian-1-00000042-B", Case: c, At: sampleAt, Agency: "某机构", Place: "三号窗口",
		Item: &protocol.Item{ImplCode: "11220000412759000X3442199806003", Version: 3, Type: "01", Fee: "10元"}, QR: sampleCode, Decision: "222400-D10-2026-07-000001",
		Guide: &protocol.Guide{Lines: []protocol.MaterialLine{{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", NeedsPaper: "某法第一条"},
			{ID: "m2", Name: "平面图", Form: "copy", Copies: 3, Necessity: "deferrable"}}}, Calendar: protocol.NewCalendar(protocol.PublishedYears()...)}
}

func TestEveryActOfTodayGivesItsDocument(t *testing.T) {
	for act, wants := range map[protocol.Act][]string{
		"receive":  {"收件凭证", "离线收件", "申请书", "原件2份", "复印件3份", "m9", "免提交", "2026年3月9日", "2026年第", "由窗口暂存"},
		"accept":   {"受理通知书", "2026年3月16日", "2027年1月4日(暂定)", "2027年尚未公布", "10元"},
		"refuse":   {"不予受理通知书", "理由文字", "依据文字", "救济文字"},
		"grant":    {"准予许可决定书", "准予内容文字", "依据文字", "2026年3月16日"},
		"deny":     {"不予许可决定书", "理由文字", "依据文字", "救济文字"},
		"deliver":  {"送达回证", "领取人乙", "邮寄送达", "SF01", "222400-D10-2026-07-000001", "不予许可决定书"},
		"withdraw": {"撤回确认书", "改变计划", "申请书"},
	} {
		d, ok := ForAct(act, sampleSource(act))
		if !ok {
			t.Fatalf("%s gives no document", act)
		}
		if _, err := Render(d); err != nil {
			t.Errorf("%s: %v", act, err)
		}
		said := everything(&d)
		for _, want := range append(wants, "申请人甲", "220000000042A", "yanbian-1-00000042-B", "第 3 版", guideHash.Short()) {
			if !strings.Contains(said, fullWidth(want)) {
				t.Errorf("%s does not say %q: %s", act, want, said)
			}
		}
	}
	for _, act := range []protocol.Act{"hand_over", "acknowledge", "publish"} {
		if _, ok := ForAct(act, Source{}); ok || TemplateOf(act) != 0 {
			t.Errorf("%s gives a document", act)
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
