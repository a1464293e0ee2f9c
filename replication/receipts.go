package replication

import (
	"crypto/x509"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// CheckReceipts believes every receipt of a manifest: each is signed, for these
// chunks and this size, by a hub server whose certificate one of roots issued
// (replication.B4). Whether they are a majority is the judge's to say. A receipt
// that is not what it says is BadSig, a certificate that is not, Denied.
func CheckReceipts(b *protocol.Blob, roots []*x509.Certificate) error {
	id := protocol.ContentID(b.Chunks)
	for _, short := range b.Receipts {
		r := wire.BlobReceipt{ID: id, Size: b.Size, Server: short.Server, Epoch: short.Epoch, Time: short.At, Voters: short.Voters, Cert: short.Cert, Sig: short.Sig}
		if err := r.Validate(); err != nil {
			return &protocol.Fault{Code: protocol.Malformed, Op: "check receipts", Text: "附件的落盘回执格式不正确", Err: err}
		}
		if r.Voters == 0 || len(r.Cert) == 0 {
			return protocol.NewFault(protocol.BadSig, "check receipts", "附件的落盘回执没有签发服务器 %s 的证书,不能核验", r.Server)
		}
		peer, err := identity.ServerAt(r.Cert, roots, r.Time.Time())
		if err != nil {
			return err
		}
		if peer.ID != r.Server || identity.Verify(peer.Key, protocol.HashOf(r.Signed()), r.Sig) != nil {
			return protocol.NewFault(protocol.BadSig, "check receipts", "附件的落盘回执不是 %s 签发的,或内容被改动,不能登记", r.Server)
		}
	}
	return nil
}

// checkManifests refuses a batch with a manifest whose receipts are not the hub's
// own word: the fold could not tell, and would call the blob durable. A body
// that cannot be read is the fold's to hold (A15).
func checkManifests(entries []protocol.Entry, roots func() []*x509.Certificate) error {
	for i := range entries {
		e := &entries[i]
		if e.Ref.Kind != "blob" {
			continue
		}
		b, err := protocol.Load[protocol.Blob](protocol.Record{Ref: e.Ref, Body: e.Body})
		if err != nil {
			continue
		}
		if err := CheckReceipts(b, roots()); err != nil {
			return err
		}
	}
	return nil
}
