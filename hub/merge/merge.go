// Package merge computes what a release of the catalogue commits to: one root
// over the listings of the whole province (catalog.md §6). It is pure: every
// node computes the same root from the same listings, whatever their order.
package merge

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"xiangyun/protocol"
)

// Leaf is one listing as the root sees it.
type Leaf struct {
	ID    string
	Rev   uint64
	Hash  protocol.Hash // of the listed revision
	State string
}

const buckets = 256

// Domains keep leaves, inner nodes and the root apart.
const (
	domainLeaf  = 0x00
	domainInner = 0x01
	domainRoot  = 0x02
)

// Root is the hash over 256 buckets by the first byte of the id's hash, each a
// binary Merkle tree over its leaves in order of id.
func Root(leaves []Leaf) protocol.Hash {
	var sorted [buckets][]Leaf
	for _, l := range leaves {
		b := sha256.Sum256([]byte(l.ID))
		sorted[b[0]] = append(sorted[b[0]], l)
	}
	sum := []byte{domainRoot}
	for i := range sorted {
		root := bucketRoot(sorted[i])
		sum = append(sum, root[:]...)
	}
	return sha256.Sum256(sum)
}

func bucketRoot(leaves []Leaf) protocol.Hash {
	slices.SortFunc(leaves, func(a, b Leaf) int { return strings.Compare(a.ID, b.ID) })
	level := make([]protocol.Hash, len(leaves))
	for i, l := range leaves {
		level[i] = l.hash()
	}
	for len(level) > 1 {
		level = pair(level)
	}
	if len(level) == 0 {
		return protocol.Hash{}
	}
	return level[0]
}

// pair joins neighbours; an odd one out moves up as it is.
func pair(level []protocol.Hash) (up []protocol.Hash) {
	for i := 0; i+1 < len(level); i += 2 {
		joined := append([]byte{domainInner}, level[i][:]...)
		up = append(up, sha256.Sum256(append(joined, level[i+1][:]...)))
	}
	if len(level)%2 == 1 {
		up = append(up, level[len(level)-1])
	}
	return up
}

// hash is SHA-256(0x00 ‖ id ‖ rev ‖ revision hash ‖ state), texts with length.
func (l Leaf) hash() protocol.Hash {
	b := []byte{domainLeaf}
	b = text(b, l.ID)
	b = binary.BigEndian.AppendUint64(b, l.Rev)
	b = append(b, l.Hash[:]...)
	return sha256.Sum256(text(b, l.State))
}

func text(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}
