package fsm

import (
	"strings"
	"testing"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// TestChainRules has one row for each of replication.A2 to A7: what a batch
// behind ten decided lines of yanbian meets.
func TestChainRules(t *testing.T) {
	reseal := func(e protocol.Entry, change func(*protocol.Header)) protocol.Entry {
		h := e.Header
		change(&h)
		out, err := wire.Seal(&h, e.Body)
		if err != nil {
			panic(err)
		}
		return out
	}
	tests := []struct {
		name   string
		make   func(h *hub, p *pen, ten []protocol.Entry) wire.Batch
		code   protocol.Code // 0: taken
		last   uint64        // of the lane afterwards
		frozen bool
	}{
		{"replication.A2 an origin that was never planned is fenced", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			other := *p
			other.id, other.last = "nowhere", [3]protocol.Pos{}
			return batch(other.write("x", paper{}))
		}, protocol.Fenced, 10, false},
		{"replication.A2 an older epoch is fenced", func(h *hub, p *pen, _ []protocol.Entry) wire.Batch {
			h.mustAct(protocol.Draft{Ref: node(p.id), Act: "enroll", By: "hub:op", Body: protocol.Node{Key: protocol.Hash{2}}})
			return batch(p.write("x", paper{}))
		}, protocol.Fenced, 10, false},
		{"replication.A2 an epoch that was never issued is fenced", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			p.epoch = 9
			return batch(p.write("x", paper{}))
		}, protocol.Fenced, 10, false},
		{"replication.A2 a revoked origin is fenced", func(h *hub, p *pen, _ []protocol.Entry) wire.Batch {
			h.mustAct(protocol.Draft{Ref: node(p.id), Act: "revoke", By: "hub:op", Body: protocol.Node{Reason: "撤并"}})
			p.epoch = 2
			return batch(p.write("x", paper{}))
		}, protocol.Fenced, 10, false},
		{"replication.A2 nobody writes as the hub", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			other := *p
			other.id, other.last = protocol.Hub, [3]protocol.Pos{}
			return batch(other.write("x", paper{}))
		}, protocol.Fenced, 10, false},
		{"replication.A3 a frozen lane takes nothing", func(h *hub, p *pen, ten []protocol.Entry) wire.Batch {
			h.push(batch(reseal(ten[9], func(h *protocol.Header) { h.By = "other" })))
			return batch(p.write("x", paper{}))
		}, protocol.Frozen, 10, true},
		{"replication.A4 a hole is a gap", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			p.write("x", paper{})
			return batch(p.write("y", paper{}))
		}, protocol.Gap, 10, false},
		{"replication.A5 lines that are known are skipped", func(_ *hub, p *pen, ten []protocol.Entry) wire.Batch {
			return batch(ten[3:]...)
		}, 0, 10, false},
		{"replication.A5 an overlap goes on behind what is known", func(_ *hub, p *pen, ten []protocol.Entry) wire.Batch {
			return batch(append(ten[7:10:10], p.write("x", paper{}))...)
		}, 0, 11, false},
		{"replication.A5 an overlap with another hash freezes the lane", func(_ *hub, p *pen, ten []protocol.Entry) wire.Batch {
			return batch(reseal(ten[4], func(h *protocol.Header) { h.By = "other" }))
		}, protocol.Fork, 10, true},
		{"replication.A6 a first new line behind another history freezes the lane", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			p.last[protocol.Urgent].Hash = protocol.Hash{7}
			return batch(p.write("x", paper{}))
		}, protocol.Fork, 10, true},
		{"replication.A6 a broken chain inside the batch freezes the lane", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			one, two := p.write("x", paper{}), p.write("y", paper{})
			return batch(one, reseal(two, func(h *protocol.Header) { h.Prev = protocol.Hash{7} }))
		}, protocol.BadChain, 10, true},
		{"a batch of two lanes is malformed and freezes nothing", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			one, two := p.write("x", paper{}), p.write("y", paper{})
			return batch(one, reseal(two, func(h *protocol.Header) { h.Lane = protocol.Bulk }))
		}, protocol.Malformed, 10, false},
		{"replication.A7 a line of a newer feature parks the rest", func(_ *hub, p *pen, _ []protocol.Entry) wire.Batch {
			one := p.write("x", paper{})
			two := p.seal(protocol.Header{Ref: paperRef("y"), Act: "write", Rev: 1, RecEpoch: 1, Feature: 2}, mustJSON(p.t, paper{Home: p.id}))
			return batch(one, two, p.write("z", paper{}))
		}, protocol.Parked, 11, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			p := h.enrol("yanbian")[0]
			var ten []protocol.Entry
			for range 10 {
				ten = append(ten, p.write("a", paper{}))
			}
			wantFault(t, h.push(batch(ten...))[0].Fault, 0)
			b := tt.make(h, p, ten)
			r := h.push(b)[0]
			wantFault(t, r.Fault, tt.code)
			o, _, err := h.f.Origin("yanbian")
			if err != nil {
				t.Fatal(err)
			}
			if got := o.Last[protocol.Urgent].Seq; got != tt.last {
				t.Errorf("last is %d, want %d", got, tt.last)
			}
			if frozen := o.Frozen[protocol.Urgent] != ""; frozen != tt.frozen {
				t.Errorf("frozen is %v, want %v", frozen, tt.frozen)
			}
			if tt.code == protocol.Fork && o.Other[protocol.Urgent].Seq == 0 {
				t.Error("nobody can see where the histories part")
			}
			if r.Ack.Pos.Seq > 0 {
				if err := r.Ack.Validate(); err != nil {
					t.Errorf("acknowledgement: %v", err)
				}
			}
		})
	}
}

