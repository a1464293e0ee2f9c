package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xiangyun/hub/api"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

// province is a hub server in memory: the golden sample of every kind is
// record "1". What the office was asked for stands in asked.
type province struct {
	people   *resttest.People
	records  map[protocol.Ref]protocol.Record
	asked    []string
	fail     error
	query    console.Query
	applied  uint64
	follower bool
	max      int
}

func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{people: resttest.NewPeople(t, protocol.Hub), records: make(map[protocol.Ref]protocol.Record), applied: 40}
	for _, k := range protocol.Kinds() {
		ref := protocol.Ref{Kind: k.Name, ID: "1"}
		p.records[ref] = protocol.Record{Ref: ref, Rev: 3, Home: protocol.Hub, Epoch: 1, Index: 40, At: 1_767_225_600_000, By: "hub:li", Act: k.Acts()[0],
			Body: sample(t, string(k.Name))}
	}
	return p
}

func sample(t *testing.T, kind string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "protocol", "testdata", "kinds", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func (p *province) api() *rest.API {
	cfg := rest.Config{Title: "祥云省级接口", Version: "test", Sessions: p.people.Sessions(), Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()}
	api.Freshness(&cfg, func() uint64 { return p.applied }, func() (time.Duration, bool) { return 1500 * time.Millisecond, p.follower })
	return api.New(cfg, p, p)
}

func (p *province) client(t *testing.T) *resttest.Client {
	var all []protocol.Role
	for _, r := range protocol.Roles {
		all = append(all, r.Role)
	}
	return resttest.NewClient(t, p.api()).As(p.people.Add("li", all...))
}

func (p *province) done(kind protocol.KindName, format string, args ...any) (protocol.Record, error) {
	p.asked = append(p.asked, fmt.Sprintf(format, args...))
	return p.records[protocol.Ref{Kind: kind, ID: "1"}], p.fail
}

func (p *province) RegisterAgency(_ context.Context, who *protocol.Account, a protocol.Agency) (protocol.Record, error) {
	return p.done("agency", "%s registers %s at %s", who.Login, a.Name, a.Node)
}

func (p *province) Publish(_ context.Context, who *protocol.Account, request protocol.Ref) (protocol.Record, error) {
	return p.done("item", "%s publishes %s", who.Login, request)
}

func (p *province) Decline(_ context.Context, who *protocol.Account, request protocol.Ref, reason string) (protocol.Record, error) {
	return p.done("request", "%s declines %s because %s", who.Login, request, reason)
}

func (p *province) EndItem(_ context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error) {
	return p.done("item", "%s %ss item %s because %s", who.Login, act, id, reason)
}

func (p *province) PublishCalendar(_ context.Context, who *protocol.Account, y protocol.CalendarYear) (protocol.Record, error) {
	return p.done("calendar", "%s publishes %d with %d days off", who.Login, y.Year, len(y.Off))
}

func (p *province) Approve(_ context.Context, who *protocol.Account, set string, returned []protocol.ReturnedItem) (protocol.Record, error) {
	return p.done("catalog.review", "%s approves %s but %d", who.Login, set, len(returned))
}

func (p *province) Return(_ context.Context, who *protocol.Account, set, reason string) (protocol.Record, error) {
	return p.done("catalog.review", "%s returns %s because %s", who.Login, set, reason)
}

func (p *province) Release(_ context.Context, who *protocol.Account, notes string) (protocol.Record, error) {
	return p.done("catalog.release", "%s releases: %s", who.Login, notes)
}

func (p *province) PlanNode(_ context.Context, who *protocol.Account, n protocol.Node) (protocol.Record, error) {
	return p.done("node", "%s plans %s %s %v", who.Login, n.ID, n.Name, n.Divisions)
}

func (p *province) EndNode(_ context.Context, who *protocol.Account, id protocol.NodeID, act protocol.Act, reason string) (protocol.Record, error) {
	return p.done("node", "%s %ss %s because %s", who.Login, act, id, reason)
}

func (p *province) IssueToken(_ context.Context, who *protocol.Account, role string, subject protocol.NodeID) (api.Token, error) {
	_, err := p.done("enrolment", "%s invites %s %s", who.Login, role, subject)
	return api.Token{ID: "abc", Role: role, Subject: subject, Text: "xy1-abc", Expires: 1_767_225_600_000}, err
}

func (p *province) CreateAccount(_ context.Context, who *protocol.Account, a protocol.Account, password string) (protocol.Record, error) {
	return p.done("account", "%s creates %s %v with %d characters", who.Login, a.Login, a.Roles, len(password))
}

func (p *province) DisableAccount(_ context.Context, who *protocol.Account, login string) (protocol.Record, error) {
	return p.done("account", "%s disables %s", who.Login, login)
}

func (p *province) Change(_ context.Context, who *protocol.Account, op string, id protocol.NodeID) error {
	_, err := p.done("node", "%s: %s %s", who.Login, op, id)
	return err
}

func (p *province) Get(ref protocol.Ref) (protocol.Record, bool, error) {
	rec, ok := p.records[ref]
	return rec, ok, p.fail
}

func (p *province) History(ref protocol.Ref) ([]console.Step, error) {
	if _, ok := p.records[ref]; !ok {
		return nil, p.fail
	}
	return []console.Step{{Epoch: 1, Rev: 1, Act: "make", By: "hub:li", At: 1_767_225_600_000, Home: protocol.Hub, Index: 39}}, p.fail
}

// Search finds all records of the kind that a test has, and one that is gone.
func (p *province) Search(_ context.Context, q console.Query) (res console.Result, err error) {
	p.query = q
	res.Hits = []console.Hit{{Ref: protocol.Ref{Kind: q.Kind, ID: "1"}}, {Ref: protocol.Ref{Kind: q.Kind, ID: "gone"}}, {Ref: protocol.Ref{Kind: q.Kind, ID: "hub:li"}}}
	res.Next, res.Total, res.More = "0102", 10_000, true
	return res, p.fail
}

func (p *province) Status(context.Context) (api.Status, error) {
	return api.Status{Server: "hub1", Leader: "hub1", Applied: 40, Generation: 1, Level: 1, Clock: 1_767_225_600_000,
		Members: []api.Member{{ID: "hub1", Addr: "10.0.0.1:7443", Voter: true, Leader: true}},
		Nodes:   []api.NodeStatus{{ID: "yanbian", State: "enrolled", Epoch: 1, Urgent: 7, LastBeat: 1_767_225_600_000}}}, p.fail
}

func (p *province) Overdue(max int) ([]api.Lapse, error) {
	p.max = max
	return []api.Lapse{{Ref: protocol.Ref{Kind: "case", ID: "1"}, Clock: protocol.K1, At: 1_767_225_600_000}}, p.fail
}

func (p *province) Settle(_ context.Context, who *protocol.Account, act protocol.Act, ref protocol.Ref, why string, of *protocol.Pos, body json.RawMessage) error {
	seq := uint64(0)
	if of != nil {
		seq = of.Seq
	}
	_, err := p.done("node", "%s: %s %s of %d because %s with %s", who.Login, act, ref, seq, why, body)
	return err
}

func (p *province) Queue(ref protocol.Ref) ([]api.Held, error) {
	if ref.ID != "1" {
		return nil, p.fail
	}
	return []api.Held{{Ref: ref, Pos: protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 7}, Reason: "unreadable", Body: "not json"}}, p.fail
}

