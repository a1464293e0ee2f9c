package fsm

import (
	"slices"

	"xiangyun/protocol"
)

// A lane of which so much is poison is a bad release and not a bad record: it
// is frozen as a whole (replication.Q3).
const (
	badWindow  = 1000 // lines
	badShare   = 50   // of them: 5 %
	badMinute  = 100  // in one minute by the commands' time
	minuteLong = 60_000
)

// badLine is a line that was quarantined.
type badLine struct {
	Seq uint64           `json:"seq"`
	At  protocol.Instant `json:"at"` // receipt at the hub
}

// countBad looks at one more line of the lane; the fault says that the lane
// must be frozen. The count may only fall where a line is added, so a lane
// without poison costs nothing.
func (st *step) countBad(c *chain, v *protocol.Verdict) *protocol.Fault {
	if v.Outcome != protocol.Quarantined {
		return nil
	}
	c.Bad = append(c.Bad, badLine{v.Pos.Seq, st.now})
	inWindow := func(b badLine) bool { return b.Seq+badWindow > v.Pos.Seq }
	inMinute := func(b badLine) bool { return b.At+minuteLong > st.now }
	c.Bad = slices.DeleteFunc(c.Bad, func(b badLine) bool { return !inWindow(b) && !inMinute(b) })
	if countIf(c.Bad, inWindow) <= badShare && countIf(c.Bad, inMinute) <= badMinute {
		return nil
	}
	f := protocol.NewFault(protocol.Frozen, "append", "无法识别的条目过多,已暂停接收,请核对节点的软件版本")
	f.Pos = c.Pos
	return f
}

func countIf(list []badLine, is func(badLine) bool) (n int) {
	for _, b := range list {
		if is(b) {
			n++
		}
	}
	return n
}
