package fsm

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// half is what a node has of a snapshot, as far as it came.
type half struct {
	head  wire.SnapHead
	sum   []byte // of what came, in order
	last  []byte
	parts int
}

var errCut = errors.New("the line is cut")

// take asks as a node does and is cut after some parts; -1 for never.
func (n *half) take(t *testing.T, h *hub, node protocol.NodeID, cut int) error {
	t.Helper()
	ask, got := wire.SnapAsk{ID: n.head.ID, After: n.last}, 0
	_, err := h.f.Scope(t.Context(), node, ask, func(s wire.SnapHead) error {
		if s.ID != n.head.ID {
			*n = half{head: s}
		}
		return nil
	}, func(part []byte) error {
		if got++; cut >= 0 && got > cut {
			return errCut
		}
		list, err := wire.ReadSnapPart(append([]byte{}, part...))
		if err != nil {
			return err
		}
		n.sum, n.last, n.parts = append(n.sum, part...), refKey(list[len(list)-1].Ref), n.parts+1
		return nil
	})
	return err
}

func (n *half) whole() bool { return protocol.Hash(sha256.Sum256(n.sum)) == n.head.Digest }

func scopeHub(t *testing.T) *hub {
	h := newHub(t)
	pens := h.enrol("yanbian", "changchun")
	big := string(make([]byte, 9000))
	for i := range 40 {
		h.push(batch(pens[0].write(fmt.Sprintf("%02d", i), paper{Text: big, Readers: []protocol.NodeID{"changchun"}})))
	}
	return h
}

func TestAScopeSnapshotIsGoneOnWithFromWhereItWasCut(t *testing.T) { // replication.T4, 20
	h := scopeHub(t)
	n := new(half)
	for cut := range 3 {
		if err := n.take(t, h, "changchun", cut); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		h.mustAct(draftOf(fmt.Sprintf("later-%d", cut), paper{Readers: []protocol.NodeID{"changchun"}})) // not in it
	}
	id := n.head.ID
	if n.parts != 3 {
		t.Errorf("%d parts came in three attempts, want 0 + 1 + 2 of one snapshot", n.parts)
	}
	if err := n.take(t, h, "changchun", -1); err != nil || n.head.ID != id || !n.whole() {
		t.Errorf("snapshot %s, then %s, whole %t: %v", id, n.head.ID, n.whole(), err)
	}
	if server := (wire.SnapAsk{ID: id}).Server(); server != protocol.NodeID(h.f.o.Server) {
		t.Errorf("the id names %q", server)
	}
}

func TestAScopeSnapshotBeginsAnew(t *testing.T) { // replication.T4
	for _, row := range []struct {
		name string
		then func(h *hub, n *half)
	}{
		{"when another was taken since", func(h *hub, _ *half) { new(half).take(t, h, "changchun", -1) }},
		{"when its id is not known", func(_ *hub, n *half) { n.head.ID = "s:elsewhere" }},
		{"when the node was enrolled again", func(h *hub, _ *half) { h.f.origins["changchun"].Epoch++ }},
		{"when the hub's state is of another generation", func(h *hub, _ *half) { h.f.state.Generation++ }},
		{"after a day", func(*hub, *half) { time.Sleep(scopeKept + time.Second) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := scopeHub(t)
				n := new(half)
				if err := n.take(t, h, "changchun", 2); !errors.Is(err, errCut) {
					t.Fatal(err)
				}
				id := n.head.ID
				row.then(h, n)
				if err := n.take(t, h, "changchun", -1); err != nil || n.head.ID == id || !n.whole() {
					t.Errorf("the same %t, whole %t: %v", n.head.ID == id, n.whole(), err)
				}
			})
		})
	}
}

func TestACopyOfTheScopeIsNotKeptForEver(t *testing.T) { // replication.T4
	synctest.Test(t, func(t *testing.T) {
		h := scopeHub(t)
		for range 3 {
			new(half).take(t, h, "changchun", 1)
			new(half).take(t, h, "yanbian", -1)
		}
		for _, want := range []int{2, 0} { // the newest of each node, and after a day none
			list, err := os.ReadDir(h.f.path(scopeDir))
			if err != nil || len(list) != want {
				t.Errorf("%d files, want %d: %v", len(list), want, err)
			}
			time.Sleep(scopeKept + time.Second)
		}
	})
}
