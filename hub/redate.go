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
	seen   map[protocol.Ref]bool // of this walk
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
	if w.done {
		w.seen = nil
	}
	return nil
}

func (r *registrar) redateSome(ctx context.Context, w *redateWalk) error {
	list, err := r.fsm.Running(w.behind, protocol.Instant(1<<62), redateSlice)
	if err != nil {
		return err
	}
	records, err := r.fsm.Several(w.unseen(list))
	if err != nil {
		return err
	}
	var drafts []protocol.Draft
	for _, rec := range records {
		d, err := r.redated(rec)
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, *d)
		}
	}
	w.done = len(list) < redateSlice
	return r.take(ctx, drafts)
}

// unseen gives the records of clocks that the walk has not met yet, of kinds the
// hub may be home of: a record has several clocks, and those that were counted
// anew are met again further on.
func (w *redateWalk) unseen(list []fold.Lapse) (refs []protocol.Ref) {
	if w.seen == nil {
		w.seen = make(map[protocol.Ref]bool)
	}
	for _, l := range list {
		w.behind = l
		if !w.seen[l.Ref] && (l.Ref.Kind == "objection" || l.Ref.Kind == "case") {
			w.seen[l.Ref] = true
			refs = append(refs, l.Ref)
		}
	}
	return refs
}

// redated drafts the new count of a record of the hub's own. The judge would say
// K-cal-2 when no date changes; so that not every open record is tried, they are
// compared first.
func (r *registrar) redated(rec protocol.Record) (*protocol.Draft, error) {
	if rec.Home != protocol.Hub || rec.Body == nil {
		return nil, nil
	}
	years, changed, err := recountYears(rec, r.years.calendar, r.Now())
	if err != nil || !changed {
		return nil, err
	}
	return &protocol.Draft{Ref: rec.Ref, Act: "recount", Body: struct{}{}, By: string(protocol.Hub), Rev: rec.Rev, Deps: cite(years...)}, nil
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
