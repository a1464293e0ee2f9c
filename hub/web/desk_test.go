package web

import (
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol/console/consoletest"
)

// TestEveryActOfDeskAndSupervision: each is a form that asks first (cases.W-11,
// W-12), and what it asks of the office is what the person typed.
func TestEveryActOfDeskAndSupervision(t *testing.T) {
	reason := url.Values{"reason": {"职责调整"}}
	card := url.PathEscape(sampleCard)
	for _, c := range []struct {
		name, login, target string
		form                url.Values
		call, to            string
	}{
		{"set a route", "desk1", "/routes/edit", url.Values{"impl": {sampleRoute[:31]}, "agency": {poorOf + " 长春市民政局"}, "substitute": {deskOf}, "relation": {"superior"}, "basis": {"《预案》"}},
			"route " + sampleRoute[:31] + ` "" to ` + poorOf + " at changchun or superior " + deskOf + " at jilin by 《预案》", "/routes"},
		{"retire a route", "desk1", "/routes/" + url.PathEscape(sampleRoute) + "/retire", reason, "retire route " + sampleRoute + " 职责调整", "/routes/" + url.PathEscape(sampleRoute)},
		{"delegate", "desk1", "/delegations/new", url.Values{"item": {poorID}, "receiving": {foodOf}, "basis": {"《协议》"}},
			"delegate " + poorID + " " + poorOf + " to " + foodOf + " by 《协议》", "/delegations"},
		{"end a delegation", "desk1", "/delegations/" + url.PathEscape(sampleDelegation) + "/end", reason, "end delegation " + sampleDelegation + " 职责调整",
			"/delegations/" + url.PathEscape(sampleDelegation)},
		{"retire a basic entry", "rev1", "/basics/220050100100/retire", reason, "retire basic 220050100100 职责调整", "/basics/220050100100"},
		{"propose an outage", "desk1", "/desk/nodes/yanbian/outage", url.Values{"confirmed": {"州值班负责人"}, "how": {"电话"}, "since": {"2026-03-01 08:00"}, "reason": {"断电"}},
			"propose outage of yanbian: [] to  by  after , 州值班负责人 电话 2026-03-01 08:00:00, 断电", "/desk/nodes/yanbian"},
		{"propose to reassign", "desk1", "/desk/nodes/baishan/reassign", url.Values{"item": {sampleRoute[:31]}, "route": {sampleRoute}, "case": {atBaishan}, "reason": {"期限将至"}},
			"propose reassign of baishan: [" + atBaishan + "] to " + deskOf + " by " + sampleRoute + " after " + sampleOutage + ",   1970-01-01 08:00:00, 期限将至", "/desk/nodes/baishan"},
		{"propose an agency", "desk1", "/desk/cases/" + atDesk + "/route", url.Values{"agency": {poorOf}, "reason": {"按权责清单"}},
			"propose route of : [" + atDesk + "] to " + poorOf + " by  after ,   1970-01-01 08:00:00, 按权责清单", "/desk/cases/" + atDesk},
		{"confirm", "desk2", "/desk/proposals/" + sampleMove + "/confirm", nil, "confirm " + sampleMove, "/desk/proposals/" + sampleMove},
		{"withdraw", "desk1", "/desk/proposals/" + sampleMove + "/withdraw", reason, "withdraw " + sampleMove + " 职责调整", "/desk/proposals/" + sampleMove},
		{"close a card", "super", "/cards/" + card + "/close", reason, "close card " + sampleCard + " 职责调整", "/cards/" + card},
		{"reject an answer", "super", "/cards/" + card + "/reject", reason, "reject card " + sampleCard + " 职责调整", "/cards/" + card},
		{"draw a check", "super", "/checks/new", url.Values{"from": {"2026-02-01"}, "until": {"2026-02-28"}, "place": {"yanbian"}, "size": {"5"}, "reason": {"抽查"}},
			`draw 5 of 2026-02-01 to 2026-02-28 at "yanbian" for "": 抽查`, "/checks"},
		{"note a finding", "super", "/checks/" + sampleCheck + "/find", url.Values{"case": {oneCase}, "finding": {"fault"}, "text": {"未告知"}},
			"find " + sampleCheck + " fault in " + oneCase + ": 未告知", "/checks/" + sampleCheck},
		{"close a check", "super", "/checks/" + sampleCheck + "/close", url.Values{"result": {"责令改正"}}, "close check " + sampleCheck + ": 责令改正", "/checks/" + sampleCheck},
		{"publish an assessment", "super", "/assessments/publish", url.Values{"from": {"2026-01-01"}, "until": {"2026-01-31"}}, "assess 2026-01-01 to 2026-01-31", "/assessments"},
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
				t.Errorf("the office was asked\n%q, want\n%q", w.office.calls, c.call)
			}
		})
	}
}

