package rest_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

// pipes is a network in memory: it may be used inside a bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "127.0.0.1:1" }
func (p *pipes) Addr() net.Addr  { return pipeAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- server
	return client, nil
}

// over runs do with a client of a server, and waits until both are gone.
func over(t *testing.T, s *http.Server, do func(*http.Client)) {
	t.Helper()
	l := newPipes()
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	transport := &http.Transport{DialContext: l.dial}
	do(&http.Client{Transport: transport})
	transport.CloseIdleConnections()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-done
	time.Sleep(time.Hour) // of virtual time: slow senders notice that nobody reads
}

func TestAConnectionOutlivesTheTimesOfItsRequests(t *testing.T) {
	for _, c := range []struct {
		name   string
		server func(http.Handler) *http.Server
	}{
		{"of a server without times of its own", func(h http.Handler) *http.Server { return &http.Server{Handler: h} }},
		{"of ours", func(h http.Handler) *http.Server { return rest.Server(h, slog.New(slog.DiscardHandler)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mux := http.NewServeMux()
				mux.Handle("/api/", newSample(t).api())
				mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "page") })
				over(t, c.server(mux), func(client *http.Client) {
					for _, path := range []string{"/api/v1/openapi.json", "/page"} {
						res, err := client.Get("http://x" + path)
						if err != nil {
							t.Fatal(err)
						}
						body, err := io.ReadAll(res.Body)
						if err != nil || len(body) == 0 {
							t.Errorf("%s: %d bytes, %v", path, len(body), err)
						}
						res.Body.Close()
						time.Sleep(90 * time.Second)
					}
				})
			})
		})
	}
}

// TestASlowUploadHasItsRoutesTime: the server's own time for reading is shorter.
func TestASlowUploadHasItsRoutesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSample(t)
		s.config = func(c *rest.Config) {
			c.Sessions.Secure = true
		}
		api := s.api()
		var got int
		rest.Handle(api, rest.Route{Method: "POST", Path: "/api/v1/slow", Op: "slow", Tag: "sample", Summary: "慢", Verb: protocol.MayReadCases, Timeout: 10 * time.Minute},
			func(_ context.Context, _ *protocol.Account, in sendIn) (rest.None, error) {
				b, err := io.ReadAll(in.Body)
				got = len(b)
				return rest.None{}, err
			})
		token := s.people.Add("li", protocol.RoleClerk)
		over(t, rest.Server(api, slog.New(slog.DiscardHandler)), func(client *http.Client) {
			for _, c := range []struct {
				every time.Duration
				ok    bool
			}{{time.Minute, true}, {3 * time.Minute, false}} {
				r, err := http.NewRequest("POST", "http://x/api/v1/slow", &slowly{text: strings.NewReader("12345"), every: c.every})
				if err != nil {
					t.Fatal(err)
				}
				resttest.With("Authorization", "Bearer "+token)(r)
				res, err := client.Do(r)
				ok := err == nil && res.StatusCode == 204
				if err == nil {
					res.Body.Close()
				}
				if ok != c.ok || ok && got != 5 {
					t.Errorf("a byte every %s: %v, %d bytes", c.every, err, got)
				}
			}
		})
	})
}

// slowly gives one byte at a time.
type slowly struct {
	text  *strings.Reader
	every time.Duration
}

func (s *slowly) Read(b []byte) (int, error) {
	time.Sleep(s.every)
	return s.text.Read(b[:1])
}
