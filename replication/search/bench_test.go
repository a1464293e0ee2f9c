package search

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
)

// corpus makes entries shaped like a provincial catalogue: titles put together
// from divisions, agencies and title patterns, abstracts of about 100
// characters. All of it is generated.
type corpus struct{ r *rand.Rand }

var (
	places   = strings.Fields("长春市 吉林市 四平市 辽源市 通化市 白山市 松原市 白城市 延边州 延吉市 图们市 敦化市 珲春市 龙井市 和龙市 汪清县 安图县 公主岭市 梅河口市 省直")
	agencies = strings.Fields("人力资源和社会保障局 公安局 民政局 卫生健康委员会 自然资源局 水利局 教育局 生态环境局 市场监督管理局 住房和城乡建设局 交通运输局 农业农村局 应急管理局 统计局 税务局 医疗保障局 司法局 财政局 文化和旅游局 林业和草原局")
	things   = strings.Fields("失业保险金 养老保险参保 低保对象 水库水位 排污许可 企业登记 婚姻登记 户籍人口 不动产权 道路运输 中小学校 医疗机构 食品经营许可 林木采伐 灌溉面积 建筑工程 旅游景区 残疾人补贴 公积金缴存 法律援助 空气质量 行政处罚 自然灾害 职业资格 农机购置补贴")
	shapes   = strings.Fields("信息 统计数据 名录 台账 办理结果 年度汇总 监测记录 变更记录 公示 明细表")
	words    = strings.Fields("包括 姓名 证件号码 办理时间 所属区划 状态 金额 数量 更新周期为每月 来源于业务系统 用于核验 共享范围为有条件共享 按照政务数据管理办法 提供查询接口 数据项 主管部门 联系方式 有效期 备注 编码规则")
)

func pick1(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

func (c corpus) doc(i int) Doc {
	place, agency := c.r.IntN(len(places)), c.r.IntN(len(agencies))
	text := agencies[agency]
	for range 16 {
		text += pick1(c.r, words)
	}
	code := fmt.Sprintf("22%04d%06d", place, i)
	return Doc{
		Ref: protocol.Ref{Kind: "listing", ID: code}, Epoch: 1, Rev: 1,
		At: protocol.Instant(1_700_000_000_000 + int64(i)*997 + c.r.Int64N(1_000_000)),
		Terms: protocol.Terms{
			Title: places[place] + pick1(c.r, things) + pick1(c.r, shapes) + strconv.Itoa(2015+c.r.IntN(12)),
			State: []string{"released", "draft", "review"}[min(c.r.IntN(10), 2)],
			Facets: []protocol.Facet{
				{Name: "division", Value: fmt.Sprintf("22%04d", place)},
				{Name: "agency", Value: agencies[agency]},
				{Name: "share", Value: strconv.Itoa(1 + c.r.IntN(3))},
			},
			Keys: []string{code},
			Text: text,
		},
	}
}

func seeded() corpus { return corpus{rand.New(rand.NewPCG(1, 2))} }

func fill(b *testing.B, ix *Index, docs int, doc func(i int) Doc) {
	b.Helper()
	add := batch{add: ix.Update}
	for i := range docs {
		if err := add.put(doc(i)); err != nil {
			b.Fatal(err)
		}
	}
	if err := add.flush(); err != nil {
		b.Fatal(err)
	}
}

func benchIndex(b *testing.B) *Index {
	b.Helper()
	ix, err := Open(filepath.Join(b.TempDir(), "search.db"), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ix.Close() })
	return ix
}

// BenchmarkInsert indexes 100,000 entries (C2: reindex in 30 s) and prints how
// large file and process became.
func BenchmarkInsert(b *testing.B) {
	for b.Loop() {
		ix := benchIndex(b)
		start := time.Now()
		fill(b, ix, 100_000, seeded().doc)
		b.ReportMetric(100_000/time.Since(start).Seconds(), "docs/s")
		st, err := ix.Stats()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(st.Bytes)/(1<<20), "file-MiB")
		b.ReportMetric(float64(st.Segments), "segments")
		b.ReportMetric(peak(b, "VmHWM:"), "peak-RSS-MiB")
		b.ReportMetric(peak(b, "RssAnon:"), "RSS-anon-MiB")
	}
}

