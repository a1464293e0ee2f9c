package wire

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestBatchRules(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(*Batch)
		code  protocol.Code
	}{
		{"has an entry", func(b *Batch) { b.Entries = nil }, protocol.Malformed},
		{"has at most 256 entries", func(b *Batch) { b.Entries = slices.Repeat(b.Entries, 86) }, protocol.TooBig},
		{"has a node as origin", func(b *Batch) { b.Origin = "" }, protocol.Malformed},
		{"checkpoint is in a lane", func(b *Batch) { b.Checkpoint.Pos.Lane = 0 }, protocol.Malformed},
		{"checkpoint has a hash", func(b *Batch) { b.Checkpoint.Pos.Hash = protocol.Hash{} }, protocol.Malformed},
		{"checkpoint has an epoch", func(b *Batch) { b.Checkpoint.Pos.Epoch = 0 }, protocol.Malformed},
		{"signature has at most 255 bytes", func(b *Batch) { b.Checkpoint.Sig = make([]byte, 256) }, protocol.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := sampleBatch(t)
			row.spoil(&b)
			dst := []byte("before")
			out, err := AppendBatch(dst, &b)
			wantCode(t, err, row.code)
			if string(out) != "before" {
				t.Errorf("dst became %q", out)
			}
		})
	}
}

func TestBatchOverItsBytesIsTooBig(t *testing.T) { // replication.R9
	entries := chain(t, protocol.Pos{Epoch: 1, Lane: protocol.Bulk}, 5, bytes.Repeat([]byte("a"), protocol.MaxBody))
	b := batchOf(entries[:3])
	if _, err := AppendBatch(nil, &b); err != nil {
		t.Fatal(err)
	}
	b = batchOf(entries)
	out, err := AppendBatch([]byte("before"), &b)
	wantCode(t, err, protocol.TooBig)
	if string(out) != "before" {
		t.Errorf("dst has %d bytes", len(out))
	}
}

func TestBatchesStandOneAfterAnother(t *testing.T) {
	b := sampleBatch(t)
	two := must2(AppendBatch(must2(AppendBatch(nil, &b))(t), &b))(t)
	_, rest, err := ReadBatch(two)
	if err != nil || len(rest) != len(two)/2 {
		t.Fatalf("%d bytes left: %v", len(rest), err)
	}
	if _, rest, err = ReadBatch(rest); err != nil || len(rest) != 0 {
		t.Errorf("%d bytes left: %v", len(rest), err)
	}
}

func TestBatchWithALyingCountIsRefused(t *testing.T) {
	b := sampleBatch(t)
	raw := must2(AppendBatch(nil, &b))(t)
	at := envelopeHead + 1 + len(b.Origin)
	for _, row := range []struct {
		count [2]byte
		code  protocol.Code
	}{
		{[2]byte{0, 0}, protocol.Malformed},
		{[2]byte{0, 2}, protocol.Malformed},
		{[2]byte{0, 4}, protocol.Malformed},
		{[2]byte{0, 255}, protocol.Malformed},
		{[2]byte{1, 1}, protocol.TooBig},
		{[2]byte{255, 255}, protocol.TooBig},
	} {
		copy(raw[at:], row.count[:])
		_, _, err := ReadBatch(reseal(raw))
		wantCode(t, err, row.code)
	}
}

func TestBatchReportsTheFaultOfAnEntry(t *testing.T) {
	b := sampleBatch(t)
	b.Entries[2].Body = []byte(strings.Repeat("x", len(b.Entries[2].Body)))
	_, _, err := ReadBatch(must2(AppendBatch(nil, &b))(t))
	wantCode(t, err, protocol.BadChain)
}

