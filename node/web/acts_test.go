package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

func TestEveryActIsAPlainFormThatRedirects(t *testing.T) {
	reasons := url.Values{"reason": {"不符合条件"}, "basis": {"某法第一条"}, "remedy": {"六十日内复议"}}
	for _, c := range []struct {
		name, login, target string
		form                url.Values
		call, to            string
	}{
		{"accept", "acc11", "/cases/" + caseID(4) + "/accept", url.Values{}, "accept " + caseID(4) + "@1", "/cases/" + caseID(4)},
		{"refuse with what the law asks", "acc11", "/cases/" + caseID(4) + "/refuse", reasons, "refuse " + caseID(4) + "@1 不符合条件 某法第一条 六十日内复议",
			"/cases/" + caseID(4)},
		{"grant", "acc11", "/cases/" + caseID(2) + "/grant", url.Values{"text": {"准予"}}, "grant " + caseID(2) + "@1 准予  ", "/cases/" + caseID(2)},
		{"deny", "acc11", "/cases/" + caseID(2) + "/deny", reasons, "deny " + caseID(2) + "@1 不符合条件 某法第一条 六十日内复议", "/cases/" + caseID(2)},
		{"hand over", "win03", "/cases/" + caseID(5) + "/hand_over", url.Values{}, "hand_over " + caseID(5) + "@1", "/cases/" + caseID(5)},
		{"deliver", "win03", "/cases/" + caseID(1) + "/deliver", url.Values{"way": {"counter"}, "recipient": {"申请人甲"}},
			"deliver " + caseID(1) + "@1 counter 申请人甲", "/cases/" + caseID(1)},
		{"withdraw", "win03", "/cases/" + caseID(5) + "/withdraw", url.Values{"reason": {"不再需要"}}, "withdraw " + caseID(5) + "@1 不再需要",
			"/cases/" + caseID(5)},
		{"first review", "rev1", "/changesets/set1/first_review", url.Values{}, "first_review set1", "/changesets/set1"},
		{"withdraw a batch", "edit2", "/changesets/set1/withdraw", url.Values{}, "withdraw set1", "/changesets/set1"},
		{"disable an account", "ops", "/accounts/win03/disable", url.Values{}, "disable win03", "/accounts"},
		{"create an account", "ops", "/accounts/new", url.Values{"login": {"win04"}, "name": {"窗口 04"}, "roles": {"clerk"},
			"password": {"correct horse"}},
			"create win04 [clerk]", "/accounts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), c.login)
			asked := b.Get(c.target)
			if asked.Status != 200 || !strings.Contains(asked.Body, `action="`+c.target+`"`) {
				t.Fatalf("status %d, want the form: %s", asked.Status, consoletest.Text(asked.Body))
			}
			c.form.Set("rev", consoletest.Value(asked.Body, "rev"))
			p := b.Post(c.target, c.form)
			if p.Status != 303 || p.To != c.to {
				t.Fatalf("status %d to %q, want 303 to %q: %s", p.Status, p.To, c.to, consoletest.Text(p.Body))
			}
			if len(w.desk.calls) != 1 || w.desk.calls[0] != c.call {
				t.Errorf("the desk was asked %q, want %q", w.desk.calls, c.call)
			}
			if !strings.Contains(b.Follow(p).Body, `class="message is-good"`) {
				t.Error("the next page does not say what was done")
			}
		})
	}
}

func TestRefusalIsShownOnTheFormWithWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	w.desk.err = &protocol.Fault{Code: protocol.Refused, Rule: "G-04", Text: "该记录已有新的内容,请按最新状态办理"}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "acc11")
	p := b.Post("/cases/"+caseID(4)+"/refuse", url.Values{"rev": {"1"}, "reason": {"我写的理由"}, "basis": {"我写的依据"}, "remedy": {"我写的救济"}})
	if p.Status != 409 {
		t.Errorf("status %d, want 409", p.Status)
	}
	for _, want := range []string{"G-04", "该记录已有新的内容", "我写的理由", "我写的依据", "我写的救济"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestFaultsBecomePagesThatSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		want   string
	}{
		"a full disk":      {protocol.NewFault(protocol.Full, "commit", "磁盘已满,请联系运维人员"), 503, "磁盘已满"},
		"a frozen node":    {protocol.NewFault(protocol.Frozen, "commit", "本节点已暂停办理"), 503, "本节点已暂停办理"},
		"another's agency": {protocol.NewFault(protocol.Denied, "case.accept", "该事项属于其他机构,您无权办理"), 403, "属于其他机构"},
		"a gone record":    {protocol.NewFault(protocol.Gone, "read", "没有找到该记录"), 404, "没有找到"},
		"a defect":         {protocol.NewFault(protocol.Internal, "x", "secret detail"), 500, "系统出错"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.desk.err = c.err
			p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "acc11").Post("/cases/"+caseID(4)+"/accept", url.Values{"rev": {"1"}})
			if p.Status != c.status || !strings.Contains(p.Body, c.want) || strings.Contains(p.Body, "secret detail") {
				t.Errorf("status %d, want %d with %q: %s", p.Status, c.status, c.want, consoletest.Text(p.Body))
			}
		})
	}
}

