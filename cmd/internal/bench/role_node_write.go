package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"xiangyun/node"
	"xiangyun/node/desk"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// load says how much is done by how many at once: Count acts, or as many as
// fit For.
type load struct {
	Run     string // names the records, so that runs do not meet
	Workers int
	Count   uint64
	For     time.Duration
	Item    string        // of cases
	Away    bool          // cases are handed over to the deciding node
	Pause   time.Duration // of each worker between two acts
}

// done is what became of a load.
type done struct {
	Count uint64
	Took  time.Duration
	Each  spread
	Begun map[string]int64 `json:",omitempty"` // case id → when its act began, wall time in ns
}

// each runs act by l.Workers at once and times every call.
func (l load) each(ctx context.Context, act func(ctx context.Context, n uint64) error) (done, error) {
	var next atomic.Uint64
	var wg sync.WaitGroup
	took, errs := make([][]time.Duration, l.Workers), make([]error, l.Workers)
	begin := time.Now()
	for w := range l.Workers {
		wg.Go(func() {
			for errs[w] == nil && ctx.Err() == nil && (l.For == 0 || time.Since(begin) < l.For) {
				n := next.Add(1)
				if l.Count > 0 && n > l.Count {
					return
				}
				at := time.Now()
				errs[w] = act(ctx, n)
				took[w] = append(took[w], time.Since(at))
				if l.Pause > 0 {
					time.Sleep(l.Pause)
				}
			}
		})
	}
	wg.Wait()
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	return done{Count: uint64(len(all)), Took: time.Since(begin), Each: spreadOf(all)}, errors.Join(append(errs, ctx.Err())...)
}

// write files changesets.
func (r *nodeRole) write(ctx context.Context, l load) (done, error) {
	return l.each(ctx, func(ctx context.Context, n uint64) error {
		d := filing(r.n.ID(), l.Run, n)
		return r.store().Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Act(d)
			return err
		})
	})
}

// receive takes cases in at windows.
func (r *nodeRole) receive(ctx context.Context, l load) (done, error) {
	who := account(r.n.ID())
	var mu sync.Mutex
	begun := make(map[string]int64)
	d, err := l.each(ctx, func(ctx context.Context, n uint64) error {
		at := time.Now().UnixNano()
		got, err := r.n.Desk().Receive(ctx, who, desk.Intake{Item: l.Item, Nonce: fmt.Sprintf("%s-%d", l.Run, n), HandOver: l.Away, Window: "综合受理 3 号窗口",
			ObjectKey: fmt.Sprintf("%s-%d", l.Run, n), // or the hub would mark all of one applicant as duplicates
			Applicant: applicant, Form: []protocol.Field{{Name: "家庭人口", Value: "3"}, {Name: "户籍所在地", Value: "本省"}},
			Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "present"}, {Line: "m3", Presence: "present"}}})
		if err == nil && l.Away {
			mu.Lock()
			begun[got.Ref.ID] = at
			mu.Unlock()
		}
		return err
	})
	d.Begun = begun
	return d, err
}

// file asks the hub to publish the item of this node's agency.
func (r *nodeRole) file(ctx context.Context, agency string) (protocol.Ref, error) {
	recs, err := r.n.Desk().FileItem(ctx, account(r.n.ID()), serviceItem(agency))
	if err != nil {
		return protocol.Ref{}, err
	}
	return recs[0].Ref, nil
}

// arrivals are cases that came from elsewhere, with the instant at which they
// were durable and could be read here.
// It looks only once it was asked: a reader makes the store commit.
type arrivals struct {
	asked atomic.Bool
	mu    sync.Mutex // guards at
	at    map[string]int64
}

func (a *arrivals) watch(ctx context.Context, n *node.Node) {
	changes := n.Desk().Store.Changes()
	defer changes.Close()
	for {
		refs, err := changes.Next(ctx)
		if protocol.CodeOf(err) == protocol.Gap {
			continue
		}
		if err != nil {
			return
		}
		a.note(n, refs)
	}
}

func (a *arrivals) note(n *node.Node, refs []protocol.Ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ref := range refs {
		if !a.asked.Load() {
			return
		}
		if ref.Kind != "case" || a.at[ref.ID] != 0 {
			continue
		}
		if _, err := n.Record(ref); err != nil {
			continue
		}
		if a.at == nil {
			a.at = make(map[string]int64)
		}
		a.at[ref.ID] = time.Now().UnixNano()
	}
}

// arrived gives what came since it was asked last.
func (r *nodeRole) arrived(context.Context, none) (map[string]int64, error) {
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	r.seen.asked.Store(true)
	at := r.seen.at
	r.seen.at = nil
	return at, nil
}
