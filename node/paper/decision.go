package paper

import "xiangyun/protocol"

// DecisionFacts is what D-09 and D-10 carry (C-18, C-19). A denial owes reason,
// basis and remedy; a grant at least the basis.
type DecisionFacts struct {
	Head
	Accepted              protocol.Day
	Text                  string // what exactly is granted, and under which terms
	Reason, Basis, Remedy string
	Licence               string // identifier of the licence that is issued (V-07)
	LicenceName           string
	Valid                 string // "自2026年3月2日至2031年3月1日"
	Hearing               string // that a hearing was offered or held, where the law gives one (C-19d)
	Due                   []Due  // K4
}

// Grant is D-09 准予许可决定书; items that are no licence are 准予决定书.
func Grant(f DecisionFacts) Document {
	d := f.open(9)
	d.Title = f.law(d.Title, "准予决定书")
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("你（单位）就%s提出的申请，本机关于%s受理。经审查，申请符合法定条件、标准。%s，本机关决定准予%s。", f.wish(), dayText(f.Accepted),
		f.law("根据"+lawLicence+"第三十八条第一款", "根据下列依据"), f.law("行政许可", "办理")))
	if f.Text != "" {
		d.Blocks = append(d.Blocks, heading("准予内容"), paragraph("%s", f.Text))
	}
	d.Blocks = append(d.Blocks, heading("依据"), paragraph("%s", or(f.Basis, "该事项的设定依据")))
	d.Blocks = append(d.Blocks, f.licenceBlocks()...)
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	if f.Remedy != "" {
		d.Blocks = append(d.Blocks, heading("救济途径"), paragraph("%s", f.Remedy))
	}
	d.Copies = "本决定书一式两份：申请人一份，存档一份。"
	return d
}

func (f *DecisionFacts) licenceBlocks() []Block {
	if f.Licence == "" && f.LicenceName == "" {
		return nil
	}
	t := Block{Kind: BlockTable, Columns: []Column{{"证照名称", 3.4}, {"电子证照标识", 6}, {"有效期", 3.4}},
		Rows: [][]string{{or(f.LicenceName, "—"), or(f.Licence, "—"), or(f.Valid, "以证照载明的为准")}}}
	return []Block{heading("颁发的证照"), t, note("根据%s第三十六条，电子证照与纸质证照具有同等法律效力。", lawMeasure)}
}

// Denial is D-10 不予许可决定书; items that are no licence are 不予决定书.
func Denial(f DecisionFacts) Document {
	d := f.open(10)
	d.Title = f.law(d.Title, "不予决定书")
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("你（单位）就%s提出的申请，本机关于%s受理。经审查，%s，本机关决定不予%s。", f.wish(), dayText(f.Accepted),
		f.law("根据"+lawLicence+"第三十八条第二款", "根据下列理由和依据"), f.law("行政许可", "办理")),
		heading("理由"), paragraph("%s", f.Reason), heading("依据"), paragraph("%s", f.Basis))
	if f.Hearing != "" {
		d.Blocks = append(d.Blocks, heading("听证情况"), paragraph("%s", f.Hearing))
	}
	d.Blocks = append(d.Blocks, heading("救济途径"), paragraph("%s", f.Remedy))
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Copies = "本决定书一式两份：申请人一份，存档一份。"
	return d
}

// RevocationFacts is what D-16 carries (C-30).
type RevocationFacts struct {
	Head
	Old                   string // serial of the decision that is revoked
	OldDay                protocol.Day
	Reason, Basis, Remedy string
	Heard                 string // how the applicant was heard (C-30c)
	Due                   []Due  // the new time to decide
}

// Revocation is D-16 撤销决定书.
func Revocation(f RevocationFacts) Document {
	d := f.open(16)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("本机关于%s就%s作出的决定（文书编号%s），经审查应予撤销。%s，本机关决定撤销该决定。", dayText(f.OldDay), f.wish(), f.Old, f.law("根据"+lawLicence+"第六十九条", "根据下列依据")),
		heading("理由"), paragraph("%s", f.Reason), heading("依据"), paragraph("%s", f.Basis), heading("陈述、申辩情况"), paragraph("%s", or(f.Heard, "已告知申请人，申请人未陈述、申辩。")),
		heading("救济途径"), paragraph("%s", f.Remedy))
	if len(f.Due) > 0 {
		d.Blocks = append(d.Blocks, paragraph("原申请恢复审查，本机关将在下列期限内重新作出决定。"))
	}
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Copies = "本决定书一式两份：申请人一份，存档一份。"
	return d
}
