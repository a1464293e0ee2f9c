package hub

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
)

// view is what an entry of a test cites: records as the hub has them.
type view struct {
	b    *bureau
	deps []protocol.Dep
}

func (v view) Level() uint16 { return 1 }

func (v view) Cited(ref protocol.Ref) (protocol.Record, bool) {
	if !slices.ContainsFunc(v.deps, func(d protocol.Dep) bool { return d.Ref == ref }) {
		return protocol.Record{}, false
	}
	rec, ok, err := v.b.fsm.Record(ref)
	if err != nil {
		v.b.t.Fatal(err)
	}
	return rec, ok
}

// act takes an act of the law at a node, on the record as the node knows it; the
// entry waits in the node's queue.
func (p *pen) act(ref protocol.Ref, act protocol.Act, at protocol.Instant, want any, cites ...protocol.Ref) {
	p.b.t.Helper()
	h := protocol.Header{Ref: ref, Act: act, Rev: 1, RecEpoch: 1, Origin: p.id, Epoch: 1, Lane: protocol.Urgent,
		Seq: p.last.Seq + 1, Prev: p.last.Hash, At: at, AtErr: 5, By: string(p.id) + ":clerk", Feature: 1}
	for _, ref := range cites {
		if rec, ok, err := p.b.fsm.Record(ref); err != nil {
			p.b.t.Fatal(err)
		} else if ok {
			h.Deps = append(h.Deps, protocol.Dep{Ref: ref, Rev: rec.Rev})
		}
	}
	old := p.known(ref)
	if old != nil {
		h.Rev, h.RecEpoch = old.Rev+1, old.Epoch
	}
	if c, ok := want.(protocol.Case); ok {
		want = p.withPaper(&h, old, c)
	}
	judged, no, err := protocol.Lookup(ref.Kind).Complete(old, &h, want, view{p.b, h.Deps})
	if err != nil || no != nil {
		p.b.t.Fatalf("%s %s: %v %v", act, ref, no, err)
	}
	p.seal(&h, judged.Body)
	p.recs[ref.String()] = protocol.Record{Ref: ref, Rev: h.Rev, Epoch: h.RecEpoch, Home: judged.Home, Body: judged.Body}
}

// withPaper gives the wanted case the document that the act owes, with nobody's
// signature on a receipt: judges read the words.
func (p *pen) withPaper(h *protocol.Header, rec *protocol.Record, want protocol.Case) protocol.Case {
	p.b.t.Helper()
	old := &protocol.Case{}
	if rec != nil {
		var err error
		if old, err = protocol.Load[protocol.Case](*rec); err != nil {
			p.b.t.Fatal(err)
		}
	}
	template := protocol.OwedDocument(h.Act, old, old)
	if template == 0 {
		return want
	}
	p.papers++
	d := protocol.Doc{Version: 1, Agency: "样例机构", Place: "样例窗口", Digest: protocol.Hash{9},
		Serial: protocol.Serial{Place: "222400", Template: template, Year: h.At.Time().Year(), Ordinal: 7, Counter: p.papers}.String()}
	if template == 1 {
		d.Code = p.receiptCode(h, want)
	}
	want.Docs = []protocol.Doc{d}
	return want
}

func (p *pen) receiptCode(h *protocol.Header, c protocol.Case) string {
	p.b.t.Helper()
	guide, _, err := p.b.fsm.Record(protocol.Ref{Kind: "guide", ID: c.Item})
	if err != nil {
		p.b.t.Fatal(err)
	}
	r := protocol.ReceiptQR{Case: h.Ref.ID, ReceiptNo: c.ReceiptNo, Item: c.Item, Guide: protocol.HashOf(guide.Body), Received: h.At,
		FP: protocol.ShortFP(c.Applicant.FP), Materials: protocol.MaterialsDigest(c.Materials), Certificate: [16]byte{1}}
	text, err := r.Text()
	if err != nil {
		p.b.t.Fatal(err)
	}
	code, err := protocol.SealReceiptQR(text, make([]byte, 64))
	if err != nil {
		p.b.t.Fatal(err)
	}
	return code
}

