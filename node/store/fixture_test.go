package store

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

var (
	testKey  = identity.KeySigner(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)))
	testKeys = journal.OneKey(identity.PublicKey(ed25519.PrivateKey(testKey).Public().(ed25519.PublicKey)))
	testAt   = protocol.At(time.Date(2026, 3, 2, 9, 0, 0, 0, protocol.Beijing))
)

func testConfig() Config {
	return Config{Node: "yanbian", Epoch: 1, Signer: testKey, Level: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Stamp: func() protocol.Instant { return testAt }, Scribe: scribe}
}

// running is an open store with its writer.
type running struct {
	*Store
	t    testing.TB
	path string
	stop func()
	done chan error
}

func open(t testing.TB, path string, c Config) *running {
	t.Helper()
	s, err := Open(path, c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Store: s, t: t, path: path, stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- s.Run(ctx) }()
	t.Cleanup(r.shut)
	return r
}

func fresh(t testing.TB) *running {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "node.db"), testConfig())
}

// shut stops the writer and checks everything the store holds.
func (r *running) shut() {
	if r.stop == nil {
		return
	}
	r.stop()
	r.stop = nil
	err := <-r.done
	if r.fatal.Load() == nil {
		if err != nil {
			r.t.Errorf("run: %v", err)
		}
		if !r.behind.Load() {
			r.check()
		}
	}
	if err := r.Close(); err != nil {
		r.t.Error(err)
	}
}

func (r *running) check() {
	r.t.Helper()
	if err := r.Scrub(context.Background()); err != nil {
		r.t.Errorf("scrub: %v", err)
	}
	for _, lane := range protocol.Lanes {
		if _, err := r.Verify(lane, testKeys); err != nil {
			r.t.Errorf("verify %s: %v", lane, err)
		}
	}
}

func (r *running) reopen(c Config) *running {
	r.t.Helper()
	r.shut()
	return open(r.t, r.path, c)
}

func (r *running) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) want(code protocol.Code, err error) {
	r.t.Helper()
	if protocol.CodeOf(err) != code {
		r.t.Fatalf("got %v, want %v", err, code)
	}
}

func (r *running) get(ref protocol.Ref) (rec protocol.Record, ok bool) {
	r.t.Helper()
	r.must(r.View(func(tx *ReadTx) (err error) { rec, ok, err = tx.Get(ref); return err }))
	return rec, ok
}

func ctx() context.Context { return context.Background() }

// completed finds the check character that makes a code of head acceptable.
func completed(head string, good func(string) bool) string {
	for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		if s := head + string(c); good(s) {
			return s
		}
	}
	panic("no check character for " + head)
}

var (
	usccHere  = completed("11222400000000001", func(s string) bool { return protocol.CheckUSCC(s) == nil })
	usccThere = completed("11220100000000002", func(s string) bool { return protocol.CheckUSCC(s) == nil })
	citizenID = completed("22240119900307002", func(s string) bool { return protocol.CheckCitizen(s, testAt.Day()) == nil })
	itemHere  = protocol.ItemID(usccHere+"4"+"000123456001", 1)
	itemThere = protocol.ItemID(usccThere+"4"+"000123456002", 1)
)

// province is a hub of one voter without Raft: it judges what the node sends
// and says what a real one would.
type province struct {
	t     testing.TB
	db    *bbolt.DB
	index uint64
	lines [lanes][]wire.Line
	last  [lanes]protocol.Pos
	sent  [lanes]uint64
}

func newProvince(t testing.TB) *province {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "hub.db"), 0o600, &bbolt.Options{NoSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := &province{t: t, db: db}
	for _, lane := range protocol.Lanes {
		p.last[lane].Lane = lane
	}
	p.update(fold.Init)
	p.setUp()
	return p
}

