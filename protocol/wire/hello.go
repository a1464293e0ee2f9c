package wire

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// Boot is 128 random bits drawn once per process start: it tells a reconnect
// from a twin (replication.md §1).
type Boot [16]byte

func (b Boot) String() string { return hex.EncodeToString(b[:]) }

// MarshalText writes 32 hex digits.
func (b Boot) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads 32 hex digits.
func (b *Boot) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(b) || len(text)%2 != 0 {
		return fmt.Errorf("boot %q: want 32 hex digits", text)
	}
	_, err := hex.Decode(b[:], text)
	return err
}

// Class says what a connection is for. The list is open: a hub that does not
// serve a class answers with a fault (replication.R4).
type Class string

// The classes of this build, one QUIC connection each (pitfalls.Q1).
const (
	ClassUrgent Class = "urgent"
	ClassBulk   Class = "bulk"
	ClassBlob   Class = "blob"
)

// Hello is the first frame of every connection, from the node.
type Hello struct {
	Origin   protocol.NodeID  `json:"origin"`
	Epoch    uint64           `json:"epoch"`
	Boot     Boot             `json:"boot"`
	Class    Class            `json:"class"`
	Build    string           `json:"build"`             // for people: version and commit
	Feature  uint16           `json:"feature"`           // highest feature this build reads
	Heads    Positions        `json:"heads,omitempty"`   // last line of the journal
	Acked    Positions        `json:"acked,omitempty"`   // last line known to be acknowledged
	Cursors  []Cursor         `json:"cursors,omitempty"` // where the feed was left
	Clock    protocol.Instant `json:"clock"`
	ClockErr uint32           `json:"clockErr"`       // error bound of Clock in milliseconds, > 0
	Line     uint64           `json:"line,omitempty"` // bytes per second the node's line carries; 0: not told (replication.L2)
}

// Frame is FrameHello.
func (Hello) Frame() FrameType { return FrameHello }

// Validate lists the rules of a Hello.
func (h Hello) Validate() error {
	return rules(
		h.Origin.Validate(),
		must(h.Epoch > 0, "epoch is 0"),
		must(h.Boot != Boot{}, "boot is zero"),
		name("class", string(h.Class), 32),
		name("build", h.Build, 100),
		must(h.Feature > 0, "feature is 0"),
		h.Heads.validate("heads"),
		h.Acked.validate("acked"),
		eachLane("cursors", h.Cursors, func(c Cursor) (protocol.Lane, error) { return c.Lane, c.Validate() }),
		must(h.Clock > 0, "clock is missing"),
		must(h.ClockErr > 0, "clock without an error bound"),
	)
}

// Server is where one hub server takes sessions.
type Server struct {
	ID   protocol.NodeID `json:"id"`
	Addr string          `json:"addr"` // host:port
}

func (s Server) validate() error {
	if err := rules(s.ID.Validate(), name("server address", s.Addr, 255)); err != nil {
		return err
	}
	if i := strings.LastIndexByte(s.Addr, ':'); i < 1 || i == len(s.Addr)-1 {
		return fmt.Errorf("server %s: address %q, want host:port", s.ID, s.Addr)
	}
	return nil
}

// Limits is what the hub takes; a node keeps to them even where its own build
// would allow more. In bytes, but for Entries.
type Limits struct {
	Entries uint32 `json:"entries"` // per batch
	Batch   uint32 `json:"batch"`
	Body    uint32 `json:"body"`
	Frame   uint32 `json:"frame"`
}

// OwnLimits are the limits of this build.
func OwnLimits() Limits {
	return Limits{Entries: MaxBatchEntries, Batch: MaxBatch, Body: protocol.MaxBody, Frame: MaxFrame}
}

func (l Limits) validate() error {
	return must(l.Entries > 0 && l.Batch > 0 && l.Body > 0 && l.Frame > 0, "a limit is 0")
}

// maxServers bounds a server list; a hub has 3 or 5 voters.
const maxServers = 32

// Welcome is the hub's answer to a Hello it accepts. The node compares Last
// with its own lines before it sends anything (replication.md §4).
type Welcome struct {
	Server     protocol.NodeID  `json:"server"` // the server that ends this session
	Generation uint64           `json:"generation"`
	Level      uint16           `json:"level"`   // rules that apply
	Feature    uint16           `json:"feature"` // highest feature the server's build reads
	Last       Positions        `json:"last,omitempty"`
	BackedUp   []LaneSeq        `json:"backedUp,omitempty"` // inside a verified backup: may be trimmed
	Credits    []Credit         `json:"credits,omitempty"`
	Servers    []Server         `json:"servers,omitempty"` // empty: keep the list you have
	HubTime    protocol.Instant `json:"hubTime"`
	Limits     Limits           `json:"limits"`
	Voters     int              `json:"voters"` // how many servers a majority is counted of
}

// Frame is FrameWelcome.
func (Welcome) Frame() FrameType { return FrameWelcome }

// Validate lists the rules of a Welcome.
func (w Welcome) Validate() error {
	err := rules(
		w.Server.Validate(),
		must(w.Feature > 0, "feature is 0"),
		w.Last.validate("last"),
		validateSeqs("backed up", w.BackedUp),
		eachLane("credits", w.Credits, func(c Credit) (protocol.Lane, error) { return c.Lane, c.Validate() }),
		must(w.HubTime > 0, "hub time is missing"),
		w.Limits.validate(),
		must(w.Voters > 0, "no voters"),
	)
	if err != nil {
		return err
	}
	return validateServers(w.Servers)
}

func validateServers(list []Server) error {
	if len(list) > maxServers {
		return errors.New("too many servers")
	}
	for _, s := range list {
		if err := s.validate(); err != nil {
			return err
		}
	}
	return nil
}
