package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

const (
	flashCookie = "xy_flash"
	flashAge    = 60   // seconds: long enough for one redirect
	maxFlash    = 2048 // bytes of cookie
)

// carried is a flash on its way through a redirect. It holds a key, not a
// sentence: whoever plants a cookie can only make the catalogue speak.
type carried struct {
	Tone Tone     `json:"t"`
	Key  string   `json:"k"`
	Args []string `json:"a,omitempty"`
}

// Redirect answers a POST: the browser gets the page at to, which shows the text
// of key once. Arguments travel in a cookie: receipt numbers, never names.
func (s *Shell) Redirect(w http.ResponseWriter, r *http.Request, to string, tone Tone, key string, args ...string) {
	if raw, err := json.Marshal(carried{tone, key, args}); err == nil && len(raw) <= maxFlash*3/4 {
		setFlash(w, r, base64.RawURLEncoding.EncodeToString(raw), flashAge)
	} else {
		s.cfg.Log.Warn("message after redirect left out", "key", key, "bytes", len(raw), "err", err)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func setFlash(w http.ResponseWriter, r *http.Request, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
}

// takeFlash reads the message of a redirect and takes it away.
func takeFlash(w http.ResponseWriter, r *http.Request, c catalogue) []Flash {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	setFlash(w, r, "", -1)
	f, ok := readFlash(cookie.Value, c)
	if !ok {
		return nil // planted or cut short: there is nobody to tell
	}
	return []Flash{f}
}

func readFlash(value string, c catalogue) (Flash, bool) {
	if len(value) > maxFlash {
		return Flash{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return Flash{}, false
	}
	var m carried
	if err := json.Unmarshal(raw, &m); err != nil {
		return Flash{}, false
	}
	if _, known := c.texts[m.Key]; !known || !m.Tone.known() {
		return Flash{}, false
	}
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		args[i] = a
	}
	return Flash{Tone: m.Tone, Text: c.t(m.Key, args...)}, true
}

func (t Tone) known() bool {
	switch t {
	case Plain, Info, Good, Warn, Bad:
		return true
	}
	return false
}