func TestWhatIsTypedWrongAtTheDeskIsSaid(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, login, target string
		form                url.Values
		want                string
	}{
		{"an agency that is not registered", "desk1", "/routes/edit", url.Values{"impl": {"x"}, "agency": {"nobody"}}, "没有登记"},
		{"an item that is not there", "desk1", "/delegations/new", url.Values{"item": {"x@1"}, "receiving": {foodOf}, "basis": {"b"}}, "没有这个事项版本"},
		{"a time that is none", "desk1", "/desk/nodes/yanbian/outage", url.Values{"confirmed": {"a"}, "how": {"b"}, "since": {"昨天"}, "reason": {"r"}}, "2026-03-02 09:15"},
		{"a route that is not there", "desk1", "/desk/nodes/baishan/reassign", url.Values{"route": {"x"}, "case": {atBaishan}, "reason": {"r"}}, "没有替代机构"},
		{"days that are none", "super", "/assessments/publish", url.Values{"from": {"x"}, "until": {"y"}}, "起止日期"},
		{"a draw of nothing", "super", "/checks/new", url.Values{"from": {"2026-02-01"}, "until": {"2026-02-02"}, "size": {"0"}, "reason": {"r"}}, "1 至 200"},
	} {
		p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), c.login).Post(c.target, c.form)
		if p.Status != 409 || !strings.Contains(p.Body, c.want) {
			t.Errorf("%s: status %d, want %q: %s", c.name, p.Status, c.want, consoletest.Text(p.Body))
		}
	}
	if len(w.office.calls) > 0 {
		t.Errorf("the office was asked %v", w.office.calls)
	}
}

// TestTheDeskSeesWhatStandsInTheWay is cases.C-24: letters in words, before
// anybody asks; and who proposed is told that another must confirm (G-08).
func TestTheDeskSeesWhatStandsInTheWay(t *testing.T) {
	pages := newWeb(t, newWorld(t))
	node := consoletest.NewBrowser(t, pages.Handler(), "desk2").Get("/desk/nodes/baishan")
	for _, want := range []string{"C-24a 确认中断并隔离", "白山市政务服务局值班负责人", "调度 1 提议，调度 2 确认", "替代机构：吉林省民政厅", "不可：C-24c", "暂不改派", "220000000010L"} {
		if !strings.Contains(node.Body, want) {
			t.Errorf("the page lacks %q: %s", want, consoletest.Text(node.Body))
		}
	}
	own := consoletest.NewBrowser(t, pages.Handler(), "desk1").Get("/desk/proposals/" + sampleMove)
	other := consoletest.NewBrowser(t, pages.Handler(), "desk2").Get("/desk/proposals/" + sampleMove)
	if strings.Contains(own.Body, sampleMove+"/confirm") || !strings.Contains(own.Body, "须由另一名调度人员确认") || !strings.Contains(other.Body, sampleMove+"/confirm") {
		t.Error("the button to confirm stands where it must not, or not where it must")
	}
	desk := consoletest.NewBrowser(t, pages.Handler(), "desk1").Get("/desk")
	for _, want := range []string{"220000000009K", "权责不明", "白山市", "期限将至"} {
		if !strings.Contains(desk.Body, want) {
			t.Errorf("the desk lacks %q", want)
		}
	}
	for _, secret := range []string{"申请人甲", "002X"} { // §16: routing fields only
		for _, p := range []consoletest.Page{desk, node, consoletest.NewBrowser(t, pages.Handler(), "desk1").Get("/desk/cases/" + atDesk)} {
			if strings.Contains(p.Body, secret) {
				t.Errorf("the desk sees %s", secret)
			}
		}
	}
}

func TestTheDeskIsAlertedOnEveryPage(t *testing.T) { // cases.F-02, S-03
	w := newWorld(t)
	pages := newWeb(t, w)
	said := "长春市没有连接，那里有 7 件已超期、21 件将到期"
	if p := consoletest.NewBrowser(t, pages.Handler(), "desk1").Get("/routes"); !strings.Contains(p.Body, said) {
		t.Errorf("the desk is not alerted: %s", consoletest.Text(p.Body))
	}
	if p := consoletest.NewBrowser(t, pages.Handler(), "audit").Get("/coverage"); strings.Contains(p.Body, said) {
		t.Error("an auditor is alerted")
	}
	w.nodes[1].Connected = true
	if p := consoletest.NewBrowser(t, pages.Handler(), "desk1").Get("/routes"); strings.Contains(p.Body, said) {
		t.Error("a place that is connected alerts")
	}
}

