package protocol

import (
	"slices"
	"strings"
)

// CheckGuide checks what an agency can put right before it asks for publication.
func CheckGuide(g *Guide) *Refusal {
	if no := checkForm(g.Form); no != nil {
		return no
	}
	seen := make(map[string]bool, len(g.Lines))
	for i := range g.Lines {
		l := &g.Lines[i]
		if l.ID == "" || seen[l.ID] {
			return refuse("G-09", "材料编号为空或重复:%q", l.ID)
		}
		seen[l.ID] = true
		for _, no := range []*Refusal{checkLine(l), checkLineLaw(l), checkLineParts(l), checkExpr(l, g.Form)} {
			if no != nil {
				return no
			}
		}
	}
	return nil
}

func checkForm(form []FormField) *Refusal {
	for i, f := range form {
		switch {
		case strings.TrimSpace(f.Name) != f.Name || f.Name == "":
			return refuse("G-09", "/form/%d:表单字段没有名称,或名称前后有空格", i)
		case slices.ContainsFunc(form[:i], func(o FormField) bool { return o.Name == f.Name }):
			return refuse("G-09", "/form/%d:表单字段“%s”重复", i, f.Name)
		case !oneOf(f.Type, "text", "number", "date", "choice"):
			return refuse("G-09", "/form/%d:表单字段“%s”的类型须为 text、number、date 或 choice", i, f.Name)
		case (f.Type == "choice") != (len(f.Options) > 0):
			return refuse("G-09", "/form/%d:表单字段“%s”为 choice 时须列明选项,其他类型不列", i, f.Name)
		}
	}
	return nil
}

func checkLine(l *MaterialLine) *Refusal {
	switch {
	case l.Name == "":
		return refuse("G-09", "材料 %s 没有名称", l.ID)
	case l.Form != "original" && l.Form != "copy" && l.Form != "electronic":
		return refuse("G-09", "材料“%s”的形式须为 original、copy 或 electronic", l.Name)
	case l.Necessity != "required" && l.Necessity != "deferrable" && l.Necessity != "conditional":
		return refuse("G-09", "材料“%s”的必要性须为 required、deferrable 或 conditional", l.Name)
	case l.Source != "self" && l.Source != "issued" && l.Source != "other":
		return refuse("G-09", "材料“%s”的来源须为 self、issued 或 other", l.Name)
	case l.Copies < 0 || l.ECopies < 0:
		return refuse("G-09", "材料“%s”的份数不能为负", l.Name)
	}
	return nil
}

// checkLineLaw is I-06 for proofs (art. 32) and I-08 (art. 34).
func checkLineLaw(l *MaterialLine) *Refusal {
	switch {
	case strings.Contains(l.Name, "证明") && blank(l.Basis):
		return refuse("I-06", "证明材料“%s”没有法定依据,不得要求申请人提供", l.Name)
	case l.NeedsPaper != "" && !citesLaw(l.NeedsPaper):
		return refuse("I-08", "材料“%s”只收纸质的,须写明要求纸质的法律、法规,如《…》第…条", l.Name)
	}
	return nil
}

func checkLineParts(l *MaterialLine) *Refusal {
	for i, p := range l.Checks {
		switch {
		case p.ID == "" || p.Text == "":
			return refuse("G-09", "材料“%s”的第 %d 个审查要点缺少编号或内容", l.Name, i+1)
		case slices.ContainsFunc(l.Checks[:i], func(o CheckPoint) bool { return o.ID == p.ID }):
			return refuse("G-09", "材料“%s”的审查要点编号 %s 重复", l.Name, p.ID)
		}
	}
	switch {
	case l.Share != nil && (l.Share.Resource == "" || l.Share.Scenario == ""):
		return refuse("I-05", "材料“%s”的共享须写明资源代码和应用场景", l.Name)
	case l.Blank != "" && l.Blank.Validate() != nil, l.Sample != "" && l.Sample.Validate() != nil:
		return refuse("G-09", "材料“%s”的空表或样表不是附件标识", l.Name)
	}
	return nil
}

// channels are field names by which a guide could ask one channel for more than
// another (I-09): there is one guide for all of them.
var channels = []string{"channel", "window", "渠道", "办理渠道", "受理渠道", "办理形式", "申请方式"}

// checkExpr: a conditional line says when, in a way every place can compute.
func checkExpr(l *MaterialLine, form []FormField) *Refusal {
	if l.Necessity != "conditional" {
		if l.Expr != "" {
			return refuse("G-09", "材料“%s”不是有条件材料,不填条件", l.Name)
		}
		return nil
	}
	cond, err := ParseCondition(l.Expr)
	if err != nil {
		return refuse("G-09", "有条件材料“%s”:%v", l.Name, err)
	}
	for _, name := range cond.Fields() {
		if slices.Contains(channels, name) {
			return refuse("I-09", "材料“%s”按渠道区分;线上线下适用同一指南(第三十四条)", l.Name)
		}
		if !slices.ContainsFunc(form, func(f FormField) bool { return f.Name == name }) {
			return refuse("G-09", "材料“%s”的条件用到表单中没有的字段“%s”", l.Name, name)
		}
	}
	return nil
}

// Line finds a line of the guide by its id, or nil.
func (g *Guide) Line(id string) *MaterialLine {
	for i := range g.Lines {
		if g.Lines[i].ID == id {
			return &g.Lines[i]
		}
	}
	return nil
}

// Point reports whether the line has a check point.
func (l *MaterialLine) Point(id string) bool {
	return slices.ContainsFunc(l.Checks, func(p CheckPoint) bool { return p.ID == id })
}

// Asked reports whether the line is asked of an applicant who filled in the form
// so. A condition that cannot be read asks: publishing has refused it, so it can
// only be one of a guide older than conditions.
func (l *MaterialLine) Asked(form []Field) bool {
	if l.Necessity != "conditional" {
		return true
	}
	cond, err := ParseCondition(l.Expr)
	return err != nil || cond.Holds(form)
}
