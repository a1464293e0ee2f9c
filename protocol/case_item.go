package protocol

import (
	"encoding/json"
	"slices"
)

// itemLaw is what the acts of a case need of its item version beside the limits:
// the members of cases.md §2.1 that item.go does not name itself.
type itemLaw struct {
	Effect     string     `json:"c1_effect"`
	Special    []itemStep `json:"special"`
	Joint      *itemJoint `json:"joint"`
	Owed       *itemOwed  `json:"owed"`
	Correction Limit      `json:"correction_limit"`
	OneDecides bool       `json:"one_person_decides"`
	FeeFen     int64      `json:"fee_fen"`
	Type       string     `json:"type"`
	CaseType   string     `json:"case_type"`
	Promise    Limit      `json:"promise_limit"`
	Legal      Limit      `json:"legal_limit"`
}

type itemStep struct {
	Kind string `json:"kind"`
	Max  Limit  `json:"max"`
}

type itemJoint struct {
	Agencies []string `json:"agencies"`
	Legal    Limit    `json:"legal_limit"`
	Silence  bool     `json:"silence_consents"`
}

type itemOwed struct {
	Allowed bool  `json:"allowed"`
	Limit   Limit `json:"limit"`
}

// c1Deemed is the effect of a lapsed K1 that 行政许可法 32 gives: accepted from the
// day of receipt.
const c1Deemed = "deemed"

// lawOf reads an item's body for what this file needs.
func lawOf(body []byte) (law itemLaw, ok bool) { return law, json.Unmarshal(body, &law) == nil }

// effect is deemed for licences, unless the item says otherwise (§2.1).
func (l *itemLaw) effect() string {
	if l.Effect == c1Deemed || l.Effect == "" && l.Type == "01" {
		return c1Deemed
	}
	return ""
}

func (l *itemLaw) special(kind string) (Limit, bool) {
	i := slices.IndexFunc(l.Special, func(s itemStep) bool { return s.Kind == kind })
	if i < 0 {
		return Limit{}, false
	}
	return l.Special[i].Max, true
}

// correction is K9: the item's period, or our default.
func (l *itemLaw) correction() Limit {
	if l.Correction.N > 0 {
		return l.Correction
	}
	rule, _ := K9.Rule()
	return rule.Limit
}

// owed is K8: at most the promised time.
func (l *itemLaw) owed() Limit {
	switch {
	case l.Owed == nil || !l.Owed.Allowed:
		return Limit{}
	case l.Owed.Limit.N == 0:
		return l.Promise
	}
	return l.Owed.Limit
}

// jointLimit is K3 of joint handling (行政许可法 42).
func (l *itemLaw) jointLimit() Limit {
	if l.Joint == nil || l.Joint.Legal.N == 0 {
		return Limit{45, WorkingDays}
	}
	return l.Joint.Legal
}

// item gives what the pinned item version says, as the entry cites it.
func (d *deed) item() (*itemLaw, *Refusal) {
	rec, ok := d.v.Cited(Ref{"item", d.old.Item})
	if !ok {
		return nil, refuse("G-09", "须引用事项版本 %s", d.old.Item)
	}
	law, ok := lawOf(rec.Body)
	if !ok {
		return nil, refuse("G-09", "事项版本 %s 无法读取", d.old.Item)
	}
	return &law, nil
}

// guideLine is a material line with the members a notice is checked against.
type guideLine struct {
	ID        string          `json:"line_id"`
	Name      string          `json:"name"`
	Necessity string          `json:"necessity"`
	Paper     string          `json:"paper_required"`
	Share     json.RawMessage `json:"share"`
	Standard  json.RawMessage `json:"standard"`
	Checks    []checkPoint    `json:"check_points"`
}

type checkPoint struct {
	ID   string `json:"cp_id"`
	Text string `json:"text"`
}

// shared: the line is fetched from another department and never demanded (§14.2).
func (l *guideLine) shared() bool { return len(l.Share) > 0 && string(l.Share) != "null" }

// point reports whether id is one of the line's check points.
func (l *guideLine) point(id string) bool {
	points := l.Checks
	var standard []checkPoint
	if json.Unmarshal(l.Standard, &standard) == nil {
		points = append(slices.Clone(points), standard...)
	}
	return slices.ContainsFunc(points, func(p checkPoint) bool { return p.ID == id })
}

type guideLines []guideLine

func (g guideLines) line(id string) *guideLine {
	if i := slices.IndexFunc(g, func(l guideLine) bool { return l.ID == id }); i >= 0 {
		return &g[i]
	}
	return nil
}

func linesOf(body []byte) (guideLines, bool) {
	var g struct {
		Lines guideLines `json:"lines"`
	}
	return g.Lines, json.Unmarshal(body, &g) == nil
}

// pinnedGuide gives the lines of the guide that was displayed at the receipt,
// whatever was published since (C-07b).
func (d *deed) pinnedGuide() (guideLines, *Refusal) {
	rec, ok := d.v.Cited(Ref{"guide", d.old.Item})
	if !ok || HashOf(rec.Body) != d.old.Guide {
		return nil, refuse("C-07b", "须引用收件时展示的办事指南")
	}
	lines, readable := linesOf(rec.Body)
	if !readable {
		return nil, refuse("C-07b", "收件时展示的办事指南无法读取")
	}
	return lines, nil
}
