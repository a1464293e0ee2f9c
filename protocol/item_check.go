package protocol

import (
	"slices"
	"strings"
	"time"
)

// CheckItem checks what an agency can put right before it asks for publication.
func CheckItem(i *Item) *Refusal {
	for _, check := range []func(*Item) *Refusal{checkItemCodes, checkItemFacts, checkItemText, checkLimits, checkVisits, checkFee, checkScope, checkSpecial,
		checkJoint, checkOwedTerms, checkItemRest} {
		if no := check(i); no != nil {
			return no
		}
	}
	return nil
}

// CheckFiling checks an item version together with its guide (I-11), as an
// agency files it and the hub publishes it.
func CheckFiling(f *ItemFiling) *Refusal {
	for _, no := range []*Refusal{CheckItem(&f.Item), CheckGuide(&f.Guide), checkOwed(&f.Item, &f.Guide)} {
		if no != nil {
			return no
		}
	}
	return nil
}

// checkItemCodes is I-01 and V-05.
func checkItemCodes(i *Item) *Refusal {
	code, no := ParseImplCode(i.ImplCode)
	if no != nil {
		return no
	}
	suffix, extends := strings.CutPrefix(i.HandleCode, i.ImplCode)
	switch {
	case i.Version < 1:
		return refuse("G-09", "/version:版本号从 1 开始")
	case i.BasicCode != "" && i.BasicCode != code.Basic:
		return refuse("I-01", "基本编码 %s 与实施编码中的 %s 不一致", i.BasicCode, code.Basic)
	case i.Agency != "" && i.Agency != code.USCC:
		return refuse("I-01", "实施编码前18位 %s 与实施机构 %s 不一致", code.USCC, i.Agency)
	case i.HandleCode != "" && (!extends || len(suffix) > 8 || !only37(suffix)):
		return refuse("I-01", "业务办理项编码应为实施编码加至多 8 位数字或大写字母")
	}
	return nil
}

// checkItemFacts is I-02 and I-14: what the whole province calls alike, in codes
// of the province.
func checkItemFacts(i *Item) *Refusal {
	switch {
	case i.Name == "":
		return refuse("I-02", "请填写事项名称")
	case ItemTypeTitle(i.Type) == i.Type:
		return refuse("I-14", "事项类型代码 %q 未对应到本省类型", i.Type)
	case len(i.Basis) == 0:
		return refuse("I-02", "请填写设定依据")
	case i.Agency == "" || i.Node.Validate() != nil:
		return refuse("I-02", "请指明实施机构和承办节点")
	case i.CaseType != "instant" && i.CaseType != "promise":
		return refuse("I-14", "办件类型须为 instant(即办件)或 promise(承诺件)")
	case !oneOf(i.Scope, "none", "nation", "interprovince", "interprefecture", "intercounty"):
		return refuse("I-14", "通办范围代码 %q 未对应到本省范围", i.Scope)
	case i.EffectiveAt.IsZero():
		return refuse("I-04", "请填写生效日期")
	case i.Mandatory != "" && !citesLaw(i.Mandatory):
		return refuse("I-04", "mandatory 应写明直接规定施行日期的法律,如《…法》第…条")
	}
	return nil
}

// checkItemText: art. 31 wants the list and the guide complete before they are
// published.
func checkItemText(i *Item) *Refusal {
	switch {
	case len(i.Targets) == 0:
		return refuse("G-09", "/targets:请填写服务对象")
	case !known(i.Nature, ItemNatures):
		return refuse("G-09", "/agency_nature:实施主体性质须为 statutory(法定机关)、authorised(授权组织)或 entrusted(受委托组织)")
	case (i.Nature == "entrusted") != (i.DelegatedBy != ""):
		return refuse("G-09", "/delegated_by:受委托组织须填写委托部门,其他机构不填")
	case i.Conditions == "":
		return refuse("G-09", "/conditions:请填写受理条件")
	case i.Process == "":
		return refuse("G-09", "/process:请填写办理流程")
	case len(i.Forms) == 0:
		return refuse("G-09", "/forms:请填写办理形式")
	case len(i.Places) == 0:
		return refuse("G-09", "/places:请填写办理地点和时间")
	case i.Contact == "":
		return refuse("G-09", "/contact:请填写咨询方式")
	case i.Complaints == "":
		return refuse("G-09", "/complaint_channel:请填写监督投诉方式")
	}
	return checkItemLists(i)
}