// peak reads a size of this process in MiB.
func peak(b *testing.B, name string) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0 // not Linux
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name {
			kb, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkUpdateOne is one record changed in an index of 100,000: what an act
// costs behind its commit, two fsyncs included.
func BenchmarkUpdateOne(b *testing.B) {
	ix := benchIndex(b)
	c := seeded()
	fill(b, ix, 100_000, c.doc)
	d := c.doc(7)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		d.Rev = uint64(i + 2)
		if err := ix.Update([]Doc{d}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch is bar C2: p99 ≤ 50 ms over 100,000 entries.
func BenchmarkSearch(b *testing.B) {
	ix := benchIndex(b)
	fill(b, ix, 100_000, seeded().doc)
	r := rand.New(rand.NewPCG(3, 4))
	facets := []string{"division", "agency", "share", CountState}
	for name, query := range map[string]func() Query{
		"two characters":            func() Query { return Query{Kind: "listing", Text: pick1(r, things)[:6]} },
		"one character":             func() Query { return Query{Kind: "listing", Text: string([]rune(pick1(r, things))[0])} },
		"phrase":                    func() Query { return Query{Kind: "listing", Text: pick1(r, things)} },
		"phrase in every text":      func() Query { return Query{Kind: "listing", Text: pick1(r, words)} },
		"phrase and place and year": func() Query { return Query{Kind: "listing", Text: pick1(r, things) + " " + pick1(r, places) + " 2020"} },
		"word with two facets": func() Query {
			return Query{Kind: "listing", Text: "统计", Facets: []protocol.Facet{{Name: "agency", Value: pick1(r, agencies)}, {Name: "share", Value: "2"}}}
		},
		"phrase with facet counts": func() Query { return Query{Kind: "listing", Text: pick1(r, things), Count: facets} },
		"digits, counts, any kind": func() Query { return Query{Text: "20", Count: facets} },
	} {
		b.Run(name, func(b *testing.B) { measure(b, ix, query) })
	}
}

// BenchmarkInbox is bar C1: 50 of 1,000,000 in p99 ≤ 20 ms, by number ≤ 5 ms.
func BenchmarkInbox(b *testing.B) {
	if testing.Short() {
		b.Skip("makes 1,000,000 cases")
	}
	ix := benchIndex(b)
	r := rand.New(rand.NewPCG(5, 6))
	start := time.Now()
	fill(b, ix, 1_000_000, func(i int) Doc { return caseDoc(r, i) })
	st, err := ix.Stats()
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("1,000,000 cases: %.0f docs/s, %d MiB, %d segments", 1e6/time.Since(start).Seconds(), st.Bytes>>20, st.Segments)
	dept := func() protocol.Facet { return protocol.Facet{Name: "dept", Value: strconv.Itoa(r.IntN(40))} }
	for name, query := range map[string]func() Query{
		"inbox of a department":       func() Query { return Query{Kind: "case", State: "accepted", Facets: []protocol.Facet{dept()}} },
		"inbox of a state":            func() Query { return Query{Kind: "case", State: "decided"} },
		"all, with counts of states":  func() Query { return Query{Kind: "case", Count: []string{CountState}} },
		"by number":                   func() Query { return Query{Kind: "case", Key: caseNumber(r.IntN(1_000_000))} },
		"cases of one person":         func() Query { return Query{Kind: "case", Key: person(r.IntN(300_000))} },
		"words in titles of the dept": func() Query { return Query{Kind: "case", Text: pick1(r, things), Facets: []protocol.Facet{dept()}} },
	} {
		b.Run(name, func(b *testing.B) { measure(b, ix, query) })
	}
}

func caseNumber(i int) string { return fmt.Sprintf("222400-%09d", i) }
func person(i int) string     { return fmt.Sprintf("p%016x", i*7919) }

func caseDoc(r *rand.Rand, i int) Doc {
	state := "decided"
	if r.IntN(200) == 0 {
		state = "accepted"
	}
	return Doc{
		Ref: protocol.Ref{Kind: "case", ID: caseNumber(i)}, Epoch: 1, Rev: 1, At: protocol.Instant(1_700_000_000_000 + int64(i)*60),
		Terms: protocol.Terms{
			Title: pick1(r, things) + "申领", State: state, Keys: []string{caseNumber(i), person(r.IntN(300_000))},
			Facets: []protocol.Facet{{Name: "dept", Value: strconv.Itoa(r.IntN(40))}, {Name: "division", Value: strconv.Itoa(r.IntN(20))}},
		},
	}
}

func measure(b *testing.B, ix *Index, query func() Query) {
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := ix.Search(b.Context(), query()); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
