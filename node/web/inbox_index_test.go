package web

import (
	"context"
	"errors"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// brittle is a place whose reads fail while it is told to: whoever looked went
// away, or the disk did not answer.
type brittle struct {
	*world
	fails bool
}

func (b *brittle) Search(ctx context.Context, q console.Query) (console.Result, error) {
	if b.fails {
		return console.Result{}, errors.New("not now")
	}
	return b.world.Search(ctx, q)
}

func (b *brittle) open(t *testing.T, box *inbox) (n int) {
	t.Helper()
	if err := box.walk(t.Context(), b, func(list []spot, _ int) { n = len(list) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestInboxForgetsNoCase is W-01: a look that fails takes nothing from the lists
// of those who look next.
func TestInboxForgetsNoCase(t *testing.T) {
	for _, when := range []string{"while all is read", "while a change is read"} {
		t.Run(when, func(t *testing.T) {
			b := &brittle{world: newWorld(t)}
			var box, all inbox
			want := b.open(t, &all)
			if when == "while a change is read" {
				b.open(t, &box)
				b.tell(protocol.Ref{Kind: "case", ID: caseID(1)})
			}
			b.fails = true
			if err := box.walk(t.Context(), b, func([]spot, int) {}); err == nil {
				t.Fatal("a read that failed was not told")
			}
			b.fails = false
			if got := b.open(t, &box); got != want || want == 0 {
				t.Errorf("%d cases are left of %d", got, want)
			}
		})
	}
}
