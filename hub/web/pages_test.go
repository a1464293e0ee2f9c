package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// samples are the ids that stand in for path parameters.
var samples = map[string]string{"/requests/": filed, "/changesets/": "set1", "/items/": poorID, "/cases/": oneCase, "/nodes/": "yanbian",
	"/catalogue/": "e1", "/cluster/": "hub3", "/held/": "agency", "/held/agency/": foodOf,
	"/routes/": sampleRoute, "/delegations/": sampleDelegation, "/basics/": "220050100100", "/desk/nodes/": "baishan", "/desk/cases/": atDesk, "/desk/proposals/": sampleMove,
	"/cards/": sampleCard, "/checks/": sampleCheck, "/clocks/": "changchun", "/coverage/": poorOf, "/assessments/": sampleReport, "/assessments/" + sampleReport + "/": "K1"}

func TestNobodyGetsInWithoutSessionOrRight(t *testing.T) {
	consoletest.NobodyGetsIn(t, newWeb(t, newWorld(t)).Console, samples, "nothing")
}

func TestEveryRoleSeesItsPagesOnly(t *testing.T) {
	pages := newWeb(t, newWorld(t))
	for login, refused := range map[string][]string{
		"rev1": {"/cases", "/accounts", "/nodes/plan", "/nodes/yanbian/token", "/nodes/yanbian/fence", "/agencies/edit", "/calendar/publish",
			"/cluster/hub3/remove"},
		"ops":   {"/cases", "/requests/" + filed + "/approve", "/changesets/set1/review", "/release/publish", "/items/" + poorID + "/suspend"},
		"audit": {"/cases", "/accounts", "/nodes/plan", "/changesets/set1/review", "/release/publish", "/cluster/hub3/transfer"},
	} {
		for _, target := range refused {
			if p := consoletest.NewBrowser(t, pages.Handler(), login).Get(target); p.Status != 403 {
				t.Errorf("%s at %s: status %d, want 403", login, target, p.Status)
			}
		}
	}
}

