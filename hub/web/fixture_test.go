package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
	"xiangyun/protocol/page"
)

// A small province on a Monday morning.

var (
	now     = time.Date(2026, 3, 2, 9, 15, 0, 0, protocol.Beijing)
	hour    = int64(time.Hour / time.Millisecond)
	nowAt   = protocol.At(now)
	foodOf  = "11222400MB1A00001Y"
	poorOf  = "11220100PDY00001XB"
	poorID  = "11220100PDY00001XB3220050100100@1"
	filed   = "publish:11220100PDY00001XB3220050100100@2:0a1b2c"
	filed2  = "publish:11222400MB1A00001Y3220125001000@1:aabbcc"
	oneCase = "yanbian-1-00000003-X"
)

func ago(hours int64) protocol.Instant { return nowAt - protocol.Instant(hours*hour) }

type world struct {
	*consoletest.Records
	state  Cluster
	nodes  []NodeState
	lapses []Lapse
	held   []Held
	plan   Plan
	office *fakeOffice
	people consoletest.Sessions
}

func (w *world) Cluster(context.Context) (Cluster, error)   { return w.state, nil }
func (w *world) Nodes(context.Context) ([]NodeState, error) { return w.nodes, nil }
func (w *world) Held(max int) ([]Held, error)               { return w.held[:min(max, len(w.held))], nil }

func (w *world) Queue(ref protocol.Ref) (list []Held, err error) {
	for _, h := range w.held {
		if h.Ref == ref {
			list = append(list, h)
		}
	}
	return list, nil
}

func (w *world) Plan(context.Context) (Plan, error) { return w.plan, nil }

func (w *world) Lapses(until protocol.Instant, max int) (list []Lapse, err error) {
	for _, l := range w.lapses {
		if l.At <= until && len(list) < max {
			list = append(list, l)
		}
	}
	return list, nil
}

func person(login, name string, roles ...protocol.Role) *protocol.Account {
	return &protocol.Account{Place: protocol.Hub, Login: login, Name: name, Roles: roles, State: protocol.AccountActive}
}

func newWorld(t testing.TB) *world {
	w := &world{Records: consoletest.NewRecords(t), office: &fakeOffice{}, people: consoletest.Sessions{
		"rev1": person("rev1", "二审 1", protocol.RoleReviewer), "ops": person("ops", "运维 1", protocol.RoleOperator), "audit": person("audit", "审计 1",
			protocol.RoleAuditor), "nothing": person("nothing", "无角色"),
		"boss":  person("boss", "省级管理员", protocol.RoleReviewer, protocol.RoleOperator, protocol.RoleDecider, protocol.RoleDispatcher, protocol.RoleSupervisor),
		"desk1": person("desk1", "调度 1", protocol.RoleDispatcher), "desk2": person("desk2", "调度 2", protocol.RoleDispatcher),
		"super": person("super", "监督 1", protocol.RoleSupervisor)}}
	for _, login := range slices.Sorted(maps.Keys(w.people)) {
		a := w.people[login]
		w.Put("account", protocol.AccountID(protocol.Hub, login), protocol.Hub, ago(2000), 5, *a)
	}
	w.Put("account", "yanbian:win03", "yanbian", ago(2000), 6, protocol.Account{Place: "yanbian", Login: "win03", Name: "窗口 03",
		Roles: []protocol.Role{protocol.RoleClerk}, State: protocol.AccountActive})
	w.registers()
	w.services()
	w.catalogue()
	w.running()
	w.desk()
	return w
}

