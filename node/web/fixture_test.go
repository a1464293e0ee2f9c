package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// A small prefecture on a Monday morning: 延边 with its window and departments.

var (
	now     = time.Date(2026, 3, 2, 9, 15, 0, 0, protocol.Beijing)
	hour    = int64(time.Hour / time.Millisecond)
	nowAt   = protocol.At(now)
	foodOf  = "11222400MB1A000017" // 延边 food agency
	poorOf  = "11220100PDY00001XB" // 长春 civil affairs
	foodID  = "11222400MB1A0000173220125001000@1"
	poorID  = "11220100PDY00001XB3220050100100@1"
	closeID = "11220100PDY00001XB3220050100200@1"
)

func ago(hours int64) protocol.Instant { return nowAt - protocol.Instant(hours*hour) }

// world is what the pages of a test read and act on.
type world struct {
	*consoletest.Records
	status   Status
	work     []Work
	workBody json.RawMessage
	lapses   []Lapse
	desk     *fakeDesk
	scans    *fakeScans
	people   consoletest.Sessions
	closed   []string
	drafts   Drafts

	mu       sync.Mutex // guards watching
	watching []follower
}

// follower hears of what tell says.
type follower chan []protocol.Ref

func (f follower) Close() {}

func (f follower) Next(ctx context.Context) ([]protocol.Ref, error) {
	select {
	case refs := <-f:
		return refs, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (w *world) Watch() Changes {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := make(follower, 16)
	w.watching = append(w.watching, f)
	return f
}

func (w *world) tell(refs ...protocol.Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.watching {
		f <- refs
	}
}

func (w *world) Status(context.Context) (Status, error) { return w.status, nil }

func (w *world) Work(context.Context) ([]Work, error) { return w.work, nil }

func (w *world) WorkBody(context.Context, string) (json.RawMessage, error) { return w.workBody, nil }

func (w *world) Lapses(after, until protocol.Instant, max int) (list []Lapse, err error) {
	for _, l := range w.lapses {
		if l.At > after && l.At <= until && len(list) < max {
			list = append(list, l)
		}
	}
	return list, nil
}

func (w *world) CloseWork(_ context.Context, id, by, note string) error {
	w.closed = append(w.closed, id+" "+by+" "+note)
	return nil
}

func person(login, name string, roles ...protocol.Role) *protocol.Account {
	return &protocol.Account{Place: "yanbian", Login: login, Name: name, Roles: roles, State: protocol.AccountActive}
}

func newWorld(t testing.TB) *world {
	w := &world{Records: consoletest.NewRecords(t), drafts: &memory{kept: map[string]Draft{}}, desk: &fakeDesk{}, scans: &fakeScans{files: map[string]Scan{}}, people: consoletest.Sessions{
		"win03": person("win03", "窗口 03", protocol.RoleClerk), "acc11": person("acc11", "审核 11", protocol.RoleAcceptor, protocol.RoleDecider,
			protocol.RoleClerk),
		"edit2": person("edit2", "编目 2", protocol.RoleEditor), "rev1": person("rev1", "审核员 1", protocol.RoleReviewer), "ops": person("ops", "运维 1",
			protocol.RoleOperator),
		"audit": person("audit", "审计 1", protocol.RoleAuditor), "nothing": person("nothing", "无角色"),
		"boss": person("boss", "窗口长", protocol.RoleClerk, protocol.RoleAcceptor, protocol.RoleDecider, protocol.RoleEditor, protocol.RoleReviewer,
			protocol.RoleOperator)}}
	w.status = Status{Node: "yanbian", Epoch: 1, Level: 1, NumbersLeft: 18_412, DiskFree: 61 << 30, DiskTotal: 128 << 30, Bytes: 812 << 20,
		WorkOpen:    1,
		ScansQueued: 2, CertFrom: ago(48), CertUntil: ago(-120), Room: "all", ClockKnown: true,
		Lanes: []Lane{{Lane: protocol.Urgent, Connected: true, Server: "hub2", Since: ago(26), Fresh: nowAt, Queued: 3, Bytes: 8214, Oldest: ago(1)},
			{Lane: protocol.Bulk, Connected: true, Server: "hub1", Since: ago(26), Fresh: nowAt}}}
	for _, login := range slices.Sorted(maps.Keys(w.people)) {
		a := w.people[login]
		w.Put("account", protocol.AccountID("yanbian", login), "yanbian", ago(2000), 5, *a)
	}
	w.registers()
	w.items()
	w.cases()
	w.catalogue()
	w.rest()
	return w
}

// memory keeps drafts as the store does, without a disk.
type memory struct {
	mu   sync.Mutex // guards kept
	kept map[string]Draft
}

func (m *memory) Save(d Draft) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[d.By+"/"+d.ID] = d
	return nil
}

func (m *memory) Find(by, id string) (Draft, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.kept[by+"/"+id]
	return d, ok, nil
}

func (m *memory) List(by string, _ protocol.Instant) (list []Draft, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.kept)) {
		if d := m.kept[key]; d.By == by {
			list = append(list, d)
		}
	}
	return list, nil
}