// known is a record as the node has it: what it wrote itself, or what the feed
// has brought since.
func (p *pen) known(ref protocol.Ref) *protocol.Record {
	mine, wrote := p.recs[ref.String()]
	rec, ok, err := p.b.fsm.Record(ref)
	switch {
	case err != nil:
		p.b.t.Fatal(err)
	case ok && (!wrote || rec.Newer(&mine)):
		return &rec
	case wrote:
		return &mine
	}
	return nil
}

const (
	receives protocol.NodeID = "yanbian"
	decides  protocol.NodeID = "changchun"
)

// service publishes an item of changchun that every window may take in.
func (b *bureau) service() (item protocol.Ref) {
	b.t.Helper()
	agency := protocol.Ref{Kind: "agency", ID: uscc(1)}
	code := uscc(1) + "3" + "442199806003"
	item = protocol.Ref{Kind: "item", ID: protocol.ItemID(code, 1)}
	days := func(n int) protocol.Limit { return protocol.Limit{N: n, Unit: protocol.WorkingDays} }
	b.must(protocol.Draft{Ref: agency, Act: "register", By: "hub:op", Body: protocol.Agency{USCC: uscc(1), Name: "样例机构", Node: decides}})
	b.must(protocol.Draft{Ref: item, Act: "publish", By: "hub:op", Deps: cite(agency), Body: protocol.Item{ImplCode: code, Version: 1, Name: "样例事项", Type: "05",
		Basis: []string{"社会救助暂行办法"}, Agency: uscc(1), AgencyName: "样例机构", Node: decides, CaseType: "promise", Scope: "interprefecture", Legal: days(20),
		Promise: days(10), Visits: 1, EffectiveAt: protocol.Day{Year: 2000, Month: 1, Dom: 1}, C1: protocol.C1Deemed, Targets: []string{"person"}, Nature: "statutory",
		Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"}, Contact: "000-00000000", Complaints: "12345",
		Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}}})
	b.must(protocol.Draft{Ref: guideRef(item), Act: "publish", By: "hub:op", Body: protocol.Guide{ImplCode: code, Version: 1,
		Lines: []protocol.MaterialLine{{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", Source: "self", NeedsPaper: "《档案法》第十条"}}}})
	return item
}

func guideRef(item protocol.Ref) protocol.Ref { return protocol.Ref{Kind: "guide", ID: item.ID} }

func caseRef(id string) protocol.Ref { return protocol.Ref{Kind: "case", ID: id} }

func calendars() []protocol.Ref {
	return []protocol.Ref{protocol.CalendarRef(2026), protocol.CalendarRef(2027)}
}

// receive takes in a case for the n-th made-up applicant.
func (p *pen) receive(id string, n int, at protocol.Instant, item protocol.Ref, object string) protocol.Ref {
	p.b.t.Helper()
	ref := caseRef(id)
	number, err := protocol.ReceiptNo(uint64(p.last.Seq + 1))
	if err != nil {
		p.b.t.Fatal(err)
	}
	p.act(ref, "receive", at, protocol.Case{ReceiptNo: number, Item: item.ID, ObjectKey: object, Idem: id, Received: protocol.Receipt{Window: "1号窗口"},
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", FP: protocol.Hash{byte(n)}.String()},
		Materials: []protocol.Material{{Line: "m1", Presence: "present", Copies: 1}}}, append(calendars(), item, guideRef(item))...)
	return ref
}

func (p *pen) handOver(ref protocol.Ref, at protocol.Instant) {
	p.b.t.Helper()
	p.act(ref, "hand_over", at, protocol.Case{}, protocol.Ref{Kind: "agency", ID: uscc(1)})
}

func morning(month time.Month, dom, hour int) protocol.Instant {
	return protocol.At(time.Date(2026, month, dom, hour, 0, 0, 0, protocol.Beijing))
}

// TestY04WhoHeldItWhenK1RanOut is K1 of a case received on a Monday: it ends with
// the next Monday, the 9th. S-04's card goes to who held it then.
func TestY04WhoHeldItWhenK1RanOut(t *testing.T) {
	lapse := protocol.Day{Year: 2026, Month: time.March, Dom: 9}.End()
	for _, row := range []struct {
		name  string
		story func(b *bureau, a, c *pen, ref protocol.Ref)
		owner protocol.NodeID
	}{
		{"the window's place, which never handed it over", func(*bureau, *pen, *pen, protocol.Ref) {}, receives},
		{"the window's place: the hand-over reached the hub after the lapse", func(b *bureau, a, _ *pen, ref protocol.Ref) {
			a.handOver(ref, morning(time.March, 3, 9))
			b.at(lapse + hours(1))
			a.push(10)
		}, receives},
		{"the hub: the deciding place is down", func(b *bureau, a, _ *pen, ref protocol.Ref) {
			a.handOver(ref, morning(time.March, 3, 9))
			b.at(morning(time.March, 3, 10))
			a.push(10)
		}, protocol.Hub},
		{"the deciding place, which acknowledged", func(b *bureau, a, c *pen, ref protocol.Ref) {
			a.handOver(ref, morning(time.March, 3, 9))
			b.at(morning(time.March, 3, 10))
			a.push(10)
			c.act(ref, "acknowledge", morning(time.March, 3, 11), protocol.Case{}, calendars()...)
			c.push(10)
		}, decides},
		{"the hub: the deciding place acknowledged after the lapse", func(b *bureau, a, c *pen, ref protocol.Ref) {
			a.handOver(ref, morning(time.March, 3, 9))
			b.at(morning(time.March, 3, 10))
			a.push(10)
			b.at(lapse + hours(1))
			c.act(ref, "acknowledge", lapse+hours(1), protocol.Case{}, calendars()...)
			c.push(10)
		}, protocol.Hub},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBureau(t, receives, decides)
			item := b.service()
			a, c := b.pens[receives], b.pens[decides]
			ref := a.receive("yanbian-1-1", 1, monday, item, "")
			a.push(10)
			row.story(b, a, c, ref)
			b.at(lapse + hours(2))
			b.at(lapse + hours(3))
			b.round()
			card := b.cardOf(ref, protocol.K1, 1, protocol.Red)
			if card == nil || card.Owner != row.owner || card.Due != lapse || card.Place != receives {
				t.Fatalf("%+v", card)
			}
			if card.Agency != uscc(1) || card.Title != "样例事项 · 一次性告知已超期" {
				t.Errorf("says %q of %s", card.Title, card.Agency)
			}
		})
	}
}

// TestS04NobodyActedInFiveDays: the case counts as accepted from its receipt, and
// that comes with a card, which the act itself does not take back.
func TestS04NobodyActedInFiveDays(t *testing.T) {
	b := newBureau(t, receives, decides)
	item := b.service()
	p := b.pens[receives]
	ref := p.receive("yanbian-1-1", 1, monday, item, "")
	p.push(10)
	lapse := protocol.Day{Year: 2026, Month: time.March, Dom: 9}.End()
	b.at(lapse)
	b.round()
	p.act(ref, "deem_accept", lapse+1000, protocol.Case{}, append(calendars(), item)...)
	p.push(10)
	b.round()
	if c := b.cardOf(ref, protocol.K1, 1, protocol.Red); c == nil || c.State != protocol.CardOpen || c.Owner != receives || c.Stopped != lapse+1000 {
		t.Fatalf("%+v", c)
	}
}

// TestY06TheCardReachesWhomItConcerns: its owner and the receiving place, and
// nobody else.
func TestY06TheCardReachesWhomItConcerns(t *testing.T) {
	b := newBureau(t, receives, decides, "jilin")
	item := b.service()
	a, c := b.pens[receives], b.pens[decides]
	ref := a.receive("yanbian-1-1", 1, monday, item, "")
	a.handOver(ref, monday+hours(1))
	b.at(monday + hours(1))
	a.push(10)
	c.act(ref, "acknowledge", monday+hours(2), protocol.Case{}, calendars()...)
	c.push(10)
	lapse := protocol.Day{Year: 2026, Month: time.March, Dom: 9}.End()
	b.at(lapse)
	b.round()
	card := cardRef(protocol.CardID(ref, protocol.K1, 1, protocol.Red))
	for node, gets := range map[protocol.NodeID]bool{receives: true, decides: true, "jilin": false} {
		if got := b.fed(node)[card]; got != gets {
			t.Errorf("%s gets the card: %v", node, got)
		}
	}
}

// fed is what a node finds in its whole feed.
func (b *bureau) fed(node protocol.NodeID) map[protocol.Ref]bool {
	b.t.Helper()
	found := make(map[protocol.Ref]bool)
	for after := uint64(0); ; {
		l, err := b.fsm.Lines(node, protocol.Urgent, cursorAt(b.fsm.Generation(), after), 1<<20)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, line := range l.Lines {
			if line.Record != nil {
				found[line.Record.Ref] = true
			}
		}
		if l.Last == after {
			return found
		}
		after = l.Last
	}
}

// TestP08TheCourierIsSilent: three days without a sign of life give the giver a
// card; a scan in time gives none, and a new silence is another card.
func TestP08TheCourierIsSilent(t *testing.T) {
	b := newBureau(t, receives, decides)
	item := b.service()
	a := b.pens[receives]
	of := a.receive("yanbian-1-1", 1, monday, item, "")
	a.handOver(of, monday+1)
	a.push(10)
	parcel := protocol.Ref{Kind: "parcel", ID: "yanbian-1-2"}
	a.act(parcel, "open", monday+hours(1), protocol.Parcel{Case: of.ID, List: []protocol.Original{{Line: "m1", Name: "申请书", Count: 1}},
		Opened: protocol.Signing{Name: "申请人甲", Sign: "blob-2"}}, append(calendars(), of, guideRef(item))...)
	a.act(parcel, "seal", monday+hours(2), protocol.Parcel{Seal: "yanbian-000001"})
	a.act(parcel, "dispatch", monday+hours(3), protocol.Parcel{To: decides, Legs: []protocol.Leg{{Tracking: "EMS000000001"}}})
	a.push(10)
	first, second := march(5).End(), march(8).End()
	b.at(first)
	b.round()
	if c := b.want(parcel, protocol.KCourier, protocol.Red, protocol.CardProvisional, receives); c.Due != first {
		t.Errorf("P-08: due %s", c.Due)
	}
	c := b.pens[decides]
	c.act(parcel, "scan", first-1, protocol.Parcel{Legs: []protocol.Leg{{Scans: []protocol.Scan{{Text: "已到长春"}}}}})
	c.push(10)
	b.round()
	b.want(parcel, protocol.KCourier, protocol.Red, protocol.CardVoid, receives)
	b.at(second)
	b.round()
	if c := b.cardOf(parcel, protocol.KCourier, 2, protocol.Red); c == nil || c.Owner != receives || c.Due != second {
		t.Errorf("P-08, silent again: %+v", c)
	}
}

// TestT05TheTasksOwnClock: a child authority that is silent has its own card, and
// the lead sees it.
func TestT05TheTasksOwnClock(t *testing.T) {
	b := newBureau(t, receives, decides)
	task := protocol.Ref{Kind: "task", ID: "changchun-1-9"}
	body, err := json.Marshal(protocol.Task{Case: "changchun-1-1", Lead: decides, Agency: uscc(2), AgencyName: "样例机构二", Node: receives, Question: "是否同意",
		Due: march(6), Opened: monday, State: protocol.TaskOpen})
	if err != nil {
		t.Fatal(err)
	}
	rec := protocol.Record{Ref: task, Rev: 1, Epoch: 1, Home: receives, At: monday, Body: body}
	held, err := b.custody(rec)
	if err != nil || held.At(march(6).End()) != receives {
		t.Errorf("T-05: %+v %v", held, err)
	}
	card := protocol.Card{On: task, Clock: protocol.K3, Colour: protocol.Red}
	if err := describe(&card, rec); err != nil || card.Place != decides || card.Agency != uscc(2) {
		t.Errorf("T-05: %+v %v", card, err)
	}
	if run, err := protocol.Occurrence(rec, protocol.K3); err != nil || run != 1 {
		t.Errorf("T-05: run %d %v", run, err)
	}
}