func TestPagesLookTheSame(t *testing.T) {
	pages := newWeb(t, newWorld(t))
	for name, page := range map[string]struct{ login, target string }{
		"overview": {"boss", "/"}, "requests": {"rev1", "/requests"}, "request": {"rev1", "/requests/" + filed}, "request-new": {"rev1",
			"/requests/" + filed2}, "decline": {"rev1", "/requests/" + filed + "/decline"},
		"changesets": {"rev1", "/changesets"}, "changeset": {"rev1", "/changesets/set1"}, "review": {"rev1",
			"/changesets/set1/review"}, "release": {"rev1", "/release"}, "publish": {"rev1", "/release/publish"},
		"catalogue": {"audit", "/catalogue"}, "entry": {"audit", "/catalogue/e1"}, "items": {"audit", "/items"}, "item": {"rev1",
			"/items/" + poorID}, "cases": {"boss", "/cases"}, "case": {"boss", "/cases/" + oneCase},
		"overdue": {"audit", "/overdue"}, "held": {"audit", "/held"}, "held-queue": {"ops", "/held/agency/" + foodOf}, "held-fix": {"ops", "/held/agency/" + foodOf + "/fix"},
		"node-fork": {"ops", "/nodes/changchun"}, "nodes": {"ops", "/nodes"}, "node": {"ops",
			"/nodes/yanbian"}, "node-plan": {"ops",
			"/nodes/plan"}, "token": {"ops", "/nodes/jilin/token"}, "agencies": {"ops", "/agencies"}, "agency": {"ops", "/agencies/edit?uscc=" + foodOf},
		"calendar": {"ops", "/calendar"}, "calendar-publish": {"ops", "/calendar/publish?year=2026"}, "accounts": {"ops",
			"/accounts"}, "account-new": {"ops", "/accounts/new"}, "cluster": {"ops", "/cluster"}, "remove": {"ops", "/cluster/hub3/remove"}, "login": {"", "/login"},
		"routes": {"desk1", "/routes"}, "route": {"desk1", "/routes/" + url.PathEscape(sampleRoute)}, "route-edit": {"desk1", "/routes/edit?route=" + url.QueryEscape(sampleRoute)},
		"delegations": {"desk1", "/delegations"}, "delegation": {"desk1", "/delegations/" + url.PathEscape(sampleDelegation)}, "basics": {"rev1", "/basics"},
		"basic": {"rev1", "/basics/220050100100"}, "basic-load": {"rev1", "/basics/load"}, "desk": {"desk2", "/desk"}, "desk-node": {"desk2", "/desk/nodes/baishan"},
		"desk-outage": {"desk1", "/desk/nodes/yanbian/outage"}, "desk-reassign": {"desk1", "/desk/nodes/baishan/reassign?item=" + sampleRoute[:31]},
		"desk-case": {"desk1", "/desk/cases/" + atDesk}, "desk-route": {"desk1", "/desk/cases/" + atDesk + "/route"}, "proposals": {"desk1", "/desk/proposals"},
		"proposal-own": {"desk1", "/desk/proposals/" + sampleMove}, "proposal": {"desk2", "/desk/proposals/" + sampleMove}, "cards": {"super", "/cards"},
		"card": {"super", "/cards/" + url.PathEscape(sampleCard)}, "card-reject": {"super", "/cards/" + url.PathEscape(sampleCard) + "/reject"}, "checks": {"super", "/checks"},
		"check": {"super", "/checks/" + sampleCheck}, "check-new": {"super", "/checks/new"}, "check-find": {"super", "/checks/" + sampleCheck + "/find?case=" + oneCase},
		"clocks": {"super", "/clocks"}, "clocks-place": {"super", "/clocks/changchun?colour=red"}, "coverage": {"audit", "/coverage"}, "coverage-agency": {"audit", "/coverage/" + poorOf},
		"assessments": {"super", "/assessments"}, "assessment": {"super", "/assessments/" + url.PathEscape(sampleReport)},
		"assessment-figure": {"super", "/assessments/" + url.PathEscape(sampleReport) + "/K1"},
	} {
		for _, lang := range []string{"zh", "en"} {
			t.Run(name+" in "+lang, func(t *testing.T) {
				b := consoletest.NewBrowser(t, pages.Handler(), page.login)
				b.Cookie("xy_lang", lang)
				consoletest.Golden(t, name+"."+lang+".html", b.Get(page.target).Body)
			})
		}
	}
}

func TestApplicantIsNeverNamed(t *testing.T) {
	pages := newWeb(t, newWorld(t))
	for _, target := range []string{"/cases", "/cases/" + oneCase, "/overdue", "/held", "/", "/cases?q=220000000003V"} {
		p := consoletest.NewBrowser(t, pages.Handler(), "boss").Get(target)
		for _, secret := range []string{"申请人甲", "11010519491231002X", "0433-0000001", "002X"} {
			if strings.Contains(p.Body, secret) {
				t.Errorf("%s shows %s", target, secret)
			}
		}
	}
}

func TestAccountsOfNodesAreNotListed(t *testing.T) {
	w := newWorld(t)
	for i := range 60 { // more than a page of them come first
		login := fmt.Sprintf("a%02d", i)
		w.Put("account", "changchun:"+login, "changchun", ago(2000), 6, protocol.Account{Place: "changchun", Login: login, Name: "窗口",
			Roles: []protocol.Role{protocol.RoleClerk}, State: protocol.AccountActive})
	}
	p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops").Get("/accounts")
	if strings.Contains(p.Body, "win03") || strings.Contains(p.Body, `>65<`) || !strings.Contains(p.Body, "rev1") {
		t.Error("the list is not the province's own accounts")
	}
}

