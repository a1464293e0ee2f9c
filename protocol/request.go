package protocol

import (
	"encoding/json"
	"slices"
)

// Request asks another home to act (replication.md §8): publish an item, take
// note of a delivery, withdraw a case. It changes nothing by itself; the home of
// its target answers exactly once and the request moves with that home.
//
//	– ─file→ filed ─deliver→ delivered
//	            ├──────────────┴─answer→ done
//	            └──────────────┴─decline→ declined
type Request struct {
	Want   string          `json:"want"` // one of the Want constants
	On     Ref             `json:"target"`
	From   NodeID          `json:"from"`
	Agency string          `json:"agency,omitempty"` // on whose behalf
	Title  string          `json:"title"`            // one line for the queue
	Data   json.RawMessage `json:"data,omitempty"`   // what Want needs
	Key    string          `json:"key"`              // idempotency key of the filer
	Filed  Instant         `json:"filed"`
	State  string          `json:"state"`
	Reason string          `json:"reason,omitempty"` // of a refusal to act
	Rule   string          `json:"rule,omitempty"`   // the rule that refused it
	Ended  Instant         `json:"ended,omitzero"`
	Rest
}

// ItemFiling is the data of WantPublish.
type ItemFiling struct {
	Item  Item  `json:"item"`
	Guide Guide `json:"guide"`
}

// States of a request.
const (
	RequestFiled     = "filed"
	RequestDelivered = "delivered" // the home has seen it
	RequestDone      = "done"
	RequestDeclined  = "declined"
)

// KRequest is not a clock of the law but our own: a request that nobody answers
// for three days is marked overdue by the hub's tick (replication.md §8).
const KRequest ClockID = "R"

const requestSilentAt = 3 // calendar days; a last day that is off rolls on

// Open reports whether the request is still to be answered.
func (r *Request) Open() bool { return r.State == RequestFiled || r.State == RequestDelivered }

var _ = Define("request", Spec[Request]{
	Title: "请求", English: "request", Lane: Urgent, Personal: true,
	Acts:     map[Act]Judge[Request]{"file": fileRequest, "deliver": deliverRequest, "answer": answerRequest, "decline": declineRequest},
	Foreign:  []Act{"file"},
	Home:     func(*Request) NodeID { return Hub },
	Audience: func(r *Request) Audience { return Only(r.From) },
	Target:   openTarget,
	Deadlines: func(r *Request) []Deadline {
		if !r.Open() {
			return nil
		}
		return endOf(nil, KRequest, r.Filed.Day().Add(requestSilentAt))
	},
	Terms: func(r *Request) Terms {
		var wake Instant
		if r.State == RequestFiled {
			wake = r.Filed
		}
		return Terms{Title: r.Title, State: r.State, Keys: []string{r.Key, r.On.String()}, Wake: wake,
			Facets: []Facet{{"want", r.Want}, {"from", string(r.From)}, {"agency", r.Agency}}}
	},
})

// openTarget: only an open request follows its target's home.
func openTarget(r *Request) Ref {
	if !r.Open() {
		return Ref{}
	}
	return r.On
}

func fileRequest(old, want *Request, h *Header, _ View) (*Request, *Refusal) {
	if old != nil {
		return nil, refuse("G-11", "该请求已经提交过")
	}
	next := *want
	next.State, next.From, next.Filed, next.Reason, next.Rule, next.Ended = RequestFiled, h.Origin, h.At, "", "", 0
	i := slices.IndexFunc(requestWants, func(w requestWant) bool { return w.name == next.Want })
	switch {
	case next.On.Validate() != nil:
		return nil, refuse("G-09", "请求没有指明对象")
	case i < 0:
		return nil, refuse("G-09", "没有“%s”这种请求", next.Want)
	case next.Title == "" || next.Key == "":
		return nil, refuse("G-09", "请求缺少标题或幂等键")
	}
	return &next, requestWants[i].check(&next, h)
}

// deliverRequest: the home has it; the filer sees that somebody will answer.
func deliverRequest(old, _ *Request, _ *Header, _ View) (*Request, *Refusal) {
	if old == nil || old.State != RequestFiled {
		return nil, refuse("G-07", "只有刚提交的请求可以签收")
	}
	next := *old
	next.State = RequestDelivered
	return &next, nil
}

func answerRequest(old, _ *Request, h *Header, _ View) (*Request, *Refusal) {
	return endRequest(old, h, RequestDone, "", "")
}

func declineRequest(old, want *Request, h *Header, _ View) (*Request, *Refusal) {
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明不予办理的原因")
	}
	return endRequest(old, h, RequestDeclined, want.Reason, want.Rule)
}

func endRequest(old *Request, h *Header, state, reason, rule string) (*Request, *Refusal) {
	if old == nil {
		return nil, refuse("G-07", "请求不存在")
	}
	if !old.Open() {
		return nil, refuse("A13", "该请求已经答复过")
	}
	next := *old
	next.State, next.Reason, next.Rule, next.Ended = state, reason, rule, h.At
	return &next, nil
}
