package rest_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestDocumentOfTheSample(t *testing.T) {
	s := newSample(t)
	api := s.api()
	resttest.CheckDocument(t, api)
	file := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(file, api.Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, api.Document()) {
		t.Error("the document differs; look at it and run go test -update")
	}
	got := resttest.NewClient(t, api).Do("GET", "/api/v1/openapi.json", nil).Want(200)
	if !bytes.Equal(got.Body, want) {
		t.Error("the document served is another")
	}
}

func TestRightsOfTheSample(t *testing.T) {
	s := newSample(t)
	resttest.CheckRights(t, s.api(), s.people)
}

func TestHealthReadinessAndMetrics(t *testing.T) {
	s := newSample(t)
	api := s.api()
	client := resttest.NewClient(t, api)
	client.Do("GET", "/healthz", nil).Want(200)
	s.ready = []rest.Check{{Name: "数据库", OK: true}}
	client.Do("GET", "/readyz", nil).Want(200)
	s.ready = append(s.ready, rest.Check{Name: "号段", Text: "已用完,请连接省级"}, rest.Check{Name: "磁盘", Text: "已满"})
	if p := client.Do("GET", "/readyz", nil).Want(503).Problem(); p.Detail != "号段:已用完,请连接省级;磁盘:已满" {
		t.Errorf("not ready, and says %q", p.Detail)
	}
	client.Do("GET", "/api/v1/things/17", nil)
	client.Do("GET", "/nowhere", nil)
	body := string(client.Do("GET", "/metrics", nil).Want(200).Body)
	for _, line := range []string{
		`xy_http_requests_total{method="GET",route="/healthz",status="200"} 1`,
		`xy_http_requests_total{method="GET",route="/readyz",status="503"} 1`,
		`xy_http_requests_total{method="other",route="none",status="404"} 1`,
		`xy_http_request_seconds_count{method="GET",route="/healthz"} 1`,
		`xy_http_in_flight 1`,
	} {
		if !strings.Contains(body, line) {
			t.Errorf("no line %s in\n%s", line, body)
		}
	}
}

func TestMetricsAreNotForStrangers(t *testing.T) {
	s := newSample(t)
	api := s.api()
	token := resttest.With("Authorization", "Bearer "+s.people.Add("prom", protocol.RoleOperator))
	if res := call(api, "GET", "/metrics", "", fromAfar); res.StatusCode != 401 {
		t.Errorf("a stranger gets %d", res.StatusCode)
	}
	if res := call(api, "GET", "/metrics", "", fromAfar, overTLS, token); res.StatusCode != 200 {
		t.Errorf("an operator gets %d", res.StatusCode)
	}
	s.config = func(c *rest.Config) { c.OpenMetrics = true }
	if res := call(s.api(), "GET", "/metrics", "", fromAfar); res.StatusCode != 200 {
		t.Errorf("opened to all, a stranger gets %d", res.StatusCode)
	}
}

func TestRequestIDs(t *testing.T) {
	s := newSample(t)
	api := s.api()
	if got := call(api, "GET", "/healthz", "", resttest.With("X-Request-Id", "from-the-proxy-1")).Header.Get("X-Request-Id"); got != "from-the-proxy-1" {
		t.Errorf("a caller's id became %q", got)
	}
	for _, bad := range []string{"", "short", "with a space in it", strings.Repeat("x", 65)} {
		if got := call(api, "GET", "/healthz", "", resttest.With("X-Request-Id", bad)).Header.Get("X-Request-Id"); got == bad || got == "" {
			t.Errorf("id %q became %q", bad, got)
		}
	}
}

func TestAccessLogHoldsNoQueries(t *testing.T) {
	s := newSample(t)
	client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
	client.Do("GET", "/api/v1/things?q=secret", nil).Want(200)
	log := s.log.String()
	if strings.Contains(log, "secret") || !strings.Contains(log, "op=listThings") || !strings.Contains(log, "by=yanbian:li") {
		t.Errorf("log: %s", log)
	}
}

func TestASlowHandlerEndsAsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSample(t)
		api := s.api()
		rest.Handle(api, rest.Route{Method: "GET", Path: "/api/v1/slow", Op: "slow", Tag: "sample", Summary: "慢", Verb: protocol.MayReadCases, Timeout: time.Minute},
			func(ctx context.Context, _ *protocol.Account, _ struct{}) (rest.None, error) {
				<-ctx.Done()
				return rest.None{}, context.Cause(ctx)
			})
		began := time.Now()
		p := resttest.NewClient(t, api).As(s.people.Add("li", protocol.RoleClerk)).Do("GET", "/api/v1/slow", nil).Want(503).Problem()
		if p.Code != "busy" || time.Since(began) != time.Minute {
			t.Errorf("%+v after %s", p, time.Since(began))
		}
	})
}

func TestRoutesThatCannotBeRightPanic(t *testing.T) {
	good := rest.Route{Method: "GET", Path: "/x/{id}", Op: "x", Tag: "t", Summary: "s", Verb: protocol.MayReadCases}
	type foreign struct {
		ID string
	}
	for _, c := range []struct {
		name string
		do   func(*rest.API)
	}{
		{"nobody is named who may", func(a *rest.API) { r := good; r.Verb = ""; handle[oneIn](a, r) }},
		{"two are", func(a *rest.API) { r := good; r.Public = true; handle[oneIn](a, r) }},
		{"a right nobody has", func(a *rest.API) { r := good; r.Verb = "case.raed"; handle[oneIn](a, r) }},
		{"no name", func(a *rest.API) { r := good; r.Op = ""; handle[oneIn](a, r) }},
		{"a name used before", func(a *rest.API) { r := good; r.Op = "listThings"; handle[oneIn](a, r) }},
		{"a path the input does not have", func(a *rest.API) { r := good; r.Path = "/x/{other}"; handle[oneIn](a, r) }},
		{"a field from nowhere", func(a *rest.API) { r := good; r.Path = "/x"; handle[foreign](a, r) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was taken")
				}
			}()
			c.do(newSample(t).api())
		})
	}
}

func handle[In any](a *rest.API, r rest.Route) {
	rest.Handle(a, r, func(context.Context, *protocol.Account, In) (rest.None, error) { return rest.None{}, nil })
}
