package search

import (
	"encoding/binary"
	"errors"
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// formatVersion is the version byte of every value and the file's format.
const formatVersion = 1

var errShort = errors.New("value is cut short")

func seal(payload []byte) []byte { return wire.SealValue(formatVersion, payload) }

// open unwraps a value; any error means a damaged file (pitfalls.B3).
func open(value []byte) ([]byte, error) {
	if value == nil {
		return nil, damaged("value is absent", nil)
	}
	v, payload, err := wire.OpenValue(value)
	if err != nil {
		return nil, damaged("value", err)
	}
	if v != formatVersion {
		return nil, damaged(fmt.Sprintf("value of version %d", v), nil)
	}
	return payload, nil
}

// fields reads a payload; the first error stays and makes all else zero.
type fields struct {
	b   []byte
	err error
}

func (f *fields) num() uint64 {
	v, n := binary.Uvarint(f.b)
	if n <= 0 {
		f.fail()
		return 0
	}
	f.b = f.b[n:]
	return v
}

// bytes gives a view of the payload.
func (f *fields) bytes() []byte {
	n := f.num()
	if n > uint64(len(f.b)) {
		f.fail()
		return nil
	}
	out := f.b[:n:n]
	f.b = f.b[n:]
	return out
}

// count reads the length of a list whose members take at least one byte each.
func (f *fields) count() int {
	n := f.num()
	if n > uint64(len(f.b)) {
		f.fail()
		return 0
	}
	return int(n)
}

func (f *fields) fail() {
	if f.err == nil {
		f.err = errShort
	}
	f.b = nil
}

// end reports the first error, or bytes too many.
func (f *fields) end(what string) error {
	if f.err == nil && len(f.b) > 0 {
		f.err = errors.New("bytes behind the end")
	}
	if f.err != nil {
		return damaged(what, f.err)
	}
	return nil
}

func appendBytes[T ~string | ~[]byte](dst []byte, s T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// stored is a document as it lies in the file. All slices are views that end
// with the transaction (pitfalls.B7).
type stored struct {
	kind, id    []byte
	at          protocol.Instant
	state       []byte
	facets      []byte // pairs, see eachFacet
	nFacets     int
	keys        []byte
	nKeys       int
	title, text []byte
}

func encodeDoc(d *Doc) []byte {
	b := appendBytes(nil, d.Ref.Kind)
	b = appendBytes(b, d.Ref.ID)
	b = binary.AppendVarint(b, int64(d.At))
	b = appendBytes(b, d.Terms.State)
	var list []byte
	for _, f := range d.Terms.Facets {
		list = appendBytes(appendBytes(list, f.Name), f.Value)
	}
	b = appendBytes(binary.AppendUvarint(b, uint64(len(d.Terms.Facets))), list)
	list = nil
	for _, k := range d.Terms.Keys {
		list = appendBytes(list, k)
	}
	b = appendBytes(binary.AppendUvarint(b, uint64(len(d.Terms.Keys))), list)
	return appendBytes(appendBytes(b, d.Terms.Title), d.Terms.Text)
}

func decodeDoc(payload []byte) (stored, error) {
	f := fields{b: payload}
	d := stored{kind: f.bytes(), id: f.bytes()}
	at, n := binary.Varint(f.b)
	if n <= 0 {
		f.fail()
	} else {
		f.b = f.b[n:]
	}
	d.at, d.state = protocol.Instant(at), f.bytes()
	d.nFacets, d.facets = int(f.num()), f.bytes()
	d.nKeys, d.keys = int(f.num()), f.bytes()
	d.title, d.text = f.bytes(), f.bytes()
	return d, f.end("document")
}

func (d *stored) eachFacet(fn func(name, value []byte)) error {
	f := fields{b: d.facets}
	for range d.nFacets {
		name, value := f.bytes(), f.bytes()
		if f.err != nil {
			break
		}
		fn(name, value)
	}
	return f.end("document facets")
}

func (d *stored) eachKey(fn func(key []byte)) error {
	f := fields{b: d.keys}
	for range d.nKeys {
		key := f.bytes()
		if f.err != nil {
			break
		}
		fn(key)
	}
	return f.end("document keys")
}

// version is what the index knows of a record without reading its document.
type version struct {
	handle     handle // 0 when gone
	epoch, rev uint64
	gone       bool
}

func (v version) encode() []byte {
	b := binary.AppendUvarint(nil, uint64(v.handle))
	b = binary.AppendUvarint(b, v.epoch)
	b = binary.AppendUvarint(b, v.rev)
	if v.gone {
		return append(b, 1)
	}
	return append(b, 0)
}

func decodeVersion(payload []byte) (version, error) {
	f := fields{b: payload}
	v := version{handle: handle(f.num()), epoch: f.num(), rev: f.num(), gone: f.num() == 1}
	return v, f.end("version")
}

// state is the one value that says what the file holds.
type state struct {
	next    uint64 // number of the next document
	nextSeg uint64
	live    uint64 // documents that are not gone
	segs    []segment
}

func (s *state) encode() []byte {
	b := binary.AppendUvarint(nil, s.next)
	b = binary.AppendUvarint(b, s.nextSeg)
	b = binary.AppendUvarint(b, s.live)
	b = binary.AppendUvarint(b, uint64(len(s.segs)))
	for _, g := range s.segs {
		b = binary.AppendUvarint(b, g.id)
		b = binary.AppendUvarint(b, uint64(g.docs))
	}
	return b
}

func decodeState(payload []byte) (*state, error) {
	f := fields{b: payload}
	s := &state{next: f.num(), nextSeg: f.num(), live: f.num()}
	for range f.count() {
		s.segs = append(s.segs, segment{id: f.num(), docs: uint32(f.num())})
	}
	return s, f.end("state")
}
