package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"xiangyun/hub/api"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestDocument(t *testing.T) {
	got := newProvince(t).api()
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
	p := newProvince(t)
	resttest.CheckRights(t, p.api(), p.people)
}

// TestEveryRoute calls each route once as it is meant to be; the client holds
// every answer against the document.
func TestEveryRoute(t *testing.T) {
	p := newProvince(t)
	c := p.client(t)
	for _, r := range []struct {
		method, path, body string
		status             int
		asked              string
	}{
		{"GET", "/healthz", "", 200, ""},
		{"GET", "/readyz", "", 200, ""},
		{"GET", "/metrics", "", 200, ""},
		{"GET", "/api/v1/openapi.json", "", 200, ""},
		{"GET", "/api/v1/session", "", 200, ""},
		{"DELETE", "/api/v1/session", "", 200, ""},
		{"GET", "/api/v1/status", "", 200, ""},
		{"POST", "/api/v1/members/hub3/remove", "", 204, "li: remove hub3"},
		{"POST", "/api/v1/members/hub2/lead", "", 204, "li: transfer hub2"},
		{"GET", "/api/v1/overdue", "", 200, ""},
		{"GET", "/api/v1/held?max=5", "", 200, ""},
		{"GET", "/api/v1/held/agency/1", "", 200, ""},
		{"GET", "/api/v1/held/agency/2", "", 404, ""},
		{"POST", "/api/v1/held/agency/1/discard", `{"reason":"r"}`, 204, "li: discard agency/1 of 0 because r with "},
		{"POST", "/api/v1/held/agency/1/replay", `{"reason":"r"}`, 204, "li: replay agency/1 of 0 because r with "},
		{"POST", "/api/v1/held/agency/1/fix", `{"reason":"r","of":{"epoch":1,"lane":1,"seq":7,"hash":"0000000000000000000000000000000000000000000000000000000000000000"},"body":{"name":"甲局"}}`, 204, `li: fix agency/1 of 7 because r with {"name":"甲局"}`},
		{"POST", "/api/v1/nodes/yanbian/thaw", `{"reason":"r"}`, 204, "li: thaw node/yanbian of 0 because r with "},
		{"GET", "/api/v1/history/agency/1", "", 200, ""},
		{"GET", "/api/v1/records/agency/1", "", 200, ""},
		{"GET", "/api/v1/nodes", "", 200, ""},
		{"GET", "/api/v1/nodes/1", "", 200, ""},
		{"POST", "/api/v1/nodes", `{"id":"yanbian","name":"延边州","divisions":["222400"]}`, 201, "li plans yanbian 延边州 [222400]"},
		{"POST", "/api/v1/nodes/yanbian/fence", `{"reason":"r"}`, 200, "li fences yanbian because r"},
		{"POST", "/api/v1/nodes/yanbian/revoke", `{"reason":"r"}`, 200, "li revokes yanbian because r"},
		{"POST", "/api/v1/tokens", `{"role":"node","subject":"yanbian"}`, 201, "li invites node yanbian"},
		{"GET", "/api/v1/requests?state=filed&want=publish&node=changchun", "", 200, ""},
		{"GET", "/api/v1/requests/1", "", 200, ""},
		{"POST", "/api/v1/requests/1/publish", "", 200, "li publishes request/1"},
		{"POST", "/api/v1/requests/1/decline", `{"reason":"r"}`, 200, "li declines request/1 because r"},
		{"GET", "/api/v1/items", "", 200, ""},
		{"GET", "/api/v1/items/1", "", 200, ""},
		{"GET", "/api/v1/guides/1", "", 200, ""},
		{"POST", "/api/v1/items/1/suspend", `{"reason":"r"}`, 200, "li suspends item 1 because r"},
		{"POST", "/api/v1/items/1/withdraw", `{"reason":"r"}`, 200, "li withdraws item 1 because r"},
		{"GET", "/api/v1/cases", "", 200, ""},
		{"GET", "/api/v1/cases/1", "", 200, ""},
		{"POST", "/api/v1/calendars", `{"year":2026,"off":["2026-01-01"],"source":"通知"}`, 200, "li publishes 2026 with 1 days off"},
		{"GET", "/api/v1/calendars/1", "", 200, ""},
		{"GET", "/api/v1/catalog/changesets", "", 200, ""},
		{"GET", "/api/v1/catalog/changesets/1", "", 200, ""},
		{"POST", "/api/v1/catalog/changesets/1/approve", `{"returned":[{"entry":"e","reason":"r"}]}`, 200, "li approves 1 but 1"},
		{"POST", "/api/v1/catalog/changesets/1/return", `{"reason":"r"}`, 200, "li returns 1 because r"},
		{"GET", "/api/v1/catalog/reviews/1", "", 200, ""},
		{"GET", "/api/v1/catalog/entries/1", "", 200, ""},
		{"GET", "/api/v1/catalog/listings", "", 200, ""},
		{"GET", "/api/v1/catalog/listings/1", "", 200, ""},
		{"GET", "/api/v1/catalog/revisions/1", "", 200, ""},
		{"GET", "/api/v1/catalog/releases", "", 200, ""},
		{"POST", "/api/v1/catalog/releases", `{"notes":"九月"}`, 201, "li releases: 九月"},
		{"GET", "/api/v1/agencies", "", 200, ""},
		{"GET", "/api/v1/agencies/1", "", 200, ""},
		{"PUT", "/api/v1/agencies", `{"uscc":"11222400MB1X00001A","name":"民政局","node":"yanbian"}`, 200, "li registers 民政局 at yanbian"},
		{"POST", "/api/v1/accounts", `{"login":"wang","name":"王","roles":["reviewer"],"password":"correct horse"}`, 201, "li creates wang [reviewer] with 13 characters"},
		{"POST", "/api/v1/accounts/wang/disable", "", 200, "li disables wang"},
		{"GET", "/api/v1/accounts", "", 200, ""},
		{"GET", "/api/v1/routes?node=changchun", "", 200, ""},
		{"GET", "/api/v1/routes/1", "", 200, ""},
		{"PUT", "/api/v1/routes", `{"impl_code":"X","agency":"A","node":"changchun","substitute":"B","substitute_relation":"superior","substitute_node":"jilin","basis":"b"}`, 200, "li routes X to A or B"},
		{"POST", "/api/v1/routes/1/retire", `{"reason":"r"}`, 200, "li retires route 1 because r"},
		{"GET", "/api/v1/delegations", "", 200, ""},
		{"GET", "/api/v1/delegations/1", "", 200, ""},
		{"POST", "/api/v1/delegations", `{"item":"X@1","receiving":"B","handling":"A","basis":"b"}`, 201, "li delegates X@1 from A to B"},
		{"POST", "/api/v1/delegations/1/end", `{"reason":"r"}`, 200, "li ends delegation 1 because r"},
		{"GET", "/api/v1/basics", "", 200, ""},
		{"GET", "/api/v1/basics/1", "", 200, ""},
		{"POST", "/api/v1/basics", `{"rows":[{"code":"1","name":"n","type":"05","basis":["b"]}]}`, 200, "li loads 1 basics"},
		{"POST", "/api/v1/basics/1/retire", `{"reason":"r"}`, 200, "li retires basic 1 because r"},
		{"GET", "/api/v1/desk/outages", "", 200, ""},
		{"GET", "/api/v1/desk/proposals?state=open", "", 200, ""},
		{"GET", "/api/v1/desk/proposals/1", "", 200, ""},
		{"POST", "/api/v1/desk/proposals", `{"what":"outage","node":"changchun","confirmed_by":"值班负责人","how":"电话","down_since":1767225600000,"reason":"r"}`, 201, "li proposes outage of changchun"},
		{"POST", "/api/v1/desk/proposals/1/confirm", "", 200, "li confirms 1"},
		{"POST", "/api/v1/desk/proposals/1/withdraw", `{"reason":"r"}`, 200, "li withdraws 1 because r"},
		{"POST", "/api/v1/desk/check", `{"what":"route","cases":["1"],"agency":"A"}`, 200, ""},
		{"GET", "/api/v1/cards?state=answered", "", 200, ""},
		{"GET", "/api/v1/cards/1", "", 200, ""},
		{"POST", "/api/v1/cards/1/close", `{"reason":"r"}`, 200, "li: close card 1 because r"},
		{"POST", "/api/v1/cards/1/answer", `{"cause":"c","measure":"m"}`, 200, "li answers card 1: c, m"},
		{"POST", "/api/v1/cards/1/reject", `{"reason":"r"}`, 200, "li: reject card 1 because r"},
		{"GET", "/api/v1/objections", "", 200, ""},
		{"GET", "/api/v1/objections/1", "", 200, ""},
		{"POST", "/api/v1/objections/1/mark", "", 200, "li marks 1"},
		{"POST", "/api/v1/objections/1/decide", `{"corrected":true,"reason":"r"}`, 200, "li decides 1: true r"},
		{"POST", "/api/v1/objections/1/transfer", `{"agency":"A"}`, 200, "li transfers 1 to A"},
		{"POST", "/api/v1/objections/1/tell", `{"way":"phone","text":"t"}`, 200, "li tells 1 by phone: t"},
		{"POST", "/api/v1/objections/1/lift", `{"reason":"r"}`, 200, "li lifts 1: r"},
		{"GET", "/api/v1/dupmarks", "", 200, ""},
		{"GET", "/api/v1/dupmarks/1", "", 200, ""},
		{"POST", "/api/v1/dupmarks/1/not_duplicate", `{"reason":"r"}`, 200, "li says that 1 are two: r"},
		{"GET", "/api/v1/checks", "", 200, ""},
		{"GET", "/api/v1/checks/1", "", 200, ""},
		{"POST", "/api/v1/checks", `{"from":"2026-02-01","until":"2026-02-28","size":3,"reason":"r"}`, 201, "li draws 3 from 2026-02-01 to 2026-02-28"},
		{"POST", "/api/v1/checks/1/findings", `{"case":"c","finding":"fault","text":"t"}`, 200, "li finds fault in c of 1: t"},
		{"POST", "/api/v1/checks/1/close", `{"result":"r"}`, 200, "li closes 1: r"},
		{"GET", "/api/v1/clocks", "", 200, ""},
		{"GET", "/api/v1/coverage", "", 200, ""},
		{"GET", "/api/v1/coverage/A", "", 200, ""},
		{"GET", "/api/v1/assessments", "", 200, ""},
		{"GET", "/api/v1/assessments/1", "", 200, ""},
		{"POST", "/api/v1/assessments", `{"from":"2026-01-01","until":"2026-01-31"}`, 200, "li assesses 2026-01-01 to 2026-01-31"},
		{"GET", "/api/v1/assessments/1/figures/K1", "", 200, ""},
	} {
		p.asked = nil
		var body any
		if r.body != "" {
			body = json.RawMessage(r.body)
		}
		c.Do(r.method, r.path, body).Want(r.status)
		if asked := strings.Join(p.asked, "\n"); asked != r.asked {
			t.Errorf("%s %s asks the office\n%s\nwant\n%s", r.method, r.path, asked, r.asked)
		}
	}
	c.EveryRouteSucceededBut("logIn")
}

