package hub

import (
	"xiangyun/protocol"
)

// standing is a view in which everything is cited as it stands: what a draft
// would meet if it were decided now.
type standing struct{ *Server }

// Cited gives the record as this server has applied it.
func (v standing) Cited(ref protocol.Ref) (protocol.Record, bool) {
	rec, ok, err := v.fsm.Record(ref)
	return rec, ok && err == nil
}

// Level is the level whose rules apply.
func (v standing) Level() uint16 { return v.fsm.Level() }

// would asks the rules what they would say to a draft now, and changes nothing.
// It is for people to see before they ask; what counts is what the state machine
// says when the draft is decided.
func (s *Server) would(d protocol.Draft) (*protocol.Refusal, error) {
	h := &protocol.Header{Origin: protocol.Hub, Ref: d.Ref, Act: d.Act, At: s.Now(), By: d.By, Deps: d.Deps, Answers: d.Answers, Feature: s.fsm.Level()}
	rec, ok, err := s.fsm.Record(d.Ref)
	if err != nil {
		return nil, err
	}
	old := &rec
	if !ok {
		old = nil
	} else {
		h.Rev, h.RecEpoch = rec.Rev+1, rec.Epoch
	}
	_, no, err := protocol.Lookup(d.Ref.Kind).Complete(old, h, d.Body, standing{s})
	return no, err
}
