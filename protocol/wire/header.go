package wire

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// AlgSHA256 and AlgSM3 name the hash of a chain, fixed per origin epoch.
// AlgSM3 is reserved: this build refuses it as malformed.
const (
	AlgSHA256 = 1
	AlgSM3    = 2
)

// MaxHeader bounds an encoded entry header; a header with 64 of the longest
// dependencies still fits.
const MaxHeader = 24 << 10

// Seal makes an entry of a header and its body: it sets BodyLen and BodyHash
// in h, validates, and encodes. The body is JSON and so never empty; the entry
// keeps it, it is not copied.
func Seal(h *protocol.Header, body []byte) (protocol.Entry, error) {
	const op = "seal entry"
	if len(body) > protocol.MaxBody {
		return protocol.Entry{}, asFault(op, tooBig("body of %d bytes, at most %d", len(body), protocol.MaxBody))
	}
	h.BodyLen = uint32(len(body))
	h.BodyHash = sha256.Sum256(body)
	if err := checkHeader(h); err != nil {
		return protocol.Entry{}, asFault(op, err)
	}
	raw := appendHeader(make([]byte, 0, headerSize(h)), h)
	return protocol.Entry{Header: *h, Raw: raw, Hash: sha256.Sum256(raw), Body: body}, nil
}

// ParseHeader reads one encoded header that fills raw exactly. The result
// shares nothing with raw.
func ParseHeader(raw []byte) (protocol.Header, error) {
	const op = "parse header"
	whole, rest, err := openEnvelope(raw, magicHeader, MaxHeader)
	if err != nil {
		return protocol.Header{}, asFault(op, err)
	}
	if len(rest) > 0 {
		return protocol.Header{}, asFault(op, errTrailing)
	}
	h, err := readHeader(whole)
	return h, asFault(op, err)
}

func appendHeader(dst []byte, h *protocol.Header) []byte {
	start := len(dst)
	dst = append(beginEnvelope(dst, magicHeader), AlgSHA256)
	dst = appendStr8(dst, h.Origin)
	dst = appendU64(dst, h.Epoch)
	dst = append(dst, byte(h.Lane))
	dst = appendU64(dst, h.Seq)
	dst = append(dst, h.Prev[:]...)
	dst = appendRef(dst, h.Ref)
	dst = appendStr8(dst, h.Act)
	dst = appendU64(dst, h.Rev)
	dst = appendU64(dst, h.RecEpoch)
	dst = appendU64(dst, uint64(h.At))
	dst = appendU32(dst, h.AtErr)
	dst = appendStr8(dst, h.By)
	dst = appendU16(dst, h.Feature)
	dst = append(dst, byte(len(h.Deps)))
	for i := range h.Deps {
		dst = appendOptionalRef(dst, h.Deps[i].Ref)
		dst = appendU64(dst, h.Deps[i].Rev)
		dst = appendStr8(dst, h.Deps[i].Blob)
	}
	dst = appendOptionalRef(dst, h.Answers)
	dst = appendU32(dst, h.BodyLen)
	dst = append(dst, h.BodyHash[:]...)
	return endEnvelope(dst, start)
}

func headerSize(h *protocol.Header) int {
	const fixed = envelopeHead + envelopeTail + 1 + 8 + 1 + 8 + 32 + 8 + 8 + 8 + 4 + 2 + 1 + 4 + 32
	n := fixed + 3 + len(h.Origin) + len(h.Act) + len(h.By) + refSize(h.Ref) + optionalRefSize(h.Answers)
	for i := range h.Deps {
		n += optionalRefSize(h.Deps[i].Ref) + 8 + 1 + len(h.Deps[i].Blob)
	}
	return n
}

// readHeader reads the fields of an opened envelope.
func readHeader(whole []byte) (protocol.Header, error) {
	f := inner(whole)
	if alg := f.u8(); alg != AlgSHA256 && f.err == nil {
		return protocol.Header{}, fmt.Errorf("hash algorithm %d, this build knows %d", alg, AlgSHA256)
	}
	var h protocol.Header
	h.Origin = protocol.NodeID(f.str8())
	h.Epoch = f.u64()
	h.Lane = protocol.Lane(f.u8())
	h.Seq = f.u64()
	h.Prev = f.hash()
	h.Ref = f.ref()
	h.Act = protocol.Act(f.str8())
	h.Rev = f.u64()
	h.RecEpoch = f.u64()
	h.At = protocol.Instant(f.u64())
	h.AtErr = f.u32()
	h.By = f.str8()
	h.Feature = f.u16()
	h.Deps = readDeps(&f)
	h.Answers = f.optionalRef()
	h.BodyLen = f.u32()
	h.BodyHash = f.hash()
	if err := f.done(); err != nil {
		return protocol.Header{}, err
	}
	if err := checkHeader(&h); err != nil {
		return protocol.Header{}, err
	}
	return h, nil
}

func readDeps(f *fields) []protocol.Dep {
	n := int(f.u8())
	if n == 0 {
		return nil
	}
	if n > protocol.MaxDeps {
		f.err = fmt.Errorf("cites %d things, at most %d", n, protocol.MaxDeps)
		return nil
	}
	deps := make([]protocol.Dep, n)
	for i := range deps {
		deps[i] = protocol.Dep{Ref: f.optionalRef(), Rev: f.u64(), Blob: protocol.BlobID(f.str8())}
	}
	return deps
}

// checkHeader is Header.Validate and what the encoding adds to it.
func checkHeader(h *protocol.Header) error {
	if h.BodyLen > protocol.MaxBody { // its own code: replication.md §2
		return tooBig("body of %d bytes, at most %d", h.BodyLen, protocol.MaxBody)
	}
	if h.BodyLen == 0 {
		return errors.New("body is empty")
	}
	if err := h.Validate(); err != nil {
		return err
	}
	if err := checkText(string(h.Ref.Kind), h.Ref.ID, string(h.Act), h.By); err != nil {
		return err
	}
	for i := range h.Deps {
		if err := checkDep(&h.Deps[i]); err != nil {
			return fmt.Errorf("dependency %d: %w", i, err)
		}
	}
	if err := checkOptionalRef(h.Answers); err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return nil
}

func checkDep(d *protocol.Dep) error {
	if d.Blob == "" && d.Ref == (protocol.Ref{}) {
		return errors.New("cites nothing")
	}
	if err := checkOptionalRef(d.Ref); err != nil {
		return err
	}
	if d.Blob == "" {
		return nil
	}
	return checkBlob(d.Blob)
}

// checkBlob is BlobID.Validate without its regular expression, which would
// cost more than the rest of a header with many blobs.
func checkBlob(b protocol.BlobID) error {
	digits, ok := strings.CutPrefix(string(b), "sha256:")
	if !ok || len(digits) != 64 || strings.Trim(digits, "0123456789abcdef") != "" {
		return b.Validate()
	}
	return nil
}
