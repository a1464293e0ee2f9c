package wire

import (
	"encoding/binary"
	"fmt"
)

// A frame: length of the payload as u32, type (1), flags (1), CRC-32C of those
// six bytes and the payload as u32, payload (replication.R6).
const (
	frameHead  = 10
	MaxFrame   = 1 << 20
	MaxPayload = MaxFrame - frameHead
)

// MinBeat is the least payload of a beat in bytes: smaller packets draw no
// stateless reset from a hub that was restarted (pitfalls.Q2).
const MinBeat = 256

// FrameType names what a frame's payload is. Numbers travel: append-only.
type FrameType uint8

// The frames of replication.md §4, and those by which one hub server hands
// batches to the leader.
const (
	FrameHello    FrameType = 1  // Hello
	FrameWelcome  FrameType = 2  // Welcome
	FrameFault    FrameType = 3  // protocol.Fault as JSON; the last frame of its direction
	FrameBatch    FrameType = 4  // one Batch
	FrameCredit   FrameType = 5  // Credit
	FrameAck      FrameType = 6  // Ack
	FrameCursor   FrameType = 7  // Cursor
	FrameGot      FrameType = 8  // Got
	FrameLines    FrameType = 9  // Lines
	FrameBeat     FrameType = 10 // NodeBeat or HubBeat, by direction
	FrameSnapAsk  FrameType = 11 // SnapAsk
	FrameSnapHead FrameType = 12 // SnapHead
	FrameSnapPart FrameType = 13 // records one after another
	FrameSnapEnd  FrameType = 14 // SnapEnd
	FrameHave     FrameType = 15 // Have
	FrameMissing  FrameType = 16 // Missing
	FramePut      FrameType = 17 // Put, then Chunk frames
	FrameChunk    FrameType = 18 // bytes of a blob's chunk
	FrameReceipt  FrameType = 19 // BlobReceipt
	FrameGet      FrameType = 20 // Get
	FramePropose  FrameType = 21 // what one hub server asks of the leader; the hub's own form
	FrameProposed FrameType = 22 // what the leader decided; the hub's own form
	FrameEnroll   FrameType = 23 // a request for a certificate, over xy-enroll/1; JSON
	FrameEnrolled FrameType = 24 // its answer; JSON
	FrameChainAsk FrameType = 25 // a node asks for lines of its own chain; JSON
	FrameChain    FrameType = 26 // its answer; JSON
	FrameLookAsk  FrameType = 27 // a node asks about cases that it does not hold; JSON
	FrameLook     FrameType = 28 // its answer; JSON
)

func (t FrameType) String() string {
	names := [...]string{"", "hello", "welcome", "fault", "batch", "credit", "ack", "cursor", "got", "lines", "beat",
		"snapask", "snaphead", "snappart", "snapend", "have", "missing", "put", "chunk", "receipt", "get", "propose", "proposed",
		"enroll", "enrolled", "chainask", "chain", "lookask", "look"}
	if t.known() {
		return names[t]
	}
	return fmt.Sprintf("frame(%d)", uint8(t))
}

func (t FrameType) known() bool { return t >= FrameHello && t <= FrameLook }

// Flags of a frame. Bits without a name are sent as 0 and ignored: a change of
// meaning is a new frame type, never a flag.
type Flags uint8

// MustUnderstand forbids a reader that does not know the type to skip it.
const MustUnderstand Flags = 1

// Frame is one frame as read.
type Frame struct {
	Type    FrameType
	Flags   Flags
	Payload []byte
}

// appendFrameHead writes the ten bytes before a payload.
func appendFrameHead(dst []byte, t FrameType, flags Flags, payload []byte) []byte {
	start := len(dst)
	dst = appendU32(dst, uint32(len(payload)))
	dst = append(dst, byte(t), byte(flags))
	return appendU32(dst, frameSum(dst[start:], payload))
}

// frameSum covers the head before the sum itself, and the payload.
func frameSum(head, payload []byte) uint32 { return extendChecksum(checksum(head), payload) }

func frameLen(head []byte) uint32 { return binary.BigEndian.Uint32(head) }
