package api

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
	"xiangyun/replication/fold"
	"xiangyun/replication/search"
)

// Desk is the use-cases; *desk.Desk is one. Every method is one transaction
// (SubmitCatalog one a changeset), asks for the right itself, against the agency of the thing at hand, and may
// be called from many goroutines.
type Desk interface {
	CaseDesk
	CatalogDesk
	AccountDesk
	PaperDesk
	ParcelDesk
	AroundDesk
}

// CaseDesk takes cases in and decides them.
type CaseDesk interface {
	// Receive is idempotent by the intake's nonce: sent again it gives the
	// first case.
	Receive(ctx context.Context, who *protocol.Account, in desk.Intake) (desk.Received, error)
	// Do takes one act of the case table and gives the case, or the request to its
	// home when that is another place.
	Do(ctx context.Context, who *protocol.Account, a desk.CaseAct, act protocol.Act, want protocol.Case) (protocol.Record, error)
	// Ask files a request (R-01…R-09, T-03), wherever the home is.
	Ask(ctx context.Context, who *protocol.Account, on protocol.Ref, want string, data any, key string) (protocol.Record, error)
	// Decline answers a request that waits for a person with a no.
	Decline(ctx context.Context, who *protocol.Account, ref protocol.Ref, reason, key string) (protocol.Record, error)
	// Task takes an act of an agency that is asked jointly.
	Task(ctx context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Task, key string) (protocol.Record, error)
	// Person gives the cases of an applicant that are known here (DU-06).
	Person(ctx context.Context, who *protocol.Account, idType, id, item, object string) ([]desk.Known, error)
	// Elsewhere and FindElsewhere look up what the province holds, masked; they
	// are Busy within two seconds when it does not answer.
	Elsewhere(ctx context.Context, who *protocol.Account, id, purpose string) (desk.Sight, error)
	FindElsewhere(ctx context.Context, who *protocol.Account, key, purpose string) (desk.Sight, error)
	// Fingerprint is the key under which a person's cases are found.
	Fingerprint(idType, id string) string
}

// CatalogDesk submits catalogue entries and items.
type CatalogDesk interface {
	// SubmitCatalog gives the changesets it made: none when nothing has changed,
	// several when the entries do not fit into one.
	SubmitCatalog(ctx context.Context, who *protocol.Account, title string, drafts []desk.EntryDraft) ([]protocol.Record, error)
	FirstReview(ctx context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error)
	WithdrawChangeset(ctx context.Context, who *protocol.Account, set protocol.Ref) (protocol.Record, error)
	FileItem(ctx context.Context, who *protocol.Account, filings ...protocol.ItemFiling) ([]protocol.Record, error)
}

// AccountDesk manages who may log in here.
type AccountDesk interface {
	CreateAccount(ctx context.Context, who *protocol.Account, n desk.NewAccount) (rec protocol.Record, token string, err error)
	DisableAccount(ctx context.Context, who *protocol.Account, login string) (protocol.Record, error)
}

var _ Desk = (*desk.Desk)(nil)

// Reader is what this node holds. It answers at once, from many goroutines.
type Reader interface {
	Get(ref protocol.Ref) (protocol.Record, bool, error)
	History(ref protocol.Ref) ([]fold.Step, error)
	Search(ctx context.Context, q search.Query) (search.Result, error)
	Status(ctx context.Context) (Status, error)
}

// Worker keeps the list of own acts that did not become what their author
// wanted. The API has checked the right.
type Worker interface {
	// Work lists the open ones.
	Work(ctx context.Context) ([]Work, error)
	// WorkBody is what the act of an item said; nil when it was erased.
	WorkBody(ctx context.Context, id string) (json.RawMessage, error)
	// CloseWork gives a gone fault for an item that does not exist; one that is
	// closed already stays as it was.
	CloseWork(ctx context.Context, id, by, note string) error
}