func (p *province) Held(max int) ([]api.Held, error) {
	p.max = max
	return nil, p.fail
}

func (p *province) SetRoute(_ context.Context, who *protocol.Account, r protocol.Route) (protocol.Record, error) {
	return p.done("route", "%s routes %s to %s or %s", who.Login, r.ImplCode, r.Agency, r.Substitute)
}

func (p *province) RetireRoute(_ context.Context, who *protocol.Account, id, reason string) (protocol.Record, error) {
	return p.done("route", "%s retires route %s because %s", who.Login, id, reason)
}

func (p *province) Delegate(_ context.Context, who *protocol.Account, d protocol.Delegation) (protocol.Record, error) {
	return p.done("delegation", "%s delegates %s from %s to %s", who.Login, d.Item, d.Handling, d.Receiving)
}

func (p *province) EndDelegation(_ context.Context, who *protocol.Account, id, reason string) (protocol.Record, error) {
	return p.done("delegation", "%s ends delegation %s because %s", who.Login, id, reason)
}

func (p *province) LoadBasics(_ context.Context, who *protocol.Account, list []protocol.Basic) ([]protocol.BasicRow, error) {
	_, err := p.done("basic", "%s loads %d basics", who.Login, len(list))
	return []protocol.BasicRow{{Row: 1, Code: list[0].Code, Outcome: protocol.BasicRefused, Rule: "I-01", Text: "编码"}}, err
}

