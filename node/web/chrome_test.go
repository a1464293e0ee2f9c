package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page/chrometest"
)

// fiveLines is a guide as the bar of cases.md §20 speaks of: five materials, one
// of them only under a condition, and a form of two fields.
func (w *world) fiveLines() {
	g, _, err := console.Read[protocol.Guide](w, protocol.Ref{Kind: "guide", ID: poorID})
	if err != nil {
		panic(err)
	}
	g.Form = []protocol.FormField{{Name: "家庭人口", Type: "number", Required: true}, {Name: "有无住房", Type: "choice", Options: []string{"有", "无"}, Required: true}}
	g.Lines = append(g.Lines, protocol.MaterialLine{ID: "m4", Name: "家庭成员户口簿", Form: "copy", Copies: 1, Necessity: "conditional", Expr: "家庭人口 >= 2",
		When: "家庭人口两人以上时", Source: "issued", Checks: []protocol.CheckPoint{{ID: "c1", Text: "与本人关系页齐全"}}},
		protocol.MaterialLine{ID: "m5", Name: "财产状况申报表", Form: "original", Copies: 1, Necessity: "required", Source: "self"})
	w.Put("guide", poorID, protocol.Hub, ago(1000), 11, *g)
}

// browse opens a browser at a prefecture where somebody is logged in.
func browse(t *testing.T, w *world, login string) (*chrometest.Tab, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	server := httptest.NewServer(newWeb(t, w).Handler())
	tab := chrometest.Open(t, 1366, 768)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // event streams stay open otherwise
	tab.Cookie(server.URL, "as", login)
	return tab, server.URL
}

// TestW02AWholeIntakeByKeyboardInFortyPresses is the bar of cases.md §20: a full
// intake of an item of five lines for another prefecture, without a mouse, in at
// most 40 presses besides what is typed.
func TestW02AWholeIntakeByKeyboardInFortyPresses(t *testing.T) {
	w := newWorld(t)
	w.fiveLines()
	tab, home := browse(t, w, "win03")
	tab.Go(home + "/")
	tab.Press("n")
	tab.Until("the search", `document.activeElement && document.activeElement.name === "q"`)
	tab.Type("zdsh") // 最低生活保障对象认定
	tab.Press("Enter")
	tab.Until("the form", `document.activeElement && document.activeElement.name === "id"`)
	tab.Type("11010519491231002X")
	tab.Press("Enter")
	tab.Type("申请人甲")
	tab.Press("Enter")
	tab.Type("0433-0000000")
	tab.Press("Enter", "Enter") // 办理对象 stays empty
	focusOn(t, tab, "f-form-家庭人口")
	tab.Until("the word of the check", `document.querySelector("#identity").innerText.includes("1949-12-31")`) // V-01, live
	if !strings.Contains(tab.Text("#lines"), "按所填情况无须提交") {
		t.Error("the conditional line is asked for before its condition holds")
	}
	tab.Type("3")
	tab.Press("Tab")
	tab.Until("the conditional line", `document.querySelectorAll("#lines fieldset").length === 5`) // live, by the field before
	tab.Press("Space", "Tab")                                                                      // 有
	focusOn(t, tab, "f-line-m1-present")
	for range 4 {
		tab.Press("Space", "j")
	}
	tab.Press("Space", "Space") // the last is missing: a gap, and it may be filed so
	tab.Until("the gap", `document.querySelector("#ready").innerText.includes("财产状况申报表")`)
	tab.Press("Ctrl+Enter")
	tab.Until("the receipt", `location.pathname.endsWith("/receipt")`)
	if tab.Presses > 40 {
		t.Errorf("%d presses, want at most 40", tab.Presses)
	}
	t.Logf("%d presses", tab.Presses)
	in := w.desk.last
	if in.Applicant.Name != "申请人甲" || in.Applicant.ID != "11010519491231002X" || !in.HandOver || len(in.Materials) != 5 ||
		in.Materials[3].Presence != "present" || in.Materials[4].Presence != "missing" || len(in.Form) != 2 {
		t.Errorf("the desk got %+v", in)
	}
	tab.Press("n") // and the next one
	tab.Until("the next intake", `document.activeElement && document.activeElement.name === "q"`)
}

