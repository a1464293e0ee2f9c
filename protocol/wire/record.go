package wire

import (
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// maxRecord bounds a record that is read; any real one is below 1 KiB + MaxBody.
const maxRecord = 512 << 10

// AppendRecord writes a record as it is stored and fed. A nil Body (erased)
// stays nil. It takes whatever a fold decided to keep: each text may have up to
// 64 KiB, and longer ones, which no body of an entry can hold, panic. Whoever
// folds asks CheckRecord first, because the feed will.
func AppendRecord(dst []byte, r *protocol.Record) []byte {
	start := len(dst)
	dst = beginEnvelope(dst, magicRecord)
	dst = appendStr16(appendStr16(dst, r.Ref.Kind), r.Ref.ID)
	dst = appendU64(dst, r.Rev)
	dst = appendStr16(dst, r.Home)
	dst = appendU64(dst, r.Epoch)
	dst = appendU64(dst, r.Index)
	dst = appendU64(dst, uint64(r.At))
	dst = appendStr16(dst, r.By)
	dst = appendStr16(dst, r.Act)
	if r.Body == nil {
		return endEnvelope(append(dst, 0), start)
	}
	dst = appendU32(append(dst, 1), uint32(len(r.Body)))
	return endEnvelope(append(dst, r.Body...), start)
}

// BodyIn is the body of r inside encoded, to which AppendRecord has just
// written r: a copy that lives as long as the stored bytes and costs nothing.
func BodyIn(encoded []byte, r *protocol.Record) []byte {
	if r.Body == nil {
		return nil
	}
	end := len(encoded) - envelopeTail
	return encoded[end-len(r.Body) : end : end]
}

// ReadRecord reads the record at the front of src and gives what follows it.
// It verifies the format and not the values: what came from another place is
// also put to CheckRecord, as ReadLines and ReadSnapPart do. Body is a view of
// src.
func ReadRecord(src []byte) (r protocol.Record, rest []byte, err error) {
	rest, err = readRecord(&r, src)
	if err != nil {
		return protocol.Record{}, nil, asFault("read record", err)
	}
	return r, rest, nil
}

// CheckRecord reports why r may not travel: it names nothing, has no revision
// or home, an empty body that is not erased, or a text over its bound.
func CheckRecord(r *protocol.Record) error { return asFault("check record", checkRecord(r)) }

// RecordSize is the number of bytes that AppendRecord writes.
func RecordSize(r *protocol.Record) int {
	n := envelopeHead + envelopeTail + 4*8 + 5*2 + len(r.Ref.Kind) + len(r.Ref.ID) + len(r.Home) + len(r.By) + len(r.Act) + 1
	if r.Body != nil {
		n += 4 + len(r.Body)
	}
	return n
}

func readRecord(r *protocol.Record, src []byte) (rest []byte, err error) {
	whole, rest, err := openEnvelope(src, magicRecord, maxRecord)
	if err != nil {
		return nil, err
	}
	f := inner(whole)
	r.Ref.Kind = protocol.KindName(f.str16())
	r.Ref.ID = f.str16()
	r.Rev = f.u64()
	r.Home = protocol.NodeID(f.str16())
	r.Epoch = f.u64()
	r.Index = f.u64()
	r.At = protocol.Instant(f.u64())
	r.By = f.str16()
	r.Act = protocol.Act(f.str16())
	if f.optional() {
		r.Body = f.take(int(f.u32()))
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	return rest, nil
}

func checkRecord(r *protocol.Record) error {
	if err := checkRef(r.Ref); err != nil {
		return err
	}
	if err := r.Home.Validate(); err != nil {
		return fmt.Errorf("home of %s: %w", r.Ref, err)
	}
	if r.Rev == 0 {
		return fmt.Errorf("record %s: rev is 0", r.Ref)
	}
	if r.Body != nil && len(r.Body) == 0 {
		return fmt.Errorf("record %s: body is neither JSON nor erased", r.Ref)
	}
	if len(r.Body) > protocol.MaxBody {
		return tooBig("record %s: body of %d bytes, at most %d", r.Ref, len(r.Body), protocol.MaxBody)
	}
	return errors.Join(checkShort("author", r.By, 100), checkShort("act", string(r.Act), 40))
}
