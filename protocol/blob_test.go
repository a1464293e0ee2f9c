package protocol

import "testing"

func TestRefusalsOfAnAttachment(t *testing.T) {
	change := want[Blob]
	check(t, []row{
		{"cases.G-11 an attachment is committed once", "blob commit", stands(aBlob()), "G-11"},
		{"cases.G-09 an empty attachment", "blob commit", change(func(b *Blob) { b.Size = 0 }), "G-09"},
		{"cases.G-09 an attachment without chunks", "blob commit", change(func(b *Blob) { b.Chunks = nil }), "G-09"},
		{"cases.G-09 an attachment with too many chunks", "blob commit", change(func(b *Blob) { b.Chunks = make([]BlobID, 1025) }), "G-09"},
		{"cases.G-09 an attachment belongs to a record", "blob commit", change(func(b *Blob) { b.Owner = Ref{} }), "G-09"},
		{"cases.G-09 a chunk that is no content address", "blob commit", change(func(b *Blob) { b.Chunks[0] = "md5:1" }), "G-09"},
		{"replication.B4 one receipt of three servers", "blob commit", change(func(b *Blob) { b.Receipts = b.Receipts[:1] }), "receipts"},
		{"replication.B4 two receipts of one server", "blob commit", change(func(b *Blob) { b.Receipts[1].Server = "hub1" }), "receipts"},
		{"replication.B4 two receipts of five servers", "blob commit", change(func(b *Blob) { b.Voters = 5 }), "receipts"},
		{"replication.B4 two receipts of a hub that had five servers", "blob commit", change(func(b *Blob) { b.Receipts[0].Voters = 5 }), "receipts"},
		{"replication.F4 a receipt of an earlier epoch", "blob commit", change(func(b *Blob) { b.Receipts[1].Epoch++ }), "receipts"},
		{"replication.B4 no server at all", "blob commit", change(func(b *Blob) { b.Voters, b.Receipts = 0, nil }), "receipts"},
	})
}
