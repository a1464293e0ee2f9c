package web

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

//go:embed templates/*.html
var templates embed.FS

// Config is what the console is built from. Everything but Version,
// TrustedOrigins, Now and Log is needed.
type Config struct {
	Place    page.Text // 吉林省
	Version  string
	Sessions console.Sessions
	Reader   Reader
	Office   Office
	Tokens   Tokens

	TrustedOrigins []string
	Now            func() time.Time // nil is time.Now
	Log            *slog.Logger     // nil discards
}

// Web is the provincial console.
type Web struct {
	*console.Console
	cfg Config
}

// New builds the console; Handler serves it.
func New(cfg Config) (*Web, error) {
	if cfg.Reader == nil || cfg.Office == nil || cfg.Tokens == nil {
		return nil, errors.New("provincial console needs reader, office and tokens")
	}
	own, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, fmt.Errorf("open templates: %w", err)
	}
	w := &Web{cfg: cfg}
	w.Console, err = console.New(console.Config{
		Product: page.Text{ZH: "省级管理台", EN: "Provincial console"}, Place: cfg.Place.In, At: protocol.Hub, Version: cfg.Version,
		Sessions: cfg.Sessions, Records: cfg.Reader, Templates: own, Texts: texts(), Nav: nav, Verbs: verbs, Around: w.around,
		TrustedOrigins: cfg.TrustedOrigins, Now: cfg.Now, Log: cfg.Log})
	if err != nil {
		return nil, fmt.Errorf("build provincial console: %w", err)
	}
	w.pages()
	return w, nil
}

var nav = []page.Section{
	{Items: []page.Item{{Key: "overview", Label: "nav.overview", Href: "/", Hotkey: "h"}}},
	{Label: "nav.review", Items: []page.Item{
		{Key: "requests", Label: "nav.requests", Href: "/requests", Hotkey: "q"},
		{Key: "changesets", Label: "nav.changesets", Href: "/changesets", Hotkey: "b"},
		{Key: "release", Label: "nav.release", Href: "/release", Hotkey: "r"}}},
	{Label: "nav.registers", Items: []page.Item{
		{Key: "catalogue", Label: "nav.catalogue", Href: "/catalogue", Hotkey: "d"},
		{Key: "items", Label: "nav.items", Href: "/items", Hotkey: "i"},
		{Key: "cases", Label: "nav.cases", Href: "/cases", Hotkey: "c"},
		{Key: "overdue", Label: "nav.overdue", Href: "/overdue", Hotkey: "o"}}},
	{Label: "nav.desks", Items: []page.Item{
		{Key: "desk", Label: "nav.desk", Href: "/desk", Hotkey: "w"},
		{Key: "cards", Label: "nav.cards", Href: "/cards", Hotkey: "y"},
		{Key: "checks", Label: "nav.checks", Href: "/checks"}}},
	{Label: "nav.reports", Items: []page.Item{
		{Key: "clocks", Label: "nav.clocks", Href: "/clocks", Hotkey: "t"},
		{Key: "coverage", Label: "nav.coverage", Href: "/coverage"},
		{Key: "assessments", Label: "nav.assessments", Href: "/assessments"}}},
	{Label: "nav.province", Items: []page.Item{
		{Key: "nodes", Label: "nav.nodes", Href: "/nodes", Hotkey: "n"},
		{Key: "agencies", Label: "nav.agencies", Href: "/agencies", Hotkey: "a"},
		{Key: "routes", Label: "nav.routes", Href: "/routes"},
		{Key: "delegations", Label: "nav.delegations", Href: "/delegations"},
		{Key: "basics", Label: "nav.basics", Href: "/basics"},
		{Key: "calendar", Label: "nav.calendar", Href: "/calendar"},
		{Key: "accounts", Label: "nav.accounts", Href: "/accounts"}}},
	{Label: "nav.running", Items: []page.Item{
		{Key: "cluster", Label: "nav.cluster", Href: "/cluster", Hotkey: "s"},
		{Key: "held", Label: "nav.held", Href: "/held"}}},
}

