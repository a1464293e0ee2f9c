package paper

import (
	"strings"
	"testing"

	"xiangyun/node/paper/pdf"
)

func TestWrapByHand(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float64
		indent     float64
		want       string
	}{
		{"fits", "申请人", 30, 0, "申请人"},
		{"breaks between characters", "申请人甲", 20, 0, "申请|人甲"},
		{"a full stop stays with its word", "申请人甲。乙", 40, 0, "申请人|甲。乙"},
		{"an opening bracket goes along", "申请人《法》", 40, 0, "申请人|《法》"},
		{"words stay whole", "甲 receipt 乙", 40, 0, "甲|receipt|乙"},
		{"a word wider than the line is cut", "xxxxxxxxxxxx", 20, 0, "xxxx|xxxx|xxxx"},
		{"the first line is shorter", "申请人甲", 30, 20, "申|请人甲"},
		{"line ends stay", "申\n请", 30, 0, "申|请"},
		{"empty", "", 30, 0, ""},
		{"spaces behind a word cost no word before it", "0 0    00", 14, 0, "0 0|00"},
		{"narrower than a character", "申请", 5, 0, "申|请"},
	} {
		if got := strings.Join(wrap(c.text, 10, c.width, c.indent), "|"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzWrap: nothing is lost, and no line is wider than it may be.
func FuzzWrap(f *testing.F) {
	f.Add("根据《中华人民共和国行政许可法》第三十二条,receipt no. 220000000042A。", uint8(60))
	f.Fuzz(func(t *testing.T, text string, w uint8) {
		width := float64(w) + 12
		lines := wrap(text, 10, width, 0)
		if squeezed(strings.Join(lines, "")) != squeezed(strings.ToValidUTF8(text, "\uFFFD")) && squeezed(strings.Join(lines, "")) != squeezed(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			if pdf.Width(10, line) > width && len([]rune(line)) > 1 {
				t.Fatalf("%q is wider than %v", line, width)
			}
		}
	})
}
