package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzVerify hands random bodies to every act of every kind, on no record and on
// a random one. A judge never panics; what it accepts can be listed, fed and
// timed, and the writer's half of the same act makes the same record.
func FuzzVerify(f *testing.F) {
	all := legal(f)
	for i, s := range all {
		var old []byte
		if rec := s.before(f); rec != nil {
			old = rec.Body
		}
		f.Add(uint16(i), old, s.must(f).Body)
		f.Add(uint16(i), old, []byte(`{}`))
		f.Add(uint16(i), []byte(`{}`), []byte(`null`))
	}
	f.Fuzz(func(t *testing.T, pick uint16, old, body []byte) {
		s := all[int(pick)%len(all)]
		var rec *Record
		if len(old) > 0 {
			rec = &Record{Ref: s.ref, Rev: 1, Epoch: 1, Home: s.origin, Body: old}
		}
		judged, no, err := s.kind().Verify(rec, s.header(), body, s.view)
		if no != nil || err != nil {
			return
		}
		agrees(t, s, rec, body, judged)
	})
}

// agrees checks an accepted body against everything else a place does with it.
func agrees(t *testing.T, s scene, rec *Record, body []byte, judged Judged) {
	k := s.kind()
	if !bytes.Equal(judged.Body, body) {
		t.Fatal("Verify changed the body")
	}
	if _, err := k.Terms(body); err != nil {
		t.Fatal(err)
	}
	if reach, err := k.Reach(body); err != nil || !reflect.DeepEqual(reach, judged.After) {
		t.Fatalf("reach %+v and %+v, %v", reach, judged.After, err)
	}
	if due, target, err := k.Runs(body); err != nil || !reflect.DeepEqual(due, judged.Due) || target != judged.Target {
		t.Fatalf("runs %v and %v, %v", due, judged.Due, err)
	}
	made, no, err := k.Complete(rec, s.header(), json.RawMessage(body), s.view)
	if err != nil {
		t.Fatal(err)
	}
	if no != nil { // only the size may differ: the canonical form can be longer than the bytes received
		if no.Rule != "G-09" {
			t.Fatalf("accepted and then refused: %s", no)
		}
		return
	}
	if _, no, err := k.Verify(rec, s.header(), made.Body, s.view); no != nil || err != nil {
		t.Fatalf("own body refused: %v %v\n%s", no, err, made.Body)
	}
}
