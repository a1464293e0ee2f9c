package hub

import (
	"bytes"
	"reflect"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func forwardedBatch(t testing.TB, origin protocol.NodeID) wire.Batch {
	t.Helper()
	h := protocol.Header{Origin: origin, Epoch: 1, Lane: protocol.Bulk, Seq: 1, Ref: protocol.Ref{Kind: "catalog.changeset", ID: "1"}, Act: "submit",
		Rev: 1, RecEpoch: 1, At: 1, AtErr: 1, By: "a", Feature: 1}
	e, err := wire.Seal(&h, []byte(`{"title":"甲"}`))
	if err != nil {
		t.Fatal(err)
	}
	return wire.Batch{Origin: origin, Entries: []protocol.Entry{e}, Checkpoint: wire.Checkpoint{Pos: e.Pos(), Sig: []byte{1, 2}}}
}

func TestAskReachesTheLeaderAsItWasAsked(t *testing.T) {
	for _, row := range []struct {
		name string
		q    ask
	}{
		{"batches of two nodes", ask{batches: []wire.Batch{forwardedBatch(t, "yanbian"), forwardedBatch(t, "jilin")}}},
		{"a claim", ask{Claim: &claim{Node: "jilin", BlockLeft: 7, Known: true}}},
		{"a change of the quorum", ask{Change: &change{Op: "join", ID: "hub2", Addr: "127.0.0.1:1"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			payload, err := row.q.encode()
			if err != nil {
				t.Fatal(err)
			}
			got, err := readAsk(payload)
			if err != nil || !reflect.DeepEqual(got, row.q) {
				t.Errorf("got %+v (%v), want %+v", got, err, row.q)
			}
		})
	}
}

func TestAskOfNothingIsMalformed(t *testing.T) {
	for _, payload := range []string{"", "{", "[]", "XYB"} {
		if _, err := readAsk([]byte(payload)); protocol.CodeOf(err) != protocol.Malformed {
			t.Errorf("%q: %v, want malformed", payload, err)
		}
	}
}

func FuzzReadAsk(f *testing.F) {
	q := ask{batches: []wire.Batch{forwardedBatch(f, "yanbian")}}
	payload, err := q.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add([]byte(`{"change":{"op":"join","id":"hub2"}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		q, err := readAsk(payload)
		if err != nil || len(q.batches) == 0 {
			return
		}
		if again, err := q.encode(); err != nil || !bytes.Equal(again, payload) {
			t.Fatalf("batches were read and are written differently (%v)", err)
		}
	})
}
