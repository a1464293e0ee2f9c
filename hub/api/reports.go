package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// CoverageReport is the report over all agencies and when it was made.
type CoverageReport struct {
	At   protocol.Instant    `json:"at" doc:"统计时间"`
	Rows []protocol.Coverage `json:"rows"`
}

type none struct{}

type byAgency struct {
	Agency string `path:"agency" doc:"统一社会信用代码"`
}

// SpanForm is the days that are assessed.
type SpanForm struct {
	From  protocol.Day `json:"from" need:"true"`
	Until protocol.Day `json:"until" need:"true" doc:"最后一天,须已过去"`
}

type spanIn struct {
	Body SpanForm `body:"json"`
}

// Published says how many agencies were assessed.
type Published struct {
	Agencies int `json:"agencies"`
}

type figureIn struct {
	ID     string `path:"id"`
	Figure string `path:"figure" doc:"数字编号,如 K1"`
	Max    int    `query:"max" doc:"至多列出多少条,默认 100" max:"1000"`
}

// BehindFigure is a figure as it is now and records behind it, what was not in
// time first.
type BehindFigure struct {
	Title   string          `json:"title"`
	Now     protocol.Figure `json:"now" doc:"按现有记录重算的结果,与公布的应相同"`
	Records []CountedRecord `json:"records"`
}

// CountedRecord is one record and what it counts for.
type CountedRecord struct {
	Ref protocol.Ref `json:"ref"`
	N   int          `json:"n"`
	Of  int          `json:"of"`
}

func (s *server) reports(a *rest.API) {
	rest.Handle(a, get("/clocks", "clocks", "reports", "各地在办件的时限状况", protocol.MayReadStatus),
		func(ctx context.Context, _ *protocol.Account, _ none) (rest.List[protocol.ClockTally], error) {
			list, err := s.read.Clocks(ctx)
			return rest.All(list), err
		})
	rest.Handle(a, get("/coverage", "coverage", "reports", "各机构跨市(州)受理和只跑一次的覆盖情况(第三十二、三十四条)", protocol.MayReadItems),
		func(context.Context, *protocol.Account, none) (CoverageReport, error) {
			rows, at, err := s.read.Coverage()
			return CoverageReport{At: at, Rows: append([]protocol.Coverage{}, rows...)}, err
		})
	rest.Handle(a, get("/coverage/{agency}", "coverageOf", "reports", "一个机构逐项的覆盖情况", protocol.MayReadItems),
		func(ctx context.Context, _ *protocol.Account, in byAgency) (protocol.Coverage, error) {
			return s.read.CoverageOf(ctx, in.Agency)
		})
	s.assessments(a)
}

func (s *server) assessments(a *rest.API) {
	rest.Handle(a, get("/assessments", "listAssessments", "reports", "已公布的评估", protocol.MayReadStatus), list[protocol.Assessment](s, "assessment", "node"))
	rest.Handle(a, get("/assessments/{id}", "getAssessment", "reports", "一个机构的评估", protocol.MayReadStatus), one[protocol.Assessment](s, "assessment"))
	publish := post("/assessments", "publishAssessment", "reports", "计算并公布一个时段的评估(第四十八条)", protocol.MaySupervise)
	publish.Note = "各机构一条记录,注明省级序号和工作日历版本;任何人凭同样的日志可算出同样的数字。"
	rest.Handle(a, publish, func(ctx context.Context, who *protocol.Account, in spanIn) (Published, error) {
		n, err := s.office.PublishAssessment(ctx, who, in.Body.From, in.Body.Until)
		return Published{Agencies: n}, err
	})
	rest.Handle(a, get("/assessments/{id}/figures/{figure}", "behindFigure", "reports", "一个数字由哪些办件构成", protocol.MaySupervise), s.behind)
}

func (s *server) behind(ctx context.Context, _ *protocol.Account, in figureIn) (BehindFigure, error) {
	if in.Max == 0 {
		in.Max = 100
	}
	list, now, err := s.read.Behind(ctx, in.ID, in.Figure, in.Max)
	out := BehindFigure{Title: protocol.FigureTitle(in.Figure), Now: now, Records: []CountedRecord{}}
	for _, c := range list {
		out.Records = append(out.Records, CountedRecord(c))
	}
	return out, err
}
