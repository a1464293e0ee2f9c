package fsm

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

var (
	bucketMeta    = []byte("fsm")    // "state" → state
	bucketOrigin  = []byte("origin") // origin → origin
	bucketChain   = []byte("chain")  // origin 0 lane → chain
	bucketJournal = []byte("jrn")    // origin 0 lane seq → line
	bucketVerdict = []byte("vdt")    // origin 0 lane seq → verdict that is not "applied"
	bucketFeed    = []byte("feed")   // lane stream 0 index sub → row
	bucketMark    = []byte("mark")   // instant → how long the feed was
	bucketFired   = []byte("fired")  // instant kind 0 id 0 clock → nothing
	bucketWait    = []byte("wait")   // kind 0 id 0 clock 0 colour due → WaitFacts
	bucketMoved   = []byte("moved")  // kind 0 id 0 record epoch → when the hub received the hand-over
	bucketNewest  = []byte("newest") // origin 0 lane → newest time in that journal
	bucketAlike   = []byte("alike")  // likeness 0 case → object
	bucketPair    = []byte("pair")   // mark of two cases → nothing
	keyState      = []byte("state")
)

var ownBuckets = [...][]byte{bucketMeta, bucketOrigin, bucketChain, bucketJournal, bucketVerdict, bucketFeed, bucketMark, bucketFired,
	bucketWait, bucketMoved, bucketNewest, bucketAlike, bucketPair}

// valueVersion is the version byte of every value of this package.
const valueVersion = 1

// state is what the state machine knows of itself. It is written by the commit
// of the transaction that it describes (pitfalls.R5).
type state struct {
	Applied    uint64           `json:"applied"`
	Generation uint64           `json:"generation"`
	Level      uint16           `json:"level"`
	Clock      protocol.Instant `json:"clock"`   // of the last tick, never backwards
	Chains     protocol.Hash    `json:"chains"`  // sum over origins and chains
	Decided    protocol.Hash    `json:"decided"` // rolling, over every outcome
	FeedTotal  uint64           `json:"feed_total"`
	FeedFloor  uint64           `json:"feed_floor"` // rows at or below it are gone or may be
	Trimmed    uint64           `json:"trimmed"`    // rows at or below it are gone
	LastMark   protocol.Instant `json:"last_mark"`
}

func loadState(tx *bbolt.Tx) (s state, err error) {
	return s, load(tx.Bucket(bucketMeta).Get(keyState), &s)
}

func (s *state) save(tx *bbolt.Tx) error {
	return store(tx.Bucket(bucketMeta), keyState, s)
}

// store seals v as JSON under key; load reads it back.
func store(b *bbolt.Bucket, key []byte, v any) error {
	value, err := seal(v)
	if err != nil {
		return err
	}
	return put(b, key, value)
}

func seal(v any) ([]byte, error) {
	payload, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return wire.SealValue(valueVersion, payload), nil
}

func put(b *bbolt.Bucket, key, value []byte) error {
	if err := b.Put(key, value); err != nil {
		return fmt.Errorf("store %q: %w", key, err)
	}
	return nil
}

func load(value []byte, v any) error {
	payload, err := open(value)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(payload, v); err != nil {
		return damaged(err)
	}
	return nil
}

// open gives a view of a stored value (pitfalls.B7).
func open(value []byte) ([]byte, error) {
	version, payload, err := wire.OpenValue(value)
	if err == nil && version != valueVersion {
		err = fmt.Errorf("value of version %d, this build reads %d", version, valueVersion)
	}
	if err != nil {
		return nil, damaged(err)
	}
	return payload, nil
}

// damaged is what a value that cannot be read means: the disk lies, and this
// server must be replaced (pitfalls.B3).
func damaged(err error) error {
	return &protocol.Fault{Code: protocol.BadChain, Op: "read hub state", Text: "本服务器的数据已损坏",
		Hint: "停用本服务器:在主服务器上移除它,清空数据目录,换新的服务器编号重新加入", Err: err}
}

// stored tells that what cannot be read came from this server's own disk, and
// so what to do; other errors are passed on.
func stored(err error) error {
	if protocol.CodeOf(err) == protocol.Malformed {
		return damaged(err)
	}
	return err
}

// laneKey is the key, or the prefix of the keys, of one origin's lane. An origin
// holds no zero byte.
func laneKey(origin protocol.NodeID, lane protocol.Lane) []byte {
	key := make([]byte, 0, len(origin)+2+8)
	key = append(key, origin...)
	return append(key, 0, byte(lane))
}

func refKey(r protocol.Ref) []byte {
	key := make([]byte, 0, len(r.Kind)+1+len(r.ID)+1+8)
	key = append(key, r.Kind...)
	return append(append(key, 0), r.ID...)
}
