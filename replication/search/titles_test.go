package search

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// titlesFile holds one real catalogue title a line. It lies beside the
// checkout and not in it.
const titlesFile = "../../../shared/data/catalog/tw/data_title.txt"

func titles(tb testing.TB) []string {
	tb.Helper()
	b, err := os.ReadFile(titlesFile)
	if os.IsNotExist(err) {
		tb.Skipf("the file of 35,634 real titles is not beside this checkout (%s)", titlesFile)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

func TestRealTitlesAreFoundExactlyLikeByReadingThemAll(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 35,634 titles")
	}
	list := titles(t)
	ix, err := Open(filepath.Join(t.TempDir(), "x.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	norms := make([]string, len(list))
	b := batch{add: ix.Update}
	for i, title := range list {
		norms[i] = naive(title)
		d := Doc{Ref: protocol.Ref{Kind: "listing", ID: fmt.Sprint(i)}, Rev: 1, At: protocol.Instant(i), Terms: protocol.Terms{Title: title}}
		if err := b.put(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.flush(); err != nil {
		t.Fatal(err)
	}
	if err := ix.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"統計", "水庫", "水庫 統計", "表", "台北市", "臺北市政府", "gis", "GIS 圖", "3", "停車場資訊", "資訊停車", "全國", "２０", "高雄 就業 資訊", "不存在的詞"} {
		checkTitles(t, ix, norms, text)
	}
}

func checkTitles(t *testing.T, ix *Index, norms []string, text string) {
	t.Helper()
	want := 0
	for _, norm := range norms {
		found := true
		eachRun([]byte(naive(text)), func(run []byte, c class) {
			if c == word {
				found = found && strings.Contains(norm, " "+string(run))
			} else {
				found = found && strings.Contains(norm, string(run))
			}
		})
		if found {
			want++
		}
	}
	r, err := ix.Search(t.Context(), Query{Kind: "listing", Text: text, Limit: MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%-12s %6v found", text, r.Total)
	if r.Total.More && r.Total.N <= uint64(want) {
		return
	}
	if r.Total.N != uint64(want) || len(r.Hits) != min(want, MaxLimit) {
		t.Errorf("%q: total %v, %d hits, want %d", text, r.Total, len(r.Hits), want)
	}
}
