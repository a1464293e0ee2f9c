package quorum

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"

	"xiangyun/protocol"
)

// Hint is what a hub server says of itself to the others. Nothing in it is
// proved beyond "some hub server said so" (pitfalls.G2): it may help to choose
// whom to ask or what to show, and never decides anything.
type Hint struct {
	ID       protocol.NodeID   `json:"id"`
	Addr     string            `json:"addr"`
	Build    string            `json:"build,omitempty"`
	Load     float64           `json:"load,omitempty"`      // runnable work per core, 1 is busy
	FreeDisk uint64            `json:"free_disk,omitempty"` // bytes
	DiskUsed float64           `json:"disk_used,omitempty"` // part of the disk, 0 to 1
	Sessions []protocol.NodeID `json:"sessions,omitempty"`  // nodes whose sessions it holds
}

// Bounds of a hint, so that a bad server can waste little.
const (
	maxAddr     = 100
	maxBuild    = 64
	maxSessions = 1024
	maxHint     = 64 << 10
)

// Validate lists the rules of a hint, whoever wrote it.
func (h *Hint) Validate() error {
	if err := h.ID.Validate(); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(h.Addr); err != nil || len(h.Addr) > maxAddr {
		return fmt.Errorf("hint of %s: bad address", h.ID)
	}
	switch {
	case len(h.Build) > maxBuild:
		return fmt.Errorf("hint of %s: build name of %d bytes", h.ID, len(h.Build))
	case !(h.Load >= 0 && h.Load < 1e6): // also refuses NaN
		return fmt.Errorf("hint of %s: bad load", h.ID)
	case !(h.DiskUsed >= 0 && h.DiskUsed <= 1): // also refuses NaN
		return fmt.Errorf("hint of %s: bad part of the disk", h.ID)
	case len(h.Sessions) > maxSessions:
		return fmt.Errorf("hint of %s: %d sessions, at most %d", h.ID, len(h.Sessions), maxSessions)
	}
	for _, n := range h.Sessions {
		if err := n.Validate(); err != nil {
			return fmt.Errorf("hint of %s: %w", h.ID, err)
		}
	}
	return nil
}

// Format of a hint, little-endian, version 1:
// "XYGH" version:u8 zero(3) len:u32 crc32c:u32 json(len). Members of the JSON
// that a release does not know are left out.
const (
	hintMagic   = "XYGH"
	hintVersion = 1
	hintHeader  = 16
)

func encodeHint(h Hint) ([]byte, error) {
	if err := h.Validate(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode hint: %w", err)
	}
	return sealHint(body), nil
}

func sealHint(body []byte) []byte {
	b := append([]byte(hintMagic), hintVersion, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	b = binary.LittleEndian.AppendUint32(b, sum(0, b, body))
	return append(b, body...)
}

func decodeHint(b []byte) (h Hint, err error) {
	switch {
	case len(b) < hintHeader || len(b) > maxHint || string(b[:4]) != hintMagic:
		return h, protocol.NewFault(protocol.Malformed, "read hint", "not a hint")
	case b[4] != hintVersion:
		return h, protocol.NewFault(protocol.Malformed, "read hint", "hint of another version")
	case int64(binary.LittleEndian.Uint32(b[8:])) != int64(len(b)-hintHeader),
		binary.LittleEndian.Uint32(b[12:]) != sum(0, b[:12], b[hintHeader:]):
		return h, protocol.NewFault(protocol.Malformed, "read hint", "hint does not match its sum")
	}
	if err := json.Unmarshal(b[hintHeader:], &h); err != nil {
		return Hint{}, &protocol.Fault{Code: protocol.Malformed, Op: "read hint", Text: "hint is not JSON", Err: err}
	}
	if err := h.Validate(); err != nil {
		return Hint{}, &protocol.Fault{Code: protocol.Malformed, Op: "read hint", Text: "hint breaks a rule", Err: err}
	}
	return h, nil
}
