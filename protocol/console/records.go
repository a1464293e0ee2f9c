package console

import (
	"context"
	"fmt"

	"xiangyun/protocol"
)

// Records is what pages read. Its methods are called from many goroutines and
// answer from what this place holds; they never wait for another place.
type Records interface {
	// Get gives the current record; false when this place has none.
	Get(ref protocol.Ref) (protocol.Record, bool, error)
	// History lists what this place has seen happen to a record, oldest first.
	History(ref protocol.Ref) ([]Step, error)
	// Search lists and finds records, newest first.
	Search(ctx context.Context, q Query) (Result, error)
}

// Query says what to look for. The zero Query lists everything. Its fields are
// those of replication/search, so that one converts to the other.
type Query struct {
	Kind   protocol.KindName
	Text   string           // all words must match; "" lists
	State  string           // exact
	Facets []protocol.Facet // same name: any of them; other name: all
	Key    string           // exact: receipt number, code
	Newest bool             // with Text: only by time
	Limit  int              // hits per page, 0 is 50
	After  string           // Result.Next of the page before
	Count  []string         // facets to count over all matches; CountState for states
}

// CountState in Query.Count asks for the number of matches in each state.
const CountState = "\x01"

// Hit is one record found.
type Hit struct {
	Ref    protocol.Ref
	At     protocol.Instant
	Title  string
	State  string
	Facets []protocol.Facet
}

// Result is one page of an answer. More says that Total is a lower bound.
type Result struct {
	Hits   []Hit
	Next   string
	Total  uint64
	More   bool
	Counts []FacetCount
}

// FacetCount is how many matches carry a value; Name is CountState for states.
type FacetCount struct {
	Name, Value string
	N           uint64
}

// Step is one line of a record's history.
type Step struct {
	Epoch uint64
	Rev   uint64
	Act   protocol.Act
	By    string
	At    protocol.Instant
	Home  protocol.NodeID
	Index uint64 // hub index that decided it; 0 while only this place knows
}

// Read reads a record as T. A record that is not here is a gone fault.
func Read[T any](from Records, ref protocol.Ref) (*T, protocol.Record, error) {
	rec, ok, err := from.Get(ref)
	if err != nil {
		return nil, rec, fmt.Errorf("read %s: %w", ref, err)
	}
	if !ok {
		return nil, rec, &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "没有找到该记录"}
	}
	body, err := protocol.Load[T](rec)
	return body, rec, err
}

// Find is Read for what need not be there: nil when it is not.
func Find[T any](from Records, ref protocol.Ref) (*T, error) {
	body, _, err := Read[T](from, ref)
	if protocol.CodeOf(err) == protocol.Gone {
		return nil, nil
	}
	return body, err
}
