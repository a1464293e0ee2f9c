package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
)

type byID struct {
	ID string `path:"id" doc:"编号"`
}

// listIn is what every list takes.
type listIn struct {
	Text   string `query:"q" doc:"按文字查找" max:"200"`
	State  string `query:"state" doc:"按状态"`
	Key    string `query:"key" doc:"按编号精确查找"`
	Node   string `query:"node" doc:"按节点"`
	Agency string `query:"agency" doc:"按机构"`
	Want   string `query:"want" doc:"请求的种类"`
	Limit  int    `query:"limit" doc:"每页条数" max:"200"`
	After  string `query:"after" doc:"上一页的 next" max:"200"`
}

// query asks for a page of one kind. nodeFacet is what the kind calls the node
// it belongs to.
func (in listIn) query(kind protocol.KindName, nodeFacet string) console.Query {
	q := console.Query{Kind: kind, Text: in.Text, State: in.State, Key: in.Key, Limit: in.Limit, After: in.After}
	for _, f := range []protocol.Facet{{Name: nodeFacet, Value: in.Node}, {Name: "agency", Value: in.Agency}, {Name: "want", Value: in.Want}} {
		if f.Value != "" {
			q.Facets = append(q.Facets, f)
		}
	}
	return q
}

// list pages through one kind.
func list[T any](s *server, kind protocol.KindName, nodeFacet string) func(context.Context, *protocol.Account, listIn) (rest.List[rest.Record[T]], error) {
	return func(ctx context.Context, _ *protocol.Account, in listIn) (rest.List[rest.Record[T]], error) {
		return found(ctx, s, in.query(kind, nodeFacet), rest.RecordOf[T])
	}
}

// found lists what q finds, each made from its record. The index follows the
// records at a short distance: what is gone meanwhile is left out.
func found[T any](ctx context.Context, s *server, q console.Query, of func(protocol.Record) (T, error)) (rest.List[T], error) {
	res, err := s.read.Search(ctx, q)
	if err != nil {
		return rest.List[T]{}, err
	}
	out := rest.List[T]{Items: []T{}, Next: res.Next, Total: res.Total, More: res.More}
	for _, hit := range res.Hits {
		rec, ok, err := s.read.Get(hit.Ref)
		if err != nil {
			return out, err
		}
		if !ok || rec.Body == nil {
			continue
		}
		item, err := of(rec)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// one reads one record.
func one[T any](s *server, kind protocol.KindName) func(context.Context, *protocol.Account, byID) (rest.Record[T], error) {
	return func(_ context.Context, _ *protocol.Account, in byID) (rest.Record[T], error) {
		rec, ok, err := s.read.Get(protocol.Ref{Kind: kind, ID: in.ID})
		rec.Ref = protocol.Ref{Kind: kind, ID: in.ID}
		return rest.Found[T](rec, ok, err)
	}
}

func ref(kind protocol.KindName, id string) protocol.Ref { return protocol.Ref{Kind: kind, ID: id} }
