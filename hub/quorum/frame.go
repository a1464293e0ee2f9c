package quorum

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"github.com/hashicorp/raft"
)

// Format of a segment file, little-endian, version 1.
//
//	segment  = header(64) batch* zeros
//	header   = "XYRAFTL1" serial:u64 salt:u32 zero:u32 firstBatch:u64 size:u64 zero(20) crc:u32
//	batch    = magic:u32 len:u32 seq:u64 count:u32 kind:u8 zero(3) crc:u32 hcrc:u32 payload(len) pad to 8
//	payload  = entry*                       (entries)
//	         | index:u64                    (cut, floor)
//	         | nothing                      (end)
//	entry    = len:u32 crc:u32 index:u64 term:u64 appended:i64 type:u8 zero(3) ext:u32 extensions data
//
// Every sum is CRC-32C started from the segment's salt, so that no payload can
// pass for a batch, and bytes of another segment never verify here.
const (
	headerSize  = 64
	batchHeader = 32
	entryHeader = 40
	batchMagic  = 0x31425958 // "XYB1"
	maxEntry    = 256 << 20  // bounds what a damaged length can ask for
)

const segmentMagic = "XYRAFTL1"

// Kinds of batch. The list is append-only.
const (
	kindEntries byte = 1 // log entries, indexes rising by one
	kindCut     byte = 2 // entries above the index are void (a follower's conflict)
	kindFloor   byte = 3 // entries below the index are void (trimmed behind a snapshot)
	kindEnd     byte = 4 // closed cleanly: nothing before it can be a torn write
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(salt uint32, parts ...[]byte) uint32 {
	for _, p := range parts {
		salt = crc32.Update(salt, castagnoli, p)
	}
	return salt
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// segmentHeader names a segment's place in the log.
type segmentHeader struct {
	serial     uint64 // 1,2,3… without holes
	salt       uint32
	firstBatch uint64 // seq of its first batch: where the segment before must end
	size       uint64 // preallocated bytes
}

func (h segmentHeader) encode() []byte {
	b := make([]byte, headerSize)
	copy(b, segmentMagic)
	binary.LittleEndian.PutUint64(b[8:], h.serial)
	binary.LittleEndian.PutUint32(b[16:], h.salt)
	binary.LittleEndian.PutUint64(b[24:], h.firstBatch)
	binary.LittleEndian.PutUint64(b[32:], h.size)
	binary.LittleEndian.PutUint32(b[60:], sum(0, b[:60]))
	return b
}

func decodeSegmentHeader(b []byte) (segmentHeader, error) {
	if len(b) < headerSize || string(b[:8]) != segmentMagic {
		return segmentHeader{}, damaged("not a log segment of version 1")
	}
	if binary.LittleEndian.Uint32(b[60:]) != sum(0, b[:60]) {
		return segmentHeader{}, damaged("segment header does not match its sum")
	}
	h := segmentHeader{
		serial:     binary.LittleEndian.Uint64(b[8:]),
		salt:       binary.LittleEndian.Uint32(b[16:]),
		firstBatch: binary.LittleEndian.Uint64(b[24:]),
		size:       binary.LittleEndian.Uint64(b[32:]),
	}
	if h.serial == 0 || h.firstBatch == 0 || h.size < headerSize || h.size > math.MaxUint32 {
		return segmentHeader{}, damaged("segment header out of range")
	}
	return h, nil
}

// batchHead is a batch without its payload.
type batchHead struct {
	seq   uint64 // 1,2,3… over all segments
	len   uint32
	count uint32
	kind  byte
	crc   uint32 // over the head's first 24 bytes and the payload
}

// total is the space a batch takes in the file.
func (h batchHead) total() int64 { return batchHeader + pad8(int64(h.len)) }

func pad8(n int64) int64 { return (n + 7) &^ 7 }

// decodeBatchHead reports false for bytes that are no batch head of the segment.
func decodeBatchHead(b []byte, salt uint32) (batchHead, bool) {
	if len(b) < batchHeader || binary.LittleEndian.Uint32(b) != batchMagic {
		return batchHead{}, false
	}
	if binary.LittleEndian.Uint32(b[28:]) != sum(salt, b[:28]) {
		return batchHead{}, false
	}
	return batchHead{
		len:   binary.LittleEndian.Uint32(b[4:]),
		seq:   binary.LittleEndian.Uint64(b[8:]),
		count: binary.LittleEndian.Uint32(b[16:]),
		kind:  b[20],
		crc:   binary.LittleEndian.Uint32(b[24:]),
	}, true
}

// sealBatch fills the head and padding of a batch whose payload was appended
// after batchHeader free bytes at the start of b.
func sealBatch(b []byte, salt uint32, seq uint64, kind byte, count int) []byte {
	payload := b[batchHeader:]
	binary.LittleEndian.PutUint32(b, batchMagic)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(payload)))
	binary.LittleEndian.PutUint64(b[8:], seq)
	binary.LittleEndian.PutUint32(b[16:], uint32(count))
	binary.LittleEndian.PutUint32(b[20:], uint32(kind))
	binary.LittleEndian.PutUint32(b[24:], sum(salt, b[:24], payload))
	binary.LittleEndian.PutUint32(b[28:], sum(salt, b[:28]))
	return append(b, make([]byte, pad8(int64(len(b)))-int64(len(b)))...)
}

