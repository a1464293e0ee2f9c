package fsm

import (
	"strings"
	"testing"

	"xiangyun/protocol"
)

func draftOf(id string, body paper, deps ...protocol.Dep) protocol.Draft {
	if body.Home == "" {
		body.Home = protocol.Hub
	}
	return protocol.Draft{Ref: paperRef(id), Act: "write", By: "hub:op", Body: body, Deps: deps}
}

func TestActsOfTheHub(t *testing.T) {
	h := newHub(t)
	r := h.act(draftOf("a", paper{Text: "one"}), draftOf("a", paper{Text: "two"}), draftOf("b", paper{}))
	if r.Refusal != nil || r.Fault != nil || len(r.Records) != 3 || r.Index != h.index {
		t.Fatalf("%+v", r)
	}
	if rec, _ := h.record(paperRef("a")); rec.Rev != 2 || rec.Home != protocol.Hub || rec.Index != h.index || rec.At != h.now {
		t.Errorf("record %+v", rec)
	}
	lines, err := h.f.Journal(protocol.Hub, protocol.Urgent, 1, 10)
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, l := range lines {
		if l.Entry.Seq != uint64(i+1) || i > 0 && l.Entry.Prev != lines[i-1].Entry.Hash || l.Index != h.index || l.Entry.Epoch != 1 {
			t.Errorf("line %d: %+v", i, l.Entry.Header)
		}
	}
}

func TestAGroupStopsAtItsFirstRefusal(t *testing.T) {
	tests := []struct {
		name  string
		draft protocol.Draft
		rule  string
		code  protocol.Code
	}{
		{"a rule says no", draftOf("b", paper{Text: "bad"}), "T-01", 0},
		{"the author saw an older state", protocol.Draft{Ref: paperRef("a"), Act: "write", By: "hub:op", Rev: 7, Body: paper{Home: protocol.Hub}}, "G-04", 0},
		{"the author saw an older home", protocol.Draft{Ref: paperRef("a"), Act: "write", By: "hub:op", RecEpoch: 7, Body: paper{Home: protocol.Hub}}, "G-02", 0},
		{"another place is its home", draftOf("theirs", paper{}), "G-01", 0},
		{"the named home is none", draftOf("b", paper{Home: "No Such Place"}), "G-09", 0},
		{"the kind is unknown", protocol.Draft{Ref: protocol.Ref{Kind: "nonsense", ID: "a"}, Act: "write", By: "hub:op"}, "", protocol.Malformed},
		{"the body is of another shape", protocol.Draft{Ref: paperRef("b"), Act: "write", By: "hub:op", Body: []int{1}}, "", protocol.Malformed},
		{"the rule has a defect", protocol.Draft{Ref: paperRef("b"), Act: "explode", By: "hub:op", Body: paper{}}, "", protocol.Internal},
		{"an operator gives no reason", protocol.Draft{Ref: paperRef("a"), Act: ActDiscard, By: "hub:op"}, "G-10", 0},
		{"nothing is held", protocol.Draft{Ref: paperRef("a"), Act: ActReplay, By: "hub:op", Body: map[string]string{"reason": "x"}}, "G-07", 0},
		{"there is no such node", protocol.Draft{Ref: paperRef("a"), Act: ActThaw, By: "hub:op", Body: map[string]string{"reason": "x"}}, "G-07", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			p := h.enrol("yanbian")[0]
			h.push(batch(p.write("theirs", paper{})))
			r := h.act(draftOf("a", paper{Text: "one"}), tt.draft, draftOf("c", paper{}))
			if len(r.Records) != 1 {
				t.Errorf("%d acts were taken, want 1", len(r.Records))
			}
			if tt.rule != "" && (r.Refusal == nil || r.Refusal.Rule != tt.rule) {
				t.Errorf("refusal %v, want %s", r.Refusal, tt.rule)
			}
			wantFault(t, r.Fault, tt.code)
			if _, ok := h.record(paperRef("c")); ok {
				t.Error("the act behind the refusal was taken")
			}
		})
	}
}

func TestACitedRecordIsCitedAsItStands(t *testing.T) {
	h := newHub(t)
	h.mustAct(draftOf("law", paper{Text: "第一版"}), draftOf("law", paper{Text: "第二版"}))
	h.mustAct(protocol.Draft{Ref: paperRef("x"), Act: "widen", By: "hub:op", Body: paper{Home: protocol.Hub}, Deps: []protocol.Dep{{Ref: paperRef("law")}}})
	rec, _ := h.record(paperRef("x"))
	if !strings.Contains(string(rec.Body), "第二版") {
		t.Errorf("body %s", rec.Body)
	}
	lines, err := h.f.Journal(protocol.Hub, protocol.Urgent, 3, 1)
	if err != nil || len(lines) != 1 || lines[0].Entry.Deps[0].Rev != 2 {
		t.Errorf("%+v, %v", lines, err)
	}
}

// A request of a node has the home of its target and moves with it
// (replication.md §8).
func TestRequestsMoveWithTheirTarget(t *testing.T) {
	h := newHub(t)
	pens := h.enrol("yanbian", "changchun")
	yanbian := pens[0]
	h.push(batch(yanbian.write("a", paper{Readers: []protocol.NodeID{"changchun"}})))
	request := protocol.Ref{Kind: "request", ID: "r1"}
	h.mustAct(protocol.Draft{Ref: request, Act: "file", By: "hub:op",
		Body: protocol.Request{Want: protocol.WantWithdraw, On: paperRef("a"), Title: "撤回", Key: "k1"}})
	if rec, _ := h.record(request); rec.Home != "yanbian" {
		t.Errorf("home of the request is %s", rec.Home)
	}
	h.push(batch(yanbian.write("a", paper{Home: "changchun"})))
	rec, _ := h.record(request)
	if rec.Home != "changchun" || rec.Epoch != 2 {
		t.Errorf("home of the request is %s, epoch %d", rec.Home, rec.Epoch)
	}
}
