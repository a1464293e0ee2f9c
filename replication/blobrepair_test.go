package replication

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

func TestAServerThatWasAwayFetchesWhatItShouldHold(t *testing.T) { // replication.B5
	b := withBlobs(t)
	b.line.down["hub-c"] = true
	for i := range 3 {
		ids := b.put(b.courier.Store, (10+i)<<10, (500+i)<<10)
		if _, _, err := b.courier.Upload(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
		b.manifests = append(b.manifests, ids, []protocol.BlobID{blob.ID([]byte{byte(i)})}) // and one nobody has any more
	}
	if n := b.holders(b.manifests[0]); n != 2 {
		t.Fatalf("%d servers hold the blob, want the two that were up", n)
	}
	if err := b.hubs[2].repair(t.Context()); err != nil { // hub-c is back and can dial
		t.Fatal(err)
	}
	for i := 0; i < len(b.manifests); i += 2 {
		if n := b.holders(b.manifests[i]); n != 3 {
			t.Errorf("blob %d: %d servers hold it, want all", i, n)
		}
	}
}

func TestABadChunkIsRepairedFromAPeer(t *testing.T) { // replication.B5, B6
	for _, row := range []struct {
		name string
		read func(b *blobBench, id protocol.BlobID) error
	}{
		{"when a node asks for it", func(b *blobBench, id protocol.BlobID) error { return b.courier.Fetch(b.t.Context(), id) }},
		{"when the scrubber finds it", func(b *blobBench, id protocol.BlobID) error {
			_, err := b.hubs[0].Store.Scrub(b.t.Context(), blob.Sweep{OnBad: func(id protocol.BlobID) { b.hubs[0].mend(b.t.Context(), id) }})
			return err
		}},
		{"when its owner offers it again", func(b *blobBench, id protocol.BlobID) error {
			_, _, err := b.courier.Upload(b.t.Context(), []protocol.BlobID{id})
			if protocol.CodeOf(err) == protocol.BadChain { // found when it was read back; then it is missing
				_, _, err = b.courier.Upload(b.t.Context(), []protocol.BlobID{id})
			}
			return err
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := withBlobs(t)
			ids := b.put(b.courier.Store, 300<<10)
			if _, _, err := b.courier.Upload(t.Context(), ids); err != nil {
				t.Fatal(err)
			}
			b.soon("all hold it", func() bool { return b.holders(ids) == 3 })
			b.hubs[0].rot(t, ids[0])
			if err := row.read(b, ids[0]); err != nil {
				t.Fatal(err)
			}
			if data, err := b.hubs[0].Store.ReadChunk(t.Context(), ids[0], 0, blob.ChunkSize); err != nil || len(data) != 300<<10 {
				t.Errorf("%d bytes, %v", len(data), err)
			}
		})
	}
}

func TestANodeReadsAroundABadCopyOfItsOwn(t *testing.T) { // replication.B6
	b := withBlobs(t)
	store, dir := b.storeIn()
	b.courier.Store = store
	ids := b.put(store, 300<<10, 10<<10)
	if _, _, err := b.courier.Upload(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	(&blobHub{dir: dir}).rot(t, ids[0])
	if err := store.Delete(t.Context(), ids[1]); err != nil {
		t.Fatal(err)
	}
	r := blob.NewReader(t.Context(), b.courier, []blob.Chunk{{ID: ids[0], Size: 300 << 10}, {ID: ids[1], Size: 10 << 10}})
	if data, err := io.ReadAll(r); err != nil || len(data) != 310<<10 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

func TestNothingOfAServerGoesOnWhenItHasStopped(t *testing.T) { // replication.md §13, style.S7
	synctest.Test(t, func(t *testing.T) {
		var l life
		run := func(fn func(context.Context)) bool { return l.start(fn) }
		if run(func(context.Context) {}) {
			t.Error("started before it lives")
		}
		ctx, cancel := context.WithCancel(t.Context())
		l.begin(ctx)
		ended := false
		if !run(func(ctx context.Context) { <-ctx.Done(); time.Sleep(time.Second); ended = true }) {
			t.Error("not started")
		}
		cancel()
		l.end()
		if !ended || run(func(context.Context) {}) {
			t.Errorf("ended %t, or started afterwards", ended)
		}
	})
}
