package node

import (
	"context"
	"fmt"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

// scrubEvery is how often a node reads its whole database again, scrubFirst how
// long after its start for the first time (pitfalls.B3: all in 7 days).
const (
	scrubEvery = 24 * time.Hour
	scrubFirst = time.Hour
)

// scrubs reads the database again and again. Damage ends the node: it must be
// enrolled again or restored, and never go on with records it cannot trust.
func (n *Node) scrubs(ctx context.Context) error {
	for wait := scrubFirst; ; wait = scrubEvery {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
		begin := time.Now()
		if err := n.store.Scrub(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("database of %s is damaged, enrol this node again with a new token: %w", n.ID(), err)
		}
		n.log.Info("database scrubbed", "took", time.Since(begin))
	}
}

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
