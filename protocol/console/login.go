package console

import (
	"errors"
	"net/http"
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

const (
	loginPath = "/login"
	maxValues = 1 << 20 // bytes of a form without its files
)

// toLogin sends somebody without a session to the login page, together with the
// form that was just posted.
func (c *Console) toLogin(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Redirect(w, r, page.With(&url.URL{Path: loginPath}, "next", r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	values, files, err := readValues(w, r)
	if err != nil {
		c.Fail(w, r, err)
		return
	}
	l := page.Login{Action: loginPath, Next: r.URL.Path}
	flash := page.Flash{Tone: page.Warn, Text: "console.expired"}
	if len(values) > 0 {
		l.Keep = []page.Field{page.Hidden(keptField, values.Encode())}
		flash.Text = "console.expired-kept"
	}
	if files {
		flash.Text = "console.expired-files"
	}
	c.renderLogin(w, r, http.StatusUnauthorized, l, flash)
}

func (c *Console) renderLogin(w http.ResponseWriter, r *http.Request, status int, l page.Login, flash ...page.Flash) {
	c.shell.Render(w, r, page.LoginPage, page.View{Title: "page.login", Bare: true, Status: status, Flash: flash, Data: l})
}

func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) {
	c.renderLogin(w, r, http.StatusOK, page.Login{Action: loginPath, Next: page.Local(r.FormValue("next"))})
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4*maxValues) // what was kept is escaped once more
	if err := r.ParseForm(); err != nil {
		c.Fail(w, r, badForm(err))
		return
	}
	l := page.Login{Action: loginPath, Name: r.PostForm.Get("name"), Next: page.Local(r.PostForm.Get("next"))}
	cookie, who, err := c.cfg.Sessions.Begin(r, l.Name, r.PostForm.Get("password"))
	if err != nil {
		c.loginFailed(w, r, l, err)
		return
	}
	c.cfg.Sessions.End(r) // of an earlier session in this browser
	http.SetCookie(w, cookie)
	http.Redirect(w, r, c.comeBack(r.PostForm.Get(keptField), l.Next, who), http.StatusSeeOther)
}

func (c *Console) loginFailed(w http.ResponseWriter, r *http.Request, l page.Login, err error) {
	var f *protocol.Fault
	status := map[protocol.Code]int{protocol.Denied: http.StatusUnauthorized, protocol.Busy: http.StatusTooManyRequests}[protocol.CodeOf(err)]
	if status == 0 || !errors.As(err, &f) {
		c.Fail(w, r, err)
		return
	}
	if l.Error = f.Text; f.Code == protocol.Denied && f.Rule == "" {
		l.Error = "console.wrong-password"
	}
	if kept := r.PostForm.Get(keptField); kept != "" {
		l.Keep = []page.Field{page.Hidden(keptField, kept)}
	}
	c.renderLogin(w, r, status, l)
}

// comeBack gives the address to go on at; a form that was being filled in waits
// there for the person who logged in.
func (c *Console) comeBack(kept, next string, who protocol.Account) string {
	values, err := url.ParseQuery(kept)
	if err != nil || len(values) == 0 {
		return next
	}
	u, err := url.Parse(next)
	if err != nil {
		return next
	}
	return page.With(u, keptParam, c.kept.put(protocol.AccountID(who.Place, who.Login), values, c.now()))
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, c.cfg.Sessions.End(r))
	c.shell.Redirect(w, r, loginPath, page.Good, "console.logged-out")
}
