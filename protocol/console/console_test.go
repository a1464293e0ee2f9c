package console_test

import (
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/page"
	"xiangyun/protocol/rest"
)

var now = time.Date(2026, 3, 2, 9, 15, 0, 0, protocol.Beijing)

func clerk() *protocol.Account {
	return &protocol.Account{Place: "yanbian", Login: "win03", Name: "窗口 03", Roles: []protocol.Role{protocol.RoleClerk},
		State: protocol.AccountActive}
}

// sample is a console with one form.
func sample(t testing.TB, sessions console.Sessions, records *consoletest.Records) *console.Console {
	t.Helper()
	if records == nil {
		records = consoletest.NewRecords(t)
	}
	c, err := console.New(console.Config{Product: page.Text{ZH: "样例", EN: "Sample"}, Place: func(page.Lang) string { return "延边" }, At: "yanbian",
		Sessions: sessions, Records: records,
		Nav: []page.Section{{Items: []page.Item{{Key: "home", Label: "首页", Href: "/"},
			{Key: "secret", Label: "机密", Href: "/secret"}}}}, Verbs: map[string]protocol.Verb{"home": protocol.MayReadStatus, "secret": protocol.MayOperate},
		Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	show := func(v *console.Visit) error {
		form, err := v.Form()
		if err != nil {
			return err
		}
		return v.Show(page.View{Title: "表单"}, console.Sheet{Sections: []console.Section{{Form: &page.Form{Action: v.R.URL.Path,
			Fields: []page.Field{{Name: "note", Label: "说明", Value: form.Get("note")}}}}}})
	}
	c.Handle("GET /form", protocol.MayReadStatus, show)
	c.Handle("POST /form", protocol.MayReadStatus, func(v *console.Visit) error {
		if _, err := v.Form(); err != nil {
			return err
		}
		return v.Done("/form", page.Good, "console.recorded")
	})
	c.Handle("GET /secret", protocol.MayOperate, show)
	return c
}

func people() consoletest.Sessions {
	return consoletest.Sessions{"win03": clerk(), "other": {Place: "yanbian", Login: "other", Name: "别人", Roles: []protocol.Role{protocol.RoleClerk},
		State: protocol.AccountActive},
		"away": {Place: "changchun", Login: "away", Roles: []protocol.Role{protocol.RoleClerk}, State: protocol.AccountActive}}
}

func TestPagesAreDeniedByDefault(t *testing.T) {
	consoletest.NobodyGetsIn(t, sample(t, people(), nil), nil, "away") // an account of another place has no right here
	b := consoletest.NewBrowser(t, sample(t, people(), nil).Handler(), "win03")
	if p := b.Get("/secret"); p.Status != 403 || !strings.Contains(p.Body, "没有权限") && !strings.Contains(p.Body, "您的角色没有这项权限") {
		t.Errorf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	if p := b.Get("/form"); strings.Contains(p.Body, "机密") {
		t.Error("the navigation names a page that this person may not open")
	}
}

func TestPageWithoutARightCannotBeAdded(t *testing.T) {
	c := sample(t, people(), nil)
	for name, add := range map[string]func(){
		"no right":      func() { c.Handle("GET /x", "", nil) },
		"a form unseen": func() { c.Handle("POST /y", protocol.MayOperate, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: it was added", name)
				}
			}()
			add()
		}()
	}
}

func TestLoginLeadsWhereThePersonWanted(t *testing.T) {
	b := consoletest.NewBrowser(t, sample(t, people(), nil).Handler(), "")
	first := b.Get("/form?x=1")
	if first.To != "/login?next=%2Fform%3Fx%3D1" {
		t.Fatalf("redirected to %q", first.To)
	}
	login := b.Follow(first)
	if consoletest.Value(login.Body, "next") != "/form?x=1" || login.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("the login page leads to %q", consoletest.Value(login.Body, "next"))
	}
	if p := b.Post("/login", url.Values{"name": {"win03"}, "password": {"wrong"}, "next": {"/form"}}); p.Status != 401 || !strings.Contains(p.Body,
		"账号或密码不正确") || !strings.Contains(p.Body, `value="win03"`) {
		t.Errorf("wrong password: status %d", p.Status)
	}
	for next, want := range map[string]string{"/form?x=1": "/form?x=1", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/",
		"": "/"} {
		if p := b.Post("/login", url.Values{"name": {"win03"}, "password": {"right"}, "next": {next}}); p.Status != 303 || p.To != want {
			t.Errorf("next %q leads to %q, want %q", next, p.To, want)
		}
	}
	if p := b.Get("/form"); p.Status != 200 || !strings.Contains(p.Body, "窗口 03") {
		t.Fatalf("not logged in: %d", p.Status)
	}
	if p := b.Post("/logout", nil); p.To != "/login" || !strings.Contains(b.Get("/login").Body, "已退出登录") {
		t.Error("logging out does not say so")
	}
	if p := b.Get("/form"); p.Status != 303 {
		t.Error("still logged in")
	}
}

func TestFormOfAnEndedSessionWaitsForItsPerson(t *testing.T) {
	c := sample(t, people(), nil)
	b := consoletest.NewBrowser(t, c.Handler(), "ended")
	p := b.Post("/form", url.Values{"note": {"写了一半 & 更多"}, "password": {"secret"}})
	kept := strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(consoletest.Value(p.Body, "xy-kept"))
	if p.Status != 401 || kept == "" || strings.Contains(p.Body, "secret") {
		t.Fatalf("status %d, kept %q", p.Status, kept)
	}
	done := b.Post("/login", url.Values{"name": {"win03"}, "password": {"right"}, "next": {consoletest.Value(p.Body, "next")}, "xy-kept": {kept}})
	for range 2 { // a reload loses nothing either
		if form := b.Follow(done); !strings.Contains(form.Body, `value="写了一半 &amp; 更多"`) {
			t.Fatalf("the form is empty: %s", consoletest.Text(form.Body))
		}
	}
	if form := consoletest.NewBrowser(t, c.Handler(), "other").Get(done.To); strings.Contains(form.Body, "写了一半") {
		t.Error("another person sees what was typed")
	}
}

func TestStrangersCannotStoreAnything(t *testing.T) {
	c := sample(t, people(), nil)
	b := consoletest.NewBrowser(t, c.Handler(), "")
	if p := b.Post("/form", url.Values{"note": {strings.Repeat("x", 2<<20)}}); p.Status != 413 {
		t.Errorf("two megabytes of a stranger: status %d", p.Status)
	}
	body, w := io.Pipe()
	m := multipart.NewWriter(w)
	go func() {
		f, _ := m.CreateFormFile("file", "x.pdf")
		_, _ = f.Write([]byte(strings.Repeat("y", 4<<20)))
		_ = m.WriteField("note", "after the file")
		_ = w.CloseWithError(m.Close())
	}()
	if p := b.Send("/form", m.FormDataContentType(), body); p.Status != 401 || !strings.Contains(p.Body,
		"after&#43;the&#43;file") || !strings.Contains(p.Body, "须重新选择") || len(p.Body) > 64<<10 {
		t.Errorf("status %d, %d bytes", p.Status, len(p.Body))
	}
}

func TestBrokenFormsAreRefused(t *testing.T) {
	b := consoletest.NewBrowser(t, sample(t, people(), nil).Handler(), "win03")
	if p := b.Send("/form", "application/x-www-form-urlencoded", strings.NewReader("note=%zz")); p.Status != 400 {
		t.Errorf("status %d, want 400", p.Status)
	}
	r := httptest.NewRequest("POST", "/form", strings.NewReader("no parts"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	if _, err := console.ReadParts(r, nil); protocol.CodeOf(err) != protocol.Malformed {
		t.Errorf("got %v", err)
	}
}

// accounts is one account with a password.
type accounts struct{ who protocol.Account }

func (a accounts) Account(id string) (protocol.Account, bool, error) {
	return a.who, id == protocol.AccountID(a.who.Place, a.who.Login), nil
}

func (a accounts) AccountByToken(string) (protocol.Account, bool, error) {
	return protocol.Account{}, false, nil
}

func TestRealSessionsServePagesAndEndByThemselves(t *testing.T) { // ASVS 7.3.1
	who := *clerk()
	var err error
	if who.Password, err = identity.HashPassword("correct horse"); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c := sample(t, &rest.Sessions{Place: "yanbian", Gate: identity.NewGate("yanbian", accounts{who})}, nil)
		b := consoletest.NewBrowser(t, c.Handler(), "")
		if p := b.Post("/login", url.Values{"name": {"win03"}, "password": {"wrong horse"}}); p.Status != 401 {
			t.Fatalf("wrong password: status %d", p.Status)
		}
		p := b.Post("/login", url.Values{"name": {"win03"}, "password": {"correct horse"}, "next": {"/form"}})
		if p.Status != 303 || !strings.Contains(p.Header.Get("Set-Cookie"), "HttpOnly") || !strings.Contains(p.Header.Get("Set-Cookie"),
			"SameSite=Strict") {
			t.Fatalf("status %d, cookie %q", p.Status, p.Header.Get("Set-Cookie"))
		}
		for range 3 { // work keeps it alive
			time.Sleep(25 * time.Minute)
			if p := b.Get("/form"); p.Status != 200 {
				t.Fatalf("the session ended while somebody works: %d", p.Status)
			}
		}
		refresh := func() int {
			r := httptest.NewRequest(http.MethodGet, "/strip", nil)
			r.RemoteAddr = "127.0.0.1:1"
			r.Header.Set(page.RefreshHeader, "1")
			for _, c := range p.Header.Values("Set-Cookie") {
				r.Header.Add("Cookie", strings.SplitN(c, ";", 2)[0])
			}
			w := httptest.NewRecorder()
			c.Handler().ServeHTTP(w, r)
			return w.Code
		}
		for range 3 { // a page that refreshes itself does not
			time.Sleep(9 * time.Minute)
			if got := refresh(); got != 200 {
				t.Fatalf("refresh: %d", got)
			}
		}
		time.Sleep(9 * time.Minute)
		if p := b.Get("/form"); p.Status != 303 {
			t.Errorf("status %d: a screen nobody is at kept the session alive", p.Status)
		}
	})
}

func TestSessionIsNotGivenOverPlainHTTP(t *testing.T) {
	who := *clerk()
	c := sample(t, &rest.Sessions{Place: "yanbian", Gate: identity.NewGate("yanbian", accounts{who})}, nil)
	r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader("name=win03&password=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = "10.1.2.3:5"
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	if w.Code != 401 || !strings.Contains(w.Body.String(), "请通过 https 访问") {
		t.Errorf("status %d: %s", w.Code, consoletest.Text(w.Body.String()))
	}
}

func TestOwnTemplatesStandBeforeShared(t *testing.T) {
	cfg := console.Config{Product: page.Text{ZH: "样", EN: "S"}, Place: func(page.Lang) string { return "x" }, At: "yanbian", Sessions: people(),
		Records:   consoletest.NewRecords(t),
		Templates: fstest.MapFS{"own.html": {Data: []byte(`{{define "content"}}own{{end}}`)}}}
	if _, err := console.New(cfg); err != nil {
		t.Fatal(err)
	}
	cfg.Texts = page.Texts{"console.and": {ZH: "x", EN: "y"}}
	if _, err := console.New(cfg); err == nil {
		t.Error("a console changed a shared word")
	}
	if _, err := console.New(console.Config{}); err == nil {
		t.Error("a console without sessions was built")
	}
}

func TestEveryActOfEveryKindHasAWord(t *testing.T) {
	c := sample(t, people(), nil)
	for _, k := range protocol.Kinds() {
		for _, act := range k.Acts() {
			for _, lang := range []page.Lang{page.ZH, page.EN} {
				if key := console.Word("act."+console.Family(k.Name)+".", string(act)); strings.Contains(c.Shell().Text(lang, key), "⟦") {
					t.Errorf("%s of %s has no word: %s", act, k.Name, key)
				}
			}
		}
	}
	for _, s := range protocol.CaseStates {
		if b := console.State("case", string(s.State)); c.Shell().Text(page.ZH, b.Word) != s.Title {
			t.Errorf("%s is %q here and %q in the protocol", s.State, c.Shell().Text(page.ZH, b.Word), s.Title)
		}
	}
	for _, i := range protocol.ItemTypes {
		if got := c.Shell().Text(page.ZH, "itemtype."+i.Code); got != i.Title {
			t.Errorf("item type %s is %q here and %q in the protocol", i.Code, got, i.Title)
		}
	}
}

func TestDiffNamesWhatChanged(t *testing.T) {
	old := []console.Line{{Label: "a", Text: "1"}, {Label: "b", Text: "2"}, {Label: "c", Text: "3"}, {Label: "empty", Text: ""}}
	next := []console.Line{{Label: "a", Text: "1"}, {Label: "b", Text: "2x"}, {Label: "d", Text: "4"}}
	want := []console.Change{{Label: "b", Old: "2", New: "2x"}, {Label: "d", New: "4"}, {Label: "c", Old: "3"}}
	if got := console.Diff(old, next); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestNamesAndNumbersAreMasked(t *testing.T) {
	for name, want := range map[string]string{"": "", "金": "金*", "金某某": "金**", "欧阳某某某": "欧***"} {
		if got := console.Mask(&protocol.Applicant{Type: "person", Name: name}); got != want {
			t.Errorf("%s is shown as %q, want %q", name, got, want)
		}
	}
	if got := console.Mask(&protocol.Applicant{Type: "org", Name: "延吉某某餐饮有限公司"}); got != "延吉****公司" {
		t.Errorf("an organisation is shown as %q", got)
	}
	if got := console.MaskID("11010519491231002X"); got != "110***********002X" || console.MaskID("1234") != "****" {
		t.Errorf("a number is shown as %q", got)
	}
}

func TestDueDaysAreCountedAndColoured(t *testing.T) {
	day := func(dom int) protocol.Day { return protocol.Day{Year: 2026, Month: 3, Dom: dom} }
	at := protocol.At(now)
	received := protocol.Receipt{At: at - 3*24*3600*1000}
	for _, c := range []struct {
		name string
		c    protocol.Case
		word string
		tone page.Tone
	}{
		{"plenty of time is calm", protocol.Case{State: protocol.CaseReceived, Received: received, Due: protocol.CaseDue{K1: day(6)}}, "剩 4 个工作日",
			page.Plain},
		{"the last day is yellow", protocol.Case{State: protocol.CaseArrived, Received: received, Due: protocol.CaseDue{K1: day(2)}}, "今日到期",
			page.Warn},
		{"a day before is yellow", protocol.Case{State: protocol.CaseArrived, Received: received, Due: protocol.CaseDue{K1: day(3)}}, "剩 1 个工作日",
			page.Warn},
		{"past it is red", protocol.Case{State: protocol.CaseReceived, Received: received,
			Due: protocol.CaseDue{K1: protocol.Day{Year: 2026, Month: 2, Dom: 27}}}, "超期 1 个工作日", page.Bad},
		{"an unpublished year is provisional", protocol.Case{State: protocol.CaseReceived, Received: received,
			Due: protocol.CaseDue{K1: day(9), Provisional: true}}, "剩 5 个工作日（暂定）", page.Plain},
		{"the nearer of promise and law counts", protocol.Case{State: protocol.CaseAccepted, Accepted: at,
			Due: protocol.CaseDue{K2: day(20), K3: day(10)}}, "剩 6 个工作日", page.Plain},
		{"a promise alone counts", protocol.Case{State: protocol.CaseAccepted, Accepted: at, Due: protocol.CaseDue{K2: day(20)}}, "剩 14 个工作日",
			page.Plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			visit(t, func(v *console.Visit) {
				d, runs := v.DueOf(&c.c)
				if b := v.DueBadge(d); !runs || b.Word != c.word || b.Tone != c.tone {
					t.Errorf("got %q %q, want %q %q", b.Word, b.Tone, c.word, c.tone)
				}
			})
		})
	}
	visit(t, func(v *console.Visit) {
		for _, state := range []protocol.CaseState{protocol.CaseGranted, protocol.CaseRefused, protocol.CaseDelivered} {
			if _, runs := v.DueOf(&protocol.Case{State: state, Due: protocol.CaseDue{K1: day(6)}}); runs {
				t.Errorf("a clock runs for %s", state)
			}
		}
	})
}

// visit runs do inside a request of the clerk.
func visit(t *testing.T, do func(*console.Visit)) {
	t.Helper()
	c := sample(t, people(), nil)
	c.Handle("GET /visit", protocol.MayReadStatus, func(v *console.Visit) error {
		do(v)
		return v.Show(page.View{Title: "x"}, console.Sheet{})
	})
	if p := consoletest.NewBrowser(t, c.Handler(), "win03").Get("/visit"); p.Status != 200 {
		t.Fatalf("status %d", p.Status)
	}
}

func TestSizesAreReadable(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 5 << 30: "5.0 GiB", 1 << 60: "1048576.0 TiB"} {
		if got := console.Size(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func FuzzForms(f *testing.F) {
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n"))
	f.Add("application/x-www-form-urlencoded", []byte("a=b&c=%zz"))
	h := sample(f, people(), nil).Handler()
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader(string(body)))
		r.Header["Content-Type"] = []string{media}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("status %d", w.Code)
		}
	})
}
