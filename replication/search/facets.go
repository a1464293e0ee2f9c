package search

import (
	"cmp"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// keptCounts reads the counts of a whole kind from the file: exact, and
// independent of how many records there are.
func keptCounts(tx *bbolt.Tx, kind protocol.KindName, names []string) ([]FacetCount, error) {
	var out []FacetCount
	counts := tx.Bucket(countBucket)
	for _, name := range names {
		prefix := strings.TrimSuffix(listPrefix(kind, listName(name), ""), "\x00")
		c := counts.Cursor()
		for k, _ := c.Seek([]byte(prefix)); strings.HasPrefix(string(k), prefix); k, _ = c.Next() {
			n, err := countOf(counts, string(k))
			if err != nil {
				return nil, err
			}
			value := strings.TrimSuffix(string(k[len(prefix):]), "\x00")
			out = append(out, FacetCount{Name: name, Value: value, N: n})
		}
	}
	order(out, names)
	return out, nil
}

// listName is the name of a facet, or of states, in the keys of lists.
func listName(name string) string {
	if name == CountState {
		return stateName
	}
	return clean(name)
}

// tally counts the documents that carry one value.
type tally struct {
	n    uint64
	last handle // counted last, so that a value given twice counts once
}

// countFacets reads the matches that were counted.
func (s *scan) countFacets(names []string) ([]FacetCount, error) {
	tallies := make([]map[string]*tally, len(names))
	for i := range names {
		tallies[i] = make(map[string]*tally)
	}
	for n, h := range s.seen {
		if err := s.alive(n); err != nil {
			return nil, err
		}
		d, err := loadDoc(s.docs, h)
		if err != nil {
			return nil, err
		}
		if i := slices.Index(names, CountState); i >= 0 && len(d.state) > 0 {
			count(tallies[i], d.state, h)
		}
		err = d.eachFacet(func(name, value []byte) {
			for i := range names {
				if names[i] != CountState && listName(names[i]) == clean(string(name)) {
					count(tallies[i], value, h)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return collect(tallies, names), nil
}

func count(tallies map[string]*tally, value []byte, h handle) {
	t := tallies[string(value)]
	if t == nil {
		key := clean(string(value))
		if t = tallies[key]; t == nil {
			t = &tally{}
			tallies[key] = t
		}
	}
	if t.n == 0 || t.last != h {
		t.n, t.last = t.n+1, h
	}
}

func collect(tallies []map[string]*tally, names []string) []FacetCount {
	var out []FacetCount
	for i, values := range tallies {
		for value, t := range values {
			out = append(out, FacetCount{Name: names[i], Value: value, N: t.n})
		}
	}
	order(out, names)
	return out
}

// order sorts by name as asked, then the most frequent first.
func order(list []FacetCount, names []string) {
	slices.SortFunc(list, func(a, b FacetCount) int {
		return cmp.Or(
			cmp.Compare(slices.Index(names, a.Name), slices.Index(names, b.Name)),
			cmp.Compare(b.N, a.N),
			cmp.Compare(a.Value, b.Value),
		)
	})
}
