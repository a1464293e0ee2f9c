package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"xiangyun/protocol"
)

// Integers are big-endian. A str8 or str16 is its length in bytes and then
// UTF-8; bytes32 likewise with a u32. An optional is a byte, 0 or 1, and the
// value after a 1. Each value has exactly one encoding.

var (
	errShort    = errors.New("ends before its last field")
	errTrailing = errors.New("has bytes after its last field")
	errOptional = errors.New("optional is neither 0 nor 1")
	errText     = errors.New("text is not UTF-8")
)

// fields reads values off the front of left. After the first error every read
// gives zero and err stays, so a decoder checks once, at its end.
type fields struct {
	left []byte
	err  error
}

func (f *fields) take(n int) []byte {
	if n > len(f.left) {
		f.left = nil
		if f.err == nil {
			f.err = errShort
		}
		return nil
	}
	b := f.left[:n:n]
	f.left = f.left[n:]
	return b
}

func (f *fields) u8() byte {
	if b := f.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (f *fields) u16() uint16 {
	if b := f.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (f *fields) u32() uint32 {
	if b := f.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (f *fields) u64() uint64 {
	if b := f.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (f *fields) hash() (h protocol.Hash) {
	copy(h[:], f.take(len(h)))
	return h
}

// str8 and str16 copy, so that a kept id does not hold its whole input.
func (f *fields) str8() string  { return string(f.take(int(f.u8()))) }
func (f *fields) str16() string { return string(f.take(int(f.u16()))) }

func (f *fields) optional() bool {
	b := f.u8()
	if b > 1 && f.err == nil {
		f.err = errOptional
	}
	return b == 1
}

func (f *fields) ref() protocol.Ref {
	kind := f.str8()
	return protocol.Ref{Kind: protocol.KindName(kind), ID: f.str8()}
}

func (f *fields) optionalRef() protocol.Ref {
	if f.optional() {
		return f.ref()
	}
	return protocol.Ref{}
}

func (f *fields) pos() (p protocol.Pos) {
	p.Epoch = f.u64()
	p.Lane = protocol.Lane(f.u8())
	p.Seq = f.u64()
	p.Hash = f.hash()
	return p
}

// done gives the first error; bytes that no field claimed are one.
func (f *fields) done() error {
	if f.err == nil && len(f.left) > 0 {
		f.err = errTrailing
	}
	return f.err
}

func appendU16(dst []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(dst, v) }
func appendU32(dst []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(dst, v) }
func appendU64(dst []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(dst, v) }

// appendStr8 is for strings that were checked to fit.
func appendStr8[S ~string](dst []byte, s S) []byte {
	return append(append(dst, byte(len(s))), s...)
}

func appendStr16[S ~string](dst []byte, s S) []byte {
	if len(s) > math.MaxUint16 {
		panic("wire: text beyond 64 KiB")
	}
	return append(appendU16(dst, uint16(len(s))), s...)
}

func appendRef(dst []byte, r protocol.Ref) []byte {
	return appendStr8(appendStr8(dst, r.Kind), r.ID)
}

func appendOptionalRef(dst []byte, r protocol.Ref) []byte {
	if r == (protocol.Ref{}) {
		return append(dst, 0)
	}
	return appendRef(append(dst, 1), r)
}

func appendPos(dst []byte, p protocol.Pos) []byte {
	dst = appendU64(dst, p.Epoch)
	dst = append(dst, byte(p.Lane))
	dst = appendU64(dst, p.Seq)
	return append(dst, p.Hash[:]...)
}

const posSize = 8 + 1 + 8 + 32

func refSize(r protocol.Ref) int { return 2 + len(r.Kind) + len(r.ID) }

func optionalRefSize(r protocol.Ref) int {
	if r == (protocol.Ref{}) {
		return 1
	}
	return 1 + refSize(r)
}

// checkRef is Ref.Validate and what a str8 and JSON both carry unchanged.
func checkRef(r protocol.Ref) error {
	if err := r.Validate(); err != nil {
		return err
	}
	return checkText(string(r.Kind), r.ID)
}

func checkOptionalRef(r protocol.Ref) error {
	if r == (protocol.Ref{}) {
		return nil
	}
	return checkRef(r)
}

func checkText(texts ...string) error {
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return errText
		}
	}
	return nil
}

// checkShort bounds a text that a str8 must hold.
func checkShort(what, s string, most int) error {
	if len(s) > min(most, math.MaxUint8) {
		return fmt.Errorf("%s of %d bytes, at most %d", what, len(s), most)
	}
	return checkText(s)
}
