package paper

import (
	"fmt"
	"regexp"
	"strconv"

	"xiangyun/protocol"
)

// Serial is the number of a document (cases.md §9), written
// "<division or node code>-<D nn>-<year>-<node ordinal>-<counter>", for example
// "222400-D01-2026-07-000042". The counter runs per node, template and year in
// the transaction that appends the entry; a number that was void stays used.
type Serial struct {
	Place    string // division of six digits, or the node's own code where it serves none
	Template int    // 1 to 19
	Year     int    // of the entry's instant in Beijing
	Ordinal  int    // the node's, in order of enrolment: 1 to 99
	Counter  int    // 1 to 999999
}

var serialPattern = regexp.MustCompile(`^([0-9]{6}|[a-z][a-z0-9-]{1,31})-D([0-9]{2})-([0-9]{4})-([0-9]{2})-([0-9]{6})$`)

// String composes the number; it is only defined for a valid Serial.
func (s Serial) String() string {
	return fmt.Sprintf("%s-D%02d-%04d-%02d-%06d", s.Place, s.Template, s.Year, s.Ordinal, s.Counter)
}

// Validate reports in Chinese why s is no number.
func (s Serial) Validate() error {
	switch {
	case s.Template < 1 || s.Template > len(titles):
		return fmt.Errorf("文书编号：没有第 %d 号文书，应为 1 至 %d", s.Template, len(titles))
	case s.Year < 2000 || s.Year > 9998:
		return fmt.Errorf("文书编号：年份 %d 不对", s.Year)
	case s.Ordinal < 1 || s.Ordinal > 99:
		return fmt.Errorf("文书编号：节点序号 %d 应在 1 至 99 之间", s.Ordinal)
	case s.Counter < 1 || s.Counter > 999999:
		return fmt.Errorf("文书编号：流水号 %d 应在 1 至 999999 之间；用完时请联系省级管理员", s.Counter)
	case !serialPattern.MatchString(s.String()):
		return fmt.Errorf("文书编号：区划或节点代号 %q 不对", s.Place)
	}
	return nil
}

// ParseSerial reads what String writes and nothing else.
func ParseSerial(text string) (Serial, error) {
	m := serialPattern.FindStringSubmatch(text)
	if m == nil {
		return Serial{}, fmt.Errorf("文书编号 %.80q 应写作 222400-D01-2026-07-000042", text)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+2]) // two to six digits always fit
	}
	s := Serial{Place: m[1], Template: n[0], Year: n[1], Ordinal: n[2], Counter: n[3]}
	return s, s.Validate()
}

// PlaceCode gives the first part of a node's serials: the first division it
// serves, or its own code where it serves none (长春新区).
func PlaceCode(n *protocol.Node) string {
	if len(n.Divisions) > 0 {
		return string(n.Divisions[0])
	}
	return string(n.ID)
}

// titles names the documents of cases.md §9 in order: D-01 is titles[0].
var titles = [...]string{"收件凭证", "材料核对单", "受理通知书", "不予受理通知书", "补正告知书", "容缺受理通知书", "特别程序告知书",
	"延期告知书", "准予许可决定书", "不予许可决定书", "送达回证", "逾期退件通知书", "撤回确认书", "原件移交清单", "合并告知书", "撤销决定书",
	"期限调整告知书", "终止办理通知书", "答复书"}

// Title is the name of document n, or "" outside the list.
func Title(n int) string {
	if n < 1 || n > len(titles) {
		return ""
	}
	return titles[n-1]
}
