package fsm

import (
	"bytes"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

type chainKey struct {
	origin protocol.NodeID
	lane   protocol.Lane
}

// chain is how far one origin's lane is decided.
type chain struct {
	Pos    protocol.Pos  `json:"pos"`   // last line taken
	Index  uint64        `json:"index"` // that decided it
	Frozen string        `json:"frozen,omitempty"`
	Other  *protocol.Pos `json:"other,omitempty"` // the line of another history that froze it
	Bad    []badLine     `json:"bad,omitempty"`   // lately quarantined

	stored []byte // as in the bucket, for the sum
}

func (c *chain) other() protocol.Pos {
	if c.Other == nil {
		return protocol.Pos{}
	}
	return *c.Other
}

// loadChains reads the origin table.
func loadChains(tx *bbolt.Tx) (map[protocol.NodeID]*origin, map[chainKey]*chain, error) {
	origins, chains := make(map[protocol.NodeID]*origin), make(map[chainKey]*chain)
	err := tx.Bucket(bucketOrigin).ForEach(func(k, v []byte) error {
		o := &origin{stored: bytes.Clone(v)}
		origins[protocol.NodeID(k)] = o
		return load(v, o)
	})
	if err != nil {
		return nil, nil, err
	}
	err = tx.Bucket(bucketChain).ForEach(func(k, v []byte) error {
		id, lane, ok := bytes.Cut(k, []byte{0})
		if !ok || len(lane) != 1 {
			return damaged(fmt.Errorf("chain key %q", k))
		}
		c := &chain{stored: bytes.Clone(v)}
		chains[chainKey{protocol.NodeID(id), protocol.Lane(lane[0])}] = c
		return load(v, c)
	})
	return origins, chains, err
}

func (st *step) chain(k chainKey) *chain {
	c := st.f.chains[k]
	if c == nil {
		c = &chain{Pos: protocol.Pos{Lane: k.lane}}
		st.f.chains[k] = c
	}
	return c
}

// touch has the chain stored when the command is done.
func (st *step) touch(k chainKey) {
	if !slices.Contains(st.touched, k) {
		st.touched = append(st.touched, k)
	}
}

func (st *step) saveChains() (err error) {
	for _, k := range st.touched {
		c := st.f.chains[k]
		if c.stored, err = st.replace(bucketChain, laneKey(k.origin, k.lane), c.stored, c); err != nil {
			return err
		}
		if err = st.saveReached(k); err != nil {
			return err
		}
	}
	return nil
}

// admit finds the chain that b belongs to and whether it may go on at all
// (replication.A2 to A4). It changes nothing.
func (st *step) admit(b *wire.Batch) (*chain, *protocol.Fault) {
	first := &b.Entries[0]
	o := st.f.origins[b.Origin]
	if o == nil || o.State != protocol.NodeEnrolled || first.Epoch != o.Epoch { // A2
		return nil, st.fenced(b.Origin, o, first.Epoch)
	}
	c := st.chain(chainKey{b.Origin, first.Lane})
	if c.Frozen != "" { // A3
		return nil, &protocol.Fault{Code: protocol.Frozen, Op: "append", Pos: c.Pos, Text: c.Frozen}
	}
	if first.Seq > c.Pos.Seq+1 { // A4
		f := protocol.NewFault(protocol.Gap, "append", "缺第 %d 至 %d 条,请从第 %d 条起重发", c.Pos.Seq+1, first.Seq-1, c.Pos.Seq+1)
		f.Pos = c.Pos
		return nil, f
	}
	return c, nil
}

func (st *step) fenced(id protocol.NodeID, o *origin, epoch uint64) *protocol.Fault {
	if o == nil || o.State != protocol.NodeEnrolled {
		return protocol.NewFault(protocol.Fenced, "append", "节点 %s 未接入、已隔离或已注销", id)
	}
	return protocol.NewFault(protocol.Fenced, "append", "节点 %s 现行代次为 %d,这一批为 %d", id, o.Epoch, epoch)
}

// join checks that b goes on from what is decided (replication.A5, A6) and
// gives the number of its lines that are known already. A fault of code fork or
// badchain freezes the lane; a malformed batch is no history at all.
// The line it is about stands in the fault's Pos.
func (st *step) join(c *chain, b *wire.Batch) (known int, fault *protocol.Fault, err error) {
	for known < len(b.Entries) && b.Entries[known].Seq <= c.Pos.Seq {
		known++
	}
	broken := b.CheckChain(c.Pos) // A6
	if protocol.CodeOf(broken) != protocol.Malformed {
		if fault, err = st.overlap(c, b.Entries[:known]); fault != nil || err != nil {
			return known, fault, err
		}
	}
	if broken != nil {
		fault = asFault(broken)
		if fault.Code == protocol.Fork && known < len(b.Entries) {
			fault.Pos = b.Entries[known].Pos()
		}
		return known, fault, nil
	}
	return known, nil, nil
}

// overlap compares lines that were decided before with what was kept of them.
func (st *step) overlap(c *chain, entries []protocol.Entry) (*protocol.Fault, error) {
	for i := range entries {
		e := &entries[i]
		kept, ok, err := readLine(st.tx, e.Origin, e.Lane, e.Seq)
		if err != nil {
			return nil, err
		}
		if ok && kept.Entry.Hash != e.Hash { // A5
			f := protocol.NewFault(protocol.Fork, "append", "第 %d 条与已有的不是同一条", e.Seq)
			f.Pos = e.Pos()
			return f, nil
		}
	}
	return nil, nil
}

// freeze stops a lane until an operator settles it (replication.F1).
func (st *step) freeze(k chainKey, c *chain, fault *protocol.Fault) {
	c.Frozen, c.Other = fault.Text, nil
	if fault.Code == protocol.Fork && fault.Pos.Seq > 0 {
		c.Other = &fault.Pos
	}
	st.touch(k)
	st.f.o.Log.Error("lane frozen", "origin", k.origin, "lane", k.lane, "seq", c.Pos.Seq, "reason", c.Frozen, "other", c.other())
}

// thaw lets the lanes of a node go on and forgets what was quarantined.
func (st *step) thaw(id protocol.NodeID) {
	for _, lane := range protocol.Lanes {
		k := chainKey{id, lane}
		if c := st.f.chains[k]; c != nil {
			c.Frozen, c.Other, c.Bad = "", nil, nil
			st.touch(k)
		}
	}
}

func asFault(err error) *protocol.Fault {
	if f, ok := err.(*protocol.Fault); ok {
		return f
	}
	return &protocol.Fault{Code: protocol.CodeOf(err), Op: "append", Text: "数据格式不正确", Err: err}
}
