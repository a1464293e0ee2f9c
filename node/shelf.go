package node

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

// shelf keeps the files of documents among the blobs of this node: a file is one
// chunk, under its own content address.
type shelf struct{ blobs *blob.Store }

// Keep stores a file; it is on disk when Keep returns.
func (s shelf) Keep(ctx context.Context, id protocol.BlobID, file []byte) error {
	return s.blobs.PutChunk(ctx, id, file)
}

// File gives a file, or a gone fault.
func (s shelf) File(ctx context.Context, id protocol.BlobID) ([]byte, error) {
	return s.blobs.ReadChunk(ctx, id, 0, blob.ChunkSize)
}