func (p *province) RetireBasic(_ context.Context, who *protocol.Account, code, reason string) (protocol.Record, error) {
	return p.done("basic", "%s retires basic %s because %s", who.Login, code, reason)
}

func (p *province) ProposeDesk(_ context.Context, who *protocol.Account, d protocol.Proposal) (protocol.Record, error) {
	return p.done("proposal", "%s proposes %s of %s", who.Login, d.What, d.Node)
}

func (p *province) ConfirmDesk(_ context.Context, who *protocol.Account, id string) ([]protocol.CarriedCase, error) {
	_, err := p.done("proposal", "%s confirms %s", who.Login, id)
	return []protocol.CarriedCase{{Case: "1", Done: true}}, err
}

func (p *province) WithdrawDesk(_ context.Context, who *protocol.Account, id, reason string) (protocol.Record, error) {
	return p.done("proposal", "%s withdraws %s because %s", who.Login, id, reason)
}

func (p *province) CheckDesk(d protocol.Proposal) ([]protocol.CarriedCase, error) {
	return []protocol.CarriedCase{{Case: d.Cases[0], Rule: "C-24c", Text: "时限尚无风险"}}, p.fail
}

func (p *province) SuperviseCard(_ context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error) {
	return p.done("card", "%s: %s card %s because %s", who.Login, act, id, reason)
}

func (p *province) AnswerCard(_ context.Context, who *protocol.Account, id, cause, measure string) (protocol.Record, error) {
	return p.done("card", "%s answers card %s: %s, %s", who.Login, id, cause, measure)
}

func (p *province) DrawCheck(_ context.Context, who *protocol.Account, c protocol.SpotCheck, n int) (protocol.Record, error) {
	return p.done("spotcheck", "%s draws %d from %s to %s", who.Login, n, c.From, c.Until)
}

func (p *province) FindCheck(_ context.Context, who *protocol.Account, id, caseID, finding, text string) (protocol.Record, error) {
	return p.done("spotcheck", "%s finds %s in %s of %s: %s", who.Login, finding, caseID, id, text)
}

func (p *province) CloseCheck(_ context.Context, who *protocol.Account, id, result string) (protocol.Record, error) {
	return p.done("spotcheck", "%s closes %s: %s", who.Login, id, result)
}

func (p *province) PublishAssessment(_ context.Context, who *protocol.Account, from, until protocol.Day) (int, error) {
	_, err := p.done("assessment", "%s assesses %s to %s", who.Login, from, until)
	return 3, err
}

func (p *province) Clocks(context.Context) ([]protocol.ClockTally, error) {
	return []protocol.ClockTally{{Place: "changchun", Open: 3, Red: 1}}, p.fail
}

func (p *province) Coverage() ([]protocol.Coverage, protocol.Instant, error) {
	return []protocol.Coverage{{Agency: "A", Name: "甲局", Node: "yanbian", Items: 2, Open: 1, Once: 2}}, 1_767_225_600_000, p.fail
}

func (p *province) CoverageOf(_ context.Context, agency string) (protocol.Coverage, error) {
	return protocol.Coverage{Agency: agency, Items: 1, List: []protocol.CoveredItem{{Item: "A@1", Name: "低保"}}}, p.fail
}

func (p *province) Behind(_ context.Context, id, figure string, max int) ([]protocol.Counted, protocol.Figure, error) {
	p.max = max
	return []protocol.Counted{{Ref: protocol.Ref{Kind: "case", ID: "1"}, N: 0, Of: 1}}, protocol.Figure{ID: figure, Of: 1}, p.fail
}

func (p *province) Outages(context.Context) ([]api.Outage, error) {
	return []api.Outage{{Node: "changchun", Name: "长春市", State: protocol.NodeEnrolled, Open: 3, AtRisk: 1, Cases: []api.CaseAtRisk{{Case: "1", Clock: protocol.K1, Due: protocol.Day{Year: 2026, Month: 3, Dom: 3}, Left: 1}}}}, p.fail
}