func TestHostileNamesStayText(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []protocol.KindName{"case", "item", "agency", "node", "account", "catalog.listing", "catalog.changeset", "catalog.release",
		"request", "calendar", "route", "delegation", "basic", "proposal", "card", "spotcheck", "assessment"} {
		w.poison(kind)
	}
	w.held[0].Reason, w.state.Stopped, w.nodes[0].Build, w.plan.Changes[0].Name = consoletest.Payloads, consoletest.Payloads, consoletest.Payloads, consoletest.Payloads
	w.held[1].Body, w.nodes[0].Frozen = consoletest.Payloads, []Frozen{{Lane: protocol.Urgent, Reason: consoletest.Payloads}}
	consoletest.NothingRuns(t, newWeb(t, w).Console, samples, "boss")
}

func (w *world) poison(kind protocol.KindName) {
	found, err := w.Search(context.Background(), console.Query{Kind: kind, Limit: 1000})
	if err != nil {
		panic(err)
	}
	for _, h := range found.Hits {
		rec, _, _ := w.Get(h.Ref)
		var body map[string]any
		if err := json.Unmarshal(rec.Body, &body); err != nil {
			panic(err)
		}
		for _, field := range []string{"name", "item_name", "agency_name", "title", "abstract", "provider", "reason", "notes", "source", "phone", "basis", "duties", "confirmed_by", "how",
			"cause", "measure"} {
			if _, list := body[field].([]any); list {
				continue
			}
			if _, there := body[field]; there {
				body[field] = consoletest.Payloads
			}
		}
		w.Put(h.Ref.Kind, h.Ref.ID, rec.Home, rec.At, rec.Index, body)
	}
}

func TestNoTextIsUnused(t *testing.T) {
	consoletest.Unused(t, newWeb(t, newWorld(t)).Console, ".", "../../protocol/console")
}

func TestStripSaysWhetherTheHubCanDecide(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Cluster)
		want   string
	}{
		"all servers are there": {func(c *Cluster) { c.Servers[2].Alive = true }, "省级中心正常"},
		"one is silent":         {func(*Cluster) {}, "省级中心可用，有服务器失联"},
		"two are silent":        {func(c *Cluster) { c.Servers[1].Alive = false }, "省级中心不可用"},
		"nobody leads":          {func(c *Cluster) { c.Leader = "" }, "省级中心正在选举"},
		"this server stopped":   {func(c *Cluster) { c.Stopped = "disk" }, "本服务器已停止执行"},
		"two states at one index": {func(c *Cluster) {
			c.Servers[0].Applied, c.Servers[1].Digest = c.Servers[1].Applied, protocol.HashOf([]byte("other"))
		}, "状态指纹不一致"},
		"a comparison that failed":   {func(c *Cluster) { c.Servers[0].Check = CheckOther }, "状态指纹不一致"},
		"what was compared is told":  {func(*Cluster) {}, "与本机一致"},
		"what was not is told":       {func(*Cluster) {}, "尚未核对"},
		"a learner does not count":   {func(c *Cluster) { c.Servers[2].Voter = false }, "在线 2 / 2 台"},
		"unknown index is not a lag": {func(c *Cluster) { c.Servers[1].Applied, c.Servers[1].Digest = 0, protocol.Hash{} }, "省级中心可用"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(&w.state)
			if p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops").Get("/cluster"); !strings.Contains(p.Body, c.want) {
				t.Errorf("the page lacks %q: %s", c.want, consoletest.Text(p.Body))
			}
		})
	}
}

func TestASessionElsewhereNamesItsServer(t *testing.T) {
	w := newWorld(t)
	w.nodes[0].Server, w.nodes[0].Beat, w.nodes[0].Queued = "hub3", 0, 0
	if p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops").Get("/"); strings.Count(p.Body, "见 hub3") != 3 {
		t.Errorf("the server that hears the node is not named: %s", consoletest.Text(p.Body))
	}
}

