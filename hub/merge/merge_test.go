package merge

import (
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xiangyun/protocol"
)

var update = flag.Bool("update", false, "write golden files anew")

func leaf(n int) Leaf {
	return Leaf{ID: fmt.Sprintf("yanbian-1-%08d-X", n), Rev: uint64(n%3 + 1), Hash: sha256.Sum256([]byte{byte(n), byte(n >> 8)}), State: "listed"}
}

func leaves(n int) (list []Leaf) {
	for i := range n {
		list = append(list, leaf(i))
	}
	return list
}

// TestRootsStayWhatTheyWere pins the format: every node of every version must
// compute what older releases committed to.
func TestRootsStayWhatTheyWere(t *testing.T) {
	var out strings.Builder
	for _, row := range []struct {
		name   string
		leaves []Leaf
	}{
		{"empty", nil}, {"one", leaves(1)}, {"two", leaves(2)}, {"three", leaves(3)}, {"thousand", leaves(1000)},
		{"retired", []Leaf{{ID: "a", Rev: 1, State: "retired"}}}, {"chinese", []Leaf{{ID: "延边", Rev: 1 << 40, Hash: protocol.Hash{1}, State: "listed"}}},
	} {
		fmt.Fprintf(&out, "%s %s\n", row.name, Root(row.leaves))
	}
	path := filepath.Join("testdata", "roots.golden")
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || out.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s (%v)", out.String(), want, err)
	}
}

// TestRootIsWhatTheFormatSays computes a root a second time from the format as
// it is written down, apart from the code: one leaf alone in its bucket.
func TestRootIsWhatTheFormatSays(t *testing.T) {
	l := leaf(7)
	b := []byte{0x00}
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(l.ID))), l.ID...)
	b = append(binary.BigEndian.AppendUint64(b, l.Rev), l.Hash[:]...)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(l.State))), l.State...)
	sum := sha256.Sum256(b)
	all := make([]byte, 1+256*32)
	all[0] = 0x02
	bucket := sha256.Sum256([]byte(l.ID))[0]
	copy(all[1+int(bucket)*32:], sum[:])
	if got, want := Root([]Leaf{l}), protocol.Hash(sha256.Sum256(all)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnEmptyCatalogueHasARootOfItsOwn(t *testing.T) {
	empty := Root(nil)
	if empty.IsZero() || empty != Root([]Leaf{}) || empty == Root([]Leaf{{}}) {
		t.Errorf("root of nothing is %s", empty)
	}
}

func anyLeaves() *rapid.Generator[[]Leaf] {
	one := rapid.Custom(func(t *rapid.T) Leaf {
		return Leaf{ID: rapid.StringN(1, 20, -1).Draw(t, "id"), Rev: rapid.Uint64().Draw(t, "rev"),
			Hash: protocol.HashOf(rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "body")), State: rapid.SampledFrom([]string{"listed", "withheld", "retired"}).Draw(t, "state")}
	})
	return rapid.SliceOfNDistinct(one, 1, 60, func(l Leaf) string { return l.ID })
}

func TestTheOrderOfListingsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := anyLeaves().Draw(t, "leaves")
		other := rapid.Permutation(list).Draw(t, "order")
		before := slices.Clone(other)
		if Root(list) != Root(other) {
			t.Fatal("another order, another root")
		}
		if !slices.Equal(other, before) {
			t.Fatal("the caller's list was sorted")
		}
	})
}

func TestOneChangedListingChangesTheRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := anyLeaves().Draw(t, "leaves")
		other := slices.Clone(list)
		l := &other[rapid.IntRange(0, len(list)-1).Draw(t, "which")]
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			l.Rev++
		case 1:
			l.Hash[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		case 2:
			l.State += "x"
		case 3:
			l.ID += "\x00"
		default:
			other = slices.DeleteFunc(other, func(o Leaf) bool { return o == *l })
		}
		if Root(list) == Root(other) {
			t.Fatal("a change that the root does not show")
		}
	})
}

// TestTextsCannotRunIntoEachOther: what is taken from the id and given to the
// state is another leaf.
func TestTextsCannotRunIntoEachOther(t *testing.T) {
	a, b := Leaf{ID: "ab", State: "c"}, Leaf{ID: "a", State: "bc"}
	if a.hash() == b.hash() {
		t.Error("two leaves with one hash")
	}
	if pair([]protocol.Hash{a.hash(), b.hash()})[0] == a.hash() {
		t.Error("an inner node looks like a leaf")
	}
}

func FuzzRoot(f *testing.F) {
	f.Add("yanbian-1-00000001-X", uint64(1), []byte("{}"), "listed", "b")
	f.Add("", uint64(0), []byte(nil), "", "")
	f.Fuzz(func(t *testing.T, id string, rev uint64, body []byte, state, other string) {
		a := Leaf{ID: id, Rev: rev, Hash: protocol.HashOf(body), State: state}
		b := Leaf{ID: other, Rev: rev, Hash: protocol.HashOf(body), State: state}
		if Root([]Leaf{a, b}) != Root([]Leaf{b, a}) && id != other {
			t.Fatal("order matters")
		}
		if (Root([]Leaf{a}) == Root([]Leaf{b})) != (id == other) {
			t.Fatal("two ids with one root, or one id with two")
		}
	})
}
