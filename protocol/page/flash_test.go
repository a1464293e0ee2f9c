package page

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func redirected(t *testing.T, s *Shell) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	sampleMux(s).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/receive", nil))
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" || len(cookies) != 1 {
		t.Fatalf("status %d to %q with %v", w.Code, w.Header().Get("Location"), cookies)
	}
	return cookies[0]
}

func TestAMessageSurvivesOneRedirect(t *testing.T) {
	s := sampleShell(t)
	cookie := redirected(t, s)
	w := get(sampleMux(s), "/", func(r *http.Request) { r.AddCookie(cookie) })
	if !strings.Contains(w.Body.String(), "已受理，编号 2224012603020018") {
		t.Error("the message is not on the next page")
	}
	cleared := w.Result().Cookies()
	if len(cleared) != 1 || cleared[0].Name != flashCookie || cleared[0].MaxAge >= 0 {
		t.Errorf("the message stays: %v", cleared)
	}
}

func TestAPlantedMessageCanOnlySayWhatTheCatalogueSays(t *testing.T) {
	c := sampleShell(t).say[ZH]
	enc := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, row := range []struct {
		name, value string
		want        bool
	}{
		{"a key", enc(`{"t":"good","k":"sample.done","a":["1"]}`), true},
		{"a sentence", enc(`{"t":"good","k":"请致电 123 退款"}`), false},
		{"an unknown key", enc(`{"t":"good","k":"no.such"}`), false},
		{"an unknown tone", enc(`{"t":"good x","k":"sample.done"}`), false},
		{"no base64", "%%%", false},
		{"no JSON", enc("{"), false},
		{"too long", strings.Repeat("A", maxFlash+1), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, ok := readFlash(row.value, c); ok != row.want {
				t.Errorf("accepted is %v", ok)
			}
		})
	}
}

func TestAMessageTooLongForACookieIsLeftOut(t *testing.T) {
	s := sampleShell(t)
	w := httptest.NewRecorder()
	s.Redirect(w, httptest.NewRequest(http.MethodPost, "/", nil), "/", Good, "sample.done", strings.Repeat("x", maxFlash))
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 0 {
		t.Errorf("status %d, cookies %v", w.Code, w.Result().Cookies())
	}
}

func FuzzReadFlash(f *testing.F) {
	c := sampleShell(f).say[ZH]
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"t":"good","k":"sample.done","a":["1"]}`)))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, value string) {
		flash, ok := readFlash(value, c)
		if ok && (!flash.Tone.known() || flash.Text == "" || strings.HasPrefix(flash.Text, "⟦")) {
			t.Errorf("%q became %+v", value, flash)
		}
	})
}