// Blobs keeps attachments.
type Blobs interface {
	// Keep stores a stream: it is on this disk when Keep returns. Bytes that are
	// not of the media type are a malformed fault, too many a toobig fault.
	Keep(ctx context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (Blob, error)
	// Open gives the bytes, fetched from the hub when they are not here; a gone
	// fault when there are none. A reader that is an io.Closer is closed.
	Open(ctx context.Context, id string) (Blob, io.ReadSeeker, error)
}

// Blob is what is known of an attachment.
type Blob struct {
	ID      string    `json:"id" doc:"放入材料的 blobs"`
	Name    string    `json:"name"`
	Type    string    `json:"type"`
	Size    int64     `json:"size"`
	At      time.Time `json:"at"`
	Waiting bool      `json:"waiting,omitempty" doc:"省级尚未收到"`
}

// Work is an own act that the hub refused or holds.
type Work struct {
	ID      string           `json:"id"`
	Verdict protocol.Verdict `json:"verdict"`
	Act     protocol.Act     `json:"act,omitempty"`
	By      string           `json:"by,omitempty"`
	At      time.Time        `json:"at,omitzero" doc:"办理时间"`
	Opened  time.Time        `json:"opened" doc:"列为待办的时间"`
}

// WorkDetail is a work item with what its act said, so that it can be entered
// again.
type WorkDetail struct {
	Work
	Body json.RawMessage `json:"body,omitempty" doc:"操作的内容;办件只给有权查看办件的账号"`
}

// Status is where this node stands.
type Status struct {
	Node        protocol.NodeID `json:"node"`
	Version     string          `json:"version"`
	Epoch       uint64          `json:"epoch" doc:"本节点的代次"`
	Level       uint16          `json:"level" doc:"规则级别"`
	Connected   bool            `json:"connected" doc:"与省级的两条通道是否都连通"`
	Lanes       []Lane          `json:"lanes"`
	Frozen      string          `json:"frozen,omitempty" doc:"停止办理的原因;没有即正常"`
	NumbersLeft uint64          `json:"numbers_left" doc:"还能发出的收件编号"`
	WorkOpen    int             `json:"work_open" doc:"待处理事项数"`
	BlobsQueued int             `json:"blobs_queued" doc:"待传附件数"`
	DiskFree    uint64          `json:"disk_free,omitempty" doc:"字节"`
	DiskTotal   uint64          `json:"disk_total,omitempty" doc:"字节"`
	CertUntil   time.Time       `json:"cert_until,omitzero" doc:"证书有效期"`
	Room        string          `json:"room" enum:"all,frugal,no-bulk,reserve,cases,none" doc:"磁盘水位: 全部正常、85% 停导入、92% 停批量、95% 动用预留、97% 停数据共享、预留用尽"`
	Database    uint64          `json:"database" doc:"数据库大小,字节"`
	NeedsRebase bool            `json:"needs_rebase,omitempty" doc:"刚重新接入,正与省级核对"`
	Drilling    bool            `json:"drilling,omitempty" doc:"正在断网演练"`
	Now         time.Time       `json:"now" doc:"本机时钟"`
	ClockOffset int64           `json:"clock_offset_ms" doc:"省级时钟减本机时钟,毫秒"`
	ClockKnown  bool            `json:"clock_known" doc:"已与省级对过时钟;否则只反映启动以来的跳变"`
	Alarms      []Alarm         `json:"alarms,omitempty" doc:"不会自行消失、须由人处理的事"`
}

// Alarm is what does not mend itself, with what to do.
type Alarm struct {
	Rule string `json:"rule,omitempty" doc:"规则编号"`
	Text string `json:"text" doc:"发生了什么"`
	Hint string `json:"hint,omitempty" doc:"怎么办"`
}

// Lane is one session with the hub and what waits for it.
type Lane struct {
	Name      string          `json:"name" enum:"urgent,bulk"`
	Connected bool            `json:"connected"`
	Server    protocol.NodeID `json:"server,omitempty"`
	Since     time.Time       `json:"since,omitzero" doc:"何时连上或断开"`
	Fresh     time.Time       `json:"fresh,omitzero" doc:"本节点所见为省级此刻的状态"`
	Queued    uint64          `json:"queued" doc:"待发送的条目"`
	Bytes     uint64          `json:"queued_bytes" doc:"待发送的字节"`
	Held      uint64          `json:"held,omitempty" doc:"省级暂存、待其管理员处置的条目"`
	Error     string          `json:"error,omitempty" doc:"未连通的原因和处理办法"`
	Oldest    time.Time       `json:"oldest,omitzero" doc:"其中最早的一条"`
}

// Drill cuts the node off from the hub on purpose, and ends that.
type Drill interface{ Offline(off bool) }

// Config is what the API is built from; all of it is needed. Rest.Title may be
// left out.
type Config struct {
	Rest   rest.Config
	Desk   Desk
	Reader Reader
	Worker Worker
	Forker Forker
	Blobs  Blobs
	Drill  Drill
	// MaxUpload bounds an attachment, in bytes.
	MaxUpload int64
}
