package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// tokenLife is how long a token may be used (architecture §7).
const tokenLife = 15 * time.Minute

// certificate lives: short, because they renew by themselves.
const (
	nodeCertLife   = 7 * 24 * time.Hour
	serverCertLife = 30 * 24 * time.Hour
)

// blocksAhead is how many receipt numbers a node keeps in reserve.
const blocksAhead = 2 * protocol.BlockSize

// PlanNode names a place that may join.
func (s *Server) PlanNode(ctx context.Context, who *protocol.Account, n protocol.Node) (protocol.Record, error) {
	if err := s.may(who, protocol.MayManageNode); err != nil {
		return protocol.Record{}, err
	}
	if n.Ordinal == 0 {
		var err error
		if n.Ordinal, err = s.nextOrdinal(n.ID); err != nil {
			return protocol.Record{}, err
		}
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "node", ID: string(n.ID)}, Act: "plan", Body: n, By: by(who)})
}

// nextOrdinal is the number a planned node bears in serials and by which it gets
// its stretch of case numbers (cases.N-02): its place among the standard nodes, else
// the first behind all that are given.
func (s *Server) nextOrdinal(id protocol.NodeID) (int, error) {
	standard := protocol.StandardNodes()
	for i, p := range standard {
		if p.ID == id {
			return i + 1, nil
		}
	}
	last := len(standard)
	err := s.each("node", func(rec protocol.Record) error {
		n, err := protocol.Load[protocol.Node](rec)
		if err == nil && n.ID != id {
			last = max(last, n.Ordinal)
		}
		return err
	})
	return last + 1, err
}

// EndNode fences or revokes a node: nothing it writes is taken any more.
func (s *Server) EndNode(ctx context.Context, who *protocol.Account, id protocol.NodeID, act protocol.Act, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayManageNode); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "node", ID: string(id)}, Act: act, Body: protocol.Node{Reason: reason}, By: by(who)})
}

// Token is a new enrolment token; Text is shown once and kept nowhere.
type Token struct {
	ID      string           `json:"id"`
	Role    string           `json:"role"`
	Subject protocol.NodeID  `json:"subject"`
	Text    string           `json:"token"`
	Expires protocol.Instant `json:"expires"`
}

// IssueToken makes a one-use token for a planned node or a new hub server.
func (s *Server) IssueToken(ctx context.Context, who *protocol.Account, role string, subject protocol.NodeID) (Token, error) {
	if err := s.may(who, protocol.MayManageNode); err != nil {
		return Token{}, err
	}
	if role == protocol.RoleNode {
		node, rec, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(subject)})
		if err != nil {
			return Token{}, fmt.Errorf("节点 %s 尚未规划: %w", subject, err)
		}
		if err := s.twoForAFork(who, node, rec.By); err != nil {
			return Token{}, err
		}
	}
	id, err := randomID()
	if err != nil {
		return Token{}, err
	}
	secret, err := identity.NewToken(rand.Reader, id, s.authority.Root())
	if err != nil {
		return Token{}, err
	}
	t := Token{ID: id, Role: role, Subject: subject, Text: secret.Text(), Expires: s.Now() + protocol.Instant(tokenLife.Milliseconds())}
	body := protocol.Enrolment{Role: role, Subject: subject, Secret: secret.Hash(), Expires: t.Expires}
	_, err = s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "enrolment", ID: id}, Act: "issue", Body: body, By: by(who)})
	return t, err
}

// twoForAFork: a new epoch gives up what a forked node wrote beyond the hub's
// last line, so one person fences the node and another lets it in again
// (replication.F3).
func (s *Server) twoForAFork(who *protocol.Account, node *protocol.Node, fencedBy string) error {
	o, ok, err := s.fsm.Origin(node.ID)
	if err != nil || !ok || o.Other == ([3]protocol.Pos{}) {
		return err
	}
	switch {
	case node.State != protocol.NodeFenced:
		return &protocol.Fault{Code: protocol.Refused, Op: "issue token", Rule: "F3", Text: "节点的日志与省级已有的分叉,请先隔离该节点,再由另一人发放令牌"}
	case fencedBy == by(who):
		return &protocol.Fault{Code: protocol.Refused, Op: "issue token", Rule: "F3", Text: "分叉须由两人处理:您已隔离该节点,请由另一位管理员发放令牌"}
	}
	return nil
}

