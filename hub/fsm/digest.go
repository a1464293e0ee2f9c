package fsm

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"

	"xiangyun/protocol"
)

// digest of the whole state: the same on every voter after the same index,
// whatever the batching and the snapshots were (replication.17).
func (s *state) digest(records protocol.Hash) (d protocol.Hash) {
	h := sha256.New()
	h.Write(records[:])
	h.Write(s.Chains[:])
	h.Write(s.Decided[:])
	fixed := binary.BigEndian.AppendUint64(nil, s.Generation)
	fixed = binary.BigEndian.AppendUint16(fixed, s.Level)
	fixed = binary.BigEndian.AppendUint64(fixed, uint64(s.Clock))
	fixed = binary.BigEndian.AppendUint64(fixed, s.FeedTotal)
	h.Write(binary.BigEndian.AppendUint64(fixed, s.FeedFloor))
	h.Sum(d[:0])
	return d
}

// StateDigest gives the newest applied index and the digest of the state there.
func (f *FSM) StateDigest() (uint64, protocol.Hash) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, _ := f.past.at(f.state.Applied)
	return f.state.Applied, d
}

// pastDigests is how many indexes back a digest can be compared; claimsKept for
// how many indexes claims are remembered.
const (
	pastDigests = 1024
	claimsKept  = 16
)

// digests remembers this server's newest digests and what others claimed. It
// is memory only: it decides about this server and not about the state.
type digests struct {
	ring   [pastDigests]indexed
	claims []indexClaims
	newest map[string]Compared // by server
}

// Compared is the newest digest another server told, and what the comparison
// with this server's own at that index gave.
type Compared struct {
	Index  uint64
	Digest protocol.Hash
	Known  bool // this server remembers its own digest at Index
	Same   bool
}

// Compared gives what the last comparison with each other server was; a server
// that has told nothing since this one began is not in it.
func (f *FSM) Compared() map[string]Compared {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.past.newest)
}

func (d *digests) told(c claim, seen Compared) {
	if d.newest == nil {
		d.newest = make(map[string]Compared)
	}
	d.newest[c.Server] = seen
}

type indexed struct {
	index  uint64
	digest protocol.Hash
}

type indexClaims struct {
	index   uint64
	against map[string]bool // servers that had another digest
}

func (d *digests) note(index uint64, digest protocol.Hash) {
	d.ring[index%pastDigests] = indexed{index, digest}
}

func (d *digests) at(index uint64) (protocol.Hash, bool) {
	e := d.ring[index%pastDigests]
	return e.digest, e.index == index
}

// against counts the servers that contradict this one at index.
func (d *digests) against(c claim) int {
	for i := range d.claims {
		if d.claims[i].index == c.Index {
			d.claims[i].against[c.Server] = true
			return len(d.claims[i].against)
		}
	}
	d.claims = append(d.claims, indexClaims{c.Index, map[string]bool{c.Server: true}})
	if len(d.claims) > claimsKept {
		d.claims = d.claims[1:]
	}
	return 1
}

// compare stops this server once enough others had another state at the same
// index: it must not vote on (pitfalls.B3). An index that it no longer, or
// does not yet, remembers says nothing.
func (f *FSM) compare(c claim) error {
	mine, known := f.past.at(c.Index)
	f.past.told(c, Compared{c.Index, c.Digest, known, known && mine == c.Digest})
	if !known || c.Server == f.o.Server || mine == c.Digest {
		return nil
	}
	n := f.past.against(c)
	f.o.Log.Error("state differs from another server's", "server", f.o.Server, "other", c.Server, "index", c.Index)
	if n < f.o.Outvoted {
		return nil
	}
	return &protocol.Fault{Code: protocol.BadChain, Op: "compare state",
		Text: fmt.Sprintf("本服务器在第 %d 号的状态与 %s 不一致,已自动停止,以免参与错误的表决", c.Index, c.Server),
		Hint: "在主服务器上移除本服务器,清空数据目录,换新的服务器编号重新加入",
		Err:  fmt.Errorf("digest %s here, %s there", mine.Short(), c.Digest.Short())}
}

// sumOf is the part of one stored value in the sum over its bucket.
func sumOf(bucket, key, value []byte) (h protocol.Hash) {
	s := sha256.New()
	for _, part := range [][]byte{bucket, key, value} {
		s.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		s.Write(part)
	}
	s.Sum(h[:0])
	return h
}

// plus and minus take a hash as four words modulo 2^64: any order of the parts
// gives one sum, and a scrubber can sum again from what is stored.
func plus(a, b protocol.Hash) protocol.Hash {
	for i := 0; i < len(a); i += 8 {
		binary.LittleEndian.PutUint64(a[i:], binary.LittleEndian.Uint64(a[i:])+binary.LittleEndian.Uint64(b[i:]))
	}
	return a
}

func minus(a, b protocol.Hash) protocol.Hash {
	for i := 0; i < len(a); i += 8 {
		binary.LittleEndian.PutUint64(a[i:], binary.LittleEndian.Uint64(a[i:])-binary.LittleEndian.Uint64(b[i:]))
	}
	return a
}
