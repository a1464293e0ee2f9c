package wire

import (
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// checkPos: a place is either before the first line (no seq, no hash) or a line.
func checkPos(p protocol.Pos) error {
	if err := p.Lane.Validate(); err != nil {
		return err
	}
	switch {
	case (p.Seq == 0) != p.Hash.IsZero():
		return fmt.Errorf("place %s: seq and hash must both be there or both be none", p)
	case p.Seq > 0 && p.Epoch == 0:
		return fmt.Errorf("place %s: epoch is 0", p)
	}
	return nil
}

// CheckChain verifies that the batch is one run of one origin, epoch and lane
// that goes on from prev, the last place the caller knows of that chain:
//
//	malformed  no entry, or entries of several origins, epochs or lanes, or not prev's lane
//	fenced     an epoch before prev's
//	badchain   a hole or a wrong Prev inside the batch, or a checkpoint that is not its last entry
//	gap        entries are missing between prev and the batch; the fault's Pos is prev
//	fork       the line at prev.Seq, or the first line after it, tells another history; Pos is prev
//
// A batch that overlaps prev is right as far as prev can tell: hashes of older
// lines are compared by who has kept them (replication.A5). Entries must come
// from Seal, ReadEntry or ReadBatch: their Hash is trusted here.
func (b *Batch) CheckChain(prev protocol.Pos) error {
	for _, check := range []func(protocol.Pos) error{b.checkRun, b.checkLinks, b.checkJoint} {
		if err := check(prev); err != nil {
			return asFault("check chain", err)
		}
	}
	return nil
}

func (b *Batch) checkRun(prev protocol.Pos) error {
	if len(b.Entries) == 0 {
		return errors.New("batch without entries")
	}
	first := &b.Entries[0]
	for i := range b.Entries {
		e := &b.Entries[i]
		if e.Origin != b.Origin || e.Epoch != first.Epoch || e.Lane != prev.Lane {
			return fmt.Errorf("entry %d is %s of %s, the batch is of %s, epoch %d, lane %s",
				i, e.Pos(), e.Origin, b.Origin, first.Epoch, prev.Lane)
		}
	}
	if first.Epoch < prev.Epoch {
		return &protocol.Fault{Code: protocol.Fenced, Pos: prev,
			Text: fmt.Sprintf("纪元 %d 已被纪元 %d 取代", first.Epoch, prev.Epoch)}
	}
	return nil
}

func (b *Batch) checkLinks(protocol.Pos) error {
	for i := 1; i < len(b.Entries); i++ {
		last, e := &b.Entries[i-1], &b.Entries[i]
		if e.Seq != last.Seq+1 || e.Prev != last.Hash {
			return chainFault(protocol.BadChain, e.Pos(), "第 %d 条没有接在第 %d 条之后", e.Seq, last.Seq)
		}
	}
	last := b.Entries[len(b.Entries)-1].Pos()
	if b.Checkpoint.Pos != last {
		return chainFault(protocol.BadChain, last, "签名的位置不是这一批的末条")
	}
	return nil
}

func (b *Batch) checkJoint(prev protocol.Pos) error {
	first := b.Entries[0].Seq
	switch {
	case first > prev.Seq+1:
		return chainFault(protocol.Gap, prev, "缺第 %d 至 %d 条,请从第 %d 条起重发", prev.Seq+1, first-1, prev.Seq+1)
	case first == prev.Seq+1 && b.Entries[0].Prev != prev.Hash:
		return chainFault(protocol.Fork, prev, "第 %d 条不是接在已知的第 %d 条之后", first, prev.Seq)
	}
	if at := prev.Seq - first; first <= prev.Seq && at < uint64(len(b.Entries)) && b.Entries[at].Hash != prev.Hash {
		return chainFault(protocol.Fork, prev, "第 %d 条与已知的不是同一条", prev.Seq)
	}
	return nil
}

func chainFault(code protocol.Code, pos protocol.Pos, format string, args ...any) error {
	return &protocol.Fault{Code: code, Pos: pos, Text: fmt.Sprintf(format, args...)}
}