func TestOnlyPossibleActsAreOffered(t *testing.T) {
	for _, c := range []struct {
		name, login string
		n           int
		offers      []string
		not         []string
	}{
		{"a clerk hands over what another place decides", "win03", 5, []string{"/hand_over", "/withdraw"}, []string{"/accept", "/grant"}},
		{"an acceptor accepts or refuses what is decided here", "acc11", 4, []string{"/accept", "/refuse", "/withdraw"},
			[]string{"/hand_over", "/grant"}},
		{"a decider grants or denies what is accepted", "acc11", 2, []string{"/grant", "/deny"}, []string{"/accept"}},
		{"a clerk asks the home of a case elsewhere", "win03", 9, []string{"/withdraw"}, []string{"/accept", "/hand_over"}},
		{"what is asked for already is not asked for again", "win03", 3, nil, []string{"/withdraw"}},
		{"nothing is offered while a case is handed over", "win03", 6, nil, []string{"/withdraw", "/accept", "/hand_over"}},
		{"a result is delivered", "win03", 1, []string{"/deliver"}, []string{"/withdraw"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.Put("case", caseID(9), "changchun", nowAt, 9, protocol.Case{ReceiptNo: "9", Item: poorID, Agency: poorOf, Handler: "changchun",
				State: protocol.CaseArrived, Received: protocol.Receipt{At: nowAt, Node: "yanbian"}})
			body := consoletest.NewBrowser(t, newWeb(t, w).Handler(), c.login).Get("/cases/" + caseID(c.n)).Body
			for _, act := range c.offers {
				if !strings.Contains(body, `href="/cases/`+caseID(c.n)+act+`"`) {
					t.Errorf("%s is not offered", act)
				}
			}
			for _, act := range c.not {
				if strings.Contains(body, `href="/cases/`+caseID(c.n)+act+`"`) {
					t.Errorf("%s is offered", act)
				}
			}
		})
	}
}

// TestW05ACaseNobodyHereCanMoveSaysWhatIsWaitedFor: taking it back is offered,
// but is not the next step.
func TestW05ACaseNobodyHereCanMoveSaysWhatIsWaitedFor(t *testing.T) {
	for n, want := range map[int]string{4: "受理岗受理", 2: "审批岗作出决定"} {
		body := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "win03").Get("/cases/" + caseID(n)).Body
		if !strings.Contains(body, want) || strings.Contains(body, "可以办理：") || !strings.Contains(body, "/withdraw") {
			t.Errorf("case %d: %s", n, consoletest.Text(body))
		}
	}
	if body := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "acc11").Get("/cases/" + caseID(4)).Body; !strings.Contains(body, "可以办理：") {
		t.Error("whoever can accept is not told so")
	}
}

func TestAnEmptyQueueOffersOnlyWhatTheRoleMayDo(t *testing.T) {
	for login, may := range map[string]bool{"win03": true, "dec11": false} {
		w := newWorld(t)
		w.people["dec11"] = person("dec11", "审批 11", protocol.RoleDecider)
		body := consoletest.NewBrowser(t, newWeb(t, w).Handler(), login).Get("/cases?q=nothing-like-this").Body
		if !strings.Contains(body, "<main") || strings.Contains(body[strings.Index(body, "<main"):], `href="/intake"`) != may {
			t.Errorf("%s: intake offered is not %v", login, may)
		}
	}
}

func TestWhatTheCommandLineDidIsSaidSo(t *testing.T) {
	w := newWorld(t)
	rec := w.Put("case", caseID(9), "yanbian", nowAt, 9, protocol.Case{ReceiptNo: "9", Item: poorID, Agency: poorOf, Handler: "yanbian",
		State: protocol.CaseReceived, Received: protocol.Receipt{At: nowAt, Node: "yanbian"}})
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 1, Act: "receive", By: "yanbian:local", At: nowAt, Home: "yanbian", Index: 9})
	text := consoletest.Text(consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03").Get("/cases/" + caseID(9)).Body)
	if !strings.Contains(text, "命令行") || strings.Contains(text, "local") {
		t.Error(text)
	}
}

