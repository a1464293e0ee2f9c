package identity

import (
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Bundle is what one process is known by. Leaf is nil until it is enrolled;
// Roots may hold two during a change of CA.
type Bundle struct {
	Key   ed25519.PrivateKey
	Leaf  *x509.Certificate
	Roots []*x509.Certificate
}

// bundleFile holds key and certificates in one file, so that a crash can never
// leave the certificate of one key beside another.
const bundleFile = "identity.pem"

// Save writes the bundle to identity.pem (0600) in dir, durably.
func (b Bundle) Save(dir string) error {
	key, err := encodeKey(b.Key)
	if err != nil {
		return fmt.Errorf("save identity: %w", err)
	}
	var certs []*x509.Certificate
	if b.Leaf != nil {
		certs = append([]*x509.Certificate{b.Leaf}, b.Roots...)
	}
	if err := WriteSecret(filepath.Join(dir, bundleFile), append(key, encodeCerts(certs...)...)); err != nil {
		return fmt.Errorf("save identity: %w", err)
	}
	return nil
}

// LoadBundle reads what Save wrote. A folder without one gives fs.ErrNotExist.
func LoadBundle(dir string) (Bundle, error) {
	data, err := readSecret(filepath.Join(dir, bundleFile))
	if err != nil {
		return Bundle{}, fmt.Errorf("load identity: %w", err)
	}
	key, certs, err := decodePEM(data)
	if err != nil {
		return Bundle{}, fmt.Errorf("load identity: %w", err)
	}
	b := Bundle{Key: key}
	if len(certs) > 0 {
		b.Leaf, b.Roots = certs[0], certs[1:]
	}
	if err := b.check(); err != nil {
		return Bundle{}, fmt.Errorf("load identity: %w", err)
	}
	return b, nil
}

// ParseChain reads the chain an enrolment answers with: DER, the process's own
// certificate first, then the roots.
func ParseChain(chain [][]byte) (leaf *x509.Certificate, roots []*x509.Certificate, err error) {
	for i, der := range chain {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, nil, fmt.Errorf("read certificate chain: %w", err)
		}
		if i == 0 {
			leaf = cert
		} else {
			roots = append(roots, cert)
		}
	}
	if leaf == nil || len(roots) == 0 {
		return nil, nil, errors.New("read certificate chain: want a certificate and its root")
	}
	return leaf, roots, nil
}

// check does not look at dates: a process whose certificate has expired must
// still start, serve its windows and renew.
func (b Bundle) check() error {
	if len(b.Key) != ed25519.PrivateKeySize {
		return errors.New("no key")
	}
	if b.Leaf == nil {
		return nil
	}
	peer, err := verifyChain([]*x509.Certificate{b.Leaf}, b.Roots, x509.ExtKeyUsageClientAuth, b.Leaf.NotAfter)
	if err != nil {
		return err
	}
	if peer.Key != KeyOf(b.Key) {
		return errors.New("the certificate belongs to another key")
	}
	return nil
}

// needsRenewal is true from the moment a third of the certificate's life is left.
func (b Bundle) needsRenewal(now time.Time) bool {
	if b.Leaf == nil {
		return true
	}
	life := b.Leaf.NotAfter.Sub(b.Leaf.NotBefore)
	return b.Leaf.NotAfter.Sub(now) <= life/3
}
