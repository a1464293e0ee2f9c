package search

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xiangyun/protocol"
)

// model is the index as the package comment promises it, written without any
// index: a map that is looked through from end to end.
type model map[protocol.Ref]Doc

func (m model) update(batch []Doc) {
	for _, d := range batch {
		old, known := m[d.Ref]
		newer := d.Epoch > old.Epoch || d.Epoch == old.Epoch && d.Rev > old.Rev
		same := d.Epoch == old.Epoch && d.Rev == old.Rev
		if !known || newer || same && d.Gone != old.Gone {
			m[d.Ref] = d
		}
	}
}

type match struct {
	tier int
	doc  Doc
}

func (m model) search(q Query) []match {
	var out []match
	q.Text = strings.TrimSpace(q.Text)
	for _, d := range m {
		if d.Gone || q.Kind != "" && d.Ref.Kind != q.Kind || q.State != "" && d.Terms.State != q.State {
			continue
		}
		if q.Key != "" && !slices.Contains(d.Terms.Keys, q.Key) || !facetsMatch(d.Terms.Facets, q.Facets) {
			continue
		}
		title := naive(d.Terms.Title)
		whole := title + naive(d.Terms.Text)
		hit, tier := true, 0
		eachRun([]byte(naive(q.Text)), func(run []byte, c class) {
			want := string(run)
			if c == word {
				want = " " + want
			}
			hit = hit && strings.Contains(whole, want)
			if !strings.Contains(title, want) {
				tier = 1
			}
		})
		if q.Text != "" && naive(q.Text) == "" {
			hit = false
		}
		if q.Newest || q.Text == "" {
			tier = 0
		}
		if hit {
			out = append(out, match{tier, d})
		}
	}
	return out
}

func naive(s string) string { return string(appendNorm(nil, []byte(s))) }

func facetsMatch(have, want []protocol.Facet) bool {
	for _, w := range want {
		if !slices.ContainsFunc(want, func(f protocol.Facet) bool { return f.Name == w.Name && slices.Contains(have, f) }) {
			return false
		}
	}
	return true
}

func (m model) counts(q Query) map[string]uint64 {
	out := map[string]uint64{}
	for _, hit := range m.search(q) {
		seen := map[string]bool{}
		for _, f := range hit.doc.Terms.Facets {
			if slices.Contains(q.Count, f.Name) {
				seen[f.Name+"="+f.Value] = true
			}
		}
		if slices.Contains(q.Count, CountState) && hit.doc.Terms.State != "" {
			seen[CountState+"="+hit.doc.Terms.State] = true
		}
		for k := range seen {
			out[k]++
		}
	}
	return out
}

var (
	genKind  = rapid.SampledFrom([]protocol.KindName{"case", "case.x", "item"})
	genState = rapid.SampledFrom([]string{"", "open", "done"})
	genText  = rapid.StringOfN(rapid.RuneFrom([]rune("失业保险金 aAｂ1,延")), 0, 12, -1)
	genFacet = rapid.Custom(func(t *rapid.T) protocol.Facet {
		return protocol.Facet{Name: rapid.SampledFrom([]string{"div", "dept"}).Draw(t, "name"), Value: rapid.SampledFrom([]string{"1", "12", "2"}).Draw(t, "value")}
	})
	genKey = rapid.SampledFrom([]string{"k1", "k2", "失业"})
)

