package identity

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"xiangyun/protocol"
)

// Usual lives of certificates. They are short because revoking is done by
// not renewing; a node that stayed away longer renews with its expired
// certificate over ALPNEnroll.
const (
	NodeLife = 7 * 24 * time.Hour
	HubLife  = 30 * 24 * time.Hour
)

const (
	rootLife  = 20 * 365 * 24 * time.Hour
	clockSkew = time.Hour // certificates start this much earlier, for peers whose clock is behind
)

// Authority is the provincial CA. It is safe for concurrent use.
type Authority struct {
	now  func() time.Time
	key  ed25519.PrivateKey
	root *x509.Certificate
}

// NewAuthority makes a new CA with a new key. It exists only in memory until Save.
func NewAuthority(now func() time.Time) (*Authority, error) {
	key, err := NewKey()
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Xiangyun"}, CommonName: "Xiangyun " + Province + " CA"},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // no intermediates: a stolen node key can never issue
	}
	a := &Authority{now: now, key: key}
	a.root, err = a.create(t, t, key.Public(), rootLife)
	if err != nil {
		return nil, fmt.Errorf("make provincial root: %w", err)
	}
	return a, nil
}

// Root is the certificate every place of the province trusts.
func (a *Authority) Root() *x509.Certificate { return a.root }

// Issue certifies key as id in role for life. The CA alone decides role and id.
func (a *Authority) Issue(key PublicKey, role Role, id protocol.NodeID, life time.Duration) (*x509.Certificate, error) {
	if err := validate(role, id); err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	if life <= 0 || a.now().Add(life).After(a.root.NotAfter) {
		return nil, fmt.Errorf("issue certificate for %s/%s: life %s is not positive or outlives the root", role, id, life)
	}
	t := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Xiangyun"}, CommonName: role.String() + "/" + string(id)},
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		URIs:                  []*url.URL{uri(role, id)},
	}
	cert, err := a.create(t, a.root, ed25519.PublicKey(key[:]), life)
	if err != nil {
		return nil, fmt.Errorf("issue certificate for %s/%s: %w", role, id, err)
	}
	return cert, nil
}

// Sign certifies the key of a request made by Request. Whatever names the
// request carries are ignored. A request that does not prove its key is Denied.
func (a *Authority) Sign(csr []byte, role Role, id protocol.NodeID, life time.Duration) (*x509.Certificate, error) {
	key, err := RequestKey(csr)
	if err != nil {
		return nil, err
	}
	return a.Issue(key, role, id, life)
}

func (a *Authority) create(t, parent *x509.Certificate, pub crypto.PublicKey, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := a.now()
	t.SerialNumber, t.NotBefore, t.NotAfter = serial, now.Add(-clockSkew), now.Add(life)
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

const (
	authorityKey  = "ca.key"
	authorityCert = "ca.pem"
)

// Save writes ca.pem and then ca.key (0600) into dir, durably. A folder that
// already holds a CA key is refused with fs.ErrExist: losing that key means
// enrolling the whole province again.
func (a *Authority) Save(dir string) error {
	keyPath := filepath.Join(dir, authorityKey)
	if _, err := os.Lstat(keyPath); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("save CA: %s: %w", keyPath, errors.Join(err, fs.ErrExist))
	}
	key, err := encodeKey(a.key)
	if err != nil {
		return fmt.Errorf("save CA: %w", err)
	}
	if err := writeFile(filepath.Join(dir, authorityCert), encodeCerts(a.root), 0o644); err != nil {
		return fmt.Errorf("save CA certificate: %w", err)
	}
	if err := writeFile(keyPath, key, 0o600); err != nil {
		return fmt.Errorf("save CA key: %w", err)
	}
	return nil
}

// PEM gives certificate and key as Save writes them, for one more hub server.
func (a *Authority) PEM() (cert, key []byte, err error) {
	key, err = encodeKey(a.key)
	return encodeCerts(a.root), key, err
}

// LoadAuthority reads what Save wrote.
func LoadAuthority(dir string, now func() time.Time) (*Authority, error) {
	cert, err := os.ReadFile(filepath.Join(dir, authorityCert))
	if err != nil {
		return nil, fmt.Errorf("load CA certificate: %w", err)
	}
	key, err := readSecret(filepath.Join(dir, authorityKey))
	if err != nil {
		return nil, fmt.Errorf("load CA key: %w", err)
	}
	return ParseAuthority(cert, key, now)
}

// ParseAuthority makes a CA of its PEM files, for a hub server that receives
// them when it joins.
func ParseAuthority(certPEM, keyPEM []byte, now func() time.Time) (*Authority, error) {
	_, certs, err := decodePEM(certPEM)
	if err != nil {
		return nil, fmt.Errorf("read CA certificate: %w", err)
	}
	key, _, err := decodePEM(keyPEM)
	if err != nil {
		return nil, fmt.Errorf("read CA key: %w", err)
	}
	if len(certs) != 1 || key == nil {
		return nil, fmt.Errorf("read CA: want one certificate and one key, found %d and key %t", len(certs), key != nil)
	}
	if pub, ok := certs[0].PublicKey.(ed25519.PublicKey); !ok || !pub.Equal(key.Public()) || !certs[0].IsCA {
		return nil, errors.New("read CA: the certificate is not a CA or belongs to another key")
	}
	return &Authority{now: now, key: key, root: certs[0]}, nil
}