func (m *memory) Drop(by, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, by+"/"+id)
	return nil
}

func (w *world) registers() {
	for id, name := range map[protocol.NodeID]string{"yanbian": "延边朝鲜族自治州", "changchun": "长春市", "jilin": "吉林市"} {
		w.Put("node", string(id), protocol.Hub, ago(3000), 1, protocol.Node{ID: id, Name: name, State: protocol.NodeEnrolled, Epoch: 1})
	}
	w.Put("agency", foodOf, protocol.Hub, ago(3000), 2, protocol.Agency{USCC: foodOf, Name: "延边州市场监督管理局", Node: "yanbian",
		State: protocol.AgencyActive})
	w.Put("agency", poorOf, protocol.Hub, ago(3000), 2, protocol.Agency{USCC: poorOf, Name: "长春市民政局", Node: "changchun",
		State: protocol.AgencyActive})
	off := []protocol.Day{{Year: 2026, Month: 1, Dom: 1}, {Year: 2026, Month: 10, Dom: 1}}
	w.Put("calendar", "2026", protocol.Hub, ago(3000), 3, protocol.CalendarYear{Year: 2026, Version: 1, Off: off, Source: "国务院办公厅关于2026年部分节假日安排的通知"})
}

func (w *world) items() {
	food := protocol.Item{ImplCode: strings.TrimSuffix(foodID, "@1"), Version: 1, Name: "食品经营许可（新办）", Type: "01",
		Basis: []string{"《中华人民共和国食品安全法》第三十五条"}, Agency: foodOf, AgencyName: "延边州市场监督管理局",
		Node: "yanbian", CaseType: "promise", Scope: "intercounty", Legal: protocol.Limit{N: 20,
			Unit: protocol.WorkingDays}, Promise: protocol.Limit{N: 8,
			Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2026, Month: 1, Dom: 1}, State: protocol.ItemPublished}
	poor := protocol.Item{ImplCode: strings.TrimSuffix(poorID, "@1"), Version: 1, Name: "最低生活保障对象认定", Type: "05", Basis: []string{"《社会救助暂行办法》第九条"},
		Agency: poorOf, AgencyName: "长春市民政局",
		Node: "changchun", CaseType: "promise", Scope: "interprefecture", Legal: protocol.Limit{N: 30,
			Unit: protocol.WorkingDays}, Promise: protocol.Limit{N: 20, Unit: protocol.WorkingDays}, Visits: 1, Conditions: "共同生活的家庭成员人均收入低于当地最低生活保障标准", EffectiveAt: protocol.Day{Year: 2026, Month: 1, Dom: 1}, State: protocol.ItemPublished}
	local := poor
	local.ImplCode, local.Name, local.Scope = strings.TrimSuffix(closeID, "@1"), "特困人员供养审核", "none"
	all := map[string]protocol.Item{foodID: food, poorID: poor, closeID: local}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		i := all[id]
		w.Put("item", id, protocol.Hub, ago(1000), 10, i)
		w.Put("guide", id, protocol.Hub, ago(1000), 11, guideOf(i.ImplCode))
	}
	w.Step(protocol.Ref{Kind: "item", ID: poorID}, console.Step{Epoch: 1, Rev: 1, Act: "publish", By: "hub:rev1", At: ago(1000), Home: protocol.Hub,
		Index: 10})
}

