package province

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"xiangyun/protocol"
)

// Ledger is what the people of a province remember: what they were told and
// when. The invariants are checked against it.
type Ledger struct {
	mu     sync.Mutex // guards what follows
	clock  int64      // orders invocations and answers
	ops    map[string]*Count
	oks    []time.Time
	done   []*Done
	slips  []*Slip
	writes []porcupine.Operation
	seen   map[sight]stand
	lives  map[protocol.NodeID]int
	wrong  []string // what nobody should have been told
}

// Count is how often an operation ended how.
type Count struct{ OK, Refused, Away, Unknown int }

// Done is an act that its author was told is done.
type Done struct {
	Place protocol.NodeID
	Ref   protocol.Ref
	Act   protocol.Act
	Epoch uint64 // of the record, after the act
	Rev   uint64
	By    string
	Seq   uint64 // not above it in the place's lane
	Life  int    // of the place: a lost or older disk begins a new one
	Maybe bool   // the disk it was on is gone, and the hub may not have had it yet
}

// Slip is a printed receipt.
type Slip struct {
	*Done
	No      string
	Handler protocol.NodeID
}

type sight struct {
	place protocol.NodeID
	life  int
	ref   protocol.Ref
}

type stand struct{ epoch, rev uint64 }

func newLedger() *Ledger {
	return &Ledger{ops: map[string]*Count{}, seen: map[sight]stand{}, lives: map[protocol.NodeID]int{}}
}

// tick gives a moment later than all before.
func (l *Ledger) tick() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clock++
	return l.clock
}

// count notes how an operation ended and passes its error on.
func (l *Ledger) count(op string, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.ops[op]
	if c == nil {
		c = &Count{}
		l.ops[op] = c
	}
	switch {
	case err == nil:
		c.OK++
		l.oks = append(l.oks, time.Now())
	case unknown(err):
		c.Unknown++
	case protocol.CodeOf(err) == protocol.Refused || protocol.CodeOf(err) == protocol.Gone:
		c.Refused++
	default:
		c.Away++
	}
	return err
}

// unknown tells an outcome that nobody knows: neither success nor failure (proof.md h).
func unknown(err error) bool {
	return protocol.CodeOf(err) == protocol.Unknown || errors.Is(err, context.DeadlineExceeded)
}

// okBetween counts what succeeded in a span of time.
func (l *Ledger) okBetween(from, to time.Time) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.oks {
		if !t.Before(from) && t.Before(to) {
			n++
		}
	}
	return n
}

// did notes an act that was confirmed to its author.
func (l *Ledger) did(d Done) *Done {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.Life = l.lives[d.Place]
	l.done = append(l.done, &d)
	return &d
}

func (l *Ledger) slip(s Slip) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slips = append(l.slips, &s)
}

// life is how often a place's disk was lost or rolled back.
func (l *Ledger) life(n protocol.NodeID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lives[n]
}

// lost begins a new life of a place: what its hub had not acknowledged may be
// gone (replication.T5). acked is per lane; nil says that nothing of this life
// counts, because it was lived on an old disk.
func (l *Ledger) lost(n protocol.NodeID, acked map[protocol.Lane]uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.done {
		if d.Place == n && d.Life == l.lives[n] && (acked == nil || d.Seq > acked[protocol.Lookup(d.Ref.Kind).Lane]) {
			d.Maybe = true
		}
	}
	l.lives[n]++
}

// sees checks that whoever reads at a place never sees a record go back
// (proof.I5); it covers reading one's own writes.
func (l *Ledger) sees(n protocol.NodeID, life int, rec protocol.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if life != l.lives[n] {
		return // the disk was changed between the read and now
	}
	key, now := sight{n, life, rec.Ref}, stand{rec.Epoch, rec.Rev}
	was := l.seen[key]
	if now.epoch < was.epoch || now.epoch == was.epoch && now.rev < was.rev {
		l.wrong = append(l.wrong, fmt.Sprintf("I5: %s went back at %s from %v to %v", rec.Ref, n, was, now))
		return
	}
	l.seen[key] = now
}

func (l *Ledger) accuse(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}
