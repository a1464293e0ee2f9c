package protocol

import "fmt"

// MaxBody bounds an entry's body; larger things are blobs (replication.md §2).
const MaxBody = 64 << 10

// MaxDeps bounds what one entry may cite.
const MaxDeps = 64

// Dep cites one version of a record that an act relies on, so that node and
// hub judge from the same facts (replication.R14). Blobs are cited by id.
type Dep struct {
	Ref  Ref    `json:"ref,omitzero"`
	Rev  uint64 `json:"rev,omitempty"`
	Blob BlobID `json:"blob,omitempty"`
}

// Header says who did what to which record, and where that stands in the
// writer's chain. Its encoded bytes are what is hashed (replication.md §2).
type Header struct {
	Origin   NodeID
	Epoch    uint64 // fencing number of the origin
	Lane     Lane
	Seq      uint64 // 1,2,3… per origin and lane, without holes
	Prev     Hash   // hash of the entry before in this lane
	Ref      Ref
	Act      Act
	Rev      uint64 // revision of the record after the act: old + 1
	RecEpoch uint64 // the record's epoch as the writer saw it
	At       Instant
	AtErr    uint32 // error bound of At in milliseconds, > 0
	By       string // account or service, an id and never a name
	Feature  uint16 // lowest feature that understands this entry
	Deps     []Dep
	Answers  Ref // the request this entry answers, or zero
	BodyLen  uint32
	BodyHash Hash
}

// Validate lists what must hold for a header whoever wrote it.
func (h *Header) Validate() error {
	if err := h.Origin.Validate(); err != nil {
		return err
	}
	if err := h.Lane.Validate(); err != nil {
		return err
	}
	if err := h.Ref.Validate(); err != nil {
		return err
	}
	switch {
	case h.Epoch == 0:
		return fmt.Errorf("entry of %s: epoch is 0", h.Origin)
	case h.Seq == 0:
		return fmt.Errorf("entry of %s: seq is 0", h.Origin)
	case h.Rev == 0:
		return fmt.Errorf("entry %s: rev is 0", h.Ref)
	case h.Act == "" || len(h.Act) > 40:
		return fmt.Errorf("entry %s: bad act %q", h.Ref, string(h.Act))
	case h.AtErr == 0:
		return fmt.Errorf("entry %s: time without an error bound", h.Ref)
	case h.By == "" || len(h.By) > 100:
		return fmt.Errorf("entry %s: bad author", h.Ref)
	case len(h.Deps) > MaxDeps:
		return fmt.Errorf("entry %s: cites %d things, at most %d", h.Ref, len(h.Deps), MaxDeps)
	case h.BodyLen > MaxBody:
		return fmt.Errorf("entry %s: body of %d bytes, at most %d", h.Ref, h.BodyLen, MaxBody)
	}
	return nil
}

// Entry is one act on one record. Raw is the header exactly as received and
// Hash is the SHA-256 of Raw; Body is the complete new record as JSON, exactly
// as received, or nil once erased.
type Entry struct {
	Header
	Raw  []byte
	Hash Hash
	Body []byte
}

// Pos is the entry's place in its chain.
func (e *Entry) Pos() Pos { return Pos{e.Epoch, e.Lane, e.Seq, e.Hash} }

// Draft is an act before it has a place in a chain: what a person wants done.
// Rev and RecEpoch, when not zero, are the state the person saw; the act is
// refused with G-04 when the record has moved on since.
type Draft struct {
	Ref      Ref
	Act      Act
	Body     any // the wanted record; the judge completes it
	By       string
	Rev      uint64
	RecEpoch uint64
	Deps     []Dep
	Answers  Ref
}

// Record is the current state of one thing.
type Record struct {
	Ref   Ref
	Rev   uint64 // +1 each act
	Home  NodeID // the one place that may write it next
	Epoch uint64 // +1 each time Home changes
	Index uint64 // hub index that decided this state; 0 while only the node knows it
	At    Instant
	By    string
	Act   Act
	Body  []byte // JSON as received

	memo *memo // of Remembering
}

// Newer reports whether r supersedes old in the order of (epoch, rev).
func (r *Record) Newer(old *Record) bool {
	return r.Epoch > old.Epoch || r.Epoch == old.Epoch && r.Rev > old.Rev
}
