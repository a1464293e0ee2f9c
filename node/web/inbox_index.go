package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// inbox holds the open cases of this place in memory, in the order of their
// deadlines, so that a list with exact counts costs a walk through what is open
// and not through a million cases (W-01). It is read once and then told what
// changed; nothing runs in the background: whoever looks brings it up to date.
// It is safe for concurrent use.
type inbox struct {
	mu      sync.Mutex // guards the rest
	open    map[string]*inboxLine
	order   []spot        // of open, earliest due first, those without a day last
	groups  map[group]int // → its number
	changes Changes
	whole   bool // all was read, and every change that was told since
}

// inboxLine is what a list shows of a case; it is never changed once it is in the
// list. The case is slim: without form, materials and other papers.
type inboxLine struct {
	id        string
	rev       uint64
	home      protocol.NodeID
	c         protocol.Case
	applicant string // masked: lists show no more (§16)
	clock     protocol.ClockID
	day       protocol.Day // the earliest due day; none while paused
	start     protocol.Day
	twin      bool   // an open duplicate mark names it
	text      string // what typing is compared with
}

// spot is a line in its place, with what counting needs beside each other: a walk
// through 50,000 of them touches no line but those it shows.
type spot struct {
	*inboxLine
	ends  protocol.Instant // of the day that is due; 0 for none
	group int
}

// group is all of a case that says whose it is to move: two cases of one group
// are in the same tabs for the same person, but for their days.
type group struct {
	home, handler, window, to protocol.NodeID
	agency, mode              string
	state                     protocol.CaseState
}

// walk shows the open cases as they are now, in order, and how many groups there
// are. Nobody else looks meanwhile, so fn is short and keeps nothing of the list.
// What is read is for all who look: it is not given up because one goes away.
func (b *inbox) walk(ctx context.Context, from Reader, fn func(list []spot, groups int)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.follow(context.WithoutCancel(ctx), from); err != nil {
		b.whole = false // what was told and not read would be missing for good
		return err
	}
	fn(b.order, len(b.groups))
	return nil
}

func (l *inboxLine) compare(o *inboxLine) int {
	return cmp.Or(laterDay(l.day, o.day), cmp.Compare(l.c.Received.At, o.c.Received.At), cmp.Compare(l.id, o.id))
}

func (s spot) compare(o spot) int { return s.inboxLine.compare(o.inboxLine) }

// put keeps a line in place of the one of the same case.
func (b *inbox) put(l *inboxLine) {
	b.drop(l.id)
	b.open[l.id] = l
	if b.order != nil { // else they are put in order together
		at := b.spot(l)
		i, _ := slices.BinarySearchFunc(b.order, at, spot.compare)
		b.order = slices.Insert(b.order, i, at)
	}
}

func (b *inbox) spot(l *inboxLine) spot {
	if b.groups == nil {
		b.groups = map[group]int{}
	}
	g := group{l.home, l.c.Handler, l.c.Received.Node, l.c.To, l.c.Agency, l.c.Mode, l.c.State}
	n, known := b.groups[g]
	if !known {
		n = len(b.groups)
		b.groups[g] = n
	}
	at := spot{inboxLine: l, group: n}
	if !l.day.IsZero() {
		at.ends = l.day.End()
	}
	return at
}

func (b *inbox) drop(id string) {
	old := b.open[id]
	if old == nil {
		return
	}
	delete(b.open, id)
	if at, found := slices.BinarySearchFunc(b.order, spot{inboxLine: old}, spot.compare); found {
		b.order = slices.Delete(b.order, at, at+1)
	}
}

func laterDay(a, b protocol.Day) int {
	switch {
	case a == b:
		return 0
	case a.IsZero() || !b.IsZero() && b.Before(a):
		return 1
	}
	return -1
}

// atOnce is long enough to hear of what is waiting to be told.
const atOnce = time.Millisecond

func (b *inbox) follow(ctx context.Context, from Reader) error {
	if !b.whole {
		return b.begin(ctx, from)
	}
	for {
		wait, cancel := context.WithTimeout(ctx, atOnce)
		refs, err := b.changes.Next(wait)
		cancel()
		switch {
		case protocol.CodeOf(err) == protocol.Gap:
			return b.begin(ctx, from)
		case err != nil: // nothing more to hear
			return nil
		}
		if err := b.update(ctx, from, refs); err != nil {
			return err
		}
	}
}

