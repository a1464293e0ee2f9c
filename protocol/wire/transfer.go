package wire

import (
	"fmt"

	"xiangyun/protocol"
)

// MaxIDs bounds the ids of one Have or Missing.
const MaxIDs = 4096

// Have names blobs the sender could put; the answer names those it should.
type Have struct {
	IDs   []protocol.BlobID `json:"ids"`
	Epoch uint64            `json:"epoch,omitempty"` // of the uploading origin, told by one hub server to another
}

// Frame is FrameHave.
func (Have) Frame() FrameType { return FrameHave }

// Validate lists the rules of a Have.
func (h Have) Validate() error { return rules(must(len(h.IDs) > 0, "no ids"), validateIDs(h.IDs)) }

// Missing answers a Have; empty when nothing is missing.
type Missing struct {
	IDs []protocol.BlobID `json:"ids"`
}

// Frame is FrameMissing.
func (Missing) Frame() FrameType { return FrameMissing }

// Validate lists the rules of a Missing.
func (m Missing) Validate() error { return validateIDs(m.IDs) }

func validateIDs(ids []protocol.BlobID) error {
	if len(ids) > MaxIDs {
		return tooBig("%d ids, at most %d", len(ids), MaxIDs)
	}
	for _, id := range ids {
		if err := checkBlob(id); err != nil {
			return err
		}
	}
	return nil
}

// Put announces the stored bytes of one blob from Offset on; Chunk frames
// follow, then FIN.
type Put struct {
	ID     protocol.BlobID `json:"id"`
	Size   int64           `json:"size"` // of the whole blob, in bytes
	Offset int64           `json:"offset,omitempty"`
}

// Frame is FramePut.
func (Put) Frame() FrameType { return FramePut }

// Validate lists the rules of a Put.
func (p Put) Validate() error {
	return rules(
		checkBlob(p.ID),
		must(p.Size > 0, "size is not above 0"),
		must(p.Offset >= 0 && p.Offset <= p.Size, "offset is not within the blob"),
	)
}

// Get asks for a range of a blob; Length 0 means to its end.
type Get struct {
	ID     protocol.BlobID `json:"id"`
	Offset int64           `json:"offset,omitempty"`
	Length int64           `json:"length,omitempty"`
}

// Frame is FrameGet.
func (Get) Frame() FrameType { return FrameGet }

// Validate lists the rules of a Get.
func (g Get) Validate() error {
	return rules(
		checkBlob(g.ID),
		must(g.Offset >= 0, "offset below 0"),
		must(g.Length >= 0, "length below 0"),
	)
}

// BlobReceipt is one hub server's word that it has fsynced the bytes of one id
// (replication.md §13 B4). It is not protocol.BlobReceipt, which speaks of all
// chunks of a manifest and stands in its body.
type BlobReceipt struct {
	ID     protocol.BlobID  `json:"id"`
	Size   int64            `json:"size"`
	Server protocol.NodeID  `json:"server"`
	Epoch  uint64           `json:"epoch"` // of the uploading origin, so that a fenced one's receipts do not count (F4)
	Time   protocol.Instant `json:"time"`
	Voters int              `json:"voters,omitempty"` // of the hub, as Server knew it: how many make a majority
	Cert   []byte           `json:"cert,omitempty"`   // Server's certificate, DER: who signs is proved by it alone
	Sig    []byte           `json:"sig"`              // by Server's key, over Signed
}

// maxCert bounds a certificate in a receipt; ours have some 600 bytes.
const maxCert = 4 << 10

// Frame is FrameReceipt.
func (BlobReceipt) Frame() FrameType { return FrameReceipt }

// Validate lists the rules of a BlobReceipt; the signature is checked by who
// holds the certificate.
func (r BlobReceipt) Validate() error {
	return rules(
		checkBlob(r.ID),
		must(r.Size > 0, "size is not above 0"),
		r.Server.Validate(),
		must(r.Epoch > 0, "epoch is 0"),
		must(r.Time > 0, "time is missing"),
		must(r.Voters >= 0, "voters below 0"),
		must(len(r.Cert) <= maxCert, fmt.Sprintf("certificate of %d bytes", len(r.Cert))),
		must(len(r.Sig) > 0 && len(r.Sig) <= maxSig, fmt.Sprintf("signature of %d bytes", len(r.Sig))),
	)
}

// Short is the receipt as it stands in a manifest, which names id and size once.
func (r BlobReceipt) Short() protocol.BlobReceipt {
	return protocol.BlobReceipt{Server: r.Server, Epoch: r.Epoch, At: r.Time, Voters: r.Voters, Cert: r.Cert, Sig: r.Sig}
}

// Signed gives the bytes that Sig is over: a word of their own, so that no
// other signature of that key can pass for a receipt, and every other field but
// the certificate, which is proof enough of itself. A receipt without voters is
// of the first form, which can still be read and counts nowhere.
func (r BlobReceipt) Signed() []byte {
	word := "xiangyun chunk receipt 2"
	if r.Voters == 0 {
		word = "xiangyun chunk receipt 1"
	}
	out := appendStr8(nil, word)
	out = appendStr8(out, r.ID)
	out = appendU64(out, uint64(r.Size))
	out = appendStr8(out, r.Server)
	out = appendU64(out, r.Epoch)
	out = appendU64(out, uint64(r.Time))
	if r.Voters == 0 {
		return out
	}
	return appendU64(out, uint64(r.Voters))
}
