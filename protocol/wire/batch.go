package wire

import (
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// Limits of one batch (replication.R9). MaxBatch counts the encoded batch with
// its envelope, so that what one side may send the other may always take.
const (
	MaxBatchEntries = 256
	MaxBatch        = 256 << 10
)

// maxSig bounds a signature: a str8-like length of one byte.
const maxSig = 255

// Checkpoint is a signed place in a chain: Sig is the origin's signature over
// Pos.Hash, and the chain makes it cover all before (replication.R1). It is
// carried here and verified by the receiver, which holds the certificate.
type Checkpoint struct {
	Pos protocol.Pos
	Sig []byte
}

// Batch is a run of entries of one origin, epoch and lane, without holes, and
// the checkpoint of its last entry.
type Batch struct {
	Origin     protocol.NodeID
	Entries    []protocol.Entry
	Checkpoint Checkpoint
}

// AppendCheckpoint writes a checkpoint; it is malformed when the signature is
// longer than 255 bytes or the place is none.
func AppendCheckpoint(dst []byte, c *Checkpoint) ([]byte, error) {
	if err := c.check(); err != nil {
		return dst, asFault("encode checkpoint", err)
	}
	return appendCheckpoint(dst, c), nil
}

// ReadCheckpoint reads the checkpoint at the front of src and gives what
// follows it. Sig is a view of src.
func ReadCheckpoint(src []byte) (c Checkpoint, rest []byte, err error) {
	f := fields{left: src}
	c = f.checkpoint()
	if f.err == nil {
		f.err = c.check()
	}
	if f.err != nil {
		return Checkpoint{}, nil, asFault("read checkpoint", f.err)
	}
	return c, f.left, nil
}

func (c *Checkpoint) check() error {
	if len(c.Sig) > maxSig {
		return fmt.Errorf("signature of %d bytes, at most %d", len(c.Sig), maxSig)
	}
	return checkPos(c.Pos)
}

func appendCheckpoint(dst []byte, c *Checkpoint) []byte {
	dst = append(appendPos(dst, c.Pos), byte(len(c.Sig)))
	return append(dst, c.Sig...)
}

func (f *fields) checkpoint() Checkpoint {
	c := Checkpoint{Pos: f.pos()}
	if n := int(f.u8()); n > 0 {
		c.Sig = f.take(n)
	}
	return c
}

// BatchOverhead is the size of an encoded batch of origin without its entries,
// with the longest signature: a Pusher fills MaxBatch - BatchOverhead with
// EntrySize of each.
func BatchOverhead(origin protocol.NodeID) int {
	return envelopeHead + envelopeTail + 1 + len(origin) + 2 + posSize + 1 + maxSig
}

// AppendBatch writes a batch. It fails with toobig beyond the limits and with
// malformed when it has no entry or no proper origin; dst is then unchanged.
// It does not look at the chain: CheckChain does.
func AppendBatch(dst []byte, b *Batch) ([]byte, error) {
	const op = "encode batch"
	if err := b.check(); err != nil {
		return dst, asFault(op, err)
	}
	start := len(dst)
	out := beginEnvelope(dst, magicBatch)
	out = appendStr8(out, b.Origin)
	out = appendU16(out, uint16(len(b.Entries)))
	for i := range b.Entries {
		out = AppendEntry(out, &b.Entries[i])
	}
	out = endEnvelope(appendCheckpoint(out, &b.Checkpoint), start)
	if n := len(out) - start; n > MaxBatch {
		return dst, asFault(op, tooBig("batch of %d bytes, at most %d", n, MaxBatch))
	}
	return out, nil
}

func (b *Batch) check() error {
	if err := checkCount(len(b.Entries)); err != nil {
		return err
	}
	if err := b.Origin.Validate(); err != nil {
		return err
	}
	return b.Checkpoint.check()
}

func checkCount(n int) error {
	if n == 0 {
		return errors.New("batch without entries")
	}
	if n > MaxBatchEntries {
		return tooBig("batch of %d entries, at most %d", n, MaxBatchEntries)
	}
	return nil
}

// ReadBatch reads the batch at the front of src and gives what follows it, so
// that batches may stand one after another. Every entry is verified as by
// ReadEntry; the chain between them is not: CheckChain does. Byte slices in
// the batch are views of src.
func ReadBatch(src []byte) (b Batch, rest []byte, err error) {
	const op = "read batch"
	whole, rest, err := openEnvelope(src, magicBatch, MaxBatch)
	if err != nil {
		return Batch{}, nil, asFault(op, err)
	}
	f := inner(whole)
	b.Origin = protocol.NodeID(f.str8())
	b.Entries, err = f.entries()
	if err != nil {
		return Batch{}, nil, asFault(op, err)
	}
	b.Checkpoint = f.checkpoint()
	if err := f.done(); err != nil {
		return Batch{}, nil, asFault(op, err)
	}
	if err := b.check(); err != nil {
		return Batch{}, nil, asFault(op, err)
	}
	return b, rest, nil
}

func (f *fields) entries() ([]protocol.Entry, error) {
	n := int(f.u16())
	if f.err != nil {
		return nil, f.err
	}
	if err := checkCount(n); err != nil {
		return nil, err
	}
	// A count costs its sender nothing: believe it only as far as the bytes go.
	list := make([]protocol.Entry, min(n, len(f.left)/minEntry))
	if len(list) < n {
		return nil, errShort
	}
	for i := range list {
		rest, err := readEntry(&list[i], f.left)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		f.left = rest
	}
	return list, nil
}

// minEntry is less than any entry takes.
const minEntry = 100
