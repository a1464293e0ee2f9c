package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/mark"
)

// Changes is where the Follower learns what has changed. All its methods are
// called from one goroutine.
type Changes interface {
	// Next waits for changed records and gives their refs, repeats allowed, and
	// the source's index up to which all changes have now been given. It
	// remembers changes from before the first call of Each on. A call that
	// ends with an error has lost nothing.
	Next(ctx context.Context) (refs []protocol.Ref, upto uint64, err error)
	// Load gives the current records in the order of refs, without those that
	// are not, or no longer, here.
	Load(ctx context.Context, refs []protocol.Ref) ([]protocol.Record, error)
	// Each calls fn for every record once, in any order, and gives the index that
	// all of them have at least reached. It holds no read transaction for
	// longer than 5 s (pitfalls.B5).
	Each(ctx context.Context, fn func(protocol.Record) error) (upto uint64, err error)
}

// Bounds of one batch, so that memory stays small.
const (
	batchDocs = 1000
	batchText = 1 << 20 // bytes
)

// While changes keep coming the Follower rests between two takings, pace at
// least and restShare times as long as it worked, up to maxRest: an index must
// not compete for disk and processor with the acts that people wait for. The
// first change after a rest is taken at once.
const (
	pace      = 250 * time.Millisecond
	restShare = 4
	maxRest   = 5 * time.Second
)

// fullWait is how long the Follower waits for room on a full disk.
const fullWait = 30 * time.Second

// errRebuild says that the index must be built again.
var errRebuild = errors.New("search index must be built again")

// errAhead says that the index holds a later version than the records do: they
// were restored from a backup.
var errAhead = fmt.Errorf("%w: it is ahead of the records", errRebuild)

// Follower keeps an index in step with the records. It runs behind the
// commits: nobody waits for it but who asks Covered.
type Follower struct {
	ix      *Index
	src     Changes
	log     *slog.Logger
	terms   func(protocol.Record) (protocol.Terms, bool, error)
	covered mark.Mark
	ready   atomic.Bool
}

// NewFollower makes a follower that takes the terms of a record from the kind
// table.
func NewFollower(ix *Index, src Changes, log *slog.Logger) *Follower {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Follower{ix: ix, src: src, log: log, terms: kindTerms}
}

// kindTerms gives what the kind of a record says about it; false for a record
// without body, or of a kind that this binary does not know.
func kindTerms(r protocol.Record) (protocol.Terms, bool, error) {
	k := protocol.Lookup(r.Ref.Kind)
	if k == nil || r.Body == nil {
		return protocol.Terms{}, false, nil
	}
	t, err := k.Terms(r.Body)
	return t, err == nil, err
}

// Covered is the source's index that the search index has reached: a page that
// shows an act just made waits on it.
func (f *Follower) Covered() *mark.Mark { return &f.covered }

// Ready reports whether the index has been compared with all records since the
// start. Before that an answer may lack records, and a page says so.
func (f *Follower) Ready() bool { return f.ready.Load() }

// Run brings the index up to date, follows until ctx ends and then returns
// nil. A damaged index is built again on the way. An error is one of the
// source, or a failed sync (Fatal): the process exits.
func (f *Follower) Run(ctx context.Context) error {
	err := f.retry(ctx, f.reconcile)
	for worked := time.Duration(0); err == nil; {
		err = f.retry(ctx, f.step(&worked))
	}
	if ctx.Err() != nil && !Fatal(err) {
		return nil
	}
	return fmt.Errorf("follow records: %w", err)
}

// step gives the handling of the next changes, after a rest from the ones
// before, and notes how long it took. The refs are kept between tries, because
// the source gives them once.
func (f *Follower) step(worked *time.Duration) func(context.Context) error {
	var refs []protocol.Ref
	var upto uint64
	waited := false
	return func(ctx context.Context) (err error) {
		if !waited {
			if refs, upto, err = f.next(ctx, *worked); err != nil {
				return err
			}
			waited = true
		}
		begin := time.Now()
		err = f.take(ctx, refs, upto)
		*worked = time.Since(begin)
		return err
	}
}

