package api

import (
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// server holds what handlers use.
type server struct {
	Config
	api *rest.API
}

// New makes the API of a node. It is an http.Handler for /api/v1/, /healthz,
// /readyz and /metrics.
func New(cfg Config) *rest.API {
	if cfg.Rest.Title == "" {
		cfg.Rest.Title = "祥云节点接口"
	}
	s := &server{Config: cfg, api: rest.New(cfg.Rest)}
	s.status()
	s.cases()
	s.caseActs()
	s.tasks()
	s.documents()
	s.parcels()
	s.around()
	s.items()
	s.catalog()
	s.changesets()
	s.requests()
	s.registers()
	s.accounts()
	s.work()
	s.fork()
	s.blobs()
	s.drill()
	s.records()
	s.api.Document() // finds slips at the start
	return s.api
}

const base = "/api/v1"

func get(path, op, tag, summary string, verb protocol.Verb) rest.Route {
	return rest.Route{Method: http.MethodGet, Path: base + path, Op: op, Tag: tag, Summary: summary, Verb: verb}
}

func post(path, op, tag, summary string, verb protocol.Verb) rest.Route {
	return rest.Route{Method: http.MethodPost, Path: base + path, Op: op, Tag: tag, Summary: summary, Verb: verb}
}

// oneIn names one thing.
type oneIn struct {
	ID string `path:"id"`
}
