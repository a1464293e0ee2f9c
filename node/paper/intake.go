package paper

import (
	"fmt"
	"strconv"
)

// Line is one material line of the displayed guide and what was found.
type Line struct {
	Name      string
	Form      string // original, copy, electronic
	Copies    int    // that the guide asks for, or that were taken in
	Necessity string // required, deferrable, conditional
	Presence  string // present, owed, missing, fetched, exempt
	Note      string // defect or standard that was not met
}

// missing reports whether the applicant still has to bring it.
func (l *Line) missing() bool {
	return l.Presence == "missing" || l.Presence == "owed" || l.Presence == ""
}

// ReceiptFacts is what D-01 carries beside its head (C-02, C-08).
type ReceiptFacts struct {
	Head
	Handler     string // agency that decides
	Lines       []Line // as answered at the window
	Originals   []string
	Due         []Due
	Offline     bool   // the hub could not be reached (F-01)
	Supplement  bool   // receipt of a supplement: K1 starts anew
	QR          string // XYR1 code, signed by the node
	SkewSeconds int    // attested offset of the node's clock, when there is one (F-05)
}

// Receipt is D-01 收件凭证, and its variant for a window that is cut off.
func Receipt(f ReceiptFacts) Document {
	d := f.open(1)
	if f.Offline {
		d.Mark = "离线收件"
	}
	d.Facts = append(d.Facts, Fact{Label: "承办机关", Value: f.Handler, Wide: true})
	what := "申请材料"
	if f.Supplement {
		what = "补正材料"
	}
	d.Blocks = append(d.Blocks, paragraph("申请人于%s在%s就%s提交%s，现已收取。所收材料如下：", instantText(f.At), f.Place, f.wish(), what), linesTable(f.Lines))
	d.Blocks = append(d.Blocks, originalsBlocks(f.Originals)...)
	d.Blocks = append(d.Blocks, f.receiptLaw()...)
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Signers = []string{"申请人（代理人）签名", "收件人签名"}
	d.Copies = "本凭证一式两份：申请人一份，收件窗口存档一份。"
	d.QR, d.QRNote = f.QR, "凭此码可在本省任一窗口查询、找回办件"
	return d
}

// receiptLaw says what the receipt means, and that it is not yet an acceptance.
func (f *ReceiptFacts) receiptLaw() []Block {
	blocks := []Block{paragraph("%s", f.law(
		"根据"+lawLicence+"第三十二条，申请材料不齐全或者不符合法定形式的，承办机关应当当场或者在五个工作日内一次告知需要补正的全部内容；逾期不告知的，自收到申请材料之日起即为受理。",
		"根据"+lawMeasure+"第三十四条，申请材料不齐全或者不符合法定形式的，承办机关应当一次性告知需要补正的全部内容，告知内容与公示的办事指南一致。")),
		paragraph("根据%s第三十四条，本省范围内实行跨市（州）窗口受理申请材料。本凭证记载的收件时间为计算办理期限的起点。本凭证不代表申请已获受理或者准予。", lawMeasure)}
	if f.Offline {
		blocks = append(blocks, paragraph("本凭证在收件窗口与省级平台通信中断期间出具，收件时间自本凭证载明之时起生效，不因通信中断推迟；通信恢复后办件自动移交承办机关，申请人无须重新提交。"))
	}
	if f.SkewSeconds != 0 {
		blocks = append(blocks, note("收件窗口时钟经核定与标准时间相差%d秒。", f.SkewSeconds))
	}
	return blocks
}

// ChecklistFacts is what D-02 carries: printed before receipt, so there is no
// case yet (C-01, §14.3).
type ChecklistFacts struct {
	Head
	Lines []Line // every line of the displayed guide
}

// Checklist is D-02 材料核对单. It names all gaps at once.
func Checklist(f ChecklistFacts) Document {
	d := f.open(2)
	d.Seal = ""
	d.Blocks = append(d.Blocks, paragraph("按照上列事项公示的办事指南逐项核对，申请人所备材料情况如下："), linesTable(f.Lines), heading("尚缺或者需要更正的材料"))
	d.Blocks = append(d.Blocks, gapsBlocks(f.Lines)...)
	d.Blocks = append(d.Blocks, paragraph("根据%s第三十二条、第三十四条，本核对单所列内容与公示的办事指南一致，除办事指南所列材料外，窗口不要求提供其他材料；能够通过数据共享获取的材料，无须提供。", lawMeasure),
		paragraph("申请人可以备齐材料后再提交，也可以坚持现在提交；坚持提交的，窗口应当收取并出具收件凭证。本核对单不是不予受理的决定。"))
	d.Signers = []string{"核对人签名"}
	d.Copies = "本核对单一份，交申请人。"
	return d
}

func gapsBlocks(lines []Line) []Block {
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"材料名称", 6}, {"形式及份数", 2.2}, {"说明", 4}}}
	for _, l := range lines {
		if l.missing() || l.Note != "" {
			t.Rows = append(t.Rows, []string{strconv.Itoa(len(t.Rows) + 1), l.Name, formText(l), gapText(l)})
		}
	}
	if len(t.Rows) == 0 {
		return []Block{paragraph("无。所备材料齐全，可以提交。")}
	}
	return []Block{t, note("以上共%d项，为一次性告知的全部内容。", len(t.Rows))}
}

func gapText(l Line) string {
	words := "未提供"
	switch {
	case l.Presence == "owed":
		words = "可以容缺后补"
	case !l.missing():
		words = "需要更正"
	case l.Necessity == "deferrable":
		words = "未提供，可以容缺后补"
	}
	if l.Note != "" {
		words += "：" + l.Note
	}
	return words
}

func linesTable(lines []Line) Block {
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"材料名称", 6.4}, {"必要性", 1.8}, {"形式及份数", 2.2}, {"核对情况", 2.6}}}
	for i, l := range lines {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), l.Name, word(necessities, l.Necessity), formText(l), word(presences, l.Presence)})
	}
	return t
}

func formText(l Line) string {
	form := word(forms, l.Form)
	if l.Form == "electronic" || l.Copies == 0 {
		return form
	}
	return fmt.Sprintf("%s%d份", form, l.Copies)
}

// term is a code and its word; slices, because a map has no order.
type term struct{ code, word string }

var (
	forms       = []term{{"original", "原件"}, {"copy", "复印件"}, {"electronic", "电子件"}}
	necessities = []term{{"required", "必要"}, {"deferrable", "可容缺"}, {"conditional", "视情形"}}
	presences   = []term{{"present", "已收取"}, {"owed", "容缺后补"}, {"missing", "缺"}, {"fetched", "共享获取"}, {"exempt", "免提交"}, {"", "未核对"}}
)

func word(terms []term, code string) string {
	for _, t := range terms {
		if t.code == code {
			return t.word
		}
	}
	return code
}

func originalsBlocks(names []string) []Block {
	if len(names) == 0 {
		return nil
	}
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"纸质原件", 11}}}
	for i, name := range names {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), name})
	}
	return []Block{heading("由窗口暂存的纸质原件"), t, note("上列原件办结后在申请人选定的窗口当面退还，或者按申请人提供的地址寄还。")}
}
