package desk

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

const (
	here  protocol.NodeID = "yanbian"
	there protocol.NodeID = "changchun"
)

var startAt = time.Date(2026, 3, 2, 9, 0, 0, 0, protocol.Beijing)

// uscc is the n-th made-up code with a right check character.
func uscc(n int) string {
	for _, last := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if code := fmt.Sprintf("1122%012dX%c", n, last); protocol.CheckUSCC(code) == nil {
			return code
		}
	}
	panic("no check character")
}

func itemOf(agency string) string { return protocol.ItemID(agency+"3"+"442199806003", 1) }

var (
	ours, theirs         = uscc(1), uscc(2)
	itemHere, itemTheirs = itemOf(uscc(1)), itemOf(uscc(2))
)

// office is a desk over a real store that holds two agencies with an item each.
type office struct {
	*Desk
	t     testing.TB
	clock *atomic.Int64 // what the store stamps with
	index uint64
	sent  map[protocol.Lane]uint64
}

func newOffice(t testing.TB) *office {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	clock := new(atomic.Int64)
	clock.Store(int64(protocol.At(startAt)))
	d := &Desk{Node: here, Log: log, Key: [32]byte{1}, Sign: penOf(t, key), Papers: newShelf()}
	s, err := store.Open(filepath.Join(t.TempDir(), "node.db"), store.Config{Node: here, Epoch: 1, Signer: signer(key), Level: 1, Log: log, Scribe: d.Scribe,
		Stamp: func() protocol.Instant { return protocol.Instant(clock.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Store = s
	o := &office{Desk: d, t: t, clock: clock, sent: map[protocol.Lane]uint64{}}
	o.hub("numblock", protocol.BlockID(1), protocol.NumberBlock{Node: here, Epoch: 1, From: 1, To: protocol.BlockSize})
	for agency, place := range map[string]protocol.NodeID{ours: here, theirs: there} {
		o.hub("agency", agency, protocol.Agency{USCC: agency, Name: "样例机构", Node: place, State: protocol.AgencyActive})
		f := filing(agency, place)
		f.Item.State = protocol.ItemPublished
		o.hub("item", itemOf(agency), f.Item)
		o.hub("guide", itemOf(agency), f.Guide)
	}
	return o
}

func signer(key ed25519.PrivateKey) identity.KeySigner { return identity.KeySigner(key) }

func filing(agency string, place protocol.NodeID) protocol.ItemFiling {
	code := agency + "3" + "442199806003"
	return protocol.ItemFiling{
		Item: protocol.Item{ImplCode: code, Version: 1, Name: "样例事项", Type: "05", Basis: []string{"社会救助暂行办法"}, Agency: agency, AgencyName: "样例机构",
			Node: place, CaseType: "promise", Scope: "interprefecture", Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays},
			Promise: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2000, Month: 1, Dom: 1},
			Targets: []string{"person"}, Nature: "statutory", Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"},
			Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}, Contact: "000-00000000", Complaints: "12345"},
		Guide: protocol.Guide{ImplCode: code, Version: 1, Lines: []protocol.MaterialLine{{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", Source: "self"}}},
	}
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// feed hands over one record as the hub would.
func (o *office) feed(rec protocol.Record) {
	o.t.Helper()
	o.index++
	lane := protocol.Lookup(rec.Ref.Kind).Lane
	rec.Index, rec.At = o.index, protocol.At(startAt)
	if rec.By == "" {
		rec.By, rec.Act = "admin", "publish"
	}
	o.must(o.Store.Take(o.t.Context(), lane, wire.Lines{Generation: 1, Prev: o.sent[lane], Last: o.index,
		Lines: []wire.Line{{Index: o.index, What: wire.LineRecord, Record: &rec}}}))
	o.sent[lane] = o.index
}

func (o *office) hub(kind protocol.KindName, id string, body any) {
	o.t.Helper()
	rev := uint64(1)
	if old, ok := o.get(protocol.Ref{Kind: kind, ID: id}); ok {
		rev = old.Rev + 1
	}
	o.feed(protocol.Record{Ref: protocol.Ref{Kind: kind, ID: id}, Rev: rev, Home: protocol.Hub, Epoch: 1, Body: o.encode(body)})
}

func (o *office) encode(body any) []byte {
	o.t.Helper()
	data, err := json.Marshal(body)
	o.must(err)
	return data
}

func (o *office) get(ref protocol.Ref) (rec protocol.Record, ok bool) {
	o.t.Helper()
	o.must(o.Store.View(func(tx *store.ReadTx) (err error) { rec, ok, err = tx.Get(ref); return err }))
	return rec, ok
}

// written counts the lines of the journal: what a refused act must not add to.
func (o *office) written() (n uint64) {
	o.t.Helper()
	for _, lane := range protocol.Lanes {
		head, err := o.Store.Head(lane)
		o.must(err)
		n += head.Seq
	}
	return n
}

func (o *office) caseIn(ref protocol.Ref) *protocol.Case {
	o.t.Helper()
	c, _, err := Record[protocol.Case](o.Desk, ref)
	o.must(err)
	return c
}

func person(login, agency string, roles ...protocol.Role) *protocol.Account {
	return &protocol.Account{Place: here, Login: login, Name: login, Agency: agency, State: protocol.AccountActive, Roles: roles}
}

var (
	clerk    = person("clerk", "", protocol.RoleClerk)
	acceptor = person("acceptor", ours, protocol.RoleAcceptor)
	decider  = person("decider", ours, protocol.RoleDecider)
	editor   = person("editor", ours, protocol.RoleEditor)
	reviewer = person("reviewer", "", protocol.RoleReviewer)
	operator = person("operator", "", protocol.RoleOperator)
)

func form(item, nonce string) Intake {
	return Intake{Item: item, Nonce: nonce, Window: "3号窗口",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002x"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present"}}}
}

func (o *office) receive(item, nonce string) Received {
	o.t.Helper()
	got, err := o.Receive(o.t.Context(), clerk, form(item, nonce))
	o.must(err)
	return got
}

// elsewhere is a case whose home is another node and that this one may see.
func (o *office) elsewhere(id string, state protocol.CaseState) protocol.Ref {
	o.t.Helper()
	ref := protocol.Ref{Kind: "case", ID: id}
	o.feed(protocol.Record{Ref: ref, Rev: 3, Home: there, Epoch: 2, By: "steward", Act: "acknowledge", Body: o.encode(protocol.Case{
		Item: itemTheirs, ItemName: "样例事项", Agency: theirs, Handler: there, ReceiptNo: "220000000001A", Idem: "i-" + id, State: state,
		Received: protocol.Receipt{Node: here, Clerk: "yanbian:clerk", At: protocol.At(startAt)}})})
	return ref
}

func entry(n, rev int) EntryDraft {
	return EntryDraft{Entry: protocol.CatalogEntry{Code: fmt.Sprintf("30500122010001/%06d", n), Name: fmt.Sprintf("样例资源%d", n),
		Abstract: fmt.Sprintf("样例资源的摘要,第%d次修订,仅供演练使用。", rev), Agency: ours, Provider: "样例机构", Division: "220100", Layer: "province",
		Class: "305001", Format: "3", Share: protocol.Share{Type: "1"}, Open: protocol.Share{Type: "3", Reason: "样例"}, Level: "L2", Cycle: "4",
		Gained: "collected", Secrecy: "非涉密", Contact: "样例科室",
		Items: []protocol.DataItem{{ID: "i1", Name: "编号", Type: "C", Len: 18, Key: true}}}}
}

// submitted submits entries that fit into one changeset.
func (o *office) submitted(drafts ...EntryDraft) protocol.Record {
	o.t.Helper()
	sets, err := o.SubmitCatalog(o.t.Context(), editor, "样例批次", drafts)
	o.must(err)
	if len(sets) != 1 {
		o.t.Fatalf("%d changesets, want 1", len(sets))
	}
	return sets[0]
}
