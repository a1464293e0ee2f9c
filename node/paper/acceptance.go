package paper

import (
	"strconv"

	"xiangyun/protocol"
)

// AcceptanceFacts is what D-03 carries (C-10, C-11).
type AcceptanceFacts struct {
	Head
	Due      []Due // K2 and K3 with the calendar they were counted on
	Received protocol.Instant
	Deemed   protocol.Instant // the lapse of K1 by which the law accepted; zero for an acceptance by act
	Fee      string           // amount and basis; empty is free
	Special  []string         // procedures the item foresees, not counted in the time
}

// Acceptance is D-03 受理通知书; with Deemed set it says "视为受理".
func Acceptance(f AcceptanceFacts) Document {
	d := f.open(3)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()))
	if f.Deemed != 0 {
		d.Mark = "视为受理"
		d.Blocks = append(d.Blocks, paragraph("你（单位）就%s提出的申请，本机关于%s收到申请材料，至%s未作出不予受理决定，也未告知需要补正的内容。根据%s第三十二条第一款第四项，该申请自收到申请材料之日起即为受理。", f.wish(), dayText(f.Received.Day()), endText(f.Deemed), lawLicence))
	} else {
		d.Blocks = append(d.Blocks, paragraph("你（单位）就%s提出的申请，属于本机关职权范围，申请材料齐全、符合法定形式。%s，本机关决定予以受理。", f.wish(),
			f.law("根据"+lawLicence+"第三十二条第一款第五项", "根据该事项的设定依据和"+lawMeasure+"第三十二条")))
	}
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Blocks = append(d.Blocks, f.specialText()...)
	if f.Fee != "" {
		d.Blocks = append(d.Blocks, paragraph("本事项收费：%s。", f.Fee))
	} else {
		d.Blocks = append(d.Blocks, paragraph("本事项不收取费用。"))
	}
	d.Copies = "本通知书一式两份：申请人一份，存档一份。"
	return d
}

func (f *AcceptanceFacts) specialText() []Block {
	if len(f.Special) == 0 {
		return nil
	}
	names := ""
	for i, s := range f.Special {
		if i > 0 {
			names += "、"
		}
		names += s
	}
	return []Block{paragraph("本事项可能需要%s。%s所需时间不计算在上列期限内，发生时另行书面告知。", names, f.law("根据"+lawLicence+"第四十五条，", ""))}
}

// RefusalFacts is what D-04 carries (C-03): reason, basis and remedy are owed.
type RefusalFacts struct {
	Head
	Reason, Basis, Remedy string
	AskElsewhere          string // whom to ask when the agency is not competent
}

// Refusal is D-04 不予受理通知书.
func Refusal(f RefusalFacts) Document {
	d := f.open(4)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("你（单位）就%s提出的申请，经审查，%s，本机关决定不予受理。", f.wish(), f.law("根据"+lawLicence+"第三十二条", "根据下列依据")),
		heading("理由"), paragraph("%s", f.Reason), heading("依据"), paragraph("%s", f.Basis))
	if f.AskElsewhere != "" {
		d.Blocks = append(d.Blocks, heading("有权受理的机关"), paragraph("请向%s提出申请。", f.AskElsewhere))
	}
	d.Blocks = append(d.Blocks, heading("救济途径"), paragraph("%s", f.Remedy))
	d.Copies = "本通知书一式两份：申请人一份，存档一份。"
	return d
}

// Defect is one thing to put right; it cites a line of the pinned guide (C-07b, c).
type Defect struct {
	Line, Point, Text string // material, check point of the guide, explanation
}

// CorrectionFacts is what D-05 carries (C-07).
type CorrectionFacts struct {
	Head
	Defects []Defect
	Until   Due    // K9
	Channel string // where the supplement may be brought
	Later   bool   // a further notice, on newly submitted material only (C-07f)
}

// Correction is D-05 补正告知书.
func Correction(f CorrectionFacts) Document {
	d := f.open(5)
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"材料名称", 4}, {"受理标准", 4}, {"需要补正的内容", 5}}}
	for i, x := range f.Defects {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), x.Line, or(x.Point, "—"), x.Text})
	}
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("你（单位）就%s提交的申请材料不齐全或者不符合法定形式。根据%s%s第三十四条，现一次性告知需要补正的全部内容：", f.wish(), f.law(lawLicence+"第三十二条第一款第四项和", ""), lawMeasure), t, note("以上共%d项，均为公示的办事指南所列。", len(f.Defects)))
	if f.Later {
		d.Blocks = append(d.Blocks, paragraph("本次告知仅针对首次告知后新提交的材料。"))
	}
	d.Blocks = append(d.Blocks, dueBlocks([]Due{f.Until})...)
	d.Blocks = append(d.Blocks, paragraph("请在上列日期前将补正材料提交至%s。本省任一政务服务窗口均可接收；提交时间以窗口收取时间为准。补正材料齐全、符合法定形式的，应当受理。", or(f.Channel, "收件窗口")),
		paragraph("逾期未补正的，本次申请按退件处理，不影响你（单位）重新提出申请。对本告知内容有异议的，可以向本机关提出，或者拨打12345政务服务热线。"))
	d.Copies = "本告知书一式两份：申请人一份，存档一份。"
	return d
}

// OwedLine is one material that may follow later (§14.1).
type OwedLine struct {
	Name, Form string
	Until      Due // K8
}

// OwedFacts is what D-06 carries (C-10 with owed lines).
type OwedFacts struct {
	Head
	Owed        []OwedLine
	Due         []Due
	Consequence string // what the item says happens when it does not come
}

// Owed is D-06 容缺受理通知书 with the commitment the applicant signs.
func Owed(f OwedFacts) Document {
	d := f.open(6)
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"容缺材料", 6}, {"形式", 1.8}, {"补交期限（当日24时）", 3.6}}}
	for i, o := range f.Owed {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), o.Name, word(forms, o.Form), o.Until.text()})
	}
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("你（单位）就%s提出的申请，必要材料齐全，下列可以容缺后补的材料暂缺。根据公示的办事指南，本机关予以容缺受理：", f.wish()), t)
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Blocks = append(d.Blocks, paragraph("上列材料补齐之前，本机关不作出准予决定。逾期未补交的，%s。", or(f.Consequence, "按办事指南的规定处理")),
		heading("容缺受理承诺书"), paragraph("本人（单位）已知悉上列容缺材料、补交期限和逾期后果，承诺在期限内补交；所提交材料真实、合法、有效，愿意承担不实承诺的法律责任。"))
	d.Signers = []string{"承诺人（代理人）签名或者盖章"}
	d.Copies = "本通知书及承诺书一式两份：申请人一份，存档一份。"
	return d
}
