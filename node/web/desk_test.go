package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// TestW02ItemsAreFoundByNamePinyinAndCode, the own place's first.
func TestW02ItemsAreFoundByNamePinyinAndCode(t *testing.T) {
	w := newWorld(t)
	pages := newWeb(t, w)
	b := consoletest.NewBrowser(t, pages.Handler(), "win03")
	for typed, want := range map[string]string{"食品": foodID, "spjyxk": foodID, "SPJYXK": foodID, "jyxk": foodID, "zdsh": poorID, "保障对象": poorID,
		"没有这样的事项": "", "长春市民政局 最低": poorID, "3220050100100": poorID, "ｓｐｊｙ": foodID} {
		body := b.Get("/intake?q=" + url.QueryEscape(typed)).Body
		_, list, _ := strings.Cut(body, `id="list"`)
		found := strings.Contains(list, `/intake/`+want+`"`)
		if want == "" {
			found = strings.Contains(list, "没有符合条件的记录")
		}
		if !found {
			t.Errorf("%q does not lead to %q", typed, want)
		}
	}
	i, _, err := console.Read[protocol.Item](w, protocol.Ref{Kind: "item", ID: foodID})
	if err != nil {
		t.Fatal(err)
	}
	i.Name = "餐饮许可"
	w.Put("item", foodID, protocol.Hub, nowAt, 90, *i)
	if body := b.Get("/intake?q=cyxk").Body; !strings.Contains(body, "餐饮许可") {
		t.Error("a changed item is not found by its new name")
	}
}

// BenchmarkFindItem is the bar of W-02: at most 100 ms, over a province's items.
func BenchmarkFindItem(b *testing.B) {
	f := finder{read: map[rune]string{}}
	for i := range 80_000 {
		name := []string{"食品经营许可（新办）", "最低生活保障对象认定", "不动产登记资料查询", "道路运输经营许可证年审"}[i%4]
		f.items = append(f.items, named{id: name, name: name, code: "112224000136001000", sounds: f.sounds(name)})
	}
	for b.Loop() {
		n := 0
		for i := range f.items {
			if f.items[i].rank("dlysjy") > 0 {
				n++
			}
		}
		if n != 20_000 {
			b.Fatal(n)
		}
	}
}

// TestW02DraftsAreKeptAndDropped: sent as it stands the form is kept, listed for
// its author only, goes on from its address, and is gone with the receipt.
func TestW02DraftsAreKeptAndDropped(t *testing.T) {
	w := newWorld(t)
	pages := newWeb(t, w).Handler()
	b := consoletest.NewBrowser(t, pages, "win03")
	values := filled(w, "DRAFT1")
	values.Del("line-m1")
	values.Set("act", "live")
	p := b.Post("/intake/"+poorID, values)
	for _, want := range []string{"还不能提交", "申请书：请选择该项材料的核对情况", "1949-12-31 出生", "草稿已保存", "disabled"} {
		if p.Status != 200 || !strings.Contains(strings.ReplaceAll(p.Body, "</a>", ""), want) {
			t.Errorf("status %d, the answer lacks %q: %s", p.Status, want, consoletest.Text(p.Body))
		}
	}
	if len(w.desk.calls) != 0 {
		t.Fatalf("it was submitted: %v", w.desk.calls)
	}
	if list := b.Get("/intake").Body; !strings.Contains(list, "我的草稿") || !strings.Contains(list, "draft=DRAFT1") || strings.Contains(list, "申请人甲") {
		t.Error("the draft is not listed, or shows a name")
	}
	if other := consoletest.NewBrowser(t, pages, "acc11").Get("/intake").Body; strings.Contains(other, "我的草稿") {
		t.Error("somebody else sees it")
	}
	form := b.Get("/intake/" + poorID + "?draft=DRAFT1").Body
	if !strings.Contains(form, `value="申请人甲"`) || consoletest.Value(form, "nonce") != "DRAFT1" || !strings.Contains(form, "已恢复") {
		t.Error("the draft does not go on")
	}
	values.Set("act", "")
	values.Set("line-m1", "present")
	if p := b.Post("/intake/"+poorID, values); p.Status != 303 {
		t.Fatalf("status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	if list := b.Get("/intake").Body; strings.Contains(list, "我的草稿") {
		t.Error("the draft outlives its case")
	}
	values.Set("act", "save")
	if p := b.Post("/intake/"+poorID, values); p.To != "/intake/"+escape(poorID)+"?draft=DRAFT1" {
		t.Errorf("without script it leads to %q", p.To)
	}
	if p := b.Follow(b.Post("/drafts/DRAFT1/drop", nil)); strings.Contains(p.Body, "我的草稿") {
		t.Error("a discarded draft is still there")
	}
}

// TestDU06OtherCasesOfThePersonAreHinted by the node's own index.
func TestDU06OtherCasesOfThePersonAreHinted(t *testing.T) {
	w := newWorld(t)
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(5)})
	if err != nil {
		t.Fatal(err)
	}
	c.Applicant.FP = w.desk.Fingerprint("citizen", "11010519491231002X")
	w.Put("case", caseID(5), rec.Home, rec.At, rec.Index, *c)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	values := filled(w, "N1")
	values.Set("act", "live")
	if body := b.Post("/intake/"+poorID, values).Body; !strings.Contains(body, "DU-06") || !strings.Contains(body, c.ReceiptNo) {
		t.Error("an open case of the same item is not hinted at")
	}
	values.Set("object", "另一处")
	c.ObjectKey = "甲店"
	w.Put("case", caseID(5), rec.Home, rec.At, rec.Index, *c)
	if body := b.Post("/intake/"+poorID, values).Body; strings.Contains(body, "DU-06") || !strings.Contains(body, c.ReceiptNo) {
		t.Error("another object is taken for a duplicate (DU-02), or the case is not shown")
	}
}

