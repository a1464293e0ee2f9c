package protocol

import "slices"

// Opinion is what a reviewer, or an agency asked jointly, says of the case.
type Opinion struct {
	By   string  `json:"by"`
	At   Instant `json:"at"`
	Text string  `json:"text"`
}

// Special is a special procedure that stops K2 and K3 (行政许可法 45): the days
// after Start up to and with End.
type Special struct {
	Kind     string `json:"kind"`
	Start    Day    `json:"start"`
	Planned  Day    `json:"planned_end"`
	Notice   string `json:"notice"` // the written notice to the applicant (D-07)
	End      Day    `json:"end,omitzero"`
	Evidence string `json:"evidence,omitempty"` // record id of a blob
	Over     bool   `json:"over,omitempty"`     // longer than the item allows: lawful, and a red card
	By       string `json:"by"`
	EndedBy  string `json:"ended_by,omitempty"`
}

// Extension is the one lawful prolongation of K3 (行政许可法 42); K2 stays as promised.
type Extension struct {
	Limit  Limit   `json:"limit"`
	Reason string  `json:"reason"`
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

// JointTask is the lead's view of one task (联办, §5.2).
type JointTask struct {
	ID       string `json:"id"`
	Agency   string `json:"agency"`
	Node     NodeID `json:"node"`
	Due      Day    `json:"due"`
	Question string `json:"question,omitempty"`
	Order    string `json:"order,omitempty"`  // the leader's order, for an agency the item does not name
	State    string `json:"state"`            // TaskOpen until the lead closes, then what it was
	Silent   string `json:"silent,omitempty"` // the leader's reason to go on without an answer
}

// assignCase is C-12: somebody of the deciding agency takes it.
func assignCase(d *deed) *Refusal {
	who, ok := citedAs[Account](d.v, Ref{"account", d.want.Assignee})
	if !ok || who.State != AccountActive || who.Agency != d.old.Agency {
		return refuse("C-12a", "只能分给本机构在岗人员")
	}
	d.next.Assignee, d.next.State = d.want.Assignee, CaseReview
	return nil
}

// opineCase is C-12.
func opineCase(d *deed) *Refusal {
	text := newest(d.want.Opinions).Text
	if text == "" {
		return refuse("C-12b", "请填写审查意见")
	}
	d.next.Opinions = grown(d.old.Opinions, Opinion{By: d.h.By, At: d.h.At, Text: text})
	d.next.State = CaseReview
	return nil
}

// startSpecial is C-13: K2 and K3 stand still.
func startSpecial(d *deed) *Refusal {
	w, cal := newest(d.want.Specials), d.calendar()
	item, no := d.item()
	if no != nil {
		return no
	}
	s := Special{Kind: w.Kind, Start: d.h.At.Day(), Planned: w.Planned, Notice: w.Notice, By: d.h.By}
	most, listed := item.SpecialMax(s.Kind)
	last, _ := most.Due(cal, s.Start)
	switch {
	case !listed:
		return refuse("C-13a", "该事项没有“%s”这一特别程序", s.Kind)
	case s.Planned.Before(s.Start) || last.Before(s.Planned):
		return refuse("C-13b", "计划结束日须在 %s 至 %s 之间(最长 %s)", s.Start, last, most)
	case s.Notice == "":
		return refuse("C-13c", "请先书面告知申请人所需时间")
	case d.legalLapsed(cal):
		return refuse("C-13d", "法定时限(%s)已过,不能再启动特别程序", d.old.Due.K3)
	case len(d.old.Specials) >= maxPauses:
		return refuse("G-09", "特别程序次数超过 %d 次", maxPauses)
	}
	d.next.Specials, d.next.State = grown(d.old.Specials, s), CaseSpecial
	d.next.date(cal, K2, K3)
	return nil
}

// legalLapsed reports that K3 is over, counted anew.
func (d *deed) legalLapsed(cal Calendar) bool {
	k3 := d.old.clock(K3)
	return k3.Limit.N > 0 && k3.At(d.h.At, cal).Lapsed()
}

// endSpecial is C-14: the clocks go on.
func endSpecial(d *deed) *Refusal {
	w := newest(d.want.Specials)
	list := slices.Clone(d.old.Specials)
	s := &list[len(list)-1]
	s.End, s.Evidence, s.EndedBy = w.End, w.Evidence, d.h.By
	if s.End.IsZero() {
		s.End = d.h.At.Day()
	}
	switch {
	case s.Evidence == "":
		return refuse("C-14a", "请上传特别程序的结果材料")
	case s.End.Before(s.Start) || d.h.At.Day().Before(s.End):
		return refuse("C-14b", "结束日须在 %s 至今日之间", s.Start)
	}
	item, no := d.item()
	if no != nil {
		return no
	}
	cal := d.calendar()
	most, _ := item.SpecialMax(s.Kind)
	last, _ := most.Due(cal, s.Start)
	s.Over = last.Before(s.End)
	d.next.Specials, d.next.State = list, CaseReview
	d.next.date(cal, K2, K3)
	return nil
}

// extendCase is C-15.
func extendCase(d *deed) *Refusal {
	x := Extension{By: d.h.By, At: d.h.At}
	if d.want.Extension != nil {
		x.Limit, x.Reason = d.want.Extension.Limit, d.want.Extension.Reason
	}
	most, cal := 10, d.calendar()
	if d.old.State == CaseJoint {
		most = 15
	}
	switch {
	case d.legalLapsed(cal):
		return refuse("C-15a", "法定时限(%s)已过,不能延期", d.old.Due.K3)
	case d.old.Extension != nil:
		return refuse("C-15b", "已于 %s 延期一次,不能再次延期", d.old.Extension.At)
	case x.Reason == "":
		return refuse("C-15c", "请写明延期理由并告知申请人")
	case x.Limit.Unit != WorkingDays || x.Limit.N < 1 || x.Limit.N > most:
		return refuse("C-15d", "延期须为 1 至 %d 个工作日", most)
	}
	d.next.Extension = &x
	d.next.date(cal, K3)
	return nil
}

// openJoint is C-16: other agencies are asked, each in a task at its own node.
func openJoint(d *deed) *Refusal {
	item, no := d.item()
	if no != nil {
		return no
	}
	if item.Joint != nil { // joint handling has its own legal time (行政许可法 42)
		d.next.Terms.Legal = item.JointLimit()
	}
	cal := d.calendar()
	d.next.State = CaseJoint
	d.next.date(cal, K2, K3)
	if len(d.want.Tasks) <= len(d.old.Tasks) { // earlier ones stand first, as they were
		return refuse("C-16a", "联办至少须有一个新的子任务")
	}
	for _, w := range d.want.Tasks[len(d.old.Tasks):] {
		t, no := d.task(w, item)
		if no != nil {
			return no
		}
		d.next.Tasks = grown(d.next.Tasks, t)
	}
	return nil
}

// task checks one wanted task: C-16b and c.
func (d *deed) task(w JointTask, item *Item) (JointTask, *Refusal) {
	t := JointTask{ID: w.ID, Agency: w.Agency, Due: w.Due, Question: w.Question, Order: w.Order, State: TaskOpen}
	named := item.Joint != nil && slices.Contains(item.Joint.Agencies, t.Agency)
	agency, ok := citedAs[Agency](d.v, Ref{"agency", t.Agency})
	switch {
	case t.ID == "" || slices.ContainsFunc(d.next.Tasks, func(o JointTask) bool { return o.ID == t.ID }):
		return t, refuse("C-16a", "子任务缺少编号或编号重复")
	case !named && t.Order == "", !ok || agency.State != AgencyActive:
		return t, refuse("C-16b", "机构 %s 不在该事项的联办机构中,须由负责人指定", t.Agency)
	case t.Due.IsZero() || t.Due.Before(d.h.At.Day()) || !d.next.Due.K3.IsZero() && d.next.Due.K3.Before(t.Due):
		return t, refuse("C-16c", "子任务期限不得晚于本件法定时限(%s)", d.next.Due.K3)
	}
	t.Node = agency.Node
	return t, nil
}

// closeJoint is C-17: silence is never consent, unless the item says so.
func closeJoint(d *deed) *Refusal {
	n := d.next
	n.Tasks = slices.Clone(d.old.Tasks)
	for i := range n.Tasks {
		t := &n.Tasks[i]
		if t.State != TaskOpen {
			continue
		}
		task, ok := citedAs[Task](d.v, Ref{"task", t.ID})
		if ok && task.Case == d.h.Ref.ID && task.State == TaskAnswered {
			t.State = TaskAnswered
			n.Opinions = grown(n.Opinions, Opinion{By: task.By, At: task.Answered, Text: task.Opinion})
			continue
		}
		if t.Silent = d.silent(t.ID); t.Silent == "" && d.silenceConsents(t) {
			t.Silent = "逾期未答复,依事项规定视为同意"
		}
		if t.Silent == "" {
			return refuse("C-17a", "联办机构 %s 尚未答复;须由负责人写明不再等待的理由", t.Agency)
		}
		t.State = TaskCancelled
	}
	n.State = CaseReview
	return nil
}

// silenceConsents: the item that the entry cites says so, and the task's time is over.
func (d *deed) silenceConsents(t *JointTask) bool {
	item, no := d.item()
	return no == nil && item.Joint != nil && item.Joint.Silence && d.h.At >= t.Due.End()
}

func (d *deed) silent(task string) string {
	for _, w := range d.want.Tasks {
		if w.ID == task {
			return w.Silent
		}
	}
	return ""
}
