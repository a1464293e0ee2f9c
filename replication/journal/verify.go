package journal

import (
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Keys gives the key that signed under an epoch; false when it is not known.
// The chain makes a later checkpoint cover lines whose own key is not known.
type Keys func(epoch uint64) (identity.PublicKey, bool)

// OneKey is for a journal whose epochs all used one key.
func OneKey(key identity.PublicKey) Keys {
	return func(uint64) (identity.PublicKey, bool) { return key, true }
}

// Report is what a verified lane holds.
type Report struct {
	Lines  uint64
	Floor  protocol.Pos
	Head   protocol.Pos
	Signed protocol.Pos // last place whose signature was checked
	Erased []uint64     // lines without a body: each must be named by an erase entry
}

// Verify reads the whole lane and finds any edit, deletion, truncation or
// reorder of lines (proof I10): every value's checksum, every hash, the chain,
// the bodies, the signatures, and that nothing stands beside them. known are
// places that others vouch for (the hub's last, a backup's): a lane cut back
// together with its head is only found by them. The error is a *protocol.Fault
// of code badchain, badsig or fork whose Pos says where.
func Verify(tx *bbolt.Tx, lane protocol.Lane, keys Keys, known ...protocol.Pos) (Report, error) {
	v, err := begin(tx, lane, keys, known)
	if err != nil {
		return Report{}, err
	}
	if err := each(tx, lane, 0, v.line); err != nil {
		return v.report, err
	}
	return v.report, v.end(tx)
}

// Check verifies at most n lines above after, a place that was verified before,
// and gives how far it came: a scrubber's way through a long journal without a
// long read transaction (pitfalls.B5). It asks no signatures.
func Check(tx *bbolt.Tx, after protocol.Pos, n int) (protocol.Pos, error) {
	v := verifier{lane: after.Lane, at: after}
	err := each(tx, after.Lane, after.Seq, func(e protocol.Entry, l line) error {
		if n--; n < 0 {
			return errDone
		}
		return v.line(e, l)
	})
	if errors.Is(err, errDone) {
		err = nil
	}
	return v.at, err
}

type verifier struct {
	lane   protocol.Lane
	keys   Keys
	known  []protocol.Pos
	at     protocol.Pos // last line seen
	sealed bool         // at carries a checkpoint
	cut    []byte       // signature over at that the key of its epoch did not make: see Rebase
	report Report
}

func begin(tx *bbolt.Tx, lane protocol.Lane, keys Keys, known []protocol.Pos) (*verifier, error) {
	floor, err := Floor(tx, lane)
	if err != nil {
		return nil, err
	}
	a, err := Acked(tx, lane)
	if err != nil {
		return nil, err
	}
	v := &verifier{lane: lane, keys: keys, at: floor, sealed: true, report: Report{Floor: floor}}
	for _, p := range append(slices.Clone(known), a.Pos) {
		if p.Lane == lane && p.Seq >= floor.Seq && p.Seq > 0 {
			v.known = append(v.known, p)
		}
	}
	return v, v.meet(floor)
}

func (v *verifier) line(e protocol.Entry, l line) error {
	if e.Seq != v.at.Seq+1 || e.Prev != v.at.Hash || e.Epoch < v.at.Epoch {
		return v.broken(e.Seq, "第 %d 条没有接在第 %d 条之后", e.Seq, v.at.Seq)
	}
	if err := v.recut(e.Epoch); err != nil {
		return err
	}
	v.at, v.sealed = e.Pos(), l.checkpoint != nil
	v.report.Lines++
	if l.erased {
		v.report.Erased = append(v.report.Erased, e.Seq)
	}
	if err := v.checkpoint(l); err != nil {
		return err
	}
	return v.meet(v.at)
}

func (v *verifier) checkpoint(l line) error {
	if l.checkpoint == nil {
		return nil
	}
	if l.checkpoint.Pos != v.at {
		return v.broken(v.at.Seq, "第 %d 条的检查点属于另一条", v.at.Seq)
	}
	if v.keys == nil {
		return nil
	}
	key, ok := v.keys(v.at.Epoch)
	if !ok {
		return nil
	}
	if identity.Verify(key, v.at.Hash, l.checkpoint.Sig) != nil {
		v.cut = append([]byte(nil), l.checkpoint.Sig...)
		return nil
	}
	v.report.Signed = v.at
	return nil
}

// recut: the last line before a new epoch may have been signed when the epoch
// was given, with the key of that one.
func (v *verifier) recut(epoch uint64) error {
	if v.cut == nil {
		return nil
	}
	if key, ok := v.keys(epoch); ok && epoch > v.at.Epoch && identity.Verify(key, v.at.Hash, v.cut) == nil {
		v.cut = nil
		return nil
	}
	return v.badSig("检查点的签名与写入方的密钥不符")
}

func (v *verifier) badSig(text string) error {
	return &protocol.Fault{Code: protocol.BadSig, Op: "verify journal", Pos: v.at, Text: text}
}

// meet compares a place with what others know of the same seq.
func (v *verifier) meet(at protocol.Pos) error {
	for _, p := range v.known {
		if p.Seq == at.Seq && p.Hash != at.Hash {
			return &protocol.Fault{Code: protocol.Fork, Op: "verify journal", Pos: at, Text: fmt.Sprintf("第 %d 条与别处所记不是同一条", at.Seq)}
		}
	}
	return nil
}

// end checks what only the whole lane shows.
func (v *verifier) end(tx *bbolt.Tx) error {
	head, err := Head(tx, v.lane)
	if err != nil {
		return err
	}
	v.report.Head = head
	if head != v.at {
		return v.broken(v.at.Seq, "日志止于第 %d 条,应止于第 %d 条", v.at.Seq, head.Seq)
	}
	if !v.sealed {
		return v.broken(head.Seq, "末条没有检查点")
	}
	if v.keys != nil && v.report.Lines > 0 && v.report.Signed != head {
		return v.badSig("末条的签名无法用写入方的公钥验证")
	}
	for _, p := range v.known {
		if p.Seq > head.Seq {
			return v.broken(head.Seq, "别处已有第 %d 条,本日志止于第 %d 条", p.Seq, head.Seq)
		}
	}
	return v.strays(tx)
}

// strays finds rows that no line accounts for.
func (v *verifier) strays(tx *bbolt.Tx) error {
	rows := uint64(0)
	err := bodies(tx, v.lane).ForEach(func(k, _ []byte) error {
		rows++
		if len(k) != 8 || headers(tx, v.lane).Get(k) == nil {
			return v.broken(0, "内容 %x 没有对应的条目", k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if rows != v.report.Lines-uint64(len(v.report.Erased)) {
		return v.broken(0, "内容 %d 份,应有 %d 份", rows, v.report.Lines-uint64(len(v.report.Erased)))
	}
	first, _ := headers(tx, v.lane).Cursor().First()
	if first == nil {
		return v.metaStrays(tx)
	}
	seq, err := seqOf(v.lane, first)
	if err == nil && seq <= v.report.Floor.Seq {
		err = v.broken(seq, "已截断的部分还有条目")
	}
	if err != nil {
		return err
	}
	return v.metaStrays(tx)
}

func (v *verifier) metaStrays(tx *bbolt.Tx) error {
	return tx.Bucket(bucketMeta).ForEach(func(k, _ []byte) error {
		for _, row := range metaRows {
			for _, lane := range protocol.Lanes {
				if string(k) == string(metaKey(row, lane)) {
					return nil
				}
			}
		}
		return v.broken(0, "多出一行 %q", k)
	})
}

func (v *verifier) broken(seq uint64, format string, args ...any) error {
	return &protocol.Fault{Code: protocol.BadChain, Op: "verify journal", Pos: protocol.Pos{Lane: v.lane, Seq: seq},
		Text: fmt.Sprintf(format, args...), Hint: "停用本节点,用备份或重新接入恢复"}
}
