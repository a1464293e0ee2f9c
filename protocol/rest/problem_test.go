package rest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/rest/resttest"
)

func TestFaultsBecomeProblems(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"unknown outcome asks to try again", protocol.NewFault(protocol.Unknown, "x", "未知"), 504, "unknown"},
		{"malformed", protocol.NewFault(protocol.Malformed, "x", "格式"), 400, "malformed"},
		{"too big", protocol.NewFault(protocol.TooBig, "x", "过大"), 413, "toobig"},
		{"denied to somebody is forbidden", protocol.NewFault(protocol.Denied, "x", "无权"), 403, "denied"},
		{"fenced", protocol.NewFault(protocol.Fenced, "x", "隔离"), 409, "fenced"},
		{"twin", protocol.NewFault(protocol.Twin, "x", "双"), 409, "twin"},
		{"gap", protocol.NewFault(protocol.Gap, "x", "缺"), 409, "gap"},
		{"fork", protocol.NewFault(protocol.Fork, "x", "分叉"), 409, "fork"},
		{"bad chain", protocol.NewFault(protocol.BadChain, "x", "坏"), 409, "badchain"},
		{"bad signature", protocol.NewFault(protocol.BadSig, "x", "坏"), 409, "badsig"},
		{"frozen", protocol.NewFault(protocol.Frozen, "x", "冻结"), 409, "frozen"},
		{"parked", protocol.NewFault(protocol.Parked, "x", "等待"), 409, "parked"},
		{"busy", protocol.NewFault(protocol.Busy, "x", "忙"), 503, "busy"},
		{"full", protocol.NewFault(protocol.Full, "x", "满"), 507, "full"},
		{"stale", protocol.NewFault(protocol.Stale, "x", "旧"), 503, "stale"},
		{"gone", protocol.NewFault(protocol.Gone, "x", "没有"), 404, "gone"},
		{"a rule's no", &protocol.Fault{Code: protocol.Refused, Rule: "C-10a", Text: "缺材料"}, 422, "refused"},
		{"the record has moved on", &protocol.Fault{Code: protocol.Refused, Rule: "G-04", Text: "已更新"}, 412, "refused"},
		{"a fault below words", fmt.Errorf("entry 3: %w", protocol.NewFault(protocol.Full, "x", "满")), 507, "full"},
		{"any other error is internal", errDisk, 500, "internal"},
		{"a code of a newer version is internal", protocol.NewFault(99, "x", "?"), 500, "internal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			s.fail = c.err
			client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
			a := client.Do("DELETE", "/api/v1/things/1", nil).Want(c.status)
			p := a.Problem()
			if p.Code != c.code || p.Type != "urn:xiangyun:fault:"+c.code || p.Title == "" {
				t.Errorf("problem %+v", p)
			}
			if again := a.Header.Get("Retry-After"); (again != "") != (c.status == 503 || c.status == 504) {
				t.Errorf("Retry-After %q", again)
			}
		})
	}
}

func TestInternalTextStaysInTheLog(t *testing.T) {
	s := newSample(t)
	s.fail = &protocol.Fault{Code: protocol.Internal, Rule: "X", Hint: "secret-host", Ref: protocol.Ref{Kind: "case", ID: "secret-host"}, Text: "secret-host", Err: errDisk}
	a := resttest.NewClient(t, s.api()).As(s.people.Add("op", protocol.RoleOperator, protocol.RoleClerk)).Do("DELETE", "/api/v1/things/1", nil).Want(500)
	if strings.Contains(string(a.Body), "secret-host") {
		t.Errorf("answer tells %s", a.Body)
	}
	id := strings.TrimPrefix(a.Problem().Instance, "urn:xiangyun:request:")
	if log := s.log.String(); !strings.Contains(log, "secret-host") || !strings.Contains(log, "id="+id) {
		t.Errorf("log does not tell: %s", log)
	}
}

func TestHintIsForOperators(t *testing.T) {
	s := newSample(t)
	s.fail = &protocol.Fault{Code: protocol.Frozen, Text: "已冻结", Hint: "fork show", Ref: protocol.Ref{Kind: "case", ID: "9"}}
	client := resttest.NewClient(t, s.api())
	for _, c := range []struct {
		who   string
		roles []protocol.Role
		hint  string
	}{
		{"clerk", []protocol.Role{protocol.RoleClerk}, ""},
		{"operator", []protocol.Role{protocol.RoleClerk, protocol.RoleOperator}, "fork show"},
	} {
		p := client.As(s.people.Add(c.who, c.roles...)).Do("DELETE", "/api/v1/things/1", nil).Problem()
		if p.Hint != c.hint || p.Detail != "已冻结" || p.Ref != "case/9" {
			t.Errorf("%s sees %+v", c.who, p)
		}
	}
}

func TestPanicIsAnInternalProblem(t *testing.T) {
	s := newSample(t)
	client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
	p := client.Do("POST", "/api/v1/explode", nil).Want(500).Problem()
	if strings.Contains(p.Detail, "boom") || !strings.Contains(s.log.String(), "boom") {
		t.Errorf("problem %+v, log %s", p, s.log.String())
	}
}

func TestHalfAnAnswerIsCutOff(t *testing.T) {
	s := newSample(t)
	api := s.api()
	defer func() {
		if p := recover(); !errors.Is(p.(error), http.ErrAbortHandler) {
			t.Errorf("panic %v", p)
		}
	}()
	w := &brokenWriter{header: make(http.Header)}
	r, err := http.NewRequest("GET", "/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "127.0.0.1:1"
	api.ServeHTTP(w, r)
	t.Error("the connection was not cut")
}

// brokenWriter breaks once the answer has begun.
type brokenWriter struct{ header http.Header }

func (w *brokenWriter) Header() http.Header       { return w.header }
func (w *brokenWriter) WriteHeader(int)           {}
func (w *brokenWriter) Write([]byte) (int, error) { panic("broken") }

func TestAddressesThatAreNotThere(t *testing.T) {
	s := newSample(t)
	client := resttest.NewClient(t, s.api())
	client.Do("GET", "/api/v1/nowhere", nil).Want(404).Problem()
	a := client.Do("PATCH", "/api/v1/things/1", nil).Want(405)
	if a.Problem(); a.Header.Get("Allow") != "DELETE, PUT" {
		t.Errorf("Allow %q", a.Header.Get("Allow"))
	}
}
