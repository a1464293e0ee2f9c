package web

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// TestW04DocumentsArePrintedAndNoted: cases.W-04, F-12, D-01.
func TestW04DocumentsArePrintedAndNoted(t *testing.T) {
	w := newWorld(t)
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(4)})
	if err != nil {
		t.Fatal(err)
	}
	serial := "YB-D01-2026-01-000001"
	c.Docs = []protocol.Doc{{Serial: serial, At: nowAt, Code: "XYR1.abc.def"}}
	w.Put("case", caseID(4), rec.Home, rec.At, rec.Index, *c)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	if body := b.Get("/cases/" + caseID(4)).Body; !strings.Contains(body, `href="/cases/`+caseID(4)+`/docs/`+serial+`?print=1"`) || !strings.Contains(body, "未打印") {
		t.Error("the case does not offer its document")
	}
	p := b.Get("/cases/" + caseID(4) + "/docs/" + serial)
	if p.Body != pdf || p.Header.Get("Content-Type") != "application/pdf" || len(w.desk.calls) != 1 {
		t.Errorf("looking at it: %q, calls %v", p.Body, w.desk.calls)
	}
	b.Get("/cases/" + caseID(4) + "/docs/" + serial + "?print=1")
	if last := w.desk.calls[len(w.desk.calls)-1]; last != "printed "+caseID(4)+" "+serial {
		t.Errorf("printing it is not noted: %v", w.desk.calls)
	}
	slip := b.Get("/cases/" + caseID(4) + "/receipt").Body
	for _, want := range []string{serial, `src="/cases/` + caseID(4) + `/code"`, `data-printed="/cases/` + caseID(4) + `/docs/` + serial + `?print=1"`, `href="/intake" data-hotkey="n"`} {
		if !strings.Contains(slip, want) {
			t.Errorf("the receipt lacks %s", want)
		}
	}
	if code := b.Get("/cases/" + caseID(4) + "/code"); code.Status != 200 || !strings.HasPrefix(code.Body, "\x89PNG") {
		t.Errorf("the code: status %d", code.Status)
	}
	list := b.Get("/documents").Body
	for _, want := range []string{"受理通知书", "空号", `/docs/YB-D03-2026-01-000002?print=1`} {
		if !strings.Contains(list, want) {
			t.Errorf("the list of what is not printed lacks %s", want)
		}
	}
}