func focusOn(t *testing.T, tab *chrometest.Tab, id string) {
	t.Helper()
	tab.Until("the keyboard at "+id, fmt.Sprintf(`document.activeElement && document.activeElement.id === %q`, id))
}

// TestW02NothingTypedIsLost: a reload, and another browser after a crash, go on
// where the clerk was.
func TestW02NothingTypedIsLost(t *testing.T) {
	w := newWorld(t)
	tab, home := browse(t, w, "win03")
	tab.Go(home + "/intake/" + poorID)
	focusOn(t, tab, "f-id")
	tab.Type("11010519491231002X")
	tab.Until("the draft", `location.search.includes("draft=")`)
	var where string
	tab.Eval("location.href", &where)
	tab.Go(where)
	var id string
	if tab.Eval(`document.getElementById("f-id").value`, &id); id != "11010519491231002X" {
		t.Errorf("after a reload the number is %q", id)
	}
	tab.Go(home + "/intake")
	if !strings.Contains(tab.Text("main"), "我的草稿") {
		t.Errorf("the drafts are not listed: %s", tab.Text("main"))
	}
}

// TestKeysAreTypedWhereSomebodyTypes: no single key acts in a field or while an
// input method composes (cases.md §20).
func TestKeysAreTypedWhereSomebodyTypes(t *testing.T) {
	tab, home := browse(t, newWorld(t), "win03")
	tab.Go(home + "/intake/" + poorID)
	focusOn(t, tab, "f-id")
	tab.Press("n", "s", "x")
	var value string
	if tab.Eval(`document.getElementById("f-id").value`, &value); value != "nsx" {
		t.Errorf("the field has %q", value)
	}
	tab.Eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "n", isComposing: true, bubbles: true}))`, nil)
	var path string
	if tab.Eval("location.pathname", &path); path != "/intake/"+poorID {
		t.Errorf("a composed key led to %s", path)
	}
}

// TestTheKeyThatSubmitsIsNeverDead: while something is missing the button cannot be
// pressed; its key leads to what is missing, and waits for the check of what was
// typed just before it.
func TestTheKeyThatSubmitsIsNeverDead(t *testing.T) {
	tab, home := browse(t, newWorld(t), "win03")
	tab.Go(home + "/intake/" + poorID)
	focusOn(t, tab, "f-id")
	tab.Type("1")
	tab.Until("what is missing", `document.querySelector("#blocked")`)
	tab.Eval("document.activeElement.blur()", nil)
	tab.Press("s")
	tab.Until("the keyboard at it", `document.activeElement && document.activeElement.id === "blocked"`)
}

// TestTheListOfKeysOpensAtItsTop: the button that closes it is its last thing, and
// has the focus.
func TestTheListOfKeysOpensAtItsTop(t *testing.T) {
	tab, home := browse(t, newWorld(t), "win03")
	tab.Go(home + "/intake")
	tab.Eval("document.activeElement.blur()", nil)
	tab.Press("?")
	tab.Until("the list of keys", `document.getElementById("keys").open`)
	var top float64
	if tab.Eval(`document.getElementById("keys").scrollTop`, &top); top != 0 {
		t.Errorf("it opens scrolled down by %v", top)
	}
}

// TestLivePagesFollowWithoutReloading: what changes in the store is on the open
// page soon after.
func TestLivePagesFollowWithoutReloading(t *testing.T) {
	w := newWorld(t)
	tab, home := browse(t, w, "acc11")
	tab.Go(home + "/inbox")
	before := tab.Text("#list .tabs")
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(4)})
	if err != nil {
		t.Fatal(err)
	}
	tab.Eval(`window.same = true`, nil)
	c.State = protocol.CaseWithdrawn
	w.Put("case", caseID(4), rec.Home, nowAt, 99, *c)
	w.tell(rec.Ref)
	tab.Until("the new figures", fmt.Sprintf(`document.querySelector("#list .tabs").innerText !== %q && window.same`, before))
}

// shown are the pages that people of the window and the department look at.
var shown = map[string][2]string{
	"home": {"boss", "/"}, "inbox": {"boss", "/inbox"}, "desk": {"boss", "/cases/" + caseID(4) + "?desk=mine"}, "choose": {"win03", "/intake?q=sp"},
	"intake": {"win03", "/intake/" + poorID}, "case": {"boss", "/cases/" + caseID(2)}, "hand-over": {"win03", "/cases/" + caseID(6)},
	"notice": {"boss", "/cases/" + caseID(7) + "/notice"}, "deny": {"boss", "/cases/" + caseID(2) + "/deny"},
	"receipt": {"win03", "/cases/" + caseID(7) + "/receipt"}, "lookup": {"win03", "/lookup"}, "work": {"ops", "/work"}, "status": {"ops", "/status"},
	"documents": {"win03", "/documents"}, "parcels": {"win03", "/parcels"}, "tasks": {"lead", "/tasks"},
	"cases": {"boss", "/cases"}, "login": {"", "/login"},
}

// TestPagesPassTheAccessibilityCheck runs axe-core (WCAG 2.1 A and AA, contrast
// included) on every page: nothing serious may be left.
func TestPagesPassTheAccessibilityCheck(t *testing.T) {
	axe, err := os.ReadFile(filepath.Join("testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.fiveLines()
	w.people["lead"] = person("lead", "负责人", protocol.RoleLeader)
	tab, home := browse(t, w, "boss")
	tab.Bypass()
	for name, p := range shown {
		tab.Cookie(home, "as", p[0])
		tab.Go(home + p[1])
		tab.Eval(string(axe)+"; true", nil)
		var found []struct {
			ID, Impact, Help string
			Nodes            []struct{ HTML string }
		}
		tab.Eval(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help,
			nodes: v.nodes.map(n => ({html: n.html.slice(0, 200) + " " + n.failureSummary}))})))`, &found)
		for _, v := range found {
			if v.Impact == "serious" || v.Impact == "critical" {
				t.Errorf("%s: %s (%s) %s: %v", name, v.ID, v.Impact, v.Help, v.Nodes[0].HTML)
			}
		}
	}
}

