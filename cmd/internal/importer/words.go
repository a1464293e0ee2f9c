package importer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"xiangyun/protocol"
)

func plural(got, want int) string {
	return fmt.Sprintf("本行有 %d 列,应为 %d 列", got, want)
}

// word gives the code that a word of a closed list means, or the word itself:
// what is not in the list is refused by the rule of its field.
func word(list map[string]string, s string) string {
	if code, ok := list[s]; ok {
		return code
	}
	return s
}

// Words of both wordings and of the exchange form (catalog.md §3).
var (
	shareWords  = map[string]string{"无条件共享": "1", "授权共享": "2", "有条件共享": "2", "非共享": "3", "不予共享": "3", "不共享": "3"}
	openWords   = map[string]string{"无条件开放": "1", "有条件开放": "2", "非开放": "3", "不予开放": "3", "不开放": "3", "0": "3", "否": "3"}
	cycleWords  = map[string]string{"实时": "1", "每日": "2", "每天": "2", "每周": "3", "每月": "4", "每季度": "5", "每季": "5", "每年": "6", "每半年": "7", "每两年": "8", "不定期": "9", "自定义": "0"}
	formatWords = map[string]string{"电子文件": "1", "电子表格": "2", "数据库": "3", "图形图像": "4", "流媒体": "5", "自描述格式": "6", "服务接口": "7"}
	layerWords  = map[string]string{"全省目录": "province", "补充目录": "supplement"}
	gainedWords = map[string]string{"采集": "collected", "依职责采集": "collected", "共享": "shared", "共享获得": "shared", "协商": "agreed", "协商获得": "agreed", "加工": "derived"}
	typeWords   = map[string]string{"字符": "C", "字符型": "C", "数值": "N", "数值型": "N", "货币": "Y", "日期": "D", "日期型": "D", "日期时间": "T", "逻辑": "L", "备注": "M", "通用": "G", "双精度": "B", "整型": "I", "浮点": "F"}

	caseTypeWords = map[string]string{"即办件": "instant", "承诺件": "promise"}
	scopeWords    = map[string]string{"不通办": "none", "无": "none", "全国": "nation", "跨省": "interprovince", "跨市": "interprefecture", "全省": "interprefecture", "跨县": "intercounty"}
	formWords     = map[string]string{"原件": "original", "复印件": "copy", "电子": "electronic", "电子件": "electronic"}
	needWords     = map[string]string{"必要": "required", "容缺后补": "deferrable", "容缺": "deferrable", "有条件": "conditional"}
	sourceWords   = map[string]string{"申请人自备": "self", "自备": "self", "政府部门核发": "issued", "核发": "issued", "其他": "other"}
)

// itemType takes the code or the name of a type.
func itemType(s string) string {
	for _, t := range protocol.ItemTypes {
		if t.Title == s {
			return t.Code
		}
	}
	return s
}

// parts splits a cell that holds several values: by semicolons of both widths
// and by line ends.
func parts(s string) (list []string) {
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == '\uff1b' || r == '\n' || r == '\r' }) {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

var limitPattern = regexp.MustCompile(`^(\d{1,5})\s*(个)?(wd|工作日|day|日|天|month|月)$`)

// limitOf reads "20个工作日", "20wd", "10日" or "1个月"; nothing is no limit. A
// bare number is refused: the law counts in three units (cases.I-03).
func limitOf(s string) (protocol.Limit, error) {
	if s == "" || s == "0" || s == "无" {
		return protocol.Limit{}, nil
	}
	m := limitPattern.FindStringSubmatch(s)
	if m == nil {
		return protocol.Limit{}, fmt.Errorf("“%s”不是时限,请写作 20个工作日、10日 或 1个月", s)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return protocol.Limit{}, err
	}
	unit := protocol.CalendarDays
	switch m[3] {
	case "wd", "工作日":
		unit = protocol.WorkingDays
	case "month", "月":
		unit = protocol.Months
	}
	return protocol.Limit{N: n, Unit: unit}, nil
}

// number reads a whole number; nothing is def.
func number(s string, def int) (int, error) {
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(strings.Map(narrow, s))
	if err != nil {
		return 0, fmt.Errorf("“%s”不是整数", s)
	}
	return n, nil
}

func narrow(r rune) rune {
	if r >= '\uff10' && r <= '\uff19' {
		return r - '\uff10' + '0'
	}
	if unicode.IsSpace(r) {
		return -1
	}
	return r
}