// TestW08CustodyByItsActs: cases.W-08, P-01 … P-07.
func TestW08CustodyByItsActs(t *testing.T) {
	list := []protocol.Original{{Line: "m1", Name: "房产证", Count: 1}, {Line: "m2", Name: "户口簿", Count: 2}}
	for _, c := range []struct {
		name  string
		state protocol.ParcelState
		act   string
		form  url.Values
		want  protocol.Parcel
	}{
		{"P-02 sealed", protocol.ParcelAtWindow, "seal", url.Values{"seal": {" yanbian-7 "}}, protocol.Parcel{Seal: "yanbian-7"}},
		{"P-03 dispatched", protocol.ParcelSealed, "dispatch", url.Values{"to": {"changchun"}, "tracking": {"SF1"}},
			protocol.Parcel{To: "changchun", Legs: []protocol.Leg{{Tracking: "SF1"}}}},
		{"P-04 counted in", protocol.ParcelOnTheWay, "count_in", url.Values{"count-0": {"1"}, "count-1": {"x"}}, protocol.Parcel{Legs: []protocol.Leg{{Counted: []int{1, -1}}}}},
		{"P-05 used", protocol.ParcelReceived, "use", url.Values{"name": {"审查人"}, "signed": {"on"}}, protocol.Parcel{Use: &protocol.Signing{Name: "审查人", Sign: "paper"}}},
		{"P-06 returned", protocol.ParcelReceived, "return", url.Values{"way": {"counter"}, "name": {"申请人甲"}, "signed": {"on"}},
			protocol.Parcel{Returned: &protocol.Return{Way: "counter", Name: "申请人甲", Sign: "paper"}}},
		{"P-07 disputed", protocol.ParcelSealed, "dispute", url.Values{"text": {"少一份"}}, protocol.Parcel{Dispute: &protocol.Dispute{Text: "少一份"}}},
		{"P-07 settled", protocol.ParcelDisputed, "settle", url.Values{"outcome": {"补回"}}, protocol.Parcel{Dispute: &protocol.Dispute{Outcome: "补回"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p := protocol.Parcel{Case: caseID(4), ReceiptNo: "22", List: list, State: c.state, Holder: protocol.Holder{Node: "yanbian", By: "yanbian:win03"},
				Parties: []protocol.NodeID{"yanbian", "changchun"}}
			w.Put("parcel", "p1", "yanbian", ago(30), 80, p)
			w.desk.parcels = []desk.ParcelRow{{Parcel: p, ID: "p1", Rev: 1, Home: "yanbian", Since: ago(30)}}
			b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
			if body := b.Get("/parcels").Body; !strings.Contains(body, "房产证×1") || !strings.Contains(body, "30 小时") {
				t.Errorf("the list lacks papers or age: %s", consoletest.Text(body))
			}
			target := "/parcels/p1/" + c.act
			if body := b.Get("/parcels/p1").Body; !strings.Contains(body, `href="`+target+`"`) {
				t.Fatalf("%s is not offered: %s", c.act, consoletest.Text(body))
			}
			c.form.Set("rev", consoletest.Value(b.Get(target).Body, "rev"))
			if p := b.Post(target, c.form); p.Status != 303 || !reflect.DeepEqual(w.desk.parcel, c.want) {
				t.Errorf("status %d, the desk is asked %+v", p.Status, w.desk.parcel)
			}
		})
	}
}

// TestW08OriginalsAreTakenInOnlyWhereTheLawDemandsPaper: P-01a, art. 34; what a
// courier brings is counted in before its record is here (P-09).
func TestW08OriginalsAreTakenInOnlyWhereTheLawDemandsPaper(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	if p := b.Get("/cases/" + caseID(4) + "/parcel"); p.Status != 409 || !strings.Contains(p.Body, "P-01a") {
		t.Errorf("status %d", p.Status)
	}
	g, _, err := console.Read[protocol.Guide](w, protocol.Ref{Kind: "guide", ID: foodID})
	if err != nil {
		t.Fatal(err)
	}
	g.Lines[0].NeedsPaper = "《某法》第一条"
	w.Put("guide", foodID, protocol.Hub, ago(1000), 11, *g)
	if body := b.Get("/cases/" + caseID(4)).Body; !strings.Contains(body, `href="/cases/`+caseID(4)+`/parcel"`) {
		t.Error("it is not offered on the case")
	}
	p := b.Post("/cases/"+caseID(4)+"/parcel", url.Values{"rev": {"1"}, "count-0": {"2"}, "barcode-0": {"b1"}, "name": {"申请人甲"}, "signed": {"on"}})
	want := protocol.Parcel{Case: caseID(4), List: []protocol.Original{{Line: "m1", Name: "申请书", Count: 2, Barcode: "b1"}}, Opened: protocol.Signing{Name: "申请人甲", Sign: "paper"}}
	if p.To != "/parcels/p1" || !reflect.DeepEqual(w.desk.parcel, want) {
		t.Errorf("to %q, the desk is asked %+v", p.To, w.desk.parcel)
	}
	b.Post("/parcels/arrive", url.Values{"parcel": {"p9"}, "seal": {"changchun-3"}, "counts": {"1， 2"}})
	if last := w.desk.calls[len(w.desk.calls)-1]; last != "arrived p9 changchun-3 [1 2]" {
		t.Errorf("calls %v", w.desk.calls)
	}
}

// TestT02AnAgencyAnswersItsQuestionOnly, or returns it (T-03).
func TestT02AnAgencyAnswersItsQuestionOnly(t *testing.T) {
	w := newWorld(t)
	w.people["exam"] = person("exam", "审查 1", protocol.RoleExaminer)
	w.Put("task", "t1", "yanbian", ago(5), 90, protocol.Task{Case: caseID(3), Lead: "changchun", Agency: foodOf, AgencyName: "延边州市场监督管理局", Node: "yanbian",
		Question: "是否持证", Due: nowAt.Day().Add(3), State: protocol.TaskOpen})
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "exam")
	if body := b.Get("/tasks").Body; !strings.Contains(body, "是否持证") || !strings.Contains(body, "长春市") {
		t.Error("the task is not listed")
	}
	for act, form := range map[string]url.Values{"answer": {"opinion": {"持证"}, "basis": {"登记簿"}}, "return": {"reason": {"不归我局"}}, "see": {}} {
		if body := b.Get("/tasks/t1").Body; !strings.Contains(body, `href="/tasks/t1/`+act+`"`) {
			t.Errorf("%s is not offered", act)
		}
		form.Set("rev", consoletest.Value(b.Get("/tasks/t1/"+act).Body, "rev"))
		if p := b.Post("/tasks/t1/"+act, form); p.Status != 303 {
			t.Errorf("%s: status %d", act, p.Status)
		}
	}
	if calls := strings.Join(w.desk.calls, ";"); !strings.Contains(calls, "task answer t1@1 持证 登记簿") || !strings.Contains(calls, "task return t1@1 不归我局") {
		t.Errorf("calls %v", calls)
	}
	w.desk.err = &protocol.Fault{Code: protocol.Refused, Rule: "T-02", Text: "请就所提问题写明意见和依据"}
	if p := b.Post("/tasks/t1/answer", url.Values{"rev": {"1"}, "opinion": {"我写的"}}); p.Status != 409 || !strings.Contains(p.Body, "T-02") || !strings.Contains(p.Body, "我写的") {
		t.Errorf("a refusal: status %d", p.Status)
	}
}

