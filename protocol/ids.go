package protocol

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// NodeID names one place that writes a journal: a node such as "yanbian", or Hub.
type NodeID string

// Hub is the origin of the acts the province itself takes.
const Hub NodeID = "hub"

// Validate reports why n cannot name a place. It is asked several times for
// every entry, so it is no regular expression.
func (n NodeID) Validate() error {
	ok := len(n) >= 2 && len(n) <= 32 && 'a' <= n[0] && n[0] <= 'z'
	for i := 0; ok && i < len(n); i++ {
		c := n[i]
		ok = 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-'
	}
	if !ok {
		return fmt.Errorf("node id %q: want 2 to 32 of a-z, 0-9 and '-', starting with a letter", string(n))
	}
	return nil
}

// KindName names a type of record, for example "case" or "catalog.entry".
type KindName string

// Act names what an entry does to its record, for example "hand_over".
type Act string

// Ref points at one record.
type Ref struct {
	Kind KindName `json:"kind"`
	ID   string   `json:"id"`
}

// String gives "kind/id", the form used in logs and on the command line.
func (r Ref) String() string { return string(r.Kind) + "/" + r.ID }

// ParseRef reads the form that Ref.String writes.
func ParseRef(s string) (Ref, error) {
	kind, id, ok := strings.Cut(s, "/")
	if !ok || kind == "" || id == "" {
		return Ref{}, fmt.Errorf("reference %q: want kind/id", s)
	}
	return Ref{KindName(kind), id}, nil
}

// maxID bounds a record id so that keys and headers stay small.
const maxID = 200

// Validate reports why r cannot name a record.
func (r Ref) Validate() error {
	if r.Kind == "" || len(r.Kind) > 40 || strings.ContainsAny(string(r.Kind), "\x00\n\r/") {
		return fmt.Errorf("reference %q: bad kind", r)
	}
	if r.ID == "" || len(r.ID) > maxID || strings.ContainsAny(r.ID, "\x00\n\r") {
		return fmt.Errorf("reference %q: bad id", r)
	}
	return nil
}

// Lane is the queue an entry travels in; one hash chain per origin and lane.
type Lane uint8

// The two lanes. They travel on separate connections, so that bulk can never
// hold urgent up (pitfalls.Q1).
const (
	Urgent Lane = 1
	Bulk   Lane = 2
)

// Lanes lists every lane, in the order they are served.
var Lanes = [...]Lane{Urgent, Bulk}

func (l Lane) String() string {
	switch l {
	case Urgent:
		return "urgent"
	case Bulk:
		return "bulk"
	}
	return fmt.Sprintf("lane(%d)", uint8(l))
}

// Validate reports whether l is one of the known lanes.
func (l Lane) Validate() error {
	if l != Urgent && l != Bulk {
		return fmt.Errorf("unknown lane %d", uint8(l))
	}
	return nil
}

// Hash is a SHA-256 sum. The zero Hash stands before the first line of a chain.
type Hash [32]byte

// IsZero reports whether h is the hash before the first line.
func (h Hash) IsZero() bool { return h == Hash{} }

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short gives the first 12 hex digits, for screens.
func (h Hash) Short() string { return hex.EncodeToString(h[:6]) }

// MarshalText writes h as 64 hex digits.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hex digits.
func (h *Hash) UnmarshalText(b []byte) error {
	if hex.DecodedLen(len(b)) != len(h) {
		return fmt.Errorf("hash %q: want 64 hex digits", b)
	}
	_, err := hex.Decode(h[:], b)
	return err
}

// Pos is a place in a chain, proved by its hash (replication.md §1).
type Pos struct {
	Epoch uint64 `json:"epoch"`
	Lane  Lane   `json:"lane"`
	Seq   uint64 `json:"seq"`
	Hash  Hash   `json:"hash"`
}

func (p Pos) String() string {
	return fmt.Sprintf("%s/%d@%d:%s", p.Lane, p.Seq, p.Epoch, p.Hash.Short())
}

// Instant is a wall time in milliseconds since 1970 UTC. It is information,
// never order (replication.C1).
type Instant int64

// Beijing is the one time zone of the law: fixed +08:00, never the machine's.
var Beijing = time.FixedZone("CST", 8*3600)

// At makes an Instant of t.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time gives i in Beijing time.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).In(Beijing) }

// String gives "2026-03-02 09:15:07" in Beijing time, or "" for none.
func (i Instant) String() string {
	if i == 0 {
		return ""
	}
	return i.Time().Format("2006-01-02 15:04:05")
}

// Day is the Beijing calendar day that i falls on.
func (i Instant) Day() Day { return DayOf(i.Time()) }

// BlobID is the content address of stored bytes: "sha256:" and 64 hex digits.
type BlobID string

var blobIDPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// Validate reports why b is not a content address.
func (b BlobID) Validate() error {
	if !blobIDPattern.MatchString(string(b)) {
		return fmt.Errorf("blob id %q: want sha256: and 64 hex digits", string(b))
	}
	return nil
}
