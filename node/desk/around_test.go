package desk

import (
	"testing"

	"xiangyun/protocol"
)

var (
	boss     = person("boss", ours, protocol.RoleLeader)
	theirMan = person("theirman", theirs, protocol.RoleLeader)
)

func graded(on protocol.Ref, grade int) protocol.Evaluation {
	return protocol.Evaluation{On: on, Event: "receive", Grade: grade, Channel: "qr", Text: "等候时间过长", Name: "申请人甲", Contact: "000", Agency: ours}
}

// TestE01OneEvaluationPerEventAndNoneByStaff is cases.E-01, E-01a and E-01b.
func TestE01OneEvaluationPerEventAndNoneByStaff(t *testing.T) {
	o := newOffice(t)
	on := o.receive(itemHere, "n1").Ref
	token, err := o.EvaluationLink(clerk, on, "receive")
	o.must(err)
	if _, err := o.EvaluationLink(clerk, on, "deliver"); !refusedBy(err, "G-07") {
		t.Errorf("the link of what did not happen: %v", err)
	}
	if _, err := o.Evaluate(t.Context(), nil, "x", graded(on, 5)); protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("without the link: %v", err)
	}
	if _, err := o.Evaluate(t.Context(), clerk, token, graded(on, 5)); !refusedBy(err, "E-01a") {
		t.Errorf("by staff: %v", err)
	}
	rec, err := o.Evaluate(t.Context(), nil, token, graded(on, 5))
	o.must(err)
	if _, err := o.Evaluate(t.Context(), nil, token, graded(on, 1)); !refusedBy(err, "E-01b") {
		t.Errorf("a second time: %v", err)
	}
	e, err := protocol.Load[protocol.Evaluation](rec)
	if err != nil || e.Clerk != By(clerk) || e.Handler != here {
		t.Errorf("%+v %v", e, err)
	}
}

// TestE02ABadGradeIsARemedy is cases.E-02, from the arrival of the evaluation to its end.
func TestE02ABadGradeIsARemedy(t *testing.T) {
	o := newOffice(t)
	on := o.receive(itemHere, "n1").Ref
	rec, err := o.Evaluate(t.Context(), nil, o.EvaluationToken(on, "receive"), graded(on, 1))
	o.must(err)
	for range 2 { // told twice, opened once
		o.must(o.Steward(t.Context(), []protocol.Ref{rec.Ref}))
	}
	id := rec.Ref.ID
	r, _, err := Record[protocol.Remedy](o.Desk, protocol.Ref{Kind: "remedy", ID: id})
	o.must(err)
	if r.State != protocol.RemedyOpen || r.Due.IsZero() {
		t.Fatalf("%+v", r)
	}
	seen, err := o.Evaluation(acceptor, id)
	if err != nil || seen.Name != "" || seen.Contact != "" {
		t.Errorf("the agency sees who gave it: %+v %v", seen, err)
	}
	if _, err := o.Remedy(t.Context(), theirMan, id, 0, "verify", protocol.Remedy{Finding: "x"}); protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("another agency: %v", err)
	}
	for _, step := range []struct {
		act  protocol.Act
		want protocol.Remedy
	}{{"verify", protocol.Remedy{Founded: true, Finding: "属实"}}, {"fix", protocol.Remedy{Fix: "增开窗口"}}, {"answer", protocol.Remedy{Answer: "已改进"}},
		{"close", protocol.Remedy{Result: "满意"}}} {
		if _, err := o.Remedy(t.Context(), boss, id, 0, step.act, step.want); err != nil {
			t.Fatalf("%s: %v", step.act, err)
		}
	}
	if seen, err = o.Evaluation(acceptor, id); err != nil || seen.Name == "" {
		t.Errorf("closed: %+v %v", seen, err)
	}
}

