package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xiangyun/node/api"
	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
	"xiangyun/replication/fold"
	"xiangyun/replication/search"
)

// place is a node in memory: the golden sample of every kind is record "1".
// What the desk was asked for stands in asked.
type place struct {
	t       *testing.T
	people  *resttest.People
	records map[protocol.Ref]protocol.Record
	asked   []string
	did     map[protocol.Act]string // what each act was asked to set
	fail    error
	query   search.Query
	away    bool // another place is home of the case
	nothing bool // has changed in a submission
	blob    string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, people: resttest.NewPeople(t, "yanbian"), records: make(map[protocol.Ref]protocol.Record), did: map[protocol.Act]string{}}
	for _, k := range protocol.Kinds() {
		body, err := os.ReadFile(filepath.Join("..", "..", "protocol", "testdata", "kinds", string(k.Name)+".json"))
		if err != nil {
			t.Fatal(err)
		}
		ref := protocol.Ref{Kind: k.Name, ID: "1"}
		p.records[ref] = protocol.Record{Ref: ref, Rev: 3, Home: "yanbian", Epoch: 1, Index: 40, At: 1_767_225_600_000, By: "yanbian:li", Act: k.Acts()[0], Body: body}
	}
	return p
}

func (p *place) api() *rest.API {
	return api.New(api.Config{Desk: p, Reader: p, Worker: p, Forker: p, Blobs: p, Drill: p, MaxUpload: 1 << 20,
		Rest: rest.Config{Version: "test", Sessions: p.people.Sessions(), Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()}})
}

// client is somebody with all roles.
func (p *place) client(t *testing.T) *resttest.Client {
	var all []protocol.Role
	for _, r := range protocol.Roles {
		all = append(all, r.Role)
	}
	return resttest.NewClient(t, p.api()).As(p.people.Add("li", all...))
}

func (p *place) note(format string, args ...any) {
	p.asked = append(p.asked, fmt.Sprintf(format, args...))
}

func (p *place) record(kind protocol.KindName) protocol.Record {
	return p.records[protocol.Ref{Kind: kind, ID: "1"}]
}

func (p *place) Receive(_ context.Context, who *protocol.Account, in desk.Intake) (desk.Received, error) {
	p.note("%s receives %s nonce %s window %s for %s %s, hand over %v", who.Login, in.Item, in.Nonce, in.Window, in.Applicant.Type, in.Applicant.Name, in.HandOver)
	c, err := protocol.Load[protocol.Case](p.record("case"))
	if err != nil {
		p.t.Fatal(err)
	}
	return desk.Received{Ref: protocol.Ref{Kind: "case", ID: "1"}, Case: *c, Rev: 1}, p.fail
}

func (p *place) Do(_ context.Context, who *protocol.Account, a desk.CaseAct, act protocol.Act, want protocol.Case) (protocol.Record, error) {
	body, err := json.Marshal(want)
	if err != nil {
		p.t.Fatal(err)
	}
	p.did[act] = string(body)
	p.note("%s %s %s seen %d key %s", who.Login, act, a.Case, a.Seen, a.Key)
	if p.away && (act == "deliver" || act == "withdraw") {
		return p.record("request"), p.fail
	}
	return p.record("case"), p.fail
}

func (p *place) Ask(_ context.Context, who *protocol.Account, on protocol.Ref, want string, data any, key string) (protocol.Record, error) {
	p.note("%s asks %s of %s: %+v", who.Login, want, on, data)
	return p.record("request"), p.fail
}

func (p *place) Decline(_ context.Context, who *protocol.Account, ref protocol.Ref, reason, key string) (protocol.Record, error) {
	p.note("%s declines %s: %s", who.Login, ref, reason)
	return p.record("request"), p.fail
}

func (p *place) Task(_ context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Task, key string) (protocol.Record, error) {
	p.note("%s %s %s seen %d: %s%s", who.Login, act, ref, seen, want.Opinion, want.Reason)
	return p.record("task"), p.fail
}

func (p *place) Person(_ context.Context, who *protocol.Account, idType, id, item, object string) ([]desk.Known, error) {
	p.note("%s looks for %s at %s", who.Login, idType, item)
	rec := p.record("case")
	c, err := protocol.Load[protocol.Case](rec)
	return []desk.Known{{Ref: rec.Ref, Rev: rec.Rev, Home: rec.Home, Case: c, Same: true}}, err
}

func (p *place) Elsewhere(_ context.Context, who *protocol.Account, id, purpose string) (desk.Sight, error) {
	p.note("%s looks for %s elsewhere: %s", who.Login, id, purpose)
	if id != "9" {
		return desk.Sight{}, p.fail
	}
	return desk.Sight{Server: "hub2", Index: 40, Age: 1500 * time.Millisecond, Cases: []protocol.Record{p.record("case")}}, p.fail
}

func (p *place) FindElsewhere(ctx context.Context, who *protocol.Account, key, purpose string) (desk.Sight, error) {
	return p.Elsewhere(ctx, who, "9", key+" "+purpose)
}

func (p *place) Fingerprint(idType, id string) string { return "fp-of-" + idType }

