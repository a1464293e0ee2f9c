package hub

import (
	"context"
	"maps"
	"sync"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Bounds of one round of the registrar: whatever has lapsed at once, Apply gets no
// more than this from it in a second, and reads no more for it.
const (
	registrarEvery = time.Second
	waitsARound    = 512
	atOnce         = 64 // acts under way
)

// settling is how long a lapse that came with a late record waits for the rest of
// that journal, which may show that the act was in time.
const settling = protocol.Instant(60_000)

// refusedFor is how long a refused act of the registrar is not tried again.
const refusedFor = 10 * time.Minute

// registrar is the leader's hand: it turns what the fold has listed into acts of
// the hub. It holds nothing that its successor would miss: the lists stand in the
// state of every voter, and the judges refuse what has been done (cases.Y-02).
type registrar struct {
	*Server
	behind  []byte // where the walk over the waits stands
	yellow  yellowWalk
	redate  redateWalk
	years   years
	closed  time.Time            // when objections were last looked at
	refused map[string]time.Time // acts not to be tried again yet, by record and act
}

// registry runs a registrar for as long as this server leads.
func (s *Server) registry(ctx context.Context) error {
	ticker := time.NewTicker(registrarEvery)
	defer ticker.Stop()
	for r := (*registrar)(nil); ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		switch {
		case !s.quorum.IsLeader():
			r = nil
			continue
		case r == nil:
			r = &registrar{Server: s, refused: make(map[string]time.Time)}
		}
		if err := r.round(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("registrar", "err", err)
		}
	}
}

// round does a bounded part of each list. One that fails does not keep the others
// from being done.
func (r *registrar) round(ctx context.Context) error {
	maps.DeleteFunc(r.refused, func(_ string, until time.Time) bool { return r.cfg.Now().After(until) })
	if err := r.years.refresh(r.Server); err != nil {
		return err
	}
	var first error
	for _, part := range []func(context.Context) error{r.redates, r.cards, r.yellows, r.duplicates, r.closings} {
		if err := part(ctx); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// cards goes on with the walk over what waits for a card.
func (r *registrar) cards(ctx context.Context) error {
	list, next, err := r.fsm.Waits(r.behind, waitsARound)
	if err != nil {
		return err
	}
	r.behind = next
	var drafts []protocol.Draft
	for i := range list {
		d, err := r.cardAct(&list[i])
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, *d)
		}
	}
	return r.take(ctx, drafts)
}

// cardAct gives the act that a row calls for now, or none.
func (r *registrar) cardAct(w *fsm.Wait) (*protocol.Draft, error) {
	rec, ok, err := r.fsm.Record(w.Ref)
	if err != nil || !ok || rec.Body == nil {
		return nil, err
	}
	if w.Card != "" {
		return r.settle(w)
	}
	if w.Run == 0 {
		if w.Run, err = protocol.Occurrence(rec, w.Clock); err != nil {
			return nil, err
		}
	}
	if w.Noted > w.Due+settling && r.Now() < w.Noted+settling && r.through(rec.Home) < w.Due {
		return nil, nil // the journal that brought it is still coming in
	}
	end, sure, err := protocol.Meant(rec, w.Clock, w.Run, w.Due, r.years.calendar)
	switch {
	case err != nil || !sure || r.Now() < end: // K-cal-1: nothing lapses on a year that is not published
		return nil, err
	case w.Stopped != 0 && w.Stopped < end:
		return excuse(w, "按现行工作日历,该时限在届满前已经办结"), nil
	}
	return r.fire(w, rec)
}

// excuse drafts that a lapse calls for no card.
func excuse(w *fsm.Wait, reason string) *protocol.Draft {
	return &protocol.Draft{Ref: w.Ref, Act: fsm.ActExcuse, By: string(protocol.Hub),
		Body: fsm.Operation{Reason: reason, Lapse: &fold.Lapse{Ref: w.Ref, Clock: w.Clock, At: w.Due}}}
}

// settle confirms a provisional card once the hub holds all that its owner wrote
// until the lapse, or voids it when an act in time has arrived (cases.Y-05).
func (r *registrar) settle(w *fsm.Wait) (*protocol.Draft, error) {
	c, rec, err := load[protocol.Card](r.Server, cardRef(w.Card))
	if err != nil || c.State != protocol.CardProvisional {
		return nil, err
	}
	d := protocol.Draft{Ref: rec.Ref, By: string(protocol.Hub), Rev: rec.Rev, Deps: cite(w.Ref)}
	through := r.through(c.Owner)
	switch {
	case w.InTime():
		d.Act, d.Body = "void", protocol.Card{Reason: voidReason(w)}
	case through >= c.Due:
		d.Act, d.Body = "confirm", protocol.Card{Through: through, Stopped: w.Stopped}
	default:
		return nil, nil
	}
	return &d, nil
}

func voidReason(w *fsm.Wait) string {
	if w.Moved {
		return "期限已依法重新计算,原届满时间不再成立"
	}
	return "及时办理的记录已到达省级:该时限于 " + w.Stopped.String() + " 办结"
}

// through is up to when the hub holds what a place has written: its newest entry,
// or its last beat when that tells of nothing the hub has not got. A beat counts
// some seconds less: what is under the pen while it is sent has an earlier time.
func (s *Server) through(place protocol.NodeID) protocol.Instant {
	if place == protocol.Hub {
		return s.Now()
	}
	held := s.fsm.Newest(place)
	seen, ok := s.presence.of(place)
	if !ok || seen.Told == 0 {
		return held
	}
	if o, known, err := s.fsm.Origin(place); err == nil && known && o.Last[protocol.Urgent] == seen.Head {
		return max(held, seen.Told-10_000)
	}
	return held
}

// take has acts decided, each for itself, some at a time. A refusal is no error:
// the record has moved on since it was read, or somebody was quicker.
func (r *registrar) take(ctx context.Context, drafts []protocol.Draft) error {
	var (
		all   sync.WaitGroup
		slots = make(chan struct{}, atOnce)
		mu    sync.Mutex // guards first and refused
		first error
	)
	for _, d := range drafts {
		key := d.Ref.String() + " " + string(d.Act)
		mu.Lock()
		_, no := r.refused[key]
		mu.Unlock()
		if no {
			continue
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			_, _, err := r.actHere(ctx, []protocol.Draft{d})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				delete(r.refused, key)
			case protocol.CodeOf(err) == protocol.Refused:
				r.refused[key] = r.cfg.Now().Add(refusedFor)
				r.log.Info("act of the registrar refused", "ref", d.Ref, "act", d.Act, "err", err)
			case first == nil:
				first = err
			}
		})
	}
	all.Wait()
	return first
}
