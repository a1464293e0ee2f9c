package replication

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication/blob"
)

// blobHub is one of three hub servers that keep blobs.
type blobHub struct {
	*BlobServer
	dir  string
	id   *identity.Holder
	addr string
}

// line is a Pool whose servers can be down.
type line struct {
	*link.Pool
	mu   sync.Mutex // guards down
	down map[protocol.NodeID]bool
}

func (l *line) Get(ctx context.Context, addr string, want protocol.NodeID) (link.Session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down[want] {
		return nil, protocol.NewFault(protocol.Busy, "dial", "down")
	}
	return l.Pool.Get(ctx, addr, want)
}

// blobBench is three hub servers and a node whose courier knows only the first.
type blobBench struct {
	*bench
	hubs    []*blobHub
	line    *line
	courier *Courier
	raw     func() *rawNode

	manifests [][]protocol.BlobID // what is committed
}

func withBlobs(t *testing.T) *blobBench {
	b := &blobBench{bench: onLoopback(t), line: &line{down: make(map[protocol.NodeID]bool)}}
	for _, id := range []protocol.NodeID{"hub-a", "hub-b", "hub-c"} {
		b.serveBlobs(id)
	}
	b.hub.servers = []wire.Server{{ID: "hub-a", Addr: b.hubs[0].addr}}
	u, _ := b.uplink("yanbian")
	b.courier = &Courier{Uplink: u, Store: b.store()}
	b.undo = append(b.undo, b.courier.Close)
	b.raw = func() *rawNode {
		h, end := b.enroll("evil")
		b.addr = b.hubs[0].addr
		n := b.dial(h, end)
		hi := n.hi()
		hi.Class = wire.ClassBlob
		must(n.hello(hi))(t)
		return n
	}
	return b
}

func (b *blobBench) store() *blob.Store { s, _ := b.storeIn(); return s }

func (b *blobBench) storeIn() (*blob.Store, string) {
	dir := b.t.TempDir()
	s := must(blob.Open(dir, blob.Options{}))(b.t)
	b.undo = append(b.undo, func() {
		if err := s.Close(); err != nil {
			b.t.Error(err)
		}
	})
	return s, dir
}

func (b *blobBench) serveBlobs(id protocol.NodeID) {
	h := &blobHub{id: b.identity(identity.RoleHub, id)}
	store, dir := b.storeIn()
	h.dir = dir
	end := b.endpoint(h.id, ALPN)
	h.addr = end.Addr().String()
	pool := link.NewPool(end, ALPN, identity.RoleHub)
	if b.line.Pool == nil {
		b.line.Pool = pool
	}
	peers := func() (others []wire.Server, voters int) {
		for _, o := range b.hubs {
			if o.Self != id {
				others = append(others, wire.Server{ID: o.Self, Addr: o.addr})
			}
		}
		return others, 3
	}
	h.BlobServer = &BlobServer{Store: store, Self: id, Sign: h.id, Cert: func() []byte { return h.id.Bundle().Leaf.Raw }, Now: b.hub.Now, Peers: peers, Pool: b.line, Manifests: b.list, Log: quietLog()}
	d := &Downlink{Acceptor: end, Decider: b.hub, Blobs: h.Verbs(), Log: quietLog(), Credit: b.creditOf, Roots: b.roots}
	b.hubs = append(b.hubs, h)
	b.run(h.Run)
	b.run(d.Run)
}

// list gives the manifests one after another.
func (b *blobBench) list(after string) ([]protocol.BlobID, string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, _ := strconv.Atoi(after)
	if i >= len(b.manifests) {
		return nil, "", nil
	}
	return b.manifests[i], strconv.Itoa(i + 1), nil
}

