package hub

import (
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestOneProcessSpeaksForANode(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, protocol.Beijing)
	a, b := wire.Boot{1}, wire.Boot{2}
	for _, row := range []struct {
		name string
		boot wire.Boot
		wait time.Duration
		want protocol.Code
	}{
		{"the same process again", a, time.Second, 0},
		{"a copy at once", b, 0, protocol.Twin},
		{"a copy just before the first counts as gone", b, twinAfter - time.Millisecond, protocol.Twin},
		{"a restart after that", b, twinAfter, 0},
		{"a copy while the clock went back", b, -time.Hour, protocol.Twin},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPresence()
			if err := p.claim(claim{Node: "yanbian", Boot: a}, at); err != nil {
				t.Fatal(err)
			}
			if err := p.claim(claim{Node: "jilin", Boot: b}, at); err != nil {
				t.Errorf("another node: %v", err)
			}
			err := p.claim(claim{Node: "yanbian", Boot: row.boot}, at.Add(row.wait))
			if protocol.CodeOf(err) != row.want {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

func TestARefusedCopyDoesNotKeepTheFirstAlive(t *testing.T) {
	p, at := newPresence(), time.Now()
	if err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{1}}, at); err != nil {
		t.Fatal(err)
	}
	for wait := time.Second; wait < twinAfter; wait += time.Second {
		if err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{2}}, at.Add(wait)); protocol.CodeOf(err) != protocol.Twin {
			t.Errorf("after %s: %v", wait, err)
		}
	}
	if err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{2}}, at.Add(twinAfter)); err != nil {
		t.Error(err)
	}
}

func TestANewEnrolmentSpeaksAtOnce(t *testing.T) {
	p, at := newPresence(), time.Now()
	for boot := range byte(3) {
		if err := p.claim(claim{Node: "yanbian", Boot: wire.Boot{boot}}, at); err != nil {
			t.Error(err)
		}
		p.forget("yanbian")
	}
}

func TestNumbersLeftAreRememberedUntilRefilled(t *testing.T) {
	p, at := newPresence(), time.Now()
	known := func() sighting { return p.all()[0] }
	for _, c := range []claim{{Node: "yanbian", BlockLeft: 7, Known: true}, {Node: "yanbian"}} {
		if err := p.claim(c, at); err != nil {
			t.Fatal(err)
		}
		if got := known(); !got.Known || got.BlockLeft != 7 {
			t.Errorf("after %+v: %+v", c, got)
		}
	}
	p.refilled("yanbian")
	p.refilled("jilin")
	if got := known(); got.Known || len(p.all()) != 1 {
		t.Errorf("after a refill: %+v", p.all())
	}
}