func TestCheckChain(t *testing.T) { // replication.A2, A4, A5, A6
	start := protocol.Pos{Epoch: 3, Lane: protocol.Urgent}
	line := chain(t, start, 9, []byte("{}"))
	other := chain(t, start, 9, []byte(`{"other":"history"}`))
	at := func(n int) protocol.Pos { return line[n-1].Pos() }
	later := at(3)
	later.Epoch = 4
	renewed := chain(t, later, 2, []byte("{}"))
	for i := range renewed {
		renewed[i].Epoch = 4
	}
	old := at(3)
	old.Epoch = 2
	for _, row := range []struct {
		name  string
		batch Batch
		prev  protocol.Pos
		code  protocol.Code // 0: right
	}{
		{"the first lines of a chain", batchOf(line[:3]), start, 0},
		{"the next lines of a chain", batchOf(line[3:6]), at(3), 0},
		{"one line", batchOf(line[3:4]), at(3), 0},
		{"the first line of a new epoch", batchOf(renewed), at(3), 0},
		{"an overlap of the same lines", batchOf(line[2:6]), at(4), 0},
		{"all known already", batchOf(line[2:6]), at(6), 0},
		{"all long known: who kept the hashes decides", batchOf(line[:3]), at(9), 0},
		{"an epoch before the known one", batchOf(line[3:6]), protocol.Pos{Epoch: 4, Lane: protocol.Urgent, Seq: 3, Hash: line[2].Hash}, protocol.Fenced},
		{"an epoch after the known one", batchOf(line[3:6]), old, 0},
		{"a line is missing before it", batchOf(line[4:6]), at(3), protocol.Gap},
		{"lines are missing before a chain's known start", batchOf(line[1:2]), start, protocol.Gap},
		{"goes on from another history", batchOf(other[3:6]), at(3), protocol.Fork},
		{"overlaps with another history", batchOf(other[2:6]), at(4), protocol.Fork},
		{"ends at the known line with another hash", batchOf(other[2:4]), at(4), protocol.Fork},
		{"begins at the known line with another hash", batchOf(other[3:6]), at(4), protocol.Fork},
		{"a first line that claims a line before", batchOf(renewed[:1]), protocol.Pos{Lane: protocol.Urgent, Seq: 3, Hash: sampleHash(1)}, protocol.Fork},
		{"a hole inside", batchOf([]protocol.Entry{line[3], line[5]}), at(3), protocol.BadChain},
		{"reordered", batchOf([]protocol.Entry{line[4], line[3], line[5]}), at(3), protocol.BadChain},
		{"a line twice", batchOf([]protocol.Entry{line[3], line[3]}), at(3), protocol.BadChain},
		{"a line of another history inside", batchOf([]protocol.Entry{line[3], other[4]}), at(3), protocol.BadChain},
		{"no entries", Batch{Origin: "yanbian"}, at(3), protocol.Malformed},
		{"another lane than asked for", batchOf(line[3:6]), protocol.Pos{Epoch: 3, Lane: protocol.Bulk}, protocol.Malformed},
		{"entries of another origin", func() Batch { b := batchOf(line[3:6]); b.Origin = "changchun"; return b }(), at(3), protocol.Malformed},
		{"two epochs in one batch", batchOf([]protocol.Entry{line[2], renewed[0]}), at(2), protocol.Malformed},
		{"a checkpoint before the last entry", func() Batch { b := batchOf(line[3:6]); b.Checkpoint.Pos = at(5); return b }(), at(3), protocol.BadChain},
		{"a checkpoint of another history", func() Batch { b := batchOf(line[3:6]); b.Checkpoint.Pos.Hash[0]++; return b }(), at(3), protocol.BadChain},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.batch.CheckChain(row.prev)
			if protocol.CodeOf(err) != row.code {
				t.Fatalf("got %v, want %v", err, row.code)
			}
			var f *protocol.Fault
			if errors.As(err, &f) && (row.code == protocol.Gap || row.code == protocol.Fork) && f.Pos != row.prev {
				t.Errorf("fault points at %s, want where to go on from: %s", f.Pos, row.prev)
			}
		})
	}
}
