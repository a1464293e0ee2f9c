package api

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/replication/search"
)

// page is what every list takes.
type page struct {
	Q     string `query:"q" doc:"检索词,须全部出现"`
	State string `query:"state" doc:"状态"`
	Key   string `query:"key" doc:"精确查找:编号或代码"`
	Limit int    `query:"limit" max:"200" doc:"每页条数,默认 50"`
	After string `query:"after" doc:"上一页的 next"`
}

func (p page) of(kind protocol.KindName, facets ...protocol.Facet) search.Query {
	q := search.Query{Kind: kind, Text: p.Q, State: p.State, Key: p.Key, Limit: p.Limit, After: p.After}
	for _, f := range facets {
		if f.Value != "" {
			q.Facets = append(q.Facets, f)
		}
	}
	return q
}

// Row is one line of a list: what every kind tells of itself.
type Row struct {
	ID     string           `json:"id"`
	Title  string           `json:"title"`
	State  string           `json:"state,omitempty"`
	At     time.Time        `json:"at"`
	Facets []protocol.Facet `json:"facets,omitempty"`
}

// rows lists what q finds.
func (s *server) rows(ctx context.Context, q search.Query) (rest.List[Row], error) {
	res, err := s.Reader.Search(ctx, q)
	if err != nil {
		return rest.List[Row]{}, err
	}
	items := make([]Row, 0, len(res.Hits))
	for _, h := range res.Hits {
		items = append(items, Row{ID: h.Ref.ID, Title: h.Title, State: h.State, At: h.At.Time(), Facets: h.Facets})
	}
	return listOf(items, res), nil
}

// found lists what q finds, each made from its record. The index follows the
// records at a short distance: what is gone meanwhile is left out.
func found[T any](ctx context.Context, s *server, q search.Query, of func(protocol.Record) (T, error)) (rest.List[T], error) {
	res, err := s.Reader.Search(ctx, q)
	if err != nil {
		return rest.List[T]{}, err
	}
	items := make([]T, 0, len(res.Hits))
	for _, h := range res.Hits {
		rec, ok, err := s.Reader.Get(h.Ref)
		if err != nil {
			return rest.List[T]{}, err
		}
		if !ok || rec.Body == nil {
			continue
		}
		item, err := of(rec)
		if err != nil {
			return rest.List[T]{}, err
		}
		items = append(items, item)
	}
	return listOf(items, res), nil
}

func listOf[T any](items []T, res search.Result) rest.List[T] {
	return rest.List[T]{Items: items, Next: res.Next, Total: res.Total.N, More: res.Total.More}
}

// one reads a record of a kind whose body is T.
func one[T any](s *server, kind protocol.KindName, id string) (rest.Record[T], error) {
	ref := protocol.Ref{Kind: kind, ID: id}
	rec, ok, err := s.Reader.Get(ref)
	rec.Ref = ref
	return rest.Found[T](rec, ok, err)
}

// history is what happened to ref, oldest first.
func (s *server) history(ref protocol.Ref) ([]rest.Step, error) {
	steps, err := s.Reader.History(ref)
	if err != nil {
		return nil, err
	}
	list := make([]rest.Step, 0, len(steps))
	for _, one := range steps {
		list = append(list, rest.Step{Rev: one.Rev, Act: one.Act, By: one.By, At: one.At.Time(), Home: one.Home, Index: one.Index})
	}
	return list, nil
}
