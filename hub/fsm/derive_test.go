package fsm

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// TestAFileOfABuildWithoutTheListsGetsThem: what ran out before has its row, and
// a snapshot of such a server is taken in the same way.
func TestAFileOfABuildWithoutTheListsGetsThem(t *testing.T) {
	h := newHub(t)
	yanbian := h.enrol("yanbian")[0]
	due := h.now + 60_000
	h.push(batch(yanbian.write("a", paper{Due: due}), yanbian.write("b", paper{Due: due + 1}), yanbian.write("c", paper{Due: due + 9_000_000})))
	h.tick(due + 60_000)
	h.push(batch(yanbian.write("b", paper{})))
	before, digest := rows(t, h), h.digest()
	if err := h.f.Close(); err != nil {
		t.Fatal(err)
	}
	forget(t, h.dir)
	h.open()
	after := rows(t, h)
	if len(after) != 1 || after[0].Ref != paperRef("a") || after[0].Due != due || after[0].Card != "" {
		t.Errorf("rows %+v, before %+v", after, before)
	}
	if h.f.Newest("yanbian") == 0 {
		t.Error("how far the journal is held is not known any more")
	}
	if h.digest() != digest {
		t.Error("the lists are part of the digest: servers of two builds would not agree")
	}
	if err := h.f.Close(); err != nil {
		t.Fatal(err)
	}
	forget(t, h.dir)
	old, err := openDB(filepath.Join(h.dir, fileName), 1<<26)
	if err != nil {
		t.Fatal(err)
	}
	missing := old.View(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketWait) == nil {
			return errFound
		}
		return nil
	})
	if err := old.Close(); err != nil || !errors.Is(missing, errFound) {
		t.Fatal("the lists were not taken out", err)
	}
	h.open()
	other := newHub(t)
	restore(t, other, persist(t, h))
	if got := rows(t, other); !slices.Equal(got, after) {
		t.Errorf("restored: %+v", got)
	}
}

func rows(t *testing.T, h *hub) []Wait {
	t.Helper()
	list, _, err := h.f.Waits(nil, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// forget takes the derived lists out of a file.
func forget(t *testing.T, dir string) {
	t.Helper()
	db, err := openDB(filepath.Join(dir, fileName), 1<<26)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range derivedBuckets {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestAnExcuseTakesALapseOffTheListOnce: it names the lapse, and the act stays.
func TestAnExcuseTakesALapseOffTheListOnce(t *testing.T) {
	h := newHub(t)
	yanbian := h.enrol("yanbian")[0]
	due := h.now + 60_000
	h.push(batch(yanbian.write("a", paper{Due: due})))
	h.tick(due)
	excuse := func(o Operation) GroupResult {
		return h.act(protocol.Draft{Ref: paperRef("a"), Act: ActExcuse, By: "hub", Body: o})
	}
	lapse := rows(t, h)[0]
	of := &fold.Lapse{Ref: lapse.Ref, Clock: lapse.Clock, At: lapse.Due}
	for _, row := range []struct {
		name string
		o    Operation
		rule string
	}{
		{"without a reason", Operation{Lapse: of}, "G-10"},
		{"of nothing", Operation{Reason: "休息日"}, "Y-01"},
		{"of another record", Operation{Reason: "休息日", Lapse: &fold.Lapse{Ref: paperRef("b"), Clock: of.Clock, At: of.At}}, "Y-01"},
		{"of another instant, which takes nothing off", Operation{Reason: "休息日", Lapse: &fold.Lapse{Ref: of.Ref, Clock: of.Clock, At: of.At + 1}}, ""},
		{"of the lapse", Operation{Reason: "休息日", Lapse: of}, ""},
		{"again", Operation{Reason: "休息日", Lapse: of}, ""},
	} {
		r := excuse(row.o)
		rule := ""
		if r.Refusal != nil {
			rule = r.Refusal.Rule
		}
		if rule != row.rule || r.Fault != nil {
			t.Errorf("%s: %q %v, want %q", row.name, rule, r.Fault, row.rule)
		}
		if n := len(rows(t, h)); strings.HasPrefix(row.name, "of another") && n != 1 {
			t.Errorf("%s: %d rows wait", row.name, n)
		}
	}
	if n := len(rows(t, h)); n != 0 {
		t.Errorf("%d rows wait", n)
	}
}

// TestAnExcuseIsDecidedAlikeOnEveryVoter is proof.I13: a server that made its list
// anew after an upgrade has other rows than one that kept it. What a list says must
// not be in what is decided, or the servers part.
func TestAnExcuseIsDecidedAlikeOnEveryVoter(t *testing.T) {
	h, other := newHub(t), newHub(t)
	yanbian := h.enrol("yanbian")[0]
	due := protocol.Instant(1_771_999_999_000) // a second before the pen writes
	h.push(batch(yanbian.write("a", paper{Due: due})))
	h.tick(h.now + 1)
	h.push(batch(yanbian.write("a", paper{}))) // too late: it has its card to come
	restore(t, other, persist(t, h))
	if err := other.f.Close(); err != nil {
		t.Fatal(err)
	}
	forget(t, other.dir)
	other.open()
	if len(rows(t, h)) == len(rows(t, other)) {
		t.Fatal("both have the same list: this test proves nothing")
	}
	excuse := protocol.Draft{Ref: paperRef("a"), Act: ActExcuse, By: "hub", Body: Operation{Reason: "休息日", Lapse: &fold.Lapse{Ref: paperRef("a"), Clock: protocol.K1, At: due}}}
	other.now, other.index = h.now, h.index
	h.act(excuse)
	other.act(excuse)
	if h.digest() != other.digest() {
		t.Error("the two servers have parted")
	}
}
