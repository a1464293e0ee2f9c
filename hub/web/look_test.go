package web

import (
	"flag"
	"net/http"
	"testing"
)

var look = flag.String("look", "", "serve the console on this address until interrupted; log in with any password")

// TestLook serves a province to look at: go test ./hub/web -run Look -look :8097.
func TestLook(t *testing.T) {
	if *look == "" {
		t.Skip("no -look address")
	}
	pages := newWeb(t, newWorld(t)).Handler()
	t.Error(http.ListenAndServe(*look, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if as := r.URL.Query().Get("as"); as != "" { // for a camera, which cannot log in
			r.AddCookie(&http.Cookie{Name: "as", Value: as})
		}
		pages.ServeHTTP(w, r)
	})))
}
