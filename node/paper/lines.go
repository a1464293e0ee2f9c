package paper

import (
	"strings"

	"xiangyun/node/paper/pdf"
)

// Signs that must not begin a line, and those that must not end one (GB/T 15834).
const (
	closers = "，。、；：？！）》〉」』】〕〗”’…％)]}"
	openers = "（《〈「『【〔〖“‘([{"
)

// wrap breaks text into lines of at most width at size; the first line is
// shorter by indent. Words of letters and digits stay whole unless one alone is
// wider than a line. Line ends in the text are line ends.
func wrap(text string, size, width, indent float64) (lines []string) {
	for i, part := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		first := width
		if i == 0 {
			first -= indent
		}
		lines = append(lines, wrapLine(part, size, first, width)...)
	}
	return lines
}

func wrapLine(text string, size, first, width float64) (lines []string) {
	line, room := "", first
	next := func() {
		lines, line, room = append(lines, strings.TrimRight(line, " ")), "", width
	}
	for _, unit := range units(text) {
		if line == "" {
			unit = strings.TrimLeft(unit, " ")
		}
		if line != "" && pdf.Width(size, line+strings.TrimRight(unit, " ")) > room {
			next()
			unit = strings.TrimLeft(unit, " ")
		}
		// Wider than a line: cut between characters. Spaces at its end do not count,
		// or it would be cut behind what already stands on the line.
		for pdf.Width(size, strings.TrimRight(unit, " ")) > room {
			if line, unit = cut(unit, size, room); unit == "" {
				break
			}
			next()
			unit = strings.TrimLeft(unit, " ")
		}
		line += unit
	}
	return append(lines, strings.TrimRight(line, " "))
}

// cut takes as many characters as fit, at least one.
func cut(s string, size, room float64) (head, tail string) {
	for i := range s {
		if i > 0 && pdf.Width(size, s[:i]) > room {
			return lastFit(s, i)
		}
	}
	return lastFit(s, len(s))
}

// lastFit steps back one character from over, the first length that is too wide.
func lastFit(s string, over int) (head, tail string) {
	at := strings.LastIndexFunc(s[:over], func(rune) bool { return true })
	if at <= 0 { // one character alone
		at = over
	}
	return s[:at], s[at:]
}

// units splits text into the pieces between which a line may break.
func units(text string) (list []string) {
	glue := false // the piece before wants its successor on the same line
	for _, piece := range pieces(text) {
		closing := strings.Contains(closers, piece)
		if n := len(list); n > 0 && (glue || closing) {
			list[n-1] += piece
		} else {
			list = append(list, piece)
		}
		glue = strings.Contains(openers, piece)
	}
	return list
}

// pieces splits text into words of letters and digits, with the spaces after
// them, and single other characters.
func pieces(text string) (list []string) {
	word := ""
	for _, r := range text {
		wordy := r < 0x250 && r > ' ' && !strings.ContainsRune(closers+openers, r)
		if word != "" && (!wordy && r != ' ' || wordy && strings.HasSuffix(word, " ")) {
			list, word = append(list, word), ""
		}
		if wordy || r == ' ' {
			word += string(r)
			continue
		}
		list = append(list, string(r))
	}
	if word != "" {
		list = append(list, word)
	}
	return list
}