func TestAcknowledgements(t *testing.T) {
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	first := batch(p.write("a", paper{}), p.write("b", paper{Text: "bad"}), p.write("c", paper{}))
	r := h.push(first)[0]
	decided := h.index
	if r.Ack.Pos.Seq != 3 || r.Ack.Index != decided || len(r.Ack.Verdicts) != 1 {
		t.Fatalf("acknowledged %+v", r.Ack)
	}
	if v := r.Ack.Verdicts[0]; v.Outcome != protocol.RefusedAct || v.Rule != "T-01" || v.Pos.Seq != 2 {
		t.Errorf("verdict %+v", v)
	}
	h.push(batch(p.write("d", paper{})))
	t.Run("replication.R11 a batch pushed again is acknowledged as before", func(t *testing.T) {
		again := h.push(first)[0]
		if again.Ack.Pos != r.Ack.Pos || len(again.Ack.Verdicts) != 1 || again.Ack.Verdicts[0] != r.Ack.Verdicts[0] || again.Ack.Index != decided {
			t.Errorf("acknowledged %+v, before %+v", again.Ack, r.Ack)
		}
		if err := again.Ack.Validate(); err != nil {
			t.Error(err)
		}
	})
	t.Run("replication.A4 the fault of a gap says where to go on", func(t *testing.T) {
		p.write("e", paper{})
		f := h.push(batch(p.write("f", paper{})))[0].Fault
		if f == nil || f.Pos.Seq != 4 {
			t.Errorf("fault %v", f)
		}
	})
}

func TestEpochThawsAndGoesOn(t *testing.T) {
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	h.push(batch(p.write("a", paper{})))
	good := p.last
	p.last[protocol.Urgent].Hash = protocol.Hash{7}
	wantFault(t, h.push(batch(p.write("b", paper{})))[0].Fault, protocol.Fork)
	h.mustAct(protocol.Draft{Ref: node(p.id), Act: "enroll", By: "hub:op", Body: protocol.Node{Key: protocol.Hash{2}}})
	p.last, p.epoch = good, 2
	p.recs[paperRef("b")] = protocol.Record{}
	if r := h.push(batch(p.write("b", paper{})))[0]; r.Fault != nil || r.Ack.Pos.Seq != 2 {
		t.Errorf("after a new epoch: %v, %v", r.Fault, r.Ack.Pos)
	}
}

func TestStops(t *testing.T) {
	command := func(change func([]byte) []byte) []byte {
		cmd := change(EncodeTick(1)[:commandHead])
		return endCommand(cmd)
	}
	tests := []struct {
		name string
		cmd  []byte
	}{
		{"replication.A1 bytes that are no command", []byte("hello, this is not a command")},
		{"replication.A1 a command of a newer version", command(func(b []byte) []byte { b[3]++; return b })},
		{"replication.A1 a command of an unknown kind", command(func(b []byte) []byte { b[4] = 9; return b })},
		{"replication.A1 a command with a bit flipped", func() []byte { b := EncodeTick(1); b[7] ^= 1; return b }()},
		{"replication.A8 a level whose rules this build does not know", EncodeRatchet(4)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			h.tick(5)
			mustPanic(t, func() { h.apply(tt.cmd) })
			if len(h.fatal) != 1 {
				t.Errorf("told %v", h.fatal)
			}
			mustPanic(t, func() { h.apply(EncodeTick(9)) })
		})
	}
}

func mustPanic(t *testing.T, do func()) {
	t.Helper()
	defer func() {
		p := recover()
		if s, ok := p.(string); !ok || !strings.Contains(s, "hub state machine") {
			t.Errorf("panicked with %v", p)
		}
	}()
	do()
	t.Error("did not stop")
}

func TestQuarantineFreezesALane(t *testing.T) {
	t.Run("replication.Q3 more than 5 % of the last 1,000 lines", func(t *testing.T) {
		h := newHub(t)
		p := h.enrol("yanbian")[0]
		bad := 0
		for i := range 60 {
			h.now += 120_000
			r := h.push(batch(p.poison(string(rune('A' + i)))))[0]
			if r.Fault != nil {
				wantFault(t, r.Fault, protocol.Frozen)
				break
			}
			bad++
		}
		if bad != 50 {
			t.Errorf("frozen behind %d, want 50", bad)
		}
		r := h.act(protocol.Draft{Ref: node(p.id), Act: ActThaw, By: "hub:op", Body: map[string]string{"reason": "已升级"}})
		if r.Refusal != nil || r.Fault != nil {
			t.Fatal(r.Refusal, r.Fault)
		}
		wantFault(t, h.push(batch(p.write("fine", paper{})))[0].Fault, 0)
	})
	t.Run("replication.Q3 more than 100 in a minute of a busy lane", func(t *testing.T) {
		h := newHub(t)
		p := h.enrol("yanbian")[0]
		var frozen *protocol.Fault
		n := 0
		for i := 0; frozen == nil && i < 300; i++ {
			list := []protocol.Entry{p.poison("P" + string(rune('0'+i)))}
			for range 30 {
				list = append(list, p.write("a", paper{}))
			}
			h.now -= 999 // a batch a millisecond
			frozen = h.push(batch(list...))[0].Fault
			n++
		}
		wantFault(t, frozen, protocol.Frozen)
		if n != 101 {
			t.Errorf("frozen at %d, want 101", n)
		}
	})
}

func TestOldIndexesAreSkipped(t *testing.T) {
	h := newHub(t)
	h.tick(5)
	before := h.digest()
	for _, l := range []*raft.Log{{Index: 1, Type: raft.LogCommand, Data: []byte("anything")}, {Index: 2, Type: raft.LogConfiguration}} {
		if r := h.f.Apply(l); r != nil {
			t.Errorf("%v answered %v", l, r)
		}
	}
	if h.digest() != before {
		t.Error("the state moved")
	}
}
