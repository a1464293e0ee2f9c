package replication

import (
	"context"
	"encoding/json"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// EnrollAsk is what a process that wants to join, or to renew its certificate,
// sends over ALPN xy-enroll/1: the first and only exchange of such a session.
type EnrollAsk struct {
	Token string `json:"token,omitempty"` // empty to renew
	CSR   []byte `json:"csr"`
	Addr  string `json:"addr,omitempty"` // of a hub server: where others reach it

	// What a token is going to be used for. A token made for something else is
	// refused before it is used up: it would fence the node it was made for.
	Role string          `json:"role,omitempty"`
	Held protocol.NodeID `json:"held,omitempty"` // the node whose folder it is already
}

// EnrollAnswer is what it gets.
type EnrollAnswer struct {
	Subject  protocol.NodeID `json:"subject"`
	Role     string          `json:"role"`
	Epoch    uint64          `json:"epoch,omitempty"`
	Chain    [][]byte        `json:"chain"` // DER: leaf, then root
	Servers  []wire.Server   `json:"servers,omitempty"`
	Last     wire.Positions  `json:"last,omitempty"`     // where the node's chains go on
	Province []byte          `json:"province,omitempty"` // key of applicants' fingerprints
	CAKey    []byte          `json:"caKey,omitempty"`    // PEM, for a hub server only
	CACert   []byte          `json:"caCert,omitempty"`
	Fault    *protocol.Fault `json:"fault,omitempty"`
}

const enrollWait = 15 * time.Second

// AskEnroll sends an ask and waits for the answer; a refusal is a *protocol.Fault.
func AskEnroll(ctx context.Context, s link.Session, ask EnrollAsk) (EnrollAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, enrollWait)
	defer cancel()
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		return EnrollAnswer{}, err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	payload, err := json.Marshal(ask)
	if err != nil {
		return EnrollAnswer{}, err
	}
	if err := wire.NewWriter(st).Write(wire.FrameEnroll, wire.MustUnderstand, payload); err != nil {
		return EnrollAnswer{}, err
	}
	f, err := wire.NewReader(st).Expect(wire.FrameEnrolled)
	if err != nil {
		return EnrollAnswer{}, err
	}
	var answer EnrollAnswer
	if err := json.Unmarshal(f.Payload, &answer); err != nil {
		return answer, &protocol.Fault{Code: protocol.Malformed, Op: "enroll", Text: "省级的答复无法读取", Err: err}
	}
	if answer.Fault != nil {
		return answer, answer.Fault
	}
	return answer, nil
}

// ServeEnroll answers the one exchange of a session over xy-enroll/1.
func ServeEnroll(ctx context.Context, s link.Session, decide func(context.Context, EnrollAsk) (EnrollAnswer, error)) error {
	ctx, cancel := context.WithTimeout(ctx, enrollWait)
	defer cancel()
	st, err := s.AcceptStream(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	f, err := wire.NewReader(st).Expect(wire.FrameEnroll)
	if err != nil {
		return err
	}
	var ask EnrollAsk
	if err := json.Unmarshal(f.Payload, &ask); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: "enroll", Err: err}
	}
	answer, err := decide(ctx, ask)
	if err != nil {
		answer = EnrollAnswer{Fault: outward(err)}
	}
	payload, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	if err := wire.NewWriter(st).Write(wire.FrameEnrolled, wire.MustUnderstand, payload); err != nil {
		return err
	}
	lingerFor(ctx, st)
	return nil
}

// outward keeps what only the log may know on this side.
func outward(err error) *protocol.Fault {
	f, ok := err.(*protocol.Fault)
	if !ok || f.Code == protocol.Internal {
		return protocol.NewFault(protocol.Internal, "enroll", "省级服务器内部错误,请稍后重试或联系省级管理员")
	}
	return &protocol.Fault{Code: f.Code, Op: f.Op, Rule: f.Rule, Text: f.Text, Hint: f.Hint}
}
