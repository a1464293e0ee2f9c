package protocol

import (
	"testing"
)

func TestCheckChar37(t *testing.T) {
	for _, row := range []struct {
		name, in, want string
	}{
		{"of a licence identifier", "11100000000013338W011.11430000006122244L.20230000403.001", "U"},
		{"separators and case do not matter", "Yan-Bian.1", check37(t, "YANBIAN1")},
		{"of nothing", "", ""},
		{"of separators only", "-.-", ""},
		{"of another character", "A_B", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := CheckChar37(row.in)
			if row.want == "" {
				if err == nil {
					t.Errorf("got %q, want an error", c)
				}
				return
			}
			if err != nil || string(c) != row.want {
				t.Errorf("%q %v, want %q", c, err, row.want)
			}
		})
	}
}

func check37(t testing.TB, s string) string {
	t.Helper()
	c, err := CheckChar37(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(c)
}

func TestValidCheck37(t *testing.T) {
	good := "yanbian-1-42-"
	good += check37(t, good)
	if !ValidCheck37(good) {
		t.Errorf("%s is refused", good)
	}
	for _, s := range []string{"", "A", "-", good[:len(good)-1], good + "0"} {
		if ValidCheck37(s) {
			t.Errorf("%q passes", s)
		}
	}
}

// TestSwapsThatMod3736Misses pins the exception by trying every state of the sum
// with every pair of symbols: one state for each pair of consecutive symbols.
func TestSwapsThatMod3736Misses(t *testing.T) {
	missed := 0
	for p := 1; p <= 36; p++ {
		for a := range 36 {
			for b := range a {
				if step37(step37(p, a), b) != step37(step37(p, b), a) {
					continue
				}
				missed++
				if !consecutive37(symbols37[a], symbols37[b]) {
					t.Errorf("swap of %c and %c is missed after sum %d", symbols37[a], symbols37[b], p)
				}
			}
		}
	}
	if missed != 36 {
		t.Errorf("%d pairs missed, want 36: one for each pair of consecutive symbols", missed)
	}
}

func FuzzCheckChar37(f *testing.F) {
	f.Add("yanbian-1-42")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := CheckChar37(s)
		if err == nil && !ValidCheck37(s+string(rune(c))) {
			t.Fatalf("%q with its own check %q is refused", s, c)
		}
		if err != nil && ValidCheck37(s+"0") {
			t.Fatalf("%q has no check character and passes", s)
		}
	})
}
