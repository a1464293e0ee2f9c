package web

import (
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console/consoletest"
)

// samples are the ids that stand in for path parameters.
var samples = map[string]string{"/cases/": caseID(4), "/scans/": "s1", "/intake/": poorID, "/items/": poorID, "/catalogue/": "e1",
	"/changesets/": "set1", "/requests/": "withdraw:yanbian:" + caseID(3) + "@1", "/work/": "urgent-1-17", "/accounts/": "win03", "/drafts/": "none", "/parcels/": "p1", "/tasks/": "t1"}

func TestNobodyGetsInWithoutSessionOrRight(t *testing.T) {
	consoletest.NobodyGetsIn(t, newWeb(t, newWorld(t)).Console, samples, "nothing")
}

func TestEveryRoleSeesItsPagesOnly(t *testing.T) {
	pages := newWeb(t, newWorld(t))
	for login, refused := range map[string][]string{
		"win03": {"/accounts", "/accounts/new", "/cases/" + caseID(4) + "/accept", "/cases/" + caseID(2) + "/grant", "/work/urgent-1-17/close",
			"/changesets/set1/first_review"},
		"rev1":  {"/cases", "/cases/" + caseID(1), "/scans/s1", "/intake", "/accounts"},
		"audit": {"/cases", "/intake", "/accounts", "/work/urgent-1-17/close"},
		"ops":   {"/cases", "/intake", "/changesets/set1/withdraw"},
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
		"home": {"boss", "/"}, "cases": {"boss", "/cases"}, "case": {"acc11", "/cases/" + caseID(2)}, "case-elsewhere": {"win03",
			"/cases/" + caseID(3)},
		"case-handing-over": {"win03", "/cases/" + caseID(6)}, "accept": {"acc11", "/cases/" + caseID(7) + "/accept"}, "refuse": {"acc11",
			"/cases/" + caseID(4) + "/refuse"},
		"deliver": {"win03", "/cases/" + caseID(1) + "/deliver"}, "receipt": {"win03", "/cases/" + caseID(7) + "/receipt"}, "choose": {"win03",
			"/intake"}, "intake": {"win03", "/intake/" + poorID},
		"items": {"win03", "/items"}, "item": {"win03", "/items/" + poorID}, "catalogue": {"rev1", "/catalogue"}, "entry": {"rev1", "/catalogue/e1"},
		"changesets": {"rev1", "/changesets"}, "changeset": {"rev1", "/changesets/set0"}, "requests": {"boss", "/requests"}, "work": {"ops",
			"/work"}, "status": {"ops", "/status"},
		"accounts": {"ops", "/accounts"}, "account-new": {"ops", "/accounts/new"}, "login": {"", "/login"}, "forbidden": {"win03",
			"/accounts"}, "missing": {"win03", "/nowhere"},
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

func TestStatusSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Status)
		want   []string
	}{
		"all is well": {func(*Status) {}, []string{"一切正常", "与省级已连接"}},
		"cut off goes on": {func(s *Status) { s.Lanes[0].Connected, s.Lanes[0].Since = false, ago(2) },
			[]string{"与省级断开（自 07:15）", "可继续受理", "窗口照常收件", "待发送 3 条"}},
		"a frozen node says why": {func(s *Status) { s.Frozen = protocol.NewFault(protocol.Fork, "push", "日志分叉。") },
			[]string{"本节点已暂停办理", "日志分叉。", "请不要重启或恢复备份"}},
		"an alarm names its rule and, to who can act, what to do": {func(s *Status) {
			f := protocol.NewFault(protocol.Twin, "uplink", "本节点有两个程序同时运行。")
			f.Rule, f.Hint = "F4", "停掉多余的副本"
			s.Alarms = append(s.Alarms, f)
		}, []string{"请注意：本节点有两个程序同时运行。（F4）", "处置提示：停掉多余的副本"}},
		"few numbers are announced": {func(s *Status) { s.NumbersLeft = 12 }, []string{"收件号仅剩 12 个"}},
		"85 %":                      {func(s *Status) { s.Room = "frugal" }, []string{"磁盘已用 85% 以上", "收件和办理不受影响", "停止导入"}},
		"92 %":                      {func(s *Status) { s.Room = "no-bulk" }, []string{"磁盘已用 92% 以上", "批量业务暂停", "收件、受理和决定照常"}},
		"95 %":                      {func(s *Status) { s.Room = "reserve" }, []string{"磁盘已用 95% 以上", "预留的空间"}},
		"97 %":                      {func(s *Status) { s.Room = "cases" }, []string{"磁盘已用 97% 以上", "数据共享调用暂停"}},
		"the reserve is used up":    {func(s *Status) { s.Room = "none" }, []string{"不能收件和办理", "不会丢失", "手工登记"}},
		"a slow clock":              {func(s *Status) { s.ClockOffset = 90 * time.Second }, []string{"本机时钟比省级慢 90 秒", "标有时钟误差", "本机时钟不准"}},
		"a fast clock":              {func(s *Status) { s.ClockOffset = -8 * time.Second }, []string{"本机时钟比省级快 8 秒"}},
		"a clock ten years off, cut off since": {func(s *Status) { s.ClockKnown, s.ClockOffset = false, 87_600*time.Hour },
			[]string{"本机时钟在运行中跳变了 约 10 年", "本机时钟不准"}},
		"a clock outside the certificate": {func(s *Status) { s.CertFrom, s.CertUntil = ago(-87_600), ago(-87_700) },
			[]string{"证书不在有效期内", "请先核对本机时钟", "收件不受影响"}},
		"nothing owed but scans":          {func(s *Status) { s.Lanes[0].Queued = 0 }, []string{"还有 2 个扫描件没有传完", "待传扫描件 2 件"}},
		"a drill is no fault of the line": {func(s *Status) { s.Drilling, s.Lanes[0].Connected = true, false }, []string{"正在断网演练", "xiangyun node online"}},
		"held by the province":            {func(s *Status) { s.Lanes[0].Held = 4 }, []string{"省级暂存了 4 项操作"}},
		"a fork says what to do": {func(s *Status) { s.Frozen = protocol.NewFault(protocol.Fork, "push", "日志分叉。") },
			[]string{"xiangyun node fork show", "凭收件号重新录入"}},
		"a rebase asks for patience": {func(s *Status) { s.NeedsRebase = true }, []string{"正在与省级核对日志"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(&w.status)
			p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "ops").Get("/status")
			for _, want := range c.want {
				if !strings.Contains(p.Body, want) {
					t.Errorf("the page lacks %q: %s", want, consoletest.Text(p.Body))
				}
			}
		})
	}
}

