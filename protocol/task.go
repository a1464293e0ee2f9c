package protocol

// Task is what one agency is asked in joint handling (联办, art. 32; cases.md
// §5.2). The lead creates it with the child authority's node as home; from then on
// only that node writes it. What the lead wants changed it asks for.
//
//	– ─open→ open ─see→ seen ─answer→ answered ─reopen→ open (T-03)
//	          └──────┴─return→ returned ─reopen→ open
//	open, seen, returned ─cancel→ cancelled (T-04)
type Task struct {
	Case       string  `json:"case"` // record id
	Lead       NodeID  `json:"lead"`
	Agency     string  `json:"agency"` // USCC of the child authority
	AgencyName string  `json:"agency_name"`
	Node       NodeID  `json:"node"`
	Question   string  `json:"question"`
	Due        Day     `json:"due"`
	Opened     Instant `json:"opened"`
	State      string  `json:"state"`
	Opinion    string  `json:"opinion,omitempty"`
	Basis      string  `json:"basis,omitempty"`
	By         string  `json:"by,omitempty"`
	Answered   Instant `json:"answered,omitzero"`
	Reason     string  `json:"reason,omitempty"` // of a return, a reopening or a cancellation
	Rounds     int     `json:"rounds,omitempty"` // how often it was opened again
	Rest
}

// States of a task.
const (
	TaskOpen      = "open"
	TaskSeen      = "seen"
	TaskAnswered  = "answered"
	TaskReturned  = "returned"
	TaskCancelled = "cancelled"
)

var _ = Define("task", Spec[Task]{
	Title: "联办子任务", English: "joint task", Lane: Urgent, Keep: true,
	Acts: map[Act]Judge[Task]{"open": openTask, "see": seeTask, "answer": answerTask, "return": returnTask,
		"reopen": reopenTask, "cancel": cancelTask},
	Foreign:  []Act{"open"},
	Home:     func(t *Task) NodeID { return t.Node },
	Audience: func(t *Task) Audience { return Only(t.Lead, t.Node) },
	Terms: func(t *Task) Terms {
		keys := []string{t.Case}
		if t.Unanswered() {
			keys = append(keys, OpenTaskKey)
		}
		return Terms{Title: t.Question, State: t.State, Keys: keys,
			Facets: []Facet{{"agency", t.Agency}, {"lead", string(t.Lead)}}}
	},
	Deadlines: func(t *Task) []Deadline { // the task's own clock (T-05): a share of the parent's K3
		if oneOf(t.State, TaskOpen, TaskSeen) {
			return endOf(nil, K3, t.Due)
		}
		return nil
	},
})

// openTask: the case that it cites already lists the task (C-16).
func openTask(old, want *Task, h *Header, v View) (*Task, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "子任务已经建立")
	}
	next := Task{Case: want.Case, Question: want.Question, Lead: h.Origin, State: TaskOpen, Opened: h.At, Rest: want.Rest}
	parent, ok := citedAs[Case](v, Ref{"case", want.Case})
	if !ok || parent.State != CaseJoint || parent.Handler != h.Origin {
		return nil, refuse("C-16a", "子任务须引用正在联办的办件")
	}
	for _, t := range parent.Tasks {
		if t.ID == h.Ref.ID {
			next.Agency, next.Node, next.Due = t.Agency, t.Node, t.Due
		}
	}
	agency, ok := citedAs[Agency](v, Ref{"agency", next.Agency})
	switch {
	case next.Agency == "" || !ok:
		return nil, refuse("C-16b", "办件没有列明这一子任务,或未引用联办机构")
	case !parent.Due.K3.IsZero() && parent.Due.K3.Before(next.Due):
		return nil, refuse("T-01", "子任务期限不得晚于办件法定时限(%s)", parent.Due.K3)
	case next.Question == "":
		return nil, refuse("T-02", "请写明需要答复的问题")
	}
	next.AgencyName = agency.Name
	return &next, nil
}

// OpenTaskKey finds the tasks that wait for an answer here.
const OpenTaskKey = "待答复"

// Unanswered reports whether the task still waits for its agency, or was sent back
// by it.
func (t *Task) Unanswered() bool { return oneOf(t.State, TaskOpen, TaskSeen, TaskReturned) }

// standing refuses an act on a task that does not stand in one of states.
func (t *Task) standing(act string, states ...string) *Refusal {
	if t == nil || !oneOf(t.State, states...) {
		return refuse("G-07", "子任务当前不能%s", act)
	}
	return nil
}

func seeTask(old, _ *Task, _ *Header, _ View) (*Task, *Refusal) {
	if no := old.standing("签收", TaskOpen); no != nil {
		return nil, no
	}
	next := *old
	next.State = TaskSeen
	return &next, nil
}

// answerTask is T-02: the child answers its question and nothing else.
func answerTask(old, want *Task, h *Header, _ View) (*Task, *Refusal) {
	if no := old.standing("答复", TaskOpen, TaskSeen); no != nil {
		return nil, no
	}
	if want.Opinion == "" || want.Basis == "" || want.Question != "" && want.Question != old.Question {
		return nil, refuse("T-02", "请就所提问题写明意见和依据")
	}
	next := *old
	next.State, next.Opinion, next.Basis, next.By, next.Answered = TaskAnswered, want.Opinion, want.Basis, h.By, h.At
	return &next, nil
}

func returnTask(old, want *Task, h *Header, _ View) (*Task, *Refusal) {
	if no := old.standing("退回", TaskOpen, TaskSeen); no != nil {
		return nil, no
	}
	return old.turned(want, h, TaskReturned)
}

// reopenTask is T-03: only this task is asked again, as the lead requested.
func reopenTask(old, want *Task, h *Header, _ View) (*Task, *Refusal) {
	if no := old.standing("重新答复", TaskAnswered, TaskReturned); no != nil {
		return nil, no
	}
	if h.Answers.Kind != "request" {
		return nil, refuse("T-03", "须由牵头机构请求后重新答复")
	}
	next, no := old.turned(want, h, TaskOpen)
	if no == nil {
		next.Opinion, next.Basis, next.Answered, next.Rounds = "", "", 0, old.Rounds+1
	}
	return next, no
}

// cancelTask is T-04: the case is decided, closed without it, or over.
func cancelTask(old, want *Task, h *Header, v View) (*Task, *Refusal) {
	if no := old.standing("取消", TaskOpen, TaskSeen, TaskReturned); no != nil {
		return nil, no
	}
	parent, ok := citedAs[Case](v, Ref{"case", old.Case})
	if !ok || parent.State == CaseJoint || parent.State == CaseHandingOver {
		return nil, refuse("T-04", "牵头机构尚未结束联办,不能取消")
	}
	return old.turned(want, h, TaskCancelled)
}

func (t *Task) turned(want *Task, h *Header, state string) (*Task, *Refusal) {
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *t
	next.State, next.Reason, next.By = state, want.Reason, h.By
	return &next, nil
}
