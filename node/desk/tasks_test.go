package desk

import (
	"testing"

	"xiangyun/protocol"
)

// TestT01TasksAreOpenedWithTheCase: the lead's act and the tasks are one
// transaction, their home is the agency that is asked (C-16c, T-01, T-02).
func TestT01TasksAreOpenedWithTheCase(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseReview)
	before := o.everything()
	for rule, want := range map[string]protocol.JointTask{
		"C-16c": {Agency: joined, Question: "是否符合规划", Due: day(12, 1)},
		"T-02":  {Agency: joined, Due: day(3, 20)},
	} {
		if err := o.do(examiner, ref, "joint_open", protocol.Case{Tasks: []protocol.JointTask{want}}); ruleOf(err) != rule || o.everything() != before {
			t.Errorf("%v, want %s and nothing written", err, rule)
		}
	}
	o.done(examiner, ref, "joint_open", aJoint)
	c := o.caseIn(ref)
	task, rec, err := Record[protocol.Task](o.Desk, protocol.Ref{Kind: "task", ID: c.Tasks[0].ID})
	if o.must(err); rec.Home != there || task.State != protocol.TaskOpen || task.Question != "是否符合规划" || task.Lead != here {
		t.Errorf("home %s, %+v", rec.Home, task)
	}
}

// TestT03TwoAnswersAndOneAgain: the lead asks one task again, the other stands.
func TestT03TwoAnswersAndOneAgain(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseReview)
	two := protocol.Case{Tasks: append(aJoint.Tasks, protocol.JointTask{Agency: joined, Question: "是否符合环保", Due: day(3, 20)})}
	o.done(examiner, ref, "joint_open", two)
	list := o.caseIn(ref).Tasks
	for _, task := range list {
		o.answeredElsewhere(task, "符合")
	}
	rec, err := o.Ask(t.Context(), examiner, protocol.Ref{Kind: "task", ID: list[1].ID}, protocol.WantTaskAgain, protocol.PleaseReturn{Reason: "意见与材料不符"}, "k")
	if o.must(err); rec.Ref.Kind != "request" {
		t.Errorf("asked again: %s", rec.Ref)
	}
	o.done(examiner, ref, "joint_close", protocol.Case{})
	if c := o.caseIn(ref); c.State != protocol.CaseReview || len(c.Opinions) != 3 || c.Tasks[0].State != protocol.TaskAnswered {
		t.Errorf("%s, opinions %+v", c.State, c.Opinions)
	}
}

// answeredElsewhere brings the answer of a task's own node.
func (o *office) answeredElsewhere(task protocol.JointTask, opinion string) {
	o.t.Helper()
	ref := protocol.Ref{Kind: "task", ID: task.ID}
	t, rec, err := Record[protocol.Task](o.Desk, ref)
	o.must(err)
	next := *t
	next.State, next.Opinion, next.Basis, next.By, next.Answered = protocol.TaskAnswered, opinion, "样例依据", "changchun:examiner", o.Store.Now()
	o.feed(protocol.Record{Ref: ref, Rev: rec.Rev + 1, Home: there, Epoch: rec.Epoch, By: next.By, Act: "answer", Body: o.encode(next)})
}

// TestT05OneAgencyIsCutOff (T-05, C-17): other opinions stand, the lead names the silent one and
// goes on with the leader's reason; silence is no consent (S-21).
func TestT05OneAgencyIsCutOff(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseReview)
	two := protocol.Case{Tasks: append(aJoint.Tasks, protocol.JointTask{Agency: joined, Question: "是否符合环保", Due: day(3, 20)})}
	o.done(examiner, ref, "joint_open", two)
	list := o.caseIn(ref).Tasks
	o.answeredElsewhere(list[0], "符合")
	o.at(3, 23, 9)
	if err := o.do(examiner, ref, "joint_close", protocol.Case{}); ruleOf(err) != "C-17a" {
		t.Errorf("closed over silence: %v", err)
	}
	if err := o.do(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "G-07" {
		t.Errorf("granted while others are asked: %v", err)
	}
	o.done(examiner, ref, "joint_close", protocol.Case{Tasks: []protocol.JointTask{{ID: list[1].ID, Silent: "该机构网络中断,负责人批准不再等待"}}})
	c := o.caseIn(ref)
	if c.Tasks[0].State != protocol.TaskAnswered || c.Tasks[1].State != protocol.TaskCancelled || c.Tasks[1].Silent == "" || len(c.Opinions) != 2 {
		t.Errorf("%+v, opinions %+v", c.Tasks, c.Opinions)
	}
}

