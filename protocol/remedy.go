package protocol

// Remedy is what an agency owes to somebody who was dissatisfied (差评整改, E-02;
// art. 50). It has the id of its evaluation, lives at the evaluated agency's
// node and holds no identity.
//
//	– ─open→ open ─verify→ verified ─fix→ fixed ─answer→ answered ─close→ closed
//
// A verification that finds nothing wrong goes from verified to answered.
type Remedy struct {
	Evaluation string  `json:"evaluation"` // record id
	Agency     string  `json:"agency"`
	Node       NodeID  `json:"node"`
	Grade      int     `json:"grade"`
	Clerk      string  `json:"clerk,omitempty"` // who was evaluated, and may not verify himself
	Limit      Limit   `json:"limit"`           // to the answer; the norm's own figure is unverified
	Due        Day     `json:"due"`
	State      string  `json:"state"`
	Founded    bool    `json:"founded,omitempty"` // the verification found the complaint right
	Finding    string  `json:"finding,omitempty"`
	Fix        string  `json:"fix,omitempty"`
	Answer     string  `json:"answer,omitempty"`
	Result     string  `json:"result,omitempty"` // whether the person was satisfied
	Opened     Instant `json:"opened"`
	Answered   Instant `json:"answered,omitzero"`
	Closed     Instant `json:"closed,omitzero"`
	Rest
}

// States of a remedy.
const (
	RemedyOpen     = "open"
	RemedyVerified = "verified"
	RemedyFixed    = "fixed"
	RemedyAnswered = "answered"
	RemedyClosed   = "closed"
)

// KRemedy is the clock of a remedy: E-02, configurable because the limits of
// GB/T 39734 §7.2, 9.3 could not be read.
const KRemedy ClockID = "E-02"

// DefaultRemedy is ours where nothing else is set.
var DefaultRemedy = Limit{15, WorkingDays}

var _ = Define("remedy", Spec[Remedy]{
	Title: "差评整改", English: "remedy", Lane: Urgent,
	Acts:     map[Act]Judge[Remedy]{"open": openRemedy, "verify": verifyRemedy, "fix": fixRemedy, "answer": answerRemedy, "close": closeRemedy},
	Home:     func(r *Remedy) NodeID { return r.Node },
	Audience: func(r *Remedy) Audience { return Only(r.Node) },
	Terms: func(r *Remedy) Terms {
		return Terms{Title: r.Evaluation, State: r.State, Keys: []string{r.Evaluation}, Facets: []Facet{{"agency", r.Agency}}}
	},
	Deadlines: func(r *Remedy) []Deadline {
		if r.State == RemedyAnswered || r.State == RemedyClosed {
			return nil
		}
		return endOf(nil, KRemedy, r.Due)
	},
})

// openRemedy: the evaluated agency's node opens it when the evaluation arrives.
func openRemedy(old, want *Remedy, h *Header, v View) (*Remedy, *Refusal) {
	if old != nil {
		return nil, refuse("E-02", "该评价的整改已经开始")
	}
	rec, ok := v.Cited(Ref{"evaluation", h.Ref.ID})
	if !ok {
		return nil, refuse("E-02", "整改须引用评价")
	}
	e, err := Load[Evaluation](rec)
	if err != nil || !e.Negative() {
		return nil, refuse("E-02", "只有 1、2 级评价须整改")
	}
	next := Remedy{Evaluation: h.Ref.ID, Agency: e.Agency, Node: e.Handler, Grade: e.Grade, Clerk: e.Clerk, Limit: want.Limit, State: RemedyOpen, Opened: h.At, Rest: want.Rest}
	if next.Limit.N == 0 {
		next.Limit = DefaultRemedy
	}
	if err := next.Limit.Validate(); err != nil || next.Limit.N < 1 {
		return nil, refuse("E-02", "整改时限不合规")
	}
	day := h.At.Day()
	next.Due, _ = next.Limit.Due(CalendarOf(v, day.Year, day.Year+1), day)
	return &next, nil
}

func verifyRemedy(old, want *Remedy, h *Header, _ View) (*Remedy, *Refusal) {
	if no := remedyIn(old, h, RemedyOpen); no != nil {
		return nil, no
	}
	if want.Finding == "" {
		return nil, refuse("G-10", "请写明核实情况")
	}
	next := *old
	next.State, next.Founded, next.Finding = RemedyVerified, want.Founded, want.Finding
	return &next, nil
}

func fixRemedy(old, want *Remedy, h *Header, _ View) (*Remedy, *Refusal) {
	if no := remedyIn(old, h, RemedyVerified); no != nil {
		return nil, no
	}
	if want.Fix == "" {
		return nil, refuse("G-10", "请写明整改措施")
	}
	next := *old
	next.State, next.Fix = RemedyFixed, want.Fix
	return &next, nil
}

func answerRemedy(old, want *Remedy, h *Header, _ View) (*Remedy, *Refusal) {
	if no := remedyIn(old, h, RemedyFixed, RemedyVerified); no != nil {
		return nil, no
	}
	if old.State == RemedyVerified && old.Founded {
		return nil, refuse("E-02", "核实属实的,先整改再答复")
	}
	if want.Answer == "" {
		return nil, refuse("G-10", "请写明对评价人的答复")
	}
	next := *old
	next.State, next.Answer, next.Answered = RemedyAnswered, want.Answer, h.At
	return &next, nil
}

func closeRemedy(old, want *Remedy, h *Header, _ View) (*Remedy, *Refusal) {
	if no := remedyIn(old, h, RemedyAnswered); no != nil {
		return nil, no
	}
	if want.Result == "" {
		return nil, refuse("G-10", "请写明回访结果")
	}
	next := *old
	next.State, next.Result, next.Closed = RemedyClosed, want.Result, h.At
	return &next, nil
}

func remedyIn(old *Remedy, h *Header, states ...string) *Refusal {
	if old == nil || !oneOf(old.State, states...) {
		return refuse("G-07", "整改不存在,或当前状态不能进行此操作")
	}
	if old.Clerk != "" && old.Clerk == h.By {
		return refuse("E-02", "被评价人不能办理对自己的整改")
	}
	return nil
}
