package paper

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
)

var out = flag.String("out", "", "folder that TestSamples writes every sample into, to look at")

// sample is one document that tests print, by a name that says what is hard in it.
type sample struct {
	name string
	doc  Document
}

var (
	sampleAt   = protocol.At(time.Date(2026, 3, 2, 9, 15, 7, 0, protocol.Beijing))
	guideHash  = protocol.HashOf([]byte("guide v3"))
	remedy     = "不服本决定的，可以自收到本决定书之日起六十日内向延边朝鲜族自治州人民政府申请行政复议，或者自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。"
	sampleCode = readGolden()
)

func readGolden() string {
	b, err := os.ReadFile("../../protocol/testdata/receiptqr.golden")
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(b))
}

func sampleDay(s string) protocol.Day {
	d, err := protocol.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func sampleHead(template int) Head {
	return Head{Serial: Serial{Place: "222400", Template: template, Year: 2026, Ordinal: 7, Counter: 42}, Agency: "长春市市场监督管理局", Case: "yanbian-1-00000042-B", ReceiptNo: "220000000042A",
		CaseNo: "11220000412759000X3442199806003202603025042", Applicant: Party{Name: "申请人甲", IDType: "citizen", ID: "110105194912310020", Agent: "代理人乙"},
		Item:  Item{Name: "食品经营许可（新办）", Code: "11220000412759000X3442199806003", Version: 3, Guide: guideHash, Licensing: true},
		Place: "延吉市政务服务中心3号窗口", At: sampleAt}
}

func sampleDue(title, day, basis string, provisional bool) Due {
	d := Due{Title: title, Day: sampleDay(day), Basis: basis, Provisional: provisional, Calendars: []CalendarUse{{Year: 2026, Version: 1}}}
	if provisional {
		d.Calendars = append(d.Calendars, CalendarUse{Year: 2027})
	}
	return d
}

var sampleLines = []Line{
	{Name: "食品经营许可证申请书", Form: "original", Copies: 1, Necessity: "required", Presence: "present"},
	{Name: "营业执照", Form: "electronic", Necessity: "required", Presence: "fetched"},
	{Name: "与食品经营相适应的主要设备设施布局、操作流程等文件", Form: "copy", Copies: 2, Necessity: "required", Presence: "missing", Note: "缺少操作流程图"},
	{Name: "食品安全自查、从业人员健康管理等规章制度目录清单", Form: "copy", Copies: 1, Necessity: "deferrable", Presence: "owed"},
	{Name: "利用自动售货设备的，设备产品合格证明", Form: "copy", Copies: 1, Necessity: "conditional", Presence: "exempt"},
}

var (
	sampleK1 = sampleDue("一次性告知期限", "2026-03-09", "行政许可法第三十二条", false)
	sampleK2 = sampleDue("承诺办理期限", "2026-03-16", "办事指南", false)
	sampleK3 = sampleDue("法定办理期限", "2026-03-30", "行政许可法第四十二条", false)
	newYear  = sampleDue("一次性告知期限", "2027-01-01", "行政许可法第三十二条", true)
)

// samples are all nineteen documents and their variants.
func samples() []sample {
	var list []sample
	add := func(name string, d Document) { list = append(list, sample{name, d}) }
	lines, both := sampleLines, []Due{sampleK2, sampleK3}
	add("d01-receipt", Receipt(ReceiptFacts{Head: window(sampleHead(1)), Handler: "长春市市场监督管理局", Lines: lines, Originals: []string{"房屋租赁合同"}, Due: []Due{sampleK1}, QR: sampleCode}))
	add("d01-offline", Receipt(ReceiptFacts{Head: window(sampleHead(1)), Handler: "长春市市场监督管理局", Lines: lines, Due: []Due{newYear}, QR: sampleCode, Offline: true, SkewSeconds: 75}))
	add("d01-long", longReceipt())
	add("d02-checklist", Checklist(ChecklistFacts{Head: window(beforeReceipt()), Lines: lines}))
	add("d03-acceptance", Acceptance(AcceptanceFacts{Head: sampleHead(3), Due: both, Received: sampleAt, Special: []string{"检验", "专家评审"}}))
	add("d03-deemed", Acceptance(AcceptanceFacts{Head: sampleHead(3), Due: both, Received: sampleAt, Deemed: sampleDay("2026-03-09").End(), Fee: "每证10元（依据：示例收费文件）"}))
	add("d04-refusal", Refusal(RefusalFacts{Head: sampleHead(4), Reason: "该事项由县级人民政府市场监督管理部门受理，本机关没有管辖权。", Basis: "《食品经营许可和备案管理办法》第七条", Remedy: remedy, AskElsewhere: "延吉市市场监督管理局"}))
	add("d05-correction", Correction(CorrectionFacts{Head: sampleHead(5), Defects: []Defect{{"主要设备设施布局文件", "图纸应标明操作流程", "未标明操作流程，请补充流程图并加盖印章"}, {"规章制度目录清单", "", "未提供"}},
		Until: sampleDue("补正期限", "2026-03-23", "办事指南", false), Channel: "延吉市政务服务中心3号窗口或者网上办事大厅", Later: true}))
	add("d06-owed", Owed(OwedFacts{Head: sampleHead(6), Owed: []OwedLine{{"规章制度目录清单", "copy", sampleDue("补交期限", "2026-03-16", "", false)}}, Due: both, Consequence: "本机关依法作出不予许可决定"}))
	paused := Due{Title: "法定办理期限", Paused: true, Left: 16, Basis: "行政许可法第四十五条"}
	add("d07-special", Special(SpecialFacts{Head: sampleHead(7), Procedure: "检验", Start: sampleDay("2026-03-06"), End: sampleDay("2026-03-18"), Max: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Due: []Due{paused}}))
	add("d08-extension", Extension(ExtensionFacts{Head: sampleHead(8), By: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Reason: "现场核查涉及多处经营场所，需要分别核实。", Old: sampleK3, New: sampleDue("法定办理期限", "2026-04-13", "行政许可法第四十二条", false)}))
	return append(list, laterSamples()...)
}

func laterSamples() []sample {
	decision := DecisionFacts{Head: sampleHead(9), Accepted: sampleDay("2026-03-02"), Text: "准予在所申请的经营场所从事热食类食品制售，经营项目以许可证载明的为准。", Basis: "《中华人民共和国食品安全法》第三十五条",
		LicenceName: "食品经营许可证", Licence: "1.2.156.3005.2.11100000MB0000000X001.11220000412759000X.JY22201000000001.001.5", Valid: "2026年3月16日至2031年3月15日", Due: []Due{sampleDue("颁发送达期限", "2026-03-30", "行政许可法第四十四条", false)}}
	denial := DecisionFacts{Head: sampleHead(10), Accepted: sampleDay("2026-03-02"), Reason: "经现场核查，经营场所与有毒、有害场所的距离不符合要求。", Basis: "《中华人民共和国食品安全法》第三十三条", Remedy: remedy}
	service := decision
	service.Item.Licensing, service.Licence, service.LicenceName, service.Remedy = false, "", "", remedy
	originals := []string{"房屋租赁合同", "设备购置发票"}
	pieces := []Piece{{"准予许可决定书", 1, "222400-D09-2026-07-000042", ""}, {"食品经营许可证", 1, "JY22201000000001", "正本"}}
	return []sample{
		{"d09-grant", Grant(decision)}, {"d09-service", Grant(service)}, {"d10-denial", Denial(denial)},
		{"d11-delivery", Delivery(DeliveryFacts{Head: sampleHead(11), Pieces: pieces, Way: "courier", Recipient: "代理人乙", RecipientID: "110105194912310020", Tracking: "SF0000000000001", Delivered: sampleAt})},
		{"d12-lapse", Lapse(LapseFacts{Head: sampleHead(12), NoticeSerial: "222400-D05-2026-07-000042", Until: sampleDay("2026-03-23"), Lines: []string{"主要设备设施布局文件", "规章制度目录清单"}, Originals: originals})},
		{"d12-void", Lapse(LapseFacts{Head: sampleHead(12), NoticeSerial: "222400-D05-2026-07-000042", Until: sampleDay("2026-03-23"), Lines: []string{"规章制度目录清单"}, Void: true})},
		{"d13-withdrawal", Withdrawal(WithdrawalFacts{Head: sampleHead(13), Reason: "申请人改变经营计划。", Withdrawn: sampleAt, Originals: originals})},
		{"d14-transfer", Transfer(TransferFacts{Head: sampleHead(14), Parcel: "yanbian-1-P0000007", SealNo: "FQ-0000123", Tracking: "SF0000000000002", Pieces: []Piece{{"房屋租赁合同", 1, "6900000000017", ""}, {"设备购置发票", 3, "6900000000024", "含附件"}}, Giver: "延吉市政务服务中心3号窗口 移交人丙", Taker: "长春市市场监督管理局 接收人丁"})},
		{"d15-merge", Merge(MergeFacts{Head: sampleHead(15), VoidCases: []string{"办件 baishan-1-00000007-K，收件编号 220000000107B"}, FirstReceipt: sampleAt, Due: []Due{sampleK1}})},
		{"d16-revocation", Revocation(RevocationFacts{Head: sampleHead(16), Old: "222400-D09-2026-07-000041", OldDay: sampleDay("2026-02-06"), Reason: "申请人隐瞒有关情况取得许可。", Basis: "《中华人民共和国行政许可法》第六十九条第二款", Remedy: remedy, Due: []Due{sampleK3}})},
		{"d17-duechange", DueChange(DueChangeFacts{Head: sampleHead(17), Cause: "《国务院办公厅关于2027年部分节假日安排的通知》公布", Changes: []Change{{newYear, sampleDue("一次性告知期限", "2027-01-04", "", false)}, {sampleK2, sampleK3}}})},
		{"d18-termination", Termination(TerminationFacts{Head: sampleHead(18), Cause: "申请人已依法终止。", Basis: "该事项办事指南第六条", Remedy: remedy, Originals: originals})},
		{"d19-objection", Answer(AnswerFacts{Head: answerHead(), About: "企业登记住所", Filed: sampleDay("2026-02-27"), Findings: "经向数据提供单位核实，登记住所已于2026年1月变更，共享数据未及时更新。", Result: "予以更正，更正后的数据已同步至各节点，异议标注已撤销。"})},
		{"d19-complaint", Answer(AnswerFacts{Head: answerHead(), Complaint: true, About: "窗口要求提供办事指南以外的材料", Filed: sampleDay("2026-02-25"), Findings: "经调阅收件记录，情况属实。", Result: "已责令改正，相关材料不再要求提供。", Basis: "吉政发〔2019〕4号第三十二条"})},
	}
}

// window makes the receiving place the issuer, as D-01 and D-02 are its own.
func window(h Head) Head {
	h.Agency = "延吉市政务服务和数字化建设管理局"
	return h
}

func beforeReceipt() Head {
	h := sampleHead(2)
	h.Case, h.CaseNo, h.ReceiptNo = "", "", ""
	return h
}

func answerHead() Head {
	h := sampleHead(19)
	h.Agency, h.Item, h.CaseNo, h.ReceiptNo, h.Case = "吉林省政务服务和数字化局", Item{}, "", "", "hub-1-00000005-X"
	return h
}

// longReceipt has a name of 60 characters, markup in it, a character no font
// has, and forty materials with long names: several pages.
func longReceipt() Document {
	h := sampleHead(1)
	h.Applicant = Party{Name: "<b>申请单位</b>&" + strings.Repeat("吉林省某某某", 8) + "𠅤（集团）公司", IDType: "uscc", ID: "11220000412759000X"}
	h.Item.Name = strings.Repeat("跨市（州）窗口受理的较长事项名称", 4) + "(ABC-2026 version 1.0)"
	h.Place = "中韩（长春）国际合作示范区政务服务中心综合受理大厅二层跨市（州）通办窗口12号"
	f := ReceiptFacts{Head: h, Handler: "长白山保护开发区管理委员会行政审批局", Due: []Due{sampleK1, newYear}, QR: sampleCode}
	for i := range 40 {
		f.Lines = append(f.Lines, Line{Name: fmt.Sprintf("材料%d：%s", i+1, strings.Repeat("证明文件及其附件、", i%5)+"https://example.invalid/"+strings.Repeat("x", 20*(i%3))), Form: "copy", Copies: i%3 + 1, Necessity: "required", Presence: "present"})
	}
	f.Lines[20].Name = strings.Repeat("一行写不完的材料名称。", 160)
	return Receipt(f)
}

// TestSamples prints every sample; with -out it keeps the files for looking.
func TestSamples(t *testing.T) {
	for _, s := range samples() {
		p, err := Render(s.doc)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		again, err := Render(s.doc)
		if err != nil || !bytes.Equal(p.PDF, again.PDF) {
			t.Errorf("%s: printed twice, two files (%v)", s.name, err)
		}
		if *out == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(*out, s.name+".pdf"), p.PDF, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