func guideOf(code string) protocol.Guide {
	return protocol.Guide{ImplCode: code, Version: 1, Sections: []protocol.GuideSection{{Title: "受理条件", Text: "申请人依法具备资格，材料齐全、符合法定形式。"},
		{Title: "办理地点", Text: "各级政务服务大厅综合窗口。"}},
		Lines: []protocol.MaterialLine{
			{ID: "m1", Name: "申请书", Form: "original", Copies: 1, Necessity: "required", Source: "self", Standard: "申请人签名，填写完整"},
			{ID: "m2", Name: "居民身份证", Form: "copy", Copies: 1, Necessity: "required", Source: "issued", Standard: "在有效期内"},
			{ID: "m3", Name: "家庭收入情况说明", Form: "original", Necessity: "deferrable", Source: "self", When: "有多项收入来源时"}}}
}

func (w *world) guideHash(id string) string {
	rec, _, err := w.Get(protocol.Ref{Kind: "guide", ID: id})
	if err != nil {
		panic(err)
	}
	return protocol.HashOf(rec.Body).String()
}

func caseID(n int) string { return fmt.Sprintf("yanbian-1-%08d-X", n) }

func (w *world) cases() {
	add := func(n int, item string, state protocol.CaseState, home protocol.NodeID, at protocol.Instant, change func(*protocol.Case)) {
		i, _, err := console.Read[protocol.Item](w, protocol.Ref{Kind: "item", ID: item})
		if err != nil {
			panic(err)
		}
		c := protocol.Case{ReceiptNo: fmt.Sprintf("22000000%04dV", n), Item: item, ItemName: i.Name, Agency: i.Agency, AgencyName: i.AgencyName,
			Handler: i.Node, State: state,
			Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", Contact: "0433-0000000",
				FP: "f1"},
			Materials: []protocol.Material{{Line: "m1", Presence: "present", Copies: 1, Blobs: []string{"s1"}},
				{Line: "m2", Presence: "present", Copies: 1},
				{Line: "m3", Presence: "owed"}},
			Received: protocol.Receipt{At: at, Node: "yanbian", Window: "延吉市政务大厅 03 号窗",
				Clerk: "yanbian:win03"}, Due: protocol.CaseDue{K1: at.Day().Add(7)}}
		if change != nil {
			change(&c)
		}
		index := uint64(40 + n)
		if state == protocol.CaseHandingOver {
			index = 0
		}
		rec := w.Put("case", caseID(n), home, at, index, c)
		w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 1, Act: "receive", By: "yanbian:win03", At: at, Home: "yanbian", Index: uint64(40 + n)})
		if state == protocol.CaseHandingOver {
			w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 2, Act: "hand_over", By: "yanbian:win03", At: at + 60_000, Home: "changchun"})
		}
		if state == protocol.CaseAccepted {
			w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 2, Act: "accept", By: "yanbian:acc11", At: c.Accepted, Home: "yanbian",
				Index: uint64(41 + n)})
		}
	}
	add(1, foodID, protocol.CaseGranted, "yanbian", ago(24*20), func(c *protocol.Case) {
		c.Decision = &protocol.Decision{Kind: "grant", Text: "准予经营，有效期五年", By: "yanbian:acc11", At: ago(24)}
	})
	add(2, foodID, protocol.CaseAccepted, "yanbian", ago(24*14), func(c *protocol.Case) {
		c.Accepted, c.Due.K2, c.Due.K3 = ago(24*13), protocol.Day{Year: 2026, Month: 2, Dom: 27}, protocol.Day{Year: 2026, Month: 3, Dom: 17}
		c.Terms = protocol.CaseTerms{Promise: protocol.Limit{N: 8, Unit: protocol.WorkingDays}, Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays}}
		c.Applicant.Type, c.Applicant.Name, c.Applicant.IDType, c.Applicant.ID = "org", "延吉某某餐饮有限公司", "uscc", foodOf
		c.Materials[2].Presence = "present"
	})
	add(3, poorID, protocol.CaseArrived, "changchun", ago(70), nil)
	add(4, foodID, protocol.CaseReceived, "yanbian", ago(3), func(c *protocol.Case) { c.Due.K1 = nowAt.Day() })
	add(5, poorID, protocol.CaseReceived, "yanbian", ago(2), nil)
	add(6, poorID, protocol.CaseHandingOver, "yanbian", ago(1), func(c *protocol.Case) {
		c.To, c.HandedOver, c.Due.K5p = "changchun", ago(1)+60_000, nowAt.Day().Add(1)
	})
	add(7, foodID, protocol.CaseReceived, "yanbian", ago(1), func(c *protocol.Case) { c.Materials[1].Presence = "missing" })
	w.lapses = []Lapse{{Ref: protocol.Ref{Kind: "case", ID: caseID(2)}, Clock: protocol.K2, At: ago(58)},
		{Ref: protocol.Ref{Kind: "case", ID: caseID(4)}, Clock: protocol.K1, At: ago(-14)}}
	w.scans.files["s1"] = Scan{ID: "s1", Name: "申请书.pdf", Type: "application/pdf", Size: 214_000, At: ago(2), By: "yanbian:win03",
		Owner: protocol.Ref{Kind: "case", ID: caseID(4)}, Waiting: true}
}