func TestActsThatMustWaitSayWhy(t *testing.T) {
	for _, c := range []struct{ name, login, target, want string }{
		{"a missing material holds acceptance up", "acc11", "/cases/" + caseID(7) + "/accept", "材料“居民身份证”尚缺"},
		{"whoever took it in cannot decide (G-08)", "boss", "/cases/" + caseID(8) + "/grant", "收件人与决定人不得为同一人"},
		{"whoever submitted it cannot review it (K-06)", "boss", "/changesets/set9/first_review", "审核人与编制人不得为同一人"},
		{"an operator cannot disable the own account", "ops", "/accounts/ops/disable", "不能停用自己的账号"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.Put("case", caseID(8), "yanbian", nowAt, 9, protocol.Case{ReceiptNo: "8", Item: foodID, Agency: foodOf, Handler: "yanbian",
				State: protocol.CaseAccepted, Received: protocol.Receipt{At: nowAt, Node: "yanbian", Clerk: "yanbian:boss"}})
			w.Put("catalog.changeset", "set9", "yanbian", nowAt, 9, protocol.Changeset{Title: "x", Agency: foodOf, Node: "yanbian",
				Submitter: "yanbian:boss",
				State:     protocol.ChangesetSubmitted})
			p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), c.login).Get(c.target)
			if !strings.Contains(p.Body, c.want) || !strings.Contains(p.Body, " disabled>") {
				t.Errorf("the form does not say %q or can be sent: %s", c.want, consoletest.Text(p.Body))
			}
		})
	}
}

// TestWorkIsClosedWithANoteOnly: cases.W-10.
func TestWorkIsClosedWithANoteOnly(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops")
	if p := b.Post("/work/urgent-1-17/close", url.Values{"note": {"  "}}); p.Status != 422 || !strings.Contains(p.Body, "请说明是如何处理的") {
		t.Errorf("without a note: status %d", p.Status)
	}
	if p := b.Post("/work/urgent-1-17/close", url.Values{"note": {"已按新状态重新办理"}}); p.Status != 303 || p.To != "/work" {
		t.Errorf("with a note: status %d to %q", p.Status, p.To)
	}
	if len(w.closed) != 1 || w.closed[0] != "urgent-1-17 yanbian:ops 已按新状态重新办理" {
		t.Errorf("closed %q", w.closed)
	}
}

func TestTokenIsShownOnceAndNeverInAnAddress(t *testing.T) {
	w := newWorld(t)
	w.desk.token = "the-secret-token"
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops")
	p := b.Post("/accounts/new", url.Values{"login": {"sys1"}, "name": {"业务系统"}, "roles": {"clerk"}, "token": {"on"}})
	if p.Status != 200 || !strings.Contains(p.Body, "the-secret-token") || p.To != "" {
		t.Fatalf("status %d to %q", p.Status, p.To)
	}
	for name, values := range p.Header {
		if strings.Contains(strings.Join(values, " "), "the-secret-token") {
			t.Errorf("the token is in header %s", name)
		}
	}
	if p := b.Get("/accounts"); strings.Contains(p.Body, "the-secret-token") {
		t.Error("the token is shown twice")
	}
}

func TestAccountFormNamesEverythingThatIsWrong(t *testing.T) {
	b := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "ops")
	p := b.Post("/accounts/new", url.Values{"agency": {"000"}, "password": {"do not echo me"}, "token": {""}})
	for _, want := range []string{"请填写登录名", "请填写姓名或系统名称", "请至少选择一个角色", "没有这个机构"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(p.Body, "do not echo me") {
		t.Error("the password is sent back")
	}
}

func TestAnOrphanCanBeLookedAtAndEnteredAgain(t *testing.T) { // replication.F3, T5
	w := newWorld(t)
	c, _, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(2)})
	if err != nil {
		t.Fatal(err)
	}
	if w.workBody, err = json.Marshal(c); err != nil {
		t.Fatal(err)
	}
	w.work[0].Verdict.Outcome = protocol.Orphan
	pages := newWeb(t, w)
	p := consoletest.NewBrowser(t, pages.Handler(), "boss").Get("/work/urgent-1-17")
	for _, want := range []string{c.ReceiptNo, c.ItemName, c.Applicant.Name, "/intake/" + c.Item, "/work/urgent-1-17/close"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the clerk does not see %q", want)
		}
	}
	p = consoletest.NewBrowser(t, pages.Handler(), "ops").Get("/work/urgent-1-17")
	if strings.Contains(p.Body, c.Applicant.Name) || !strings.Contains(p.Body, "不能查看办件内容") {
		t.Errorf("an operator sees the applicant: %s", consoletest.Text(p.Body))
	}
	w.workBody = nil
	if p = consoletest.NewBrowser(t, pages.Handler(), "boss").Get("/work/urgent-1-17"); !strings.Contains(p.Body, "只剩操作的记录") {
		t.Errorf("an erased body: %s", consoletest.Text(p.Body))
	}
	if p = consoletest.NewBrowser(t, pages.Handler(), "boss").Get("/work/urgent-1-99"); p.Status != 404 {
		t.Errorf("an unknown item: status %d", p.Status)
	}
}
