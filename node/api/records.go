package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// RecordView is any record with all that happened to it.
type RecordView struct {
	rest.AnyRecord
	History []rest.Step `json:"history"`
}

type recordIn struct {
	Kind string `path:"kind" max:"40"`
	ID   string `path:"id"`
}

func (s *server) records() {
	rest.Handle(s.api, get("/records/{kind}/{id}", "getRecord", "records", "任一记录及其经过", protocol.MayReadRecords), s.getRecord)
}

func (s *server) getRecord(_ context.Context, _ *protocol.Account, in recordIn) (v RecordView, err error) {
	ref := protocol.Ref{Kind: protocol.KindName(in.Kind), ID: in.ID}
	rec, ok, err := s.Reader.Get(ref)
	if err == nil && !ok {
		err = rest.Missing(ref)
	}
	if err != nil {
		return v, err
	}
	v.AnyRecord = rest.AnyRecordOf(rec)
	v.History, err = s.history(ref)
	return v, err
}
