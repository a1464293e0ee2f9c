package web

import (
	"html"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// whole is a prefecture with a case in every state the law of cases.md §5 acts
// on, decided here, and a person with every role of the law.
func whole(t *testing.T) *world {
	w := newWorld(t)
	w.people["all"] = person("all", "全岗", protocol.RoleClerk, protocol.RoleAcceptor, protocol.RoleExaminer, protocol.RoleDecider, protocol.RoleLeader)
	w.people["all"].Agency = foodOf
	i, _, err := console.Read[protocol.Item](w, protocol.Ref{Kind: "item", ID: foodID})
	if err != nil {
		t.Fatal(err)
	}
	i.Special = []protocol.ItemStep{{Kind: "检验", Max: protocol.Limit{N: 10, Unit: protocol.WorkingDays}}}
	i.Joint = &protocol.ItemJoint{Agencies: []string{poorOf}}
	i.FeeFen, i.FeeBasis = 5000, []string{"《某收费办法》第三条"}
	w.Put("item", foodID, protocol.Hub, ago(1000), 10, *i)
	colleague := person("lead7", "负责人 7", protocol.RoleLeader)
	colleague.Agency = foodOf
	w.Put("account", "yanbian:lead7", "yanbian", ago(2000), 5, *colleague)
	w.scans.files["mine"] = Scan{ID: "mine", Name: "x.pdf", Type: "application/pdf", By: "yanbian:all"}
	return w
}

func (w *world) caseIn(state protocol.CaseState, change func(*protocol.Case)) {
	c := protocol.Case{ReceiptNo: "20", Item: foodID, ItemName: "食品经营许可（新办）", Agency: foodOf, AgencyName: "延边州市场监督管理局", Handler: "yanbian", State: state,
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", Contact: "1"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "present"}, {Line: "m3", Presence: "present"}},
		Received:  protocol.Receipt{At: ago(3), Node: "yanbian", Window: "1", Clerk: "yanbian:win03"}, Due: protocol.CaseDue{K1: nowAt.Day().Add(7)}}
	if change != nil {
		change(&c)
	}
	w.Put("case", caseID(20), "yanbian", ago(3), 60, c)
}

// TestEveryActOfTheLawSetsWhatItsFormSays: one row an act of cases.md §5; the
// form is offered on the case, and what is sent is what the desk is asked.
func TestEveryActOfTheLawSetsWhatItsFormSays(t *testing.T) {
	until, open := protocol.Day{Year: 2026, Month: 3, Dom: 23}, protocol.TaskOpen
	for _, c := range []struct {
		name  string
		state protocol.CaseState
		with  func(*protocol.Case)
		act   protocol.Act
		form  url.Values
		want  protocol.Case
	}{
		{"C-07 a notice names lines and points of the guide", protocol.CaseReceived, nil, "notice",
			url.Values{"defect": {"m2", "m1/c1"}, "text": {"请补"}, "until": {"2026-03-23"}, "channel": {"sms"}, "rest": {"on"}},
			protocol.Case{Notices: []protocol.Notice{{Lines: []protocol.Defect{{Line: "m2", Text: "请补"}, {Line: "m1", Point: "c1", Text: "请补"}}, RestFine: true,
				Until: until, Channel: "sms"}}}},
		{"C-08 a supplement brings lines and scans", protocol.CaseCorrection, func(c *protocol.Case) {
			c.Notices = []protocol.Notice{{Lines: []protocol.Defect{{Line: "m2"}}, Until: until}}
		}, "supplement", url.Values{"line": {"m2"}, "scan-m2": {"mine", "s1"}, "window": {"3"}},
			protocol.Case{Supplements: []protocol.Supplement{{Lines: []protocol.Material{{Line: "m2", Presence: "present", Copies: 1, Blobs: []string{"mine"}}}, Window: "3"}}}},
		{"C-06 a return says where to and why", protocol.CaseArrived, nil, "return_misrouted", url.Values{"reason": {"不归我局"}, "to": {"window"}},
			protocol.Case{Hops: []protocol.Hop{{Reason: "不归我局", To: "yanbian"}}}},
		{"C-10b owed lines need a commitment", protocol.CaseReceived, func(c *protocol.Case) { c.Materials[2].Presence = "owed" }, "accept",
			url.Values{"signed": {"on"}, "credit": {"clear"}}, protocol.Case{Commitment: &protocol.Commitment{Signed: "paper", Credit: "clear"}}},
		{"C-12 it is assigned", protocol.CaseAccepted, nil, "assign", url.Values{"assignee": {"yanbian:lead7"}}, protocol.Case{Assignee: "yanbian:lead7"}},
		{"C-12 an opinion", protocol.CaseReview, nil, "opine", url.Values{"text": {" 同意 "}}, protocol.Case{Opinions: []protocol.Opinion{{Text: "同意"}}}},
		{"C-13 a special procedure", protocol.CaseReview, nil, "special_start", url.Values{"kind": {"检验"}, "planned": {"2026-03-23"}, "notice": {"告知书 1 号"}},
			protocol.Case{Specials: []protocol.Special{{Kind: "检验", Planned: until, Notice: "告知书 1 号"}}}},
		{"C-14 its end has evidence", protocol.CaseSpecial, func(c *protocol.Case) { c.Specials = []protocol.Special{{Kind: "检验", Start: nowAt.Day()}} }, "special_end",
			url.Values{"end": {"2026-03-23"}, "scan-evidence": {"mine"}}, protocol.Case{Specials: []protocol.Special{{End: until, Evidence: "mine"}}}},
		{"C-15 an extension", protocol.CaseReview, nil, "extend", url.Values{"days": {"5"}, "reason": {"复杂"}},
			protocol.Case{Extension: &protocol.Extension{Limit: protocol.Limit{N: 5, Unit: protocol.WorkingDays}, Reason: "复杂"}}},
		{"C-16 other agencies are asked", protocol.CaseReview, nil, "joint_open", url.Values{"agency": {poorOf}, "question": {"是否低保"}, "due": {"2026-03-23"}},
			protocol.Case{Tasks: []protocol.JointTask{{Agency: poorOf, Question: "是否低保", Due: until}}}},
		{"C-17 silence is explained", protocol.CaseJoint, func(c *protocol.Case) { c.Tasks = []protocol.JointTask{{ID: "T1", Agency: poorOf, State: open}} }, "joint_close",
			url.Values{"silent-T1": {"逾期"}}, protocol.Case{Tasks: []protocol.JointTask{{ID: "T1", Silent: "逾期"}}}},
		{"C-18 a grant with its licence", protocol.CaseReview, nil, "grant", url.Values{"text": {"准予"}, "licence": {" L "}},
			protocol.Case{Decision: &protocol.Decision{Text: "准予", Licence: "L"}}},
		{"C-03 a refusal is of a class", protocol.CaseReceived, nil, "refuse",
			url.Values{"class": {"not_competent"}, "instead": {"某局"}, "reason": {"理由"}, "basis": {"依据"}, "remedy": {"救济"}},
			protocol.Case{Decision: &protocol.Decision{Class: "not_competent", Ask: "某局", Reason: "理由", Basis: "依据", Remedy: "救济"}}},
		{"C-27 the fee is the guide's", protocol.CaseAccepted, nil, "fee_due", url.Values{"basis": {"依据"}}, protocol.Case{Fee: &protocol.Fee{Amount: 5000, Basis: "依据"}}},
		{"C-27 a waived fee is nothing", protocol.CaseAccepted, nil, "fee_due", url.Values{"basis": {"依据"}, "waived": {"低保户"}},
			protocol.Case{Fee: &protocol.Fee{Basis: "依据", Waived: "低保户"}}},
		{"C-27 a payment", protocol.CaseAccepted, func(c *protocol.Case) { c.Fee = &protocol.Fee{Amount: 5000} }, "fee_paid", url.Values{"ref": {"P1"}},
			protocol.Case{Fee: &protocol.Fee{Amount: 5000, Ref: "P1"}}},
		{"C-28 what was owed", protocol.CaseAccepted, func(c *protocol.Case) { c.Materials[2].Presence = "owed" }, "owed_received",
			url.Values{"line": {"m3"}, "window": {"3"}},
			protocol.Case{Supplements: []protocol.Supplement{{Lines: []protocol.Material{{Line: "m3", Presence: "present"}}, Window: "3"}}}},
		{"C-29 a termination", protocol.CaseReview, nil, "terminate", url.Values{"cause": {"object_gone"}, "basis": {"依据"}},
			protocol.Case{Terminated: &protocol.Termination{Cause: "object_gone", Basis: "依据"}}},
		{"C-30 a revocation names the leader", protocol.CaseGranted, func(c *protocol.Case) { c.Decision = &protocol.Decision{Kind: "grant"} }, "revoke",
			url.Values{"reason": {"理由"}, "basis": {"依据"}, "told": {"电话"}, "leader": {"yanbian:lead7"}},
			protocol.Case{Revoked: []protocol.Revocation{{Reason: "理由", Basis: "依据", Told: "电话", Leader: "yanbian:lead7"}}}},
		{"C-25 a correction keeps the old value", protocol.CaseReceived, nil, "amend", url.Values{"field": {"applicant.contact"}, "new": {"2"}, "reason": {"笔误"}},
			protocol.Case{Amendments: []protocol.Amendment{{Field: "applicant.contact", Old: "1", New: "2", Reason: "笔误"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := whole(t)
			w.caseIn(c.state, c.with)
			b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "all")
			target := "/cases/" + caseID(20) + "/" + string(c.act)
			if body := b.Get("/cases/" + caseID(20)).Body; !strings.Contains(body, `href="`+target+`"`) {
				t.Fatalf("it is not offered: %s", consoletest.Text(body))
			}
			form := b.Get(target)
			c.form.Set("rev", consoletest.Value(form.Body, "rev"))
			c.form.Set("nonce", consoletest.Value(form.Body, "nonce"))
			if p := b.Post(target, c.form); p.Status != 303 {
				t.Fatalf("status %d: %s", p.Status, consoletest.Text(p.Body))
			}
			if !reflect.DeepEqual(w.desk.want, c.want) {
				t.Errorf("the desk is asked %+v, want %+v", w.desk.want, c.want)
			}
			if w.desk.act.Key == "" || w.desk.act.Seen != 1 {
				t.Errorf("the act carries %+v (G-04, G-11)", w.desk.act)
			}
		})
	}
}

// TestC07NoticeOffersTheGuideAndNothingElse: W-06.
func TestC07NoticeOffersTheGuideAndNothingElse(t *testing.T) {
	w := whole(t)
	g, _, err := console.Read[protocol.Guide](w, protocol.Ref{Kind: "guide", ID: foodID})
	if err != nil {
		t.Fatal(err)
	}
	g.Lines[0].Checks = []protocol.CheckPoint{{ID: "c1", Text: "签名"}}
	g.Lines[2].Share = &protocol.LineShare{Resource: "r", Scenario: "低保核查"}
	w.Put("guide", foodID, protocol.Hub, ago(1000), 11, *g)
	w.caseIn(protocol.CaseReceived, func(c *protocol.Case) { c.Materials[1].Presence = "missing" })
	form := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "all").Get("/cases/" + caseID(20) + "/notice").Body
	for _, want := range []string{`value="m2" checked`, `value="m1/c1"`, `value="m3" disabled`, "由部门共享取得，不得要求提供", `value="2026-03-23"`} {
		if !strings.Contains(form, want) {
			t.Errorf("the notice lacks %s (C-07a, C-07d, C-07g): %s", want, consoletest.Text(form))
		}
	}
	w.caseIn(protocol.CaseArrived, func(c *protocol.Case) {
		c.Notices = []protocol.Notice{{Lines: []protocol.Defect{{Line: "m2"}}}}
		c.Supplements = []protocol.Supplement{{Lines: []protocol.Material{{Line: "m2", Presence: "present"}}}}
	})
	form = consoletest.NewBrowser(t, newWeb(t, w).Handler(), "all").Get("/cases/" + caseID(20) + "/notice").Body
	if !strings.Contains(form, "应在首次告知时一并提出") || !strings.Contains(form, `value="m1" disabled`) || strings.Contains(form, `value="m2" disabled`) {
		t.Errorf("a second notice may name what came after the first only (C-07f): %s", consoletest.Text(form))
	}
}

// TestC10cDuplicatesAreShownBeforeTheyAreAccepted: the mark that was looked at
// goes with the act.
func TestC10cDuplicatesAreShownBeforeTheyAreAccepted(t *testing.T) {
	w := whole(t)
	w.caseIn(protocol.CaseReceived, nil)
	w.Put("dupmark", caseID(4)+":"+caseID(20), protocol.Hub, nowAt, 70, protocol.Dupmark{State: protocol.DupOpen,
		Cases: []protocol.DupCase{{ID: caseID(4), Received: ago(9)}, {ID: caseID(20), Received: ago(3)}}})
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "all")
	body := b.Get("/cases/" + caseID(20)).Body
	for _, want := range []string{"疑似重复办件", `href="/cases/` + caseID(4) + `"`, `href="/cases/` + caseID(20) + `/merge"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the case lacks %s", want)
		}
	}
	form := b.Get("/cases/" + caseID(20) + "/accept").Body
	b.Post("/cases/"+caseID(20)+"/accept", url.Values{"rev": {"1"}, "viewed": {consoletest.Value(form, "viewed")}})
	if got := w.desk.act.Viewed; len(got) != 1 || got[0] != caseID(4)+":"+caseID(20) {
		t.Errorf("the act says that %v were viewed", got)
	}
}

// TestR06AnApplicantWhoWaitsUrgesTheHome from any window.
func TestR06AnApplicantWhoWaitsUrgesTheHome(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	if p := b.Post("/cases/"+caseID(3)+"/urge", url.Values{"text": {"请加快"}}); p.Status != 303 || w.desk.calls[0] != "ask urge "+caseID(3)+" {请加快 applicant}" {
		t.Errorf("status %d, calls %v", p.Status, w.desk.calls)
	}
}

// TestClockPanelExplainsEachDay: K2 of 8 working days from 2026-02-17 (W-07).
func TestClockPanelExplainsEachDay(t *testing.T) {
	text := html.UnescapeString(consoletest.Text(consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "acc11").Get("/cases/" + caseID(2)).Body))
	for _, want := range []string{"2026-02-17 起算（当日不计）+ 8 个工作日", "起算日，不计", "2026-02-18 三 第 1 日", "2026-02-21 六 周末，不计", "第 8 日 到期，当日 24 时止",
		"2026 年工作日历第 1 版", "超期 1 个工作日"} {
		if !strings.Contains(text, want) {
			t.Errorf("the panel lacks %q: %s", want, text)
		}
	}
}
