package wire

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A stored value: version (1), length of the payload as u32, payload, CRC-32C
// of all before as u32.
const (
	valueHead = 5
	valueTail = 4
)

// SealValue wraps what a bucket keeps under a key: bbolt has no page checksum,
// so every stored value of the project carries its own (pitfalls.B3). version
// is the bucket's: it says how to read payload. A payload that a u32 cannot
// count panics; bbolt refuses it long before.
func SealValue(version byte, payload []byte) []byte {
	return EndValue(append(BeginValue(version, len(payload)), payload...))
}

// BeginValue gives the front of a stored value with room for a payload of size
// bytes. Append the payload and hand it to EndValue: it makes what SealValue
// makes, without a copy of the payload.
func BeginValue(version byte, size int) []byte {
	return append(make([]byte, 0, valueHead+size+valueTail), version, 0, 0, 0, 0)
}

// EndValue closes a value that BeginValue began.
func EndValue(value []byte) []byte {
	n := len(value) - valueHead
	if uint64(n) > math.MaxUint32 {
		panic("wire: stored value beyond 4 GiB")
	}
	binary.BigEndian.PutUint32(value[1:], uint32(n))
	return appendU32(value, checksum(value))
}

// OpenValue unwraps a stored value; anything but the very bytes that SealValue
// gave is malformed, and for the caller a damaged disk. payload is a view of
// stored: copy it before the transaction ends (pitfalls.B7).
func OpenValue(stored []byte) (version byte, payload []byte, err error) {
	const op = "open stored value"
	n := len(stored) - valueHead - valueTail
	if n < 0 {
		return 0, nil, asFault(op, fmt.Errorf("%d bytes are too few", len(stored)))
	}
	if said := binary.BigEndian.Uint32(stored[1:]); uint64(said) != uint64(n) {
		return 0, nil, asFault(op, fmt.Errorf("says %d bytes, %d are here", said, n))
	}
	end := valueHead + n
	if checksum(stored[:end]) != binary.BigEndian.Uint32(stored[end:]) {
		return 0, nil, asFault(op, fmt.Errorf("checksum of %d bytes does not match", n))
	}
	return stored[0], stored[valueHead:end:end], nil
}
