package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"xiangyun/protocol"
)

// Check is one thing that must hold before requests are sent here.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text,omitempty" doc:"不就绪的原因和处置办法"`
}

// alive says that the process answers, and nothing about what it stands on.
type alive struct {
	OK      bool   `json:"ok"`
	Version string `json:"version"`
}

type readiness struct {
	Ready  bool    `json:"ready"`
	Checks []Check `json:"checks"`
}

func (a *API) health() {
	Handle(a, Route{Method: "GET", Path: "/healthz", Op: "health", Tag: "health", Summary: "进程是否存活", Public: true},
		func(context.Context, *protocol.Account, struct{}) (alive, error) {
			return alive{true, a.cfg.Version}, nil
		})
	Handle(a, Route{Method: "GET", Path: "/readyz", Op: "ready", Tag: "health", Summary: "是否可以接收请求", Public: true,
		Note: "不就绪时以 503 返回,detail 写明原因。"}, a.ready)
	a.handlePlain(Route{Method: "GET", Path: "/metrics", Op: "metrics", Tag: "health", Summary: "运行指标(Prometheus 格式)", Public: true,
		Note: "本机可直接读取;其他来源须以有权查看状态的账号的接口令牌访问。"},
		"text/plain; version=0.0.4; charset=utf-8", a.guarded(promhttp.HandlerFor(a.cfg.Metrics, promhttp.HandlerOpts{DisableCompression: true})))
	a.handlePlain(Route{Method: "GET", Path: "/api/v1/openapi.json", Op: "openapi", Tag: "health", Summary: "本接口的 OpenAPI 文档", Public: true},
		"application/json", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Write(a.Document()) // a caller that has gone needs no word
		}))
}

func (a *API) ready(ctx context.Context, _ *protocol.Account, _ struct{}) (readiness, error) {
	r := readiness{Ready: true, Checks: []Check{}}
	if a.cfg.Ready != nil {
		r.Checks = append(r.Checks, a.cfg.Ready(ctx)...)
	}
	var missing []string
	for _, c := range r.Checks {
		if !c.OK {
			missing = append(missing, c.Name+":"+c.Text)
		}
	}
	if len(missing) > 0 {
		return readiness{}, protocol.NewFault(protocol.Busy, "ready", "%s", strings.Join(missing, ";"))
	}
	return r, nil
}

// guarded keeps numbers about a place from strangers: how many cases an office
// takes in is nobody's business but its own.
func (a *API) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		if !a.cfg.OpenMetrics && (!fromHere(r) || a.cfg.Sessions.Secure) {
			f := protocol.Authorize(protocol.Question{Subject: v.who, Place: a.Place(), Verb: protocol.MayReadStatus})
			if f != nil {
				a.fail(w.(*answerWriter), v, f)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
