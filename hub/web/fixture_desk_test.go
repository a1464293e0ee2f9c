package web

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

var (
	sampleRoute      = protocol.RouteID("11220100PDY00001XB3220050100100", "")
	sampleDelegation = protocol.DelegationID(poorID, foodOf, poorOf)
	sampleOutage     = protocol.OutageID("baishan", 2)
	sampleMove       = "reassign:0123456789abcdef01234567"
	sampleCard       = protocol.CardID(protocol.Ref{Kind: "case", ID: oneCase}, protocol.K1, 1, protocol.Red)
	sampleCheck      = "0a0b0c0d0e0f0a0b"
	sampleReport     = protocol.AssessmentID(protocol.Day{Year: 2026, Month: 1, Dom: 1}, protocol.Day{Year: 2026, Month: 1, Dom: 31}, poorOf)
	deskOf           = "11220000PDY00001XA"
	atDesk           = "yanbian-1-00000009-K"
	atBaishan        = "yanbian-1-00000010-L"
)

// desk is what the hub desk and the supervisor look at.
func (w *world) desk() {
	put := func(kind protocol.KindName, id string, at int64, body any, act protocol.Act, by string) {
		rec := w.Put(kind, id, protocol.Hub, ago(at), 70, body)
		w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 1, Act: act, By: by, At: ago(at), Home: protocol.Hub, Index: 70})
	}
	put("agency", deskOf, 3000, protocol.Agency{USCC: deskOf, Name: "吉林省民政厅", Node: "jilin", State: protocol.AgencyActive}, "register", "hub:ops")
	put("route", sampleRoute, 700, protocol.Route{ImplCode: "11220100PDY00001XB3220050100100", Agency: poorOf, Node: "baishan", Substitute: deskOf, Relation: "superior",
		SubNode: "jilin", Basis: "《应急预案》第三条", Duties: "窗口代收，承办地受理决定", State: protocol.RouteActive}, "set", "hub:desk1")
	put("delegation", sampleDelegation, 700, protocol.Delegation{Item: poorID, Receiving: foodOf, Handling: poorOf, Basis: "《异地受理协议》〔2026〕1号", State: protocol.DelegationActive},
		"establish", "hub:desk1")
	put("basic", "220050100100", 700, protocol.Basic{Code: "220050100100", Name: "最低生活保障对象认定", Type: "05", Basis: []string{"《社会救助暂行办法》第九条"}, State: protocol.BasicInForce},
		"publish", "hub:rev1")
	put("proposal", sampleOutage, 50, protocol.Proposal{What: protocol.ProposeOutage, Node: "baishan", Confirmed: "白山市政务服务局值班负责人", How: "电话回拨核实", DownSince: ago(72),
		Reason: "机房水淹，预计一周", First: "hub:desk1", Filed: ago(50), Second: "hub:desk2", Ended: ago(49), State: protocol.ProposalConfirmed}, "propose", "hub:desk1")
	put("proposal", sampleMove, 2, protocol.Proposal{What: protocol.ProposeReassign, Node: "baishan", Cases: []string{atBaishan}, Agency: deskOf, Route: sampleRoute, Outage: sampleOutage,
		Reason: "期限将至", First: "hub:desk1", Filed: ago(2), State: protocol.ProposalOpen}, "propose", "hub:desk1")
	put("card", sampleCard, 80, protocol.Card{On: protocol.Ref{Kind: "case", ID: oneCase}, Clock: protocol.K1, Occurrence: 1, Colour: protocol.Red, Due: ago(90), Title: "最低生活保障对象认定",
		Agency: poorOf, Held: protocol.Custody{First: "yanbian", Moves: []protocol.Move{{From: "yanbian", To: "changchun", Sent: ago(260), AtHub: ago(260), Acked: ago(259)}}},
		Owner: "changchun", Place: "yanbian", Through: ago(85), State: protocol.CardAnswered, Cause: "人手不足，未及时一次性告知", Measure: "增设受理岗", Fired: ago(90), Answered: ago(20),
		By: "changchun:leader"}, "fire", "hub")
	put("spotcheck", sampleCheck, 30, protocol.SpotCheck{From: protocol.Day{Year: 2026, Month: 2, Dom: 1}, Until: protocol.Day{Year: 2026, Month: 2, Dom: 28}, Seed: protocol.Hash{10, 11},
		Index: 47_900, Population: 812, Of: protocol.Hash{3}, Drawn: []protocol.CheckedCase{{Case: oneCase}, {Case: atDesk, Finding: protocol.FindingFault, Text: "未出具补正告知书", By: "hub:super", At: ago(3)}},
		Reason: "二月收件抽查", By: "hub:super", At: ago(30), State: protocol.CheckOpen}, "draw", "hub:super")
	put("assessment", sampleReport, 20, protocol.Assessment{Agency: poorOf, From: protocol.Day{Year: 2026, Month: 1, Dom: 1}, Until: protocol.Day{Year: 2026, Month: 1, Dom: 31}, Index: 47_000,
		Calendars: []protocol.CalendarPin{{Year: 2025, Version: 1}, {Year: 2026, Version: 1}}, By: "hub:super", At: ago(20), State: protocol.AssessmentPublished,
		Figures: []protocol.Figure{{ID: "K1", N: 95, Of: 100, Digest: protocol.Hash{1}}, {ID: "K2", N: 88, Of: 90}, {ID: "cross", N: 31, Of: 100}, {ID: "red", N: 2, Of: 5}}}, "publish", "hub:super")
	w.routed()
}

