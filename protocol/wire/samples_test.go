package wire

import (
	"bytes"
	"fmt"
	"testing"

	"xiangyun/protocol"
)

// The samples are what the golden files of version 1 hold: they never change.

func sampleHash(n byte) (h protocol.Hash) {
	for i := range h {
		h[i] = n + byte(i)
	}
	return h
}

func sampleBlob(n byte) protocol.BlobID { return protocol.BlobID("sha256:" + sampleHash(n).String()) }

func samplePos(lane protocol.Lane, seq uint64) protocol.Pos {
	return protocol.Pos{Epoch: 3, Lane: lane, Seq: seq, Hash: sampleHash(byte(seq))}
}

func sampleHeader() protocol.Header {
	return protocol.Header{
		Origin: "yanbian", Epoch: 3, Lane: protocol.Urgent, Seq: 1,
		Ref: protocol.Ref{Kind: "case", ID: "222400-2026-000123"},
		Act: "hand_over", Rev: 4, RecEpoch: 1, At: 1772413507000, AtErr: 20, By: "account/w17", Feature: 1,
		Deps: []protocol.Dep{
			{Ref: protocol.Ref{Kind: "item.version", ID: "办事指南-7"}, Rev: 7},
			{Blob: sampleBlob(9)},
		},
		Answers: protocol.Ref{Kind: "request", ID: "r-55"},
	}
}

func sampleEntry(t testing.TB) protocol.Entry {
	t.Helper()
	h := sampleHeader()
	return seal(t, &h, []byte(`{"state":"handed over","to":"changchun"}`))
}