// TestW03ConditionalLinesFollowTheForm is cases.W-03: without script too; what is not asked for
// is exempt and cannot be missing (C-02b).
func TestW03ConditionalLinesFollowTheForm(t *testing.T) {
	w := newWorld(t)
	w.fiveLines()
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	values := filled(w, "N1")
	values.Set("form-家庭人口", "1")
	values.Set("form-有无住房", "无")
	values.Set("line-m5", "present")
	if p := b.Post("/intake/"+poorID, values); p.Status != 303 || w.desk.last.Materials[3].Presence != "exempt" {
		t.Fatalf("status %d, materials %+v: %s", p.Status, w.desk.last.Materials, consoletest.Text(p.Body))
	}
	values.Set("nonce", "N2")
	values.Set("form-家庭人口", "4")
	p := b.Post("/intake/"+poorID, values)
	if p.Status != 422 || !strings.Contains(p.Body, "与本人关系页齐全") || !strings.Contains(p.Body, `id="f-line-m4-error"`) {
		t.Errorf("status %d: the line that is now asked for was not answered", p.Status)
	}
	values.Set("form-家庭人口", "很多")
	if p := b.Post("/intake/"+poorID, values); !strings.Contains(p.Body, "请填写数字") {
		t.Error("a number that is none passes")
	}
}

// TestW03SharedLinesAreNotDemanded: §14.2, C-07d.
func TestW03SharedLinesAreNotDemanded(t *testing.T) {
	w := newWorld(t)
	g, _, err := console.Read[protocol.Guide](w, protocol.Ref{Kind: "guide", ID: poorID})
	if err != nil {
		t.Fatal(err)
	}
	g.Lines[1].Share = &protocol.LineShare{Resource: "r1", Scenario: "身份核验"}
	w.Put("guide", poorID, protocol.Hub, ago(1000), 11, *g)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	body := b.Get("/intake/" + poorID).Body
	if !strings.Contains(body, "由部门共享取得，免予提交；用途：身份核验") || strings.Contains(body, `id="f-line-m2-missing"`) {
		t.Error("a shared line can be missing, or does not say where it comes from")
	}
	values := filled(w, "N1")
	values.Del("line-m2")
	if p := b.Post("/intake/"+poorID, values); p.Status != 303 || w.desk.last.Materials[1].Presence != "fetched:pending" || w.desk.last.Materials[1].Source != "r1" {
		t.Errorf("status %d, %+v", p.Status, w.desk.last.Materials)
	}
}

// TestC01cAnAgentHasAMandate, which is one of the own files.
func TestC01cAnAgentHasAMandate(t *testing.T) {
	w := newWorld(t)
	w.scans.files["paper"] = Scan{ID: "paper", Name: "委托书.pdf", By: "yanbian:win03"}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	values := filled(w, "N1")
	for name, value := range map[string]string{"agent": "on", "agent_name": "代理人乙", "agent_id_type": "citizen", "agent_id": "110105194912310038"} {
		values.Set(name, value)
	}
	if p := b.Post("/intake/"+poorID, values); p.Status != 422 || !strings.Contains(p.Body, "请上传授权委托书") {
		t.Errorf("without a mandate: status %d", p.Status)
	}
	values.Set("scan-@mandate", "paper")
	if p := b.Post("/intake/"+poorID, values); p.Status != 303 || w.desk.last.Agent == nil || w.desk.last.Agent.Mandate != "paper" {
		t.Errorf("status %d, agent %+v: %s", p.Status, w.desk.last.Agent, consoletest.Text(p.Body))
	}
}

