package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormalForm(t *testing.T) {
	rows := []struct{ name, in, want string }{
		{"full width becomes half width and small", "ＧＩＳ平台", " gis 平台"},
		{"punctuation separates", "社保(失业)、医保", " 社保 失业 医保"},
		{"letters and digits make one word", "CNS11643中文", " cns11643 中文"},
		{"an ideographic space separates", "延边　朝鲜族", " 延边 朝鲜族"},
		{"hangul is written like ideographs", "연변조선족", " 연변조선족"},
		{"zero width joins nothing and parts nothing", "失\u200b业", " 失业"},
		{"combining marks are left out", "Cafe\u0301", " cafe"},
		{"bytes that are no text separate", "a\xffb", " a b"},
		{"nothing stays nothing", "。—()", ""},
	}
	for _, r := range rows {
		if got := string(appendNorm(nil, []byte(r.in))); got != r.want {
			t.Errorf("%s: %q became %q, want %q", r.name, r.in, got, r.want)
		}
	}
}

func TestTermsOfAText(t *testing.T) {
	var got []string
	eachTerm(appendNorm(nil, []byte("失业金 AB12")), func(term []byte) { got = append(got, string(term)) })
	want := []string{"失", "失业", "业", "业金", "金", "a", "ab", "ab1", "ab12"}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
}

func TestWordsAreFoundByTheirFirstEightRunes(t *testing.T) {
	n := 0
	eachTerm([]byte(" 20260302091507"), func([]byte) { n++ })
	if n != wordPrefix {
		t.Fatalf("%d terms", n)
	}
	p, err := parse("20260302091507")
	if err != nil || len(p.terms) != 1 || string(p.terms[0]) != "20260302" || p.exact() {
		t.Fatalf("%q %v, %v", p.terms, p.exact(), err)
	}
}

func FuzzTokenizer(f *testing.F) {
	for _, s := range []string{"失业保险金", "ＧＩＳ11643 平台", "연변", "\xff\xfe", "İıſK", "a\u0301b\u200dc", strings.Repeat("长", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		norm := appendNorm(nil, []byte(s))
		if again := appendNorm(nil, norm); string(again) != string(norm) {
			t.Fatalf("normal form of %q is not stable: %q, %q", s, norm, again)
		}
		terms := map[string]bool{}
		eachTerm(norm, func(term []byte) {
			if len(term) == 0 || !utf8.Valid(term) || strings.ContainsAny(string(term), " \x00") {
				t.Fatalf("term %q of %q", term, s)
			}
			terms[string(term)] = true
		})
		p, err := parse(s)
		if err != nil {
			return
		}
		for _, term := range p.terms { // a text is always found by itself
			if !terms[string(term)] {
				t.Fatalf("%q is not found by itself: term %q is not indexed", s, term)
			}
		}
		d := stored{title: []byte(s)}
		if ok, title := (&checker{phrase: p}).in(&d); !ok || !title {
			t.Fatalf("%q does not hold itself", s)
		}
	})
}
