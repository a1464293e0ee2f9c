package node

import (
	"context"

	"xiangyun/node/api"
	"xiangyun/protocol"
	"xiangyun/replication"
)

// Fork shows both histories of each lane from their last common place on, at
// most max lines a side (replication.F2). It asks the hub; when that is away,
// the common place is the last acknowledged one and the hub's side is empty
// with the reason.
func (n *Node) Fork(ctx context.Context, max int) (api.Fork, error) {
	out := api.Fork{Node: n.ID()}
	if f := n.store.Frozen(); f != nil {
		out.Forked, out.Code, out.Text = f.Code == protocol.Fork, f.Code.String(), f.Text
	}
	for _, lane := range protocol.Lanes {
		l, err := n.forkLane(ctx, lane, max)
		if err != nil {
			return out, err
		}
		out.Forked = out.Forked || l.Forked
		out.Lanes = append(out.Lanes, l)
	}
	return out, nil
}

func (n *Node) forkLane(ctx context.Context, lane protocol.Lane, max int) (out api.ForkLane, err error) {
	common, err := n.store.Acked(lane)
	if err != nil {
		return out, err
	}
	head, err := n.store.Head(lane)
	if err != nil {
		return out, err
	}
	out = api.ForkLane{Name: lane.String(), Head: head}
	theirs, err := n.theirs(ctx, lane, &common, max)
	if err != nil {
		out.Error = err.Error()
	} else {
		out.Hub, out.Theirs = theirs.Last, forkLines(theirs.Lines)
		out.Missing = theirs.Last.Seq - min(theirs.Last.Seq, common.Seq)
	}
	own, err := n.store.Lines(lane, common.Seq, max)
	if err != nil {
		return out, err
	}
	out.Common, out.Ours, out.Extra = common, ownLines(own), head.Seq-common.Seq
	out.Forked = out.Missing > 0
	return out, nil
}

// theirs gives the hub's lines behind the last common place and moves common
// there. What was acknowledged is common, unless the hub itself lost it: then
// the search steps back, twice as far each time.
func (n *Node) theirs(ctx context.Context, lane protocol.Lane, common *protocol.Pos, max int) (a replication.ChainAnswer, err error) {
	from := common.Seq
	for step := uint64(1); ; step *= 2 {
		a, err = n.uplink.Chain(ctx, replication.ChainAsk{Lane: lane, From: from, Max: replication.MaxChainLines})
		if err != nil {
			return a, err
		}
		first := from == 0
		if !first && len(a.Lines) > 0 {
			if first, err = n.owns(lane, a.Lines[0].Pos); err != nil {
				return a, err
			}
		}
		if first {
			break
		}
		from -= min(from, step)
	}
	return n.behind(ctx, lane, common, a, from, max)
}

// behind walks forward from a place that both have.
func (n *Node) behind(ctx context.Context, lane protocol.Lane, common *protocol.Pos, a replication.ChainAnswer, from uint64, max int) (replication.ChainAnswer, error) {
	*common = protocol.Pos{Lane: lane}
	for {
		for i, l := range a.Lines {
			same, err := n.owns(lane, l.Pos)
			if err != nil {
				return a, err
			}
			if !same {
				a.Lines = a.Lines[i:min(len(a.Lines), i+max)]
				return a, nil
			}
			*common, from = l.Pos, l.Pos.Seq+1
		}
		if len(a.Lines) < replication.MaxChainLines {
			a.Lines = nil
			return a, nil
		}
		var err error
		if a, err = n.uplink.Chain(ctx, replication.ChainAsk{Lane: lane, From: from, Max: replication.MaxChainLines}); err != nil {
			return a, err
		}
	}
}

func (n *Node) owns(lane protocol.Lane, p protocol.Pos) (bool, error) {
	hash, ok, err := n.store.Hash(lane, p.Seq)
	return ok && hash == p.Hash, err
}

func forkLines(list []replication.ChainLine) (out []api.ForkLine) {
	for _, l := range list {
		out = append(out, api.ForkLine{Seq: l.Pos.Seq, Epoch: l.Pos.Epoch, Hash: l.Pos.Hash, Ref: l.Ref.String(), Act: l.Act, By: l.By, At: when(l.At)})
	}
	return out
}

func ownLines(list []protocol.Entry) (out []api.ForkLine) {
	for i := range list {
		e := &list[i]
		out = append(out, api.ForkLine{Seq: e.Seq, Epoch: e.Epoch, Hash: e.Hash, Ref: e.Ref.String(), Act: e.Act, By: e.By, At: when(e.At), Receipt: receiptOf(e)})
	}
	return out
}

// receiptOf is the number on the applicant's paper, by which a case is entered
// again; "" for anything else and for a body that was erased.
func receiptOf(e *protocol.Entry) string {
	if e.Ref.Kind != "case" || len(e.Body) == 0 {
		return ""
	}
	c, err := protocol.Load[protocol.Case](protocol.Record{Ref: e.Ref, Body: e.Body})
	if err != nil { // the line is shown without it
		return ""
	}
	return c.ReceiptNo
}
