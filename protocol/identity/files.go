package identity

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	keyBlock  = "PRIVATE KEY"
	certBlock = "CERTIFICATE"
	maxFile   = 1 << 20
)

// WriteSecret writes a file that only its owner may read: whole or not at all,
// and on disk when it returns (pitfalls.W1). An fsync error is final
// (pitfalls.W2): the caller must not try again.
func WriteSecret(path string, data []byte) error { return writeFile(path, data, 0o600) }

func writeFile(path string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp*")
	if err != nil {
		return err
	}
	err = fill(f, data, mode)
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func fill(f *os.File, data []byte, mode os.FileMode) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readSecret refuses a key that others on the machine can read.
func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s is readable by others (mode %04o), want 0600", path, info.Mode().Perm())
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, too many for a key file", path, info.Size())
	}
	return os.ReadFile(path)
}

func encodeKey(key ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: der}), nil
}

func encodeCerts(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: certBlock, Bytes: c.Raw})...)
	}
	return out
}

// EncodeCerts writes certificates as PEM, the form in which roots and issued
// certificates travel and are kept.
func EncodeCerts(certs ...*x509.Certificate) []byte { return encodeCerts(certs...) }

// DecodeCerts reads what EncodeCerts wrote; anything else in it is an error.
func DecodeCerts(data []byte) ([]*x509.Certificate, error) {
	key, certs, err := decodePEM(data)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	if key != nil || len(certs) == 0 {
		return nil, errors.New("read certificates: want certificates and no key")
	}
	return certs, nil
}

func decodePEM(data []byte) (key ed25519.PrivateKey, certs []*x509.Certificate, err error) {
	for len(data) > 0 {
		block, rest := pem.Decode(data)
		switch {
		case block == nil:
			return nil, nil, errors.New("text that is not PEM")
		case block.Type == keyBlock && key == nil:
			key, err = decodeKey(block.Bytes)
		case block.Type == certBlock:
			var c *x509.Certificate
			c, err = x509.ParseCertificate(block.Bytes)
			certs = append(certs, c)
		default:
			err = fmt.Errorf("unexpected PEM block %q", block.Type)
		}
		if err != nil {
			return nil, nil, err
		}
		data = rest
	}
	return key, certs, nil
}

func decodeKey(der []byte) (ed25519.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("key of type %T, want Ed25519", parsed)
	}
	return key, nil
}
