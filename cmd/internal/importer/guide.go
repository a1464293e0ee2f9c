package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xiangyun/protocol"
)

// guideOf makes the guide of a row: its text and its material lines.
func guideOf(r row) (g protocol.Guide, err error) {
	for _, s := range []protocol.GuideSection{{Title: "所属主项", Text: r.get("main")}, {Title: "办理说明", Text: r.get("guide_text")}} {
		if s.Text != "" {
			g.Sections = append(g.Sections, s)
		}
	}
	g.Lines = []protocol.MaterialLine{}
	for i, text := range parts(r.get("materials")) {
		line, err := materialOf(text)
		if err != nil {
			return g, err
		}
		line.ID = "m" + strconv.Itoa(i+1)
		g.Lines = append(g.Lines, line)
	}
	return g, nil
}

// materialOf reads "name|form|copies|necessity|source|standard"; what is left
// out is an original, one copy, required, brought by the applicant.
func materialOf(text string) (l protocol.MaterialLine, err error) {
	cells := strings.Split(text, "|")
	if len(cells) > 6 {
		return l, fmt.Errorf("材料“%s”多于 6 项", text)
	}
	cell := func(i int, def string) string {
		if i < len(cells) && strings.TrimSpace(cells[i]) != "" {
			return strings.TrimSpace(cells[i])
		}
		return def
	}
	l = protocol.MaterialLine{Name: cell(0, ""), Form: word(formWords, cell(1, "original")), Necessity: word(needWords, cell(3, "required")),
		Source: word(sourceWords, cell(4, "self")), Standard: cell(5, "")}
	if l.Copies, err = number(cell(2, ""), 1); err != nil {
		return l, fmt.Errorf("材料“%s”的份数: %w", l.Name, err)
	}
	return l, nil
}

// inOrder puts findings in order of line; those of one line keep theirs.
func inOrder(found []Finding) {
	slices.SortStableFunc(found, func(a, b Finding) int { return a.Line - b.Line })
}
