package search

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"xiangyun/protocol"
)

// Bounds of a query text (catalog.md §10).
const (
	maxText  = 100 // runes
	maxTerms = 64
)

// phrase is a query text taken apart. A record matches when every run stands
// in its title or its text; a run of ideographs as it is, a word as the
// beginning of a word.
type phrase struct {
	terms [][]byte // looked up in the postings, all must be there
	runs  [][]byte // looked for in the stored text; empty when terms decide alone
}

// parse takes a query text apart; nothing to look for gives no terms.
func parse(text string) (phrase, error) {
	if utf8.RuneCountInString(text) > maxText {
		return phrase{}, &protocol.Fault{Code: protocol.Malformed, Op: "search", Rule: "S-01", Text: "检索词过长,请缩短到 100 个字以内"}
	}
	var p phrase
	eachRun(appendNorm(nil, []byte(text)), p.add)
	slices.SortFunc(p.terms, bytes.Compare)
	p.terms = slices.CompactFunc(p.terms, bytes.Equal)
	if len(p.terms) > maxTerms {
		return phrase{}, &protocol.Fault{Code: protocol.Malformed, Op: "search", Rule: "S-01", Text: "检索词过多,请减少后重试"}
	}
	return p, nil
}

func (p *phrase) add(run []byte, c class) {
	n := utf8.RuneCount(run)
	switch {
	case c == ideo && n > 2:
		p.runs = append(p.runs, run)
		eachGram(run, func(g []byte) {
			if utf8.RuneCount(g) == 2 {
				p.terms = append(p.terms, g)
			}
		})
	case c == word && n > wordPrefix:
		p.runs = append(p.runs, slices.Concat([]byte(" "), run))
		p.terms = append(p.terms, runes(run, wordPrefix))
	default:
		p.terms = append(p.terms, run)
	}
}

// runes gives the first n runes of b.
func runes(b []byte, n int) []byte {
	end := 0
	for range n {
		_, size := utf8.DecodeRune(b[end:])
		end += size
	}
	return b[:end]
}

// exact reports whether the terms alone decide, without the stored text.
func (p *phrase) exact() bool { return len(p.runs) == 0 }

// checker looks for a phrase in stored texts; it keeps its buffers.
type checker struct {
	phrase
	title, text []byte
}

// in reports whether d holds every run, and whether its title alone does.
func (c *checker) in(d *stored) (match, title bool) {
	c.title = appendNorm(c.title[:0], d.title)
	c.text = append(c.text[:0], c.title...)
	c.text = appendNorm(c.text, d.text)
	match, title = true, true
	for _, run := range c.runs {
		match = match && bytes.Contains(c.text, run)
		title = title && bytes.Contains(c.title, run)
	}
	return match, title
}
