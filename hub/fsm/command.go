package fsm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// MaxCommand bounds an encoded command (pitfalls.R8).
const MaxCommand = 512 << 10

// The command envelope: magic (3), version (1), kind (1), now as i64, payload,
// CRC-32C of all before as u32. Raft keeps the length.
const (
	commandMagic   = "XYC"
	commandVersion = 1
	commandHead    = 3 + 1 + 1 + 8
	commandTail    = 4
)

// The closed list of commands.
const (
	kindAppend  = 1
	kindTick    = 2
	kindRatchet = 3
	kindDigest  = 4
)

// maxServer bounds a server's name in a digest command.
const maxServer = 64

type command struct {
	kind    byte
	now     protocol.Instant // the leader's clock
	batches []wire.Batch
	groups  [][]draft
	level   uint16
	claim   claim
}

// claim is one server's digest of the state at an index.
type claim struct {
	Server string
	Index  uint64
	Digest protocol.Hash
}

// EncodeAppend writes a command that has batches of nodes and groups of the
// hub's own drafts decided. It reads its own result back, because a command
// that cannot be read stops every server: a batch or draft that is not in
// order is refused here, with the fault of its decoder. toobig means: propose
// less at once.
func EncodeAppend(now protocol.Instant, batches []wire.Batch, groups [][]protocol.Draft) ([]byte, error) {
	out := beginCommand(kindAppend, now)
	out = slices.Grow(out, min(sizeOf(batches), MaxCommand))
	if len(batches) > math.MaxUint16 || len(groups) > math.MaxUint16 {
		return nil, tooBig("%d batches, %d groups", len(batches), len(groups))
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(batches)))
	var err error
	for i := range batches {
		if out, err = wire.AppendBatch(out, &batches[i]); err != nil {
			return nil, err
		}
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(groups)))
	for _, g := range groups {
		if out, err = appendGroup(out, g); err != nil {
			return nil, err
		}
	}
	if len(out)+commandTail > MaxCommand {
		return nil, tooBig("command of %d bytes, at most %d", len(out)+commandTail, MaxCommand)
	}
	out = endCommand(out)
	if _, err := decodeCommand(out); err != nil {
		return nil, err
	}
	return out, nil
}

func sizeOf(batches []wire.Batch) (size int) {
	for i := range batches {
		size += wire.BatchOverhead(batches[i].Origin)
		for j := range batches[i].Entries {
			size += wire.EntrySize(&batches[i].Entries[j])
		}
	}
	return size
}

// EncodeTick writes a command that sets the clock and fires what has lapsed.
func EncodeTick(now protocol.Instant) []byte { return endCommand(beginCommand(kindTick, now)) }

// EncodeRatchet writes a command that raises the level. Propose it only when
// every voter supports it: one that does not, stops (replication.V3, A8).
func EncodeRatchet(level uint16) []byte {
	return endCommand(binary.BigEndian.AppendUint16(beginCommand(kindRatchet, 0), level))
}

// EncodeDigest writes a command by which every server compares the digest it
// had at index with this server's.
func EncodeDigest(server string, index uint64, digest protocol.Hash) ([]byte, error) {
	if server == "" || len(server) > maxServer {
		return nil, protocol.NewFault(protocol.Malformed, "encode digest", "server name of %d bytes", len(server))
	}
	out := append(beginCommand(kindDigest, 0), byte(len(server)))
	out = binary.BigEndian.AppendUint64(append(out, server...), index)
	return endCommand(append(out, digest[:]...)), nil
}

func beginCommand(kind byte, now protocol.Instant) []byte {
	out := append([]byte(commandMagic), commandVersion, kind)
	return binary.BigEndian.AppendUint64(out, uint64(now))
}

func endCommand(out []byte) []byte {
	return binary.BigEndian.AppendUint32(out, crc32.Checksum(out, crc32.MakeTable(crc32.Castagnoli)))
}

// decodeCommand reads a command. Batches are views of data.
func decodeCommand(data []byte) (c command, err error) {
	payload, err := openCommand(data, &c)
	if err != nil {
		return c, malformed(err)
	}
	switch c.kind {
	case kindAppend:
		return c, malformed(c.readAppend(payload))
	case kindTick:
		return c, malformed(wantLen(payload, 0))
	case kindRatchet:
		if err := wantLen(payload, 2); err != nil {
			return c, malformed(err)
		}
		c.level = binary.BigEndian.Uint16(payload)
		return c, nil
	case kindDigest:
		return c, malformed(c.readDigest(payload))
	}
	return c, malformed(fmt.Errorf("unknown command %d", c.kind))
}

func openCommand(data []byte, c *command) (payload []byte, err error) {
	end := len(data) - commandTail
	switch {
	case end < commandHead || len(data) > MaxCommand:
		return nil, fmt.Errorf("command of %d bytes", len(data))
	case string(data[:3]) != commandMagic:
		return nil, fmt.Errorf("command begins with %q", data[:3])
	case data[3] != commandVersion:
		return nil, fmt.Errorf("command of version %d, this build reads %d", data[3], commandVersion)
	case crc32.Checksum(data[:end], crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(data[end:]):
		return nil, errors.New("checksum of the command does not match")
	}
	c.kind = data[4]
	c.now = protocol.Instant(binary.BigEndian.Uint64(data[5:]))
	return data[commandHead:end:end], nil
}

func (c *command) readAppend(p []byte) (err error) {
	n, p, err := count(p)
	if err != nil {
		return err
	}
	c.batches = make([]wire.Batch, 0, min(n, 1024)) // a count costs nothing: grow with what is there
	for range n {
		var b wire.Batch
		if b, p, err = wire.ReadBatch(p); err != nil {
			return err
		}
		c.batches = append(c.batches, b)
	}
	if n, p, err = count(p); err != nil {
		return err
	}
	for range n {
		var g []draft
		if g, p, err = readGroup(p); err != nil {
			return err
		}
		c.groups = append(c.groups, g)
	}
	return wantLen(p, 0)
}

func (c *command) readDigest(p []byte) error {
	if len(p) < 1 || len(p) != 1+int(p[0])+8+len(c.claim.Digest) || p[0] == 0 || p[0] > maxServer {
		return fmt.Errorf("digest of %d bytes", len(p))
	}
	n := 1 + int(p[0])
	c.claim = claim{Server: string(p[1:n]), Index: binary.BigEndian.Uint64(p[n:]), Digest: protocol.Hash(p[n+8:])}
	return nil
}

func count(p []byte) (int, []byte, error) {
	if len(p) < 2 {
		return 0, nil, errors.New("ends before a count")
	}
	return int(binary.BigEndian.Uint16(p)), p[2:], nil
}

func wantLen(p []byte, n int) error {
	if len(p) != n {
		return fmt.Errorf("%d bytes where %d belong", len(p), n)
	}
	return nil
}

func malformed(err error) error {
	if err == nil || slices.Contains([]protocol.Code{protocol.Malformed, protocol.TooBig, protocol.BadChain}, protocol.CodeOf(err)) {
		return err
	}
	return &protocol.Fault{Code: protocol.Malformed, Op: "read command", Text: "数据格式不正确", Err: err}
}

func tooBig(format string, args ...any) error {
	return &protocol.Fault{Code: protocol.TooBig, Op: "encode command", Text: "超过规定的大小", Err: fmt.Errorf(format, args...)}
}
