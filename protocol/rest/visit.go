package rest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"xiangyun/protocol"
)

// visit is one request on its way.
type visit struct {
	id    string
	began time.Time
	who   *protocol.Account
	asked *http.Request
}

type visitKey struct{}

// RequestID is the number under which the log knows the request of ctx, or "".
func RequestID(ctx context.Context) string {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v.id
	}
	return ""
}

func visitOf(ctx context.Context) *visit { return ctx.Value(visitKey{}).(*visit) }

const requestIDHeader = "X-Request-Id"

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// requestID keeps a caller's number when it is one, so that the logs of both
// sides meet.
func requestID(r *http.Request) string {
	if id := r.Header.Get(requestIDHeader); requestIDPattern.MatchString(id) {
		return id
	}
	b := make([]byte, 8)
	rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}

// ServeHTTP takes one request from its first header to the log line.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{id: requestID(r), began: time.Now()}
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), visitKey{}, v), e.Timeout)
	defer cancel()
	r = r.WithContext(ctx)
	v.asked = r
	aw := &answerWriter{ResponseWriter: w}
	commonHeaders(aw.Header(), v)
	e.api.metrics.inFlight.Inc()
	defer e.end(aw, v)
	e.patience(aw)
	r.Body = http.MaxBytesReader(aw, r.Body, e.MaxBody)
	if err := e.serve(aw, r, v); err != nil {
		e.api.fail(aw, v, err)
	}
}

func commonHeaders(h http.Header, v *visit) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set(requestIDHeader, v.id)
}

// patience lets slow senders and readers use the route's time instead of the
// server's; net/http takes both deadlines back before the next request of the
// connection. Writers that have no deadlines keep what they have.
func (e *endpoint) patience(w http.ResponseWriter) {
	c, until := http.NewResponseController(w), time.Now().Add(e.Timeout)
	for _, err := range []error{c.SetReadDeadline(until), c.SetWriteDeadline(until.Add(10 * time.Second))} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			e.api.cfg.Log.Debug("deadline not set", "err", err)
		}
	}
}

// serve runs the steps in their fixed order: how fresh, who, may they, what.
func (e *endpoint) serve(w *answerWriter, r *http.Request, v *visit) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = &protocol.Fault{Code: protocol.Internal, Op: e.Op, Err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	if e.api.cfg.Stamp != nil {
		for name, values := range e.api.cfg.Stamp() {
			w.Header()[name] = values
		}
	}
	if v.who, err = e.admit(r); err != nil {
		return err
	}
	if e.plain != nil {
		w.Header().Set("Content-Type", e.media)
		e.plain.ServeHTTP(w, r)
		return nil
	}
	out, err := e.call(r.Context(), v, r)
	if err != nil {
		return err
	}
	return e.answer(w, r, out)
}

// admit says who asks and whether they may. A browser's session must not be
// used by another site; a token is never sent by itself.
func (e *endpoint) admit(r *http.Request) (*protocol.Account, error) {
	if r.Header.Get("Authorization") == "" {
		if err := e.api.origin.Check(r); err != nil {
			return nil, &protocol.Fault{Code: protocol.Denied, Op: "check origin", Text: "请求来自其他网站,已拒绝", Err: err, Rule: "CSRF"}
		}
	}
	who, err := e.api.cfg.Sessions.Who(r)
	switch {
	case e.Public && protocol.CodeOf(err) == protocol.Denied:
		return nil, nil // a session that ran out must not keep its owner from logging in
	case err != nil:
		return nil, err
	case e.Public:
		return who, nil
	case who == nil:
		return nil, protocol.NewFault(protocol.Denied, e.Op, "请先登录")
	case e.Anyone:
		return who, nil
	}
	if f := protocol.Authorize(protocol.Question{Subject: who, Place: e.api.Place(), Verb: e.Verb}); f != nil {
		return who, f
	}
	return who, nil
}

// end counts the request and notes it for whoever looks at debug logs. The
// query is left out: people search by names.
func (e *endpoint) end(w *answerWriter, v *visit) {
	took := time.Since(v.began)
	e.api.metrics.done(e.Route.Method, e.Route.Path, w.status, w.bytes, took)
	by := ""
	if v.who != nil {
		by = protocol.AccountID(v.who.Place, v.who.Login)
	}
	e.api.cfg.Log.LogAttrs(context.Background(), slog.LevelDebug, "request", slog.String("id", v.id), slog.String("op", e.Op),
		slog.String("method", v.asked.Method), slog.String("path", v.asked.URL.Path), slog.Int("status", w.status), slog.Int64("bytes", w.bytes),
		slog.Duration("took", took), slog.String("by", by))
}