// TestQ01ATicketIsOneComplaint is cases.Q-01 to Q-05.
func TestQ01ATicketIsOneComplaint(t *testing.T) {
	o := newOffice(t)
	ticket := protocol.Complaint{Source: protocol.Hotline, External: "2026-000123", Text: "窗口态度差", Agency: ours, Against: []string{By(clerk)}}
	rec, err := o.Complain(t.Context(), acceptor, ticket, "n1")
	o.must(err)
	again, err := o.Complain(t.Context(), clerk, ticket, "n2")
	if err != nil || again.Ref != rec.Ref || again.Rev != rec.Rev {
		t.Errorf("%s %d, then %s %d, %v", rec.Ref, rec.Rev, again.Ref, again.Rev, err)
	}
	own := protocol.Complaint{Source: protocol.ComplaintOwn, Text: "等候过长", Agency: ours}
	one, err := o.Complain(t.Context(), acceptor, own, "n3")
	o.must(err)
	if same, err := o.Complain(t.Context(), acceptor, own, "n3"); err != nil || same.Ref != one.Ref {
		t.Errorf("%v %v", same.Ref, err)
	}
	own.Text = "另一件事"
	if _, err := o.Complain(t.Context(), acceptor, own, "n3"); !refusedBy(err, "G-11") {
		t.Errorf("another complaint under the same key: %v", err)
	}
	id := rec.Ref.ID
	if _, err := o.Complaint(t.Context(), boss, id, 0, "accept", protocol.Complaint{Assignee: By(clerk)}); !refusedBy(err, "Q-02a") {
		t.Errorf("handled by the person named: %v", err)
	}
	for _, step := range []struct {
		act  protocol.Act
		want protocol.Complaint
	}{{"accept", protocol.Complaint{Assignee: By(boss)}}, {"verify", protocol.Complaint{Finding: "属实", Founded: true}}, {"handle", protocol.Complaint{Measure: "批评教育"}},
		{"tell", protocol.Complaint{Told: &protocol.Telling{Way: "phone", Text: "已告知"}}}} {
		if _, err := o.Complaint(t.Context(), boss, id, 0, step.act, step.want); err != nil {
			t.Fatalf("%s: %v", step.act, err)
		}
	}
	c, _, err := Record[protocol.Complaint](o.Desk, rec.Ref)
	if err != nil || c.State != protocol.ComplaintTold || c.Due.String() != "2026-03-09" {
		t.Errorf("%+v %v", c, err)
	}
	letter := last(c.Docs) // cases.D-19
	if p, err := o.Document(t.Context(), boss, rec.Ref, letter.Serial); err != nil || p.Title != "答复书" || letter.Agency != "样例机构" {
		t.Errorf("%+v %v", letter, err)
	}
}

// TestO01AnObjectionIsFiledAnywhere is cases.O-01 and O-04: the hub's part lies between them.
func TestO01AnObjectionIsFiledAnywhere(t *testing.T) {
	o := newOffice(t)
	x := protocol.Objection{Disputed: protocol.Ref{Kind: "catalog.entry", ID: "e1"}, Field: "/abstract", Text: "与事实不符", Proof: []string{"blob-1"},
		Person: form("", "").Applicant}
	rec, err := o.Object(t.Context(), clerk, x, "n1")
	o.must(err)
	if again, err := o.Object(t.Context(), clerk, x, "n1"); err != nil || again.Ref != rec.Ref {
		t.Errorf("%v %v", again.Ref, err)
	}
	passed, err := protocol.Load[protocol.Objection](rec)
	o.must(err)
	if passed.Due.K6a.String() != "2026-03-03" || passed.Due.K6b.String() != "2026-03-04" {
		t.Errorf("%+v", passed.Due)
	}
	next := *passed
	next.State, next.Agency, next.Node, next.Marked, next.Passed = protocol.ObjectionTransferred, ours, here, passed.Filed, passed.Filed
	o.feed(protocol.Record{Ref: rec.Ref, Rev: 3, Home: here, Epoch: 2, By: "hub:reviewer", Act: "transfer", Body: o.encode(next)})
	theirEditor := person("e2", theirs, protocol.RoleEditor)
	if _, err := o.Objection(t.Context(), theirEditor, rec.Ref.ID, 0, "dept_receive", protocol.Objection{}); protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("another department: %v", err)
	}
	_, err = o.Objection(t.Context(), editor, rec.Ref.ID, 0, "dept_receive", protocol.Objection{})
	o.must(err)
	_, err = o.Objection(t.Context(), editor, rec.Ref.ID, 0, "dept_decide", protocol.Objection{Source: "已向来源核实", Reason: "数据有误", Corrected: true})
	o.must(err)
}

// TestO02AMarkIsShownBesideTheValue is cases.O-02 at a node.
func TestO02AMarkIsShownBesideTheValue(t *testing.T) {
	o := newOffice(t)
	on := protocol.Ref{Kind: "catalog.entry", ID: "e1"}
	o.hub("mark", protocol.MarkID(on, "/abstract"), protocol.Mark{On: on, Field: "/abstract", Open: []string{"x"}, State: protocol.MarkSet, Since: 1})
	if list, err := o.Marks(on); err != nil || len(list) != 1 || list[0].Field != "/abstract" {
		t.Errorf("%+v %v", list, err)
	}
	o.hub("mark", protocol.MarkID(on, "/abstract"), protocol.Mark{On: on, Field: "/abstract", State: protocol.MarkLifted, Since: 1, Lifted: 2})
	if list, err := o.Marks(on); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
}