func (w *world) catalogue() {
	e := protocol.CatalogEntry{Code: "30500122240010001/000001", Name: "食品经营许可信息", Abstract: "全州食品经营许可证的发放、变更和注销信息。", Agency: foodOf,
		Provider: "延边州市场监督管理局", Division: "222400", Layer: "province", Class: "305001", Format: "3",
		Share: protocol.Share{Type: "1"}, Open: protocol.Share{Type: "2",
			Cond: "限信用查询"}, Level: "L2", Cycle: "2", Gained: "collected", Secrecy: "非涉密", Contact: "信息科 0433-0000000",
		Items: []protocol.DataItem{{ID: "i1", Name: "许可证编号", Type: "C", Len: 20, Key: true}, {ID: "i2", Name: "经营者名称", Type: "C", Len: 200},
			{ID: "i3", Name: "有效期至", Type: "D"}}, State: protocol.EntrySubmitted}
	rec := w.Put("catalog.entry", "e1", "yanbian", ago(500), 20, e)
	hash := protocol.HashOf(rec.Body)
	w.Put("catalog.revision", hash.String(), protocol.Hub, ago(400), 21, protocol.Revision{Entry: "e1", Rev: 1, Content: rec.Body})
	w.Put("catalog.listing", "e1", protocol.Hub, ago(300), 22, protocol.Listing{Entry: "e1", Code: e.Code, Name: e.Name, Agency: e.Agency,
		Provider: e.Provider, Division: e.Division, Class: e.Class, Abstract: e.Abstract, Node: "yanbian",
		Cur: &protocol.ListedState{Rev: 1, Hash: hash, Release: 3}, State: protocol.ListingListed})
	w.Step(protocol.Ref{Kind: "catalog.listing", ID: "e1"}, console.Step{Epoch: 1, Rev: 2, Act: "release", By: "hub:rev1", At: ago(300),
		Home: protocol.Hub, Index: 22})
	set := protocol.Changeset{Title: "二月份目录更新", Agency: foodOf, Node: "yanbian", Submitter: "yanbian:edit2", Submitted: ago(30),
		State: protocol.ChangesetSubmitted,
		Members: []protocol.ChangeMember{{Entry: "e1", Name: e.Name, Rev: 2, Hash: hash, Op: "put"},
			{Entry: "e2", Name: "餐饮单位量化等级", Rev: 1, Hash: protocol.HashOf([]byte("x")), Op: "put"}}}
	w.Put("catalog.changeset", "set1", "yanbian", ago(30), 30, set)
	set.State, set.Reviewer, set.Reviewed, set.Title = protocol.ChangesetReviewed, "yanbian:rev1", ago(400), "一月份目录更新"
	w.Put("catalog.changeset", "set0", "yanbian", ago(500), 18, set)
	w.Put("catalog.review", "set0", protocol.Hub, ago(300), 19, protocol.Review{Changeset: "set0", Node: "yanbian", Passed: set.Members[:1],
		Returned: []protocol.ReturnedItem{{Entry: "e2", Reason: "缺少主键，请补充后重新报送", Field: "/items",
			Rule: "K-24"}}, Reviewer: "hub:rev1", At: ago(300), State: protocol.ReviewApproved})
}

