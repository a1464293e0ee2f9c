package node

import (
	"context"
	"time"

	"xiangyun/protocol"
)

// scrubEvery is how often everything stored is compared with its checksums
// (pitfalls.B3 asks for a week); the first time is a while after the start, so
// that a morning's opening is not slowed.
const (
	scrubEvery = 24 * time.Hour
	scrubFirst = 10 * time.Minute
)

// scrub looks for silent damage. A damaged node takes no more acts: what it
// would build on cannot be trusted. Reading goes on and the operator decides.
func (n *Node) scrub(ctx context.Context) error {
	timer := time.NewTimer(scrubFirst)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		if err := n.scrubOnce(ctx); err != nil {
			return err
		}
		timer.Reset(scrubEvery)
	}
}

func (n *Node) scrubOnce(ctx context.Context) error {
	start := time.Now()
	err := n.store.Scrub(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case protocol.CodeOf(err) != protocol.BadChain:
		n.log.Info("store scrubbed", "took", time.Since(start).Round(time.Millisecond), "err", err)
		return nil
	}
	n.log.Error("stored data is damaged; acts are refused", "err", err)
	f := protocol.NewFault(protocol.BadChain, "scrub", "例行检查发现本节点的数据库有损坏,已停止办理;请联系运维人员")
	f.Hint = "先确认待发送为 0(xiangyun node status),再停止本节点、移开数据库,用新令牌重新接入取回数据"
	return n.store.Freeze(f)
}