var verbs = map[string]protocol.Verb{
	"overview": protocol.MayReadStatus, "requests": protocol.MayReadItems, "changesets": protocol.MayReadCatalog, "release": protocol.MayReadCatalog,
	"catalogue": protocol.MayReadCatalog, "items": protocol.MayReadItems, "cases": protocol.MayReadCases, "overdue": protocol.MayReadStatus,
	"nodes": protocol.MayReadStatus, "agencies": protocol.MayReadStatus, "calendar": protocol.MayReadStatus, "accounts": protocol.MayManageAccount,
	"cluster": protocol.MayReadStatus, "held": protocol.MayReadStatus,
	"desk": protocol.MayRoute, "cards": protocol.MayReadStatus, "checks": protocol.MaySupervise, "clocks": protocol.MayReadStatus,
	"coverage": protocol.MayReadItems, "assessments": protocol.MayReadStatus, "routes": protocol.MayReadItems, "delegations": protocol.MayReadItems,
	"basics": protocol.MayReadItems,
}

func (w *Web) pages() {
	w.Handle("GET /{$}", protocol.MayReadStatus, w.overview)
	w.Handle("GET /requests", protocol.MayReadItems, w.listRequests)
	w.Handle("POST /requests", protocol.MayPublishItem, w.publishSelected)
	w.Handle("GET /requests/{id}", protocol.MayReadItems, w.showRequest)
	w.ask("/requests/{id}/approve", protocol.MayPublishItem, w.approveRequest())
	w.ask("/requests/{id}/decline", protocol.MayPublishItem, w.declineRequest())
	w.Handle("GET /changesets", protocol.MayReadCatalog, listChangesets)
	w.Handle("GET /changesets/{id}", protocol.MayReadCatalog, w.showChangeset)
	w.Handle("GET /changesets/{id}/review", protocol.MayReview, w.showReview)
	w.Handle("POST /changesets/{id}/review", protocol.MayReview, w.review)
	w.ask("/changesets/{id}/return", protocol.MayReview, w.returnSet())
	w.Handle("GET /release", protocol.MayReadCatalog, w.showRelease)
	w.ask("/release/publish", protocol.MayRelease, w.publishRelease())
	w.CataloguePages()
	w.ItemPages(itemActions)
	w.ask("/items/{id}/suspend", protocol.MayPublishItem, w.endItem("suspend"))
	w.ask("/items/{id}/withdraw", protocol.MayPublishItem, w.endItem("withdraw"))
	w.Handle("GET /cases", protocol.MayReadCases, listCases)
	w.Handle("GET /cases/{id}", protocol.MayReadCases, showCase)
	w.Handle("GET /overdue", protocol.MayReadStatus, w.overdue)
	w.nodePages()
	w.agencyPages()
	w.calendarPages()
	w.AccountPages(console.AccountOffice{Create: w.createAccount})
	w.Handle("GET /cluster", protocol.MayReadStatus, w.cluster)
	w.ask("/cluster/{id}/transfer", protocol.MayOperate, w.changeCluster("transfer"))
	w.ask("/cluster/{id}/remove", protocol.MayOperate, w.changeCluster("remove"))
	w.heldPages()
	w.routePages()
	w.delegationPages()
	w.basicPages()
	w.deskPages()
	w.cardPages()
	w.checkPages()
	w.clockPages()
	w.coveragePages()
	w.assessmentPages()
}

// around is asked once per page.
func (w *Web) around(r *http.Request, who *protocol.Account) page.Around {
	c, err := w.cfg.Reader.Cluster(r.Context())
	if err != nil {
		return page.Around{Strip: &page.Strip{Tone: page.Bad, Parts: []string{"strip.unknown"}, Href: "/cluster"}}
	}
	a := page.Around{Strip: w.strip(r, &c), Counts: map[string]int{"held": c.Held, "overdue": c.Overdue}}
	for key, q := range map[string]console.Query{"requests": {Kind: "request", State: protocol.RequestFiled, Facets: publishing, Limit: 1},
		"changesets": {Kind: "catalog.changeset", State: protocol.ChangesetReviewed, Limit: 1}} {
		if protocol.Authorize(protocol.Question{Subject: who, Place: protocol.Hub, Verb: verbs[key]}) != nil {
			continue
		}
		if found, err := w.cfg.Reader.Search(r.Context(), q); err == nil { // a count that cannot be had is left out
			a.Counts[key] = int(found.Total)
		}
	}
	if c.Stopped != "" {
		a.Notice = append(a.Notice, page.Flash{Tone: page.Bad, Text: w.Shell().T(r, "notice.stopped", c.Stopped),
			Link: &page.Link{Label: "page.details", Href: "/cluster"}})
	}
	a.Notice = append(a.Notice, w.disks(r, &c)...)
	if protocol.Authorize(protocol.Question{Subject: who, Place: protocol.Hub, Verb: protocol.MayRoute}) == nil {
		w.deskAlerts(r, &a)
	}
	return a
}

