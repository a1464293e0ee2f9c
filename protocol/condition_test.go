package protocol

import (
	"slices"
	"strings"
	"testing"
)

func TestConditionsOverAForm(t *testing.T) {
	form := []Field{{"办理方式", "委托"}, {"家庭人口", "12"}, {"独居", "否"}, {"低保", "是"}, {"出生日期", "1949-12-31"}, {"面积", "30.50"}, {"空", " "}}
	for _, c := range []struct {
		expr string
		want bool
	}{
		{"办理方式 = '委托'", true}, {"办理方式 == “委托”", true}, {"办理方式 != '委托'", false}, {"办理方式='本人'", false},
		{"家庭人口 > 9", true}, {"家庭人口 >= 12", true}, {"家庭人口 < 9", false}, {"家庭人口 ≤ 12", true}, {"面积 = 30.5", true},
		{"出生日期 < '1950-01-01'", true}, {"出生日期 < '1949-01-01'", false},
		{"低保", true}, {"独居", false}, {"空", false}, {"没有的字段", false}, {"非 没有的字段", true}, {"not 低保", false},
		{"低保 且 独居", false}, {"低保 或 独居", true}, {"独居 且 独居 或 低保", true}, {"独居 且 (独居 或 低保)", false},
		{"办理方式 属于 ('邮寄', '委托')", true}, {"办理方式 in ('邮寄')", false}, {"家庭人口 属于\uff0812\uff0c13\uff09", true},
		{"办理方式 < '委托人'", false}, {"办理方式 > 'A'", false},
	} {
		cond, err := ParseCondition(c.expr)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		if got := cond.Holds(form); got != c.want {
			t.Errorf("%s is %v", c.expr, got)
		}
	}
}

func TestConditionsThatCannotBeRead(t *testing.T) {
	for _, expr := range []string{"", " ", "= 1", "甲 =", "甲 = 乙", "甲 = '乙", "(甲", "甲)", "甲 乙", "甲 且", "非", "甲 属于 '乙'", "甲 属于 ('乙'", "甲 属于 ()", "甲 ; 乙",
		"甲 = 1 1", "\xff", strings.Repeat("(", 30) + "甲" + strings.Repeat(")", 30), strings.Repeat("非 ", 60) + "甲", strings.Repeat("甲", 200)} {
		if _, err := ParseCondition(expr); err == nil {
			t.Errorf("%q was taken", expr)
		}
	}
}

func TestAConditionNamesItsFields(t *testing.T) {
	cond, err := ParseCondition("乙 = 1 或 甲 或 (非 乙 且 丙 属于 (1, 2))")
	if err != nil || !slices.Equal(cond.Fields(), []string{"丙", "乙", "甲"}) {
		t.Errorf("%v %v", cond, err)
	}
}

// FuzzCondition: reading never panics, asking never panics, and an expression
// and its negation never both hold.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{"甲 = '乙' 且 (丙 > 3 或 非 丁)", "a in (1, '2')", "((((a))))", "a=-1.5", "a\x00", "not not a", "a≤1", "非"} {
		f.Add(s, "1")
	}
	f.Fuzz(func(t *testing.T, expr, value string) {
		cond, err := ParseCondition(expr)
		if err != nil {
			return
		}
		var form []Field
		for _, name := range cond.Fields() {
			form = append(form, Field{name, value})
		}
		not, err := ParseCondition("非 (" + expr + ")")
		if err != nil {
			return // the negation may be too long or too deep
		}
		if cond.Holds(form) == not.Holds(form) || cond.Holds(nil) == not.Holds(nil) {
			t.Errorf("%q and its negation agree", expr)
		}
	})
}
