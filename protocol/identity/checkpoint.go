package identity

import (
	"crypto/ed25519"

	"xiangyun/protocol"
)

// Signer signs the hash of the last entry of a journal transaction
// (replication.R1). Implementations are safe for concurrent use.
type Signer interface {
	Sign(hash protocol.Hash) ([]byte, error)
}

// checkpointDomain keeps a checkpoint from ever being a valid signature of
// anything else made with the same key, TLS handshakes included.
const checkpointDomain = "xiangyun checkpoint v1\x00"

func checkpointText(hash protocol.Hash) []byte {
	return append([]byte(checkpointDomain), hash[:]...)
}

// KeySigner signs checkpoints with a key.
type KeySigner ed25519.PrivateKey

// Sign gives 64 bytes, always the same for the same hash.
func (k KeySigner) Sign(hash protocol.Hash) ([]byte, error) {
	return ed25519.Sign(ed25519.PrivateKey(k), checkpointText(hash)), nil
}

// Verify checks a checkpoint against the key of its writer. A wrong one is a
// BadSig fault.
func Verify(key PublicKey, hash protocol.Hash, sig []byte) error {
	if !ed25519.Verify(key[:], checkpointText(hash), sig) {
		return protocol.NewFault(protocol.BadSig, "verify checkpoint", "检查点的签名与写入方的密钥不符")
	}
	return nil
}
