package paper

import "xiangyun/protocol"

// SpecialFacts is what D-07 carries (C-13): the law wants the time told in writing.
type SpecialFacts struct {
	Head
	Procedure  string // one of the eight of 行政许可法 45
	Start, End protocol.Day
	Max        protocol.Limit
	Due        []Due
}

// Special is D-07 特别程序告知书.
func Special(f SpecialFacts) Document {
	d := f.open(7)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()),
		paragraph("你（单位）就%s提出的申请，依法需要进行%s。该程序自%s开始，预计至%s结束，最长不超过%s。", f.wish(), f.Procedure, dayText(f.Start), dayText(f.End), or(f.Max.String(), "规定的时间")),
		paragraph("%s，上述程序所需时间不计算在办理期限内。程序结束后，办理期限继续计算。", f.law("根据"+lawLicence+"第四十五条", "根据该事项的设定依据和公示的办事指南")))
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Copies = "本告知书一式两份：申请人一份，存档一份。"
	return d
}

// ExtensionFacts is what D-08 carries (C-15).
type ExtensionFacts struct {
	Head
	By       protocol.Limit // how much longer
	Reason   string
	Old, New Due  // K3
	Joint    bool // several agencies: 行政许可法 42, second paragraph
}

// Extension is D-08 延期告知书.
func Extension(f ExtensionFacts) Document {
	d := f.open(8)
	leader, article := "本机关负责人", "第四十二条第一款"
	if f.Joint {
		leader, article = "本级人民政府负责人", "第四十二条第二款"
	}
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()),
		paragraph("你（单位）就%s提出的申请，在法定期限内不能作出决定。%s，经%s批准，办理期限延长%s。", f.wish(), f.law("根据"+lawLicence+article, "根据该事项的设定依据"), leader, f.By),
		heading("延长期限的理由"), paragraph("%s", f.Reason))
	f.Old.Title, f.New.Title = "原"+f.Old.Title, "延长后"+f.New.Title
	d.Blocks = append(d.Blocks, dueBlocks([]Due{f.Old, f.New})...)
	d.Blocks = append(d.Blocks, paragraph("本次延长以一次为限。承诺期限不因延长而改变。"))
	d.Copies = "本告知书一式两份：申请人一份，存档一份。"
	return d
}

// Change is one date before and after.
type Change struct{ Old, New Due }

// DueChangeFacts is what D-17 carries (K-cal-3).
type DueChangeFacts struct {
	Head
	Cause   string // title of the notice that moved the days
	Changes []Change
}

// DueChange is D-17 期限调整告知书.
func DueChange(f DueChangeFacts) Document {
	d := f.open(17)
	t := Block{Kind: BlockTable, Columns: []Column{{"期限", 3}, {"原截止日期", 3}, {"调整后截止日期", 3}, {"工作日历", 3.4}}}
	for _, c := range f.Changes {
		t.Rows = append(t.Rows, []string{c.New.Title, c.Old.text(), c.New.text(), calendarText(c.New.Calendars)})
	}
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()),
		paragraph("因%s，工作日安排发生变化。%s，办理期限以工作日计算，不含法定节假日。你（单位）就%s提出的申请，办理期限相应调整如下：", f.Cause, f.law("根据"+lawLicence+"第八十二条", "根据国家有关规定"), f.wish()), t,
		paragraph("应由你（单位）遵守的期限，已经告知的日期不因本次调整提前。"))
	d.Copies = "本告知书一式两份：申请人一份，存档一份。"
	return d
}
