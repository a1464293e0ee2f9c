package hub

import (
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestAClaimOverTime(t *testing.T) { // replication.F4
	type act struct {
		at   time.Duration
		boot byte
		code protocol.Code
	}
	for _, row := range []struct {
		name string
		acts []act
	}{
		{"one process beats on, and after a long silence", []act{{0, 1, 0}, {time.Second, 1, 0}, {time.Hour, 1, 0}}},
		{"each beat of the first puts the copy off", []act{{0, 1, 0}, {5 * time.Second, 1, 0}, {10 * time.Second, 2, protocol.Twin}}},
		{"a copy that was turned away does not hold the first up", []act{{0, 1, 0}, {time.Second, 2, protocol.Twin}, {2 * time.Second, 1, 0}}},
		{"the first comes back and is now the copy", []act{{0, 1, 0}, {twinAfter, 2, 0}, {twinAfter + time.Second, 1, protocol.Twin}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, start := newPresence(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			for _, a := range row.acts {
				err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{a.boot}}, start.Add(a.at))
				if got := protocol.CodeOf(err); got != a.code {
					t.Errorf("after %v process %d: %v, want %v", a.at, a.boot, err, a.code)
				}
			}
		})
	}
}

func TestANewProcessIsNotCreditedWithTheNumbersOfTheFirst(t *testing.T) {
	p, now := newPresence(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{1}, BlockLeft: 40, Known: true}, now); err != nil {
		t.Fatal(err)
	}
	if err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{2}}, now.Add(twinAfter)); err != nil {
		t.Fatal(err)
	}
	if list := p.all(); len(list) != 1 || list[0].Known {
		t.Errorf("seen %+v", list)
	}
}