func (w *world) rest() {
	w.Put("request", "withdraw:yanbian:"+caseID(3)+"@1", "changchun", ago(5), 50,
		protocol.Request{Want: protocol.WantWithdraw, On: protocol.Ref{Kind: "case", ID: caseID(3)}, From: "yanbian", Agency: poorOf,
			Title: "最低生活保障对象认定 220000000003V", Filed: ago(5), State: protocol.RequestFiled, Key: "k1"})
	w.Put("request", "publish:x@1:1", protocol.Hub, ago(90), 17,
		protocol.Request{Want: protocol.WantPublish, On: protocol.Ref{Kind: "item", ID: "x@1"},
			From: "yanbian", Agency: foodOf, Title: "小餐饮核准", Filed: ago(90), State: protocol.RequestDeclined, Reason: "承诺时限长于法定时限，请修改后重新提出", Ended: ago(80), Key: "k2", Data: []byte(`{}`)})
	w.work = []Work{{ID: "urgent-1-17", Act: "accept", By: "yanbian:acc11", At: ago(4), Opened: ago(3),
		Verdict: protocol.Verdict{Pos: protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 17}, Ref: protocol.Ref{Kind: "case", ID: caseID(2)},
			Outcome: protocol.RefusedAct, Rule: "G-07", Text: "办件处于“已撤回”，不能受理；请打开办件按最新状态办理"}}}
}

// fakeDesk notes what it is asked and answers as it is told.
type fakeDesk struct {
	calls []string
	err   error
	taken map[string]desk.Received // by nonce
	token string
	rec   protocol.Record
	last  desk.Intake
	want  protocol.Case
	act   desk.CaseAct

	elsewhere []protocol.Record // what the province has

	parcel  protocol.Parcel
	parcels []desk.ParcelRow
}

func (d *fakeDesk) called(format string, args ...any) (protocol.Record, error) {
	d.calls = append(d.calls, fmt.Sprintf(format, args...))
	return d.rec, d.err
}

func (d *fakeDesk) Receive(_ context.Context, _ *protocol.Account, in desk.Intake) (desk.Received, error) {
	d.last = in
	if _, err := d.called("receive %s %s", in.Item, in.Applicant.Name); err != nil {
		return desk.Received{}, err
	}
	if got, before := d.taken[in.Nonce]; before {
		got.Before = true
		return got, nil
	}
	got := desk.Received{Ref: protocol.Ref{Kind: "case", ID: caseID(4)}, Case: protocol.Case{ReceiptNo: "220000000004V"}}
	if d.taken == nil {
		d.taken = map[string]desk.Received{}
	}
	d.taken[in.Nonce] = got
	return got, nil
}

func (d *fakeDesk) Do(_ context.Context, _ *protocol.Account, a desk.CaseAct, act protocol.Act, want protocol.Case) (protocol.Record, error) {
	d.want, d.act = want, a
	said := ""
	if x := want.Decision; x != nil {
		said = " " + x.Text + x.Reason + " " + x.Basis + " " + x.Remedy
	}
	if x := want.Delivery; x != nil {
		said = " " + x.Way + " " + x.Recipient
	}
	if x := want.WithdrawnBy; x != nil {
		said = " " + x.Reason
	}
	return d.called("%s %s@%d%s", act, a.Case.ID, a.Seen, said)
}

