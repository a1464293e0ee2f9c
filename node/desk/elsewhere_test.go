package desk

import (
	"context"
	"strconv"
	"testing"
	"time"

	"xiangyun/protocol"
)

// nowhere is a province that holds nothing and counts what it is asked.
type nowhere struct{ asked int }

func (n *nowhere) Look(context.Context, Question) (Sight, error) {
	n.asked++
	return Sight{}, nil
}

// TestNobodyLooksThroughTheProvince is W-09 under arts. 16 and 45: who tries one
// document number after the other is held up, and nobody else is.
func TestNobodyLooksThroughTheProvince(t *testing.T) {
	o := newLaw(t)
	all := &nowhere{}
	o.Province = all
	look := func(who *protocol.Account, n int) error {
		_, err := o.FindElsewhere(t.Context(), who, o.Fingerprint("citizen", strconv.Itoa(n)), "查询进度")
		return err
	}
	for n := range maxAsked {
		o.must(look(clerk, n))
	}
	if err := look(clerk, maxAsked); protocol.CodeOf(err) != protocol.Busy || all.asked != maxAsked {
		t.Errorf("%v after %d questions", err, all.asked)
	}
	o.must(look(person("other", "", protocol.RoleClerk), 1))
	o.clock.Add(time.Hour.Milliseconds())
	o.must(look(clerk, 1))
}