func seal(t testing.TB, h *protocol.Header, body []byte) protocol.Entry {
	t.Helper()
	e, err := Seal(h, body)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// chain makes n entries that go on from prev.
func chain(t testing.TB, prev protocol.Pos, n int, body []byte) []protocol.Entry {
	t.Helper()
	var list []protocol.Entry
	for range n {
		h := protocol.Header{
			Origin: "yanbian", Epoch: max(prev.Epoch, 1), Lane: prev.Lane, Seq: prev.Seq + 1, Prev: prev.Hash,
			Ref: protocol.Ref{Kind: "case", ID: fmt.Sprintf("222400-2026-%06d", prev.Seq+1)},
			Act: "accept", Rev: 1, At: 1772413507000, AtErr: 20, By: "account/w17",
		}
		e := seal(t, &h, body)
		list, prev = append(list, e), e.Pos()
	}
	return list
}

func batchOf(entries []protocol.Entry) Batch {
	return Batch{Origin: "yanbian", Entries: entries,
		Checkpoint: Checkpoint{Pos: entries[len(entries)-1].Pos(), Sig: bytes.Repeat([]byte{7}, 64)}}
}

func sampleBatch(t testing.TB) Batch {
	t.Helper()
	entries := chain(t, protocol.Pos{Epoch: 3, Lane: protocol.Bulk}, 3, []byte(`{"name":"图们江"}`))
	entries[1].Body = nil // erased
	return batchOf(entries)
}

func sampleRecord() protocol.Record {
	return protocol.Record{
		Ref: protocol.Ref{Kind: "case", ID: "222400-2026-000123"}, Rev: 4, Home: "changchun", Epoch: 2, Index: 991,
		At: 1772413507000, By: "account/w17", Act: "hand_over", Body: []byte(`{"state":"handed over"}`),
	}
}

func sampleVerdict() protocol.Verdict {
	return protocol.Verdict{Pos: samplePos(protocol.Urgent, 8), Ref: protocol.Ref{Kind: "case", ID: "222400-2026-000123"},
		Index: 992, Outcome: protocol.RefusedAct, Rule: "G-04", Text: "记录已被他人更新,请刷新后重试"}
}

func sampleLines() Lines {
	rec, erased, verdict := sampleRecord(), sampleRecord(), sampleVerdict()
	erased.Body = nil
	ref := protocol.Ref{Kind: "item", ID: "item-1"}
	return Lines{Generation: 2, Prev: 990, Last: 1005, Lines: []Line{
		{Index: 991, What: LineRecord, Record: &rec},
		{Index: 991, What: LineRecord, Record: &erased},
		{Index: 992, What: LineVerdict, Verdict: &verdict},
		{Index: 993, What: LineErase, Ref: ref},
		{Index: 994, What: LineRequest, Record: &rec, Ref: ref},
		{Index: 995, What: LineEpoch, Value: 4},
		{Index: 996, What: LineLevel, Value: 2},
		{Index: 997, What: LineCalendar, Ref: protocol.Ref{Kind: "calendar", ID: "2026"}, Value: 3},
		{Index: 998, What: LineForce, Record: &rec},
	}}
}

func sampleAck() Ack {
	refused, applied := sampleVerdict(), sampleVerdict()
	applied.Pos, applied.Outcome, applied.Rule, applied.Text = samplePos(protocol.Urgent, 9), protocol.Applied, "", ""
	return Ack{Lane: protocol.Urgent, Pos: applied.Pos, Index: 992, Verdicts: []protocol.Verdict{refused, applied}}
}

func sampleBoot() (b Boot) {
	for i := range b {
		b[i] = byte(0xa0 + i)
	}
	return b
}

func sampleHello() Hello {
	return Hello{
		Origin: "yanbian", Epoch: 3, Boot: sampleBoot(), Class: ClassUrgent, Build: "1.0.0 (a1b2c3d)", Feature: 1,
		Heads:   Positions{samplePos(protocol.Urgent, 12), samplePos(protocol.Bulk, 70)},
		Acked:   Positions{samplePos(protocol.Urgent, 9)},
		Cursors: []Cursor{{Lane: protocol.Urgent, Generation: 2, Prev: 900, Last: 990}},
		Clock:   1772413507000, ClockErr: 20,
	}
}

func sampleWelcome() Welcome {
	return Welcome{
		Server: "hub1", Generation: 2, Level: 1, Feature: 1,
		Last:     Positions{samplePos(protocol.Urgent, 9)},
		BackedUp: []LaneSeq{{protocol.Urgent, 5}, {protocol.Bulk, 60}},
		Credits:  []Credit{{protocol.Urgent, 1 << 20}, {protocol.Bulk, 0}},
		Servers:  []Server{{"hub1", "hub1.example:7600"}, {"hub2", "[2001:db8::2]:7600"}},
		HubTime:  1772413507100, Limits: OwnLimits(), Voters: 3,
	}
}

func sampleNodeBeat() NodeBeat {
	return NodeBeat{Boot: sampleBoot(), Time: 1772413507000, Heads: Positions{samplePos(protocol.Urgent, 12)},
		QueueBytes: 4096, FreeDisk: 1 << 40, BlockLeft: 812}
}

func sampleHubBeat() HubBeat {
	return HubBeat{Time: 1772413507100, Applied: 992, BackedUp: []LaneSeq{{protocol.Urgent, 5}}}
}

func sampleSnapHead() SnapHead {
	return SnapHead{ID: "s-77", Generation: 2, Index: 992, Level: 1, Last: Positions{samplePos(protocol.Urgent, 9)},
		Count: 1234, Digest: sampleHash(40)}
}

func sampleReceipt() BlobReceipt {
	return BlobReceipt{ID: sampleBlob(9), Size: 4 << 20, Server: "hub2", Epoch: 3, Time: 1772413507100, Sig: []byte("signed")}
}

// form is one message type with its sample, for tests over all of them.
type form struct {
	sample Message
	decode func([]byte) (Message, error)
}

func formOf[M Message](m M) form {
	return form{m, func(b []byte) (Message, error) { return Decode[M](b) }}
}

func forms() map[string]form {
	return map[string]form{
		"Hello":       formOf(sampleHello()),
		"Welcome":     formOf(sampleWelcome()),
		"NodeBeat":    formOf(sampleNodeBeat()),
		"HubBeat":     formOf(sampleHubBeat()),
		"Credit":      formOf(Credit{protocol.Bulk, 65536}),
		"Ack":         formOf(sampleAck()),
		"Cursor":      formOf(Cursor{protocol.Urgent, 2, 900, 990}),
		"Got":         formOf(Got{protocol.Urgent, 2, 990}),
		"SnapAsk":     formOf(SnapAsk{"s-77", []byte("case\x00k")}),
		"SnapHead":    formOf(sampleSnapHead()),
		"SnapEnd":     formOf(SnapEnd{sampleHash(40)}),
		"Have":        formOf(Have{IDs: []protocol.BlobID{sampleBlob(9), sampleBlob(1)}}),
		"Missing":     formOf(Missing{[]protocol.BlobID{sampleBlob(1)}}),
		"Put":         formOf(Put{sampleBlob(1), 4 << 20, 1 << 20}),
		"Get":         formOf(Get{sampleBlob(1), 1 << 20, 4096}),
		"BlobReceipt": formOf(sampleReceipt()),
	}
}

// binaryForm is one binary structure with its sample and its name in SPEC.md.
type binaryForm struct {
	spec   string
	bytes  []byte
	reread func([]byte) ([]byte, error) // decode everything and encode again
	value  any
	decode func([]byte) (any, error)
}

func binaryForms(t testing.TB) map[string]binaryForm {
	t.Helper()
	e, b, r, l, a := sampleEntry(t), sampleBatch(t), sampleRecord(), sampleLines(), sampleAck()
	stub := e
	stub.Body = nil
	list := map[string]binaryForm{
		"entry":      {spec: "Entry", bytes: AppendEntry(nil, &e), reread: rereadEntry, value: e, decode: decodeEntry},
		"stub":       {spec: "Entry", bytes: AppendEntry(nil, &stub), reread: rereadEntry, value: stub, decode: decodeEntry},
		"checkpoint": {spec: "Checkpoint", bytes: must2(AppendCheckpoint(nil, &b.Checkpoint))(t), reread: rereadCheckpoint, value: b.Checkpoint, decode: func(p []byte) (any, error) { return alone(ReadCheckpoint(p)) }},
		"batch":      {spec: "Batch", bytes: must2(AppendBatch(nil, &b))(t), reread: rereadBatch, value: b, decode: func(p []byte) (any, error) { return alone(ReadBatch(p)) }},
		"record":     {spec: "Record", bytes: AppendRecord(nil, &r), reread: rereadRecord, value: r, decode: func(p []byte) (any, error) { return alone(ReadRecord(p)) }},
		"lines":      {spec: "Lines", bytes: must2(AppendLines(nil, &l))(t), reread: rereadLines, value: l, decode: func(p []byte) (any, error) { return ReadLines(p) }},
		"ack":        {spec: "Ack", bytes: must2(Encode(a))(t), reread: rereadAck, value: a, decode: func(p []byte) (any, error) { return Decode[Ack](p) }},
	}
	return list
}

func decodeEntry(p []byte) (any, error) { return alone(ReadEntry(p)) }

// alone refuses what a decoder left over: a flipped presence of a body leaves
// the body behind.
func alone[T any](v T, rest []byte, err error) (any, error) {
	if err == nil && len(rest) > 0 {
		return nil, errTrailing
	}
	return v, err
}

func rereadEntry(p []byte) ([]byte, error) {
	e, rest, err := ReadEntry(p)
	if err != nil {
		return nil, err
	}
	if again := appendHeader(nil, &e.Header); !bytes.Equal(again, e.Raw) {
		return nil, fmt.Errorf("header %x encodes to %x", e.Raw, again)
	}
	return append(AppendEntry(nil, &e), rest...), nil
}

func rereadCheckpoint(p []byte) ([]byte, error) {
	c, rest, err := ReadCheckpoint(p)
	if err != nil {
		return nil, err
	}
	out, err := AppendCheckpoint(nil, &c)
	return append(out, rest...), err
}

func rereadBatch(p []byte) ([]byte, error) {
	b, rest, err := ReadBatch(p)
	if err != nil {
		return nil, err
	}
	out, err := AppendBatch(nil, &b)
	return append(out, rest...), err
}

func rereadRecord(p []byte) ([]byte, error) {
	r, rest, err := ReadRecord(p)
	if err != nil {
		return nil, err
	}
	return append(AppendRecord(nil, &r), rest...), nil
}

func rereadLines(p []byte) ([]byte, error) {
	l, err := ReadLines(p)
	if err != nil {
		return nil, err
	}
	return AppendLines(nil, &l)
}

func rereadAck(p []byte) ([]byte, error) {
	a, err := Decode[Ack](p)
	if err != nil {
		return nil, err
	}
	return Encode(a)
}

func must2(b []byte, err error) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// wantCode fails unless err is a fault of code.
func wantCode(t testing.TB, err error, code protocol.Code) {
	t.Helper()
	if got := protocol.CodeOf(err); got != code {
		t.Errorf("got %v (%v), want %v", got, err, code)
	}
}
