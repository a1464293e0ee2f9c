package desk

import (
	"bytes"
	"encoding/json"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// TestC23dThePacketHoldsWhatHappenedAndThePapers is cases.C-23d: every own line reads back as it
// was signed over, every document has the sum of its file, and one state is one file.
func TestC23dThePacketHoldsWhatHappenedAndThePapers(t *testing.T) {
	o := newOffice(t)
	got := o.receive(itemHere, "n1")
	_, err := o.Do(t.Context(), acceptor, CaseAct{Case: got.Ref, Seen: got.Rev}, "accept", protocol.Case{})
	o.must(err)
	f, err := o.Packet(t.Context(), acceptor, got.Ref)
	o.must(err)
	again, err := o.Packet(t.Context(), acceptor, got.Ref)
	o.must(err)
	if f.ID != again.ID || f.ID.Validate() != nil || f.ID != protocol.BlobID("sha256:"+protocol.HashOf(f.File).String()) {
		t.Errorf("%s, then %s", f.ID, again.ID)
	}
	if kept, err := o.Papers.File(t.Context(), f.ID); err != nil || !bytes.Equal(kept, f.File) {
		t.Errorf("kept %d bytes, %v", len(kept), err)
	}
	var p Packet
	o.must(json.Unmarshal(f.File, &p))
	if len(p.History) != 2 || len(p.Documents) != 2 || len(p.Pinned) != 2 {
		t.Fatalf("%d steps, %d documents, pinned %v", len(p.History), len(p.Documents), p.Pinned)
	}
	for _, s := range p.History {
		e, rest, err := wire.ReadEntry(s.Entry)
		if err != nil || len(rest) != 0 || e.Act != s.Act || e.Ref != got.Ref {
			t.Errorf("%s: %+v %v", s.Act, e.Header, err)
		}
	}
	for _, d := range p.Documents {
		paper, err := o.Document(t.Context(), acceptor, got.Ref, d.Serial)
		if err != nil || d.Sum == nil || *d.Sum != protocol.HashOf(paper.PDF) {
			t.Errorf("%+v %v", d, err)
		}
	}
}
