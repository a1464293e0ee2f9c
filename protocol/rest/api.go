package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xiangyun/protocol"
)

// Config is what an API is told by the process it runs in. Every field but
// those that say otherwise is needed.
type Config struct {
	Title    string // of the OpenAPI document, Chinese
	Version  string // of the program
	Sessions *Sessions
	Log      *slog.Logger
	Metrics  *prometheus.Registry // what /metrics shows; the API adds its own

	// Ready tells what must hold before requests are sent here; nil is always ready.
	Ready func(ctx context.Context) []Check
	// Stamp gives headers that say how fresh the answer will be. It is called
	// before a handler reads anything, so that no answer is older than it says
	// (replication invariant 15). nil adds none.
	Stamp func() http.Header
	// Stamped documents the headers of Stamp.
	Stamped []Header
	// TrustedOrigins are other web origins whose scripts may use a session.
	TrustedOrigins []string
	// OpenMetrics serves /metrics to everybody who can reach the port. Otherwise
	// it is for callers on this machine and accounts that may read the status.
	OpenMetrics bool
}

// Header documents one header of answers.
type Header struct {
	Name, Summary string
	Always        bool // on every answer from a handler
}

// API is a table of endpoints that serves itself. Register everything before
// the first request.
type API struct {
	cfg       Config
	mux       *http.ServeMux
	endpoints []*endpoint
	schemas   *schemas
	metrics   *metrics
	origin    *http.CrossOriginProtection

	mu       sync.Mutex // guards schemas and document while the document is made
	document []byte
}

// Route is one line of the table. Exactly one of Verb, Anyone and Public says
// who may ask.
type Route struct {
	Method  string
	Path    string // with {name} for path parameters
	Op      string // operationId, camelCase, unique
	Tag     string // group in the document
	Summary string // Chinese, a few words
	Note    string // Chinese, what a caller must know; may be empty

	Verb   protocol.Verb // the right it needs
	Anyone bool          // every active account
	Public bool          // nobody needs to log in

	Status  int           // of success; 200 when 0, 204 for None
	Example any           // a body that is accepted; optional
	MaxBody int64         // bytes; 1 MiB when 0
	Timeout time.Duration // for the whole request; 30 s when 0
}

// Defaults and bounds of a request.
const (
	defaultBody    = 1 << 20
	defaultTimeout = 30 * time.Second
)

// New makes an API that has only the endpoints every place has: health,
// readiness, metrics, sessions and its own document. It panics on an origin
// that is none: a programmer's or configuration's error found at start.
func New(cfg Config) *API {
	a := &API{cfg: cfg, mux: http.NewServeMux(), schemas: newSchemas(), metrics: newMetrics(cfg.Metrics), origin: http.NewCrossOriginProtection()}
	for _, o := range cfg.TrustedOrigins {
		if err := a.origin.AddTrustedOrigin(o); err != nil {
			panic(fmt.Sprintf("rest: trust origin %q: %v", o, err))
		}
	}
	a.mux.Handle("/", a.missing())
	a.health()
	a.sessions()
	return a
}

// Routes lists the table in the order of registration.
func (a *API) Routes() []Route {
	var list []Route
	for _, e := range a.endpoints {
		list = append(list, e.Route)
	}
	return list
}

// Serves reports whether a request is answered by the endpoint of the route.
func (a *API) Serves(r *http.Request, route Route) bool {
	_, pattern := a.mux.Handler(r)
	return pattern == route.Method+" "+route.Path
}

// Place is whose API it is.
func (a *API) Place() protocol.NodeID { return a.cfg.Sessions.Place }

// ServeHTTP answers every path below it: an address that is not in the table
// gets a problem, too.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// add takes an endpoint into the table, or panics: a route that cannot be right
// is a programmer's error.
func (a *API) add(e *endpoint) {
	r := &e.Route
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	if r.MaxBody == 0 {
		r.MaxBody = defaultBody
	}
	if r.Timeout == 0 {
		r.Timeout = defaultTimeout
	}
	if why := e.wrong(); why != "" {
		panic("rest: " + r.Method + " " + r.Path + ": " + why)
	}
	for _, other := range a.endpoints {
		if other.Op == r.Op {
			panic("rest: two routes are named " + r.Op)
		}
	}
	e.api = a
	a.endpoints = append(a.endpoints, e)
	a.mux.Handle(r.Method+" "+r.Path, e)
}

func (e *endpoint) wrong() string {
	switch ways := count(e.Verb != "", e.Anyone, e.Public); {
	case ways != 1:
		return "want exactly one of Verb, Anyone, Public"
	case e.Op == "" || e.Summary == "" || e.Tag == "":
		return "needs Op, Tag and Summary"
	case e.Verb != "" && !knownVerb(e.Verb):
		return fmt.Sprintf("no role has the right %q", e.Verb)
	}
	return ""
}

func count(all ...bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

// knownVerb asks the one authorisation function: a verb nobody has is a slip of
// the pen.
func knownVerb(v protocol.Verb) bool {
	for _, r := range protocol.Roles {
		who := protocol.Account{Place: protocol.Hub, State: protocol.AccountActive, Roles: []protocol.Role{r.Role}}
		if protocol.Authorize(protocol.Question{Subject: &who, Place: protocol.Hub, Verb: v}) == nil {
			return true
		}
	}
	return false
}