func checkItemLists(i *Item) *Refusal {
	for n, code := range i.Targets {
		if !known(code, ItemTargets) || slices.Contains(i.Targets[:n], code) {
			return refuse("G-09", "/targets/%d:服务对象 %q 不存在或重复", n, code)
		}
	}
	for n, code := range i.Forms {
		if !known(code, ItemForms) || slices.Contains(i.Forms[:n], code) {
			return refuse("G-09", "/forms/%d:办理形式 %q 不存在或重复", n, code)
		}
	}
	for n, p := range i.Places {
		if p.Address == "" || p.Hours == "" {
			return refuse("G-09", "/places/%d:办理地点须有地址和办理时间", n)
		}
	}
	return nil
}

func checkLimits(i *Item) *Refusal {
	for _, l := range []Limit{i.Legal, i.Promise} {
		if err := l.Validate(); err != nil {
			return refuse("I-03", "%v", err)
		}
	}
	if legal := i.LegalLimit(); legal.N > 0 && longer(i.Promise, legal) {
		return refuse("I-03", "承诺时限(%s)不得长于法定时限(%s)", i.Promise, legal)
	}
	return nil
}

// longer reports whether promise can end after legal. Lengths in different units
// are compared from every day of 2025, whose Spring Festival and National Day are
// as long as they get; the years it counts on are fixed, so that a later table of
// holidays never changes a verdict.
func longer(promise, legal Limit) bool {
	if promise.Unit == legal.Unit || promise.N == 0 {
		return promise.N > legal.N
	}
	cal := NewCalendar(slices.DeleteFunc(PublishedYears(), func(y CalendarYear) bool { return y.Year < 2025 || y.Year > 2026 })...)
	for start := (Day{2025, time.January, 1}); start.Year == 2025; start = start.Add(1) {
		promised, _ := promise.Due(cal, start)
		lawful, _ := legal.Due(cal, start)
		if lawful.compare(promised) < 0 {
			return true
		}
	}
	return false
}

// checkVisits is I-10: one visit is the rule (art. 32).
func checkVisits(i *Item) *Refusal {
	switch {
	case i.Visits < 0:
		return refuse("G-09", "/visits:到现场次数不能为负")
	case i.Visits > 1 && i.VisitsReason == "":
		return refuse("I-10", "到现场次数多于 1 次须说明原因(visits_reason)")
	}
	return nil
}

// checkFee is I-06 for fees: nothing is charged without a legal basis.
func checkFee(i *Item) *Refusal {
	switch {
	case i.FeeFen < 0:
		return refuse("G-09", "/fee_fen:金额不能为负")
	case (i.Fee != "" || i.FeeFen > 0) && blank(i.FeeBasis):
		return refuse("I-06", "收费须写明法定依据(fee_basis);没有依据的不得收费")
	}
	return nil
}

// checkScope is I-07: what serves persons is received in every prefecture unless
// one of the two reasons of art. 34 holds.
func checkScope(i *Item) *Refusal {
	e := i.Exempt
	switch {
	case e == nil && i.Personal() && !i.AcrossPrefectures():
		return refuse("I-07", "个人服务事项应当在全省跨市(州)受理;法律另有规定或者受众面较小的,请填写不通办的原因和依据")
	case e == nil:
		return nil
	case i.AcrossPrefectures():
		return refuse("I-07", "事项已开放跨市(州)受理,不应再填写不通办的原因")
	case e.Reason != "law_differs" && e.Reason != "narrow_audience":
		return refuse("I-07", "不通办的原因须为 law_differs(法律、法规另有规定)或 narrow_audience(受众面较小)")
	case e.Basis == "" || e.Reason == "law_differs" && !citesLaw(e.Basis):
		return refuse("I-07", "请写明不通办的依据;法律、法规另有规定的写作《…》第…条")
	}
	return nil
}