func (p *place) SubmitCatalog(_ context.Context, who *protocol.Account, title string, drafts []desk.EntryDraft) ([]protocol.Record, error) {
	p.note("%s submits %d as %s", who.Login, len(drafts), title)
	if p.nothing {
		return nil, nil
	}
	set := p.record("catalog.changeset")
	return []protocol.Record{set, set}, p.fail
}

func (p *place) FirstReview(_ context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error) {
	p.note("%s reviews %s", who.Login, set)
	return p.record("catalog.changeset"), p.fail
}

func (p *place) WithdrawChangeset(_ context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error) {
	p.note("%s withdraws %s", who.Login, set)
	return p.record("catalog.changeset"), p.fail
}

func (p *place) FileItem(_ context.Context, who *protocol.Account, filings ...protocol.ItemFiling) ([]protocol.Record, error) {
	p.note("%s files %d, first %s", who.Login, len(filings), filings[0].Item.Name)
	return []protocol.Record{p.record("request")}, p.fail
}

func (p *place) CreateAccount(_ context.Context, who *protocol.Account, n desk.NewAccount) (protocol.Record, string, error) {
	p.note("%s creates %s as %v", who.Login, n.Login, n.Roles)
	return p.record("account"), "the-token", p.fail
}

func (p *place) DisableAccount(_ context.Context, who *protocol.Account, login string) (protocol.Record, error) {
	p.note("%s disables %s", who.Login, login)
	return p.record("account"), p.fail
}

func (p *place) Get(ref protocol.Ref) (protocol.Record, bool, error) {
	rec, ok := p.records[ref]
	return rec, ok, p.fail
}

func (p *place) History(ref protocol.Ref) ([]fold.Step, error) {
	rec, ok := p.records[ref]
	if !ok {
		return nil, p.fail
	}
	return []fold.Step{{Epoch: 1, Rev: 1, Act: rec.Act, By: rec.By, At: rec.At, Home: rec.Home, Index: 39}}, p.fail
}

// Search finds record "1" of the kind, and one that is gone meanwhile.
func (p *place) Search(_ context.Context, q search.Query) (res search.Result, err error) {
	p.query = q
	rec := p.records[protocol.Ref{Kind: q.Kind, ID: "1"}]
	terms, err := protocol.Lookup(q.Kind).Terms(rec.Body)
	if err != nil {
		return res, err
	}
	res.Hits = []search.Hit{{Ref: rec.Ref, At: rec.At, Title: terms.Title, State: terms.State, Facets: terms.Facets},
		{Ref: protocol.Ref{Kind: q.Kind, ID: "gone"}, At: rec.At, Title: "gone"}}
	res.Next, res.Total = "0102", search.Total{N: 10_000, More: true}
	return res, p.fail
}

func (p *place) Status(context.Context) (api.Status, error) {
	now := protocol.Instant(1_767_225_600_000).Time()
	return api.Status{Node: "yanbian", Version: "test", Epoch: 2, Level: 1, Connected: true, NumbersLeft: 7, CertUntil: now, Room: "all", Now: now,
		Lanes: []api.Lane{{Name: "urgent", Connected: true, Server: "hub1", Fresh: now}, {Name: "bulk"}}}, p.fail
}

func (p *place) Work(context.Context) ([]api.Work, error) {
	return []api.Work{{ID: "urgent-1-9", Verdict: protocol.Verdict{Pos: protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 9},
		Ref: protocol.Ref{Kind: "case", ID: "1"}, Index: 41, Outcome: protocol.RefusedAct, Rule: "G-04", Text: "已更新"}, Opened: time.Unix(0, 0).UTC()}}, p.fail
}

func (p *place) Fork(_ context.Context, max int) (api.Fork, error) {
	at := protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 7, Hash: protocol.Hash{7}}
	line := api.ForkLine{Seq: 8, Epoch: 1, Ref: "case/1", Act: "receive", By: "yanbian:li", At: time.Unix(0, 0).UTC(), Receipt: "YB1"}
	return api.Fork{Node: "yanbian", Forked: true, Code: "fork", Lanes: []api.ForkLane{{Name: "urgent", Forked: true, Common: at, Head: at, Hub: at,
		Extra: 1, Missing: 1, Ours: []api.ForkLine{line}, Theirs: []api.ForkLine{line}}}}, p.fail
}

func (p *place) WorkBody(_ context.Context, id string) (json.RawMessage, error) {
	p.note("body of %s", id)
	return json.RawMessage(`{"receipt_no":"YB1"}`), p.fail
}

func (p *place) CloseWork(_ context.Context, id, by, note string) error {
	p.note("%s closes %s: %s", by, id, note)
	return p.fail
}

func (p *place) Keep(_ context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (api.Blob, error) {
	data, err := io.ReadAll(r)
	p.blob = string(data)
	p.note("%s keeps %s of %s", who.Login, name, mediaType)
	return api.Blob{ID: "yanbian-1", Name: name, Type: mediaType, Size: int64(len(data)), Waiting: true, At: time.Unix(0, 0).UTC()}, err
}

func (p *place) Open(_ context.Context, id string) (api.Blob, io.ReadSeeker, error) {
	return api.Blob{ID: id, Name: "身份证.pdf", Type: "application/pdf"}, strings.NewReader("0123456789"), p.fail
}

func (p *place) Offline(off bool) { p.note("offline %v", off) }