func (p *province) update(fn func(tx *bbolt.Tx) error) {
	p.t.Helper()
	if err := p.db.Update(fn); err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) setUp() {
	p.act("agency", usccHere, "register", protocol.Agency{USCC: usccHere, Name: "延边州人社局", Node: "yanbian"})
	p.act("agency", usccThere, "register", protocol.Agency{USCC: usccThere, Name: "长春市人社局", Node: "changchun"})
	p.publish(itemHere, usccHere, "yanbian")
	p.publish(itemThere, usccThere, "changchun")
	for n := range 2 {
		p.block(uint64(n+1), "yanbian", 1)
	}
	p.block(3, "changchun", 1)
}

func (p *province) block(n uint64, node protocol.NodeID, epoch uint64) {
	p.act("numblock", protocol.BlockID(n), "issue", protocol.NumberBlock{Node: node, Epoch: epoch})
}

func (p *province) publish(id, agency string, node protocol.NodeID) {
	code := id[:31]
	p.act("item", id, "publish", protocol.Item{ImplCode: code, Version: 1, Name: "失业保险金申领", Type: "05", Basis: []string{"失业保险条例"},
		Agency: agency, AgencyName: "人社局", Node: node, CaseType: "promise", Scope: "interprefecture",
		Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays}, Promise: protocol.Limit{N: 10, Unit: protocol.WorkingDays},
		EffectiveAt: protocol.Day{Year: 2026, Month: 1, Dom: 1},
		Targets:     []string{"person"}, Nature: "statutory", Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"},
		Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}, Contact: "000-00000000", Complaints: "12345"}, protocol.Dep{Ref: protocol.Ref{Kind: "agency", ID: agency}, Rev: 1})
	p.act("guide", id, "publish", protocol.Guide{ImplCode: code, Version: 1, Lines: []protocol.MaterialLine{
		{ID: "m1", Name: "身份证", Form: "original", Necessity: "required", Source: "self"},
		{ID: "m2", Name: "解除劳动关系证明", Form: "copy", Necessity: "deferrable", Source: "other", Basis: []string{"《失业保险条例》第十六条"}}}})
}

// act is an act of the hub itself.
func (p *province) act(kind protocol.KindName, id string, act protocol.Act, body any, deps ...protocol.Dep) {
	p.t.Helper()
	p.index++
	p.update(func(tx *bbolt.Tx) error {
		h := protocol.Header{Origin: protocol.Hub, Epoch: 1, Seq: 1, Ref: protocol.Ref{Kind: kind, ID: id}, Act: act, At: testAt, By: "admin", Deps: deps}
		old, judged, no, err := fold.Fold{Level: 1}.Complete(tx, &h, body, 0)
		if err != nil {
			return err
		}
		if no != nil {
			return fmt.Errorf("%s", no)
		}
		changes, err := fold.Fold{Level: 1}.Apply(tx, old, &h, judged, p.index)
		p.announce(protocol.Hub, changes)
		return err
	})
}

func (p *province) announce(origin protocol.NodeID, changes []fold.Change) {
	for _, c := range changes {
		rec := c.Record
		if c.Own && origin == "yanbian" {
			continue
		}
		lane := protocol.Lookup(rec.Ref.Kind).Lane
		if c.After.Has("yanbian") {
			p.lines[lane] = append(p.lines[lane], wire.Line{Index: p.index, What: wire.LineRecord, Record: &rec})
		} else if c.Before.Has("yanbian") {
			p.lines[lane] = append(p.lines[lane], wire.Line{Index: p.index, What: wire.LineErase, Ref: rec.Ref})
		}
	}
}

// feed gives the node all lines it has not seen.
func (p *province) feed(r *running) {
	p.t.Helper()
	for _, lane := range []protocol.Lane{protocol.Bulk, protocol.Urgent} {
		p.t.Helper()
		lines := wire.Lines{Generation: 1, Prev: p.sent[lane], Last: p.index, Lines: p.lines[lane]}
		if payload, err := wire.AppendLines(nil, &lines); err != nil {
			p.t.Fatal(err)
		} else if lines, err = wire.ReadLines(payload); err != nil {
			p.t.Fatal(err)
		}
		r.must(r.Take(ctx(), lane, lines))
		p.sent[lane], p.lines[lane] = p.index, nil
	}
}

