package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Version is the version of every enveloped structure of this build.
const Version = 1

// What the structures begin with.
const (
	magicHeader = "XYE"
	magicBatch  = "XYB"
	magicRecord = "XYR"
	magicLines  = "XYL"
	magicAck    = "XYA"
)

// The envelope: magic (3), version (1), length of the whole as u32, the
// fields, CRC-32C of all before as u32.
const (
	envelopeHead = 8
	envelopeTail = 4
)

// checksum is CRC-32C, the one checksum of all formats (style.S9).
func checksum(b []byte) uint32 { return extendChecksum(0, b) }

func extendChecksum(sum uint32, b []byte) uint32 {
	return crc32.Update(sum, crc32.MakeTable(crc32.Castagnoli), b)
}

func beginEnvelope(dst []byte, magic string) []byte {
	dst = append(dst, magic...)
	return append(dst, Version, 0, 0, 0, 0)
}

// endEnvelope closes the envelope that began at dst[start].
func endEnvelope(dst []byte, start int) []byte {
	binary.BigEndian.PutUint32(dst[start+4:], uint32(len(dst)-start+envelopeTail))
	return binary.BigEndian.AppendUint32(dst, checksum(dst[start:]))
}

// openEnvelope cuts the envelope at the front of src and verifies all that can
// be known without its fields.
func openEnvelope(src []byte, magic string, limit int) (whole, rest []byte, err error) {
	if len(src) < envelopeHead+envelopeTail {
		return nil, nil, fmt.Errorf("%d bytes are too few for %s", len(src), magic)
	}
	if string(src[:3]) != magic {
		return nil, nil, fmt.Errorf("begins with %q, want %s", src[:3], magic)
	}
	if src[3] != Version {
		return nil, nil, fmt.Errorf("%s of version %d, this build reads %d", magic, src[3], Version)
	}
	n := uint64(binary.BigEndian.Uint32(src[4:]))
	switch {
	case n > uint64(limit):
		return nil, nil, tooBig("%s of %d bytes, at most %d", magic, n, limit)
	case n < envelopeHead+envelopeTail || n > uint64(len(src)):
		return nil, nil, fmt.Errorf("%s says %d bytes, %d are here", magic, n, len(src))
	}
	whole, rest = src[:n:n], src[n:]
	end := len(whole) - envelopeTail
	if checksum(whole[:end]) != binary.BigEndian.Uint32(whole[end:]) {
		return nil, nil, fmt.Errorf("%s: checksum does not match", magic)
	}
	return whole, rest, nil
}

// inner gives the fields of an envelope that openEnvelope accepted.
func inner(whole []byte) fields {
	return fields{left: whole[envelopeHead : len(whole)-envelopeTail]}
}
