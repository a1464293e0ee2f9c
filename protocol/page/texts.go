package page

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Text is one sentence or word in both languages. {1}, {2} … stand for the
// arguments; both languages use the same ones. {1?day:days} is the first word
// when argument 1 is 1 and the second otherwise.
type Text struct {
	ZH, EN string
}

// In gives the text in l.
func (t Text) In(l Lang) string {
	if l == EN {
		return t.EN
	}
	return t.ZH
}

// Texts is a catalogue: key → text. Keys are lower case words joined by dots
// ("case.received"); those beginning with "page." are the shell's own.
type Texts map[string]Text

var (
	keyShape    = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$`)
	placeholder = regexp.MustCompile(`\{[1-9](\?[^{}:]*:[^{}:]*)?\}`)
)

func (t Texts) validate() error {
	for _, key := range slices.Sorted(maps.Keys(t)) {
		text := t[key]
		if !keyShape.MatchString(key) {
			return fmt.Errorf("text %q: a key is lower case words joined by dots", key)
		}
		if text.ZH == "" || text.EN == "" {
			return fmt.Errorf("text %s: both languages are needed", key)
		}
		if !slices.Equal(holes(text.ZH), holes(text.EN)) {
			return fmt.Errorf("text %s: the languages use different placeholders", key)
		}
	}
	return nil
}

// holes are the arguments that a text shows; to agree with one in number shows
// nothing.
func holes(s string) []string {
	all := slices.DeleteFunc(placeholder.FindAllString(s, -1), func(hole string) bool { return len(hole) > len("{1}") })
	slices.Sort(all)
	return slices.Compact(all)
}

// join adds more to a copy of t; a key of both is an error, so that no console
// changes a word of the shell by accident.
func (t Texts) join(more Texts) (Texts, error) {
	all := maps.Clone(t)
	for _, key := range slices.Sorted(maps.Keys(more)) {
		if _, twice := all[key]; twice {
			return nil, fmt.Errorf("text %s is defined twice", key)
		}
		all[key] = more[key]
	}
	return all, all.validate()
}

// say gives the text of key with its arguments; an unknown key stays visible.
func (t Texts) say(l Lang, key string, args ...any) string {
	text, ok := t[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(text.In(l), l, args)
}

// label translates a key and leaves finished text alone. A text that only looks
// like a key, such as a file name, is finished text.
func (t Texts) label(l Lang, s string) string {
	if text, ok := t[s]; ok {
		return text.In(l)
	}
	return s
}

func fill(s string, l Lang, args []any) string {
	return placeholder.ReplaceAllStringFunc(s, func(hole string) string {
		i := int(hole[1] - '1')
		if i >= len(args) {
			return hole
		}
		said := strings.TrimSpace(argText(l, args[i]))
		if forms := hole[len("{1") : len(hole)-1]; forms != "" {
			return inNumber(said, forms[len("?"):])
		}
		return said
	})
}

// inNumber chooses between the words for one and for any other number.
func inNumber(n, forms string) string {
	one, many, _ := strings.Cut(forms, ":")
	if n == "1" {
		return one
	}
	return many
}

func argText(l Lang, arg any) string {
	if t, ok := moment(arg); ok {
		return formatTime(t, layoutMinute)
	}
	if text, ok := arg.(Text); ok {
		return text.In(l)
	}
	return fmt.Sprint(arg)
}
