package journal

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// spoil changes the journal inside a transaction that is rolled back, and wants
// the verifier to find it.
func (w *writer) spoil(what string, change func(tx *bbolt.Tx)) {
	w.t.Helper()
	tx, err := w.db.Begin(true)
	if err != nil {
		w.t.Fatal(err)
	}
	defer tx.Rollback()
	change(tx)
	if r, err := Verify(tx, protocol.Urgent, OneKey(w.pub), w.head[protocol.Urgent]); err == nil {
		w.t.Errorf("%s was not found: %+v", what, r)
	}
}

type row struct{ bucket, key, value []byte }

func (w *writer) rows() (all []row) {
	w.t.Helper()
	w.update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketHeaders[protocol.Urgent], bucketBodies[protocol.Urgent]} {
			err := tx.Bucket(name).ForEach(func(k, v []byte) error {
				all = append(all, row{name, bytes.Clone(k), bytes.Clone(v)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

func sample(t *testing.T) *writer {
	w := newWriter(t)
	w.write(protocol.Urgent, 1, 2, 40)
	w.write(protocol.Urgent, 1, 2, 40)
	w.update(func(tx *bbolt.Tx) error { return SetAcked(tx, w.atTx(tx, 2), 9) })
	w.mustVerify(protocol.Urgent, 4)
	return w
}

// Proof I10: one changed byte anywhere is found, always.
func TestProofI10EveryChangedByteIsFound(t *testing.T) {
	w, step := sample(t), 1
	if testing.Short() {
		step = 11
	}
	for _, r := range w.rows() {
		for i := 0; i < len(r.value); i += step {
			value := bytes.Clone(r.value)
			value[i] ^= 1 << (i % 8)
			w.spoil(fmt.Sprintf("byte %d of value %s/%q", i, r.bucket, r.key), func(tx *bbolt.Tx) { put(t, tx, r.bucket, r.key, value) })
		}
		for i := range r.key {
			key := bytes.Clone(r.key)
			key[i] ^= 1 << (i % 8)
			w.spoil(fmt.Sprintf("byte %d of key %s/%q", i, r.bucket, r.key), func(tx *bbolt.Tx) {
				del(t, tx, r.bucket, r.key)
				put(t, tx, r.bucket, key, r.value)
			})
		}
	}
}

// A forger who can compute checksums but has no key.
func TestProofI10AForgerWithoutTheKeyIsFound(t *testing.T) {
	w := sample(t)
	for _, r := range w.rows() {
		if bytes.HasPrefix(r.key, []byte(rowAcked)) {
			continue // what the hub said is no part of the chain
		}
		payload, err := open(r.value)
		if err != nil {
			t.Fatal(err)
		}
		for i := range payload {
			forged := bytes.Clone(payload)
			forged[i] ^= 1 << (i % 8)
			w.spoil(fmt.Sprintf("forged byte %d of %s/%q", i, r.bucket, r.key), func(tx *bbolt.Tx) {
				put(t, tx, r.bucket, r.key, wire.SealValue(rowVersion, forged))
			})
		}
	}
}

func TestProofI10DeletionTruncationAndReorderAreFound(t *testing.T) {
	w := sample(t)
	rows := w.rows()
	for i, r := range rows {
		if bytes.HasPrefix(r.key, []byte(rowAcked)) {
			continue // what the hub said is no part of the chain
		}
		w.spoil(fmt.Sprintf("deleted %s/%q", r.bucket, r.key), func(tx *bbolt.Tx) { del(t, tx, r.bucket, r.key) })
		for _, o := range rows[i+1:] {
			if !bytes.Equal(r.bucket, o.bucket) || bytes.Equal(r.value, o.value) {
				continue
			}
			w.spoil(fmt.Sprintf("swapped %s/%q and %q", r.bucket, r.key, o.key), func(tx *bbolt.Tx) {
				put(t, tx, r.bucket, r.key, o.value)
				put(t, tx, r.bucket, o.key, r.value)
			})
		}
	}
	w.spoil("cut back together with its head", func(tx *bbolt.Tx) {
		if _, err := Rebase(tx, w.atTx(tx, 2), identity.KeySigner(w.key)); err != nil {
			t.Fatal(err)
		}
	})
	w.spoil("written again with another key", func(tx *bbolt.Tx) {
		other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
		e, _, err := Get(tx, protocol.Urgent, 4)
		if err != nil {
			t.Fatal(err)
		}
		third := w.atTx(tx, 3)
		if _, err := Rebase(tx, third, identity.KeySigner(w.key)); err != nil {
			t.Fatal(err)
		}
		if err := Append(tx, []protocol.Entry{e}, identity.KeySigner(other)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestVerifyWantsTheKeyOfTheLastEpoch(t *testing.T) {
	w := sample(t)
	w.write(protocol.Urgent, 2, 1, 40)
	keys := func(epochs ...uint64) Keys {
		return func(e uint64) (identity.PublicKey, bool) {
			for _, known := range epochs {
				if e == known {
					return w.pub, true
				}
			}
			return identity.PublicKey{}, false
		}
	}
	for _, row := range []struct {
		name string
		keys Keys
		want protocol.Code
	}{
		{"both keys", keys(1, 2), 0},
		{"only the newest: the chain covers the rest", keys(2), 0},
		{"only the oldest", keys(1), protocol.BadSig},
		{"none asked", nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := w.db.View(func(tx *bbolt.Tx) error {
				_, err := Verify(tx, protocol.Urgent, row.keys)
				return err
			})
			if protocol.CodeOf(err) != row.want {
				t.Fatalf("got %v, want %v", err, row.want)
			}
		})
	}
}

func TestACutBetweenCheckpointsIsSignedWithTheNewKey(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Urgent, 1, 6, 40) // one checkpoint, at the last
	old, fourth := w.pub, w.at(protocol.Urgent, 4)
	w.key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32))
	w.update(func(tx *bbolt.Tx) error {
		_, err := Rebase(tx, fourth, identity.KeySigner(w.key))
		return err
	})
	w.head[protocol.Urgent] = fourth
	w.write(protocol.Urgent, 2, 1, 40)
	keys := func(e uint64) (pub identity.PublicKey, ok bool) {
		if e == 1 {
			return old, true
		}
		copy(pub[:], w.key.Public().(ed25519.PublicKey))
		return pub, true
	}
	err := w.db.View(func(tx *bbolt.Tx) error {
		_, err := Verify(tx, protocol.Urgent, keys)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCheckGoesThroughTheLaneInSteps(t *testing.T) {
	w := newWriter(t)
	w.write(protocol.Bulk, 1, 100, 40)
	at, steps := protocol.Pos{Lane: protocol.Bulk}, 0
	for at != w.head[protocol.Bulk] {
		w.update(func(tx *bbolt.Tx) (err error) { at, err = Check(tx, at, 7); return err })
		if steps++; steps > 20 {
			t.Fatalf("stuck at %v", at)
		}
	}
}

func put(t *testing.T, tx *bbolt.Tx, bucket, key, value []byte) {
	if err := tx.Bucket(bucket).Put(key, value); err != nil {
		t.Fatal(err)
	}
}

func del(t *testing.T, tx *bbolt.Tx, bucket, key []byte) {
	if err := tx.Bucket(bucket).Delete(key); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecodeLine(f *testing.F) {
	l := line{raw: []byte("header"), checkpoint: &wire.Checkpoint{Pos: protocol.Pos{Epoch: 1, Lane: 1, Seq: 1, Hash: protocol.HashOf(nil)}, Sig: []byte("s")}}
	seed, err := l.encode()
	if err != nil {
		f.Fatal(err)
	}
	payload, err := open(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, payload []byte) {
		stored := wire.SealValue(rowVersion, payload)
		l, err := decodeLine(stored)
		if err != nil {
			return
		}
		again, err := l.encode()
		if err != nil || !bytes.Equal(again, stored) {
			t.Fatalf("decoded row encodes to %x (%v), was %x", again, err, stored)
		}
	})
}
