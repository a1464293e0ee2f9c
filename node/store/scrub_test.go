package store

import (
	"bytes"
	"errors"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

func TestPitfallsB3TheScrubberFindsOneChangedByteInAnyBucket(t *testing.T) {
	r, p := equipped(t)
	rec, _ := r.receive(itemThere, "a")
	pos, _ := r.Head(protocol.Urgent)
	v := refusal(pos, rec.Ref, protocol.Quarantined, 90)
	f := feeder{r: r, last: p.sent[protocol.Urgent]}
	r.must(r.do(ctx(), true, func(g *group) error { return g.decide(v) }))
	_ = f
	head, records := p.snapshot("s1")
	r.must(r.BeginSnapshot(ctx(), head))
	r.must(r.SnapshotPart(ctx(), records[:1]))
	r.must(r.Scrub(ctx()))
	for _, name := range []string{"rec", "jh1", "jb1", "num", "pend1", "work", "snap", "node", "key"} {
		t.Run(name, func(t *testing.T) {
			key, value := r.firstRow(name)
			spoiled := bytes.Clone(value)
			if len(spoiled) > 0 {
				spoiled[len(spoiled)/2] ^= 4
			}
			r.put(name, key, spoiled, len(value) == 0)
			err := r.Scrub(ctx())
			if protocol.CodeOf(err) != protocol.BadChain {
				t.Errorf("got %v, want badchain", err)
			}
			r.put(name, key, value, false)
			r.must(r.Scrub(ctx()))
		})
	}
}

func (r *running) firstRow(bucket string) (key, value []byte) {
	r.t.Helper()
	r.must(r.view(func(tx *bbolt.Tx) error {
		k, v := tx.Bucket([]byte(bucket)).Cursor().First()
		if k == nil {
			return errors.New("bucket " + bucket + " is empty")
		}
		key, value = bytes.Clone(k), bytes.Clone(v)
		return nil
	}))
	return key, value
}

// put changes a row behind the store's back; drop removes it.
func (r *running) put(bucket string, key, value []byte, drop bool) {
	r.t.Helper()
	r.must(r.do(ctx(), true, func(g *group) error {
		b := g.write().Bucket([]byte(bucket))
		if drop {
			return b.Delete(key)
		}
		if value == nil {
			value = []byte{}
		}
		return b.Put(key, value)
	}))
}