// checkSpecial is I-12.
func checkSpecial(i *Item) *Refusal {
	for n, s := range i.Special {
		switch {
		case !slices.Contains(SpecialKinds, s.Kind):
			return refuse("I-12", "特别程序“%s”不在行政许可法第四十五条所列八种之内", s.Kind)
		case s.Max.N <= 0 || s.Max.Validate() != nil:
			return refuse("I-12", "特别程序“%s”须写明最长时间", s.Kind)
		case slices.ContainsFunc(i.Special[:n], func(o ItemStep) bool { return o.Kind == s.Kind }):
			return refuse("I-12", "特别程序“%s”重复", s.Kind)
		}
	}
	return nil
}

func checkJoint(i *Item) *Refusal {
	if i.Joint == nil {
		return nil
	}
	for n, uscc := range i.Joint.Agencies {
		switch {
		case CheckUSCC(uscc) != nil || uscc == i.Agency || slices.Contains(i.Joint.Agencies[:n], uscc):
			return refuse("G-09", "/joint/agencies/%d:联办机构代码不合规、重复或即为牵头机构", n)
		}
	}
	switch err := i.Joint.Legal.Validate(); {
	case len(i.Joint.Agencies) == 0:
		return refuse("G-09", "/joint/agencies:联办事项须列明参与机构")
	case err != nil:
		return refuse("I-03", "联办时限:%v", err)
	}
	return nil
}

// checkOwedTerms is the half of I-11 that the item shows alone.
func checkOwedTerms(i *Item) *Refusal {
	if i.Owed == nil {
		return nil
	}
	switch err := i.Owed.Limit.Validate(); {
	case err != nil:
		return refuse("I-11", "容缺补交时限:%v", err)
	case !oneOf(i.Owed.Lapse, "", "return", "deny"):
		return refuse("G-09", "/owed/lapse:逾期未补的处理须为 return(退件)或 deny(不予)")
	case !i.Owed.Allowed && i.Owed.Limit.N > 0:
		return refuse("I-11", "不容缺的事项不填补交时限")
	case i.Owed.Limit.N > 0 && longer(i.Owed.Limit, i.Promise):
		return refuse("I-11", "容缺补交时限(%s)不得长于承诺时限(%s)", i.Owed.Limit, i.Promise)
	}
	return nil
}

// checkOwed is the other half of I-11.
func checkOwed(i *Item, g *Guide) *Refusal {
	if i.MayOwe() && !slices.ContainsFunc(g.Lines, func(l MaterialLine) bool { return l.Necessity == "deferrable" }) {
		return refuse("I-11", "事项允许容缺受理,办事指南中却没有可容缺后补的材料")
	}
	return nil
}

func checkItemRest(i *Item) *Refusal {
	for n, r := range i.Results {
		if r.Name == "" || !oneOf(r.Type, "licence", "document", "other") || r.Sample != "" && r.Sample.Validate() != nil {
			return refuse("G-09", "/results/%d:办理结果须有名称,类型须为 licence、document 或 other,样本须为附件标识", n)
		}
	}
	for n, f := range i.Foreign {
		if f.Source == "" || f.Code == "" || !oneOf(f.Field, "type", "case_type", "scope") {
			return refuse("I-14", "/foreign/%d:原系统代码须写明来源、字段和代码", n)
		}
	}
	switch {
	case !oneOf(i.C1, "", C1Deemed, C1CardOnly):
		return refuse("G-09", "/c1_effect:须为 deemed(视为受理)或 card_only(仅亮牌)")
	case i.Correction.Validate() != nil:
		return refuse("G-09", "/correction_limit:%v", i.Correction.Validate())
	case !i.EndsAt.IsZero() && !i.EffectiveAt.Before(i.EndsAt):
		return refuse("I-13", "停止受理日期须在生效日期之后")
	}
	return nil
}

// citesLaw reports whether a text names a law: 《…》.
func citesLaw(s string) bool {
	_, rest, ok := strings.Cut(s, "《")
	name, _, closed := strings.Cut(rest, "》")
	return ok && closed && strings.TrimSpace(name) != ""
}

// blank reports whether a list says nothing.
func blank(list []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) != "" })
}
