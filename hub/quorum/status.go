package quorum

import (
	"encoding/binary"

	"xiangyun/protocol"
)

// Status is how far one server is, told by itself.
type Status struct {
	Term    uint64
	Last    uint64 // index of its last log entry
	Applied uint64 // index its state machine has reached
}

// Format of a status answer, little-endian, version 1:
// "XYQS" version:u8 zero(3) term:u64 last:u64 applied:u64 crc32c:u32.
const (
	statusMagic   = "XYQS"
	statusVersion = 1
	statusSize    = 36
)

func encodeStatus(s Status) []byte {
	b := append([]byte(statusMagic), statusVersion, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, s.Term)
	b = binary.LittleEndian.AppendUint64(b, s.Last)
	b = binary.LittleEndian.AppendUint64(b, s.Applied)
	return binary.LittleEndian.AppendUint32(b, sum(0, b))
}

// decodeStatus gives a Malformed fault for anything encodeStatus does not write.
func decodeStatus(b []byte) (Status, error) {
	bad := func(why string) (Status, error) {
		return Status{}, protocol.NewFault(protocol.Malformed, "read status", "%s", why)
	}
	switch {
	case len(b) != statusSize || string(b[:4]) != statusMagic:
		return bad("not a status answer")
	case b[4] != statusVersion:
		return bad("status answer of another version")
	case binary.LittleEndian.Uint32(b[statusSize-4:]) != sum(0, b[:statusSize-4]):
		return bad("status answer does not match its sum")
	}
	return Status{
		Term:    binary.LittleEndian.Uint64(b[8:]),
		Last:    binary.LittleEndian.Uint64(b[16:]),
		Applied: binary.LittleEndian.Uint64(b[24:]),
	}, nil
}
