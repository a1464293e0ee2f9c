package fsm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// Wait is a colour of a clock that calls for a card, or whose card is not sure
// yet (cases.md §8). The list of waits is the leader's work: it is short where
// the law is kept, it is the same on every voter, and a row leaves it only when
// its card is sure, or was never due. So no lapse is forgotten over a change of
// leader, and nobody has to look through the records to find one.
type Wait struct {
	Ref    protocol.Ref
	Clock  protocol.ClockID
	Colour protocol.Colour
	Due    protocol.Instant // when it turned this colour
	WaitFacts
}

// WaitFacts is what the fold saw of it.
type WaitFacts struct {
	Run     int              `json:"run,omitempty"`     // protocol.Occurrence; 0: the record as it stands tells
	Stopped protocol.Instant `json:"stopped,omitempty"` // effective instant of the act that ended the clock; 0 while it runs
	Moved   bool             `json:"moved,omitempty"`   // the clock runs on to another day
	Noted   protocol.Instant `json:"noted"`             // the leader's clock when the hub learned of it
	Card    string           `json:"card,omitempty"`    // id of the card while it is provisional
}

// Late reports whether what ended the clock came after its end.
func (w *Wait) Late() bool { return w.Stopped != 0 && w.Stopped >= w.Due }

// InTime reports whether the clock was ended before, or does not end there.
func (w *Wait) InTime() bool { return w.Moved || w.Stopped != 0 && w.Stopped < w.Due }

const (
	redKey    = 'r'
	yellowKey = 'y'
	waitTail  = 1 + 8
)

func clockKey(ref protocol.Ref, clock protocol.ClockID, colour protocol.Colour) []byte {
	key := append(append(refKey(ref), 0), clock...)
	if colour == protocol.Yellow {
		return append(key, 0, yellowKey)
	}
	return append(key, 0, redKey)
}

func (w *Wait) key() []byte {
	return binary.BigEndian.AppendUint64(clockKey(w.Ref, w.Clock, w.Colour), uint64(w.Due))
}

// readWait reads a row; the key is kind 0 id 0 clock 0 colour due.
func readWait(k, v []byte) (w Wait, err error) {
	if len(k) < waitTail {
		return w, damaged(errors.New("key of a waiting card"))
	}
	head, tail := k[:len(k)-waitTail], k[len(k)-waitTail:]
	parts := bytes.Split(head, []byte{0})
	if len(parts) != 4 || len(parts[3]) != 0 {
		return w, damaged(errors.New("key of a waiting card"))
	}
	w.Ref = protocol.Ref{Kind: protocol.KindName(parts[0]), ID: string(parts[1])}
	w.Clock, w.Colour, w.Due = protocol.ClockID(parts[2]), protocol.Red, protocol.Instant(binary.BigEndian.Uint64(tail[1:]))
	if tail[0] == yellowKey {
		w.Colour = protocol.Yellow
	}
	return w, load(v, &w.WaitFacts)
}

// wait finds a row; false when there is none.
func (st *step) wait(w *Wait) (bool, error) {
	v := st.tx.Bucket(bucketWait).Get(w.key())
	if v == nil {
		return false, nil
	}
	return true, load(v, &w.WaitFacts)
}

func (st *step) putWait(w *Wait) error {
	key, b := w.key(), st.tx.Bucket(bucketWait)
	if b.Get(key) == nil {
		st.f.waits[w.Ref]++
	}
	return store(b, key, &w.WaitFacts)
}

func (st *step) dropWait(w *Wait) error {
	key, b := w.key(), st.tx.Bucket(bucketWait)
	if b.Get(key) == nil {
		return nil
	}
	if st.f.waits[w.Ref]--; st.f.waits[w.Ref] <= 0 {
		delete(st.f.waits, w.Ref)
	}
	return b.Delete(key)
}

// lapsed notes that a clock ran out. The applicant's own clocks bring nobody a
// card: their lapse is an act of the home (C-09, C-28).
func (st *step) lapsed(l fold.Lapse) error {
	if err := put(st.tx.Bucket(bucketFired), firedKey(l), wire.SealValue(valueVersion, nil)); err != nil {
		return err
	}
	if l.Clock.ForApplicant() {
		return nil
	}
	w := Wait{Ref: l.Ref, Clock: l.Clock, Colour: protocol.Red, Due: l.At}
	if known, err := st.wait(&w); known || err != nil {
		return err
	}
	w.Noted = st.now
	return st.putWait(&w)
}

// clocks keeps the lists of lapsed clocks in step with a record: those that ran
// until the act are over, and one that had lapsed before the hub heard of the
// record is noted at once.
func (st *step) clocks(c *fold.Change) error {
	for _, d := range c.Ended {
		if slices.Contains(c.Due, d) {
			continue
		}
		if err := st.ended(c, d); err != nil {
			return err
		}
	}
	for _, d := range c.Due {
		if d.At > st.f.state.Clock || slices.Contains(c.Ended, d) {
			continue
		}
		if err := st.lapsed(fold.Lapse{Ref: c.Record.Ref, Clock: d.Clock, At: d.At}); err != nil {
			return err
		}
	}
	return nil
}

