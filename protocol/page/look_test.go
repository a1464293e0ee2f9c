package page

import (
	"flag"
	"net/http"
	"testing"
)

var look = flag.String("look", "", "serve the sample console on this address until interrupted")

// TestLook serves the sample console to look at: go test -run Look -look :8099.
func TestLook(t *testing.T) {
	if *look == "" {
		t.Skip("no -look address")
	}
	s := sampleShell(t)
	t.Error(http.ListenAndServe(*look, s.Secure(sampleMux(s))))
}

func sampleMux(s *Shell) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("/assets/", s.Assets())
	mux.Handle("/strip", s.Strip())
	mux.Handle("/", s.Missing())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s.Render(w, r, "sample", View{Title: "sample.title", Active: "inbox", Flash: sampleFlash()[:1], Data: sample()})
	})
	mux.HandleFunc("GET /confirm", func(w http.ResponseWriter, r *http.Request) {
		s.Render(w, r, ConfirmPage, View{Title: "撤回", Active: "inbox", Crumbs: []Link{{"2224012603020018", "/cases/1"}}, Flash: sampleFlash()[1:], Data: sampleConfirm()})
	})
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		s.Render(w, r, LoginPage, View{Title: "page.login", Bare: true, Data: Login{Action: "/login", Error: "账号或密码不对。请核对后重试，连续 5 次错误将锁定 15 分钟。"}})
	})
	mux.HandleFunc("POST /receive", func(w http.ResponseWriter, r *http.Request) {
		s.Redirect(w, r, "/", Good, "sample.done", "2224012603020018")
	})
	return mux
}