// TestD02AllGapsStandOnOnePage: cases.D-02, before anything is received (art. 34).
func TestD02AllGapsStandOnOnePage(t *testing.T) {
	w := newWorld(t)
	values := filled(w, "N1")
	values.Set("line-m1", "missing")
	values.Set("act", "gaps")
	p := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03").Post("/intake/"+poorID, values)
	text := consoletest.Text(p.Body)
	for _, want := range []string{"材料核对单", "1. 申请书", "申请人签名，填写完整", "3. 家庭收入情况说明", "没有列出的材料不再要求提供", "第 1 版"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q: %s", want, text)
		}
	}
	if len(w.desk.calls) != 0 || strings.Contains(text, "2. 居民身份证") {
		t.Error("something was received, or a paper that is here is listed")
	}
}

// TestUploadAnswersTheScript with the id of the one file, or with what is wrong.
func TestUploadAnswersTheScript(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	media, body := form(t, url.Values{"act": {"upload"}}, upload{"file-m1", "a.pdf", "application/pdf", "%PDF-1.7"})
	if p := b.Send("/intake/"+poorID, media, body); p.Status != 200 || p.Body != "{\"id\":\"new1\"}\n" {
		t.Errorf("status %d: %s", p.Status, p.Body)
	}
	media, body = form(t, url.Values{"act": {"upload"}}, upload{"file-m1", "a.doc", "application/msword", "PK"})
	if p := b.Send("/intake/"+poorID, media, body); p.Status != 422 || !strings.Contains(p.Body, "只能上传") {
		t.Errorf("status %d: %s", p.Status, p.Body)
	}
}

// TestF06AnOldViewWarnsOfItsGuide: cases.F-06.
func TestF06AnOldViewWarnsOfItsGuide(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	if body := b.Get("/intake/" + poorID).Body; strings.Contains(body, "指南可能过期") {
		t.Error("a fresh view warns")
	}
	w.status.Lanes[1].Fresh = ago(25)
	if body := b.Get("/intake/" + poorID).Body; !strings.Contains(body, "指南可能过期") {
		t.Error("a view of yesterday does not warn")
	}
}

// TestW01TabsListsAndQueueCountAlike is cases.W-01: earliest deadline first.
func TestW01TabsListsAndQueueCountAlike(t *testing.T) {
	w := newWorld(t)
	pages := newWeb(t, w)
	for login, tabs := range map[string]map[string]int{
		"boss": {"mine": 5, "new": 3, "today": 1, "overdue": 1, "correction": 0, "special": 0, "sent": 2},
		"rev1": nil} {
		b := consoletest.NewBrowser(t, pages.Handler(), login)
		for tab, n := range tabs {
			body := b.Get("/inbox?tab=" + tab).Body
			if got := strings.Count(body, `data-label="收件号"`); got != n || !strings.Contains(body, `tab=`+tab+`" aria-current`) && n > 0 && !strings.Contains(body, "tab="+tab) {
				t.Errorf("%s in %s: %d rows, want %d", login, tab, got, n)
			}
		}
	}
	b := consoletest.NewBrowser(t, pages.Handler(), "boss")
	body := b.Get("/inbox").Body
	if a, z := strings.Index(body, caseID(2)), strings.Index(body, caseID(5)); a < 0 || z < a {
		t.Error("the overdue case does not come first")
	}
	if got := b.Get("/inbox?q=" + url.QueryEscape("最低")).Body; strings.Count(got, `data-label="收件号"`) != 1 {
		t.Error("typing does not narrow the list")
	}
	for _, want := range []string{"申***", "剩 5 个工作日", "代收"} {
		if !strings.Contains(body, want) {
			t.Errorf("the inbox lacks %q", want)
		}
	}
	if strings.Contains(body, "申请人甲") {
		t.Error("a list shows a name (cases.md §16)")
	}
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(4)})
	if err != nil {
		t.Fatal(err)
	}
	c.State = protocol.CaseWithdrawn
	w.Put("case", caseID(4), rec.Home, nowAt, 99, *c)
	w.tell(rec.Ref)
	if body := b.Get("/inbox").Body; strings.Contains(body, caseID(4)) {
		t.Error("a case that ended is still listed")
	}
}

