package web

import (
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol/console/consoletest"
)

// TestLogoutEndsTheScreenAndTheBackButtonShowsNothing: no page may be kept by
// the browser, and a form that is sent after all waits for its person.
func TestLogoutEndsTheScreenAndTheBackButtonShowsNothing(t *testing.T) {
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	for _, page := range []string{"/", "/cases", "/cases/" + caseID(4), "/intake/" + poorID} {
		if got := b.Get(page); got.Status != 200 || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: status %d, %q", page, got.Status, got.Header.Get("Cache-Control"))
		}
	}
	values := filled(w, consoletest.Value(b.Get("/intake/"+poorID).Body, "nonce"))
	b.Post("/logout", url.Values{})
	if got := b.Get("/cases/" + caseID(4)); got.Status != 303 || !strings.HasPrefix(got.To, "/login") {
		t.Errorf("after the logout: status %d to %q", got.Status, got.To)
	}
	if got := send(t, b, values); got.Status != 401 || consoletest.Value(got.Body, "xy-kept") == "" || len(w.desk.taken) != 0 {
		t.Errorf("a form after the logout: status %d, %d cases", got.Status, len(w.desk.taken))
	}
}

// TestBackButtonAfterAnIntakeMakesNoSecondCase, while the next applicant's form
// is another one.
func TestBackButtonAfterAnIntakeMakesNoSecondCase(t *testing.T) { // cases.md §11
	w := newWorld(t)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	nonce := consoletest.Value(b.Get("/intake/"+poorID).Body, "nonce")
	first := send(t, b, filled(w, nonce))
	again := send(t, b, filled(w, nonce)) // back, and sent once more
	if first.Status != 303 || again.To != first.To || len(w.desk.taken) != 1 {
		t.Errorf("%q, then %q, %d cases", first.To, again.To, len(w.desk.taken))
	}
	if next := consoletest.Value(b.Get("/intake/"+poorID).Body, "nonce"); next == "" || next == nonce {
		t.Errorf("the next form has nonce %q", next)
	}
}
