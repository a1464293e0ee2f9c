package desk

import (
	"testing"

	"xiangyun/protocol"
)

// TestY01DemandsBesideTheGuideAreCounted (§14.3, S-09): the notice is refused, the
// case stays as it was, and the attempt stands with who made it; a form that is sent
// again is no second one.
func TestY01DemandsBesideTheGuideAreCounted(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(missing, present))
	for _, line := range []string{"户口簿", "户口簿", "m3", "户口簿"} {
		if err := o.do(acceptor, ref, "notice", aNotice(line)); ruleOf(err) != "C-07b" && ruleOf(err) != "C-07d" {
			t.Errorf("demand of %s: %v", line, err)
		}
	}
	if err := o.do(acceptor, ref, "notice", protocol.Case{}); ruleOf(err) != "C-07a" { // a slip, no demand
		t.Errorf("%v", err)
	}
	for n, want := range []string{"C-07b", "C-07d", ""} {
		a, rec, err := Record[protocol.Attempt](o.Desk, protocol.Ref{Kind: "attempt", ID: protocol.AttemptID(ref.ID, here, n+1)})
		if want == "" {
			if protocol.CodeOf(err) != protocol.Gone {
				t.Errorf("a third: %+v, %v", a, err)
			}
			continue
		}
		if o.must(err); a.Rule != want || a.Clerk != By(acceptor) || a.Agency != ours || rec.Home != here {
			t.Errorf("attempt %d at %s: %+v", n+1, rec.Home, a)
		}
	}
	if c, rec, err := Record[protocol.Case](o.Desk, ref); err != nil || rec.Rev != 1 || c.State != protocol.CaseReceived {
		t.Errorf("the case is %s at rev %d, %v", c.State, rec.Rev, err)
	}
	o.done(acceptor, ref, "notice", aNotice("m1"))
}
