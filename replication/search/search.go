package search

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// maxRead bounds a read transaction, because it keeps every page that is freed
// meanwhile (pitfalls.B5).
const maxRead = 5 * time.Second

// Search answers a query from one state of the index. A query text that is too
// long is a Malformed fault of rule S-01, a bad cursor one of rule S-02. An
// error for which Damaged is true means that the index is being built again.
//
// Cursors stay good while records change: a record that has changed since the
// page before may be met again or not at all, all others exactly once.
func (ix *Index) Search(ctx context.Context, q Query) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, maxRead)
	defer cancel()
	var r Result
	err := ix.read(func(tx *bbolt.Tx) error {
		p, err := makePlan(tx, &q)
		if err != nil || p.none {
			return err
		}
		s := &scan{plan: p, ctx: ctx, docs: tx.Bucket(docBucket)}
		if err := s.run(); err != nil {
			return err
		}
		return s.fill(tx, &q, &r)
	})
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	return r, nil
}

// ByKey gives the records that carry a key, newest first, at most MaxLimit. An
// empty kind looks through all.
func (ix *Index) ByKey(ctx context.Context, kind protocol.KindName, key string) ([]protocol.Ref, error) {
	if key == "" {
		return nil, nil
	}
	r, err := ix.Search(ctx, Query{Kind: kind, Key: key, Limit: MaxLimit})
	if err != nil {
		return nil, err
	}
	refs := make([]protocol.Ref, len(r.Hits))
	for i, h := range r.Hits {
		refs[i] = h.Ref
	}
	return refs, nil
}

// scan walks the candidates of a plan, newest first, and keeps one page of
// each tier and the total.
type scan struct {
	*plan
	ctx    context.Context // a scan is shorter than the call it serves
	docs   *bbolt.Bucket
	pages  [2][]handle // by tier; one more than the limit tells that there is more
	total  Total
	checks int
	seen   []handle // matches counted, kept to count facets
	last   place    // of the page filled
}

func (s *scan) run() error {
	if s.text == nil {
		return s.runList()
	}
	source := both{s.text, s.filter}
	for h, n := handle(0), 0; ; n++ {
		at, ok, err := source.seek(h)
		if err != nil || !ok {
			return err
		}
		if err := s.match(at); err != nil || s.done() {
			return err
		}
		if err := s.alive(n); err != nil {
			return err
		}
		if h = at + 1; h == 0 {
			return nil
		}
	}
}

// runList is run for a query without text: the scan begins where the page
// does, and a total that is kept need not be counted.
func (s *scan) runList() error {
	start := handle(0)
	if s.after != nil && s.totalKnown && !s.countSeen {
		start = s.after.handle + 1
	}
	for h, n := start, 0; ; n++ {
		at, ok, err := s.filter.seek(h)
		if err != nil || !ok {
			return err
		}
		s.count(at)
		s.show(inTitle, at)
		if s.done() {
			return nil
		}
		if err := s.alive(n); err != nil {
			return err
		}
		if h = at + 1; h == 0 {
			return nil
		}
	}
}

func (s *scan) alive(n int) error {
	if n%1024 == 1023 && s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return nil
}

// done reports whether nothing more can change the answer.
func (s *scan) done() bool {
	if !s.total.More && (!s.totalKnown || s.countSeen) {
		return false
	}
	if len(s.pages[inTitle]) > s.limit {
		return true
	}
	noTitles := s.newest || s.after != nil && s.after.tier == inText
	return noTitles && len(s.pages[inText]) > s.limit
}

// match takes one candidate that holds every term.
func (s *scan) match(h handle) error {
	title := s.text.title
	if s.check.exact() {
		s.count(h)
		s.show(s.tierOf(title), h)
		return nil
	}
	// Terms may stand apart, so the stored text decides; it is read only when
	// the answer can depend on it.
	if !s.wants(title, h) && s.total.More {
		return nil
	}
	d, err := loadDoc(s.docs, h)
	if err != nil {
		return err
	}
	match, whole := s.check.in(&d)
	if match {
		s.count(h)
		s.show(s.tierOf(title && whole), h)
	}
	if s.checks++; s.checks >= maxChecks && !s.total.More {
		s.total.More = true
	}
	return nil
}

func (s *scan) tierOf(title bool) tier {
	if title && !s.newest {
		return inTitle
	}
	return inText
}

// wants reports whether a candidate may stand on the page.
func (s *scan) wants(title bool, h handle) bool {
	for t := s.tierOf(title); t <= inText; t++ {
		if s.after.before(t, h) && len(s.pages[t]) <= s.limit {
			return true
		}
	}
	return false
}

// count adds to the total until it has become a lower bound.
func (s *scan) count(h handle) {
	if s.total.More {
		return
	}
	if s.total.N == MaxTotal {
		s.total.More = true
		return
	}
	s.total.N++
	if s.countSeen {
		s.seen = append(s.seen, h)
	}
}

// show keeps a match for the page when it belongs there.
func (s *scan) show(t tier, h handle) {
	if s.after.before(t, h) && len(s.pages[t]) <= s.limit {
		s.pages[t] = append(s.pages[t], h)
	}
}

// fill makes the result of what the scan kept.
func (s *scan) fill(tx *bbolt.Tx, q *Query, r *Result) error {
	for t, page := range s.pages {
		for _, h := range page {
			if len(r.Hits) == s.limit {
				r.Next = s.last.String()
				return s.summary(tx, q, r)
			}
			hit, err := s.hit(h)
			if err != nil {
				return err
			}
			r.Hits = append(r.Hits, hit)
			s.last = place{tier(t), h}
		}
	}
	return s.summary(tx, q, r)
}

func (s *scan) hit(h handle) (Hit, error) {
	d, err := loadDoc(s.docs, h)
	if err != nil {
		return Hit{}, err
	}
	hit := Hit{
		Ref: protocol.Ref{Kind: protocol.KindName(d.kind), ID: string(d.id)},
		At:  d.at, Title: string(d.title), State: string(d.state),
	}
	err = d.eachFacet(func(name, value []byte) {
		hit.Facets = append(hit.Facets, protocol.Facet{Name: string(name), Value: string(value)})
	})
	return hit, err
}

// summary adds the total and the counts of facets.
func (s *scan) summary(tx *bbolt.Tx, q *Query, r *Result) (err error) {
	r.Total = s.total
	if s.totalKnown {
		n, err := countOf(tx.Bucket(countBucket), s.single)
		if err != nil {
			return err
		}
		r.Total = Total{N: n}
	}
	switch {
	case len(q.Count) == 0:
	case s.countSeen:
		r.Counts, err = s.countFacets(q.Count)
	default:
		r.Counts, err = keptCounts(tx, q.Kind, q.Count)
	}
	return err
}

func loadDoc(docs *bbolt.Bucket, h handle) (stored, error) {
	payload, err := open(docs.Get(h.docKey()))
	if err != nil {
		return stored{}, err
	}
	return decodeDoc(payload)
}
