package protocol

import (
	"fmt"
	"strings"
)

const symbols37 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// CheckChar37 computes the ISO 7064 MOD 37,36 check character of s, as used for
// case ids, receipt numbers and licence identifiers. '-' and '.' are skipped and
// small letters count as capitals, so "yanbian-1-42" can be handed in as it is:
// the separators are therefore not protected.
//
// Any one wrong character is found. A swap of neighbours is found unless they
// follow each other in 0…9A…Z0 and the sum before them has one certain value of
// 36: roughly one swap of such neighbours in 36.
func CheckChar37(s string) (byte, error) {
	p, n := 36, 0
	for i := range len(s) {
		if s[i] == '-' || s[i] == '.' {
			continue
		}
		v := value37(s[i])
		if v < 0 {
			return 0, fmt.Errorf("check character of %q: want 0-9, A-Z, '-' and '.', got %q", s, s[i])
		}
		p, n = step37(p, v), n+1
	}
	if n == 0 {
		return 0, fmt.Errorf("check character of %q: nothing to check", s)
	}
	return symbols37[(37-p)%36], nil
}

// ValidCheck37 reports whether the last character of s is the check character
// of what stands before it.
func ValidCheck37(s string) bool {
	if s == "" {
		return false
	}
	last := len(s) - 1
	c, err := CheckChar37(s[:last])
	return err == nil && value37(s[last]) == value37(c)
}

// step37 is one step of the hybrid system: a sum modulo 36 that is never 0,
// doubled modulo 37.
func step37(p, v int) int {
	sum := (p + v) % 36
	if sum == 0 {
		sum = 36
	}
	return sum * 2 % 37
}

// value37 is the value of one symbol, or -1.
func value37(b byte) int {
	if b >= 'a' && b <= 'z' {
		b -= 'a' - 'A'
	}
	return strings.IndexByte(symbols37, b)
}
