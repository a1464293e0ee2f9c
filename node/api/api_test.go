package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"xiangyun/node/api"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestDocument(t *testing.T) {
	got := newPlace(t).api()
	resttest.CheckDocument(t, got)
	file := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(file, got.Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Document()) {
		t.Error("the document differs; look at it and run go test -update")
	}
}

func TestRights(t *testing.T) {
	p := newPlace(t)
	resttest.CheckRights(t, p.api(), p.people)
}

const intake = `{"item":"A@1","window":"A03","hand_over":true,"applicant":{"type":"person","name":"甲","id_type":"citizen","id":"11010519491231002X"},"materials":[{"line_id":"m1","presence":"present"}]}`

func sample(t *testing.T, kind string) json.RawMessage {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "protocol", "testdata", "kinds", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestEveryRoute calls each route once as it is meant to be; the client holds
// every answer against the document.
func TestEveryRoute(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	entries := fmt.Sprintf(`{"title":"九月","entries":[{"entry":%s}]}`, sample(t, "catalog.entry"))
	filing := fmt.Sprintf(`{"filings":[{"item":%s,"guide":%s}]}`, sample(t, "item"), sample(t, "guide"))
	seen, keyed := resttest.With("If-Match", `"3"`), resttest.With("Idempotency-Key", "k-1")
	for _, r := range []struct {
		method, path, body string
		status             int
		change             []func(*http.Request)
		asked              string
	}{
		{"GET", "/healthz", "", 200, nil, ""},
		{"GET", "/readyz", "", 200, nil, ""},
		{"GET", "/metrics", "", 200, nil, ""},
		{"GET", "/api/v1/openapi.json", "", 200, nil, ""},
		{"GET", "/api/v1/session", "", 200, nil, ""},
		{"DELETE", "/api/v1/session", "", 200, nil, ""},
		{"GET", "/api/v1/status", "", 200, nil, ""},
		{"GET", "/api/v1/cases?state=accepted&agency=a&limit=10", "", 200, nil, ""},
		{"POST", "/api/v1/cases/find", `{"id_type":"citizen","id":"11010519491231002X"}`, 200, nil, ""},
		{"GET", "/api/v1/cases/1", "", 200, nil, ""},
		{"GET", "/api/v1/cases/9", "", 404, nil, ""},
		{"GET", "/api/v1/cases/9?purpose=%E6%9F%A5%E8%AF%A2%E8%BF%9B%E5%BA%A6", "", 200, nil, "li looks for 9 elsewhere: 查询进度"},
		{"GET", "/api/v1/cases/8?purpose=%E6%9F%A5%E8%AF%A2%E8%BF%9B%E5%BA%A6", "", 404, nil, "li looks for 8 elsewhere: 查询进度"},
		{"POST", "/api/v1/cases/find-elsewhere", `{"number":"2224","purpose":"查询进度"}`, 200, nil, "li looks for 9 elsewhere: 2224 查询进度"},
		{"POST", "/api/v1/cases/find-elsewhere", `{"id_type":"citizen","id":"11010519491231002X","purpose":"查询进度"}`, 200, nil, "li looks for 9 elsewhere: fp-of-citizen 查询进度"},
		{"POST", "/api/v1/cases", intake, 201, []func(*http.Request){resttest.With("Idempotency-Key", "n-1")},
			"li receives A@1 nonce n-1 window A03 for person 甲, hand over true"},
		{"POST", "/api/v1/cases/1/hand_over", ``, 200, []func(*http.Request){seen, keyed}, "li hand_over case/1 seen 3 key k-1"},
		{"POST", "/api/v1/cases/1/accept", ``, 200, []func(*http.Request){seen, keyed}, "li accept case/1 seen 3 key k-1"},
		{"POST", "/api/v1/cases/1/notice", `{"lines":[{"line_id":"m2"}],"until":"2026-03-23"}`, 200, []func(*http.Request){keyed}, "li notice case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/supplement", `{"lines":[{"line_id":"m2","presence":"present"}]}`, 200, []func(*http.Request){keyed}, "li supplement case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/owed_received", `{"lines":[{"line_id":"m2","presence":"present"}]}`, 200, []func(*http.Request){keyed}, "li owed_received case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/fetched", `{"lines":[{"line_id":"m3","presence":"fetched","source":"省人口库"}]}`, 200, []func(*http.Request){keyed}, "li fetched case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/return_misrouted", `{"reason":"r","to":"hub"}`, 200, []func(*http.Request){keyed}, "li return_misrouted case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/amend", `{"field":"applicant.contact","new":"2","reason":"r"}`, 200, []func(*http.Request){keyed}, "li amend case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/merge", `{"dup_of":"x"}`, 200, []func(*http.Request){keyed}, "li merge case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/assign", `{"assignee":"yanbian:li"}`, 200, []func(*http.Request){keyed}, "li assign case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/opine", `{"text":"t"}`, 200, []func(*http.Request){keyed}, "li opine case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/special_start", `{"kind":"听证","planned_end":"2026-03-20","notice":"n"}`, 200, []func(*http.Request){keyed}, "li special_start case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/special_end", `{"evidence":"b"}`, 200, []func(*http.Request){keyed}, "li special_end case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/extend", `{"days":5,"reason":"r"}`, 200, []func(*http.Request){keyed}, "li extend case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/joint_open", `{"tasks":[{"agency":"a","question":"q","due":"2026-03-20"}]}`, 200, []func(*http.Request){keyed}, "li joint_open case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/joint_close", ``, 200, []func(*http.Request){keyed}, "li joint_close case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/fee_due", `{"amount_fen":1,"basis":"b"}`, 200, []func(*http.Request){keyed}, "li fee_due case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/fee_paid", `{"amount_fen":1,"ref":"p"}`, 200, []func(*http.Request){keyed}, "li fee_paid case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/refuse", `{"reason":"r","basis":"b","remedy":"m"}`, 200, []func(*http.Request){keyed}, "li refuse case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/grant", `{}`, 200, []func(*http.Request){seen, keyed}, "li grant case/1 seen 3 key k-1"},
		{"POST", "/api/v1/cases/1/deny", `{"reason":"r"}`, 200, []func(*http.Request){seen, keyed}, "li deny case/1 seen 3 key k-1"},
		{"POST", "/api/v1/cases/1/deliver", `{"way":"counter","recipient":"甲"}`, 200, []func(*http.Request){keyed}, "li deliver case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/withdraw", `{"reason":"r"}`, 200, []func(*http.Request){keyed}, "li withdraw case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/terminate", `{"cause":"object_gone","basis":"b"}`, 200, []func(*http.Request){keyed}, "li terminate case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/revoke", `{"reason":"r","basis":"b","told":"t","leader":"yanbian:l"}`, 200, []func(*http.Request){keyed}, "li revoke case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/archive", `{"packet":"sha256:0700000000000000000000000000000000000000000000000000000000000000","checks":["a"]}`, 200, []func(*http.Request){keyed}, "li archive case/1 seen 0 key k-1"},
		{"POST", "/api/v1/cases/1/urge", `{"text":"快","by":"applicant"}`, 200, nil, "li asks urge of case/1: {Text:快 By:applicant}"},
		{"POST", "/api/v1/cases/person", `{"id_type":"citizen","id":"11010519491231002X","item":"A@1"}`, 200, nil, "li looks for citizen at A@1"},
		{"POST", "/api/v1/requests/1/decline", `{"reason":"r"}`, 200, nil, "li declines request/1: r"},
		{"GET", "/api/v1/tasks?agency=a", "", 200, nil, ""},
		{"GET", "/api/v1/tasks/1", "", 200, nil, ""},
		{"POST", "/api/v1/tasks/1/see", "", 200, []func(*http.Request){seen}, "li see task/1 seen 3: "},
		{"POST", "/api/v1/tasks/1/answer", `{"opinion":"o","basis":"b"}`, 200, nil, "li answer task/1 seen 0: o"},
		{"POST", "/api/v1/tasks/1/return", `{"reason":"r"}`, 200, nil, "li return task/1 seen 0: r"},
		{"POST", "/api/v1/tasks/1/ask_again", `{"reason":"r"}`, 200, nil, "li asks task_again of task/1: {Reason:r}"},
		{"GET", "/api/v1/items?q=%E4%BD%8E%E4%BF%9D", "", 200, nil, ""},
		{"GET", "/api/v1/items/1", "", 200, nil, ""},
		{"POST", "/api/v1/items", filing, 202, nil, "li files 1, first 最低生活保障对象认定"},
		{"GET", "/api/v1/catalog/entries", "", 200, nil, ""},
		{"GET", "/api/v1/catalog/entries/1", "", 200, nil, ""},
		{"POST", "/api/v1/catalog/check", `{"entries":[{"entry":{"name":"短"}}]}`, 200, nil, ""},
		{"GET", "/api/v1/catalog/listings", "", 200, nil, ""},
		{"GET", "/api/v1/catalog/listings/1", "", 200, nil, ""},
		{"GET", "/api/v1/catalog/changesets", "", 200, nil, ""},
		{"GET", "/api/v1/catalog/changesets/1", "", 200, nil, ""},
		{"POST", "/api/v1/catalog/changesets", entries, 200, nil, "li submits 1 as 九月"},
		{"POST", "/api/v1/catalog/changesets/1/first_review", "", 200, nil, "li reviews catalog.changeset/1"},
		{"POST", "/api/v1/catalog/changesets/1/withdraw", "", 200, nil, "li withdraws catalog.changeset/1"},
		{"GET", "/api/v1/requests?want=publish", "", 200, nil, ""},
		{"GET", "/api/v1/requests/1", "", 200, nil, ""},
		{"GET", "/api/v1/agencies?node=yanbian", "", 200, nil, ""},
		{"GET", "/api/v1/agencies/1", "", 200, nil, ""},
		{"GET", "/api/v1/nodes", "", 200, nil, ""},
		{"GET", "/api/v1/nodes/1", "", 200, nil, ""},
		{"GET", "/api/v1/accounts", "", 200, nil, ""},
		{"POST", "/api/v1/accounts", `{"login":"wang","name":"王","roles":["clerk"],"token":true}`, 201, nil, "li creates wang as [clerk]"},
		{"POST", "/api/v1/accounts/wang/disable", "", 200, nil, "li disables wang"},
		{"GET", "/api/v1/work", "", 200, nil, ""},
		{"GET", "/api/v1/fork", "", 200, nil, ""},
		{"GET", "/api/v1/work/urgent-1-9", "", 200, nil, "body of urgent-1-9"},
		{"GET", "/api/v1/work/urgent-1-8", "", 404, nil, ""},
		{"POST", "/api/v1/work/urgent-1-9/close", `{"note":"重录"}`, 204, nil, "yanbian:li closes urgent-1-9: 重录"},
		{"POST", "/api/v1/blobs?name=a.pdf&type=application/pdf", "%PDF-1.7", 201, []func(*http.Request){resttest.With("Content-Type", "application/pdf")},
			"li keeps a.pdf of application/pdf"},
		{"GET", "/api/v1/blobs/yanbian-1", "", 200, nil, ""},
		{"GET", "/api/v1/records/agency/1", "", 200, nil, ""},
		{"POST", "/api/v1/uplink/offline", "", 204, nil, "offline true"},
		{"POST", "/api/v1/uplink/online", "", 204, nil, "offline false"},
	} {
		p.asked = nil
		change := append([]func(*http.Request){}, r.change...)
		if r.body != "" && len(r.change) == 0 || strings.Contains(r.path, "/cases") {
			change = append(change, resttest.With("Content-Type", "application/json"))
		}
		c.Do(r.method, r.path, strings.NewReader(r.body), change...).Want(r.status)
		if asked := strings.Join(p.asked, "\n"); asked != r.asked {
			t.Errorf("%s %s asks the desk\n%s\nwant\n%s", r.method, r.path, asked, r.asked)
		}
	}
	for _, r := range papers {
		p.asked = nil
		c.Do(r.method, r.path, strings.NewReader(r.body), resttest.With("Content-Type", "application/json"), resttest.With("Idempotency-Key", "k")).Want(r.status)
		if asked := strings.Join(p.asked, "\n"); asked != r.asked {
			t.Errorf("%s %s asks the desk\n%s\nwant\n%s", r.method, r.path, asked, r.asked)
		}
	}
	if p.blob != "%PDF-1.7" {
		t.Errorf("kept %q", p.blob)
	}
	c.EveryRouteSucceededBut("logIn")
}

func TestLists(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	var list rest.List[api.CaseRow]
	c.Do("GET", "/api/v1/cases?state=accepted&handler=changchun&key=220000000001V&q=%E4%BD%8E%E4%BF%9D&limit=7&after=0a", nil).Into(&list)
	if len(list.Items) != 1 || list.Next != "0102" || list.Total != 10_000 || !list.More {
		t.Errorf("list %+v", list)
	}
	q := p.query
	if q.State != "accepted" || q.Key != "220000000001V" || q.Text != "低保" || q.Limit != 7 || q.After != "0a" ||
		!slices.Equal(q.Facets, []protocol.Facet{{Name: "handler", Value: "changchun"}}) {
		t.Errorf("query %+v", q)
	}
	c.Do("POST", "/api/v1/cases/find", map[string]any{"id_type": "citizen", "id": "11010519491231002X", "after": "0b"}).Want(200)
	if p.query.Key != "fp-of-citizen" || p.query.After != "0b" {
		t.Errorf("query %+v", p.query)
	}
}

func TestAnActElsewhereIsARequest(t *testing.T) { // the receiving window is a lawful place of delivery (F-07)
	p := newPlace(t)
	p.away = true
	c := p.client(t)
	for path, body := range map[string]any{
		"deliver":  map[string]any{"way": "counter", "recipient": "甲"},
		"withdraw": map[string]any{"reason": "r"},
	} {
		var got api.Acted
		a := c.Do("POST", "/api/v1/cases/1/"+path, body).Want(200).Into(&got)
		if got.Case != nil || got.Request == nil || a.Header.Get("ETag") != "" {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
}

func TestRefusalsComeThrough(t *testing.T) {
	for _, c := range []struct {
		name   string
		fail   error
		status int
		rule   string
	}{
		{"the case has moved on (G-04)", &protocol.Fault{Code: protocol.Refused, Rule: "G-04", Text: "已更新"}, 412, "G-04"},
		{"a rule says no", &protocol.Fault{Code: protocol.Refused, Rule: "C-10a", Text: "缺材料"}, 422, "C-10a"},
		{"another agency's case", protocol.NewFault(protocol.Denied, "case.accept", "属于其他机构"), 403, ""},
		{"no such case", rest.Missing(protocol.Ref{Kind: "case", ID: "1"}), 404, ""},
		{"the node is fenced", protocol.NewFault(protocol.Fenced, "act", "已被取代"), 409, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.fail = c.fail
			problem := p.client(t).Do("POST", "/api/v1/cases/1/accept", nil, resttest.With("If-Match", `"2"`)).Want(c.status).Problem()
			if problem.Rule != c.rule {
				t.Errorf("%+v", problem)
			}
		})
	}
}

func TestReceivingNeedsAnIdempotencyKey(t *testing.T) {
	p := newPlace(t)
	p.client(t).Do("POST", "/api/v1/cases", json.RawMessage(intake)).Want(400)
	if len(p.asked) > 0 {
		t.Errorf("the desk was asked: %v", p.asked)
	}
}

func TestNothingChangedMakesNoBatch(t *testing.T) {
	p := newPlace(t)
	p.nothing = true
	var got api.Submitted
	p.client(t).Do("POST", "/api/v1/catalog/changesets", json.RawMessage(fmt.Sprintf(`{"title":"九月","entries":[{"entry":%s}]}`, sample(t, "catalog.entry")))).Want(200).Into(&got)
	if got.Changed || len(got.Changesets) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestK05ASubmissionTellsAllItsBatches(t *testing.T) {
	var got api.Submitted
	newPlace(t).client(t).Do("POST", "/api/v1/catalog/changesets", json.RawMessage(fmt.Sprintf(`{"title":"九月","entries":[{"entry":%s}]}`, sample(t, "catalog.entry")))).Want(200).Into(&got)
	if !got.Changed || len(got.Changesets) != 2 || got.Changesets[1].ID == "" {
		t.Errorf("%+v", got)
	}
}

func TestFindingsComeAllAtOnce(t *testing.T) { // K-04
	var got rest.List[api.Findings]
	newPlace(t).client(t).Do("POST", "/api/v1/catalog/check", json.RawMessage(`{"entries":[{"entry":{"name":"短"}},{"entry":{"code":"x"}}]}`)).Into(&got)
	if len(got.Items) != 2 || got.Items[0].Line != 1 || len(got.Items[0].Findings) < 5 {
		t.Errorf("%+v", got)
	}
}

// TestPersonalDataStaysWithCases: what tells about a person, or opens a door,
// is in no answer but those for which the right to cases is asked (art. 45).
func TestPersonalDataStaysWithCases(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	secrets := []string{"11010519491231002X", "申请人甲001", "000-00000001", "argon2id", "$argon2"}
	for _, path := range []string{
		"/api/v1/records/case/1", "/api/v1/records/account/1", "/api/v1/records/blob/1", "/api/v1/records/request/1",
		"/api/v1/accounts", "/api/v1/requests", "/api/v1/requests/1",
	} {
		body := string(c.Do("GET", path, nil).Want(200).Body)
		for _, s := range secrets {
			if strings.Contains(body, s) {
				t.Errorf("%s tells %s: %s", path, s, body)
			}
		}
	}
	for _, k := range protocol.Kinds() {
		body := string(c.Do("GET", "/api/v1/records/"+string(k.Name)+"/1", nil).Want(200).Body)
		for _, s := range secrets {
			if strings.Contains(body, s) {
				t.Errorf("a record of kind %s tells %s: %s", k.Name, s, body)
			}
		}
	}
	var v api.RecordView
	c.Do("GET", "/api/v1/records/case/1", nil).Into(&v)
	if !v.Personal || v.Body != nil || v.Hash == "" || len(v.History) != 1 {
		t.Errorf("%+v", v)
	}
	if account := string(sample(t, "account")); !strings.Contains(account, "argon2id") {
		t.Error("the sample account has no password: this test proves nothing")
	}
}

func TestAKindOfANewerVersionShowsNoBody(t *testing.T) {
	p := newPlace(t)
	ref := protocol.Ref{Kind: "future", ID: "1"}
	p.records[ref] = protocol.Record{Ref: ref, Rev: 1, Home: "hub", By: "hub:a", Act: "make", Body: []byte(`{"name":"x"}`)}
	var v api.RecordView
	p.client(t).Do("GET", "/api/v1/records/future/1", nil).Want(200).Into(&v)
	if v.Body != nil || !v.Personal {
		t.Errorf("%+v", v)
	}
}

func TestErasedBodies(t *testing.T) {
	p := newPlace(t)
	ref := protocol.Ref{Kind: "case", ID: "1"}
	rec := p.records[ref]
	rec.Body = nil
	p.records[ref] = rec
	c := p.client(t)
	c.Do("GET", "/api/v1/cases/1", nil).Want(404)
	var v api.RecordView
	if c.Do("GET", "/api/v1/records/case/1", nil).Want(200).Into(&v); !v.Erased {
		t.Errorf("%+v", v)
	}
}

func TestWhatIsNotHere(t *testing.T) {
	c := newPlace(t).client(t)
	for _, path := range []string{"cases", "items", "catalog/entries", "catalog/listings", "catalog/changesets", "requests", "agencies", "nodes", "records/case"} {
		c.Do("GET", "/api/v1/"+path+"/nowhere", nil).Want(404).Problem()
	}
}

func TestAnItemWhoseGuideIsStillOnItsWay(t *testing.T) { // replication.D4
	p := newPlace(t)
	delete(p.records, protocol.Ref{Kind: "guide", ID: "1"})
	var v api.ItemView
	if p.client(t).Do("GET", "/api/v1/items/1", nil).Want(200).Into(&v); v.Guide != nil || v.GuideHash != "" {
		t.Errorf("%+v", v)
	}
}

func TestUploadsAreBounded(t *testing.T) {
	c := newPlace(t).client(t)
	c.Do("POST", "/api/v1/blobs?name=a.pdf&type=application/pdf", strings.NewReader(strings.Repeat("x", 1<<20+1))).Want(413)
	if a := c.Do("GET", "/api/v1/blobs/1", nil, resttest.With("Range", "bytes=0-3")).Want(206); string(a.Body) != "0123" {
		t.Errorf("range %q", a.Body)
	}
}

func TestAWorkItemShowsCasesOnlyToWhoMayReadThem(t *testing.T) {
	p := newPlace(t)
	ops := resttest.NewClient(t, p.api()).As(p.people.Add("ops", protocol.RoleOperator))
	p.asked = nil
	ops.Do("GET", "/api/v1/work/urgent-1-9", nil).Want(200)
	if len(p.asked) != 0 {
		t.Errorf("an operator was given the papers of an applicant: %q", p.asked)
	}
	clerk := resttest.NewClient(t, p.api()).As(p.people.Add("clerk", protocol.RoleClerk))
	clerk.Do("GET", "/api/v1/work/urgent-1-9", nil).Want(403)
	clerk.Do("GET", "/api/v1/fork", nil).Want(403)
}

// TestListsMaskWhoApplies is cases.md §16: a name is whole only on the opened case.
func TestListsMaskWhoApplies(t *testing.T) {
	p := newPlace(t)
	c := p.client(t)
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/api/v1/cases", ""},
		{"POST", "/api/v1/cases/find", `{"id_type":"citizen","id":"11010519491231002X"}`},
		{"POST", "/api/v1/cases/person", `{"id_type":"citizen","id":"11010519491231002X","item":"A@1"}`},
	} {
		var in any
		if r.body != "" {
			in = json.RawMessage(r.body)
		}
		body := string(c.Do(r.method, r.path, in).Want(200).Body)
		if strings.Contains(body, "申请人甲001") || !strings.Contains(body, "申***") {
			t.Errorf("%s %s: %s", r.method, r.path, body)
		}
	}
	if body := string(c.Do("GET", "/api/v1/cases/1", nil).Want(200).Body); !strings.Contains(body, "申请人甲001") {
		t.Errorf("the opened case hides who applies: %s", body)
	}
}

// TestAComplaintIsReadByItsAgencyOnly is cases.G-06: a complaint, a remedy and an
// objection name persons; another agency of the place has no part in them.
func TestAComplaintIsReadByItsAgencyOnly(t *testing.T) {
	p := newPlace(t)
	ref := protocol.Ref{Kind: "objection", ID: "1"}
	rec := p.records[ref]
	rec.Body = bytes.Replace(rec.Body, []byte("{"), []byte(`{"agency":"11220100PDY00001XB",`), 1)
	p.records[ref] = rec
	reader := func(login, agency string) *resttest.Client {
		return resttest.NewClient(t, p.api()).As(p.people.AddOf(login, agency, protocol.RoleLeader, protocol.RoleEditor))
	}
	own, other := reader("own", "11220100PDY00001XB"), reader("other", "11220100MB1X00002X")
	for _, path := range []string{"remedies", "complaints", "objections"} {
		own.Do("GET", "/api/v1/"+path+"/1", nil).Want(200)
		if p := other.Do("GET", "/api/v1/"+path+"/1", nil).Want(403).Problem(); p.Rule != "G-06" {
			t.Errorf("%s: %+v", path, p)
		}
		other.Do("GET", "/api/v1/"+path, nil).Want(200)
		if !slices.Contains(p.query.Facets, protocol.Facet{Name: "agency", Value: "11220100MB1X00002X"}) {
			t.Errorf("the list of %s is of every agency: %+v", path, p.query)
		}
	}
}
