package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// ask is what one hub server asks of the leader: to decide batches, to act for
// the hub, to note that a node's process is alive, or to change the quorum.
// Exactly one is set.
type ask struct {
	batches []wire.Batch
	Group   []draftOnWire `json:"group,omitempty"`
	Claim   *claim        `json:"claim,omitempty"`
	Change  *change       `json:"change,omitempty"`
	Digest  []byte        `json:"digest,omitempty"` // a digest command of the asker

	Standing protocol.NodeID `json:"standing,omitempty"` // is this server still a member?
}

// encode writes batches one after another as they are, because they are nearly
// all that ever crosses, and anything else as JSON; the first byte tells.
func (q *ask) encode() (out []byte, err error) {
	if len(q.batches) == 0 {
		return json.Marshal(q)
	}
	for i := range q.batches {
		if out, err = wire.AppendBatch(out, &q.batches[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readAsk reads what encode wrote; batches are views of payload.
func readAsk(payload []byte) (q ask, err error) {
	if bytes.HasPrefix(payload, []byte{'{'}) {
		if err := json.Unmarshal(payload, &q); err != nil {
			return q, &protocol.Fault{Code: protocol.Malformed, Op: "read ask", Err: err}
		}
		return q, nil
	}
	for first := true; first || len(payload) > 0; first = false {
		var b wire.Batch
		if b, payload, err = wire.ReadBatch(payload); err != nil {
			return q, err
		}
		q.batches = append(q.batches, b)
	}
	return q, nil
}

// reply answers an ask.
type reply struct {
	Decisions []replication.Decision `json:"decisions,omitempty"`
	Records   []protocol.Record      `json:"records,omitempty"`
	Index     uint64                 `json:"index,omitempty"`
	Removed   bool                   `json:"removed,omitempty"` // answers Standing
	Fault     *protocol.Fault        `json:"fault,omitempty"`
}

// draftOnWire is a draft whose body is already JSON.
type draftOnWire struct {
	Ref     protocol.Ref    `json:"ref"`
	Act     protocol.Act    `json:"act"`
	Body    json.RawMessage `json:"body"`
	By      string          `json:"by"`
	Rev     uint64          `json:"rev,omitempty"`
	Deps    []protocol.Dep  `json:"deps,omitempty"`
	Answers protocol.Ref    `json:"answers,omitzero"`
}

func packDrafts(drafts []protocol.Draft) ([]draftOnWire, error) {
	list := make([]draftOnWire, len(drafts))
	for i, d := range drafts {
		body, err := json.Marshal(d.Body)
		if err != nil {
			return nil, err
		}
		list[i] = draftOnWire{d.Ref, d.Act, body, d.By, d.Rev, d.Deps, d.Answers}
	}
	return list, nil
}

func unpackDrafts(list []draftOnWire) []protocol.Draft {
	drafts := make([]protocol.Draft, len(list))
	for i, d := range list {
		drafts[i] = protocol.Draft{Ref: d.Ref, Act: d.Act, Body: d.Body, By: d.By, Rev: d.Rev, Deps: d.Deps, Answers: d.Answers}
	}
	return drafts
}

// sessions gives the shared session with another hub server; link.Pool is one.
type sessions interface {
	Get(ctx context.Context, addr string, want protocol.NodeID) (link.Session, error)
}

const forwardWait = 12 * time.Second

// exchange sends one ask to a server and reads its reply.
func exchange(ctx context.Context, s link.Session, q ask) (reply, error) {
	payload, err := q.encode()
	if err != nil {
		return reply{}, err
	}
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		return reply{}, err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	if err := wire.NewWriter(st).Write(wire.FramePropose, wire.MustUnderstand, payload); err != nil {
		return reply{}, err
	}
	f, err := wire.NewReader(st).Expect(wire.FrameProposed)
	if err != nil {
		return reply{}, err
	}
	var r reply
	if err := json.Unmarshal(f.Payload, &r); err != nil {
		return reply{}, &protocol.Fault{Code: protocol.Malformed, Op: "read reply of leader", Err: err}
	}
	if r.Fault != nil {
		return r, r.Fault
	}
	return r, nil
}

// serveAsk is the verb by which the leader answers other hub servers. A server
// that is no leader any more says busy, and the asker tries again.
func (s *Server) serveAsk(ctx context.Context, c *replication.Conversation) error {
	q, err := readAsk(c.First.Payload)
	if err != nil {
		return err
	}
	r, err := s.answerAsk(ctx, q)
	if err != nil {
		r.Fault = asFault(err)
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return c.Out.Write(wire.FrameProposed, wire.MustUnderstand, payload)
}

func (s *Server) answerAsk(ctx context.Context, q ask) (r reply, err error) {
	if !s.quorum.IsLeader() {
		if q.Change != nil && (q.Change.Op == "join" || q.Change.Op == "replace") { // a newcomer knows one server only
			return s.askOnce(ctx, q)
		}
		return r, protocol.NewFault(protocol.Busy, "lead", "本服务器不是主服务器")
	}
	switch {
	case q.Digest != nil:
		_, _, err = s.quorum.Apply(ctx, q.Digest)
		return r, err
	case q.Standing != "":
		r.Removed, err = s.quorum.Removed(ctx, q.Standing)
		return r, err
	case q.Change != nil:
		return r, s.alter(ctx, *q.Change)
	case q.Claim != nil:
		return r, s.presence.claim(*q.Claim, s.cfg.Now())
	case q.Group != nil:
		r.Records, r.Index, err = s.actHere(ctx, unpackDrafts(q.Group))
		return r, err
	}
	r.Decisions, err = s.proposeHere(ctx, q.batches)
	return r, err
}

func asFault(err error) *protocol.Fault {
	var f *protocol.Fault
	if errors.As(err, &f) {
		return f
	}
	return &protocol.Fault{Code: protocol.CodeOf(err), Op: "lead", Text: "省级主服务器未能完成,请重试"}
}
