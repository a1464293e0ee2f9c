package hub

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/replication"
)

// provinceFile holds the key of applicants' fingerprints; markFile names how a
// fresh folder begins its quorum.
const (
	provinceFile = "province.key"
	beginFile    = "begin"
)

// Init prepares a folder for the first server of a new hub: the provincial CA,
// the province key and the server's own certificate. An existing hub is never
// overwritten.
func Init(dir string, id protocol.NodeID, now func() time.Time) error {
	if err := emptyFolder(dir); err != nil {
		return err
	}
	authority, err := identity.NewAuthority(now)
	if err != nil {
		return fmt.Errorf("make provincial CA: %w", err)
	}
	key, err := identity.NewKey()
	if err != nil {
		return err
	}
	cert, err := authority.Issue(identity.KeyOf(key), identity.RoleHub, id, serverCertLife)
	if err != nil {
		return err
	}
	province := make([]byte, 32)
	if _, err := rand.Read(province); err != nil {
		return fmt.Errorf("draw province key: %w", err)
	}
	bundle := identity.Bundle{Key: key, Leaf: cert, Roots: []*x509.Certificate{authority.Root()}}
	return prepare(dir, authority, bundle, province, "bootstrap")
}

func emptyFolder(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, secretDir, provinceFile)); !errors.Is(err, fs.ErrNotExist) {
		return protocol.NewFault(protocol.Denied, "prepare hub server", "目录 %s 中已有一个省级服务器,不会覆盖;请换一个目录", dir)
	}
	return nil
}

// prepare writes everything a server needs to start; the province key comes
// last, because Open and emptyFolder take it as the sign that all is there.
func prepare(dir string, authority *identity.Authority, bundle identity.Bundle, province []byte, begin string) error {
	for _, sub := range []string{secretDir, caDir, stateDir, raftDir, blobDir} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	if err := authority.Save(filepath.Join(dir, caDir)); err != nil {
		return err
	}
	if err := bundle.Save(filepath.Join(dir, secretDir)); err != nil {
		return err
	}
	if err := identity.WriteSecret(filepath.Join(dir, secretDir, beginFile), []byte(begin)); err != nil {
		return err
	}
	return identity.WriteSecret(filepath.Join(dir, secretDir, provinceFile), province)
}

// Join prepares a folder for one more server of a running hub: it uses a token
// up and gets its certificate and the provincial CA. The server takes its place
// in the quorum once it runs.
func Join(ctx context.Context, j Joining, o link.Options) (protocol.NodeID, error) {
	pc, err := link.ListenUDP(":0")
	if err != nil {
		return "", fmt.Errorf("open socket: %w", err)
	}
	defer pc.Close()
	return JoinOver(ctx, pc, j, o)
}

// Joining says which hub to join, as what.
type Joining struct {
	Dir       string
	Token     string
	Server    string          // host:port of any hub server
	Advertise string          // host:port at which others reach the new one
	Replaces  protocol.NodeID // a lost server that leaves the quorum first, or ""
}

// JoinOver is Join over a given socket.
func JoinOver(ctx context.Context, pc net.PacketConn, j Joining, o link.Options) (protocol.NodeID, error) {
	if err := emptyFolder(j.Dir); err != nil {
		return "", err
	}
	t, err := identity.ParseToken(j.Token)
	if err != nil {
		return "", err
	}
	key, err := pendingKey(j.Dir)
	if err != nil {
		return "", err
	}
	answer, err := askToJoin(ctx, pc, identity.NewEnrolling(key, t.Pin, time.Now), j.Server, replication.EnrollAsk{Token: j.Token, Addr: j.Advertise, Role: protocol.RoleServer}, o)
	if err != nil {
		return "", err
	}
	if answer.Role != protocol.RoleServer {
		return "", protocol.NewFault(protocol.Denied, "join hub", "这是节点 %s 的令牌,不能用于省级服务器", answer.Subject)
	}
	leaf, roots, err := identity.ParseChain(answer.Chain)
	if err != nil {
		return "", err
	}
	authority, err := identity.ParseAuthority(answer.CACert, answer.CAKey, time.Now)
	if err != nil {
		return "", err
	}
	bundle := identity.Bundle{Key: key, Leaf: leaf, Roots: roots}
	return answer.Subject, prepare(j.Dir, authority, bundle, answer.Province, strings.TrimSpace("join "+j.Server+" "+string(j.Replaces)))
}

// pendingKey keeps the key of an enrolment that has not been answered, so that
// asking again with the same token gives the same certificate.
func pendingKey(dir string) (key ed25519.PrivateKey, err error) {
	secret := filepath.Join(dir, secretDir)
	if bundle, err := identity.LoadBundle(secret); err == nil {
		return bundle.Key, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if key, err = identity.NewKey(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(secret, 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	return key, identity.Bundle{Key: key}.Save(secret)
}

func askToJoin(ctx context.Context, pc net.PacketConn, holder *identity.Holder, server string, ask replication.EnrollAsk, o link.Options) (answer replication.EnrollAnswer, err error) {
	if ask.CSR, err = identity.Request(holder.Bundle().Key, "joining"); err != nil {
		return answer, err
	}
	end, err := link.Open(pc, holder, nil, o)
	if err != nil {
		return answer, err
	}
	defer end.Close()
	session, err := end.Dial(ctx, server, identity.ALPNEnroll, "", identity.RoleHub)
	if err != nil {
		return answer, err
	}
	defer session.Close(0, "enrolled")
	return replication.AskEnroll(ctx, session, ask)
}
