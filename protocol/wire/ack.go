package wire

import (
	"fmt"

	"xiangyun/protocol"
)

// Ack says that the hub decided everything up to Pos on a quorum: cumulative,
// only after Apply returned (replication.R11). It is the one control message that is
// not JSON, because it carries a verdict for every entry (DESIGN.md).
type Ack struct {
	Lane     protocol.Lane
	Pos      protocol.Pos
	Index    uint64             // hub index that decided Pos
	Verdicts []protocol.Verdict // in the order of the entries
}

// Frame is FrameAck.
func (Ack) Frame() FrameType { return FrameAck }

// Validate lists the rules of an Ack.
func (a Ack) Validate() error {
	err := rules(
		checkPos(a.Pos),
		must(a.Lane == a.Pos.Lane, "position of another lane"),
	)
	if err != nil {
		return err
	}
	last := uint64(0)
	for i := range a.Verdicts {
		v := &a.Verdicts[i]
		if err := checkVerdict(v); err != nil {
			return fmt.Errorf("verdict %d: %w", i, err)
		}
		if v.Pos.Lane != a.Lane || v.Pos.Seq <= last {
			return fmt.Errorf("verdict %d on %s is out of order", i, v.Pos)
		}
		if v.Pos.Seq > a.Pos.Seq && v.Outcome != protocol.ParkedAct { // a parked entry stops the chain before it (replication.A7)
			return fmt.Errorf("verdict %d on %s is beyond %s", i, v.Pos, a.Pos)
		}
		last = v.Pos.Seq
	}
	return nil
}

// minVerdict is what a verdict of empty texts takes.
const minVerdict = posSize + 2 + 8 + 1 + 1 + 2

// AppendBinary writes the payload of an Ack's frame; Encode has validated it.
func (a Ack) AppendBinary(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = append(beginEnvelope(dst, magicAck), byte(a.Lane))
	dst = appendU64(appendPos(dst, a.Pos), a.Index)
	dst = appendU32(dst, uint32(len(a.Verdicts)))
	for i := range a.Verdicts {
		dst = appendVerdict(dst, &a.Verdicts[i])
	}
	return endEnvelope(dst, start), nil
}

// UnmarshalBinary reads a payload that AppendBinary wrote and nothing more;
// Decode validates it after.
func (a *Ack) UnmarshalBinary(payload []byte) error {
	whole, rest, err := openEnvelope(payload, magicAck, MaxPayload)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errTrailing
	}
	f := inner(whole)
	*a = Ack{Lane: protocol.Lane(f.u8()), Pos: f.pos(), Index: f.u64()}
	n := uint64(f.u32())
	if n > uint64(len(f.left)/minVerdict) { // a count costs its sender nothing
		return errShort
	}
	if n > 0 {
		a.Verdicts = make([]protocol.Verdict, n)
	}
	for i := range a.Verdicts {
		f.verdict(&a.Verdicts[i])
	}
	return f.done()
}