// randomID is ten characters that people can read out: no I, L, O, U.
func randomID() (string, error) {
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	b := make([]byte, 10)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("draw token id: %w", err)
	}
	for i := range b {
		b[i] = letters[b[i]&31]
	}
	return string(b), nil
}

// Enrolled is what a process gets for its token: its certificate under the
// provincial root, and for a node its epoch.
type Enrolled struct {
	Subject protocol.NodeID
	Role    string
	Epoch   uint64
	Chain   [][]byte // DER, leaf first, root last
}

// Enroll uses a token up for the key of a certificate request. Asked again with
// the same token and key it gives the same answer, so that a lost answer costs
// nothing; with another key it refuses.
func (s *Server) Enroll(ctx context.Context, text string, csr []byte) (Enrolled, error) {
	token, err := identity.ParseToken(text)
	if err != nil {
		return Enrolled{}, err
	}
	key, err := identity.RequestKey(csr)
	if err != nil {
		return Enrolled{}, err
	}
	ref := protocol.Ref{Kind: "enrolment", ID: token.ID}
	e, _, err := load[protocol.Enrolment](s, ref)
	if protocol.CodeOf(err) == protocol.Gone || err == nil && !token.Matches(e.Secret) {
		return Enrolled{}, protocol.NewFault(protocol.Denied, "enroll", "令牌不存在或不正确,请核对后重试,或向省级管理员另要一个")
	}
	if err != nil {
		return Enrolled{}, err
	}
	if err := s.useToken(ctx, ref, e, key); err != nil {
		return Enrolled{}, err
	}
	return s.certify(e, key, csr)
}

func (s *Server) useToken(ctx context.Context, ref protocol.Ref, e *protocol.Enrolment, public identity.PublicKey) error {
	key := public.Hash()
	if e.State == protocol.TokenUsed && e.Key == key {
		return nil // the answer was lost: give it again
	}
	if e.Expires-s.Now() > protocol.Instant(2*tokenLife.Milliseconds()) { // issued while a clock ran ahead, it would live for years
		return protocol.NewFault(protocol.Denied, "enroll", "令牌签发时服务器时钟有误,不再有效,请向省级管理员另要一个")
	}
	drafts := []protocol.Draft{{Ref: ref, Act: "use", Body: protocol.Enrolment{Key: key}, By: "enrolment"}}
	if e.Role == protocol.RoleNode {
		more, err := s.admitNode(e.Subject, public)
		if err != nil {
			return err
		}
		drafts = append(drafts, more...)
	}
	_, _, err := s.Act(ctx, drafts...)
	var f *protocol.Fault
	if errors.As(err, &f) && f.Code == protocol.Refused { // a race for the token: whoever holds it may ask again
		if now, _, lerr := load[protocol.Enrolment](s, ref); lerr == nil && now.State == protocol.TokenUsed && now.Key == key {
			return s.fillBlocks(ctx, e)
		}
		return &protocol.Fault{Code: protocol.Denied, Op: "enroll", Rule: f.Rule, Text: f.Text}
	}
	return err
}

// admitNode opens the node's new epoch and gives it receipt numbers for it.
func (s *Server) admitNode(id protocol.NodeID, key identity.PublicKey) ([]protocol.Draft, error) {
	node, _, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(id)})
	if err != nil {
		return nil, err
	}
	drafts := []protocol.Draft{{Ref: protocol.Ref{Kind: "node", ID: string(id)}, Act: "enroll", By: "enrolment",
		Body: protocol.Node{Key: key.Hash(), Keys: []protocol.NodeKey{{Key: key[:]}}}}}
	next, err := s.nextBlock()
	if err != nil {
		return nil, err
	}
	for i := range uint64(blocksAhead / protocol.BlockSize) {
		drafts = append(drafts, blockDraft(next+i, id, node.Epoch+1))
	}
	return drafts, nil
}

