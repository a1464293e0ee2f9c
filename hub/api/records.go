package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type byRef struct {
	Kind string `path:"kind" max:"40"`
	ID   string `path:"id"`
}

// RecordView is any record with all that happened to it.
type RecordView struct {
	rest.AnyRecord
	History []rest.Step `json:"history"`
}

func (s *server) records(a *rest.API) {
	rest.Handle(a, get("/history/{kind}/{id}", "history", "records", "一条记录的经过", protocol.MayReadStatus),
		func(_ context.Context, _ *protocol.Account, in byRef) (rest.List[rest.Step], error) {
			steps, err := s.history(ref(protocol.KindName(in.Kind), in.ID))
			return rest.All(steps), err
		})
	rest.Handle(a, get("/records/{kind}/{id}", "getRecord", "records", "任一记录及其经过", protocol.MayReadRecords), s.record)
}

func (s *server) record(_ context.Context, _ *protocol.Account, in byRef) (v RecordView, err error) {
	of := ref(protocol.KindName(in.Kind), in.ID)
	rec, ok, err := s.read.Get(of)
	if err == nil && !ok {
		err = rest.Missing(of)
	}
	if err != nil {
		return v, err
	}
	v.AnyRecord = rest.AnyRecordOf(rec)
	v.History, err = s.history(of)
	return v, err
}

func (s *server) history(of protocol.Ref) ([]rest.Step, error) {
	steps, err := s.read.History(of)
	if err != nil {
		return nil, err
	}
	list := make([]rest.Step, 0, len(steps))
	for _, one := range steps {
		list = append(list, rest.Step{Rev: one.Rev, Act: one.Act, By: one.By, At: one.At.Time(), Home: one.Home, Index: one.Index})
	}
	return list, nil
}
