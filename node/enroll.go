package node

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// Names of what a node keeps in its folder.
const (
	secretDir    = "secret"
	provinceFile = "province.key"
	placeFile    = "place.json"
	storeFile    = "node.db"
	searchFile   = "search.db"
	draftFile    = "drafts.db" // of people, not of the province: lost with the node
	blobDir      = "blobs"
)

// place is what a node knows of itself and of the hub; it survives restarts so
// that a node finds the hub after any outage.
type place struct {
	Node    protocol.NodeID `json:"node"`
	Epoch   uint64          `json:"epoch"`
	Servers []wire.Server   `json:"servers"`
	Last    wire.Positions  `json:"last,omitempty"`  // where the chains go on under this epoch
	Begun   bool            `json:"begun,omitempty"` // this enrolment had a database: a missing one is a lost one
}

// Enrolment says what to enrol with.
type Enrolment struct {
	Dir    string
	Token  string
	Server string                         // host:port of any hub server
	Socket func() (net.PacketConn, error) // nil opens one
	Link   link.Options
	Now    func() time.Time
}

// Enroll joins the province with a one-use token, or joins again under a new
// epoch with a new one: after the loss of a disk, or to settle a fork. The key
// is made here and never leaves; asked again with the same token, a lost
// answer costs nothing.
func Enroll(ctx context.Context, e Enrolment) (protocol.NodeID, error) {
	if e.Now == nil {
		e.Now = time.Now
	}
	token, err := identity.ParseToken(e.Token)
	if err != nil {
		return "", err
	}
	old, err := loadPlace(e.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && protocol.CodeOf(err) != protocol.Malformed { // a damaged file is mended by enrolling
		return "", err
	}
	key, err := freshKey(filepath.Join(e.Dir, secretDir), token.ID)
	if err != nil {
		return "", err
	}
	answer, err := e.ask(ctx, identity.NewEnrolling(key, token.Pin, e.Now), replication.EnrollAsk{Token: e.Token, Role: protocol.RoleNode, Held: old.Node})
	if err != nil {
		return "", err
	}
	if answer.Role != protocol.RoleNode {
		return "", protocol.NewFault(protocol.Denied, "enroll", "这是省级服务器的令牌,不能用于节点")
	}
	return answer.Subject, e.keep(key, answer)
}

// freshKey makes the key for one token, or finds the one made for it before.
func freshKey(dir, token string) (ed25519.PrivateKey, error) {
	pending := filepath.Join(dir, "pending-"+token)
	if b, err := identity.LoadBundle(pending); err == nil {
		return b.Key, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, err := identity.NewKey()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(pending, 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	return key, identity.Bundle{Key: key}.Save(pending)
}

func (e Enrolment) ask(ctx context.Context, holder *identity.Holder, ask replication.EnrollAsk) (answer replication.EnrollAnswer, err error) {
	if ask.CSR, err = identity.Request(holder.Bundle().Key, "joining"); err != nil {
		return answer, err
	}
	open := e.Socket
	if open == nil {
		open = func() (net.PacketConn, error) { return link.ListenUDP(":0") }
	}
	pc, err := open()
	if err != nil {
		return answer, fmt.Errorf("open socket: %w", err)
	}
	defer pc.Close()
	end, err := link.Open(pc, holder, nil, e.Link)
	if err != nil {
		return answer, err
	}
	defer end.Close()
	session, err := end.Dial(ctx, e.Server, identity.ALPNEnroll, "", identity.RoleHub)
	if err != nil {
		return answer, err
	}
	defer session.Close(0, "enrolled")
	return replication.AskEnroll(ctx, session, ask)
}

// keep writes identity and place; the place comes last, as the sign that all
// is there. A folder that already is another node is never overwritten.
func (e Enrolment) keep(key ed25519.PrivateKey, a replication.EnrollAnswer) error {
	old, err := loadPlace(e.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && old.Node != a.Subject {
		return protocol.NewFault(protocol.Denied, "enroll", "目录 %s 属于节点 %s,令牌属于 %s;请换一个目录", e.Dir, old.Node, a.Subject)
	}
	leaf, roots, err := identity.ParseChain(a.Chain)
	if err != nil {
		return err
	}
	secret := filepath.Join(e.Dir, secretDir)
	if err := (identity.Bundle{Key: key, Leaf: leaf, Roots: roots}).Save(secret); err != nil {
		return err
	}
	if err := identity.WriteSecret(filepath.Join(secret, provinceFile), a.Province); err != nil {
		return err
	}
	servers := a.Servers
	if !slices.ContainsFunc(servers, func(s wire.Server) bool { return s.Addr == e.Server }) {
		servers = append(servers, wire.Server{ID: "first", Addr: e.Server})
	}
	return savePlace(e.Dir, place{Node: a.Subject, Epoch: a.Epoch, Servers: servers, Last: a.Last})
}

func loadPlace(dir string) (p place, err error) {
	data, err := os.ReadFile(filepath.Join(dir, placeFile))
	if err != nil {
		return p, fmt.Errorf("read place: %w", err)
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, &protocol.Fault{Code: protocol.Malformed, Op: "read place", Text: "文件 " + placeFile + " 已损坏,请用新令牌重新接入", Err: err}
	}
	return p, nil
}

func savePlace(dir string, p place) error {
	data, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		return err
	}
	return identity.WriteSecret(filepath.Join(dir, placeFile), data)
}
