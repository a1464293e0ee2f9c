package protocol

import "strings"

// Evaluation is what a person says of one service event (好差评, arts. 48, 50;
// GB/T 39734, 39735). Its record id is the event, so that there is one per event
// (E-01). It is given by the person and not by staff: its author is a service
// (the portal, the device at the window, the hotline), never an account.
//
//	– ─give→ given          grade 1 or 2 opens a remedy (E-02)
type Evaluation struct {
	On        Ref      `json:"on"`    // the case, complaint or item consulted about
	Event     string   `json:"event"` // one of EvaluationEvents
	Grade     int      `json:"grade"` // 5 very satisfied … 1 very dissatisfied
	Channel   string   `json:"channel"`
	Text      string   `json:"text,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Agency    string   `json:"agency"` // USCC of the agency evaluated
	Handler   NodeID   `json:"handler"`
	Window    string   `json:"window,omitempty"`
	Clerk     string   `json:"clerk,omitempty"` // account that served
	Anonymous bool     `json:"anonymous,omitempty"`
	Name      string   `json:"name,omitempty"` // none of these when anonymous
	Contact   string   `json:"contact,omitempty"`
	FP        string   `json:"fp,omitempty"`
	Node      NodeID   `json:"node"`
	At        Instant  `json:"at"`
	Rest
}

// The closed lists of an evaluation.
var (
	EvaluationEvents   = []string{"receive", "notice", "accept", "decide", "deliver", "consult", "complaint"}
	EvaluationChannels = []string{"window", "qr", "sms", "hotline", "kiosk", "portal"}
)

var _ = Define("evaluation", Spec[Evaluation]{
	Title: "好差评", English: "evaluation", Lane: Urgent, Personal: true,
	Acts:     map[Act]Judge[Evaluation]{"give": giveEvaluation},
	Home:     func(e *Evaluation) NodeID { return e.Node },
	Audience: func(e *Evaluation) Audience { return Only(e.Node, e.Handler) },
	Terms: func(e *Evaluation) Terms {
		return Terms{Title: e.On.String(), State: "given", Keys: []string{e.On.String()},
			Facets: []Facet{{"agency", e.Agency}, {"grade", string(rune('0' + e.Grade))}, {"channel", e.Channel}}}
	},
})

// EvaluationID names the one evaluation, and the one remedy, of a service event.
func EvaluationID(on Ref, event string) string { return on.String() + ":" + event }

// giveEvaluation is E-01. Whether the event took place is for the place that
// hands out the link: an evaluation names it and nothing else of it.
func giveEvaluation(old, want *Evaluation, h *Header, v View) (*Evaluation, *Refusal) {
	if old != nil {
		return nil, refuse("E-01b", "该次服务已经评价过")
	}
	if strings.Contains(h.By, ":") {
		return nil, refuse("E-01a", "评价由办事人作出,工作人员账号不能评价")
	}
	next := *want
	next.Node, next.At = h.Origin, h.At
	if next.Anonymous {
		next.Name, next.Contact, next.FP = "", "", ""
	}
	switch {
	case next.On.Validate() != nil || !oneOf(next.Event, EvaluationEvents...) || h.Ref.ID != EvaluationID(next.On, next.Event):
		return nil, refuse("E-01", "评价须指明一次服务")
	case next.Grade < 1 || next.Grade > 5:
		return nil, refuse("E-01", "评价分为 1 至 5 级")
	case !oneOf(next.Channel, EvaluationChannels...):
		return nil, refuse("E-01", "没有“%s”这种评价渠道", next.Channel)
	case len(next.Text) > 6000 || len(next.Tags) > 20:
		return nil, refuse("G-09", "/text:评价内容过长")
	}
	return &next, evaluatedAgency(&next, v)
}

// evaluatedAgency: the agency is cited, and its node is where a remedy is due.
func evaluatedAgency(next *Evaluation, v View) *Refusal {
	rec, ok := v.Cited(Ref{"agency", next.Agency})
	if !ok {
		return refuse("E-01", "评价须引用被评价的机构")
	}
	a, err := Load[Agency](rec)
	if err != nil {
		return refuse("E-01", "被评价的机构无法读取")
	}
	next.Handler = a.Node
	return nil
}

// Negative reports whether a remedy is due (E-02).
func (e *Evaluation) Negative() bool { return e.Grade <= 2 }

// ForClerk is the evaluation as those evaluated may see it: nobody learns who
// gave it before the remedy is closed (E-02).
func (e *Evaluation) ForClerk(r *Remedy) Evaluation {
	seen := *e
	if r == nil || r.State != RemedyClosed {
		seen.Name, seen.Contact, seen.FP = "", "", ""
	}
	return seen
}
