package scenario

import (
	"context"
	"net/url"
	"slices"
	"time"

	"xiangyun/protocol"
)

// call is one request of a client.
type call func(ctx context.Context, method, path string, in, out any) error

// assessed publishes the figures of 2026, reads them at three servers and two
// nodes, and has them counted again by somebody who has the journals alone.
func assessed(s *stage) {
	it := item(changchun, licensing)
	from, until := day("2026-01-01"), day("2026-12-31")
	s.cardsRest()
	s.must(s.Hub().As("supervisor1").Call(s.ctx, "POST", "/api/v1/assessments", part{"from": from, "until": until}, nil))
	id := protocol.AssessmentID(from, until, it.Agency)
	path := "/api/v1/assessments/" + url.PathEscape(id)
	first := s.figures(s.Hub().Call, path)
	for _, p := range s.Servers() {
		s.equal(p.Name, s.figures(p.Client().Call, path), first)
	}
	for _, at := range []protocol.NodeID{changchun, yanji} {
		s.equal(string(at), settled(s, at, "assessment", id, "已公布", anyway[protocol.Assessment]).Body.Figures, first)
	}
	for _, f := range first {
		s.drillable(path, f)
	}
	s.equal("who has the journals alone", s.outside(it.Agency, from, until), withoutCards(first))
}

// cardsRest waits until the hub has fired no card for five seconds: figures are
// published of one moment, and looked behind at a later one.
func (s *stage) cardsRest() {
	last, since := ^uint64(0), time.Now()
	s.soon("不再有新的牌", func() (bool, error) {
		var list struct{ Total uint64 }
		err := s.Hub().As("supervisor1").Call(s.ctx, "GET", "/api/v1/cards?limit=1", nil, &list)
		if list.Total != last {
			last, since = list.Total, time.Now()
		}
		return time.Since(since) > 5*time.Second, err
	})
}

// figures waits until a server gives a published assessment.
func (s *stage) figures(get call, path string) []protocol.Figure {
	var a struct{ Body protocol.Assessment }
	s.soon("评估已公布", func() (bool, error) {
		err := get(s.ctx, "GET", path, nil, &a)
		return err == nil, err
	})
	if len(a.Body.Figures) < 8 {
		s.fail("only %d figures of a year", len(a.Body.Figures))
	}
	return a.Body.Figures
}

func (s *stage) equal(where string, got, want []protocol.Figure) {
	for _, w := range want {
		i := slices.IndexFunc(got, func(g protocol.Figure) bool { return g.ID == w.ID })
		if i < 0 || got[i] != w {
			s.fail("%s has %+v, published is %+v", where, got, w)
		}
	}
	same(s, "figures of "+where, len(got), len(want))
}

// drillable is A-01: the records behind a figure make it up.
func (s *stage) drillable(path string, f protocol.Figure) {
	var behind struct {
		Now     protocol.Figure
		Records []struct {
			Ref   protocol.Ref
			N, Of int
		}
	}
	s.must(s.Hub().As("supervisor1").Call(s.ctx, "GET", path+"/figures/"+f.ID+"?max=1000", nil, &behind))
	n, of := 0, 0
	for _, r := range behind.Records {
		n, of = n+r.N, of+r.Of
	}
	if behind.Now != f || n != f.N || of != f.Of {
		s.fail("behind %s %d/%d stand %d/%d in %d records, now %+v", f.ID, f.N, f.Of, n, of, len(behind.Records), behind.Now)
	}
}

// withoutCards leaves out what only the hub's own records count for.
func withoutCards(list []protocol.Figure) []protocol.Figure {
	return slices.DeleteFunc(slices.Clone(list), func(f protocol.Figure) bool {
		return slices.Contains([]string{"yellow", "red", "offguide"}, f.ID)
	})
}
