package protocol

import "slices"

// ItemPlace is one counter where the item is handled, and when it is open.
type ItemPlace struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Hours   string `json:"hours"`
	Phone   string `json:"phone,omitempty"`
}

// ItemExempt says why a personal item is not received across prefectures; art. 34
// knows two reasons.
type ItemExempt struct {
	Reason string `json:"reason"` // law_differs or narrow_audience
	Basis  string `json:"basis"`
}

// ItemJoint names the agencies that answer with the deciding one (联办, §5.2).
type ItemJoint struct {
	Agencies []string `json:"agencies"`                   // USCCs
	Legal    Limit    `json:"legal_limit,omitzero"`       // zero is 45 working days (行政许可法 42)
	Silence  bool     `json:"silence_consents,omitempty"` // the law takes silence for consent (C-17a)
}

// ItemStep is a special procedure that stops the clocks (行政许可法 45).
type ItemStep struct {
	Kind string `json:"kind"` // one of SpecialKinds
	Max  Limit  `json:"max"`
}

// ItemOwed is 容缺受理: whether deferrable lines may follow later, how long they
// may take and what happens when they do not come (§14.1).
type ItemOwed struct {
	Allowed bool   `json:"allowed"`
	Limit   Limit  `json:"limit,omitzero"`  // zero is the promised time
	Lapse   string `json:"lapse,omitempty"` // return (the default) or deny
}

// ItemResult is one thing the applicant gets.
type ItemResult struct {
	Type    string `json:"type"` // licence 证照, document 批文, other 其他
	Name    string `json:"name"`
	Sample  BlobID `json:"sample,omitempty"`
	Licence string `json:"licence_type,omitempty"` // type code of the electronic licence
}

// Foreign keeps what another system called a value (I-14): foreign codes are not
// portable, so the source is part of them.
type Foreign struct {
	Source string `json:"source"`
	Field  string `json:"field"` // type, case_type or scope
	Code   string `json:"code"`
}

// ItemTargets names the codes of 服务对象 in the order shown.
var ItemTargets = []struct{ Code, Title string }{
	{"person", "自然人"}, {"enterprise", "企业法人"}, {"institution", "事业法人"}, {"society", "社会组织法人"},
	{"unincorporated", "非法人企业"}, {"government", "行政机关"}, {"other", "其他组织"},
}

// ItemForms names the codes of 办理形式 in the order shown.
var ItemForms = []struct{ Code, Title string }{{"window", "窗口办理"}, {"online", "网上办理"}, {"courier", "快递申请"}, {"kiosk", "自助终端办理"}}

// ItemNatures names the codes of 实施主体性质.
var ItemNatures = []struct{ Code, Title string }{{"statutory", "法定机关"}, {"authorised", "授权组织"}, {"entrusted", "受委托组织"}}

// SpecialKinds is the closed list of 行政许可法 45 (I-12).
var SpecialKinds = []string{"听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"}

// What happens when nobody gives the one-time notice in time (K1).
const (
	C1Deemed   = "deemed"    // accepted from the day of receipt (行政许可法 32)
	C1CardOnly = "card_only" // a red card and nothing else
)

// C1Effect is the effect in force: what the item says, or deemed for licences
// and card_only for everything else.
func (i *Item) C1Effect() string {
	switch {
	case i.C1 != "":
		return i.C1
	case i.Type == "01":
		return C1Deemed
	}
	return C1CardOnly
}

// LegalLimit is K3: what the item says, or 20 working days for a licence that
// says nothing and is not decided on the spot (行政许可法 42).
func (i *Item) LegalLimit() Limit {
	if i.Legal.N == 0 && i.Type == "01" && i.CaseType == "promise" {
		return Limit{20, WorkingDays}
	}
	return i.Legal
}

// JointLimit is K3 of joint handling, 45 working days unless the item says less.
func (i *Item) JointLimit() Limit {
	if i.Joint == nil || i.Joint.Legal.N == 0 {
		return Limit{45, WorkingDays}
	}
	return i.Joint.Legal
}

// OwedLimit is K8: at most the promised time.
func (i *Item) OwedLimit() Limit {
	if i.Owed == nil || !i.Owed.Allowed {
		return Limit{}
	}
	if i.Owed.Limit.N == 0 {
		return i.Promise
	}
	return i.Owed.Limit
}

// OwedLapse says what happens when an owed line does not come: return or deny.
func (i *Item) OwedLapse() string {
	if i.Owed == nil || i.Owed.Lapse == "" {
		return "return"
	}
	return i.Owed.Lapse
}

// MayOwe reports whether the item takes deferrable lines later.
func (i *Item) MayOwe() bool { return i.Owed != nil && i.Owed.Allowed }

// CorrectionLimit is K9: the item's period, or 15 working days.
func (i *Item) CorrectionLimit() Limit {
	if i.Correction.N > 0 {
		return i.Correction
	}
	rule, _ := K9.Rule()
	return rule.Limit
}

// SpecialMax gives the longest lawful time of a special procedure of the item;
// false when the item has no such procedure (C-13a, b).
func (i *Item) SpecialMax(kind string) (Limit, bool) {
	for _, s := range i.Special {
		if s.Kind == kind {
			return s.Max, true
		}
	}
	return Limit{}, false
}

// Level is 行使层级, the 19th digit of the implementation code; 0 when there is none.
func (i *Item) Level() int {
	code, no := ParseImplCode(i.ImplCode)
	if no != nil {
		return 0
	}
	return code.Level
}

// Basic is the code in the basic catalogue, the last 12 of the implementation code.
func (i *Item) Basic() string {
	code, no := ParseImplCode(i.ImplCode)
	if no != nil {
		return i.BasicCode
	}
	return code.Basic
}

// Personal reports whether natural persons are served.
func (i *Item) Personal() bool { return slices.Contains(i.Targets, "person") }

// AcrossPrefectures reports whether any window of the province takes it in.
func (i *Item) AcrossPrefectures() bool {
	return oneOf(i.Scope, "nation", "interprovince", "interprefecture")
}

// CrossRegion sorts items for the coverage report of art. 34: open (is received
// across prefectures), exempt (need not be), or closed (nobody asks it of items
// that serve no person).
func (i *Item) CrossRegion() string {
	switch {
	case i.AcrossPrefectures():
		return "open"
	case i.Exempt != nil:
		return "exempt"
	}
	return "closed"
}

// InForce reports whether the version may be received on a day (C-01a).
func (i *Item) InForce(on Day) bool {
	return i.State == ItemPublished && !on.Before(i.EffectiveAt) && (i.EndsAt.IsZero() || on.Before(i.EndsAt))
}

func known(code string, list []struct{ Code, Title string }) bool {
	return slices.ContainsFunc(list, func(k struct{ Code, Title string }) bool { return k.Code == code })
}