// TestR05APersonDeclinesAReturn with a reason; what the system judges it answers itself.
func TestR05APersonDeclinesAReturn(t *testing.T) {
	w := newWorld(t)
	w.Put("request", "r5", "yanbian", ago(5), 91, protocol.Request{Want: protocol.WantReturn, On: protocol.Ref{Kind: "case", ID: caseID(4)}, From: "changchun", Agency: foodOf,
		Title: "请退回", State: protocol.RequestFiled})
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "acc11")
	if body := b.Get("/requests/r5").Body; !strings.Contains(body, `href="/requests/r5/decline"`) {
		t.Error("it is not offered")
	}
	if p := b.Post("/requests/r5/decline", url.Values{"rev": {"1"}, "reason": {"归我局"}}); p.Status != 303 || w.desk.calls[0] != "decline r5 归我局" {
		t.Errorf("status %d, calls %v", p.Status, w.desk.calls)
	}
	if p := b.Get("/requests/withdraw:yanbian:" + caseID(3) + "@1/decline"); p.Status != 409 {
		t.Errorf("a withdrawal can be declined by hand: status %d", p.Status)
	}
}

// TestQ01AComplaintNamesItsCaseAndNotItsHandler: art. 50, Q-02a.
func TestQ01AComplaintNamesItsCaseAndNotItsHandler(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	form := url.Values{"rev": {"1"}, "text": {"久候"}, "against": {"yanbian:win03"}, "anonymous": {"on"}}
	if p := b.Post("/cases/"+caseID(4)+"/complain", form); p.Status != 303 {
		t.Fatalf("status %d", p.Status)
	}
	if want := "complain 久候 " + foodOf + " [yanbian:win03] [case/" + caseID(4) + "] false"; w.desk.calls[0] != want {
		t.Errorf("the desk is asked %q, want %q", w.desk.calls[0], want)
	}
}

// TestW11CardsSayWhoseTheyAre: cases.W-11, Y-04; the start page reminds of what no
// printer has had (F-12).
func TestW11CardsSayWhoseTheyAre(t *testing.T) {
	w := newWorld(t)
	w.Put("card", "c1", "yanbian", ago(5), 95, protocol.Card{On: protocol.Ref{Kind: "case", ID: caseID(2)}, Clock: protocol.K2, Occurrence: 1, Colour: protocol.Red,
		Due: ago(58), Title: "食品经营许可（新办）", Owner: "yanbian", State: protocol.CardOpen})
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "boss")
	body := b.Get("/cards").Body
	for _, want := range []string{"红牌", "承诺时限", "延边朝鲜族自治州", `href="/cases/` + caseID(2) + `"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the card lacks %s: %s", want, consoletest.Text(body))
		}
	}
	if home := b.Get("/").Body; !strings.Contains(home, "有 1 份文书还没有打印") || !strings.Contains(home, `href="/documents"`) {
		t.Error("the start page does not remind of the printer")
	}
}
