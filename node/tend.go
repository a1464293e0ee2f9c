package node

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

// tendBlobs reads all attachments again within 30 days and fetches bad ones
// from the hub, which has every one that is committed (replication.B5).
func (n *Node) tendBlobs(ctx context.Context) error {
	return n.blobs.Tend(ctx, blob.Period, func(ctx context.Context, id protocol.BlobID) {
		if err := n.courier.Fetch(ctx, id); err != nil {
			n.log.Error("bad chunk not fetched again", "chunk", id, "err", err)
		}
	})
}

// stop is called by a part whose disk cannot be trusted any more (pitfalls.W2).
func (n *Node) stop(err error) {
	select {
	case n.fatal <- err:
	default:
	}
}

// watch ends the node with the error given to stop.
func (n *Node) watch(ctx context.Context) error {
	select {
	case err := <-n.fatal:
		return err
	case <-ctx.Done():
		return nil
	}
}