// routed are a case at the desk and one at a place that is down.
func (w *world) routed() {
	base := protocol.Case{ReceiptNo: "220000000009K", Item: poorID, ItemName: "最低生活保障对象认定", Agency: poorOf, AgencyName: "长春市民政局", Handler: "changchun",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", FP: "f1"}, Received: protocol.Receipt{At: ago(70), Node: "yanbian", Window: "03 号窗"}}
	desk := base
	desk.State, desk.To, desk.Due.K1 = protocol.CaseHandingOver, protocol.Hub, protocol.Day{Year: 2026, Month: 3, Dom: 5}
	desk.Hops = []protocol.Hop{{From: "changchun", To: "yanbian", Reason: "不属本机构职权", By: "changchun:acc", At: ago(40)}, {From: "yanbian", To: "jilin", Agency: foodOf, Reason: "应由市场监管部门办理", By: "yanbian:acc", At: ago(30)},
		{From: "jilin", To: protocol.Hub, Reason: "权责不明", Late: "等待法制审核", By: "jilin:acc", At: ago(10)}}
	w.Put("case", atDesk, protocol.Hub, ago(10), 80, desk)
	down := base
	down.ReceiptNo, down.State, down.To, down.Handler, down.Due.K1 = "220000000010L", protocol.CaseArrived, "baishan", "baishan", protocol.Day{Year: 2026, Month: 3, Dom: 3}
	w.Put("case", atBaishan, "baishan", ago(60), 81, down)
}

func (w *world) Clocks(context.Context) ([]protocol.ClockTally, error) {
	return []protocol.ClockTally{{Place: "baishan", Open: 12, Yellow: 3, Today: 1}, {Place: "changchun", Open: 340, Red: 7, Yellow: 21, Today: 9, Applicant: 14, Undated: 3},
		{Place: "yanbian", Open: 88, Applicant: 6}}, nil
}

func (w *world) Coverage() ([]protocol.Coverage, protocol.Instant, error) {
	return []protocol.Coverage{{Agency: poorOf, Name: "长春市民政局", Node: "changchun", Items: 40, Open: 34, Exempt: 4, Closed: 2, Once: 38},
		{Agency: foodOf, Name: "延边州市场监督管理局", Node: "yanbian", Items: 25, Open: 25, Once: 25}}, nowAt, nil
}

func (w *world) CoverageOf(_ context.Context, agency string) (protocol.Coverage, error) {
	return protocol.Coverage{Agency: agency, Name: "长春市民政局", Node: "changchun", Items: 2, Open: 1, Exempt: 1, Once: 1, List: []protocol.CoveredItem{
		{Item: poorID, Name: "最低生活保障对象认定", Scope: "interprefecture", CrossRegion: "open", Visits: 1},
		{Item: "x@1", Name: "=收养登记", Scope: "none", CrossRegion: "exempt", Reason: "law_differs", Basis: "《收养登记办法》第四条", Visits: 2, Why: "须当面询问"}}}, nil
}

func (w *world) Behind(_ context.Context, _, figure string, _ int) ([]protocol.Counted, protocol.Figure, error) {
	f := protocol.Figure{ID: figure, N: 95, Of: 100}
	if figure == "K1" {
		f.Digest = protocol.Hash{1}
	}
	return []protocol.Counted{{Ref: protocol.Ref{Kind: "case", ID: oneCase}, Of: 1}, {Ref: protocol.Ref{Kind: "card", ID: sampleCard}, N: 1, Of: 1}}, f, nil
}

func (o *fakeOffice) SetRoute(_ context.Context, _ *protocol.Account, r protocol.Route) (protocol.Record, error) {
	return o.called("route %s %q to %s at %s or %s %s at %s by %s", r.ImplCode, r.Division, r.Agency, r.Node, r.Relation, r.Substitute, r.SubNode, r.Basis)
}

func (o *fakeOffice) RetireRoute(_ context.Context, _ *protocol.Account, id, reason string) (protocol.Record, error) {
	return o.called("retire route %s %s", id, reason)
}

func (o *fakeOffice) Delegate(_ context.Context, _ *protocol.Account, d protocol.Delegation) (protocol.Record, error) {
	return o.called("delegate %s %s to %s by %s", d.Item, d.Handling, d.Receiving, d.Basis)
}

func (o *fakeOffice) EndDelegation(_ context.Context, _ *protocol.Account, id, reason string) (protocol.Record, error) {
	return o.called("end delegation %s %s", id, reason)
}

func (o *fakeOffice) LoadBasics(_ context.Context, _ *protocol.Account, list []protocol.Basic) (rows []protocol.BasicRow, err error) {
	for i, b := range list {
		row := protocol.BasicRow{Row: i + 1, Code: b.Code, Name: b.Name, Outcome: protocol.BasicNew}
		if len(b.Code) != 12 {
			row.Outcome, row.Rule, row.Text = protocol.BasicRefused, "I-01", "基本编码应为12位数字或大写字母"
		}
		rows = append(rows, row)
	}
	_, err = o.called("load %d: %+v", len(list), list[0].Basis)
	return rows, err
}

func (o *fakeOffice) RetireBasic(_ context.Context, _ *protocol.Account, code, reason string) (protocol.Record, error) {
	return o.called("retire basic %s %s", code, reason)
}

func (o *fakeOffice) ProposeDesk(_ context.Context, _ *protocol.Account, p protocol.Proposal) (protocol.Record, error) {
	return o.called("propose %s of %s: %v to %s by %s after %s, %s %s %s, %s", p.What, p.Node, p.Cases, p.Agency, p.Route, p.Outage, p.Confirmed, p.How,
		p.DownSince.Time().In(protocol.Beijing).Format(time.DateTime), p.Reason)
}

func (o *fakeOffice) ConfirmDesk(_ context.Context, _ *protocol.Account, id string) ([]protocol.CarriedCase, error) {
	_, err := o.called("confirm %s", id)
	return nil, err
}

func (o *fakeOffice) WithdrawDesk(_ context.Context, _ *protocol.Account, id, reason string) (protocol.Record, error) {
	return o.called("withdraw %s %s", id, reason)
}

func (o *fakeOffice) CheckDesk(p protocol.Proposal) (list []protocol.CarriedCase, err error) {
	for _, id := range p.Cases {
		list = append(list, protocol.CarriedCase{Case: id, Rule: "C-24c", Text: "时限尚无风险，中断也未超过 1 个工作日，暂不改派"})
	}
	return list, nil
}

func (o *fakeOffice) SuperviseCard(_ context.Context, _ *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error) {
	return o.called("%s card %s %s", act, id, reason)
}

func (o *fakeOffice) DrawCheck(_ context.Context, _ *protocol.Account, c protocol.SpotCheck, n int) (protocol.Record, error) {
	return o.called("draw %d of %s to %s at %q for %q: %s", n, c.From, c.Until, c.Place, c.Agency, c.Reason)
}

func (o *fakeOffice) FindCheck(_ context.Context, _ *protocol.Account, id, caseID, finding, text string) (protocol.Record, error) {
	return o.called("find %s %s in %s: %s", id, finding, caseID, text)
}

func (o *fakeOffice) CloseCheck(_ context.Context, _ *protocol.Account, id, result string) (protocol.Record, error) {
	return o.called("close check %s: %s", id, result)
}

func (o *fakeOffice) PublishAssessment(_ context.Context, _ *protocol.Account, from, until protocol.Day) (int, error) {
	_, err := o.called("assess %s to %s", from, until)
	return 2, err
}