func TestLists(t *testing.T) {
	p := newProvince(t)
	c := p.client(t)
	var got rest.List[rest.Record[protocol.Request]]
	c.Do("GET", "/api/v1/requests?state=filed&want=publish&node=changchun&q=x&limit=7&after=0a", nil).Into(&got)
	if len(got.Items) != 1 || got.Next != "0102" || got.Total != 10_000 || !got.More {
		t.Errorf("list %+v", got)
	}
	if q := p.query; q.Kind != "request" || q.State != "filed" || q.Text != "x" || q.Limit != 7 || q.After != "0a" ||
		!slices.Equal(q.Facets, []protocol.Facet{{Name: "from", Value: "changchun"}, {Name: "want", Value: "publish"}}) {
		t.Errorf("query %+v", q)
	}
	for query, want := range map[string]int{"": 100, "?max=0": 100, "?max=1000": 1000} {
		if c.Do("GET", "/api/v1/held"+query, nil).Want(200); p.max != want {
			t.Errorf("held%s asks for %d", query, p.max)
		}
	}
	c.Do("GET", "/api/v1/held?max=1001", nil).Want(400)
}

func TestAnswersSayHowFreshTheyAre(t *testing.T) { // replication invariant 15
	p := newProvince(t)
	c := p.client(t)
	a := c.Do("GET", "/api/v1/nodes/1", nil)
	if a.Header.Get(api.IndexHeader) != "40" || a.Header.Get(api.AgeHeader) != "" {
		t.Errorf("leader says %v", a.Header)
	}
	p.follower = true
	if a = c.Do("GET", "/api/v1/nodes/1", nil); a.Header.Get(api.AgeHeader) != "1.5" {
		t.Errorf("follower says %v", a.Header)
	}
}