func (w *world) registers() {
	for _, n := range []protocol.Node{{ID: "jilin", Name: "吉林市", State: protocol.NodePlanned, Divisions: []protocol.Division{"220200"}},
		{ID: "baishan", Name: "白山市", State: protocol.NodeFenced, Epoch: 3, Enrolled: ago(900), Reason: "磁盘更换，等待重新接入"},
		{ID: "changchun", Name: "长春市", State: protocol.NodeEnrolled, Epoch: 1, Enrolled: ago(2900),
			Divisions: []protocol.Division{"220100"}}, {ID: "yanbian", Name: "延边朝鲜族自治州", State: protocol.NodeEnrolled, Epoch: 2, Enrolled: ago(300), Divisions: []protocol.Division{"222400"}}} {
		rec := w.Put("node", string(n.ID), protocol.Hub, ago(3000), 1, n)
		w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 1, Act: "plan", By: "hub:ops", At: ago(3000), Home: protocol.Hub, Index: 1})
		if n.State != protocol.NodePlanned {
			w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 2, Act: "enroll", By: "enrolment", At: n.Enrolled, Home: protocol.Hub, Index: 4})
		}
	}
	w.Put("agency", foodOf, protocol.Hub, ago(3000), 2, protocol.Agency{USCC: foodOf, Name: "延边州市场监督管理局", Node: "yanbian", Division: "222400",
		Phone: "0433-0000000", State: protocol.AgencyActive})
	w.Put("agency", poorOf, protocol.Hub, ago(3000), 2, protocol.Agency{USCC: poorOf, Name: "长春市民政局", Node: "changchun", Division: "220100",
		State: protocol.AgencyActive})
	w.Put("calendar", "2026", protocol.Hub, ago(3000), 3, protocol.CalendarYear{Year: 2026, Version: 1,
		Off: []protocol.Day{{Year: 2026, Month: 1, Dom: 1}, {Year: 2026, Month: 10, Dom: 1}}, Work: []protocol.Day{{Year: 2026, Month: 1,
			Dom: 4}}, Source: "国务院办公厅关于2026年部分节假日安排的通知"})
}

func item(code string, version int, name, agency, agencyName string, node protocol.NodeID, promise int) protocol.Item {
	return protocol.Item{ImplCode: code, Version: version, Name: name, Type: "05", Basis: []string{"《社会救助暂行办法》第九条"}, Agency: agency,
		AgencyName: agencyName, Node: node, CaseType: "promise", Scope: "interprefecture",
		Legal: protocol.Limit{N: 30, Unit: protocol.WorkingDays}, Promise: protocol.Limit{N: promise,
			Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2026, Month: 1, Dom: 1}, State: protocol.ItemPublished}
}

func guide(code string, version int, lines ...protocol.MaterialLine) protocol.Guide {
	return protocol.Guide{ImplCode: code, Version: version, Lines: lines}
}

func (w *world) services() {
	m1 := protocol.MaterialLine{ID: "m1", Name: "申请书", Form: "original", Copies: 1, Necessity: "required", Source: "self", Standard: "申请人签名"}
	m2 := protocol.MaterialLine{ID: "m2", Name: "居民身份证", Form: "copy", Copies: 1, Necessity: "required", Source: "issued", Standard: "在有效期内"}
	poor := item("11220100PDY00001XB3220050100100", 1, "最低生活保障对象认定", poorOf, "长春市民政局", "changchun", 20)
	w.Put("item", poorID, protocol.Hub, ago(1000), 10, poor)
	w.Put("guide", poorID, protocol.Hub, ago(1000), 10, guide(poor.ImplCode, 1, m1, m2))
	poor.Version, poor.Promise.N = 2, 15
	m2.Form = "electronic"
	w.file(filed, "changchun", ago(20), poor, guide(poor.ImplCode, 2, m1, m2))
	food := item("11222400MB1A00001Y3220125001000", 1, "食品经营许可（新办）", foodOf, "延边州市场监督管理局", "yanbian", 8)
	w.file(filed2, "yanbian", ago(4), food, guide(food.ImplCode, 1, m1))
	c := protocol.Case{ReceiptNo: "220000000003V", Item: poorID, ItemName: poor.Name, Agency: poorOf, AgencyName: "长春市民政局", Handler: "changchun",
		State: protocol.CaseArrived, To: "changchun",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", Contact: "0433-0000001",
			FP: "f1"}, Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "present"}},
		Received: protocol.Receipt{At: ago(24 * 11), Node: "yanbian", Window: "03 号窗",
			Clerk: "yanbian:win03"}, Due: protocol.CaseDue{K1: ago(24 * 4).Day()}}
	rec := w.Put("case", oneCase, "changchun", ago(24*11), 60, c)
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 1, Act: "receive", By: "yanbian:win03", At: ago(24 * 11), Home: "yanbian", Index: 58})
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 2, Act: "hand_over", By: "yanbian:win03", At: ago(24 * 11), Home: "changchun", Index: 59})
	w.Step(rec.Ref, console.Step{Epoch: 2, Rev: 3, Act: "acknowledge", By: "steward", At: ago(24*11) + 2000, Home: "changchun", Index: 60})
	w.lapses = []Lapse{{Ref: rec.Ref, Clock: protocol.K1, At: ago(24 * 4).Day().End()}}
}

