package rest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

// The sample API has one endpoint of each shape the kit knows.

type thing struct {
	Name  string       `json:"name" need:"true"`
	Parts []part       `json:"parts"`
	Day   protocol.Day `json:"day,omitzero"`
}

type part struct {
	Code string `json:"code" need:"true"`
}

type listIn struct {
	State []string `query:"state" enum:"new,old"`
	Limit int      `query:"limit" max:"200"`
	Q     string   `query:"q" max:"10"`
	All   bool     `query:"all"`
}

type putIn struct {
	ID   string   `path:"id"`
	Seen rest.Rev `header:"If-Match"`
	Key  string   `header:"Idempotency-Key" need:"true"`
	Body thing    `body:"json"`
}

type oneIn struct {
	ID string `path:"id"`
}

type sendIn struct {
	Name string    `query:"name"`
	Body io.Reader `body:"stream"`
}

type stored struct {
	Bytes int       `json:"bytes"`
	At    time.Time `json:"at"`
}

func (stored) Location() string { return "/api/v1/files/x" }

type sample struct {
	people *resttest.People
	log    bytes.Buffer
	fail   error
	got    putIn
	listed listIn
	ready  []rest.Check
	config func(*rest.Config)
}

func newSample(t *testing.T) *sample {
	return &sample{people: resttest.NewPeople(t, "yanbian")}
}

func (s *sample) api() *rest.API {
	cfg := rest.Config{Title: "样例", Version: "1.2.3", Sessions: s.people.Sessions(),
		Log:     slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: prometheus.NewRegistry(), Ready: func(context.Context) []rest.Check { return s.ready },
		Stamp:   func() http.Header { return http.Header{"X-Xiangyun-Index": {"7"}} },
		Stamped: []rest.Header{{Name: "X-Xiangyun-Index", Summary: "序号"}}}
	if s.config != nil {
		s.config(&cfg)
	}
	a := rest.New(cfg)
	route := func(method, path, op string) rest.Route {
		return rest.Route{Method: method, Path: path, Op: op, Tag: "sample", Summary: op, Verb: protocol.MayReadCases}
	}
	rest.Handle(a, route("GET", "/api/v1/things", "listThings"), func(_ context.Context, _ *protocol.Account, in listIn) (rest.List[thing], error) {
		s.listed = in
		return rest.All([]thing{{Name: "一", Parts: []part{}}}), s.fail
	})
	put := route("PUT", "/api/v1/things/{id}", "putThing")
	put.Example = thing{Name: "一", Parts: []part{{"a"}}}
	rest.Handle(a, put, func(_ context.Context, _ *protocol.Account, in putIn) (rest.Record[protocol.Agency], error) {
		s.got = in
		return rest.Done[protocol.Agency](agencyRecord(), s.fail)
	})
	rest.Handle(a, route("DELETE", "/api/v1/things/{id}", "dropThing"), func(context.Context, *protocol.Account, oneIn) (rest.None, error) {
		return rest.None{}, s.fail
	})
	send := route("POST", "/api/v1/files", "sendFile")
	send.Status, send.MaxBody = http.StatusCreated, 2<<20
	rest.Handle(a, send, func(_ context.Context, _ *protocol.Account, in sendIn) (stored, error) {
		n, err := io.Copy(io.Discard, in.Body)
		return stored{int(n), protocol.Instant(0).Time()}, err
	})
	rest.Handle(a, route("GET", "/api/v1/files/{id}", "getFile"), func(context.Context, *protocol.Account, oneIn) (rest.File, error) {
		return rest.File{Name: "证明.pdf", Type: "application/pdf", Tag: "abc", Content: strings.NewReader("0123456789")}, s.fail
	})
	rest.Handle(a, route("POST", "/api/v1/explode", "explode"), func(context.Context, *protocol.Account, struct{}) (rest.None, error) {
		panic("boom")
	})
	return a
}

func agencyRecord() protocol.Record {
	return protocol.Record{Ref: protocol.Ref{Kind: "agency", ID: "x"}, Rev: 7, Home: protocol.Hub, Epoch: 1, Index: 4, At: 1, By: "hub:a", Act: "register",
		Body: []byte(`{"uscc":"x","name":"局","node":"yanbian","state":"active","since_next_year":{"a":1}}`)}
}

var errDisk = errors.New("disk of secret-host is on fire")
