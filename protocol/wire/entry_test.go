package wire

import (
	"bytes"
	"crypto/sha256"
	"reflect"
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestSealFillsBodyAndHash(t *testing.T) {
	h := sampleHeader()
	body := []byte(`{"a":1}`)
	e := seal(t, &h, body)
	if h.BodyLen != 7 || h.BodyHash != sha256.Sum256(body) {
		t.Error("header does not hold the body's length and hash")
	}
	if e.Hash != sha256.Sum256(e.Raw) || !reflect.DeepEqual(e.Header, h) {
		t.Error("entry is not the sealed header")
	}
	parsed, err := ParseHeader(e.Raw)
	if err != nil || !reflect.DeepEqual(parsed, h) {
		t.Errorf("got %+v %v", parsed, err)
	}
	if len(e.Raw) != cap(e.Raw) || len(AppendEntry(nil, &e)) != EntrySize(&e) {
		t.Error("a size is not what is written")
	}
}

func TestParsedHeaderSharesNothingWithItsBytes(t *testing.T) {
	e := sampleEntry(t)
	raw := bytes.Clone(e.Raw)
	h, err := ParseHeader(raw)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw)
	if !reflect.DeepEqual(h, e.Header) {
		t.Error("the header changed with its bytes")
	}
}

// headerRules breaks one rule each; both the writer and the reader must see it.
var headerRules = []struct {
	name  string
	spoil func(*protocol.Header)
	code  protocol.Code
}{
	{"origin is a node id", func(h *protocol.Header) { h.Origin = "Yan Bian" }, protocol.Malformed},
	{"epoch is above 0", func(h *protocol.Header) { h.Epoch = 0 }, protocol.Malformed},
	{"lane is known", func(h *protocol.Header) { h.Lane = 3 }, protocol.Malformed},
	{"seq is above 0", func(h *protocol.Header) { h.Seq = 0 }, protocol.Malformed},
	{"ref has a kind", func(h *protocol.Header) { h.Ref.Kind = "" }, protocol.Malformed},
	{"ref has an id", func(h *protocol.Header) { h.Ref.ID = "" }, protocol.Malformed},
	{"ref is UTF-8", func(h *protocol.Header) { h.Ref.ID = "\xff" }, protocol.Malformed},
	{"act is named", func(h *protocol.Header) { h.Act = "" }, protocol.Malformed},
	{"act is short", func(h *protocol.Header) { h.Act = protocol.Act(strings.Repeat("a", 41)) }, protocol.Malformed},
	{"act is UTF-8", func(h *protocol.Header) { h.Act = "a\xc0" }, protocol.Malformed},
	{"rev is above 0", func(h *protocol.Header) { h.Rev = 0 }, protocol.Malformed},
	{"time has an error bound", func(h *protocol.Header) { h.AtErr = 0 }, protocol.Malformed},
	{"author is named", func(h *protocol.Header) { h.By = "" }, protocol.Malformed},
	{"author is UTF-8", func(h *protocol.Header) { h.By = "\xe5\x8a" }, protocol.Malformed},
	{"a dependency cites something", func(h *protocol.Header) { h.Deps = []protocol.Dep{{Rev: 1}} }, protocol.Malformed},
	{"a cited record is a reference", func(h *protocol.Header) { h.Deps = []protocol.Dep{{Ref: protocol.Ref{Kind: "item"}}} }, protocol.Malformed},
	{"a cited blob is a content address", func(h *protocol.Header) { h.Deps = []protocol.Dep{{Blob: "sha256:00"}} }, protocol.Malformed},
	{"a content address is lower case", func(h *protocol.Header) {
		h.Deps = []protocol.Dep{{Blob: protocol.BlobID("sha256:" + strings.Repeat("A", 64))}}
	}, protocol.Malformed},
	{"at most 64 things are cited", func(h *protocol.Header) { h.Deps = make([]protocol.Dep, 65) }, protocol.Malformed},
	{"answers is a reference", func(h *protocol.Header) { h.Answers.Kind = "request"; h.Answers.ID = "" }, protocol.Malformed},
}

func TestHeaderRules(t *testing.T) {
	for _, row := range headerRules {
		t.Run(row.name, func(t *testing.T) {
			h := sampleHeader()
			row.spoil(&h)
			_, err := Seal(&h, []byte("{}"))
			wantCode(t, err, row.code)
			_, err = ParseHeader(appendHeader(nil, &h)) // a writer that did not look
			wantCode(t, err, row.code)
		})
	}
}

func TestBodySizeRules(t *testing.T) { // replication.md §2: toobig
	h := sampleHeader()
	_, err := Seal(&h, nil)
	wantCode(t, err, protocol.Malformed)
	_, err = Seal(&h, make([]byte, protocol.MaxBody+1))
	wantCode(t, err, protocol.TooBig)
	if _, err = Seal(&h, make([]byte, protocol.MaxBody)); err != nil {
		t.Error(err)
	}
	h.BodyLen = protocol.MaxBody + 1
	_, err = ParseHeader(appendHeader(nil, &h))
	wantCode(t, err, protocol.TooBig)
	h.BodyLen = 0
	_, err = ParseHeader(appendHeader(nil, &h))
	wantCode(t, err, protocol.Malformed)
}

func TestHeaderOfAnotherAlgorithmIsMalformed(t *testing.T) {
	e := sampleEntry(t)
	for _, alg := range []byte{0, AlgSM3, 3} {
		raw := bytes.Clone(e.Raw)
		raw[envelopeHead] = alg
		_, err := ParseHeader(reseal(raw))
		wantCode(t, err, protocol.Malformed)
	}
}