func TestEveryPageTellsOfADiskThatFills(t *testing.T) { // pitfalls.R14
	for _, c := range []struct {
		used float64
		want string
	}{
		{0.849, ""}, {0, ""}, {0.85, "省级服务器 hub3 的磁盘已用 85 %：请尽快"}, {0.92, "hub3 的磁盘已用 92 %，已停收目录等批量操作"},
		{0.98, "hub3 的磁盘已用 98 %，已动用预留空间、只收办件，预留将尽时停收各节点的一切操作"},
	} {
		w := newWorld(t)
		w.state.Servers[2].Disk = c.used
		for _, target := range []string{"/", "/cluster"} {
			p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops").Get(target)
			if !strings.Contains(p.Body, c.want) || c.want == "" && strings.Contains(p.Body, "磁盘已用") {
				t.Errorf("%s at %v: want %q: %s", target, c.used, c.want, consoletest.Text(p.Body))
			}
		}
	}
}

func TestEveryActIsAPlainFormThatRedirects(t *testing.T) {
	reason := url.Values{"reason": {"内容不合规"}}
	for _, c := range []struct {
		name, login, target string
		form                url.Values
		call, to            string
	}{
		{"approve a request", "rev1", "/requests/" + filed + "/approve", nil, "publish " + filed, "/requests"},
		{"decline a request", "rev1", "/requests/" + filed + "/decline", reason, "decline " + filed + " 内容不合规", "/requests"},
		{"return a batch", "rev1", "/changesets/set1/return", reason, "return set1 内容不合规", "/changesets"},
		{"release", "rev1", "/release/publish", url.Values{"notes": {"二月更新"}}, "release 二月更新", "/release"},
		{"suspend an item", "rev1", "/items/" + poorID + "/suspend", reason, "suspend " + poorID + " 内容不合规", "/items/" + poorID},
		{"fence a node", "ops", "/nodes/yanbian/fence", reason, "fence yanbian 内容不合规", "/nodes/yanbian"},
		{"revoke a node", "ops", "/nodes/yanbian/revoke", reason, "revoke yanbian 内容不合规", "/nodes/yanbian"},
		{"plan a node", "ops", "/nodes/plan", url.Values{"id": {"siping"}, "name": {"四平市"}, "divisions": {"220300 四平市"}}, "plan siping 四平市 [220300]",
			"/nodes/siping"},
		{"register an agency", "ops", "/agencies/edit", url.Values{"uscc": {goodUSCC}, "name": {"延边州政务服务局"}, "node": {"yanbian"}},
			"register " + goodUSCC + " 延边州政务服务局 yanbian", "/agencies"},
		{"publish a calendar", "ops", "/calendar/publish", url.Values{"year": {"2027"}, "source": {"通知"}, "off": {"2027-01-01\r\n2027-10-01"},
			"work": {""}}, "calendar 2027 [2027-01-01 2027-10-01] []", "/calendar"},
		{"fix a held entry", "ops", "/held/agency/" + foodOf + "/fix", url.Values{"reason": {"漏了括号"}, "of": {`{"epoch":2,"lane":2,"seq":311,"hash":"` + strings.Repeat("0", 64) + `"}`}, "body": {`{"name":"甲局"}`}},
			"fix agency/" + foodOf + ` of 311 because 漏了括号 with {"name":"甲局"}`, "/held"},
		{"discard a held entry", "ops", "/held/agency/" + foodOf + "/discard", url.Values{"reason": {"重复"}, "of": {`{"epoch":2,"lane":2,"seq":311,"hash":"` + strings.Repeat("0", 64) + `"}`}},
			"discard agency/" + foodOf + " of 311 because 重复 with ", "/held"},
		{"judge a held entry again", "ops", "/held/agency/" + foodOf + "/replay", url.Values{"reason": {"已升级"}, "of": {`{"epoch":2,"lane":2,"seq":311,"hash":"` + strings.Repeat("0", 64) + `"}`}},
			"replay agency/" + foodOf + " of 311 because 已升级 with ", "/held"},
		{"thaw a node", "ops", "/nodes/yanbian/thaw", url.Values{"reason": {"已升级"}}, "thaw node/yanbian of 0 because 已升级 with ", "/nodes/yanbian"},
		{"hand the lead over", "ops", "/cluster/hub2/transfer", nil, "transfer hub2", "/cluster"},
		{"remove a server", "ops", "/cluster/hub3/remove", nil, "remove hub3", "/cluster"},
		{"create an account", "ops", "/accounts/new", url.Values{"login": {"rev2"}, "name": {"二审 2"}, "roles": {"reviewer"},
			"password": {"correct horse"}}, "create rev2 [reviewer]", "/accounts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), c.login)
			if p := b.Get(c.target); p.Status != 200 || !strings.Contains(p.Body, `method="post" action="`+c.target+`"`) {
				t.Fatalf("status %d, want the form: %s", p.Status, consoletest.Text(p.Body))
			}
			p := b.Post(c.target, c.form)
			if p.Status != 303 || p.To != c.to {
				t.Fatalf("status %d to %q, want 303 to %q: %s", p.Status, p.To, c.to, consoletest.Text(p.Body))
			}
			if len(w.office.calls) != 1 || w.office.calls[0] != c.call {
				t.Errorf("the office was asked %q, want %q", w.office.calls, c.call)
			}
		})
	}
}

