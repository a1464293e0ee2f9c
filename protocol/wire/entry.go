package wire

import (
	"crypto/sha256"
	"fmt"

	"xiangyun/protocol"
)

// AppendEntry writes an entry that Seal or ReadEntry gave: its header as it
// was sealed, then its body unless that is nil (erased, or a stub: replication.R2,
// R3). It trusts e; what it writes of a hand-made entry may be unreadable.
func AppendEntry(dst []byte, e *protocol.Entry) []byte {
	dst = append(dst, e.Raw...)
	if e.Body == nil {
		return append(dst, 0)
	}
	return append(append(dst, 1), e.Body...)
}

// EntrySize is the number of bytes that AppendEntry writes.
func EntrySize(e *protocol.Entry) int { return len(e.Raw) + 1 + len(e.Body) }

// ReadEntry reads the entry at the front of src and gives what follows it. It
// verifies format and checksum (malformed), sizes (toobig) and the body's hash
// (badchain), and computes the entry's hash. Raw and Body are views of src.
func ReadEntry(src []byte) (e protocol.Entry, rest []byte, err error) {
	rest, err = readEntry(&e, src)
	if err != nil {
		return protocol.Entry{}, nil, asFault("read entry", err)
	}
	return e, rest, nil
}

func readEntry(e *protocol.Entry, src []byte) (rest []byte, err error) {
	e.Raw, rest, err = openEnvelope(src, magicHeader, MaxHeader)
	if err != nil {
		return nil, err
	}
	if e.Header, err = readHeader(e.Raw); err != nil {
		return nil, err
	}
	e.Hash = sha256.Sum256(e.Raw)
	f := fields{left: rest}
	if f.optional() {
		e.Body = f.take(int(e.BodyLen))
	}
	if f.err != nil {
		return nil, fmt.Errorf("body of %s: %w", e.Ref, f.err)
	}
	if e.Body != nil && sha256.Sum256(e.Body) != e.BodyHash {
		return nil, &protocol.Fault{Code: protocol.BadChain, Ref: e.Ref, Pos: e.Pos(),
			Text: "条目内容与其登记的摘要不符"}
	}
	return f.left, nil
}
