package wire

import (
	"errors"
	"fmt"
	"math"

	"xiangyun/protocol"
)

func appendVerdict(dst []byte, v *protocol.Verdict) []byte {
	dst = appendPos(dst, v.Pos)
	dst = appendRef(dst, v.Ref)
	dst = appendU64(dst, v.Index)
	dst = append(dst, byte(v.Outcome))
	dst = appendStr8(dst, v.Rule)
	return appendStr16(dst, v.Text)
}

func verdictSize(v *protocol.Verdict) int {
	return posSize + refSize(v.Ref) + 8 + 1 + 1 + len(v.Rule) + 2 + len(v.Text)
}

func (f *fields) verdict(v *protocol.Verdict) {
	v.Pos, v.Ref, v.Index = f.pos(), f.ref(), f.u64()
	v.Outcome = protocol.Outcome(f.u8())
	v.Rule, v.Text = f.str8(), f.str16()
}

func checkVerdict(v *protocol.Verdict) error {
	if err := checkPos(v.Pos); err != nil {
		return err
	}
	if err := checkRef(v.Ref); err != nil {
		return err
	}
	switch {
	case v.Pos.Seq == 0:
		return errors.New("verdict about no entry")
	case v.Outcome < protocol.Applied || v.Outcome > protocol.Duplicate:
		return fmt.Errorf("verdict on %s: outcome %d", v.Ref, uint8(v.Outcome))
	case len(v.Text) > math.MaxUint16:
		return fmt.Errorf("verdict on %s: text of %d bytes", v.Ref, len(v.Text))
	}
	return errors.Join(checkShort("rule", v.Rule, math.MaxUint8), checkText(v.Text))
}