func TestStripIsOnEveryPage(t *testing.T) {
	pages := newWeb(t, newWorld(t))
	for _, target := range []string{"/", "/cases", "/items", "/work", "/nowhere", "/intake/" + poorID, "/strip"} {
		p := consoletest.NewBrowser(t, pages.Handler(), "boss").Get(target)
		for _, want := range []string{"与省级已连接", "数据截至 09:15", "待发送 3 条", "待传扫描件 2 件"} {
			if !strings.Contains(p.Body, want) {
				t.Errorf("%s lacks %q", target, want)
			}
		}
	}
}

func TestHostileNamesStayText(t *testing.T) {
	w := newWorld(t)
	for _, kind := range []protocol.KindName{"case", "item", "agency", "node", "account", "catalog.listing", "catalog.changeset", "request"} {
		w.poison(kind)
	}
	w.work[0].Verdict.Text = consoletest.Payloads
	w.status.Frozen = protocol.NewFault(protocol.Fork, "push", "%s", consoletest.Payloads)
	w.scans.files["s1"] = Scan{ID: "s1", Name: consoletest.Payloads, Type: "application/pdf", By: "yanbian:boss"}
	consoletest.NothingRuns(t, newWeb(t, w).Console, samples, "boss")
}

func TestNoTextIsUnused(t *testing.T) {
	consoletest.Unused(t, newWeb(t, newWorld(t)).Console, ".", "../../protocol/console")
}

func TestListsFilterAndTurnPages(t *testing.T) {
	w := newWorld(t)
	for n := 100; n < 260; n++ {
		w.copyCase(caseID(7), caseID(n), n)
	}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	first := b.Get("/cases?state=received")
	if n := strings.Count(first.Body, `data-label="收件号"`); n != 50 {
		t.Fatalf("%d rows, want 50", n)
	}
	second := b.Get(next(t, first.Body))
	if strings.Contains(second.Body, `rel="prev"`) == false || strings.Contains(second.Body, caseID(259)) {
		t.Error("the second page cannot go back, or repeats the first")
	}
	if back := b.Get(href(t, second.Body, `rel="prev" href="`)); !strings.Contains(back.Body, caseID(259)) {
		t.Error("going back does not lead to the first page")
	}
	if p := b.Get("/cases?q=220000000002v"); strings.Count(p.Body, `data-label="收件号"`) != 1 || !strings.Contains(p.Body, caseID(2)) {
		t.Error("a receipt number does not find its case")
	}
	if p := b.Get("/cases?q=%E6%B2%A1%E6%9C%89"); !strings.Contains(p.Body, "没有符合条件的记录") {
		t.Error("a search without hits does not say so")
	}
}

func next(t *testing.T, page string) string { return href(t, page, `rel="next" href="`) }

func href(t *testing.T, page, before string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, before)
	if !ok {
		t.Fatalf("no %s on the page", before)
	}
	to, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(to, "&amp;", "&")
}

func TestScansAreShownOnlyWhenTheyAreSafe(t *testing.T) {
	w := newWorld(t)
	w.scans.files["page"] = Scan{ID: "page", Name: "x.html", Type: "text/html", By: "yanbian:win03"}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	for id, want := range map[string]string{"s1": "inline", "page": "attachment"} {
		p := b.Get("/scans/" + id)
		if got := p.Header.Get("Content-Disposition"); !strings.HasPrefix(got, want) || p.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is sent as %q", id, got)
		}
	}
	if p := b.Get("/scans/nothing"); p.Status != 404 {
		t.Errorf("a scan that is nowhere: status %d", p.Status)
	}
}