func (w *world) file(id string, from protocol.NodeID, at protocol.Instant, i protocol.Item, g protocol.Guide) {
	data, err := json.Marshal(protocol.ItemFiling{Item: i, Guide: g})
	if err != nil {
		panic(err)
	}
	w.Put("request", id, protocol.Hub, at, 50, protocol.Request{Want: protocol.WantPublish,
		On: protocol.Ref{Kind: "item", ID: protocol.ItemID(i.ImplCode,
			i.Version)}, From: from, Agency: i.Agency, Title: i.Name, Data: data, Key: id, Filed: at, State: protocol.RequestFiled})
}

func entry(name, abstract, cycle string) protocol.CatalogEntry {
	return protocol.CatalogEntry{Code: "30500122240010001/000001", Name: name, Abstract: abstract, Agency: foodOf, Provider: "延边州市场监督管理局",
		Division: "222400", Layer: "province", Class: "305001", Format: "3", Share: protocol.Share{Type: "1"},
		Open: protocol.Share{Type: "2", Cond: "限信用查询"}, Level: "L2", Cycle: cycle, Gained: "collected", Secrecy: "非涉密", Contact: "信息科 0433-0000000", Items: []protocol.DataItem{{ID: "i1", Name: "许可证编号", Type: "C", Len: 20, Key: true}, {ID: "i2", Name: "经营者名称", Type: "C", Len: 200}}, State: protocol.EntrySubmitted}
}

func (w *world) catalogue() {
	old := w.Put("catalog.entry", "e1", "yanbian", ago(500), 20, entry("食品经营许可信息", "全州食品经营许可证的发放信息。", "4"))
	hash := protocol.HashOf(old.Body)
	w.Put("catalog.revision", hash.String(), protocol.Hub, ago(400), 21, protocol.Revision{Entry: "e1", Rev: 1, Content: old.Body})
	w.Put("catalog.listing", "e1", protocol.Hub, ago(300), 22, protocol.Listing{Entry: "e1", Code: "30500122240010001/000001", Name: "食品经营许可信息",
		Agency: foodOf, Provider: "延边州市场监督管理局", Division: "222400", Class: "305001", Abstract: "全州食品经营许可证的发放信息。", Node: "yanbian",
		Cur: &protocol.ListedState{Rev: 1, Hash: hash, Release: 3}, State: protocol.ListingListed})
	change := entry("食品经营许可信息", "全州食品经营许可证的发放、变更和注销信息。", "2")
	change.Items = append(change.Items, protocol.DataItem{ID: "i3", Name: "有效期至", Type: "D"})
	e1 := w.Put("catalog.entry", "e1", "yanbian", ago(30), 40, change)
	fresh := entry("餐饮单位量化等级", "全州餐饮服务单位食品安全量化分级结果。", "6")
	fresh.Code = "30500122240010001/000002"
	e2 := w.Put("catalog.entry", "e2", "yanbian", ago(30), 41, fresh)
	set := protocol.Changeset{Title: "二月份目录更新", Agency: foodOf, Node: "yanbian", Submitter: "yanbian:edit2", Submitted: ago(30),
		Reviewer: "yanbian:rev1", Reviewed: ago(26), State: protocol.ChangesetReviewed,
		Members: []protocol.ChangeMember{{Entry: "e1", Name: change.Name, Rev: 2, Hash: protocol.HashOf(e1.Body), Op: "put"},
			{Entry: "e2", Name: fresh.Name, Rev: 1, Hash: protocol.HashOf(e2.Body), Op: "put"},
			{Entry: "e3", Name: "小作坊登记信息", Rev: 1, Hash: protocol.HashOf([]byte("x")), Op: "put"}}}
	rec := w.Put("catalog.changeset", "set1", "yanbian", ago(30), 42, set)
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 1, Act: "submit", By: "yanbian:edit2", At: ago(30), Home: "yanbian", Index: 41})
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 2, Act: "first_review", By: "yanbian:rev1", At: ago(26), Home: "yanbian", Index: 42})
	for n := uint64(1); n <= 3; n++ {
		w.Put("catalog.release", protocol.ReleaseID(n), protocol.Hub, ago(int64(1000-200*n)), 22+n,
			protocol.Release{Number: n, Root: protocol.HashOf([]byte{byte(n)}), Count: int(400 * n), Changed: 37, Notes: "例行更新",
				At: ago(int64(1000 - 200*n)),
				By: "hub:rev1"})
	}
	w.plan = Plan{Number: 4, Count: 1237, Changes: []Staged{{Entry: "e1", Name: "食品经营许可信息", Agency: foodOf},
		{Entry: "e9", Name: "药品经营企业信息", Agency: foodOf, New: true}}}
}