func TestFaultsOfTheOfficeComeThrough(t *testing.T) {
	for _, c := range []struct {
		name   string
		fail   error
		status int
	}{
		{"no leader", protocol.NewFault(protocol.Busy, "act", "正在选举"), 503},
		{"the outcome is unknown", protocol.NewFault(protocol.Unknown, "act", "未知"), 504},
		{"a rule says no", &protocol.Fault{Code: protocol.Refused, Rule: "K-07", Text: "不得相同"}, 422},
		{"somebody was faster", &protocol.Fault{Code: protocol.Refused, Rule: "G-04", Text: "已更新"}, 412},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProvince(t)
			p.fail = c.fail
			p.client(t).Do("POST", "/api/v1/catalog/changesets/1/approve", map[string]any{}).Want(c.status).Problem()
		})
	}
}

func TestEndingNeedsAReason(t *testing.T) { // G-10
	p := newProvince(t)
	c := p.client(t)
	for _, path := range []string{"nodes/1/fence", "nodes/1/revoke", "items/1/suspend", "items/1/withdraw", "requests/1/decline", "catalog/changesets/1/return"} {
		c.Do("POST", "/api/v1/"+path, map[string]any{"reason": ""}).Want(400)
	}
	if len(p.asked) > 0 {
		t.Errorf("the office was asked: %v", p.asked)
	}
}

