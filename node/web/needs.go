package web

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// Desk is the use-cases; *desk.Desk is one. Every method is one transaction and
// asks for the right itself.
type Desk interface {
	Elsewhere
	Receive(ctx context.Context, who *protocol.Account, in desk.Intake) (desk.Received, error)
	// Do takes one act of the case table. want carries what the act sets; of a list that the act adds to, the last element is the new one.
	Do(ctx context.Context, who *protocol.Account, a desk.CaseAct, act protocol.Act, want protocol.Case) (protocol.Record, error)
	// Ask files a request (R-01 … R-09) on a record, wherever its home is.
	Ask(ctx context.Context, who *protocol.Account, on protocol.Ref, want string, data any, key string) (protocol.Record, error)
	// Document gives a document of a case, the same bytes each time; MarkPrinted notes that it left for a printer (F-12).
	Document(ctx context.Context, who *protocol.Account, on protocol.Ref, serial string) (desk.Printed, error)
	MarkPrinted(ctx context.Context, who *protocol.Account, on protocol.Ref, serial string) error
	Documents(who *protocol.Account, on protocol.Ref) ([]desk.DocumentRow, error)
	Unprinted(who *protocol.Account) ([]desk.DocumentRow, error)
	// Parcel takes one act of custody (cases.md §12); ParcelArrived counts in what a courier brought, known or not (P-09).
	Parcel(ctx context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Parcel) (protocol.Record, error)
	ParcelArrived(ctx context.Context, who *protocol.Account, id, seal string, counted []int) (protocol.Record, error)
	Parcels(who *protocol.Account, holder protocol.NodeID) ([]desk.ParcelRow, error)
	// Task takes one act of an agency that is asked jointly (T-02); Decline answers a request that a person looked at with a no.
	Task(ctx context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Task, key string) (protocol.Record, error)
	Decline(ctx context.Context, who *protocol.Account, ref protocol.Ref, reason, key string) (protocol.Record, error)
	// Complain files a complaint.
	Complain(ctx context.Context, who *protocol.Account, c protocol.Complaint, key string) (protocol.Record, error)
	// Fingerprint is what a person's cases are found by instead of the number.
	Fingerprint(idType, id string) string
	FirstReview(ctx context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error)
	WithdrawChangeset(ctx context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error)
	CreateAccount(ctx context.Context, who *protocol.Account, n desk.NewAccount) (rec protocol.Record, token string, err error)
	DisableAccount(ctx context.Context, who *protocol.Account, login string) (protocol.Record, error)
}

// Reader is what pages read of this node. Its methods are called from many
// goroutines and never wait for the hub.
type Reader interface {
	console.Records
	Status(ctx context.Context) (Status, error)
	// Lapses lists clocks that run out in (after, until], earliest first, at most max.
	Lapses(after, until protocol.Instant, max int) ([]Lapse, error)
	// Work lists own acts that did not become what their author wanted, open ones only.
	Work(ctx context.Context) ([]Work, error)
	// Watch follows the records of this node from now on.
	Watch() Changes
	// WorkBody is what the act of an item said; nil when it was erased.
	WorkBody(ctx context.Context, id string) (json.RawMessage, error)
}

// Changes tells that records changed; it is for one goroutine.
type Changes interface {
	Next(ctx context.Context) ([]protocol.Ref, error)
	Close()
}

// Closer notes that a person dealt with a work item. The page has checked the
// right; an item that is closed already stays as it was.
type Closer interface {
	CloseWork(ctx context.Context, id, by, note string) error
}

// Drafts keeps forms that somebody has begun (cases.md §1): at this node only,
// for 30 days, for their author. What Save was given is on disk when it returns.
type Drafts interface {
	Save(d Draft) error
	Find(by, id string) (Draft, bool, error)
	List(by string, now protocol.Instant) ([]Draft, error) // newest first
	Drop(by, id string) error
}

// Draft is one form somebody has begun. Its fields are those of the store's.
type Draft struct {
	ID    string // nonce of the form
	By    string
	Item  string // ItemID
	Title string
	At    protocol.Instant
	Form  map[string][]string
}