// TestW07TheQueueStandsBesideTheCase with the next one on one key.
func TestW07TheQueueStandsBesideTheCase(t *testing.T) {
	b := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "boss")
	body := b.Get("/cases/" + caseID(4) + "?desk=new").Body
	for _, want := range []string{"第 1 件，共 3 件", `href="/cases/` + caseID(5) + `?desk=new" data-hotkey="x"`, `href="/cases/` + caseID(4) + `/accept?desk=new"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the desk lacks %s", want)
		}
	}
	if p := b.Post("/cases/"+caseID(4)+"/accept?desk=new", url.Values{"rev": {"1"}}); p.To != "/cases/"+caseID(4)+"?desk=new" {
		t.Errorf("after the act the queue is gone: %q", p.To)
	}
}

// TestW01ManyAreAssignedAtOnce; what a rule refuses keeps no other.
func TestW01ManyAreAssignedAtOnce(t *testing.T) {
	w := newWorld(t)
	w.people["lead"] = person("lead", "负责人", protocol.RoleLeader)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "lead")
	if body := b.Get("/inbox").Body; !strings.Contains(body, `name="pick" value="`+caseID(2)+`@1"`) {
		t.Errorf("cases cannot be ticked: %s", consoletest.Text(body))
	}
	form := url.Values{"pick": {caseID(2) + "@1", caseID(1) + "@1"}, "assignee": {"yanbian:lead"}}
	if p := b.Follow(b.Post("/inbox", form)); !strings.Contains(p.Body, "已分办 2 件") || len(w.desk.calls) != 2 || w.desk.want.Assignee != "yanbian:lead" {
		t.Errorf("calls %v: %s", w.desk.calls, consoletest.Text(p.Body))
	}
	w.desk.err = &protocol.Fault{Code: protocol.Refused, Rule: "C-12a", Text: "只能分给本机构在岗人员"}
	if p := b.Follow(b.Post("/inbox", form)); !strings.Contains(p.Body, "2 件未能分办：只能分给本机构在岗人员") {
		t.Error("a refusal is not told")
	}
}

// TestW09AnApplicantIsFoundAndNothingOfHimIsInAnAddress: cases.W-09, I18.
func TestW09AnApplicantIsFoundAndNothingOfHimIsInAnAddress(t *testing.T) {
	w := newWorld(t)
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(5)})
	if err != nil {
		t.Fatal(err)
	}
	c.Applicant.FP = w.desk.Fingerprint("citizen", "11010519491231002X")
	w.Put("case", caseID(5), rec.Home, rec.At, rec.Index, *c)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	for name, form := range map[string]url.Values{
		"by receipt number": {"q": {"220000000005v"}}, "by identity number": {"q": {"11010519491231002x"}}, "by case id": {"q": {caseID(5)}},
		"by name and telephone": {"name": {"申请人甲"}, "tail": {"0000"}}} {
		if p := b.Post("/lookup", form); p.Status != 422 || !strings.Contains(p.Body, "请选择用途") {
			t.Errorf("%s without a purpose: status %d", name, p.Status)
		}
		form.Set("purpose", "self")
		p := b.Post("/lookup", form)
		if p.Status != 200 || !strings.Contains(p.Body, `href="/cases/`+caseID(5)+`"`) || strings.Contains(p.Body, `">申请人甲`) {
			t.Errorf("%s: status %d: %s", name, p.Status, consoletest.Text(p.Body))
		}
	}
	for name, form := range map[string]url.Values{"an unknown number": {"q": {"没有"}, "purpose": {"self"}}, "another telephone": {"name": {"申请人甲"}, "tail": {"9999"}, "purpose": {"self"}}} {
		if p := b.Post("/lookup", form); !strings.Contains(p.Body, "本节点没有查到") {
			t.Errorf("%s is found", name)
		}
	}
	if p := b.Post("/lookup", url.Values{"q": {"XYR1.x.y"}, "purpose": {"self"}}); !strings.Contains(p.Body, "二维码不完整") {
		t.Errorf("a spoilt receipt: %s", consoletest.Text(p.Body))
	}
}

// TestW05WhereIsIt is cases.W-05: received, in the queue with its age, at the hub, arrived.
func TestW05WhereIsIt(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	text := consoletest.Text(b.Get("/cases/" + caseID(6)).Body)
	for _, want := range []string{"正在发送队列中等待", "已移交，进入本节点发送队列", "在队列中已等待", "推送时限 2026-03-03"} {
		if !strings.Contains(text, want) {
			t.Errorf("while it waits the page lacks %q: %s", want, text)
		}
	}
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(6)})
	if err != nil {
		t.Fatal(err)
	}
	w.Put("case", caseID(6), "changchun", rec.At, 77, *c)
	if text := consoletest.Text(b.Get("/cases/" + caseID(6)).Body); !strings.Contains(text, "已送达省级") || !strings.Contains(text, "省级序号 77") {
		t.Errorf("at the hub: %s", text)
	}
	c.State, c.Arrived = protocol.CaseArrived, nowAt
	w.Put("case", caseID(6), "changchun", rec.At, 78, *c)
	if text := consoletest.Text(b.Get("/cases/" + caseID(6)).Body); !strings.Contains(text, "长春市办理这件") && !strings.Contains(text, "由长春市办理") {
		t.Errorf("arrived: %s", text)
	}
}

