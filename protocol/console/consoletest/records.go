// Package consoletest is what the tests of the consoles share: records in
// memory, sessions by name, a browser that keeps its cookies, and the checks
// that every console must pass.
package consoletest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// Records holds records in memory. It is filled before it is read.
type Records struct {
	t     testing.TB
	list  []protocol.Record // oldest first
	steps map[protocol.Ref][]console.Step
}

// NewRecords makes an empty set.
func NewRecords(t testing.TB) *Records {
	return &Records{t: t, steps: map[protocol.Ref][]console.Step{}}
}

// Put stores a record of a kind. index 0 is one that only this place knows.
func (r *Records) Put(kind protocol.KindName, id string, home protocol.NodeID, at protocol.Instant, index uint64, body any) protocol.Record {
	r.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	rec := protocol.Record{Ref: protocol.Ref{Kind: kind, ID: id}, Rev: 1, Home: home, Epoch: 1, Index: index, At: at, By: "system", Body: raw}
	r.list = slices.DeleteFunc(r.list, func(old protocol.Record) bool { return old.Ref == rec.Ref })
	r.list = append(r.list, rec)
	return rec
}

// Step adds a line to a record's history.
func (r *Records) Step(ref protocol.Ref, s console.Step) { r.steps[ref] = append(r.steps[ref], s) }

// Get gives a record.
func (r *Records) Get(ref protocol.Ref) (protocol.Record, bool, error) {
	for _, rec := range r.list {
		if rec.Ref == ref {
			return rec, true, nil
		}
	}
	return protocol.Record{}, false, nil
}

// History gives the steps that were added.
func (r *Records) History(ref protocol.Ref) ([]console.Step, error) { return r.steps[ref], nil }

// Search walks everything, newest first; a cursor is the id of the last hit.
func (r *Records) Search(_ context.Context, q console.Query) (console.Result, error) {
	var out console.Result
	limit := q.Limit
	if limit == 0 {
		limit = 50
	}
	counts := map[[2]string]uint64{}
	behind := q.After == ""
	for _, rec := range slices.Backward(r.list) {
		terms, ok := r.matches(&rec, &q)
		if !ok {
			continue
		}
		out.Total++
		for _, name := range q.Count {
			for _, f := range append(terms.Facets, protocol.Facet{Name: console.CountState, Value: terms.State}) {
				if f.Name == name {
					counts[[2]string{name, f.Value}]++
				}
			}
		}
		switch {
		case !behind:
			behind = rec.Ref.ID == q.After
		case len(out.Hits) < limit:
			out.Hits = append(out.Hits, console.Hit{Ref: rec.Ref, At: rec.At, Title: terms.Title, State: terms.State, Facets: terms.Facets})
		case out.Next == "":
			out.Next = out.Hits[len(out.Hits)-1].Ref.ID
		}
	}
	for k, n := range counts {
		out.Counts = append(out.Counts, console.FacetCount{Name: k[0], Value: k[1], N: n})
	}
	slices.SortFunc(out.Counts, func(a, b console.FacetCount) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	return out, nil
}

func (r *Records) matches(rec *protocol.Record, q *console.Query) (protocol.Terms, bool) {
	if q.Kind != "" && rec.Ref.Kind != q.Kind {
		return protocol.Terms{}, false
	}
	terms, err := protocol.Lookup(rec.Ref.Kind).Terms(rec.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	ok := (q.State == "" || terms.State == q.State) && (q.Key == "" || slices.Contains(terms.Keys, q.Key)) &&
		strings.Contains(terms.Title+terms.Text, q.Text)
	return terms, ok && hasFacets(terms.Facets, q.Facets)
}

// hasFacets: any value of a name, and every name, as in replication/search.
func hasFacets(has, want []protocol.Facet) bool {
	return !slices.ContainsFunc(want, func(w protocol.Facet) bool {
		return !slices.ContainsFunc(want, func(f protocol.Facet) bool { return f.Name == w.Name && slices.Contains(has, f) })
	})
}
