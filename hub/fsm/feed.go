package fsm

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// everyone is the stream of what every node gets; no node can have its name.
const everyone protocol.NodeID = "*"

// What a row is about; the numbers are those of the feed's lines.
const (
	lineRecord  = wire.LineRecord
	lineVerdict = wire.LineVerdict
	lineErase   = wire.LineErase
	lineEpoch   = wire.LineEpoch
	lineLevel   = wire.LineLevel
	lineForce   = wire.LineForce
)

// row is one line of the feed before it is sent. It names a record and does
// not hold it: a node that lags gets the newest. A row in memory holds it as
// well, as it was decided.
type row struct {
	lane    protocol.Lane
	stream  protocol.NodeID // a node, or everyone
	sub     uint32          // order within the index
	what    wire.LineKind
	except  protocol.NodeID // a reader that holds the record already: it wrote it
	ref     protocol.Ref
	verdict *protocol.Verdict
	value   uint64

	record  *protocol.Record  // in memory only
	readers protocol.Audience // of record; in memory only
}

// line adds a row to the step.
func (st *step) line(r row) {
	r.sub = uint32(len(st.rows))
	st.rows = append(st.rows, r)
}

// changed tells everybody whom a changed record concerns (replication.D5).
func (st *step) changed(c *fold.Change, by protocol.NodeID) error {
	rec := c.Record
	st.refs = append(st.refs, rec.Ref)
	if err := st.clocks(c); err != nil {
		return err
	}
	except := protocol.NodeID("")
	if c.Own && by != protocol.Hub { // it holds what it wrote
		except = by
	}
	st.rowsOf(c, except)
	switch rec.Ref.Kind {
	case "node":
		return st.enrol(c)
	case "case":
		return errors.Join(st.moved(c), st.alike(c), st.remark(c))
	case "card":
		return st.carded(c)
	case "dupmark":
		return st.marks(c)
	}
	return nil
}

func (st *step) rowsOf(c *fold.Change, except protocol.NodeID) {
	kept := c.Record
	st.changes = append(st.changes, change{&kept, c.After, except})
	r := row{lane: laneOf(c.Record.Ref), what: lineRecord, ref: c.Record.Ref, record: &kept, readers: c.After, except: except}
	if c.After.All {
		r.stream = everyone
		st.line(r)
		return
	}
	for _, node := range c.After.Nodes {
		if r.stream = node; node != except && node.Validate() == nil {
			st.line(r)
		}
	}
	r.what, r.except = lineErase, ""
	if c.Before.All {
		r.stream = everyone
		st.line(r)
		return
	}
	for _, node := range c.Before.Nodes {
		if r.stream = node; !slices.Contains(c.After.Nodes, node) && node.Validate() == nil {
			st.line(r)
		}
	}
}

func laneOf(ref protocol.Ref) protocol.Lane {
	if kind := protocol.Lookup(ref.Kind); kind != nil {
		return kind.Lane
	}
	return protocol.Urgent
}

// audience is who may hold a record; its home always may.
func audience(rec *protocol.Record) (protocol.Audience, error) {
	kind := protocol.Lookup(rec.Ref.Kind)
	if kind == nil || rec.Body == nil {
		return protocol.Only(rec.Home), nil
	}
	a, err := kind.Reach(rec.Body)
	if err != nil {
		return a, fmt.Errorf("audience of %s: %w", rec.Ref, err)
	}
	if a.All || a.Has(rec.Home) {
		return a, nil
	}
	return protocol.Only(append(slices.Clone(a.Nodes), rec.Home)...), nil
}

// Keys of rows: lane, stream, 0, index, sub. Streams hold no zero byte.
const rowTail = 8 + 4

func streamKey(lane protocol.Lane, stream protocol.NodeID) []byte {
	key := make([]byte, 0, 1+len(stream)+1+rowTail)
	return append(append(append(key, byte(lane)), stream...), 0)
}

func (st *step) keepRows() error {
	b := st.tx.Bucket(bucketFeed)
	for i := range st.rows {
		r := &st.rows[i]
		key := binary.BigEndian.AppendUint64(streamKey(r.lane, r.stream), st.index)
		value, err := r.encode()
		if err != nil {
			return err
		}
		if err := put(b, binary.BigEndian.AppendUint32(key, r.sub), value); err != nil {
			return err
		}
	}
	st.f.state.FeedTotal += uint64(len(st.rows))
	return nil
}

// encode: what (1), length of except (1), except, then the record's key, the
// verdict as JSON, or the value as u64.
func (r *row) encode() ([]byte, error) {
	p := append([]byte{byte(r.what), byte(len(r.except))}, r.except...)
	switch r.what {
	case lineVerdict:
		verdict, err := json.Marshal(r.verdict)
		if err != nil {
			return nil, fmt.Errorf("encode feed row: %w", err)
		}
		p = append(p, verdict...)
	case lineEpoch, lineLevel:
		p = binary.BigEndian.AppendUint64(p, r.value)
	default:
		p = append(p, refKey(r.ref)...)
	}
	return wire.SealValue(valueVersion, p), nil
}

func decodeRow(value []byte) (r row, err error) {
	p, err := open(value)
	if err != nil {
		return r, err
	}
	if len(p) < 2 || len(p) < 2+int(p[1]) {
		return r, damaged(fmt.Errorf("feed row of %d bytes", len(p)))
	}
	r.what, r.except = wire.LineKind(p[0]), protocol.NodeID(p[2:2+int(p[1])])
	p = p[2+int(p[1]):]
	switch r.what {
	case lineVerdict:
		err = json.Unmarshal(p, &r.verdict)
	case lineEpoch, lineLevel:
		if len(p) != 8 {
			return r, damaged(errors.New("feed row without its value"))
		}
		r.value = binary.BigEndian.Uint64(p)
	case lineRecord, lineErase, lineForce:
		kind, id, ok := bytes.Cut(p, []byte{0})
		r.ref = protocol.Ref{Kind: protocol.KindName(kind), ID: string(id)}
		if !ok {
			err = errors.New("feed row without a record")
		}
	default:
		err = fmt.Errorf("feed row about %s", r.what)
	}
	if err != nil {
		return r, damaged(err)
	}
	return r, nil
}

// rowCursor reads the rows of one stream in order.
type rowCursor struct {
	c            *bbolt.Cursor
	prefix, k, v []byte
}

func newRowCursor(tx *bbolt.Tx, lane protocol.Lane, stream protocol.NodeID, after uint64) *rowCursor {
	r := &rowCursor{c: tx.Bucket(bucketFeed).Cursor(), prefix: streamKey(lane, stream)}
	if after == math.MaxUint64 {
		return r
	}
	r.set(r.c.Seek(binary.BigEndian.AppendUint64(bytes.Clone(r.prefix), after+1)))
	return r
}

func (r *rowCursor) set(k, v []byte) {
	if r.k, r.v = k, v; !bytes.HasPrefix(k, r.prefix) || len(k) != len(r.prefix)+rowTail {
		r.k = nil
	}
}

func (r *rowCursor) next() { r.set(r.c.Next()) }

// place is where the cursor stands: index and sub; nil at the end.
func (r *rowCursor) place() []byte {
	if r.k == nil {
		return nil
	}
	return r.k[len(r.prefix):]
}