func TestAFileOfTheBasicCatalogueIsReadRowByRow(t *testing.T) { // cases.I-02
	rows, bad := readBasics("\ufeff基本编码,名称,类型,依据\r\n220050100100,低保认定,行政给付,《办法》第九条；《条例》\n\n220050100200\t临时救助\t5\t《办法》\t《细则》\n\"broken,x\n短,y\n")
	if len(rows) != 2 || len(bad) != 2 || bad[0].line != 5 || rows[1].line != 4 {
		t.Fatalf("%+v %+v", rows, bad)
	}
	if b := rows[0].basic; b.Code != "220050100100" || b.Type != "05" || len(b.Basis) != 2 {
		t.Errorf("%+v", b)
	}
	if b := rows[1].basic; b.Type != "05" || b.Name != "临时救助" || len(b.Basis) != 2 {
		t.Errorf("%+v", b)
	}
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "rev1")
	p := b.Post("/basics/load", url.Values{"rows": {"220050100100,低保认定,05,《办法》\n12,短码,05,《办法》\nbroken"}})
	for _, want := range []string{"新增 1 行", "未载入 2 行", "I-01", "不足四列", "12,短码,05,《办法》\nbroken</textarea>"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the report lacks %q: %s", want, consoletest.Text(p.Body))
		}
	}
	if p := b.Post("/basics/load", url.Values{"rows": {" "}}); !strings.Contains(p.Body, "请填写") || len(w.office.calls) != 1 {
		t.Errorf("nothing was loaded with %v", w.office.calls)
	}
}

func TestCoverageIsAFile(t *testing.T) { // arts. 32, 34
	b := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "audit")
	p := b.Get("/coverage.csv")
	if !strings.HasPrefix(p.Body, "\ufeff") || !strings.Contains(p.Body, "长春市民政局,"+poorOf+",changchun,40,34,4,2,38") || !strings.Contains(p.Header.Get("Content-Disposition"), "coverage.csv") {
		t.Errorf("%s", p.Body)
	}
	items := b.Get("/coverage/" + poorOf + "/items.csv")
	if !strings.Contains(items.Body, "'=收养登记") || !strings.Contains(items.Body, "法律、法规另有规定,《收养登记办法》第四条,2,须当面询问") {
		t.Errorf("%s", items.Body)
	}
	if once := b.Get("/coverage/" + poorOf + "?show=once").Body; strings.Contains(once, "收养登记") || !strings.Contains(once, "最低生活保障") {
		t.Error("the one-visit list is not that")
	}
}

func TestClocksSayTheSameInMapChartAndTable(t *testing.T) { // cases.Y-03
	p := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "super").Get("/clocks")
	for _, want := range []string{"长春：在办 340 件，超期 7 件，将到期 21 件，其中今日到期 9 件", `href="/clocks/changchun?colour=red">7<`, `href="/clocks/all?colour=today"`,
		"白城", "没有节点", "长春新区", "梅河口", "长白山"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(p.Body, "长春市：已超期 7 件") || strings.Contains(p.Body, "style=") {
		t.Error("the chart does not say its parts, or has inline style")
	}
	list := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "boss").Get("/clocks/all")
	if strings.Index(list.Body, "220000000003V") > strings.Index(list.Body, "220000000009K") || !strings.Contains(list.Body, "220000000010L") {
		t.Errorf("the earliest due does not stand first: %s", consoletest.Text(list.Body))
	}
	red := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "boss").Get("/clocks/changchun?colour=red")
	if !strings.Contains(red.Body, "220000000003V") || strings.Contains(red.Body, "220000000009K") {
		t.Errorf("overdue at one place: %s", consoletest.Text(red.Body))
	}
}

func TestAFigureThatDiffersIsSaid(t *testing.T) { // cases.A-01, A-02
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "super")
	base := "/assessments/" + url.PathEscape(sampleReport)
	if p := b.Get(base + "/K1"); !strings.Contains(p.Body, "与公布的数字和明细一致") || !strings.Contains(p.Body, oneCase) {
		t.Errorf("%s", consoletest.Text(p.Body))
	}
	if p := b.Get(base + "/K2"); !strings.Contains(p.Body, "与公布的不同") {
		t.Errorf("%s", consoletest.Text(p.Body))
	}
	if p := b.Get(base); !strings.Contains(p.Body, "47,000") || !strings.Contains(p.Body, "2026 年第 1 版") {
		t.Errorf("%s", consoletest.Text(p.Body))
	}
}