// TestPersonalDataStaysWithCases: what tells about a person, or opens a door,
// is in no answer but those for which the right to cases is asked (art. 45).
func TestPersonalDataStaysWithCases(t *testing.T) {
	p := newProvince(t)
	p.records[protocol.Ref{Kind: "account", ID: "hub:li"}] = protocol.Record{Ref: protocol.Ref{Kind: "account", ID: "hub:li"}, Rev: 1, Home: protocol.Hub,
		Body: []byte(`{"place":"hub","login":"li","name":"李","roles":["operator"],"password":"$argon2id$v=19$secret","tokens":["aa"],"state":"active"}`)}
	delivery := protocol.Ref{Kind: "request", ID: "delivered:1"}
	p.records[delivery] = protocol.Record{Ref: delivery, Rev: 1, Home: "changchun",
		Body: []byte(`{"want":"delivered","target":{"kind":"case","id":"1"},"from":"yanbian","title":"低保 220000000001V","data":{"way":"counter","recipient":"申请人甲001"},"key":"k","filed":1,"state":"filed"}`)}
	c := p.client(t)
	secrets := []string{"11010519491231002X", "申请人甲001", "000-00000001", "argon2id", `"aa"`}
	for _, path := range []string{"records/case/1", "records/account/1", "records/account/hub:li", "records/blob/1", "records/request/1", "accounts",
		"requests", "requests/delivered:1", "history/case/1"} {
		body := string(c.Do("GET", "/api/v1/"+path, nil).Want(200).Body)
		for _, s := range secrets {
			if strings.Contains(body, s) {
				t.Errorf("%s tells %s: %s", path, s, body)
			}
		}
	}
	var people rest.List[api.Person]
	if c.Do("GET", "/api/v1/accounts", nil).Into(&people); len(people.Items) != 1 || people.Items[0].Login != "li" {
		t.Errorf("accounts of the hub: %+v", people.Items)
	}
}

func TestAReviewerSeesWhatIsToBePublished(t *testing.T) {
	p := newProvince(t)
	filing := protocol.Ref{Kind: "request", ID: "publish:1"}
	p.records[filing] = protocol.Record{Ref: filing, Rev: 1, Home: protocol.Hub,
		Body: []byte(`{"want":"publish","target":{"kind":"item","id":"A@1"},"from":"yanbian","title":"低保","data":{"item":{"name":"低保"}},"key":"k","filed":1,"state":"filed"}`)}
	api := p.api()
	c := resttest.NewClient(t, api)
	if body := c.As(p.people.Add("rev", protocol.RoleReviewer)).Do("GET", "/api/v1/requests/publish:1", nil).Want(200).Body; !strings.Contains(string(body), `"data":{"item"`) {
		t.Errorf("reviewer sees %s", body)
	}
	c.As(p.people.Add("op", protocol.RoleOperator)).Do("GET", "/api/v1/requests/publish:1", nil).Want(403)
}

func TestWhatIsNotHere(t *testing.T) {
	c := newProvince(t).client(t)
	for _, path := range []string{"nodes", "requests", "items", "guides", "cases", "calendars", "agencies", "catalog/changesets", "catalog/reviews",
		"catalog/entries", "catalog/listings", "catalog/revisions", "records/case"} {
		c.Do("GET", "/api/v1/"+path+"/nowhere", nil).Want(404).Problem()
	}
}
