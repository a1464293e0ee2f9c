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

// materialOf reads "name|form|copies|necessity|source|standard|basis|issuer|
// condition|law of paper|shared resource|check points"; what is left out is an
// original, one copy, required, brought by the applicant.
func materialOf(text string) (l protocol.MaterialLine, err error) {
	cells := strings.Split(text, "|")
	if len(cells) > 12 {
		return l, fmt.Errorf("材料“%s”多于 12 项", text)
	}
	cell := func(i int, def string) string {
		if i < len(cells) && strings.TrimSpace(cells[i]) != "" {
			return strings.TrimSpace(cells[i])
		}
		return def
	}
	l = protocol.MaterialLine{Name: cell(0, ""), Form: word(formWords, cell(1, "original")), Necessity: word(needWords, cell(3, "required")),
		Source: word(sourceWords, cell(4, "self")), Standard: cell(5, ""), Basis: slashed(cell(6, "")), Issuer: cell(7, ""), Expr: cell(8, ""), NeedsPaper: cell(9, "")}
	if resource := cell(10, ""); resource != "" {
		l.Share = &protocol.LineShare{Resource: resource, Scenario: "政务服务材料核验"}
	}
	for i, point := range slashed(cell(11, "")) {
		l.Checks = append(l.Checks, protocol.CheckPoint{ID: strconv.Itoa(i + 1), Text: point})
	}
	if l.Copies, err = number(cell(2, ""), 1); err != nil {
		return l, fmt.Errorf("材料“%s”的份数: %w", l.Name, err)
	}
	return l, nil
}

// inOrder puts findings in order of line; those of one line keep theirs.
func inOrder(found []Finding) {
	slices.SortStableFunc(found, func(a, b Finding) int { return a.Line - b.Line })
}