// ended decides about a clock that an act stopped or moved: in time, and then no
// card is due; or too late, and then one is, whether a tick saw it lapse or not.
func (st *step) ended(c *fold.Change, d protocol.Deadline) error {
	at := st.effective(c)
	if st.f.waits[c.Record.Ref] == 0 && at < d.At && d.At > st.f.state.Clock { // nearly every act of the province
		return nil
	}
	l := fold.Lapse{Ref: c.Record.Ref, Clock: d.Clock, At: d.At}
	if err := st.tx.Bucket(bucketFired).Delete(firedKey(l)); err != nil {
		return err
	}
	goesOn, run, err := runOf(c, d.Clock)
	if err != nil || d.Clock.ForApplicant() {
		return err
	}
	if err := st.endRed(Wait{Ref: l.Ref, Clock: l.Clock, Colour: protocol.Red, Due: l.At}, at, goesOn, run); err != nil || goesOn {
		return err
	}
	return st.endYellow(l.Ref, l.Clock, at)
}

func (st *step) endRed(w Wait, at protocol.Instant, goesOn bool, run int) error {
	known, err := st.wait(&w)
	switch {
	case err != nil:
		return err
	case goesOn:
		w.Moved = true
	case at >= w.Due && !known:
		w.Run, w.Stopped, w.Noted = run, at, st.now
		return st.putWait(&w)
	default:
		w.Run, w.Stopped = run, at
	}
	if !known {
		return nil
	}
	if w.InTime() && w.Card == "" {
		return st.dropWait(&w)
	}
	return st.putWait(&w)
}

// endYellow tells the yellow cards of a clock when it stopped.
func (st *step) endYellow(ref protocol.Ref, clock protocol.ClockID, at protocol.Instant) error {
	if st.f.waits[ref] == 0 {
		return nil
	}
	var rows []Wait
	prefix := clockKey(ref, clock, protocol.Yellow)
	c := st.tx.Bucket(bucketWait).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() { // pitfalls.B7: collect, then write
		w, err := readWait(k, v)
		if err != nil {
			return err
		}
		rows = append(rows, w)
	}
	for _, w := range rows {
		w.Stopped = at
		if err := st.putWait(&w); err != nil {
			return err
		}
	}
	return nil
}

// runOf gives which run of a clock the old record showed, and whether the same
// run goes on in the new one, to another day.
func runOf(c *fold.Change, clock protocol.ClockID) (goesOn bool, run int, err error) {
	if run, err = protocol.Occurrence(*c.Old, clock); err != nil {
		return false, 0, err
	}
	if !slices.ContainsFunc(c.Due, func(d protocol.Deadline) bool { return d.Clock == clock }) {
		return false, run, nil
	}
	now, err := protocol.Occurrence(c.Record, clock)
	return now == run, run, err
}

// effective is the instant that an act counts from: its own, but never earlier
// than what the hub already held of that journal (cases.md §7).
func (st *step) effective(c *fold.Change) protocol.Instant { return max(c.Record.At, st.floor) }

// carded follows a card: while it is provisional its row says so, and a card
// that is sure leaves the list.
func (st *step) carded(c *fold.Change) error {
	card, err := protocol.Load[protocol.Card](c.Record)
	if err != nil {
		return err
	}
	w := Wait{Ref: card.On, Clock: card.Clock, Colour: card.Colour, Due: card.Due}
	known, err := st.wait(&w)
	if err != nil {
		return err
	}
	if card.State != protocol.CardProvisional {
		return st.dropWait(&w)
	}
	w.Card, w.Run = c.Record.Ref.ID, card.Occurrence
	w.Stopped = max(w.Stopped, card.Stopped)
	if !known {
		w.Noted = st.now
	}
	return st.putWait(&w)
}

// excuse takes a lapse off the list for which no card is fired: its last day was
// off, or the run of the clock has its card already. The act stays in the hub's
// journal with the reason, so that what has no card has a recorded effect. The
// list decides nothing: a server that made its own anew may lack the row, and must
// say the same as all others (proof.I13).
func (st *step) excuse(d *draft, in *Operation) (*protocol.Refusal, error) {
	if in.Lapse == nil || in.Lapse.Ref != d.Ref {
		return &protocol.Refusal{Rule: "Y-01", Text: "请指明不发牌的时限"}, nil
	}
	w := Wait{Ref: d.Ref, Clock: in.Lapse.Clock, Colour: protocol.Red, Due: in.Lapse.At}
	known, err := st.wait(&w)
	if err != nil {
		return nil, err
	}
	if !known || w.Card != "" { // a provisional card is settled by itself (Y-05)
		return nil, nil
	}
	return nil, st.dropWait(&w)
}

// Waits gives rows behind a key, in order of record, at most max, and the key to
// go on behind; the first ones when the key is nil, and nil at the end.
func (f *FSM) Waits(behind []byte, max int) (list []Wait, next []byte, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketWait).Cursor()
		for k, v := c.Seek(behind); k != nil; k, v = c.Next() {
			if bytes.Equal(k, behind) {
				continue
			}
			if len(list) == max {
				return nil
			}
			w, err := readWait(k, v)
			if err != nil {
				return err
			}
			list, next = append(list, w), bytes.Clone(k)
		}
		next = nil
		return nil
	})
	return list, next, err
}

func loadWaits(tx *bbolt.Tx) map[protocol.Ref]int {
	waits := make(map[protocol.Ref]int)
	c := tx.Bucket(bucketWait).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if parts := bytes.SplitN(k, []byte{0}, 3); len(parts) == 3 {
			waits[protocol.Ref{Kind: protocol.KindName(parts[0]), ID: string(parts[1])}]++
		}
	}
	return waits
}
