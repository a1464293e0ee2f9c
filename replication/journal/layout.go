package journal

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// One pair of buckets per lane keeps keys sequential, so that appending fills
// pages and never splits them in the middle (pitfalls.B10).
var (
	bucketMeta    = []byte("jmeta") // head/<lane>, acked/<lane>, floor/<lane>
	bucketHeaders = [...][]byte{protocol.Urgent: []byte("jh1"), protocol.Bulk: []byte("jh2")}
	bucketBodies  = [...][]byte{protocol.Urgent: []byte("jb1"), protocol.Bulk: []byte("jb2")}
)

// rowVersion is the version byte of every row of this package.
const rowVersion = 1

// What is kept of each lane beside its lines.
const (
	rowHead  = "head"
	rowAcked = "acked"
	rowFloor = "floor"
)

var metaRows = [...]string{rowHead, rowAcked, rowFloor}

// Flags of a header row.
const (
	flagCheckpoint = 1 << iota // a checkpoint follows the header
	flagErased                 // the body was erased by law and must not be there (replication.R2)
)

// Init makes the buckets of the journal.
func Init(tx *bbolt.Tx) error {
	names := [][]byte{bucketMeta}
	for _, lane := range protocol.Lanes {
		names = append(names, bucketHeaders[lane], bucketBodies[lane])
	}
	for _, name := range names {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return nil
}

func headers(tx *bbolt.Tx, lane protocol.Lane) *bbolt.Bucket { return tx.Bucket(bucketHeaders[lane]) }
func bodies(tx *bbolt.Tx, lane protocol.Lane) *bbolt.Bucket  { return tx.Bucket(bucketBodies[lane]) }

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// seqOf reads the key of a row of lines.
func seqOf(lane protocol.Lane, key []byte) (uint64, error) {
	if len(key) != 8 {
		return 0, damaged(lane, 0, fmt.Errorf("row with the key %x", key))
	}
	return binary.BigEndian.Uint64(key), nil
}

func metaKey(row string, lane protocol.Lane) []byte { return fmt.Appendf(nil, "%s/%d", row, lane) }

// line is a header row: the header as it was sealed, and the checkpoint over it
// where there is one.
type line struct {
	raw        []byte
	erased     bool
	checkpoint *wire.Checkpoint
}

func (l *line) encode() ([]byte, error) {
	var flags byte
	if l.checkpoint != nil {
		flags |= flagCheckpoint
	}
	if l.erased {
		flags |= flagErased
	}
	out := wire.BeginValue(rowVersion, 5+len(l.raw)+128)
	out = binary.BigEndian.AppendUint32(append(out, flags), uint32(len(l.raw)))
	out = append(out, l.raw...)
	if l.checkpoint == nil {
		return wire.EndValue(out), nil
	}
	out, err := wire.AppendCheckpoint(out, l.checkpoint)
	return wire.EndValue(out), err
}

// decodeLine gives views of stored.
func decodeLine(stored []byte) (l line, err error) {
	payload, err := open(stored)
	if err != nil {
		return l, err
	}
	if len(payload) < 5 {
		return l, fmt.Errorf("row of %d bytes is too short", len(payload))
	}
	flags, n := payload[0], binary.BigEndian.Uint32(payload[1:])
	rest := payload[5:]
	if uint64(n) > uint64(len(rest)) || flags&^(flagCheckpoint|flagErased) != 0 {
		return l, fmt.Errorf("row with flags %#x says %d bytes, %d are here", flags, n, len(rest))
	}
	l.raw, rest, l.erased = rest[:n:n], rest[n:], flags&flagErased != 0
	if flags&flagCheckpoint != 0 {
		c, left, err := wire.ReadCheckpoint(rest)
		if err != nil {
			return l, err
		}
		l.checkpoint, rest = &c, left
	}
	if len(rest) > 0 {
		return l, fmt.Errorf("row has %d bytes after its last field", len(rest))
	}
	return l, nil
}

func open(stored []byte) ([]byte, error) {
	version, payload, err := wire.OpenValue(stored)
	if err == nil && version != rowVersion {
		err = fmt.Errorf("row of version %d, this build reads %d", version, rowVersion)
	}
	return payload, err
}

// damaged is what a value that cannot be read means: the disk lies, and the
// place must stop and be rebuilt (pitfalls.B3).
func damaged(lane protocol.Lane, seq uint64, err error) error {
	return &protocol.Fault{Code: protocol.BadChain, Op: "read journal", Pos: protocol.Pos{Lane: lane, Seq: seq},
		Text: fmt.Sprintf("日志第 %d 条已损坏", seq), Hint: "停用本节点,用备份或重新接入恢复", Err: err}
}
