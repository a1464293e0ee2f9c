package fold

import (
	"fmt"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// TestCitesAreNeverStale quotes one version over and over while its body is
// replaced under the same revision, as a force of the hub does, and while more
// records are cited than are kept.
func TestCitesAreNeverStale(t *testing.T) {
	b, cites := newBase(t), new(Cites)
	quote := func(tx *bbolt.Tx, source protocol.Ref) string {
		h := header()
		h.Ref, h.Act, h.Deps = ref("quoting"), "quote", []protocol.Dep{{Ref: source, Rev: 1}}
		_, judged, no, err := Fold{Level: 1, Cites: cites}.Complete(tx, &h, paper{Home: "yanbian"}, 0)
		if err != nil || no != nil {
			t.Fatal(no, err)
		}
		rec, err := protocol.Load[paper](protocol.Record{Ref: h.Ref, Body: judged.Body})
		if err != nil {
			t.Fatal(err)
		}
		return rec.Text
	}
	b.update(func(tx *bbolt.Tx) error {
		for i := range maxCites + 10 {
			source := ref(fmt.Sprint(i % (maxCites + 5)))
			for _, text := range []string{"first", "second"} {
				rec := record(t, 1, 1, 1, paper{Home: "changchun", Text: text})
				rec.Ref = source
				if _, err := Install(tx, rec, true); err != nil {
					return err
				}
				for range 2 {
					if got := quote(tx, source); got != text {
						t.Fatalf("%s is quoted as %q, it says %q", source, got, text)
					}
				}
			}
		}
		return nil
	})
	if len(cites.kept) == 0 || len(cites.kept) > maxCites {
		t.Errorf("%d kept", len(cites.kept))
	}
}

// TestADamagedCitationIsFound: what was read well once is not taken for what is
// stored now.
func TestADamagedCitationIsFound(t *testing.T) {
	b, cites := newBase(t), new(Cites)
	b.write("a", paper{Home: "yanbian", Text: "sound"})
	for _, damaged := range []bool{false, true} {
		b.update(func(tx *bbolt.Tx) error {
			key := refKey(ref("a"))
			value := append([]byte(nil), tx.Bucket(bucketRecords).Get(key)...)
			if damaged {
				value[len(value)-1] ^= 1
			}
			rec, ok, err := cites.read(value, ref("a"))
			if (err != nil) != damaged || !damaged && (!ok || rec.Rev != 1) {
				t.Errorf("damaged %v: %v %v", damaged, ok, err)
			}
			return nil
		})
	}
}