// goodUSCC has a right check character.
var goodUSCC = func() string {
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if s := "11222400000000001" + string(c); protocol.CheckUSCC(s) == nil {
			return s
		}
	}
	return ""
}()

func TestAFixThatIsNoJSONIsShownAgain(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops")
	target := "/held/agency/" + foodOf + "/fix"
	first := b.Get(target)
	if !strings.Contains(first.Body, "延边州市场监督管理局&#34;,</textarea>") || !strings.Contains(first.Body, `&#34;seq&#34;:311`) {
		t.Errorf("the form does not begin with what is held: %s", first.Body)
	}
	p := b.Post(target, url.Values{"reason": {"漏了括号"}, "of": {`{"seq":311,"lane":2}`}, "body": {`{"name":`}})
	if p.Status != 409 || !strings.Contains(p.Body, "{&#34;name&#34;:</textarea>") || len(w.office.calls) > 0 {
		t.Errorf("status %d, asked %v", p.Status, w.office.calls)
	}
}

func TestReasonIsAskedForBeforeAnythingIsDone(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "boss")
	for _, target := range []string{"/requests/" + filed + "/decline", "/changesets/set1/return", "/nodes/yanbian/fence",
		"/items/" + poorID + "/withdraw"} {
		if p := b.Post(target, url.Values{"reason": {" "}}); p.Status != 409 || !strings.Contains(p.Body, "请填写") {
			t.Errorf("%s: status %d", target, p.Status)
		}
	}
	if len(w.office.calls) > 0 {
		t.Errorf("the office was asked %v", w.office.calls)
	}
}

func TestSelectedRequestsArePassedOneByOne(t *testing.T) {
	w := newWorld(t)
	w.office.fails = map[string]error{"publish " + filed: &protocol.Fault{Code: protocol.Refused, Rule: "I-03", Text: "承诺时限不得长于法定时限"}}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "rev1")
	if list := b.Get("/requests").Body; !strings.Contains(list, `name="request" value="`+filed+`" form="selected"`) || !strings.Contains(list,
		`id="selected"`) {
		t.Fatal("the list has no boxes that belong to the form")
	}
	p := b.Post("/requests", url.Values{"request": {filed, filed2}})
	for _, want := range []string{"“最低生活保障对象认定”未通过：承诺时限不得长于法定时限", "I-03", "其余 1 件已发布"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page lacks %q: %s", want, consoletest.Text(p.Body))
		}
	}
	if p := b.Post("/requests", url.Values{"request": {filed2}}); p.Status != 303 || p.To != "/requests" {
		t.Errorf("all passed: status %d", p.Status)
	}
	if p := b.Post("/requests", nil); !strings.Contains(p.Body, "请先勾选") {
		t.Error("nothing ticked is not said")
	}
}

