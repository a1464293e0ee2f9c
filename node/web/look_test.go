package web

import (
	"flag"
	"net/http"
	"testing"
)

var look = flag.String("look", "", "serve the workbench on this address until interrupted; log in with any password")

var shots = flag.String("shots", "", "write pictures of the pages to this folder")

// TestLook serves a prefecture to look at: go test ./node/web -run Look -look :8098.
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