// deskAlerts tells the desk on every page what waits for a second person and
// which place is down while clocks run out there (cases.F-02). What cannot be
// read now is left out; the desk's own page says why.
func (w *Web) deskAlerts(r *http.Request, a *page.Around) {
	if found, err := w.cfg.Reader.Search(r.Context(), console.Query{Kind: "proposal", State: protocol.ProposalOpen, Limit: 1}); err == nil {
		a.Counts["desk"] = int(found.Total)
	}
	nodes, err := w.cfg.Reader.Nodes(r.Context())
	if err != nil {
		return
	}
	tallies, err := w.cfg.Reader.Clocks(r.Context())
	if err != nil {
		return
	}
	for _, n := range nodes {
		t := tallyOf(tallies, n.ID)
		rec, ok, err := w.cfg.Reader.Get(protocol.Ref{Kind: "node", ID: string(n.ID)})
		if n.Connected || t.Red+t.Yellow == 0 || err != nil || !ok {
			continue
		}
		if node, err := protocol.Load[protocol.Node](rec); err == nil && works(node) {
			a.Notice = append(a.Notice, page.Flash{Tone: page.Warn, Rule: "F-02", Text: w.Shell().T(r, "notice.down", node.Name, t.Red, t.Yellow),
				Link: &page.Link{Label: "page.details", Href: "/desk/nodes/" + string(n.ID)}})
		}
	}
}

// Parts of a disk at which people are told and at which nodes have to wait
// (pitfalls.R14).
const diskScarce, diskUrgent, diskFull = 0.85, 0.92, 0.98

// disks names each server whose disk fills up, what it no longer takes and what
// to do.
func (w *Web) disks(r *http.Request, c *Cluster) (list []page.Flash) {
	for _, s := range c.Servers {
		tone, text := page.Warn, "notice.disk-scarce"
		switch {
		case s.Disk < diskScarce:
			continue
		case s.Disk >= diskFull:
			tone, text = page.Bad, "notice.disk-full"
		case s.Disk >= diskUrgent:
			tone, text = page.Bad, "notice.disk-urgent"
		}
		list = append(list, page.Flash{Tone: tone, Rule: "R14", Text: w.Shell().T(r, text, string(s.ID), fmt.Sprintf("%.0f %%", 100*s.Disk))})
	}
	return list
}

// strip says on every page whether the hub can decide, and how far this server
// has come.
func (w *Web) strip(r *http.Request, c *Cluster) *page.Strip {
	voters, alive, enough := c.Quorum()
	s := &page.Strip{Tone: page.Good, Href: "/cluster"}
	switch {
	case c.Leader == "":
		s.Tone = page.Bad
		s.Parts = append(s.Parts, "strip.no-leader")
	case !enough || c.Stopped != "":
		s.Tone = page.Bad
		s.Parts = append(s.Parts, "strip.no-quorum")
	case alive < voters:
		s.Tone = page.Warn
		s.Parts = append(s.Parts, "strip.degraded")
	default:
		s.Parts = append(s.Parts, "strip.fine")
	}
	s.Parts = append(s.Parts, w.Shell().T(r, "strip.servers", alive, voters))
	if c.Leader != "" {
		s.Parts = append(s.Parts, w.Shell().T(r, "strip.leader", string(c.Leader)))
	}
	return &page.Strip{Tone: s.Tone, Parts: append(s.Parts, w.Shell().T(r, "strip.index", page.Number(c.Applied).Text)), Href: s.Href}
}

func (w *Web) createAccount(v *console.Visit, n console.NewAccount) (string, error) {
	_, err := w.cfg.Office.CreateAccount(v.Context(), v.Who, protocol.Account{Login: n.Login, Name: n.Name, Agency: n.Agency, Roles: n.Roles},
		n.Password)
	return "", err
}
