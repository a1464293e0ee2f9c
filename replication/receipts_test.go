package replication

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// manifest is a real one: its chunks lie on a majority of the servers.
func (b *blobBench) manifest() protocol.Blob {
	b.t.Helper()
	ids := b.put(b.courier.Store, 10<<10)
	receipts, voters, err := b.courier.Upload(b.t.Context(), ids)
	if err != nil {
		b.t.Fatal(err)
	}
	m := protocol.Blob{Name: "扫描件.png", Type: "image/png", Size: 10 << 10, Chunks: ids, Owner: protocol.Ref{Kind: "case", ID: "c1"},
		Node: "yanbian", Voters: voters}
	for _, r := range receipts {
		m.Receipts = append(m.Receipts, r.Short())
	}
	return m
}

// sign makes a receipt for m as h would.
func (b *blobBench) sign(h *identity.Holder, m *protocol.Blob, at time.Time) protocol.BlobReceipt {
	r := wire.BlobReceipt{ID: protocol.ContentID(m.Chunks), Size: m.Size, Server: h.Self().ID, Epoch: 1, Time: protocol.At(at), Voters: 3,
		Cert: h.Bundle().Leaf.Raw}
	r.Sig = must(h.Sign(protocol.HashOf(r.Signed())))(b.t)
	return r.Short()
}

func TestForgedReceiptsAreRefused(t *testing.T) { // replication.B4
	b := withBlobs(t)
	m := b.manifest()
	if err := CheckReceipts(&m, b.roots()); err != nil {
		t.Fatalf("the hub's own receipts: %v", err)
	}
	stranger := &bench{t: t}
	stranger.ca = must(identity.NewAuthority(time.Now))(t)
	for _, row := range []struct {
		name  string
		forge func(m *protocol.Blob)
		code  protocol.Code
	}{
		{"a signature of nothing", func(m *protocol.Blob) { m.Receipts[0].Sig = make([]byte, 64) }, protocol.BadSig},
		{"no signature", func(m *protocol.Blob) { m.Receipts[0].Sig = nil }, protocol.Malformed},
		{"no certificate", func(m *protocol.Blob) { m.Receipts[0].Cert = nil }, protocol.BadSig},
		{"bytes that are no certificate", func(m *protocol.Blob) { m.Receipts[0].Cert = []byte("certificate") }, protocol.Denied},
		{"another server's name", func(m *protocol.Blob) { m.Receipts[0].Server = "hub-z" }, protocol.BadSig},
		{"another server's certificate", func(m *protocol.Blob) { m.Receipts[0].Cert = b.hubs[2].id.Bundle().Leaf.Raw }, protocol.BadSig},
		{"receipts for other chunks", func(m *protocol.Blob) { m.Chunks = []protocol.BlobID{m.Chunks[0], m.Chunks[0]} }, protocol.BadSig},
		{"receipts for another size", func(m *protocol.Blob) { m.Size++ }, protocol.BadSig},
		{"receipts for an earlier epoch called the newest", func(m *protocol.Blob) { m.Receipts[0].Epoch = 2 }, protocol.BadSig},
		{"receipts of a hub that was larger", func(m *protocol.Blob) { m.Receipts[0].Voters = 1 }, protocol.BadSig},
		{"receipts of the first form", func(m *protocol.Blob) { m.Receipts[0].Voters = 0 }, protocol.BadSig},
		{"a node that signs for itself", func(m *protocol.Blob) {
			m.Receipts[0] = b.sign(b.identity(identity.RoleNode, "yanbian"), m, time.Now())
		}, protocol.Denied},
		{"a server of another province", func(m *protocol.Blob) {
			m.Receipts[0] = b.sign(stranger.identity(identity.RoleHub, "hub-a"), m, time.Now())
		}, protocol.Denied},
		{"a receipt of after its certificate", func(m *protocol.Blob) {
			m.Receipts[0] = b.sign(b.hubs[0].id, m, time.Now().Add(48*time.Hour))
		}, protocol.Denied},
		{"a good one behind which a false one stands", func(m *protocol.Blob) {
			m.Receipts = append(m.Receipts, protocol.BlobReceipt{Server: "hub-z", Epoch: 1, At: 1, Voters: 3, Cert: []byte("x"), Sig: []byte("x")})
		}, protocol.Denied},
	} {
		t.Run(row.name, func(t *testing.T) {
			forged := m
			forged.Chunks, forged.Receipts = slices.Clone(m.Chunks), slices.Clone(m.Receipts)
			row.forge(&forged)
			b.wantCode("check", CheckReceipts(&forged, b.roots()), row.code)
		})
	}
}

// A node that lies about receipts does not get its manifest into the log.
func TestAForgedManifestNeverReachesRaft(t *testing.T) { // replication.B4
	b := withBlobs(t)
	m := b.manifest()
	good := m
	good.Receipts = slices.Clone(m.Receipts)
	m.Receipts[0].Sig = slices.Clone(m.Receipts[0].Sig)
	m.Receipts[0].Sig[0] ^= 1
	for _, row := range []struct {
		name string
		body protocol.Blob
		code protocol.Code
		seen int
	}{
		{"a false receipt", m, protocol.BadSig, 0},
		{"the hub's own", good, 0, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := b.bench.raw(protocol.NodeID("node-" + string('a'+rune(row.seen)))).welcomed()
			h := protocol.Header{Origin: n.id.Self().ID, Epoch: 1, Lane: protocol.Urgent, Seq: 1, Ref: protocol.Ref{Kind: "blob", ID: "b1"},
				Act: "commit", Rev: 1, At: 1772413507000, AtErr: 20, By: "account/w17"}
			e := must(wire.Seal(&h, must(json.Marshal(row.body))(t)))(t)
			_, err := n.push(signed(n.id, []protocol.Entry{e}))
			if row.code != 0 {
				b.wantCode("push", err, row.code)
			}
			if got := len(b.hub.proposed(n.id.Self().ID)); got != row.seen {
				t.Errorf("%d batches reached the decider, want %d", got, row.seen)
			}
		})
	}
}
