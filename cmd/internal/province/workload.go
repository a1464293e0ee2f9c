package province

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
)

// Workload is the people of a province at work, each at a pace of their own.
type Workload struct {
	p      *Province
	ledger *Ledger
	nodes  []protocol.NodeID
	stop   chan struct{}
	people sync.WaitGroup
	once   sync.Once

	mu      sync.Mutex // guards what follows
	items   []string
	filed   int
	cases   []*openCase
	sets    []*openSet
	filings []*openSet
}

// openCase is an application that somebody still has to see to.
type openCase struct {
	ref           protocol.Ref
	from, handler protocol.NodeID
}

// openSet is a changeset or filing that waits for the province.
type openSet struct {
	ref   protocol.Ref
	node  protocol.NodeID
	tries int
}

// registryKeys is how many agency records the hub's clients write at once.
const registryKeys = 3

// Work sets everybody to work until Rest. items are those published already.
func (p *Province) Work(l *Ledger, seed uint64, nodes []protocol.NodeID, items []string) *Workload {
	w := &Workload{p: p, ledger: l, nodes: nodes, stop: make(chan struct{}), items: items, filed: 100}
	for i, n := range nodes {
		c := &clerk{w: w, node: n, window: p.Window(n)}
		w.employ(seed, 10*i, 2500*time.Millisecond, c.step)
		w.employ(seed, 10*i+1, 2*time.Second, (&officer{w, n, p.Department(n)}).step)
		e := &editor{w: w, node: n, agency: sampleUSCC(i + 1), desk: p.Editor(n)}
		w.employ(seed, 10*i+2, 8*time.Second, e.submit)
		w.employ(seed, 10*i+3, 25*time.Second, e.file)
		w.employ(seed, 10*i+4, 2*time.Second, (&reader{w, n}).step)
	}
	for i := range 3 {
		w.employ(seed, 1000+i, 1500*time.Millisecond, (&registrar{w: w, client: i, seen: map[protocol.Ref]uint64{}}).step)
	}
	p.ends = append(p.ends, w.Rest)
	w.employ(seed, 1010, 3*time.Second, w.review)
	w.employ(seed, 1011, 8*time.Second, w.publish)
	w.employ(seed, 1012, 30*time.Second, w.release)
	return w
}

// Rest sends everybody home and waits for the last.
func (w *Workload) Rest() {
	w.once.Do(func() { close(w.stop) })
	w.people.Wait()
}

// employ has somebody act again and again, with a pause around every.
func (w *Workload) employ(seed uint64, who int, every time.Duration, act func(r *rand.Rand)) {
	r := rand.New(rand.NewPCG(seed, uint64(who)))
	w.people.Go(func() {
		for {
			t := time.NewTimer(every/2 + time.Duration(r.Int64N(int64(every))))
			select {
			case <-t.C:
				act(r)
			case <-w.stop:
				t.Stop()
				return
			}
		}
	})
}

// acted notes an act on a record that somebody was told is done.
func (w *Workload) acted(op string, n protocol.NodeID, by string, rec protocol.Record, err error) error {
	if w.ledger.count(op, err) != nil || rec.Rev == 0 {
		return err
	}
	w.ledger.sees(n, w.ledger.life(n), rec)
	if rec.By == by { // else the act had been taken before
		w.ledger.did(Done{Place: n, Ref: rec.Ref, Act: rec.Act, Epoch: rec.Epoch, Rev: rec.Rev, By: by, Seq: w.head(n, rec.Ref)})
	}
	return nil
}

// head is the newest line of a node's lane: an act that was just taken is not
// above it. A place that is down by now has an unknown one.
func (w *Workload) head(n protocol.NodeID, ref protocol.Ref) uint64 {
	nd := w.p.Node(n)
	if nd == nil {
		return ^uint64(0)
	}
	pos, err := nd.Desk().Store.Head(protocol.Lookup(ref.Kind).Lane)
	if err != nil {
		return ^uint64(0)
	}
	return pos.Seq
}