// receive takes all the node has to push in a lane, and gives the ack.
func (p *province) receive(r *running, lane protocol.Lane) (ack wire.Ack, ok bool) {
	p.t.Helper()
	b, err := r.ReadBatch(lane, p.last[lane].Seq, wire.MaxBatch)
	r.must(err)
	if len(b.Entries) == 0 {
		return ack, false
	}
	r.must(b.CheckChain(p.last[lane]))
	p.index++
	p.update(func(tx *bbolt.Tx) error {
		for i := range b.Entries {
			e := &b.Entries[i]
			res, err := fold.Fold{Level: 1}.Entry(tx, e, p.index)
			if err != nil {
				return err
			}
			p.announce(e.Origin, res.Changes)
			if res.Verdict.Outcome != protocol.Applied {
				ack.Verdicts = append(ack.Verdicts, res.Verdict)
				if err := p.deny(tx, lane, res.Verdict); err != nil {
					return err
				}
			}
		}
		return nil
	})
	p.last[lane] = b.Checkpoint.Pos
	ack.Lane, ack.Pos, ack.Index = lane, p.last[lane], p.index
	return ack, true
}

// deny puts a verdict into the feed, and behind a refusal what the record is.
func (p *province) deny(tx *bbolt.Tx, lane protocol.Lane, v protocol.Verdict) error {
	p.lines[lane] = append(p.lines[lane], wire.Line{Index: p.index, What: wire.LineVerdict, Verdict: &v})
	if v.Outcome != protocol.RefusedAct {
		return nil
	}
	rec, ok, err := fold.Get(tx, v.Ref)
	line := wire.Line{Index: p.index, What: wire.LineErase, Ref: v.Ref}
	if ok {
		line = wire.Line{Index: p.index, What: wire.LineForce, Record: &rec}
	}
	p.lines[lane] = append(p.lines[lane], line)
	return err
}

// exchange pushes and feeds until both sides are at rest.
func (p *province) exchange(r *running) {
	p.t.Helper()
	for busy := true; busy; {
		busy = false
		for _, lane := range protocol.Lanes {
			ack, ok := p.receive(r, lane)
			if ok {
				r.must(r.Acknowledge(ctx(), ack))
				busy = true
			}
		}
		p.feed(r)
	}
}

// snapshot gives the node's scope as one part each n records.
func (p *province) snapshot(id string) (wire.SnapHead, []protocol.Record) {
	p.t.Helper()
	head := wire.SnapHead{ID: id, Generation: 1, Index: p.index, Level: 1}
	var records []protocol.Record
	var all []byte
	p.update(func(tx *bbolt.Tx) error {
		return fold.Each(tx, "", func(rec protocol.Record) error {
			reach, err := protocol.Lookup(rec.Ref.Kind).Reach(rec.Body)
			if err != nil || !reach.Has("yanbian") && rec.Home != "yanbian" {
				return err
			}
			records, all = append(records, rec), wire.AppendRecord(all, &rec)
			return nil
		})
	})
	head.Count, head.Digest = uint64(len(records)), protocol.HashOf(all)
	for _, lane := range protocol.Lanes {
		head.Last = append(head.Last, p.last[lane])
	}
	return head, records
}

func (p *province) takeSnapshot(r *running, id string) {
	p.t.Helper()
	head, records := p.snapshot(id)
	r.must(r.BeginSnapshot(ctx(), head))
	r.must(r.SnapshotPart(ctx(), records))
	r.must(r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest}))
	for _, lane := range protocol.Lanes {
		p.sent[lane], p.lines[lane] = p.index, nil
	}
}

// equipped is a node that can take in cases.
func equipped(t testing.TB) (*running, *province) {
	t.Helper()
	r, p := fresh(t), newProvince(t)
	p.feed(r)
	return r, p
}

// caseOf is a case as a window would draft it.
func caseOf(item string, idem string) protocol.Case {
	return protocol.Case{Item: item, Idem: idem, Received: protocol.Receipt{Window: "1号窗口"},
		Applicant: protocol.Applicant{Type: "person", Name: "某某", IDType: "citizen", ID: citizenID, FP: "fp-" + idem},
		Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "owed"}}}
}