func (d *fakeDesk) Ask(_ context.Context, _ *protocol.Account, on protocol.Ref, want string, data any, _ string) (protocol.Record, error) {
	return d.called("ask %s %s %v", want, on.ID, data)
}

// pdf stands for the file of every document.
const pdf = "%PDF-1.7 x"

func (d *fakeDesk) Document(_ context.Context, _ *protocol.Account, on protocol.Ref, serial string) (desk.Printed, error) {
	_, err := d.called("document %s %s", on.ID, serial)
	return desk.Printed{Doc: protocol.Doc{Serial: serial, At: nowAt}, PDF: []byte(pdf)}, err
}

func (d *fakeDesk) MarkPrinted(_ context.Context, _ *protocol.Account, on protocol.Ref, serial string) error {
	_, err := d.called("printed %s %s", on.ID, serial)
	return err
}

func (d *fakeDesk) Documents(_ *protocol.Account, on protocol.Ref) ([]desk.DocumentRow, error) {
	return []desk.DocumentRow{{Doc: protocol.Doc{Serial: "YB-D01-2026-01-000001", At: nowAt}, Title: "收件凭证", Case: on, ReceiptNo: "22"}}, d.err
}

func (d *fakeDesk) Unprinted(*protocol.Account) ([]desk.DocumentRow, error) {
	return []desk.DocumentRow{{Doc: protocol.Doc{Serial: "YB-D03-2026-01-000002", At: nowAt}, Title: "受理通知书", Case: protocol.Ref{Kind: "case", ID: caseID(2)}, ReceiptNo: "22"},
		{Doc: protocol.Doc{Serial: "YB-D03-2026-01-000003"}, Title: "受理通知书", Void: true}}, d.err
}

func (d *fakeDesk) Parcel(_ context.Context, _ *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Parcel) (protocol.Record, error) {
	d.parcel = want
	if _, err := d.called("%s %s@%d", act, ref.ID, seen); err != nil {
		return protocol.Record{}, err
	}
	return protocol.Record{Ref: protocol.Ref{Kind: "parcel", ID: "p1"}}, nil
}

func (d *fakeDesk) ParcelArrived(_ context.Context, _ *protocol.Account, id, seal string, counted []int) (protocol.Record, error) {
	return d.called("arrived %s %s %v", id, seal, counted)
}

func (d *fakeDesk) Parcels(*protocol.Account, protocol.NodeID) ([]desk.ParcelRow, error) {
	return d.parcels, d.err
}

func (d *fakeDesk) Task(_ context.Context, _ *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Task, key string) (protocol.Record, error) {
	return d.called("task %s %s@%d %s%s %s", act, ref.ID, seen, want.Opinion, want.Reason, want.Basis)
}

func (d *fakeDesk) Decline(_ context.Context, _ *protocol.Account, ref protocol.Ref, reason, _ string) (protocol.Record, error) {
	return d.called("decline %s %s", ref.ID, reason)
}

func (d *fakeDesk) Complain(_ context.Context, _ *protocol.Account, c protocol.Complaint, _ string) (protocol.Record, error) {
	return d.called("complain %s %s %v %v %v", c.Text, c.Agency, c.Against, c.Links, c.Person != nil)
}

func (d *fakeDesk) FindElsewhere(_ context.Context, _ *protocol.Account, key, purpose string) (desk.Sight, error) {
	_, err := d.called("elsewhere %s %s", key, purpose)
	return desk.Sight{Age: 3 * time.Second, Cases: d.elsewhere}, err
}

// Elsewhere gives what the province has of one case.
func (d *fakeDesk) Elsewhere(_ context.Context, _ *protocol.Account, id, _ string) (s desk.Sight, err error) {
	for _, rec := range d.elsewhere {
		if rec.Ref.ID == id {
			s.Cases = append(s.Cases, rec)
		}
	}
	return s, d.err
}

