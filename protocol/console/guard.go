package console

import (
	"context"
	"errors"
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

type whoKey struct{}

// guard lets a page be opened by whoever is logged in and has the right; a
// session that ended loses nothing that was typed.
func (c *Console) guard(verb protocol.Verb, h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := c.cfg.Sessions.Who(r)
		if protocol.CodeOf(err) == protocol.Denied || err == nil && who == nil {
			c.toLogin(w, r)
			return
		}
		if err != nil {
			c.Fail(w, r, err)
			return
		}
		v := &Visit{W: w, R: r.WithContext(context.WithValue(r.Context(), whoKey{}, who)), Who: who, Console: c}
		if f := protocol.Authorize(protocol.Question{Subject: who, Place: c.cfg.At, Verb: verb}); f != nil {
			c.Fail(w, v.R, f)
			return
		}
		if err := h(v); err != nil {
			c.Fail(w, v.R, err)
		}
	})
}

// who is for what surrounds a page, problem pages included.
func (c *Console) who(r *http.Request) *protocol.Account {
	if who, ok := r.Context().Value(whoKey{}).(*protocol.Account); ok {
		return who
	}
	who, err := c.cfg.Sessions.Who(r)
	if err != nil {
		return nil // nobody, as far as this page is concerned
	}
	return who
}

func (c *Console) around(r *http.Request) page.Around {
	who := c.who(r)
	if who == nil {
		return page.Around{}
	}
	var a page.Around
	if c.cfg.Around != nil {
		a = c.cfg.Around(r, who)
	}
	a.User = c.user(r, who)
	a.Allow = func(key string) bool {
		verb, known := c.cfg.Verbs[key]
		return known && protocol.Authorize(protocol.Question{Subject: who, Place: c.cfg.At, Verb: verb}) == nil
	}
	return a
}

func (c *Console) user(r *http.Request, who *protocol.Account) *page.User {
	u := &page.User{Name: who.Name}
	for i, role := range who.Roles {
		if i > 0 {
			u.Role += c.shell.T(r, "console.and")
		}
		u.Role += c.shell.T(r, "role."+string(role))
	}
	if a, err := Find[protocol.Agency](c.cfg.Records, protocol.Ref{Kind: "agency", ID: who.Agency}); who.Agency != "" && err == nil && a != nil {
		u.Place = a.Name
	}
	return u
}

// problems gives the status of a fault; what is not listed is a defect.
var problems = map[protocol.Code]int{
	protocol.Malformed: http.StatusBadRequest, protocol.TooBig: http.StatusRequestEntityTooLarge, protocol.Denied: http.StatusForbidden,
	protocol.Gone: http.StatusNotFound, protocol.Refused: http.StatusConflict, protocol.Busy: http.StatusServiceUnavailable,
	protocol.Full: http.StatusServiceUnavailable, protocol.Stale: http.StatusServiceUnavailable, protocol.Frozen: http.StatusServiceUnavailable,
	protocol.Fenced: http.StatusServiceUnavailable, protocol.Twin: http.StatusServiceUnavailable, protocol.Fork: http.StatusServiceUnavailable,
	protocol.Unknown: http.StatusServiceUnavailable,
}

// Fail writes the problem page of an error. A fault's sentence is shown, the
// text of any other error stays in the log.
func (c *Console) Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := page.Problem{Status: http.StatusInternalServerError, Err: err}
	var f *protocol.Fault
	if errors.As(err, &f) && problems[f.Code] != 0 {
		p.Status, p.What, p.Rule = problems[f.Code], f.Text, f.Rule
		if f.Code == protocol.Refused {
			p.Title, p.Do = c.shell.T(r, "console.refused"), c.shell.T(r, "console.refused-do")
		}
		if p.Status < 500 {
			p.Err = nil
		}
	}
	c.shell.Fail(w, r, p)
}

// badForm explains a form that could not be read.
func badForm(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return protocol.NewFault(protocol.TooBig, "read form", "提交的内容超过上限,没有保存")
	}
	return &protocol.Fault{Code: protocol.Malformed, Op: "read form", Text: "提交的内容不完整,没有保存", Err: err}
}

// Refusal tells a rule's no, which is shown beside the form with what was typed,
// from other errors.
func Refusal(err error) (*protocol.Fault, bool) {
	var f *protocol.Fault
	ok := errors.As(err, &f) && f.Code == protocol.Refused
	return f, ok
}