func ref(kind protocol.KindName, id string) protocol.Ref { return protocol.Ref{Kind: kind, ID: id} }

// receive takes a case in: what a window's acceptance is.
func receive(tx *Tx, item, idem string) (protocol.Record, string, error) {
	c := caseOf(item, idem)
	id, err := tx.NextCaseID()
	if err != nil {
		return protocol.Record{}, "", err
	}
	if c.ReceiptNo, err = tx.NextReceipt(); err != nil {
		return protocol.Record{}, "", err
	}
	rec, err := tx.Act(protocol.Draft{Ref: ref("case", id), Act: "receive", Body: &c, By: "clerk1",
		Deps: tx.Cite(ref("item", item), ref("guide", item), protocol.CalendarRef(2026), protocol.CalendarRef(2027))})
	return rec, c.ReceiptNo, err
}

func (r *running) receive(item, idem string) (rec protocol.Record, no string) {
	r.t.Helper()
	r.must(r.Update(ctx(), func(tx *Tx) (err error) { rec, no, err = receive(tx, item, idem); return err }))
	return rec, no
}

// do is one act on a record.
func (r *running) act(ref protocol.Ref, act protocol.Act, body any, cite ...protocol.Ref) (rec protocol.Record, err error) {
	err = r.Update(ctx(), func(tx *Tx) (err error) {
		rec, err = tx.Act(protocol.Draft{Ref: ref, Act: act, Body: body, By: "clerk1", Deps: tx.Cite(cite...)})
		return err
	})
	return rec, err
}

func number(t testing.TB, receipt string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(receipt[2:12], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (r *running) byIdem(idem string) (rec protocol.Record, ok bool) {
	r.t.Helper()
	r.must(r.View(func(tx *ReadTx) (err error) {
		if refs := tx.ByKey("case", idem); len(refs) == 1 {
			rec, ok, err = tx.Get(refs[0])
		}
		return err
	}))
	return rec, ok
}

// scribe gives acts the document they owe, as a desk does: this package only knows
// that it has a number.
func scribe(tx *Tx, d *protocol.Draft) error {
	c, ok := d.Body.(*protocol.Case)
	if v, plain := d.Body.(protocol.Case); plain {
		c, ok = &v, true
	}
	if !ok || d.Ref.Kind != "case" {
		return nil
	}
	old := &protocol.Case{}
	if rec, had, err := tx.Get(d.Ref); had && err == nil {
		if old, err = protocol.Load[protocol.Case](rec); err != nil {
			return err
		}
	}
	template := protocol.OwedDocument(d.Act, old, old)
	if template == 0 {
		return nil
	}
	serial, err := tx.NextSerial(template)
	if err != nil {
		return err
	}
	wanted := *c
	doc := protocol.Doc{Serial: serial.String(), Version: 1, Agency: "样例机构", Place: "1号窗口", Digest: protocol.Hash{1}}
	if d.Act == "receive" {
		if doc.Code, err = receiptCode(tx, d.Ref.ID, c); err != nil {
			return nil // the judge says what is missing
		}
	}
	if c.Resurrected != nil {
		doc.Code = c.Resurrected.Code
	}
	wanted.Docs = []protocol.Doc{doc}
	d.Body = &wanted
	return nil
}

func receiptCode(tx *Tx, id string, c *protocol.Case) (string, error) {
	r := protocol.ReceiptQR{Case: id, ReceiptNo: c.ReceiptNo, Item: c.Item, Received: tx.Now(), FP: protocol.ShortFP(c.Applicant.FP)}
	if rec, ok, err := tx.Get(ref("guide", c.Item)); ok && err == nil {
		r.Guide = protocol.HashOf(rec.Body)
	}
	text, err := r.Text()
	if err != nil {
		return "", err
	}
	return protocol.SealReceiptQR(text, make([]byte, 64))
}
