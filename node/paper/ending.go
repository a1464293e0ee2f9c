package paper

import (
	"strconv"

	"xiangyun/protocol"
)

// LapseFacts is what D-12 carries (C-09, C-28).
type LapseFacts struct {
	Head
	NoticeSerial string // of the correction notice
	Until        protocol.Day
	Lines        []string // what did not come
	Originals    []string // that are given back
	Void         bool     // a supplement in time came to light later: the notice is void (C-08r)
}

// Lapse is D-12 逾期退件通知书.
func Lapse(f LapseFacts) Document {
	d := f.open(12)
	if f.Void {
		d.Mark = "作废"
	}
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"未补正的材料", 11}}}
	for i, l := range f.Lines {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), l})
	}
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("就%s提出的申请，本机关已以%s号补正告知书告知需要补正的全部内容，补正期限至%s24时。至期限届满，下列材料未补正：", f.wish(), f.NoticeSerial, dayText(f.Until)), t,
		paragraph("根据公示的办事指南，本次申请按退件处理。期限内已在本省任一窗口提交补正材料的，请出示收件凭证，本通知作废并恢复办理。"),
		paragraph("退件不影响你（单位）重新提出申请；已经提交且仍然有效的材料，无须重复提供。"))
	if f.Void {
		d.Blocks = append(d.Blocks, paragraph("现查明补正材料已在期限内由本省窗口收取，本通知书自始作废，办件恢复办理，期限自补正材料收取之日起重新计算。"))
	}
	d.Blocks = append(d.Blocks, originalsBlocks(f.Originals)...)
	d.Copies = "本通知书一式两份：申请人一份，存档一份。"
	return d
}

// WithdrawalFacts is what D-13 carries (C-21).
type WithdrawalFacts struct {
	Head
	Reason    string
	Withdrawn protocol.Instant
	Originals []string
}

// Withdrawal is D-13 撤回确认书.
func Withdrawal(f WithdrawalFacts) Document {
	d := f.open(13)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("你（单位）于%s申请撤回就%s提出的申请。经核验申请人身份，该申请尚未作出决定，本机关确认撤回，办理程序终结，各项期限停止计算。", instantText(f.Withdrawn), f.wish()),
		heading("撤回原因"), paragraph("%s", f.Reason), paragraph("撤回不影响你（单位）重新提出申请。"))
	d.Blocks = append(d.Blocks, originalsBlocks(f.Originals)...)
	d.Signers = []string{"申请人（代理人）签名", "经办人签名"}
	d.Copies = "本确认书一式两份：申请人一份，存档一份。"
	return d
}

// MergeFacts is what D-15 carries (C-22, DU-03, DU-04). The head is that of the
// case that goes on.
type MergeFacts struct {
	Head
	VoidCases    []string // case and receipt number of each case that ends
	FirstReceipt protocol.Instant
	Due          []Due
}

// Merge is D-15 合并告知书.
func Merge(f MergeFacts) Document {
	d := f.open(15)
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {"并入的办件", 11}}}
	for i, c := range f.VoidCases {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), c})
	}
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("经核对，下列办件与本办件为同一申请人就同一事项、同一对象提出的申请，现合并办理："), t,
		paragraph("合并后由本办件继续办理，办理期限自最早的收件时间%s起算；已提交的材料和原件一并转入，无须重复提供。各收件凭证继续有效，均可查询办理进度。", instantText(f.FirstReceipt)),
		paragraph("认为不属于重复申请的，可以凭任一收件凭证向本省任一窗口提出，由承办机关核实后分别办理。"))
	d.Blocks = append(d.Blocks, dueBlocks(f.Due)...)
	d.Copies = "本告知书一式两份：申请人一份，存档一份。"
	return d
}

// TerminationFacts is what D-18 carries (C-29).
type TerminationFacts struct {
	Head
	Cause, Basis, Remedy string
	Originals            []string
}

// Termination is D-18 终止办理通知书.
func Termination(f TerminationFacts) Document {
	d := f.open(18)
	d.Blocks = append(d.Blocks, paragraph("%s", f.you()), paragraph("就%s提出的申请，在办理过程中出现下列情形，本机关决定终止办理。", f.wish()), heading("终止的事由"), paragraph("%s", f.Cause), heading("依据"), paragraph("%s", f.Basis))
	if f.Remedy != "" {
		d.Blocks = append(d.Blocks, heading("救济途径"), paragraph("%s", f.Remedy))
	}
	d.Blocks = append(d.Blocks, originalsBlocks(f.Originals)...)
	d.Copies = "本通知书一式两份：申请人一份，存档一份。"
	return d
}
