package console

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// Handler answers one visit. An error becomes a problem page; nothing may have
// been written then.
type Handler func(v *Visit) error

// Visit is one request of a person who is logged in and may open the page.
type Visit struct {
	W   http.ResponseWriter
	R   *http.Request
	Who *protocol.Account

	Console *Console

	names    map[protocol.Ref]string // asked for once per page
	calendar *protocol.Calendar
}

// Context ends with the request.
func (v *Visit) Context() context.Context { return v.R.Context() }

// Lang is the language of the page.
func (v *Visit) Lang() page.Lang { return page.LangOf(v.R) }

// T gives a text of the catalogue.
func (v *Visit) T(key string, args ...any) string { return v.Console.shell.T(v.R, key, args...) }

// Now is the instant of the page.
func (v *Visit) Now() protocol.Instant { return protocol.At(v.Console.cfg.Now()) }

// At is the place whose console it is.
func (v *Visit) At() protocol.NodeID { return v.Console.cfg.At }

// Records is what the page reads.
func (v *Visit) Records() Records { return v.Console.cfg.Records }

// May reports whether the person has a right, for an object of agency when that
// is not "". It decides what is shown; what is done is decided where it is done.
func (v *Visit) May(verb protocol.Verb, agency string) bool {
	return protocol.Authorize(protocol.Question{Subject: v.Who, Place: v.At(), Verb: verb, Agency: agency}) == nil
}

// Render writes a page.
func (v *Visit) Render(name string, view page.View) error {
	v.Console.shell.Render(v.W, v.R, name, view)
	return nil
}

// Done answers a POST: the browser goes to a page that shows the text once.
func (v *Visit) Done(to string, tone page.Tone, key string, args ...string) error {
	v.Console.shell.Redirect(v.W, v.R, to, tone, key, args...)
	return nil
}

// Form gives what was posted, or what was posted when the session had ended and
// is shown again, or nothing. Values longer than 1 MiB together are refused.
func (v *Visit) Form() (url.Values, error) {
	if v.R.Method != http.MethodPost {
		return v.Console.kept.get(v.R.FormValue(keptParam), v.Author(), v.Console.cfg.Now()), nil
	}
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxValues)
	if err := v.R.ParseForm(); err != nil {
		return nil, badForm(err)
	}
	return v.R.PostForm, nil
}

// Author is what the person's acts carry.
func (v *Visit) Author() string { return protocol.AccountID(v.Who.Place, v.Who.Login) }

func (c *Console) now() time.Time { return c.cfg.Now() }
