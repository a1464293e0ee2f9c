package hub

import (
	"testing"
	"time"

	"xiangyun/protocol"
)

// TestClocksAndCoverageAreCounted over a real index: cases.Y-03, arts. 32, 34.
func TestClocksAndCoverageAreCounted(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	for range 3 {
		d.handOver()
	}
	at := func() (got protocol.ClockTally) {
		list, err := d.Clocks(d.ctx())
		d.must(err)
		for _, one := range list {
			if one.Place == "changchun" {
				got = one
			}
		}
		return got
	}
	d.eventually("the cases are counted where they are", func() bool { return at().Open == 3 })
	if got := at(); got.Red != 0 || got.Normal()+got.Yellow != 3 {
		t.Errorf("fresh cases: %+v", got)
	}
	d.clock.set(30 * 24 * time.Hour)
	if got := at(); got.Red != 3 || got.Normal() != 0 {
		t.Errorf("a month later: %+v", got)
	}
	rows, when, err := d.Coverage()
	d.must(err)
	if len(rows) != 1 || rows[0].Agency != d.handling || rows[0].Items != 1 || rows[0].Open != 1 || rows[0].Once != 1 || when == 0 {
		t.Errorf("coverage %+v", rows)
	}
	one, err := d.CoverageOf(d.ctx(), d.handling)
	d.must(err)
	if len(one.List) != 1 || one.List[0].Item != d.item {
		t.Errorf("%+v", one)
	}
	if none, err := d.CoverageOf(d.ctx(), d.own); err != nil || none.Items != 0 {
		t.Errorf("%+v %v", none, err)
	}
}