// begin reads everything: cases with a running clock by their deadlines, which
// are never a moment behind, and all by their state, for clocks that stand still.
func (b *inbox) begin(ctx context.Context, from Reader) error {
	if b.changes == nil {
		b.changes = from.Watch()
	}
	b.open, b.order, b.groups = map[string]*inboxLine{}, nil, nil
	var refs []protocol.Ref
	for at := protocol.Instant(0); ; {
		next, err := from.Lapses(at, forever, 1)
		if err != nil {
			return err
		}
		if len(next) == 0 {
			break
		}
		at = next[0].At
		same, err := from.Lapses(at-1, at, maxSame)
		if err != nil {
			return err
		}
		for _, l := range same {
			refs = append(refs, l.Ref)
		}
	}
	for _, s := range protocol.CaseStates {
		if !s.State.Open() {
			continue
		}
		more, err := inState(ctx, from, s.State)
		if err != nil {
			return err
		}
		refs = append(refs, more...)
	}
	if err := b.update(ctx, from, refs); err != nil {
		return err
	}
	b.arrange()
	b.whole = true
	return nil
}

// arrange puts everything in order at once.
func (b *inbox) arrange() {
	b.order = make([]spot, 0, len(b.open))
	for _, l := range b.open {
		b.order = append(b.order, b.spot(l))
	}
	slices.SortFunc(b.order, spot.compare)
}

const (
	forever = protocol.Instant(1) << 52
	maxSame = 1 << 20 // cases that are due at one midnight
)

func inState(ctx context.Context, from Reader, state protocol.CaseState) (refs []protocol.Ref, err error) {
	for q := (console.Query{Kind: "case", State: string(state), Limit: 200}); ; {
		found, err := from.Search(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list cases: %w", err)
		}
		for _, h := range found.Hits {
			refs = append(refs, h.Ref)
		}
		if q.After = found.Next; q.After == "" {
			return refs, nil
		}
	}
}

func (b *inbox) update(ctx context.Context, from Reader, refs []protocol.Ref) error {
	done := map[string]bool{}
	for i := 0; i < len(refs); i++ {
		ref := refs[i]
		switch {
		case ref.Kind == "dupmark":
			if m, err := console.Find[protocol.Dupmark](from, ref); err == nil && m != nil {
				for _, c := range m.Cases {
					refs = append(refs, protocol.Ref{Kind: "case", ID: c.ID})
				}
			}
		case ref.Kind == "case" && !done[ref.ID]:
			done[ref.ID] = true
			if err := b.reload(ctx, from, ref); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *inbox) reload(ctx context.Context, from Reader, ref protocol.Ref) error {
	b.drop(ref.ID)
	rec, ok, err := from.Get(ref)
	if err != nil || !ok || rec.Body == nil {
		return err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return fmt.Errorf("read %s: %w", ref, err)
	}
	if !c.State.Open() {
		return nil
	}
	l := &inboxLine{id: ref.ID, rev: rec.Rev, home: rec.Home, applicant: console.Mask(&c.Applicant)}
	for _, k := range c.Clocks() {
		if day := dueDay(c, k.ID); !day.IsZero() && (l.day.IsZero() || day.Before(l.day)) {
			l.clock, l.day, l.start = k.ID, day, k.Start
		}
	}
	found, err := from.Search(ctx, console.Query{Kind: "dupmark", Key: ref.ID})
	if err != nil {
		return err
	}
	l.twin = slices.ContainsFunc(found.Hits, func(h console.Hit) bool { return h.State == protocol.DupOpen })
	l.c = *c
	l.c.Applicant, l.c.Form, l.c.Materials, l.c.Opinions, l.c.Rest, l.c.Agent = protocol.Applicant{}, nil, nil, nil, protocol.Rest{}, nil
	l.text = strings.ToLower(strings.Join([]string{c.ReceiptNo, c.No, l.id, c.ItemName, c.AgencyName, l.applicant}, "\n"))
	b.put(l)
	return nil
}

// dueDay is the stored day of a running clock.
func dueDay(c *protocol.Case, id protocol.ClockID) protocol.Day {
	switch id {
	case protocol.K1:
		return c.Due.K1
	case protocol.K2:
		return c.Due.K2
	case protocol.K3:
		return c.Due.K3
	case protocol.K4:
		return c.Due.K4
	case protocol.K5p:
		return c.Due.K5p
	case protocol.K5r:
		return c.Due.K5r
	case protocol.K5b:
		return c.Due.K5b
	case protocol.K8:
		return c.Due.K8
	case protocol.K9:
		return c.Due.K9
	}
	return protocol.Day{}
}