func TestLongestHeaderFits(t *testing.T) {
	long := protocol.Ref{Kind: protocol.KindName(strings.Repeat("k", 40)), ID: strings.Repeat("i", 200)}
	h := protocol.Header{
		Origin: protocol.NodeID(strings.Repeat("n", 32)), Epoch: 1, Lane: protocol.Bulk, Seq: 1, Ref: long,
		Act: protocol.Act(strings.Repeat("a", 40)), Rev: 1, AtErr: 1, By: strings.Repeat("b", 100), Answers: long,
	}
	for range protocol.MaxDeps {
		h.Deps = append(h.Deps, protocol.Dep{Ref: long, Rev: 1, Blob: sampleBlob(1)})
	}
	e := seal(t, &h, make([]byte, protocol.MaxBody))
	if _, rest, err := ReadEntry(AppendEntry(nil, &e)); err != nil || len(rest) > 0 {
		t.Errorf("header of %d bytes: %v", len(e.Raw), err)
	}
	b := batchOf([]protocol.Entry{e})
	b.Origin, b.Checkpoint.Sig = h.Origin, make([]byte, maxSig)
	if p, err := AppendBatch(nil, &b); err != nil || len(p) != BatchOverhead(h.Origin)+EntrySize(&e) {
		t.Errorf("batch of %d bytes: %v", len(p), err) // an entry always fits a batch
	}
}

func TestEntryTellsErasedFromDamaged(t *testing.T) {
	e := sampleEntry(t)
	whole := AppendEntry(nil, &e)
	at := len(e.Raw)
	for _, row := range []struct {
		name string
		src  []byte
		code protocol.Code
	}{
		{"a changed body does not match its hash", flip(whole, at+5), protocol.BadChain},
		{"a presence of neither 0 nor 1", flip(whole, at, 1), protocol.Malformed},
		{"no presence", whole[:at], protocol.Malformed},
		{"a cut body", whole[:len(whole)-1], protocol.Malformed},
		{"a changed header", flip(whole, 30), protocol.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := ReadEntry(row.src)
			wantCode(t, err, row.code)
		})
	}
	got, rest, err := ReadEntry(append(bytes.Clone(e.Raw), 0, 'x'))
	if err != nil || got.Body != nil || got.Hash != e.Hash || string(rest) != "x" {
		t.Errorf("erased: got body %q, hash %s, rest %q, %v", got.Body, got.Hash, rest, err)
	}
}

func TestBadChainNamesTheEntry(t *testing.T) {
	e := sampleEntry(t)
	_, _, err := ReadEntry(flip(AppendEntry(nil, &e), len(e.Raw)+3))
	f, ok := err.(*protocol.Fault)
	if !ok || f.Ref != e.Ref || f.Pos != e.Pos() || f.Op == "" {
		t.Errorf("got %+v", err)
	}
}

// TestEveryCutAndFlipIsSeen cuts every binary form at every byte and flips
// every bit of it.
func TestEveryCutAndFlipIsSeen(t *testing.T) {
	for name, form := range binaryForms(t) {
		t.Run(name, func(t *testing.T) {
			for n := range form.bytes {
				if _, err := form.decode(form.bytes[:n:n]); err == nil {
					t.Fatalf("cut to %d of %d bytes and accepted", n, len(form.bytes))
				}
			}
			if name == "checkpoint" {
				return // its envelope is the batch's
			}
			for n := range len(form.bytes) * 8 {
				if _, err := form.decode(flip(form.bytes, n/8, n%8)); err == nil {
					t.Fatalf("bit %d of byte %d flipped and accepted", n%8, n/8)
				}
			}
		})
	}
}

func TestForeignEnvelopes(t *testing.T) {
	e := sampleEntry(t)
	rec := sampleRecord()
	huge := bytes.Clone(e.Raw)
	huge[4] = 0x7f
	next := bytes.Clone(e.Raw)
	next[3] = 2
	for _, row := range []struct {
		name string
		src  []byte
		code protocol.Code
	}{
		{"nothing at all", nil, protocol.Malformed},
		{"another structure", AppendRecord(nil, &rec), protocol.Malformed},
		{"a newer version", reseal(next), protocol.Malformed},
		{"a length over the limit", huge, protocol.TooBig},
		{"a length below the least", append([]byte("XYE\x01\x00\x00\x00\x0b"), 0, 0, 0, 0), protocol.Malformed},
		{"a field too many", reseal(append(bytes.Clone(e.Raw[:len(e.Raw)-4]), 0, 0, 0, 0, 0)), protocol.Malformed},
		{"a field too few", reseal(bytes.Clone(e.Raw[:len(e.Raw)-4])), protocol.Malformed},
		{"bytes after the header", append(bytes.Clone(e.Raw), 0), protocol.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := ParseHeader(row.src)
			wantCode(t, err, row.code)
		})
	}
}

// flip gives a copy of b with one bit changed, bit 0 of byte at unless said.
func flip(b []byte, at int, bit ...int) []byte {
	out := bytes.Clone(b)
	n := 0
	if len(bit) > 0 {
		n = bit[0]
	}
	out[at] ^= 1 << n
	return out
}

// reseal makes length and checksum of an envelope right again.
func reseal(b []byte) []byte { return endEnvelope(bytes.Clone(b[:len(b)-envelopeTail]), 0) }