// entrySize is the space of l inside a batch.
func entrySize(l *raft.Log) int { return entryHeader + len(l.Extensions) + len(l.Data) }

func appendEntry(b []byte, l *raft.Log, salt uint32) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(entrySize(l)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, l.Index)
	b = binary.LittleEndian.AppendUint64(b, l.Term)
	b = binary.LittleEndian.AppendUint64(b, uint64(nanos(l.AppendedAt)))
	b = append(b, byte(l.Type), 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(l.Extensions)))
	b = append(b, l.Extensions...)
	b = append(b, l.Data...)
	entry := b[start:]
	binary.LittleEndian.PutUint32(entry[4:], sum(salt, entry[:4], entry[8:]))
	return b
}

// entryHead is what the index of the log keeps of an entry.
type entryHead struct {
	len   uint32
	index uint64
}

// peekEntry checks an entry at the start of b, which may hold more behind it.
func peekEntry(b []byte, salt uint32) (entryHead, error) {
	if len(b) < entryHeader {
		return entryHead{}, damaged("entry is cut off")
	}
	h := entryHead{len: binary.LittleEndian.Uint32(b), index: binary.LittleEndian.Uint64(b[8:])}
	if h.len < entryHeader || h.len > maxEntry || int64(h.len) > int64(len(b)) {
		return entryHead{}, damaged("entry with a length of %d bytes", h.len)
	}
	b = b[:h.len]
	if binary.LittleEndian.Uint32(b[4:]) != sum(salt, b[:4], b[8:]) {
		return entryHead{}, damaged("entry does not match its sum")
	}
	if ext := binary.LittleEndian.Uint32(b[36:]); int64(ext) > int64(h.len)-entryHeader {
		return entryHead{}, damaged("entry with extensions of %d bytes", ext)
	}
	return h, nil
}

// decodeEntry fills l from exactly one entry. l keeps parts of b.
func decodeEntry(b []byte, salt uint32, l *raft.Log) error {
	h, err := peekEntry(b, salt)
	if err != nil {
		return err
	}
	if int64(h.len) != int64(len(b)) {
		return damaged("entry of %d bytes where %d are expected", h.len, len(b))
	}
	ext := entryHeader + int(binary.LittleEndian.Uint32(b[36:]))
	*l = raft.Log{
		Index:      h.index,
		Term:       binary.LittleEndian.Uint64(b[16:]),
		AppendedAt: instant(int64(binary.LittleEndian.Uint64(b[24:]))),
		Type:       raft.LogType(b[32]),
		Extensions: orNil(b[entryHeader:ext:ext]),
		Data:       orNil(b[ext:]),
	}
	return nil
}

func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

// nanos keeps the zero time apart from 1970.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	return t.UnixNano()
}

func instant(n int64) time.Time {
	if n == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, n)
}