func (w *world) running() {
	digest := protocol.HashOf([]byte("state"))
	w.state = Cluster{Self: "hub2", Leader: "hub1", Applied: 48_213, Generation: 1, Level: 1, Clock: nowAt, Digest: digest, Held: 1, Overdue: 1,
		Bytes: 3 << 30, Servers: []Server{
			{ID: "hub1", Addr: "10.22.0.11:7443", Voter: true, Alive: true, Heard: nowAt, Applied: 48_190, Digest: protocol.HashOf([]byte("earlier")), Check: CheckSame, Build: "0.1.0", Nodes: 5},
			{ID: "hub2", Addr: "10.22.0.12:7443", Voter: true, Alive: true, Heard: nowAt, Applied: 48_213, Digest: digest, Build: "0.1.0", Nodes: 4},
			{ID: "hub3", Addr: "10.22.0.13:7443", Voter: true, Heard: ago(2), Build: "0.1.0"}}}
	w.nodes = []NodeState{{ID: "yanbian", Connected: true, Server: "hub2", Beat: nowAt - 1000, Queued: 8214, Numbers: 18_412,
		Build: "0.1.0"}, {ID: "changchun", Server: "hub1", Beat: ago(2), Numbers: 20_000,
		Frozen: []Frozen{{Lane: protocol.Urgent, Reason: "第 312 条与已有的不是同一条", Here: protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 340, Hash: protocol.Hash{7}},
			There: protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 312, Hash: protocol.Hash{9}}}}}}
	w.held = []Held{{Ref: protocol.Ref{Kind: "case", ID: "jilin-1-00000009-A"}, Origin: "yanbian", Act: "accept", By: "yanbian:acc11", At: ago(6),
		Index: 47_001, Reason: "内容不是有效的 JSON"},
		{Ref: protocol.Ref{Kind: "agency", ID: foodOf}, Origin: "yanbian", Act: "update", By: "yanbian:win03", At: ago(5), Index: 47_020,
			Reason: "内容不是有效的 JSON", Body: `{"name":"延边州市场监督管理局",`, Pos: protocol.Pos{Epoch: 2, Lane: protocol.Bulk, Seq: 311, Hash: protocol.Hash{0x1f, 0xa2}}},
		{Ref: protocol.Ref{Kind: "agency", ID: foodOf}, Origin: "yanbian", Act: "update", By: "yanbian:win03", At: ago(4), Index: 47_021,
			Reason: "排在待处理的条目之后"}}
}

