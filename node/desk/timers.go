package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// dueAtOnce is how many records one look at the clock takes up.
const dueAtOnce = 4096

// putOff is how long the steward leaves what a rule forbade: what the rule waits
// for (a day, an answer) comes as a change, or takes longer.
const putOff = time.Hour

// Due names what this place must see to by itself now, and when to look again at
// the latest; 0 is when something changes. Steward does it.
func (d *Desk) Due(ctx context.Context) (refs []protocol.Ref, next protocol.Instant, err error) {
	now := d.Store.Now()
	d.put.expire(now)
	all, next, err := d.Store.Waking(ctx, now, dueAtOnce+d.put.len())
	if err != nil {
		return nil, 0, err
	}
	for _, ref := range all {
		if at := d.put.until(ref); at <= now {
			refs = append(refs, ref)
		} else if next == 0 || at < next {
			next = at
		}
	}
	return refs, next, nil
}

// later remembers until when a record is left alone.
type later struct {
	mu sync.Mutex // guards at
	at map[protocol.Ref]protocol.Instant
}

func (l *later) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.at)
}

func (l *later) until(ref protocol.Ref) protocol.Instant {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at[ref]
}

func (l *later) put(ref protocol.Ref, at protocol.Instant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == nil {
		l.at = map[protocol.Ref]protocol.Instant{}
	}
	l.at[ref] = at
}

// expire forgets what is left alone no longer: whoever else saw to it does not say so.
func (l *later) expire(now protocol.Instant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.at, func(_ protocol.Ref, at protocol.Instant) bool { return at <= now })
}

func (l *later) done(ref protocol.Ref) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.at, ref)
}

// effectDue stops a person's act: the law has done something with the case that
// nobody has recorded yet.
type effectDue struct {
	ref protocol.Ref
	rev uint64
	act protocol.Act
}

func (e *effectDue) Error() string { return fmt.Sprintf("G-13: %s of %s is due", e.act, e.ref) }

// effectFirst is G-13: a lawful effect is recorded before any other act.
func (d *Desk) effectFirst(tx *store.Tx, on protocol.Ref) error {
	if on.Kind != "case" {
		return nil
	}
	rec, ok, err := tx.Get(on)
	if err != nil || !ok || rec.Home != d.Node {
		return err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return err
	}
	if act := c.Effect(tx.Now()); act != "" && !d.Store.ClockDoubted() {
		return &effectDue{on, rec.Rev, act}
	}
	return nil
}

// recordEffect records what is due, unless a rule says that it is not yet (C-09c),
// and gives the revision of the case then.
func (d *Desk) recordEffect(ctx context.Context, due *effectDue) (rev uint64, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		rec, err := d.turn(tx, due.ref, due.act, protocol.Case{})
		rev = rec.Rev
		return err
	})
	if protocol.CodeOf(err) == protocol.Refused {
		return due.rev, nil
	}
	return rev, err
}

// turn writes what the system itself does with a case.
func (d *Desk) turn(tx *store.Tx, ref protocol.Ref, act protocol.Act, want protocol.Case) (protocol.Record, error) {
	c, rec, err := load[protocol.Case](&tx.ReadTx, ref)
	if err != nil {
		return rec, err
	}
	a := &around{tx: &tx.ReadTx, now: tx.Now(), ref: ref, c: c, want: &want}
	return tx.Act(protocol.Draft{Ref: ref, Act: act, Body: want, By: steward, Rev: rec.Rev, Deps: a.deps(act)})
}

// dates reports whether an act may be taken by the clock as it is (G-12). What
// begins, stops or moves no clock may; and to sign for what arrived waits for no
// clock, because somebody must answer for it.
func (d *Desk) dates(act protocol.Act) bool {
	return !d.Store.ClockDoubted() || slices.Contains([]protocol.Act{"acknowledge", "assign", "opine", "amend"}, act)
}

// dated is G-12 for a person's act.
func (d *Desk) dated(act protocol.Act, ref protocol.Ref) error {
	if d.dates(act) {
		return nil
	}
	return &protocol.Fault{Code: protocol.Refused, Op: "case." + string(act), Ref: ref, Rule: "G-12",
		Text: "本机时钟与标准时间相差超过 5 分钟,且未经省级校准,不能办理会产生时限的操作;请校准时钟或恢复联网后再办"}
}