// pick gives a random open case that fits, or nil.
func (w *Workload) pick(r *rand.Rand, fits func(*openCase) bool) *openCase {
	w.mu.Lock()
	defer w.mu.Unlock()
	var some []*openCase
	for _, c := range w.cases {
		if fits(c) {
			some = append(some, c)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return some[r.IntN(len(some))]
}

func (w *Workload) open(c *openCase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cases = append(w.cases, c)
}

func (w *Workload) close(done *openCase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, c := range w.cases {
		if c == done {
			w.cases = append(w.cases[:i], w.cases[i+1:]...)
			return
		}
	}
}

// record reads at a node, noting what was seen.
func (w *Workload) record(n protocol.NodeID, ref protocol.Ref) (protocol.Record, bool) {
	nd, life := w.p.Node(n), w.ledger.life(n)
	if nd == nil {
		return protocol.Record{}, false
	}
	rec, err := nd.Record(ref)
	if err != nil {
		return rec, false
	}
	w.ledger.sees(n, life, rec)
	return rec, true
}

// clerk works at a window.
type clerk struct {
	w      *Workload
	node   protocol.NodeID
	window Window
	forms  int
	last   *form
}

type form struct {
	item, nonce, receipt string
	life                 int
}

func (c *clerk) step(r *rand.Rand) {
	switch k := r.IntN(100); {
	case k < 55:
		c.apply(r)
	case k < 60:
		c.again()
	case k < 72:
		c.onOwn(r, string(protocol.CaseReceived), "hand over", c.window.HandOver, func(o *openCase) bool { return o.handler != c.node })
	case k < 96:
		c.onOwn(r, "", "deliver", c.window.Deliver, func(*openCase) bool { return true })
	default:
		c.onOwn(r, "*", "withdraw", c.window.Withdraw, func(*openCase) bool { return true })
	}
}

func (c *clerk) apply(r *rand.Rand) {
	c.w.mu.Lock()
	item := c.w.items[r.IntN(len(c.w.items))]
	c.w.mu.Unlock()
	c.forms++
	f := &form{item: item, nonce: fmt.Sprint(c.forms), life: c.w.ledger.life(c.node)}
	got, err := c.window.Apply(item, f.nonce, r.IntN(4) > 0)
	if c.w.ledger.count("apply", err) != nil {
		return
	}
	f.receipt, c.last = got.Case.ReceiptNo, f
	who, seq := by(c.node, "clerk"), c.w.head(c.node, got.Ref)
	d := c.w.ledger.did(Done{Place: c.node, Ref: got.Ref, Act: "receive", Epoch: 1, Rev: 1, By: who, Seq: seq})
	c.w.ledger.slip(Slip{Done: d, No: got.Case.ReceiptNo, Handler: got.Case.Handler})
	if got.Case.To != "" {
		c.w.ledger.did(Done{Place: c.node, Ref: got.Ref, Act: "hand_over", Epoch: 2, Rev: 2, By: who, Seq: seq})
		c.w.ledger.count("hand over", nil)
	}
	c.w.open(&openCase{got.Ref, c.node, got.Case.Handler})
}

// again sends the last form once more: it is the same case.
func (c *clerk) again() {
	f := c.last
	if f == nil {
		return
	}
	got, err := c.window.Apply(f.item, f.nonce, true)
	if c.w.ledger.count("apply again", err) != nil {
		return
	}
	if (!got.Before || got.Case.ReceiptNo != f.receipt) && f.life == c.w.ledger.life(c.node) {
		c.w.ledger.accuse("I2: form %s sent twice at %s gave %s and %s", f.nonce, c.node, f.receipt, got.Case.ReceiptNo)
	}
}

// onOwn acts on a case taken in here, when it stands where the act is due.
func (c *clerk) onOwn(r *rand.Rand, state, op string, act func(protocol.Ref) (protocol.Record, error), fits func(*openCase) bool) {
	o := c.w.pick(r, func(o *openCase) bool {
		if o.from != c.node || !fits(o) {
			return false
		}
		now := c.w.p.State(c.node, o.ref)
		switch state {
		case "":
			return now == string(protocol.CaseGranted) || now == string(protocol.CaseDenied)
		case "*":
			return now == string(protocol.CaseReceived) || now == string(protocol.CaseArrived) || now == string(protocol.CaseAccepted)
		}
		return now == state
	})
	if o == nil {
		return
	}
	rec, err := act(o.ref)
	c.w.acted(op, c.node, by(c.node, "clerk"), rec, err)
}

// officer works in a department.
type officer struct {
	w    *Workload
	node protocol.NodeID
	desk Department
}

func (o *officer) step(r *rand.Rand) {
	c := o.w.pick(r, func(c *openCase) bool { return c.handler == o.node })
	if c == nil {
		return
	}
	rec, ok := o.w.record(o.node, c.ref)
	if !ok {
		return
	}
	switch state := protocol.CaseState(stateOf(rec)); {
	case !state.Open():
		o.w.close(c)
	case rec.Home != o.node:
	case state == protocol.CaseReceived || state == protocol.CaseArrived:
		if r.IntN(8) == 0 {
			o.take("refuse", "acceptor", o.desk.Refuse, c.ref)
			return
		}
		o.take("accept", "acceptor", o.desk.Accept, c.ref)
	case state == protocol.CaseAccepted:
		if r.IntN(5) == 0 {
			o.take("deny", "decider", o.desk.Deny, c.ref)
			return
		}
		o.take("grant", "decider", o.desk.Grant, c.ref)
	}
}

func (o *officer) take(op, login string, act func(protocol.Ref) (protocol.Record, error), ref protocol.Ref) {
	rec, err := act(ref)
	o.w.acted(op, o.node, by(o.node, login), rec, err)
}

// reader looks at cases again and again.
type reader struct {
	w    *Workload
	node protocol.NodeID
}

func (rd *reader) step(r *rand.Rand) {
	for range 3 {
		if c := rd.w.pick(r, func(c *openCase) bool { return c.from == rd.node || c.handler == rd.node }); c != nil {
			if _, ok := rd.w.record(rd.node, c.ref); ok {
				rd.w.ledger.count("read", nil)
			}
		}
	}
}

// editor keeps the catalogue and the items of an agency.
type editor struct {
	w      *Workload
	node   protocol.NodeID
	agency string
	desk   Editor
	rev    int
}

func (e *editor) submit(r *rand.Rand) {
	e.rev++
	first, n := r.IntN(30), 1+r.IntN(3)
	var drafts []desk.EntryDraft
	for i := range n {
		drafts = append(drafts, entryDraft(e.agency, first+i+1, e.rev))
	}
	set, err := e.desk.Submit(drafts...)
	if e.w.acted("submit entries", e.node, by(e.node, "editor"), set, err) != nil {
		return
	}
	passed, err := e.desk.FirstReview(set.Ref)
	if e.w.acted("first review", e.node, by(e.node, "reviewer"), passed, err) != nil {
		return
	}
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	e.w.sets = append(e.w.sets, &openSet{ref: set.Ref, node: e.node})
}

func (e *editor) file(*rand.Rand) {
	e.w.mu.Lock()
	e.w.filed++
	n := e.w.filed
	e.w.mu.Unlock()
	rec, err := e.desk.FileItem(filing(e.agency, n))
	if e.w.acted("file item", e.node, by(e.node, "editor"), rec, err) != nil {
		return
	}
	e.w.mu.Lock()
	defer e.w.mu.Unlock()
	e.w.filings = append(e.w.filings, &openSet{ref: rec.Ref, node: e.node})
}