// fakeOffice notes what it is asked and answers as it is told.
type fakeOffice struct {
	calls []string
	err   error
	fails map[string]error // by what was asked
}

func (o *fakeOffice) called(format string, args ...any) (protocol.Record, error) {
	call := fmt.Sprintf(format, args...)
	o.calls = append(o.calls, call)
	if err := o.fails[call]; err != nil {
		return protocol.Record{}, err
	}
	return protocol.Record{}, o.err
}

func (o *fakeOffice) Publish(_ context.Context, _ *protocol.Account, r protocol.Ref) (protocol.Record, error) {
	return o.called("publish %s", r.ID)
}

func (o *fakeOffice) Decline(_ context.Context, _ *protocol.Account, r protocol.Ref, reason string) (protocol.Record, error) {
	return o.called("decline %s %s", r.ID, reason)
}

func (o *fakeOffice) EndItem(_ context.Context, _ *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error) {
	return o.called("%s %s %s", act, id, reason)
}

func (o *fakeOffice) Approve(_ context.Context, _ *protocol.Account, set string, returned []protocol.ReturnedItem) (protocol.Record, error) {
	return o.called("approve %s %v", set, returned)
}

func (o *fakeOffice) Return(_ context.Context, _ *protocol.Account, set, reason string) (protocol.Record, error) {
	return o.called("return %s %s", set, reason)
}

func (o *fakeOffice) Release(_ context.Context, _ *protocol.Account, notes string) (protocol.Record, error) {
	return o.called("release %s", notes)
}

func (o *fakeOffice) PlanNode(_ context.Context, _ *protocol.Account, n protocol.Node) (protocol.Record, error) {
	return o.called("plan %s %s %v", n.ID, n.Name, n.Divisions)
}

func (o *fakeOffice) EndNode(_ context.Context, _ *protocol.Account, id protocol.NodeID, act protocol.Act, reason string) (protocol.Record, error) {
	return o.called("%s %s %s", act, id, reason)
}

func (o *fakeOffice) RegisterAgency(_ context.Context, _ *protocol.Account, a protocol.Agency) (protocol.Record, error) {
	return o.called("register %s %s %s", a.USCC, a.Name, a.Node)
}

func (o *fakeOffice) PublishCalendar(_ context.Context, _ *protocol.Account, y protocol.CalendarYear) (protocol.Record, error) {
	return o.called("calendar %d %v %v", y.Year, y.Off, y.Work)
}

func (o *fakeOffice) CreateAccount(_ context.Context, _ *protocol.Account, a protocol.Account, _ string) (protocol.Record, error) {
	return o.called("create %s %v", a.Login, a.Roles)
}

func (o *fakeOffice) Change(_ context.Context, _ *protocol.Account, op string, id protocol.NodeID) error {
	_, err := o.called("%s %s", op, id)
	return err
}

func (o *fakeOffice) Settle(_ context.Context, _ *protocol.Account, act protocol.Act, ref protocol.Ref, why string, of *protocol.Pos, body json.RawMessage) error {
	seq := uint64(0)
	if of != nil {
		seq = of.Seq
	}
	_, err := o.called("%s %s of %d because %s with %s", act, ref, seq, why, body)
	return err
}

func (o *fakeOffice) IssueToken(_ context.Context, _ *protocol.Account, role string, subject protocol.NodeID) (Token, error) {
	_, err := o.called("token %s %s", role, subject)
	return Token{ID: "0123456789", Text: "XY1-0123456789-SECRET", Subject: subject, Expires: nowAt + 900_000,
		Command: "xiangyun node enroll --server 10.22.0.11:7443 --token XY1-0123456789-SECRET"}, err
}

func newWeb(t testing.TB, w *world) *Web {
	t.Helper()
	pages, err := New(Config{Place: page.Text{ZH: "吉林省", EN: "Jilin"}, Version: "0.1.0", Sessions: w.people, Reader: w, Office: w.office,
		Tokens: w.office, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}