func TestReviewPassesAndReturnsEntryByEntry(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "rev1")
	form := b.Get("/changesets/set1/review").Body
	for _, want := range []string{"每月", "每日", "信息项：有效期至", "内容已变更或尚未到达", `name="verdict-2" value="return" checked`} {
		if !strings.Contains(form, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	typed := url.Values{"verdict-0": {"pass"}, "verdict-1": {"return"}, "reason-1": {"摘要过短"}, "verdict-2": {"return"}}
	p := b.Post("/changesets/set1/review", typed)
	if p.Status != 409 || !strings.Contains(p.Body, "请写明退回原因") || !strings.Contains(p.Body, `value="摘要过短"`) {
		t.Fatalf("a missing reason: status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	typed.Set("reason-2", "请重新报送")
	if p = b.Post("/changesets/set1/review", typed); p.Status != 303 || p.To != "/changesets" {
		t.Fatalf("status %d to %q", p.Status, p.To)
	}
	if want := "approve set1 [{e2   摘要过短} {e3   请重新报送}]"; w.office.calls[0] != want {
		t.Errorf("the office was asked %q, want %q", w.office.calls[0], want)
	}
	if !strings.Contains(b.Follow(p).Body, "通过 1 条，退回 2 条") {
		t.Error("the result is not said")
	}
}

func TestReviewersOwnBatchIsBlocked(t *testing.T) { // K-07
	w := newWorld(t)
	set, rec, err := console.Read[protocol.Changeset](w, protocol.Ref{Kind: "catalog.changeset", ID: "set1"})
	if err != nil {
		t.Fatal(err)
	}
	set.Reviewer = "hub:rev1"
	w.Put("catalog.changeset", "set1", rec.Home, rec.At, rec.Index, *set)
	if p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "rev1").Get("/changesets/set1/review"); !strings.Contains(p.Body,
		"二审人不得与编制人、一审人相同") || !strings.Contains(p.Body, " disabled>") {
		t.Error("the form can be sent")
	}
}

func TestTokenIsShownOnceWithItsCommand(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops")
	if p := b.Get("/nodes/jilin/token"); p.Status != 200 || len(w.office.calls) != 0 {
		t.Fatalf("asking issues nothing: status %d, calls %v", p.Status, w.office.calls)
	}
	p := b.Post("/nodes/jilin/token", nil)
	if p.Status != 200 || !strings.Contains(p.Body, "xiangyun node enroll --server 10.22.0.11:7443 --token XY1-0123456789-SECRET") {
		t.Fatalf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	for name, values := range p.Header {
		if strings.Contains(strings.Join(values, " "), "SECRET") {
			t.Errorf("the token is in header %s", name)
		}
	}
	if p.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page may be kept by the browser")
	}
}

func TestFormsNameEverythingThatIsWrong(t *testing.T) {
	b := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "ops")
	for target, c := range map[string]struct {
		form url.Values
		want []string
	}{
		"/nodes/plan":       {url.Values{"id": {"Yan Bian"}, "divisions": {"999999"}}, []string{"代号不合规", "请填写节点名称", "不在本省区划表中", "Yan Bian"}},
		"/agencies/edit":    {url.Values{"uscc": {"123"}, "division": {"111111"}}, []string{"请填写机构名称", "请选择所在节点", "不在本省区划表中"}},
		"/calendar/publish": {url.Values{"year": {"x"}, "off": {"2027-13-01"}}, []string{"请填写年份", "请填写通知名称", "2027-13-01"}},
	} {
		p := b.Post(target, c.form)
		if p.Status != 422 {
			t.Errorf("%s: status %d", target, p.Status)
		}
		for _, want := range c.want {
			if !strings.Contains(p.Body, want) {
				t.Errorf("%s lacks %q", target, want)
			}
		}
	}
}
