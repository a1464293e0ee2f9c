package identity

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
	"time"

	"xiangyun/protocol"
)

// Province is the organisation in every certificate's URI.
const Province = "jilin"

const scheme = "xiangyun"

// Role is what a certificate lets its holder be.
type Role uint8

// The closed list of roles. The zero Role is nobody: a client that has no
// certificate yet and may only enrol.
const (
	RoleHub  Role = 1
	RoleNode Role = 2
)

func (r Role) String() string {
	switch r {
	case RoleHub:
		return "hub"
	case RoleNode:
		return "node"
	}
	return "nobody"
}

func parseRole(s string) (Role, bool) {
	switch s {
	case "hub":
		return RoleHub, true
	case "node":
		return RoleNode, true
	}
	return 0, false
}

// PublicKey is an Ed25519 key in a form that can be compared.
type PublicKey [ed25519.PublicKeySize]byte

// Hash is the SHA-256 of the key's SPKI, the form in which keys are recorded.
func (k PublicKey) Hash() protocol.Hash { return sha256.Sum256(k.spki()) }

// spki is the fixed SubjectPublicKeyInfo prefix of RFC 8410 and the key.
func (k PublicKey) spki() []byte {
	return append([]byte{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00}, k[:]...)
}

// Peer is what a verified certificate says of its holder. Peers compare with ==.
type Peer struct {
	Role     Role
	ID       protocol.NodeID
	Key      PublicKey // verifies the peer's checkpoints
	KeyHash  protocol.Hash
	NotAfter time.Time
}

func (p Peer) String() string { return p.Role.String() + "/" + string(p.ID) }

// validate keeps a node from being called "hub", the origin of the province's
// own acts (replication.md §1).
func validate(role Role, id protocol.NodeID) error {
	if role != RoleHub && role != RoleNode {
		return fmt.Errorf("unknown role %d", uint8(role))
	}
	if err := id.Validate(); err != nil {
		return err
	}
	if role == RoleNode && id == protocol.Hub {
		return fmt.Errorf("a node cannot be called %q", id)
	}
	return nil
}

func uri(role Role, id protocol.NodeID) *url.URL {
	return &url.URL{Scheme: scheme, Host: Province, Path: "/" + role.String() + "/" + string(id)}
}

// PeerOf reads a certificate. It is strict: an end certificate with an Ed25519
// key for signing only and exactly one name, the URI of this province. It does
// not look at chain or dates. Errors are Denied faults.
func PeerOf(cert *x509.Certificate) (Peer, error) {
	if err := checkLeaf(cert); err != nil {
		return Peer{}, err
	}
	role, id, err := parseURI(cert.URIs[0])
	if err != nil {
		return Peer{}, err
	}
	key := PublicKey(cert.PublicKey.(ed25519.PublicKey))
	return Peer{Role: role, ID: id, Key: key, KeyHash: key.Hash(), NotAfter: cert.NotAfter}, nil
}

func checkLeaf(c *x509.Certificate) error {
	switch {
	case c.IsCA || c.KeyUsage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0:
		return deny("证书是签发机构的证书,不能代表服务器或节点")
	case c.KeyUsage != x509.KeyUsageDigitalSignature:
		return deny("证书的密钥用途不是数字签名")
	case len(c.DNSNames)+len(c.EmailAddresses)+len(c.IPAddresses) > 0:
		return deny("证书里有网址、邮箱或 IP 之类的名称,只允许一个身份 URI")
	case len(c.URIs) != 1:
		return deny("证书里应有且只有一个身份 URI,现有 %d 个", len(c.URIs))
	}
	if key, ok := c.PublicKey.(ed25519.PublicKey); !ok || len(key) != ed25519.PublicKeySize {
		return deny("证书的密钥不是 Ed25519")
	}
	return nil
}

// parseURI takes only the one spelling that uri writes.
func parseURI(u *url.URL) (Role, protocol.NodeID, error) {
	if u.Scheme != scheme || u.Host != Province {
		return 0, "", deny("证书不属于本省(身份 URI 应以 %s://%s/ 开头)", scheme, Province)
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	role, ok := parseRole(name)
	id := protocol.NodeID(rest)
	if !ok || validate(role, id) != nil || u.String() != uri(role, id).String() {
		return 0, "", deny("证书的身份 URI %.100q 写法不对", u.String())
	}
	return role, id, nil
}

func deny(format string, args ...any) error {
	return protocol.NewFault(protocol.Denied, "verify certificate", format, args...)
}
