package fsm

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func sampleCommands(t testing.TB) map[string][]byte {
	t.Helper()
	p := &pen{t: t, id: "yanbian", epoch: 1, recs: map[protocol.Ref]protocol.Record{}}
	batches := []wire.Batch{batch(p.write("a", paper{Text: "一"}), p.write("b", paper{All: true})), batch(p.write("c", paper{}))}
	groups := [][]protocol.Draft{{
		{Ref: node("jilin"), Act: "plan", By: "hub:op", Body: protocol.Node{ID: "jilin", Name: "吉林市"}},
		{Ref: node("jilin"), Act: "enroll", By: "hub:op", Body: protocol.Node{Key: protocol.Hash{3}}, Rev: 1, RecEpoch: 1,
			Deps: []protocol.Dep{{Ref: paperRef("a")}}, Answers: protocol.Ref{Kind: "request", ID: "r"}},
	}, {}}
	app, err := EncodeAppend(1_772_000_000_000, batches, groups)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := EncodeDigest("hub2", 77, protocol.Hash{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"append": app, "tick": EncodeTick(1_772_000_000_000), "ratchet": EncodeRatchet(2), "digest": digest}
}

func TestCommandsAreWrittenAsReleased(t *testing.T) {
	for name, cmd := range sampleCommands(t) {
		path := filepath.Join("testdata", "command-v1-"+name+".hex")
		if *update {
			if err := os.WriteFile(path, []byte(hex.EncodeToString(cmd)+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if hex.EncodeToString(cmd) != strings.TrimSpace(string(golden)) {
			t.Errorf("%s is written in another way", name)
		}
	}
}

func TestReadAppend(t *testing.T) {
	c, err := decodeCommand(sampleCommands(t)["append"])
	if err != nil {
		t.Fatal(err)
	}
	if len(c.batches) != 2 || len(c.batches[0].Entries) != 2 || len(c.groups) != 2 || len(c.groups[0]) != 2 || len(c.groups[1]) != 0 {
		t.Fatalf("%d batches, %d groups", len(c.batches), len(c.groups))
	}
	d := c.groups[0][1]
	if d.Act != "enroll" || d.Rev != 1 || d.RecEpoch != 1 || len(d.Deps) != 1 || d.Answers.ID != "r" || c.now != 1_772_000_000_000 {
		t.Errorf("draft %+v", d)
	}
}

// TestEncodeRefusesWhatNobodyCouldRead: a command that cannot be read stops
// every server, so it must never be written (replication.A1).
func TestEncodeRefusesWhatNobodyCouldRead(t *testing.T) {
	p := &pen{t: t, id: "yanbian", epoch: 1, recs: map[protocol.Ref]protocol.Record{}}
	good := p.write("a", paper{})
	overwritten := good
	overwritten.Body = bytes.Repeat([]byte("x"), len(good.Body))
	torn := good
	torn.Raw = good.Raw[:20]
	many := make([]protocol.Draft, 9)
	for i := range many {
		many[i] = protocol.Draft{Ref: paperRef("a"), Act: "write", By: "hub:op", Body: paper{Text: strings.Repeat("长", 20_000)}}
	}
	tests := []struct {
		name    string
		batches []wire.Batch
		drafts  []protocol.Draft
		code    protocol.Code
	}{
		{"a body whose buffer was used again", []wire.Batch{batch(overwritten)}, nil, protocol.BadChain},
		{"a header that ends early", []wire.Batch{batch(torn)}, nil, protocol.Malformed},
		{"a batch without entries", []wire.Batch{{Origin: "yanbian"}}, nil, protocol.Malformed},
		{"a draft that names no record", nil, []protocol.Draft{{Act: "write", By: "hub:op"}}, protocol.Malformed},
		{"a draft of nobody", nil, []protocol.Draft{{Ref: paperRef("a"), Act: "write"}}, protocol.Malformed},
		{"a draft whose body is no JSON", nil, []protocol.Draft{{Ref: paperRef("a"), Act: "write", By: "x", Body: func() {}}}, protocol.Malformed},
		{"a draft that is too large", nil, []protocol.Draft{{Ref: paperRef("a"), Act: "write", By: "x", Body: strings.Repeat("x", protocol.MaxBody)}}, protocol.TooBig},
		{"more than fits one command", nil, many, protocol.TooBig},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var groups [][]protocol.Draft
			if tt.drafts != nil {
				groups = [][]protocol.Draft{tt.drafts}
			}
			_, err := EncodeAppend(1, tt.batches, groups)
			if got := protocol.CodeOf(err); got != tt.code {
				t.Errorf("got %v, want code %s", err, tt.code)
			}
		})
	}
	if _, err := EncodeDigest(strings.Repeat("s", 65), 1, protocol.Hash{}); err == nil {
		t.Error("a server with a long name may claim")
	}
}

func FuzzDecodeCommand(f *testing.F) {
	for _, cmd := range sampleCommands(f) {
		f.Add(cmd[:len(cmd)-commandTail])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := decodeCommand(data); err != nil && protocol.CodeOf(err) == protocol.Internal {
			t.Fatalf("not a fault: %v", err)
		}
		c, err := decodeCommand(endCommand(bytes.Clone(data))) // behind the checksum
		if err != nil {
			if code := protocol.CodeOf(err); code != protocol.Malformed && code != protocol.TooBig && code != protocol.BadChain {
				t.Fatalf("fault %v", err)
			}
			return
		}
		if c.kind < kindAppend || c.kind > kindDigest {
			t.Fatalf("kind %d", c.kind)
		}
	})
}

func FuzzDecodeRow(f *testing.F) {
	for _, r := range []row{{what: lineRecord, except: "yanbian", ref: paperRef("a")}, {what: lineLevel, value: 2},
		{what: lineVerdict, verdict: &protocol.Verdict{Outcome: protocol.Queued}}} {
		value, err := r.encode()
		if err != nil {
			f.Fatal(err)
		}
		payload, err := open(value)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, err := decodeRow(wire.SealValue(valueVersion, payload)); err != nil && protocol.CodeOf(err) != protocol.BadChain {
			t.Fatalf("fault %v", err)
		}
	})
}

func FuzzDecodeLine(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 2, 's', 'g'})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if _, err := decodeLine(wire.SealValue(valueVersion, payload)); err != nil && protocol.CodeOf(err) != protocol.BadChain {
			t.Fatalf("fault %v", err)
		}
	})
}
