package protocol

import "fmt"

// ImplCode is the implementation code of a service item (实施编码): which agency,
// at which level, handles which item of the basic catalogue.
type ImplCode struct {
	USCC  string // of the agency, 18 characters
	Level int    // 行使层级, 1 to 6
	Basic string // code in the basic catalogue, 12 characters
}

// String writes the 31 characters.
func (c ImplCode) String() string { return fmt.Sprintf("%s%d%s", c.USCC, c.Level, c.Basic) }

// ParseImplCode reads an implementation code: V-05a length, b USCC, c level, d
// basic code. That the basic code exists is for CheckBasic.
func ParseImplCode(s string) (ImplCode, *Refusal) {
	if n := len([]rune(s)); n != 31 {
		return ImplCode{}, refuse("V-05a", "实施编码应为31位,现为%d位", n)
	}
	if len(s) != 31 || CheckUSCC(s[:18]) != nil {
		return ImplCode{}, refuse("V-05b", "实施编码前18位应为实施机构的统一社会信用代码,请核对")
	}
	if s[18] < '1' || s[18] > '6' {
		return ImplCode{}, refuse("V-05c", "实施编码第19位(行使层级)应为 1 至 6")
	}
	if !only37(s[19:]) {
		return ImplCode{}, refuse("V-05d", "实施编码后12位应为基本编码(数字或大写字母)")
	}
	return ImplCode{USCC: s[:18], Level: int(s[18] - '0'), Basic: s[19:]}, nil
}

// CheckImplCode is ParseImplCode for callers that need no parts.
func CheckImplCode(s string) *Refusal {
	_, no := ParseImplCode(s)
	return no
}

// CheckBasic is the rest of V-05d: known says whether the basic catalogue has a code.
func (c ImplCode) CheckBasic(known func(basic string) bool) *Refusal {
	if known(c.Basic) {
		return nil
	}
	return refuse("V-05d", "基本编码 %s 不在基本目录中,请先报省级主管部门纳入", c.Basic)
}

// Sequence is the range of a day's case numbers that a node may hand out (N-02).
type Sequence struct {
	First int `json:"first"` // 1 to 9999
	Last  int `json:"last"`
}

// How the 9999 numbers of a code and day are shared out (N-02): half to the node of
// the deciding agency, a stretch to every other node in the order of enrolment, the
// rest to the hub, for nodes whose stretch is used up.
const (
	ownNumbers   = 4999
	stretch      = 200
	firstStretch = 5000
	firstHub     = 9800
)

// SequenceOf is the range of a node for one implementation code and day: own says
// that the deciding agency is its own. False for a node without an ordinal, or with
// one beyond the last stretch: its numbers come from the hub (N-03).
func SequenceOf(own bool, ordinal int) (Sequence, bool) {
	if own {
		return Sequence{1, ownNumbers}, true
	}
	first := firstStretch + stretch*(ordinal-1)
	if ordinal < 1 || first+stretch > firstHub {
		return Sequence{}, false
	}
	return Sequence{first, first + stretch - 1}, true
}

// ComposeCaseNumber writes the statutory case number of 43 characters: the
// implementation code, the day and four digits. It is the only place that knows
// the composition, which follows DB22/T 2848—2017 as far as samples show it
// (unverified): V-06b code, c date, d sequence outside the node's range.
func ComposeCaseNumber(implCode string, day Day, seq int, own Sequence) (string, *Refusal) {
	if CheckImplCode(implCode) != nil {
		return "", refuse("V-06b", "办件编号中的实施编码 %q 不合规", implCode)
	}
	if day.Year < 1949 || day.Year > 9999 || DayOf(day.Time()) != day {
		return "", refuse("V-06c", "办件编号中的日期不存在")
	}
	if seq < 1 || seq > 9999 || seq < own.First || seq > own.Last {
		return "", refuse("V-06d", "流水号 %04d 不在本节点号段 %04d–%04d 内", seq, own.First, own.Last)
	}
	return fmt.Sprintf("%s%04d%02d%02d%04d", implCode, day.Year, int(day.Month), day.Dom, seq), nil
}

// CheckCaseNumber checks a case number of the node whose range is own: V-06a
// length, then as ComposeCaseNumber, which must write the same number again. To
// check a number of unknown origin, own is Sequence{1, 9999}.
func CheckCaseNumber(s string, own Sequence) *Refusal {
	if n := len([]rune(s)); n != 43 {
		return refuse("V-06a", "办件编号应为43位,现为%d位", n)
	}
	if len(s) != 43 {
		return refuse("V-06b", "办件编号只用数字和大写字母")
	}
	day, _ := compactDay(s[31:39])
	seq := 0
	if onlyDigits(s[39:]) {
		seq = (int(s[39]-'0')*10+int(s[40]-'0'))*100 + int(s[41]-'0')*10 + int(s[42]-'0')
	}
	_, no := ComposeCaseNumber(s[:31], day, seq, own)
	return no
}
