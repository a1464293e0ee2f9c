package sample

import (
	"fmt"
	"slices"
	"strings"

	"xiangyun/protocol"
)

// guide writes the guide of an item: the sections a person reads and the lines a
// window checks.
func (n node) guide(b basicItem, i protocol.Item) protocol.Guide {
	g := protocol.Guide{ImplCode: i.ImplCode, Version: i.Version, Sections: sections(i)}
	for no, key := range strings.Fields(b.Lines) {
		l := n.line(no+1, key)
		g.Lines = append(g.Lines, l)
		g.Form = asks(g.Form, materialTable()[strings.TrimSuffix(key, "?")].Ask)
	}
	return g
}

// asks adds the form field that a condition speaks of, once.
func asks(form []protocol.FormField, ask []string) []protocol.FormField {
	if len(ask) == 0 || slices.ContainsFunc(form, func(f protocol.FormField) bool { return f.Name == ask[0] }) {
		return form
	}
	return append(form, protocol.FormField{Name: ask[0], Type: "choice", Options: slices.Clone(ask[1:])})
}

func (n node) line(no int, key string) protocol.MaterialLine {
	name, deferrable := strings.CutSuffix(key, "?")
	m, ok := materialTable()[name]
	if !ok {
		panic("sample: no material " + key)
	}
	l := protocol.MaterialLine{ID: fmt.Sprintf("m%02d", no), Name: m.Name, Form: m.Form, Copies: m.Copies, Necessity: m.Necessity, When: m.When,
		Source: m.Source, Standard: m.Standard, Basis: append([]string(nil), m.Basis...), Expr: m.Expr, Issuer: m.Issuer, NeedsPaper: m.Paper, Checks: points(m.Standard)}
	if m.Share != "" {
		l.Share = &protocol.LineShare{Resource: n.resource(m.Share), Scenario: "政务服务材料核验"}
	}
	if l.Necessity == "" {
		l.Necessity = "required"
	}
	if deferrable {
		l.Necessity, l.Expr = "deferrable", ""
	}
	if l.Source == "" {
		l.Source = "self"
	}
	return l
}

// points makes a check point of each clause of a standard.
func points(standard string) (list []protocol.CheckPoint) {
	for i, text := range strings.FieldsFunc(standard, func(r rune) bool { return r == ',' || r == '\uff0c' || r == ';' || r == '\uff1b' }) {
		list = append(list, protocol.CheckPoint{ID: fmt.Sprintf("%d", i+1), Text: text})
	}
	return list
}

// resource is the code of the node's catalogue entry of a class.
func (n node) resource(class string) string {
	for i, r := range resourceTable() {
		if r.Class == class {
			return n.entry(r, protocol.Agency{}, i+1).Code
		}
	}
	panic("sample: no resource of class " + class)
}

func sections(i protocol.Item) []protocol.GuideSection {
	return []protocol.GuideSection{
		{Title: "受理条件", Text: i.Conditions},
		{Title: "设定依据", Text: strings.Join(i.Basis, "\n")},
		{Title: "办理流程", Text: process(i)},
		{Title: "办理时限", Text: timeLimits(i)},
		{Title: "收费", Text: fee(i)},
		{Title: "办理地点", Text: i.AgencyName + "办事窗口;开放跨市(州)通办的,可在本省任一政务服务大厅综合窗口提交。"},
		{Title: "救济途径", Text: "对办理结果不服的,可以自知道之日起六十日内申请行政复议,或者在六个月内依法提起行政诉讼。"},
	}
}

func process(i protocol.Item) string {
	if i.CaseType == "instant" {
		return "窗口收件,材料齐全、符合要求的当场办结并送达。"
	}
	return "窗口收件并出具收件凭证;" + i.AgencyName + "受理、审查后作出决定;结果可到窗口领取、快递送达或者在线查看。"
}

func timeLimits(i protocol.Item) string {
	if i.Promise.N == 0 {
		return "即时办结。"
	}
	return fmt.Sprintf("法定时限%s,承诺时限%s,自受理之日起计算。", i.Legal, i.Promise)
}

func fee(i protocol.Item) string {
	if i.Fee == "" {
		return "不收费。"
	}
	return i.Fee + ",依据" + strings.Join(i.FeeBasis, "、")
}