// Fingerprint is the number itself: the fixture's applicants have no other.
func (d *fakeDesk) Fingerprint(idType, id string) string {
	return "fp:" + idType + ":" + protocol.NormalizeCode(id)
}

func (d *fakeDesk) FirstReview(_ context.Context, _ *protocol.Account, set protocol.Ref) (protocol.Record, error) {
	return d.called("first_review %s", set.ID)
}

func (d *fakeDesk) WithdrawChangeset(_ context.Context, _ *protocol.Account, set protocol.Ref) (protocol.Record, error) {
	return d.called("withdraw %s", set.ID)
}

func (d *fakeDesk) CreateAccount(_ context.Context, _ *protocol.Account, n desk.NewAccount) (protocol.Record, string, error) {
	rec, err := d.called("create %s %v", n.Login, n.Roles)
	return rec, d.token, err
}

func (d *fakeDesk) DisableAccount(_ context.Context, _ *protocol.Account, login string) (protocol.Record, error) {
	return d.called("disable %s", login)
}

// fakeScans keeps files in memory.
type fakeScans struct {
	files map[string]Scan
	bytes map[string][]byte
}

func (s *fakeScans) Keep(_ context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (Scan, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Scan{}, err
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return Scan{}, protocol.NewFault(protocol.Malformed, "check file", "只能上传 JPEG 图片、PNG 图片或 PDF 文档,请转换格式后重新上传")
	}
	if s.bytes == nil {
		s.bytes = map[string][]byte{}
	}
	f := Scan{ID: fmt.Sprintf("new%d", len(s.files)), Name: name, Type: mediaType, Size: int64(len(data)), At: nowAt, By: desk.By(who), Waiting: true}
	s.files[f.ID], s.bytes[f.ID] = f, data
	return f, nil
}

func (s *fakeScans) Find(_ context.Context, id string) (Scan, error) {
	f, ok := s.files[id]
	if !ok {
		return f, protocol.NewFault(protocol.Gone, "find scan", "没有这个附件")
	}
	return f, nil
}

func (s *fakeScans) Open(ctx context.Context, id string) (Scan, io.ReadSeeker, error) {
	f, err := s.Find(ctx, id)
	return f, bytes.NewReader(s.bytes[id]), err
}

func newWeb(t testing.TB, w *world) *Web {
	t.Helper()
	pages, err := New(Config{Node: "yanbian", Name: "延边", Version: "0.1.0", Sessions: w.people, Reader: w, Desk: w.desk, Closer: w, Scans: w.scans, Drafts: w.drafts,
		Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// poison puts hostile text into every string of every record of a kind that a
// person may have typed.
func (w *world) poison(kind protocol.KindName) {
	found, err := w.Search(context.Background(), console.Query{Kind: kind, Limit: 1000})
	if err != nil {
		panic(err)
	}
	for _, h := range found.Hits {
		rec, _, _ := w.Get(h.Ref)
		var body map[string]any
		if err := json.Unmarshal(rec.Body, &body); err != nil {
			panic(err)
		}
		for _, field := range []string{"name", "item_name", "agency_name", "title", "abstract", "provider", "reason", "conditions", "fee",
			"opinion"} {
			if _, there := body[field]; there {
				body[field] = consoletest.Payloads
			}
		}
		if a, ok := body["applicant"].(map[string]any); ok {
			a["name"], a["contact"] = consoletest.Payloads, consoletest.Payloads
		}
		if r, ok := body["received"].(map[string]any); ok {
			r["window"] = consoletest.Payloads
		}
		w.Put(h.Ref.Kind, h.Ref.ID, rec.Home, rec.At, rec.Index, body)
	}
}

func (w *world) copyCase(from, to string, n int) {
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: from})
	if err != nil {
		panic(err)
	}
	c.ReceiptNo = fmt.Sprintf("22000000%04dV", n)
	w.Put("case", to, rec.Home, rec.At, rec.Index, *c)
}