var genDoc = rapid.Custom(func(t *rapid.T) Doc {
	return Doc{
		Ref:   protocol.Ref{Kind: genKind.Draw(t, "kind"), ID: fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id"))},
		Epoch: rapid.Uint64Range(1, 2).Draw(t, "epoch"), Rev: rapid.Uint64Range(1, 6).Draw(t, "rev"),
		At:   protocol.Instant(rapid.Int64Range(0, 5).Draw(t, "at")),
		Gone: rapid.IntRange(0, 5).Draw(t, "gone") == 0,
		Terms: protocol.Terms{
			Title: genText.Draw(t, "title"), Text: genText.Draw(t, "text"), State: genState.Draw(t, "state"),
			Facets: rapid.SliceOfN(genFacet, 0, 3).Draw(t, "facets"), Keys: rapid.SliceOfN(genKey, 0, 2).Draw(t, "keys"),
		},
	}
})

var genQuery = rapid.Custom(func(t *rapid.T) Query {
	q := Query{
		State: genState.Draw(t, "state"), Newest: rapid.Bool().Draw(t, "newest"),
		Limit:  rapid.IntRange(1, 4).Draw(t, "limit"),
		Facets: rapid.SliceOfN(genFacet, 0, 2).Draw(t, "facets"),
	}
	if rapid.Bool().Draw(t, "has kind") {
		q.Kind = genKind.Draw(t, "kind")
	}
	if rapid.IntRange(0, 3).Draw(t, "has text") > 0 {
		q.Text = rapid.StringOfN(rapid.RuneFrom([]rune("失业保险金 a1")), 0, 4, -1).Draw(t, "text")
	}
	if rapid.IntRange(0, 4).Draw(t, "has key") == 0 {
		q.Key = genKey.Draw(t, "key")
	}
	if rapid.Bool().Draw(t, "count") {
		q.Count = []string{"div", CountState}
	}
	return q
})

func TestIndexAnswersLikeTheModel(t *testing.T) {
	if err := flag.Set("rapid.checks", checks()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		defer os.Remove(path)
		ix, m := mustOpen(t, path), model{}
		defer func() { ix.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"update": func(t *rapid.T) {
				batch := rapid.SliceOfN(genDoc, 1, 8).Draw(t, "batch")
				if err := ix.Update(batch); err != nil {
					t.Fatal(err)
				}
				m.update(batch)
			},
			"restart": func(t *rapid.T) {
				if err := ix.Close(); err != nil {
					t.Fatal(err)
				}
				ix = mustOpen(t, path)
			},
			"rebuild": func(t *rapid.T) {
				err := ix.Rebuild(func(add func([]Doc) error) error {
					var all []Doc
					for _, d := range m {
						all = append(all, d)
					}
					return add(all)
				})
				if err != nil {
					t.Fatal(err)
				}
			},
			"search": func(t *rapid.T) { compare(t, ix, m, genQuery.Draw(t, "query")) },
			"": func(t *rapid.T) {
				if err := ix.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
			},
		})
	})
}

// checks keeps the real fsyncs of this test to a few seconds.
func checks() string {
	if testing.Short() {
		return "3"
	}
	return "15"
}

func mustOpen(t interface {
	Helper()
	Fatal(...any)
}, path string) *Index {
	t.Helper()
	ix, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ix.fan, ix.step = 2, 100 // merge often, in many steps
	return ix
}

// compare reads all pages of an answer and holds them against the model's.
func compare(t *rapid.T, ix *Index, m model, q Query) {
	want := m.search(q)
	var got []match
	tiers := map[protocol.Ref]int{}
	for _, w := range want {
		tiers[w.doc.Ref] = w.tier
	}
	for pages := 0; ; pages++ {
		r, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if r.Total != (Total{N: uint64(len(want))}) {
			t.Fatalf("total %v, want %d", r.Total, len(want))
		}
		compareCounts(t, r.Counts, m.counts(q))
		for _, h := range r.Hits {
			tier, ok := tiers[h.Ref]
			if !ok {
				t.Fatalf("false or repeated hit %v", h)
			}
			delete(tiers, h.Ref)
			d := m[h.Ref]
			if h.Title != d.Terms.Title || h.State != d.Terms.State || h.At != d.At || len(h.Facets) != len(d.Terms.Facets) {
				t.Fatalf("hit %+v of %+v", h, d)
			}
			got = append(got, match{tier, d})
		}
		if r.Next == "" {
			break
		}
		if len(r.Hits) != q.Limit || pages > 200 {
			t.Fatalf("page of %d hits is not the last", len(r.Hits))
		}
		q.After = r.Next
	}
	if len(tiers) > 0 {
		t.Fatalf("not found: %v", tiers)
	}
	if !slices.IsSortedFunc(got, func(a, b match) int { return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(b.doc.At, a.doc.At)) }) {
		t.Fatalf("wrong order: %v", got)
	}
}

func compareCounts(t *rapid.T, counts []FacetCount, want map[string]uint64) {
	got := map[string]uint64{}
	for _, c := range counts {
		got[c.Name+"="+c.Value] = c.N
	}
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Fatalf("counts %v, want %v", got, want)
	}
}
