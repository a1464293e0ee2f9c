package rest

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"time"

	"xiangyun/protocol"
)

// None is the answer of an endpoint that has nothing to say: 204.
type None struct{}

// File is an answer of bytes, served in ranges. Content is closed when it can
// be. It is always offered as a download and never shown by a browser, because
// people upload what they like.
type File struct {
	Name    string
	Type    string // media type, checked by whoever stored it
	At      time.Time
	Tag     string // strong ETag without quotes, or empty
	Content io.ReadSeeker
}

// An answer with a revision carries it as ETag, for If-Match of the next act.
type revisioned interface{ Revision() uint64 }

// An answer with a location says where the new thing is read.
type located interface{ Location() string }

// An answer may set cookies; only this package has such.
type headed interface{ head(http.Header) }

// endpoint is one registered route with what its types say.
type endpoint struct {
	Route
	api  *API
	in   binding
	out  reflect.Type
	call func(ctx context.Context, v *visit, r *http.Request) (any, error)

	media string       // of a plain endpoint's answer
	plain http.Handler // instead of call
}

// Handle adds an endpoint. who is nil for a public route without a session. An
// error that is no fault answers 500 and its text stays in the log.
func Handle[In, Out any](a *API, route Route, do func(ctx context.Context, who *protocol.Account, in In) (Out, error)) {
	e := &endpoint{Route: route, in: bindingOf(reflect.TypeFor[In](), route), out: reflect.TypeFor[Out]()}
	if e.out == reflect.TypeFor[None]() {
		e.Status = http.StatusNoContent
	}
	e.call = func(ctx context.Context, v *visit, r *http.Request) (any, error) {
		var in In
		if err := e.in.read(reflect.ValueOf(&in).Elem(), r); err != nil {
			return nil, err
		}
		return do(ctx, v.who, in)
	}
	a.add(e)
}

// handlePlain adds an endpoint that writes its answer itself.
func (a *API) handlePlain(route Route, media string, h http.Handler) {
	a.add(&endpoint{Route: route, in: binding{body: -1}, media: media, plain: h})
}
