package province

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// forger speaks for a node without being one: it sends what no node of this
// build would write.
type forger struct {
	p      *Province
	node   protocol.NodeID
	epoch  uint64
	holder *identity.Holder
	end    *link.Endpoint
	addr   string
}

// forge takes a stopped node's identity.
func (p *Province) forge(n protocol.NodeID) *forger {
	p.T.Helper()
	var place struct {
		Epoch   uint64        `json:"epoch"`
		Servers []wire.Server `json:"servers"`
	}
	data, err := os.ReadFile(filepath.Join(p.NodeDir(n), "place.json"))
	p.must("read place", err)
	p.must("read place", json.Unmarshal(data, &place))
	bundle, err := identity.LoadBundle(filepath.Join(p.NodeDir(n), "secret"))
	p.must("read identity", err)
	holder, err := identity.NewHolder(bundle, time.Now)
	p.must("read identity", err)
	pc, _ := p.Net.Listen(string(n))
	end, err := link.Open(pc, holder, nil, p.linkOptions(string(n)))
	p.must("open link", err)
	p.T.Cleanup(func() { end.Close(); pc.Close() })
	return &forger{p, n, place.Epoch, holder, end, place.Servers[0].Addr}
}

// hello opens a session of a lane.
func (f *forger) hello(lane protocol.Lane) (link.Session, wire.Welcome) {
	f.p.T.Helper()
	s, err := f.end.Dial(f.p.T.Context(), f.addr, replication.ALPN, "", identity.RoleHub)
	f.p.must("dial", err)
	st, err := s.OpenStream(f.p.T.Context(), 0)
	f.p.must("open stream", err)
	defer st.Close()
	zero := func() (all wire.Positions) {
		for _, lane := range protocol.Lanes {
			all = append(all, protocol.Pos{Lane: lane})
		}
		return all
	}
	hello := wire.Hello{Origin: f.node, Epoch: f.epoch, Boot: wire.Boot{1}, Class: wire.Class(lane.String()), Build: "newer", Feature: 2,
		Clock: protocol.At(time.Now()), ClockErr: 1000, Heads: zero(), Acked: zero()}
	for _, lane := range protocol.Lanes {
		hello.Cursors = append(hello.Cursors, wire.Cursor{Lane: lane})
	}
	f.p.must("say hello", wire.NewWriter(st).Send(hello))
	welcome, err := wire.Receive[wire.Welcome](wire.NewReader(st))
	f.p.must("be welcome", err)
	return s, welcome
}

// entry seals a line behind the hub's last one.
func (f *forger) entry(last protocol.Pos, ref protocol.Ref, feature uint16, body string) protocol.Entry {
	f.p.T.Helper()
	e, err := wire.Seal(&protocol.Header{Origin: f.node, Epoch: f.epoch, Lane: last.Lane, Seq: last.Seq + 1, Prev: last.Hash, Ref: ref, Act: "invent",
		Rev: 1, RecEpoch: 1, At: protocol.At(time.Now()), AtErr: 1000, By: string(f.node) + ":future", Feature: feature}, []byte(body))
	f.p.must("seal", err)
	return e
}

// push sends lines as one batch and gives what the hub says of them.
func (f *forger) push(lane protocol.Lane, entries ...protocol.Entry) (wire.Ack, error) {
	f.p.T.Helper()
	s, _ := f.hello(lane)
	defer s.Close(0, "done")
	st, err := s.OpenStream(f.p.T.Context(), 0)
	f.p.must("open stream", err)
	defer st.Close()
	last := entries[len(entries)-1]
	sig, err := f.holder.Sign(last.Hash)
	f.p.must("sign", err)
	payload, err := wire.AppendBatch(nil, &wire.Batch{Origin: f.node, Entries: entries, Checkpoint: wire.Checkpoint{Pos: last.Pos(), Sig: sig}})
	f.p.must("encode", err)
	f.p.must("push", wire.NewWriter(st).Write(wire.FrameBatch, wire.MustUnderstand, payload))
	return wire.Receive[wire.Ack](wire.NewReader(st))
}
