package paper

import "xiangyun/protocol"

// Serial is the number of a document: protocol.Serial.
type Serial = protocol.Serial

// titles names the documents of cases.md §9 in order: D-01 is titles[0].
var titles = [protocol.Templates]string{"收件凭证", "材料核对单", "受理通知书", "不予受理通知书", "补正告知书", "容缺受理通知书", "特别程序告知书",
	"延期告知书", "准予许可决定书", "不予许可决定书", "送达回证", "逾期退件通知书", "撤回确认书", "原件移交清单", "合并告知书", "撤销决定书",
	"期限调整告知书", "终止办理通知书", "答复书"}

// Title is the name of document n, or "" outside the list.
func Title(n int) string {
	if n < 1 || n > len(titles) {
		return ""
	}
	return titles[n-1]
}
