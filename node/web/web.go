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

// Config is what the workbench is built from. Everything but Version,
// TrustedOrigins, Now and Log is needed.
type Config struct {
	Node     protocol.NodeID
	Name     string // of the prefecture, shown until the node's record is here
	Version  string
	Sessions console.Sessions
	Reader   Reader
	Desk     Desk
	Closer   Closer
	Scans    Scans
	Drafts   Drafts

	TrustedOrigins []string
	Now            func() time.Time // nil is time.Now
	Log            *slog.Logger     // nil discards
}

// Web is the workbench.
type Web struct {
	*console.Console
	cfg    Config
	finder finder
	inbox  inbox
}

// New builds the workbench; Handler serves it.
func New(cfg Config) (*Web, error) {
	if cfg.Reader == nil || cfg.Desk == nil || cfg.Closer == nil || cfg.Scans == nil || cfg.Drafts == nil {
		return nil, errors.New("window workbench needs reader, desk, closer, scans and drafts")
	}
	own, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, fmt.Errorf("open templates: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &Web{cfg: cfg}
	w.Console, err = console.New(console.Config{
		Product: page.Text{ZH: "窗口工作台", EN: "Window workbench"}, Place: w.place, At: cfg.Node, Version: cfg.Version,
		Sessions: cfg.Sessions, Records: cfg.Reader, Templates: own, Texts: texts(), Nav: nav, Verbs: verbs, Around: w.around, Events: "/live",
		TrustedOrigins: cfg.TrustedOrigins, Now: cfg.Now, Log: cfg.Log})
	if err != nil {
		return nil, fmt.Errorf("build window workbench: %w", err)
	}
	w.pages()
	return w, nil
}

// place names the prefecture; the record has no English name.
func (w *Web) place(page.Lang) string {
	n, err := console.Find[protocol.Node](w.cfg.Reader, protocol.Ref{Kind: "node", ID: string(w.cfg.Node)})
	if err != nil || n == nil || n.Name == "" {
		return w.cfg.Name
	}
	return n.Name
}

// Letters that are keys of acts (cases.md §20) are left to the pages: g and a
// letter leads here from everywhere, n alone begins an intake.
var nav = []page.Section{
	{Items: []page.Item{{Key: "home", Label: "nav.home", Href: "/", Hotkey: "h"}}},
	{Label: "nav.window", Items: []page.Item{
		{Key: "intake", Label: "nav.intake", Href: "/intake", Hotkey: "n", Press: true},
		{Key: "inbox", Label: "nav.inbox", Href: "/inbox", Hotkey: "q"},
		{Key: "lookup", Label: "nav.lookup", Href: "/lookup", Hotkey: "l"},
		{Key: "cases", Label: "nav.cases", Href: "/cases", Hotkey: "c"},
		{Key: "documents", Label: "nav.documents", Href: "/documents", Hotkey: "o"},
		{Key: "parcels", Label: "nav.parcels", Href: "/parcels", Hotkey: "p"},
		{Key: "tasks", Label: "nav.tasks", Href: "/tasks", Hotkey: "t"},
		{Key: "cards", Label: "nav.cards", Href: "/cards", Hotkey: "k"},
		{Key: "items", Label: "nav.items", Href: "/items", Hotkey: "i"}}},
	{Label: "nav.data", Items: []page.Item{
		{Key: "catalogue", Label: "nav.catalogue", Href: "/catalogue", Hotkey: "d"},
		{Key: "changesets", Label: "nav.changesets", Href: "/changesets", Hotkey: "b"},
		{Key: "requests", Label: "nav.requests", Href: "/requests", Hotkey: "r"}}},
	{Label: "nav.place", Items: []page.Item{
		{Key: "work", Label: "nav.work", Href: "/work", Hotkey: "w"},
		{Key: "status", Label: "nav.status", Href: "/status", Hotkey: "s"},
		{Key: "accounts", Label: "nav.accounts", Href: "/accounts"}}},
}

var verbs = map[string]protocol.Verb{
	"home": protocol.MayReadStatus, "intake": protocol.MayReceive, "cases": protocol.MayReadCases, "inbox": protocol.MayReadCases, "documents": protocol.MayReadCases, "parcels": protocol.MayHoldPapers, "tasks": protocol.MayExamine, "cards": protocol.MayReadCases, "lookup": protocol.MayReadCases, "items": protocol.MayReadItems,
	"catalogue": protocol.MayReadCatalog, "changesets": protocol.MayReadCatalog, "requests": protocol.MayReadItems,
	"work": protocol.MayReadStatus, "status": protocol.MayReadStatus, "accounts": protocol.MayManageAccount,
}

func (w *Web) pages() {
	w.Handle("GET /{$}", protocol.MayReadStatus, w.home)
	w.Handle("GET /cases", protocol.MayReadCases, listCases)
	w.Handle("GET /cases/{id}", protocol.MayReadCases, w.showCase)
	w.Handle("GET /cases/{id}/receipt", protocol.MayReadCases, w.receipt)
	for _, a := range caseActs {
		path := "/cases/{id}/" + string(a.act)
		w.Handle("GET "+path, a.page(), func(v *console.Visit) error { return w.askCase(v, a) })
		w.Handle("POST "+path, a.page(), func(v *console.Visit) error { return w.doCase(v, a) })
	}
	w.Handle("GET /cases/{id}/urge", protocol.MayReceive, w.askUrge)
	w.Handle("POST /cases/{id}/urge", protocol.MayReceive, w.urge)
	w.Handle("GET /cases/{id}/complain", protocol.MayTakeComplaint, w.askComplain)
	w.Handle("POST /cases/{id}/complain", protocol.MayTakeComplaint, w.complain)
	w.Handle("GET /inbox", protocol.MayReadCases, w.showInbox)
	w.Handle("POST /inbox", protocol.MayExamine, w.assignMany)
	w.Handle("GET /lookup", protocol.MayReadCases, w.askLookup)
	w.Handle("POST /lookup", protocol.MayReadCases, w.lookUp)
	w.Handle("GET /cases/{id}/code", protocol.MayReadCases, w.receiptCode)
	w.Handle("GET /cases/{id}/docs/{serial}", protocol.MayReadCases, w.document)
	w.Handle("GET /documents", protocol.MayReadCases, w.unprinted)
	w.Handle("GET /cards", protocol.MayReadCases, listCards)
	w.custodyPages()
	w.taskPages()
	w.Handle("GET /scans/{id}", protocol.MayReadCases, w.scan)
	w.Handle("GET /intake", protocol.MayReceive, w.chooseItem)
	w.Handle("GET /intake/{item}", protocol.MayReceive, w.intake)
	w.Handle("POST /intake/{item}", protocol.MayReceive, w.receive)
	w.Handle("GET /drafts/{id}/drop", protocol.MayReceive, w.askDropDraft)
	w.Handle("POST /drafts/{id}/drop", protocol.MayReceive, w.dropDraft)
	w.Handle("GET /live", protocol.MayReadStatus, w.live)
	w.CataloguePages()
	w.ItemPages(w.itemActions)
	w.changesetPages()
	w.Handle("GET /requests", protocol.MayReadItems, listRequests)
	w.Handle("GET /requests/{id}", protocol.MayReadItems, w.showRequest)
	w.Handle("GET /work", protocol.MayReadStatus, w.listWork)
	w.Handle("GET /work/{id}", protocol.MayReadStatus, w.showWork)
	w.Handle("GET /work/{id}/close", protocol.MayOperate, w.askWork)
	w.Handle("POST /work/{id}/close", protocol.MayOperate, w.closeWork)
	w.Handle("GET /status", protocol.MayReadStatus, w.status)
	w.AccountPages(w.accounts())
}

func (w *Web) custodyPages() {
	w.Handle("GET /cases/{id}/parcel", protocol.MayHoldPapers, w.askOpenParcel)
	w.Handle("POST /cases/{id}/parcel", protocol.MayHoldPapers, w.openParcel)
	w.Handle("GET /parcels", protocol.MayHoldPapers, w.listParcels)
	w.Handle("GET /parcels/arrive", protocol.MayHoldPapers, w.askArrive)
	w.Handle("POST /parcels/arrive", protocol.MayHoldPapers, w.arrive)
	w.Handle("GET /parcels/{id}", protocol.MayHoldPapers, w.showParcel)
	for i := range parcelActs {
		a := &parcelActs[i]
		path := "/parcels/{id}/" + string(a.act)
		w.Handle("GET "+path, protocol.MayHoldPapers, func(v *console.Visit) error { return w.askParcel(v, a) })
		w.Handle("POST "+path, protocol.MayHoldPapers, func(v *console.Visit) error { return w.doParcel(v, a) })
	}
}

func (w *Web) taskPages() {
	w.Handle("GET /tasks", protocol.MayExamine, listTasks)
	w.Handle("GET /tasks/{id}", protocol.MayExamine, w.showTask)
	for _, act := range taskActs {
		path := "/tasks/{id}/" + string(act)
		w.Handle("GET "+path, protocol.MayExamine, func(v *console.Visit) error { return w.askTask(v, act) })
		w.Handle("POST "+path, protocol.MayExamine, func(v *console.Visit) error { return w.doTask(v, act) })
	}
	w.Handle("GET /requests/{id}/decline", protocol.MayAccept, w.askDecline)
	w.Handle("POST /requests/{id}/decline", protocol.MayAccept, w.decline)
}

// around is asked once per page.
func (w *Web) around(r *http.Request, _ *protocol.Account) page.Around {
	st, err := w.cfg.Reader.Status(r.Context())
	if err != nil {
		return page.Around{Strip: &page.Strip{Tone: page.Bad, Parts: []string{"strip.unknown"}, Href: "/status"}}
	}
	return page.Around{Strip: w.strip(r, &st), Counts: map[string]int{"work": st.WorkOpen}, Notice: w.notices(r, &st)}
}
