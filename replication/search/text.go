package search

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// wordPrefix is how many runes of a word the index tells apart; a longer query
// word is checked on the stored text.
const wordPrefix = 8

// class says how a rune is indexed.
type class uint8

const (
	gap   class = iota // separates runs
	ideo               // written without spaces: one rune and pairs of runes
	word               // letters and digits: words, found by their beginning
	blank              // as if it were not there
)

// fold maps a rune to the form it is indexed in: full-width to half-width,
// capitals to small letters. Traditional characters stay what they are.
func fold(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		r -= 0xFF01 - 0x21
	}
	switch {
	case r < utf8.RuneSelf:
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	case r >= 0x3400 && r <= 0x9FFF:
		return r
	}
	return unicode.ToLower(r)
}

func classOf(r rune) class {
	switch {
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		return word
	case r < utf8.RuneSelf:
		return gap
	case r >= 0x3400 && r <= 0x4DBF || r >= 0x4E00 && r <= 0x9FFF:
		return ideo
	case r == utf8.RuneError:
		return gap
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r == 'ー':
		return ideo
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		return word
	case unicode.In(r, unicode.M, unicode.Cf):
		return blank
	}
	return gap
}

// appendNorm appends the normal form of s to dst: its runs of one class, each
// behind a space, everything else left out. "ＧＩＳ平台(试行)" is " gis 平台 试行".
func appendNorm(dst, s []byte) []byte {
	in := gap
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		r = fold(r)
		c := classOf(r)
		if c == blank {
			continue
		}
		if c != in && c != gap {
			dst = append(dst, ' ')
		}
		if in = c; c != gap {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// eachRun calls fn for every run of a normal form.
func eachRun(norm []byte, fn func(run []byte, c class)) {
	for len(norm) > 0 {
		norm = norm[1:] // the space before each run
		end := bytes.IndexByte(norm, ' ')
		if end < 0 {
			end = len(norm)
		}
		r, _ := utf8.DecodeRune(norm)
		fn(norm[:end], classOf(r))
		norm = norm[end:]
	}
}

// eachTerm calls fn for every term a normal form is found by, repeats
// included: single ideographs and their pairs, beginnings of words.
func eachTerm(norm []byte, fn func(term []byte)) {
	eachRun(norm, func(run []byte, c class) {
		if c == ideo {
			eachGram(run, fn)
			return
		}
		for end, i := 0, 0; end < len(run) && i < wordPrefix; i++ {
			_, n := utf8.DecodeRune(run[end:])
			end += n
			fn(run[:end])
		}
	})
}

func eachGram(run []byte, fn func(term []byte)) {
	for len(run) > 0 {
		_, n := utf8.DecodeRune(run)
		fn(run[:n])
		if n < len(run) {
			_, m := utf8.DecodeRune(run[n:])
			fn(run[:n+m])
		}
		run = run[n:]
	}
}
