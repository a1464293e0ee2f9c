package link

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"xiangyun/protocol/identity"
)

// LoadResetKey reads the key by which a restarted process tells its old peers
// at once that their sessions are gone, and makes it on the first start (0600,
// durable). Every server has its own (pitfalls.Q2).
func LoadResetKey(path string) ([32]byte, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return newResetKey(path)
	case err != nil:
		return [32]byte{}, fmt.Errorf("load reset key: %w", err)
	case len(data) != 32:
		return [32]byte{}, fmt.Errorf("load reset key: %s has %d bytes, want 32; delete it to make a new one", path, len(data))
	}
	return [32]byte(data), nil
}

func newResetKey(path string) (key [32]byte, err error) {
	if _, err := rand.Read(key[:]); err != nil {
		return key, fmt.Errorf("make reset key: %w", err)
	}
	if err := identity.WriteSecret(path, key[:]); err != nil {
		return key, fmt.Errorf("save reset key: %w", err)
	}
	return key, nil
}