// TestT02TheAgencyThatIsAsked sees, answers its question and nothing else, and
// opens it again when the lead asks (T-03); what the lead decided without it is
// cancelled by itself (T-04).
func TestT02TheAgencyThatIsAsked(t *testing.T) {
	o := newLaw(t)
	parent := o.leadElsewhere(protocol.CaseJoint, 3)
	ref := protocol.Ref{Kind: "task", ID: "changchun-1-00000007-X-T1"}
	o.feed(protocol.Record{Ref: ref, Rev: 1, Home: here, Epoch: 1, By: "changchun:examiner", Act: "open", Body: o.encode(protocol.Task{Case: parent.ID,
		Lead: there, Agency: ours, Node: here, Question: "是否符合规划", Due: day(3, 20), State: protocol.TaskOpen})})
	act := func(who *protocol.Account, act protocol.Act, want protocol.Task) error {
		_, err := o.Task(t.Context(), who, ref, 0, act, want, "")
		return err
	}
	if err := act(clerk, "see", protocol.Task{}); ruleOf(err) != "G-05" {
		t.Errorf("a clerk: %v", err)
	}
	if err := act(person("e", theirs, protocol.RoleExaminer), "see", protocol.Task{}); ruleOf(err) != "G-06" {
		t.Errorf("another agency: %v", err)
	}
	if err := act(leader, "cancel", protocol.Task{Reason: "r"}); ruleOf(err) != "G-05" {
		t.Errorf("a person cancels: %v", err)
	}
	o.must(act(examiner, "see", protocol.Task{}))
	if err := act(examiner, "answer", protocol.Task{Opinion: "符合", Basis: "b", Question: "别的问题"}); ruleOf(err) != "T-02" {
		t.Errorf("another question: %v", err)
	}
	o.must(act(examiner, "answer", protocol.Task{Opinion: "符合", Basis: "城乡规划法"}))
	again := o.asked("again", protocol.WantTaskAgain, ref, protocol.PleaseReturn{Reason: "意见与材料不符"})
	o.must(o.Steward(t.Context(), []protocol.Ref{again}))
	if task, _, err := Record[protocol.Task](o.Desk, ref); err != nil || task.State != protocol.TaskOpen || task.Rounds != 1 {
		t.Fatalf("asked again it is %+v, %v", task, err)
	}
	o.leadElsewhere(protocol.CaseReview, 4)
	for range 2 {
		o.must(o.Steward(t.Context(), []protocol.Ref{parent}))
	}
	if task, rec, err := Record[protocol.Task](o.Desk, ref); err != nil || task.State != protocol.TaskCancelled || rec.By != steward {
		t.Errorf("T-04: %+v, %v", task, err)
	}
}

// leadElsewhere is a case of another node that asks an agency here.
func (o *office) leadElsewhere(state protocol.CaseState, rev uint64) protocol.Ref {
	o.t.Helper()
	ref := protocol.Ref{Kind: "case", ID: "changchun-1-00000007-X"}
	o.feed(protocol.Record{Ref: ref, Rev: rev, Home: there, Epoch: 1, By: "changchun:examiner", Act: "joint_open", Body: o.encode(protocol.Case{
		Item: itemTheirs, Agency: theirs, Handler: there, ReceiptNo: "220000000007D", Idem: "lead", State: state,
		Tasks: []protocol.JointTask{{ID: ref.ID + "-T1", Agency: ours, Node: here, State: protocol.TaskOpen}}})})
	return ref
}