// rot changes a chunk on a server's disk.
func (h *blobHub) rot(t *testing.T, id protocol.BlobID) {
	t.Helper()
	name := strings.TrimPrefix(string(id), "sha256:")
	if err := os.WriteFile(filepath.Join(h.dir, name[:2], name[2:4], name), []byte("rot"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (b *blobBench) put(s *blob.Store, sizes ...int) (ids []protocol.BlobID) {
	b.t.Helper()
	for i, size := range sizes {
		data := bytes.Repeat([]byte{byte(i + 1), byte(len(sizes))}, size/2)
		stored := must(s.Put(b.t.Context(), bytes.NewReader(data), 1<<30))(b.t)
		for _, c := range stored.Chunks {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (b *blobBench) holders(ids []protocol.BlobID) (n int) {
	for _, h := range b.hubs {
		if missing, err := h.Store.Has(b.t.Context(), ids); err == nil && len(missing) == 0 {
			n++
		}
	}
	return n
}

func TestABlobIsDurableOnceAMajorityHoldsIt(t *testing.T) { // replication.B3, B4, 21
	for _, row := range []struct {
		name string
		down []protocol.NodeID
		code protocol.Code
	}{
		{"all three are up", nil, 0},
		{"one is down", []protocol.NodeID{"hub-b"}, 0},
		{"the other is down", []protocol.NodeID{"hub-c"}, 0},
		{"two are down", []protocol.NodeID{"hub-b", "hub-c"}, protocol.Busy},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := withBlobs(t)
			for _, id := range row.down {
				b.line.down[id] = true
			}
			ids := b.put(b.courier.Store, 100<<10, 600<<10)
			receipts, voters, err := b.courier.Upload(t.Context(), ids)
			b.wantCode("upload", err, row.code)
			if row.code != 0 {
				clear(b.line.down) // they come back, and the node tries again
				if receipts, voters, err = b.courier.Upload(t.Context(), ids); err != nil {
					t.Fatalf("again: %v", err)
				}
			}
			b.wantReceipts(ids, 700<<10, receipts, voters)
			if n := b.holders(ids); n < 2 {
				t.Errorf("%d servers hold the blob, want a majority", n)
			}
		})
	}
}

// wantReceipts checks that a majority of servers signed for the chunks.
func (b *blobBench) wantReceipts(ids []protocol.BlobID, size int64, list []wire.BlobReceipt, voters int) {
	b.t.Helper()
	signers := make(map[protocol.NodeID]bool)
	for _, r := range list {
		i := slices.IndexFunc(b.hubs, func(h *blobHub) bool { return h.Self == r.Server })
		if i < 0 {
			b.t.Errorf("a receipt of %q", r.Server)
			continue
		}
		if err := identity.Verify(b.hubs[i].id.Self().Key, protocol.HashOf(r.Signed()), r.Sig); err != nil {
			b.t.Errorf("receipt of %s: %v", r.Server, err)
		}
		if other := b.hubs[(i+1)%3]; identity.Verify(other.id.Self().Key, protocol.HashOf(r.Signed()), r.Sig) == nil {
			b.t.Errorf("receipt of %s passes for one of %s", r.Server, other.Self)
		}
		if r.ID != protocol.ContentID(ids) || r.Size != size || r.Epoch != 1 {
			b.t.Errorf("receipt %+v, want %s, %d bytes, epoch 1", r, protocol.ContentID(ids), size)
		}
		signers[r.Server] = true
	}
	if voters != 3 || len(signers) < 2 || !signers["hub-a"] {
		b.t.Errorf("signed by %v of %d", signers, voters)
	}
}

func TestOnlyMissingChunksTravel(t *testing.T) { // replication.B3
	b := withBlobs(t)
	ids := b.put(b.courier.Store, 10<<10, 20<<10)
	data := must(b.courier.Store.ReadChunk(t.Context(), ids[0], 0, blob.ChunkSize))(t)
	if err := b.hubs[0].Store.PutChunk(t.Context(), ids[0], data); err != nil {
		t.Fatal(err)
	}
	if err := b.courier.Store.Delete(t.Context(), ids[0]); err != nil { // so that sending it would fail
		t.Fatal(err)
	}
	receipts, voters, err := b.courier.Upload(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	b.wantReceipts(ids, 30<<10, receipts, voters)
}

func TestAServerFetchesWhatItDoesNotHold(t *testing.T) { // replication.B6
	b := withBlobs(t)
	lost := b.put(b.hubs[2].Store, 300<<10)[0]
	b.line.down["hub-b"] = true
	if err := b.courier.Fetch(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*blob.Store{"the node": b.courier.Store, "the first server": b.hubs[0].Store} {
		if data, err := s.ReadChunk(t.Context(), lost, 0, blob.ChunkSize); err != nil || len(data) != 300<<10 {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	nobody := blob.ID([]byte("nobody has this"))
	b.wantCode("what nobody holds", b.courier.Fetch(t.Context(), nobody), protocol.Gone)
}

func TestBadChunksAreRefused(t *testing.T) { // replication.B3
	good := bytes.Repeat([]byte("good"), 1000)
	id := blob.ID(good)
	put := func(size int) []byte {
		payload, err := wire.Encode(wire.Put{ID: id, Size: int64(size)})
		if err != nil {
			panic(err) // a defect of the test
		}
		return frame(wire.FramePut, 1, payload)
	}
	chunk := func(data []byte) []byte { return frame(wire.FrameChunk, 1, data) }
	for _, row := range []struct {
		name string
		send [][]byte
		code protocol.Code
	}{
		{"as it should be", [][]byte{put(4000), chunk(good[:1500]), chunk(good[1500:])}, 0},
		{"other bytes than the id says", [][]byte{put(4000), chunk(bytes.ToUpper(good))}, protocol.BadChain},
		{"more bytes than declared", [][]byte{put(4000), chunk(good[:3999]), chunk([]byte("dx"))}, protocol.BadChain},
		{"fewer bytes than declared", [][]byte{put(4000), chunk(good[:1500])}, protocol.Malformed},
		{"a size beyond a chunk's", [][]byte{put(blob.ChunkSize + 1)}, protocol.TooBig},
		{"bytes before they are announced", [][]byte{chunk(good)}, protocol.Malformed},
		{"nothing of what is missing", nil, protocol.Gone},
		{"another verb in between", [][]byte{put(4000), frame(wire.FrameGet, 1, []byte("{}"))}, protocol.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := withBlobs(t)
			n := b.raw()
			st, out, in := n.open()
			if err := out.Send(wire.Have{IDs: []protocol.BlobID{id}}); err != nil {
				t.Fatal(err)
			}
			if m, err := wire.Receive[wire.Missing](in); err != nil || len(m.IDs) != 1 {
				t.Fatalf("missing %v, %v", m, err)
			}
			for _, f := range row.send {
				st.Write(f)
			}
			st.CloseWrite()
			list, err := collect(in)
			b.wantCode("answer", err, row.code)
			want := 0
			if row.code == 0 {
				want = 1
				b.wantReceipts([]protocol.BlobID{id}, 4000, list, 3)
			}
			if missing, err := b.hubs[0].Store.Has(t.Context(), []protocol.BlobID{id}); err != nil || len(missing) != 1-want {
				t.Errorf("stored %d, want %d; %v", 1-len(missing), want, err)
			}
			n.s.Close(0, "")
		})
	}
}

func TestAServerThatSendsOtherBytesIsNotBelieved(t *testing.T) { // replication.B6
	b := withBlobs(t)
	id := blob.ID([]byte("what was asked for"))
	evil := func(_ context.Context, c *Conversation) error { return sendBytes(c.Out, []byte("something else")) }
	end := b.endpoint(b.identity(identity.RoleHub, "hub-d"), ALPN)
	d := &Downlink{Acceptor: end, Decider: b.hub, Blobs: map[wire.FrameType]Verb{wire.FrameGet: evil}, Log: quietLog(), Credit: b.creditOf, Roots: b.roots}
	b.run(d.Run)
	b.courier.Uplink.Servers = knownServers{{ID: "hub-d", Addr: end.Addr().String()}}
	b.wantCode("fetch", b.courier.Fetch(t.Context(), id), protocol.BadChain)
	if missing, err := b.courier.Store.Has(t.Context(), []protocol.BlobID{id}); err != nil || len(missing) != 1 {
		t.Errorf("stored nevertheless, %v", err)
	}
}
