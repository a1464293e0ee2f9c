package fold

import (
	"bytes"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Bounds of what Cites holds: some megabytes.
const (
	maxCites      = 512
	maxCitedBytes = 16 << 10
)

// Cites remembers the records that entries cited lately, decoded: reading item,
// guide and calendar again for every case was most of what judging one costs.
// It goes by the stored bytes themselves, so it saves work and never a look:
// what it gives is what reading would give. The zero value is empty. It is for
// one goroutine at a time, and a nil one remembers nothing.
type Cites struct {
	kept map[protocol.Ref]citation
}

type citation struct {
	value []byte // as stored
	rec   protocol.Record
}

// version is GetVersion.
func (c *Cites) version(tx *bbolt.Tx, ref protocol.Ref, rev uint64) (protocol.Record, bool, error) {
	rec, ok, err := c.read(tx.Bucket(bucketRecords).Get(refKey(ref)), ref)
	if err != nil || ok && rec.Rev == rev {
		return rec, ok, err
	}
	return c.read(tx.Bucket(bucketVersions).Get(versionKey(ref, rev)), ref)
}

func (c *Cites) read(value []byte, ref protocol.Ref) (protocol.Record, bool, error) {
	if c == nil || len(value) > maxCitedBytes {
		return read(value, ref)
	}
	if known, ok := c.kept[ref]; ok && bytes.Equal(known.value, value) {
		return known.rec, true, nil
	}
	rec, ok, err := read(value, ref)
	if err != nil || !ok {
		return rec, ok, err
	}
	if len(c.kept) >= maxCites {
		clear(c.kept)
	}
	if c.kept == nil {
		c.kept = make(map[protocol.Ref]citation)
	}
	rec = rec.Remembering()
	c.kept[ref] = citation{bytes.Clone(value), rec}
	return rec, true, nil
}
