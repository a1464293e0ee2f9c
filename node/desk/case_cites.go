package desk

import (
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// around is where an act is cited from: the case as it stands and what is wanted.
type around struct {
	tx   *store.ReadTx
	now  protocol.Instant
	ref  protocol.Ref
	c    *protocol.Case
	want *protocol.Case
}

// citing gives one sort of thing that acts rest on.
type citing func(*around) []protocol.Dep

// caseCites is what each act rests on beside the case itself (protocol/DESIGN.md).
// An act that is not listed rests on nothing.
var caseCites = map[protocol.Act][]citing{
	"hand_over":        {calendars, route},
	"return_misrouted": {hopAgency},
	"notice":           {calendars, item, shownGuide},
	"supplement":       {calendars, suppliedScans},
	"accept":           {calendars, item, marks},
	"assign":           {assignee},
	"special_start":    {calendars, item},
	"special_end":      {calendars, item, evidence},
	"extend":           {calendars},
	"joint_open":       {calendars, item, taskAgencies},
	"joint_close":      {item, tasks},
	"grant":            {calendars, scans},
	"deny":             {calendars},
	"deliver":          {proof},
	"merge":            {marks},
	"archive":          {belongings},
	"fetched":          {fetchedScans},
	"fee_due":          {item},
	"owed_received":    {suppliedScans},
	"revoke":           {calendars},
	"recount":          {calendars},
	"reopen":           {calendars, suppliedScans},
	"acknowledge":      {calendars},
	"deem_accept":      {calendars, item},
	"remind":           {calendars},
	"lapse":            {calendars, openSupplements},
	"owed_lapsed":      {calendars},
	"absorb":           {calendars, voided},
}

// deps cites all that an act needs; in 异地受理 also the delegation by which this
// place is competent.
func (a *around) deps(act protocol.Act) (deps []protocol.Dep) {
	for _, cite := range caseCites[act] {
		deps = append(deps, cite(a)...)
	}
	if a.c.Delegation != "" {
		deps = append(deps, a.tx.Cite(protocol.Ref{Kind: "delegation", ID: a.c.Delegation})...)
	}
	return deps
}

// calendars cites the years that an act counts its clocks with. An acceptance
// dated to the receipt begins its clocks there.
func calendars(a *around) []protocol.Dep { return a.tx.Cite(protocol.CaseCalendars(a.c, a.now)...) }

func item(a *around) []protocol.Dep { return a.tx.Cite(protocol.Ref{Kind: "item", ID: a.c.Item}) }

// shownGuide cites the guide as it was displayed at the receipt, whatever was
// published since (C-07b).
func shownGuide(a *around) []protocol.Dep {
	ref := protocol.Ref{Kind: "guide", ID: a.c.Item}
	now, ok, err := a.tx.Get(ref)
	for rev := now.Rev; err == nil && ok && rev > 0; rev-- {
		old, there, err := a.tx.GetVersion(ref, rev)
		if err == nil && there && protocol.HashOf(old.Body) == a.c.Guide {
			return []protocol.Dep{{Ref: ref, Rev: rev}}
		}
	}
	return nil
}

// route cites the agency that the case goes to, and the route that names it.
func route(a *around) []protocol.Dep {
	agency := a.c.Agency
	deps := a.tx.Cite(protocol.Ref{Kind: "route", ID: a.want.Route})
	if r, _, err := load[protocol.Route](a.tx, protocol.Ref{Kind: "route", ID: a.want.Route}); err == nil {
		agency = r.Agency
	}
	return append(deps, a.tx.Cite(protocol.Ref{Kind: "agency", ID: agency})...)
}

func hopAgency(a *around) []protocol.Dep {
	return a.tx.Cite(protocol.Ref{Kind: "agency", ID: last(a.want.Hops).Agency})
}

// marks cites every duplicate mark of the case that is here: a judge sees nothing
// else of them (C-10c, C-22a).
func marks(a *around) []protocol.Dep { return a.tx.Cite(a.tx.ByKey("dupmark", a.ref.ID)...) }

func assignee(a *around) []protocol.Dep {
	return a.tx.Cite(protocol.Ref{Kind: "account", ID: a.want.Assignee})
}

func taskAgencies(a *around) (deps []protocol.Dep) {
	for _, t := range a.want.Tasks {
		deps = append(deps, a.tx.Cite(protocol.Ref{Kind: "agency", ID: t.Agency})...)
	}
	return deps
}

func tasks(a *around) []protocol.Dep { return a.tx.Cite(a.tx.ByKey("task", a.ref.ID)...) }

// scans cites the manifests of a case whose scans were still on their way when it
// arrived: nothing is granted before they are here (C-18e).
func scans(a *around) []protocol.Dep {
	if !a.c.BlobsPending {
		return nil
	}
	return blobs(a.tx, a.c.Materials)
}

func suppliedScans(a *around) []protocol.Dep { return blobs(a.tx, last(a.want.Supplements).Lines) }

func fetchedScans(a *around) []protocol.Dep { return blobs(a.tx, a.want.Materials) }

func blobs(tx *store.ReadTx, lines []protocol.Material) (deps []protocol.Dep) {
	for _, m := range lines {
		for _, id := range m.Blobs {
			deps = append(deps, tx.Cite(protocol.Ref{Kind: "blob", ID: id})...)
		}
	}
	return deps
}

func evidence(a *around) []protocol.Dep {
	return a.tx.Cite(protocol.Ref{Kind: "blob", ID: last(a.want.Specials).Evidence})
}

// proof cites the scan that proves a delivery (C-20c).
func proof(a *around) []protocol.Dep {
	if a.want.Delivery == nil || a.want.Delivery.Proof == "paper" {
		return nil
	}
	return a.tx.Cite(protocol.Ref{Kind: "blob", ID: a.want.Delivery.Proof})
}

// belongings cites what must be over before a case is put away (C-23a, b). The
// remedy of an evaluation has its id.
func belongings(a *around) []protocol.Dep {
	refs := append(a.tx.ByKey("parcel", a.ref.ID), a.tx.ByKey("complaint", a.ref.String())...)
	for _, e := range a.tx.ByKey("evaluation", a.ref.String()) {
		refs = append(refs, protocol.Ref{Kind: "remedy", ID: e.ID})
	}
	return a.tx.Cite(refs...)
}

// openSupplements cites the requests that a lapse must wait for (C-09c).
func openSupplements(a *around) []protocol.Dep {
	return openRequests(a.tx, a.ref, protocol.WantSupplement)
}

// voided cites the case that goes into this one (C-22x).
func voided(a *around) []protocol.Dep { return a.tx.Cite(protocol.Ref{Kind: "case", ID: a.want.DupOf}) }

// last is the newest element of a list: what an act adds stands there.
func last[T any](list []T) (t T) {
	if len(list) > 0 {
		t = list[len(list)-1]
	}
	return t
}
