package hub

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

const (
	redateARound = 20_000 // clocks looked at
	redateSlice  = 500    // in one read, so that Apply never waits long
)

// redateWalk goes over every running clock whenever a year's calendar has been
// published, and once when a leader begins: what its predecessor left is then
// found by looking, not by remembering (cases.K-cal-2). It has acts taken only
// where the hub is home; nodes count their own.
type redateWalk struct {
	index  uint64 // of the newest calendar that the walk is for
	behind fold.Lapse
	done   bool
	last   protocol.Ref
}

func (r *registrar) redates(ctx context.Context) error {
	w := &r.redate
	if w.index != r.years.index {
		*w = redateWalk{index: r.years.index}
	}
	for seen := 0; !w.done && seen < redateARound; seen += redateSlice {
		if err := r.redateSome(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func (r *registrar) redateSome(ctx context.Context, w *redateWalk) error {
	list, err := r.fsm.Running(w.behind, protocol.Instant(1<<62), redateSlice)
	if err != nil {
		return err
	}
	var drafts []protocol.Draft
	for _, l := range list {
		d, err := r.redated(l.Ref, w)
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, *d)
		}
		w.behind = l
	}
	w.done = len(list) < redateSlice
	return r.take(ctx, drafts)
}

// redated drafts the new count of a record of the hub's own. Whether a date
// changes the judge finds out, and says K-cal-2 when none does; so that not every
// open record is tried, the years are compared first.
func (r *registrar) redated(ref protocol.Ref, w *redateWalk) (*protocol.Draft, error) {
	if ref == w.last || ref.Kind != "objection" && ref.Kind != "case" {
		return nil, nil
	}
	w.last = ref
	rec, ok, err := r.fsm.Record(ref)
	if err != nil || !ok || rec.Home != protocol.Hub || rec.Body == nil {
		return nil, err
	}
	years, changed, err := recountYears(rec, r.years.calendar, r.Now())
	if err != nil || !changed {
		return nil, err
	}
	return &protocol.Draft{Ref: ref, Act: "recount", Body: struct{}{}, By: string(protocol.Hub), Rev: rec.Rev, Deps: cite(years...)}, nil
}

// recountYears names the calendars that a new count cites, and whether it would
// give another date than the record states.
func recountYears(rec protocol.Record, cal protocol.Calendar, now protocol.Instant) ([]protocol.Ref, bool, error) {
	if rec.Ref.Kind == "case" {
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			return nil, false, err
		}
		return protocol.CaseCalendars(c, now), c.Recounted(cal) != c.Due, nil
	}
	o, err := protocol.Load[protocol.Objection](rec)
	if err != nil {
		return nil, false, err
	}
	return protocol.ObjectionCalendars(o, now), o.Recounted(cal) != o.Due, nil
}
