package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

func newIndex(t *testing.T) *Index {
	t.Helper()
	ix := mustOpen(t, filepath.Join(t.TempDir(), "search.db"))
	t.Cleanup(func() {
		if err := ix.Check(context.Background()); err != nil {
			t.Error(err)
		}
		if err := ix.Close(); err != nil {
			t.Error(err)
		}
	})
	return ix
}

func item(id string, rev uint64, at protocol.Instant, title, text string) Doc {
	return Doc{Ref: protocol.Ref{Kind: "item", ID: id}, Epoch: 1, Rev: rev, At: at, Terms: protocol.Terms{Title: title, Text: text}}
}

func put(t *testing.T, ix *Index, docs ...Doc) {
	t.Helper()
	if err := ix.Update(docs); err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, ix *Index, q Query) string {
	t.Helper()
	r, err := ix.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.Ref.ID)
	}
	return strings.Join(out, " ")
}

func TestSearch(t *testing.T) {
	ix := newIndex(t)
	docs := []Doc{
		item("pay", 1, 10, "失业保险金申领", "延边朝鲜族自治州 人力资源和社会保障局"),
		item("reg", 1, 20, "失业登记", "领取保险金之前办理"),
		item("gis", 1, 30, "ＧＩＳ地理信息平台", "2026 年版 编号 CN20260302-091507"),
		item("med", 1, 40, "医疗保险", "失业人员参加医保;业失 两字"),
	}
	docs[0].Terms.State, docs[1].Terms.State = "in_force", "in_force"
	docs[0].Terms.Facets = []protocol.Facet{{Name: "division", Value: "222400"}}
	docs[1].Terms.Facets = []protocol.Facet{{Name: "division", Value: "220100"}}
	docs[2].Terms.Facets = []protocol.Facet{{Name: "division", Value: "220000"}}
	docs[0].Terms.Keys = []string{"SYBX-1"}
	put(t, ix, docs...)
	rows := []struct {
		name string
		q    Query
		want string
	}{
		{"no words list everything, newest first", Query{}, "med gis reg pay"},
		{"a match in the title stands before a newer one in the text", Query{Text: "失业"}, "reg pay med"},
		{"newest first leaves titles aside", Query{Text: "失业", Newest: true}, "med reg pay"},
		{"all words must be there, in any field", Query{Text: "保险金 延边"}, "pay"},
		{"pairs that stand apart are no match", Query{Text: "失业保险"}, "pay"},
		{"turned round is another word", Query{Text: "业失"}, "med"},
		{"one character", Query{Text: "医"}, "med"},
		{"full-width and small letters are alike", Query{Text: "gis"}, "gis"},
		{"a word is found by its beginning", Query{Text: "ＧＩ"}, "gis"},
		{"and not by its middle", Query{Text: "is"}, ""},
		{"a long word is checked to its end", Query{Text: "cn20260302"}, "gis"},
		{"a long word with another end", Query{Text: "cn20260309"}, ""},
		{"only signs find nothing", Query{Text: "。。"}, ""},
		{"state", Query{Kind: "item", State: "in_force"}, "reg pay"},
		{"facets of one name are alternatives", Query{Facets: []protocol.Facet{{Name: "division", Value: "222400"}, {Name: "division", Value: "220000"}}}, "gis pay"},
		{"words within a facet", Query{Text: "失业", Facets: []protocol.Facet{{Name: "division", Value: "222400"}}}, "pay"},
		{"key", Query{Key: "SYBX-1"}, "pay"},
		{"another kind", Query{Kind: "case", Text: "失业"}, ""},
	}
	for _, r := range rows {
		if got := ids(t, ix, r.q); got != r.want {
			t.Errorf("%s: got %q, want %q", r.name, got, r.want)
		}
	}
	if refs, err := ix.ByKey(t.Context(), "item", "SYBX-1"); err != nil || len(refs) != 1 || refs[0].ID != "pay" {
		t.Errorf("by key: %v, %v", refs, err)
	}
}

func TestOnlyNewerVersionsAreTaken(t *testing.T) {
	ix := newIndex(t)
	put(t, ix, item("a", 2, 1, "第二版", ""))
	put(t, ix, item("a", 1, 9, "第一版", ""), item("a", 2, 9, "别的第二版", ""))
	if got := ids(t, ix, Query{Text: "第二版"}); got != "a" {
		t.Fatalf("got %q", got)
	}
	handedOver := item("a", 1, 5, "移交后", "")
	handedOver.Epoch = 2
	put(t, ix, handedOver)
	if e, r, ok, err := ix.Version(handedOver.Ref); e != 2 || r != 1 || !ok || err != nil {
		t.Fatal(e, r, ok, err)
	}
	if got := ids(t, ix, Query{Text: "第二"}); got != "" {
		t.Fatalf("an old version is still found: %q", got)
	}
	gone := handedOver
	gone.Gone = true
	put(t, ix, gone, gone)
	if got := ids(t, ix, Query{}); got != "" {
		t.Fatalf("gone and still found: %q", got)
	}
	put(t, ix, handedOver)
	if got := ids(t, ix, Query{}); got != "a" {
		t.Fatalf("came back and is not found: %q", got)
	}
}

func TestTotalsAreExactUpToTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 10,001 documents")
	}
	ix, err := Open(filepath.Join(t.TempDir(), "x.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	var docs []Doc
	for i := range MaxTotal {
		d := item(fmt.Sprint(i), 1, protocol.Instant(i), "低保申请", "")
		d.Terms.State = []string{"open", "done"}[i%2]
		docs = append(docs, d)
	}
	put(t, ix, docs...)
	totals := func() string {
		var out []string
		for _, q := range []Query{{Kind: "item"}, {Text: "低保"}, {Text: "低保申请"}} {
			q.Count = []string{CountState}
			r, err := ix.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(r.Total, r.Counts[0].N+r.Counts[1].N))
		}
		return strings.Join(out, "; ")
	}
	if got := totals(); got != "10,000 10000; 10,000 10000; 2,000+ 2000" {
		t.Errorf("got %s", got)
	}
	docs[0].Ref.ID, docs[0].At = "more", -1
	put(t, ix, docs[0])
	if got := totals(); got != "10,001 10001; 10,000+ 10000; 2,000+ 2000" {
		t.Errorf("got %s", got)
	}
}

func TestUnusableQueriesNameTheirRule(t *testing.T) {
	ix := newIndex(t)
	for want, q := range map[string]Query{
		"S-01": {Text: strings.Repeat("长", maxText+1)},
		"S-02": {After: "xyz"},
	} {
		_, err := ix.Search(t.Context(), q)
		var f *protocol.Fault
		if !errors.As(err, &f) || f.Rule != want || f.Code != protocol.Malformed {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	bad := Doc{Ref: protocol.Ref{Kind: "a\x00b", ID: "x"}}
	if err := ix.Update([]Doc{bad}); protocol.CodeOf(err) != protocol.Malformed {
		t.Errorf("bad ref: %v", err)
	}
}

func TestLongAndOddValuesFitIntoKeys(t *testing.T) {
	ix := newIndex(t)
	long := strings.Repeat("区", 300)
	d := item("a", 1, 1, "x", "")
	d.Terms.State = "st\x01ate"
	d.Terms.Facets = []protocol.Facet{{Name: "n\x00", Value: long}, {Name: "n\x00", Value: long}}
	d.Terms.Keys = []string{"k\x02", long}
	put(t, ix, d)
	for _, q := range []Query{{State: "st\x01ate"}, {Facets: d.Terms.Facets}, {Key: "k\x02"}, {Key: long}} {
		if got := ids(t, ix, q); got != "a" {
			t.Errorf("%+v found %q", q, got)
		}
	}
	put(t, ix, item("a", 2, 1, "x", ""))
}

func TestMergeCutOffIsDroppedAtOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	ix := mustOpen(t, path)
	ix.step = 1 // one term a step
	put(t, ix, item("a", 1, 1, "失业保险", ""))
	put(t, ix, item("b", 1, 2, "失业登记", ""))
	if ix.merging == nil {
		t.Fatal("no merge under way")
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	ix = mustOpen(t, path)
	defer ix.Close()
	err := ix.read(func(tx *bbolt.Tx) error {
		if n := tx.Bucket(segBucket).Stats().BucketN - 1; n != 2 {
			t.Errorf("%d segments in the file, want 2", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(t, ix, Query{Text: "失业"}); got != "b a" {
		t.Fatalf("found %q", got)
	}
}

func TestDeadPostingsAreMergedAway(t *testing.T) {
	ix := newIndex(t)
	ix.fan, ix.step = fanOut, mergeStep
	var docs []Doc
	for i := range 600 {
		docs = append(docs, item(fmt.Sprint(i), 0, 1, "失业保险", ""))
	}
	for rev := range uint64(4) {
		for i := range docs {
			docs[i].Rev = rev + 1
		}
		put(t, ix, docs...)
	}
	for range 3 {
		put(t, ix) // each does a share of the merging
	}
	var total uint32
	err := ix.read(func(tx *bbolt.Tx) error {
		st, err := loadState(tx)
		for _, g := range st.segs {
			total += g.docs
		}
		return err
	})
	if err != nil || total > 2*600+1024 {
		t.Fatalf("%d documents in segments for 600 live ones, %v", total, err)
	}
}

func TestSearchesGoOnWhileTheIndexIsBuiltAgain(t *testing.T) {
	ix := newIndex(t)
	docs := []Doc{item("a", 1, 1, "失业保险", ""), item("b", 1, 2, "失业登记", "")}
	put(t, ix, docs...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			r, err := ix.Search(context.Background(), Query{Text: "失业"})
			if err != nil || len(r.Hits) != 2 {
				t.Errorf("during a rebuild: %v, %v", r, err)
				return
			}
		}
	})
	for range 5 {
		if err := ix.Rebuild(func(add func([]Doc) error) error { return add(docs) }); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

func TestFailedRebuildLeavesTheOldIndex(t *testing.T) {
	ix := newIndex(t)
	put(t, ix, item("a", 1, 1, "失业保险", ""))
	cause := errors.New("source went away")
	if err := ix.Rebuild(func(func([]Doc) error) error { return cause }); !errors.Is(err, cause) {
		t.Fatal(err)
	}
	if got := ids(t, ix, Query{}); got != "a" {
		t.Fatalf("found %q", got)
	}
}

func TestFileThatIsNoIndexIsMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no index ", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	ix := mustOpen(t, path)
	defer ix.Close()
	if st, err := ix.Stats(); err != nil || st.Docs != 0 {
		t.Fatal(st, err)
	}
	if _, err := os.Stat(path + ".bad"); err != nil {
		t.Fatal(err)
	}
}

func TestIndexInUseIsNotMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	ix := mustOpen(t, path)
	defer ix.Close()
	if other, err := Open(path, nil); err == nil {
		other.Close()
		t.Fatal("opened twice")
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestFaultsOfTheDiskAreToldApart(t *testing.T) {
	full := updateFault(&commitError{syscall.ENOSPC})
	if protocol.CodeOf(full) != protocol.Full || Fatal(full) {
		t.Errorf("full disk: %v", full)
	}
	if err := updateFault(&commitError{syscall.EIO}); !Fatal(err) { // pitfalls.W2
		t.Errorf("failed sync: %v", err)
	}
}
