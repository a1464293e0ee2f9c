package store

import (
	"fmt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// How far counters go on above the highest number the hub has seen, after a disk or a
// database was lost (cases.N-05): what the lost one handed out beyond that is on paper
// somewhere, and is not handed out again.
const (
	reserveSerials = 100
	reserveNumbers = 20
)

// resumeNumbers raises the counters of this place above every number that a case of
// the province bears: the first snapshot under a new epoch has just brought them all.
func (g *group) resumeNumbers() error {
	self, err := (&ReadTx{b: g.tx}).Self(g.s.config.Node)
	if err != nil {
		return err
	}
	highest := map[string]uint64{}
	err = fold.Each(g.tx, "case", func(rec protocol.Record) error {
		if rec.Body == nil {
			return nil
		}
		c, err := protocol.Load[protocol.Case](rec)
		if err == nil {
			seen(highest, c, self)
		}
		return err
	})
	if err != nil {
		return err
	}
	for row, last := range highest {
		var had uint64
		if _, err := getRow(g.tx, bucketNumber, []byte(row), &had); err != nil {
			return err
		}
		g.state.setCount(row, max(had, last))
	}
	return nil
}

// seen notes the numbers of a case that this place handed out.
func seen(highest map[string]uint64, c *protocol.Case, self *protocol.Node) {
	for _, d := range c.Docs {
		s, err := protocol.ParseSerial(d.Serial)
		if err == nil && s.Place == self.PlaceCode() && s.Ordinal == self.SerialOrdinal() {
			row := rowSeries + s.Series()
			highest[row] = max(highest[row], uint64(s.Counter)+reserveSerials)
		}
	}
	if len(c.No) != 43 || protocol.CheckCaseNumber(c.No, protocol.Sequence{First: 1, Last: 9999}) != nil {
		return
	}
	var seq int
	fmt.Sscanf(c.No[39:], "%d", &seq) // four digits, as checked
	for _, own := range []bool{true, false} {
		run, ok := protocol.SequenceOf(own, self.SerialOrdinal())
		if !ok || seq < run.First || seq > run.Last || own && c.Handler != self.ID {
			continue
		}
		day := c.No[31:35] + "-" + c.No[35:37] + "-" + c.No[37:39]
		row := dayRow(c.No[:31], day, run)
		highest[row] = max(highest[row], uint64(min(seq+reserveNumbers, run.Last)))
	}
}

// dayRow is the counter of a code and day in one range.
func dayRow(code, day string, run protocol.Sequence) string {
	return fmt.Sprintf("%s%s/%s/%d", rowDay, code, day, run.First)
}