// Scans keeps the files that are taken in at the counter.
type Scans interface {
	// Keep stores one file: it is on this disk when Keep returns. The media type
	// is checked against the bytes; a file that is not what it says is a
	// malformed fault, one that is too large a toobig fault. A scan that no case
	// ever cites is dropped some time later.
	Keep(ctx context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (Scan, error)
	// Find gives what is known of a scan; a gone fault when it is nowhere.
	Find(ctx context.Context, id string) (Scan, error)
	// Open gives the bytes, fetched from the hub when they are not here. A reader
	// that is an io.Closer is closed.
	Open(ctx context.Context, id string) (Scan, io.ReadSeeker, error)
}

// Scan is one file of a case. Waiting says that the hub does not hold it yet.
type Scan struct {
	ID      string
	Name    string
	Type    string
	Size    int64
	At      protocol.Instant
	By      string
	Owner   protocol.Ref // zero while no case cites it
	Waiting bool
	Sum     string // SHA-256 of the bytes; "" of a file of several chunks, each of which has its own
}

// Picture reports whether a browser can show it small.
func (s Scan) Picture() bool { return s.Type == "image/jpeg" || s.Type == "image/png" }

// Lapse is one clock of a record that runs out, or ran out, at an instant.
type Lapse struct {
	Ref   protocol.Ref
	Clock protocol.ClockID
	At    protocol.Instant
}

// Work is an own act that the hub refused or holds.
type Work struct {
	ID      string
	Verdict protocol.Verdict
	Act     protocol.Act
	By      string
	At      protocol.Instant // of the act
	Opened  protocol.Instant
}

// Status is where this node stands.
type Status struct {
	Node        protocol.NodeID
	Epoch       uint64
	Level       uint16
	Lanes       []Lane // urgent, bulk
	Frozen      *protocol.Fault
	Alarms      []*protocol.Fault // of the line to the hub, each with what to do
	NeedsRebase bool
	WorkOpen    int
	NumbersLeft uint64 // receipt numbers that can still be handed out
	DiskFree    uint64
	DiskTotal   uint64 // 0 when not measured
	Bytes       int64  // of the database
	ScansQueued int    // files the hub does not hold yet
	CertFrom    protocol.Instant
	CertUntil   protocol.Instant
	Room        string        // what the disk still allows: all, frugal, no-bulk, reserve, cases, none
	Drilling    bool          // cut off on purpose
	ClockOffset time.Duration // hub's clock minus this one's
	ClockKnown  bool          // a beat measured it; else it is jumps since the start
}

// Lane is one session with the hub and what waits for it.
type Lane struct {
	Lane      protocol.Lane
	Connected bool
	Server    protocol.NodeID
	Since     protocol.Instant // of the connection, or of its loss
	Fresh     protocol.Instant // when this node last had everything the hub had decided
	Queued    uint64
	Bytes     uint64
	Held      uint64           // the hub holds them for its operator
	Oldest    protocol.Instant // of the queue
	Error     string           // of the last attempt, for operators
}

// Connected reports whether both lanes are.
func (s *Status) Connected() bool {
	for _, l := range s.Lanes {
		if !l.Connected {
			return false
		}
	}
	return len(s.Lanes) > 0
}

// Fresh is how old the view of the whole province is.
func (s *Status) Fresh() (oldest protocol.Instant) {
	for i, l := range s.Lanes {
		if i == 0 || l.Fresh < oldest {
			oldest = l.Fresh
		}
	}
	return oldest
}

// Lost is since when the first lane is cut off.
func (s *Status) Lost() (since protocol.Instant) {
	for _, l := range s.Lanes {
		if !l.Connected && (since == 0 || l.Since < since) {
			since = l.Since
		}
	}
	return since
}

// Held counts what the hub keeps for its operator to decide.
func (s *Status) Held() (n uint64) {
	for _, l := range s.Lanes {
		n += l.Held
	}
	return n
}

// Queue counts what the hub is still owed, and when the oldest was written.
func (s *Status) Queue() (n uint64, oldest protocol.Instant) {
	for _, l := range s.Lanes {
		n += l.Queued
		if l.Queued > 0 && l.Oldest > 0 && (oldest == 0 || l.Oldest < oldest) {
			oldest = l.Oldest
		}
	}
	return n, oldest
}
