package paper

import "xiangyun/protocol"

// AnswerFacts is what D-19 carries: the answer to an objection to a datum
// (art. 46) or to a complaint (art. 50). Head.Case is the record's id.
type AnswerFacts struct {
	Head
	Complaint bool   // else an objection
	About     string // what was objected to or complained of
	Filed     protocol.Day
	Findings  string
	Result    string
	Basis     string
	Remedy    string
	Due       []Due
}

// Answer is D-19 异议/投诉答复书.
func Answer(f AnswerFacts) Document {
	d := f.open(19)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()))
	if f.Complaint {
		d.Title = "投诉" + d.Title
		d.Blocks = append(d.Blocks, paragraph("你（单位）于%s反映的“%s”，本机关已受理并核实处理。根据%s第五十条，现将处理结果反馈如下：", dayText(f.Filed), f.About, lawMeasure))
	} else {
		d.Title = "异议" + d.Title
		d.Blocks = append(d.Blocks, paragraph("你（单位）于%s对“%s”提出的异议，已作异议标注并核实。根据%s第四十六条，现将处理结果告知如下：", dayText(f.Filed), f.About, lawMeasure))
	}
	d.Blocks = append(d.Blocks, heading("核实情况"), paragraph("%s", f.Findings), heading("处理结果"), paragraph("%s", f.Result))
	if f.Basis != "" {
		d.Blocks = append(d.Blocks, heading("依据"), paragraph("%s", f.Basis))
	}
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Blocks = append(d.Blocks, paragraph("%s", or(f.Remedy, "对处理结果不服的，可以拨打12345政务服务热线，或者依法通过其他途径反映。")))
	d.Copies = "本答复书一式两份：提出人一份，存档一份。"
	return d
}
