package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// ChunkSize is the size in bytes of every chunk of a blob but its last
// (replication.B1).
const ChunkSize = 4 << 20

const idPrefix = "sha256:"

// Chunk is one piece of a blob as its manifest lists it. Size is in bytes, 1
// to ChunkSize.
type Chunk struct {
	ID   protocol.BlobID `json:"id"`
	Size int64           `json:"size"`
}

// ID gives the content address of data.
func ID(data []byte) protocol.BlobID { return idOf(sha256.Sum256(data)) }

func idOf(sum [sha256.Size]byte) protocol.BlobID {
	return protocol.BlobID(idPrefix + hex.EncodeToString(sum[:]))
}

// place is where a chunk lives: folder a, folder b in it, name there.
type place struct{ a, b, name string }

func placeOf(id protocol.BlobID) (place, error) {
	if err := id.Validate(); err != nil {
		return place{}, &protocol.Fault{Code: protocol.Malformed, Op: "chunk id", Text: "附件编号格式不正确", Err: err}
	}
	name := strings.TrimPrefix(string(id), idPrefix)
	return place{name[:2], name[2:4], name}, nil
}

func (p place) id() protocol.BlobID { return protocol.BlobID(idPrefix + p.name) }
func (p place) dir() string         { return p.a + "/" + p.b }
func (p place) path() string        { return p.a + "/" + p.b + "/" + p.name }

// shard is the number of the folder a; child that of b inside it.
func (p place) shard() int { return hexByte(p.a) }
func (p place) child() int { return hexByte(p.b) }

// hexByte reads two hex digits, -1 when s is anything else.
func hexByte(s string) int {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 1 || s != strings.ToLower(s) {
		return -1
	}
	return int(b[0])
}

// folder names number i of the 256 folders of one level.
func folder(i int) string { return fmt.Sprintf("%02x", i) }
