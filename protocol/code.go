package protocol

import (
	"strings"
	"unicode"
)

// Warning is what a person should look at and what never stops an act. It is a
// type of its own so that no judge can mistake it for a Refusal.
type Warning struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// NormalizeCode turns what was typed or scanned into the form that is stored and
// checked: spaces at the ends and characters without width removed, full-width
// characters made half-width, x made X. The checks of this package take that
// form only; whoever stores a code also keeps what was typed.
func NormalizeCode(typed string) string {
	return strings.TrimSpace(strings.Map(halfWidth, typed))
}

func halfWidth(r rune) rune {
	switch {
	case r == 'x', r == '\uFF58':
		return 'X'
	case r == '\uFEFF', r >= '\u200B' && r <= '\u200F': // left behind by copying from a page
		return -1
	case r >= '\uFF01' && r <= '\uFF5E': // full-width forms of ! to ~
		return r - '\uFF01' + '!'
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// onlyDigits reports whether s is one or more of 0 to 9.
func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// only37 reports whether s is one or more of 0 to 9 and A to Z.
func only37(s string) bool {
	return s != "" && strings.Trim(s, symbols37) == ""
}

// compactDay reads 20220623 and refuses days that do not exist.
func compactDay(s string) (Day, bool) {
	if len(s) != 8 || !onlyDigits(s) {
		return Day{}, false
	}
	d, err := ParseDay(s[:4] + "-" + s[4:6] + "-" + s[6:])
	return d, err == nil
}
