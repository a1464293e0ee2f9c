package hub

import (
	"context"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Bounds of the walk for yellow cards.
const (
	yellowARound = 500
	yellowAhead  = 100 // days before its end that a clock turns yellow, at most
)

// yellowWalk goes once a day over the clocks that end within yellowAhead days: a
// clock turns yellow at the first of a day and never on the day it starts. Of
// 100,000 clocks the last is reached some minutes after midnight; meanwhile
// every place shows the derived colour (cases.Y-03). What comes later in the day
// with a record that was cut off is met the next day, or is red by then.
type yellowWalk struct {
	day    protocol.Day
	behind fold.Lapse
	done   bool
}

func (r *registrar) yellows(ctx context.Context) error {
	w, today := &r.yellow, r.Now().Day()
	if w.day != today {
		*w = yellowWalk{day: today, behind: fold.Lapse{At: r.Now()}}
	}
	if w.done {
		return nil
	}
	list, err := r.fsm.Running(w.behind, today.Add(yellowAhead).End(), yellowARound)
	if err != nil {
		return err
	}
	var drafts []protocol.Draft
	for _, l := range list {
		d, err := r.yellowCard(l)
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, *d)
		}
		w.behind = l
	}
	w.done = len(list) < yellowARound
	return r.take(ctx, drafts)
}

// yellowCard drafts the card of a clock that is yellow now.
func (r *registrar) yellowCard(l fold.Lapse) (*protocol.Draft, error) {
	rec, ok, err := r.fsm.Record(l.Ref)
	if err != nil || !ok || rec.Body == nil || l.Clock.ForApplicant() {
		return nil, err
	}
	list, err := protocol.Reckon(rec, r.years.calendar)
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		if k.Clock != l.Clock || k.Yellow == 0 || k.Yellow > r.Now() || k.Due <= r.Now() {
			continue
		}
		run, err := protocol.Occurrence(rec, k.Clock)
		if err != nil {
			return nil, err
		}
		w := fsm.Wait{Ref: l.Ref, Clock: l.Clock, Colour: protocol.Yellow, Due: k.Yellow}
		w.Run = run
		return r.fire(&w, rec)
	}
	return nil, nil
}