// retry runs do, waits while the disk is full, and has damage repaired.
func (f *Follower) retry(ctx context.Context, do func(context.Context) error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		err := do(ctx)
		if Damaged(err) || errors.Is(err, errRebuild) {
			do = f.rebuild
			continue
		}
		if protocol.CodeOf(err) != protocol.Full {
			return err
		}
		f.log.Warn("no room for the search index, will try again", "wait", fullWait, "err", err)
		timer.Reset(fullWait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func rest(ctx context.Context, worked time.Duration) {
	if worked == 0 {
		return
	}
	timer := time.NewTimer(min(max(pace, restShare*worked), maxRest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// next rests and waits for changes, or for a search that finds the index
// damaged.
func (f *Follower) next(ctx context.Context, worked time.Duration) (refs []protocol.Ref, upto uint64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var watch sync.WaitGroup
	hurt := false
	watch.Go(func() {
		select {
		case <-f.ix.damage:
			hurt = true
			cancel()
		case <-ctx.Done():
		}
	})
	rest(ctx, worked)
	refs, upto, err = f.src.Next(ctx)
	cancel()
	watch.Wait()
	if hurt {
		return nil, 0, errRebuild // Each gives the refs again
	}
	return refs, upto, err
}

// take brings changed records into the index.
func (f *Follower) take(ctx context.Context, refs []protocol.Ref, upto uint64) error {
	b := batch{add: f.ix.Update}
	err := f.each(ctx, refs, func(ref protocol.Ref, r *protocol.Record, v *known) error {
		if r == nil {
			return lost(&b, ref, v)
		}
		_, err := f.put(&b, *r, v)
		return err
	})
	if err != nil {
		return err
	}
	if err := b.flush(); err != nil {
		return err
	}
	f.covered.Set(upto)
	return nil
}

// loadAtOnce is how many records are held in memory at once.
const loadAtOnce = 256

// each calls fn for every ref with its record, nil when it is not here, and with
// what the index knew of it: refs are named once between two batches.
func (f *Follower) each(ctx context.Context, refs []protocol.Ref, fn func(protocol.Ref, *protocol.Record, *known) error) error {
	for part := range slices.Chunk(refs, loadAtOnce) {
		here, err := f.src.Load(ctx, part)
		if err != nil {
			return fmt.Errorf("load changed records: %w", err)
		}
		have, err := f.ix.versions(part)
		if err != nil {
			return err
		}
		for i, ref := range part {
			var r *protocol.Record
			if len(here) > 0 && here[0].Ref == ref {
				r, here = &here[0], here[1:]
			}
			if err := fn(ref, r, &have[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// put hands a record on when the index does not have it yet, and reports
// whether the record can be found.
func (f *Follower) put(b *batch, r protocol.Record, v *known) (found bool, err error) {
	if v.ok && !v.gone && v.epoch == r.Epoch && v.rev == r.Rev {
		return true, nil
	}
	if v.ok && (v.epoch > r.Epoch || v.epoch == r.Epoch && v.rev > r.Rev) {
		return false, errAhead
	}
	d := f.doc(r)
	return !d.Gone, b.put(d)
}

// lost takes a record out that is no longer here, at the version it had.
func lost(b *batch, ref protocol.Ref, v *known) error {
	if !v.ok || v.gone {
		return nil
	}
	return b.put(Doc{Ref: ref, Epoch: v.epoch, Rev: v.rev, Gone: true})
}

// doc makes what the index takes of a record. One that cannot be read is not
// found, and does not stop the others.
func (f *Follower) doc(r protocol.Record) Doc {
	d := Doc{Ref: r.Ref, Epoch: r.Epoch, Rev: r.Rev, At: r.At}
	terms, ok, err := f.terms(r)
	if err != nil {
		f.log.Warn("record cannot be indexed", "ref", r.Ref, "rev", r.Rev, "err", err)
	}
	d.Terms, d.Gone = terms, !ok
	return d
}

// reconcile compares the index with all records: what happened while this
// process was away.
func (f *Follower) reconcile(ctx context.Context) error {
	b := batch{add: f.ix.Update}
	var here uint64
	upto, err := f.src.Each(ctx, func(r protocol.Record) error {
		v, err := f.ix.knows(r.Ref)
		if err != nil {
			return err
		}
		found, err := f.put(&b, r, &v)
		if found {
			here++
		}
		return err
	})
	if err == nil {
		err = b.flush()
	}
	if err == nil {
		err = f.dropStrays(ctx, here)
	}
	if err != nil {
		return fmt.Errorf("compare with records: %w", err)
	}
	f.ready.Store(true) // before the mark, so that who has waited finds it true
	f.covered.Set(upto)
	return nil
}

// dropStrays takes out what the records no longer hold, if the numbers differ.
func (f *Follower) dropStrays(ctx context.Context, here uint64) error {
	stats, err := f.ix.Stats()
	if err != nil || stats.Docs <= here {
		return err
	}
	b := batch{add: f.ix.Update}
	for after := (protocol.Ref{}); ; {
		refs, err := f.ix.refs(after, batchDocs)
		if err != nil {
			return err
		}
		if len(refs) == 0 {
			return b.flush()
		}
		err = f.each(ctx, refs, func(ref protocol.Ref, r *protocol.Record, v *known) error {
			if r != nil {
				return nil
			}
			return lost(&b, ref, v)
		})
		if err != nil {
			return err
		}
		after = refs[len(refs)-1]
	}
}

// rebuild makes a new index from all records while searches go on in the old.
func (f *Follower) rebuild(ctx context.Context) error {
	start := time.Now()
	var upto uint64
	err := f.ix.Rebuild(func(add func([]Doc) error) error {
		b := batch{add: add}
		var err error
		upto, err = f.src.Each(ctx, func(r protocol.Record) error { return b.put(f.doc(r)) })
		return errors.Join(err, b.flush())
	})
	if err != nil {
		return err
	}
	f.ready.Store(true) // before the mark, so that who has waited finds it true
	f.covered.Set(upto)
	f.log.Info("search index built again", "took", time.Since(start))
	return nil
}

// batch gathers documents for one Update.
type batch struct {
	add  func([]Doc) error
	docs []Doc
	text int
}

func (b *batch) put(d Doc) error {
	b.docs = append(b.docs, d)
	if b.text += len(d.Terms.Title) + len(d.Terms.Text); len(b.docs) < batchDocs && b.text < batchText {
		return nil
	}
	return b.flush()
}

func (b *batch) flush() error {
	if len(b.docs) == 0 {
		return nil
	}
	err := b.add(b.docs)
	b.docs, b.text = b.docs[:0], 0
	return err
}