// TestW09TheProvinceIsAskedAtAPersonsWish, with the purpose, by key or fingerprint
// and never by name; cut off, the local answer stands.
func TestW09TheProvinceIsAskedAtAPersonsWish(t *testing.T) {
	w := newWorld(t)
	rec, _, err := w.Get(protocol.Ref{Kind: "case", ID: caseID(5)})
	if err != nil {
		t.Fatal(err)
	}
	away := rec
	away.Ref.ID = "jilin-1-00000001-X"
	w.desk.elsewhere = []protocol.Record{rec, away}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	p := b.Post("/lookup", url.Values{"q": {"11010519491231002x"}, "purpose": {"self"}, "province": {"on"}})
	if len(w.desk.calls) != 1 || w.desk.calls[0] != "elsewhere fp:citizen:11010519491231002X 申请人本人查询" {
		t.Errorf("the province is asked %v", w.desk.calls)
	}
	if !strings.Contains(p.Body, "省级数据，3 秒前") || strings.Contains(p.Body, `href="/cases/jilin-1-00000001-X"`) || !strings.Contains(p.Body, `href="/cases/`+caseID(5)+`"`) {
		t.Errorf("the answer lacks its age, or leads to a case that is not here: %s", consoletest.Text(p.Body))
	}
	w.desk.err = protocol.NewFault(protocol.Busy, "look elsewhere", "与省级断开,暂时查不到其他地方的办件;本地办件照常")
	if p := b.Post("/lookup", url.Values{"q": {"220000000005V"}, "purpose": {"self"}, "province": {"on"}}); p.Status != 200 || !strings.Contains(p.Body, "本地办件照常") ||
		!strings.Contains(p.Body, `href="/cases/`+caseID(5)+`"`) {
		t.Errorf("cut off: status %d: %s", p.Status, consoletest.Text(p.Body))
	}
}

// A receipt number that no case here has may be a case's elsewhere; only when it is
// none's, the province is asked whether it is some other paper's.
func TestW09ANumberOfAnotherPlaceIsAskedForByNumber(t *testing.T) {
	w := newWorld(t)
	rec, _, err := w.Get(protocol.Ref{Kind: "case", ID: caseID(5)})
	if err != nil {
		t.Fatal(err)
	}
	w.desk.elsewhere = []protocol.Record{rec}
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	asked := url.Values{"q": {"2200005000041"}, "purpose": {"self"}, "province": {"on"}}
	b.Post("/lookup", asked)
	if want := []string{"elsewhere 2200005000041 申请人本人查询"}; !slices.Equal(w.desk.calls, want) {
		t.Errorf("the province is asked %q, want %q", w.desk.calls, want)
	}
	w.desk.elsewhere, w.desk.calls = nil, nil
	b.Post("/lookup", asked)
	if want := []string{"elsewhere 2200005000041 申请人本人查询", "elsewhere fp:other:2200005000041 申请人本人查询"}; !slices.Equal(w.desk.calls, want) {
		t.Errorf("the province is asked %q, want %q", w.desk.calls, want)
	}
}

// TestV09EveryIdentityPaperIsCheckedWhileItIsTyped: cases.V-09, V-03.
func TestV09EveryIdentityPaperIsCheckedWhileItIsTyped(t *testing.T) {
	b := consoletest.NewBrowser(t, newWeb(t, newWorld(t)).Handler(), "win03")
	for _, c := range []struct{ idType, id, want string }{{"other", "AB1", "V-09a"}, {"other", "E12345678", "号码校验通过"}, {"uscc", "11222400MB1A00001Y", "V-03c"},
		{"citizen", "11010519491231002", "V-01a"}, {"citizen", "990105194912310021", "V-01"}} {
		p := b.Post("/intake/"+poorID, url.Values{"act": {"live"}, "nonce": {"N"}, "id_type": {c.idType}, "id": {c.id}})
		_, words, _ := strings.Cut(p.Body, `id="identity"`)
		words, _, _ = strings.Cut(words, "</div>")
		if !strings.Contains(words, c.want) {
			t.Errorf("%s %s: %q, want %s", c.idType, c.id, consoletest.Text(words), c.want)
		}
	}
}
