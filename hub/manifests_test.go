package hub

import (
	"fmt"
	"testing"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

func TestManifestsNameEveryChunkThatIsCommitted(t *testing.T) { // replication.B5
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	want := make(map[protocol.BlobID]bool)
	for i := range manifestSlice + 3 {
		id := blob.ID(fmt.Append(nil, i))
		want[id] = true
		p.act(protocol.Draft{Ref: protocol.Ref{Kind: "blob", ID: fmt.Sprintf("yanbian-%04d", i)}, Act: "commit", By: "yanbian:clerk", Body: protocol.Blob{
			Name: "扫描件.png", Type: "image/png", Size: 1, Chunks: []protocol.BlobID{id}, Owner: protocol.Ref{Kind: "case", ID: "c1"}, Voters: 1,
			Receipts: []protocol.BlobReceipt{{Server: "hub1", Epoch: 1, At: 1, Sig: []byte("s")}}}})
		if i%100 == 99 {
			p.push()
		}
	}
	p.push()
	calls := 0
	for after := ""; ; {
		ids, next, err := c.manifests(after)
		c.must(err)
		calls++
		for _, id := range ids {
			delete(want, id)
		}
		if after = next; next == "" {
			break
		}
	}
	if len(want) > 0 || calls != 2 {
		t.Errorf("%d chunks were not named in %d calls", len(want), calls)
	}
}