// fillBlocks gives a node what it lacks of its first receipt numbers: another
// node that enrolled at the same time took a block that was meant for it.
func (s *Server) fillBlocks(ctx context.Context, e *protocol.Enrolment) error {
	if e.Role != protocol.RoleNode {
		return nil
	}
	for {
		have, err := s.blocksOf(e.Subject)
		if err != nil || have >= blocksAhead/protocol.BlockSize {
			return err
		}
		err = s.issueBlock(ctx, e.Subject)
		if err != nil && protocol.CodeOf(err) != protocol.Refused { // refused: taken meanwhile, look again
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// blocksOf counts the blocks of a node's current epoch.
func (s *Server) blocksOf(id protocol.NodeID) (n int, err error) {
	node, _, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(id)})
	if err != nil {
		return 0, err
	}
	err = s.each("numblock", func(rec protocol.Record) error {
		b, err := protocol.Load[protocol.NumberBlock](rec)
		if err == nil && b.Node == id && b.Epoch == node.Epoch {
			n++
		}
		return err
	})
	return n, err
}

func blockDraft(n uint64, id protocol.NodeID, epoch uint64) protocol.Draft {
	return protocol.Draft{Ref: protocol.Ref{Kind: "numblock", ID: protocol.BlockID(n)}, Act: "issue", By: "steward",
		Body: protocol.NumberBlock{Node: id, Epoch: epoch}}
}

// nextBlock is the first block that nobody has. Two servers asking at once may
// get the same: the second is then refused (N-01) and asks again.
func (s *Server) nextBlock() (uint64, error) {
	last := uint64(0)
	err := s.each("numblock", func(rec protocol.Record) error {
		n, err := strconv.ParseUint(rec.Ref.ID, 10, 64)
		last = max(last, n)
		return err
	})
	return last + 1, err
}

func (s *Server) certify(e *protocol.Enrolment, key identity.PublicKey, csr []byte) (Enrolled, error) {
	got := Enrolled{Subject: e.Subject, Role: e.Role}
	role, life := identity.RoleHub, serverCertLife
	if e.Role == protocol.RoleNode {
		role, life = identity.RoleNode, nodeCertLife
		node, _, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(e.Subject)})
		if err != nil {
			return got, err
		}
		if node.State != protocol.NodeEnrolled { // also for the key it had: revoking is done by not renewing
			return got, protocol.NewFault(protocol.Fenced, "enroll", "节点 %s 已被隔离或注销,请联系省级管理员", e.Subject)
		}
		if node.Key != key.Hash() {
			return got, protocol.NewFault(protocol.Fenced, "enroll", "节点已由另一个密钥接入,请另要一个令牌")
		}
		got.Epoch = node.Epoch
	}
	cert, err := s.authority.Sign(csr, role, e.Subject, life)
	if err != nil {
		return got, err
	}
	got.Chain = [][]byte{cert.Raw, s.authority.Root().Raw}
	return got, nil
}

// Renew gives a process that still holds a valid certificate a new one for the
// same key (replication.R4: sessions go on meanwhile).
func (s *Server) Renew(peer identity.Peer, csr []byte) (Enrolled, error) {
	key, err := identity.RequestKey(csr)
	if err != nil {
		return Enrolled{}, err
	}
	if key.Hash() != peer.KeyHash {
		return Enrolled{}, protocol.NewFault(protocol.Denied, "renew", "续期请求的密钥与现有证书不一致")
	}
	role := protocol.RoleServer
	if peer.Role == identity.RoleNode {
		role = protocol.RoleNode
	}
	return s.certify(&protocol.Enrolment{Role: role, Subject: peer.ID}, key, csr)
}

// CreateAccount makes an account of the hub's console. The first one is made by
// nobody, on the command line of a hub server.
func (s *Server) CreateAccount(ctx context.Context, who *protocol.Account, a protocol.Account, password string) (protocol.Record, error) {
	author := "system"
	if who != nil {
		if err := s.may(who, protocol.MayManageAccount); err != nil {
			return protocol.Record{}, err
		}
		author = by(who)
	}
	hash, err := identity.HashPassword(password)
	if err != nil {
		return protocol.Record{}, err
	}
	a.Place, a.Password = protocol.Hub, hash
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "account", ID: protocol.AccountID(a.Place, a.Login)}, Act: "create", Body: a, By: author})
}

// DisableAccount ends the rights of an account of the hub at once.
func (s *Server) DisableAccount(ctx context.Context, who *protocol.Account, login string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayManageAccount); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "account", ID: protocol.AccountID(protocol.Hub, login)}, Act: "disable",
		Body: protocol.Account{}, By: by(who)})
}