// TestShotsForTheEye writes pictures of every page, at 100 and 200 %.
func TestShotsForTheEye(t *testing.T) {
	if *shots == "" {
		t.Skip("no -shots folder")
	}
	w := newWorld(t)
	w.fiveLines()
	w.people["lead"] = person("lead", "负责人", protocol.RoleLeader)
	tab, home := browse(t, w, "boss")
	for name, p := range shown {
		tab.Cookie(home, "as", p[0])
		for zoom, suffix := range map[float64]string{1: "", 2: "-200"} {
			tab.Size(1366, 768, zoom)
			tab.Go(home + p[1])
			tab.Shot(filepath.Join(*shots, name+suffix+".png"))
		}
	}
}

// TestFirstLoadIsSmall: page, stylesheet, script and images are at most 100 KiB
// (cases.md §20).
func TestFirstLoadIsSmall(t *testing.T) {
	w := newWorld(t)
	w.fiveLines()
	h := newWeb(t, w).Handler()
	get := func(target, login string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.AddCookie(&http.Cookie{Name: "as", Value: login})
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Body.Len(), rec.Body.String()
	}
	for name, p := range shown {
		size, body := get(p[1], p[0])
		for _, part := range strings.Split(body, `"/assets/`)[1:] {
			file, _, _ := strings.Cut(part, `"`)
			n, _ := get("/assets/"+file, p[0])
			size += n
		}
		if size > 100<<10 {
			t.Errorf("%s: the first load is %d bytes", name, size)
		}
	}
}
