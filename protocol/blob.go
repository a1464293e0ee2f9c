package protocol

// Blob is the manifest of stored bytes: a scan, a document, a dataset file
// (replication.md §13). The bytes never travel in an entry. Committed, it
// promises that a majority of hub servers holds every chunk on disk.
//
//	– ─commit→ committed
type Blob struct {
	Name     string        `json:"name"` // file name as the person knows it
	Type     string        `json:"type"` // media type, checked against the bytes
	Size     int64         `json:"size"`
	Chunks   []BlobID      `json:"chunks"`
	Owner    Ref           `json:"owner"`
	Node     NodeID        `json:"node"`    // where it was taken in
	Readers  []NodeID      `json:"readers"` // nodes besides Node that may fetch it
	Voters   int           `json:"voters"`  // hub servers when the receipts were given
	Receipts []BlobReceipt `json:"receipts"`
	Rest
}

// BlobReceipt is one hub server's signed word that it fsynced every chunk
// (replication.B4). Wire receipts carry the same fields with ContentID as id.
// The signature is checked where the entry is received and where it is written,
// not by the judge, which has no clock and no root to believe (replication.R1).
type BlobReceipt struct {
	Server NodeID  `json:"server"`
	Epoch  uint64  `json:"epoch"` // of the uploading origin: a fenced one's do not count (F4)
	At     Instant `json:"at"`
	Voters int     `json:"voters,omitempty"` // servers of the hub then, as this one knew it
	Cert   []byte  `json:"cert,omitempty"`   // the server's certificate, DER
	Sig    []byte  `json:"sig"`
}

var _ = Define("blob", Spec[Blob]{
	Title: "附件", English: "attachment", Lane: Urgent, Personal: true,
	Acts:     map[Act]Judge[Blob]{"commit": commitBlob},
	Home:     func(b *Blob) NodeID { return b.Node },
	Audience: func(b *Blob) Audience { return Only(append([]NodeID{b.Node}, b.Readers...)...) },
	Terms: func(b *Blob) Terms {
		return Terms{Title: b.Name, Keys: []string{b.Owner.String()}, Facets: []Facet{{"type", b.Type}}}
	},
})

// ContentID names the whole content of a blob: the address of its chunk list.
// It is what receipts are given for.
func ContentID(chunks []BlobID) BlobID {
	var list []byte
	for _, c := range chunks {
		list = append(append(list, c...), '\n')
	}
	return BlobID("sha256:" + HashOf(list).String())
}

func commitBlob(old, want *Blob, h *Header, _ View) (*Blob, *Refusal) {
	if old != nil {
		return nil, refuse("G-11", "该附件已经登记")
	}
	next := *want
	next.Node = h.Origin
	switch {
	case next.Size <= 0 || len(next.Chunks) == 0 || len(next.Chunks) > 1024:
		return nil, refuse("G-09", "附件为空或过大")
	case next.Owner.Validate() != nil:
		return nil, refuse("G-09", "附件没有指明所属记录")
	}
	for _, c := range next.Chunks {
		if c.Validate() != nil {
			return nil, refuse("G-09", "附件分块标识 %q 不合规", string(c))
		}
	}
	if servers, need := next.holders(h.Epoch); servers < need || next.Voters < 1 {
		return nil, refuse("receipts", "附件尚未在多数省级服务器落盘")
	}
	return &next, nil
}

// holders counts the servers that gave a receipt to this epoch of the node, and
// how many are a majority: of as many voters as any of them signed for, so that
// a node cannot call one server a majority.
func (b *Blob) holders(epoch uint64) (servers, need int) {
	seen, voters := make(map[NodeID]bool, len(b.Receipts)), b.Voters
	for _, r := range b.Receipts {
		if r.Epoch == epoch {
			seen[r.Server] = true
			voters = max(voters, r.Voters)
		}
	}
	return len(seen), voters/2 + 1
}
