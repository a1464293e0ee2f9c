package protocol

import "slices"

// Assessment is what the province publishes of one agency for a span of days
// (art. 48; cases.md §15). It pins the hub index and the calendars that it was
// computed at, so that anybody with the same journal computes the same:
// Assessor is the one place where the figures come from. Its record id is
// AssessmentID.
//
//	– ─publish→ published ─publish→ published (a later computation)
type Assessment struct {
	Agency    string        `json:"agency"`
	From      Day           `json:"from"`
	Until     Day           `json:"until"`
	Index     uint64        `json:"index"` // hub index whose records were read
	Calendars []CalendarPin `json:"calendars"`
	Figures   []Figure      `json:"figures"`
	By        string        `json:"by"`
	At        Instant       `json:"at"`
	State     string        `json:"state"`
	Rest
}

// CalendarPin is the version of a year's calendar that dates were counted with.
type CalendarPin struct {
	Year    int `json:"year"`
	Version int `json:"version"`
}

// AssessmentPublished is the only state of an assessment.
const AssessmentPublished = "published"

var _ = Define("assessment", Spec[Assessment]{
	Title: "评估", English: "assessment", Lane: Bulk, Keep: true,
	Acts:     map[Act]Judge[Assessment]{"publish": publishAssessment},
	Home:     func(*Assessment) NodeID { return Hub },
	Audience: func(*Assessment) Audience { return Everyone() },
	Terms: func(a *Assessment) Terms {
		return Terms{Title: a.Agency + " " + a.Span(), State: a.State, Keys: []string{a.Agency},
			Facets: []Facet{{"agency", a.Agency}, {"span", a.Span()}}}
	},
})

// AssessmentID is the record id for an agency and a span of days.
func AssessmentID(from, until Day, agency string) string {
	return from.String() + ":" + until.String() + ":" + agency
}

// Span is the days that are assessed, as lists show them.
func (a *Assessment) Span() string { return a.From.String() + "—" + a.Until.String() }

func publishAssessment(_, want *Assessment, h *Header, _ View) (*Assessment, *Refusal) {
	next := *want
	next.By, next.At, next.State = h.By, h.At, AssessmentPublished
	switch {
	case h.Ref.ID != AssessmentID(next.From, next.Until, next.Agency):
		return nil, refuse("G-09", "记录编号与机构、起止日期不一致")
	case next.From.IsZero() || next.Until.Before(next.From):
		return nil, refuse("G-09", "请写明评估的起止日期")
	case h.At < next.Until.End():
		return nil, refuse("A-03", "评估期(至 %s)尚未结束,数字还会变化", next.Until)
	case next.Index == 0 || len(next.Calendars) == 0:
		return nil, refuse("A-03", "公布的数字须注明省级序号和工作日历版本")
	}
	for i, f := range next.Figures {
		if !slices.Contains(FigureIDs(), f.ID) || f.N < 0 || f.Of < 0 || i > 0 && next.Figures[i-1].ID == f.ID {
			return nil, refuse("A-01", "评估数字 %q 不在清单内或重复", f.ID)
		}
	}
	return &next, nil
}
