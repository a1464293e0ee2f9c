package protocol

import (
	"testing"
	"time"
)

const outageID = "outage:changchun:1"

func anOutage() *Proposal {
	return &Proposal{What: ProposeOutage, Node: decides, Confirmed: "长春市政务服务局值班员", How: "电话,回拨核实", DownSince: on(time.February, 26),
		Reason: "机房断电,预计三日后恢复"}
}

func openProposal(p *Proposal) *Proposal {
	p.State, p.First, p.Filed = ProposalOpen, "hub:desk1", on(time.February, 27)
	return p
}

func confirmedOutage() *Proposal {
	p := openProposal(anOutage())
	p.State, p.Second, p.Ended = ProposalConfirmed, "hub:desk2", on(time.February, 27)
	return p
}

func aReassigning() *Proposal {
	return &Proposal{What: ProposeReassign, Node: decides, Cases: []string{caseID}, Agency: testUSCC(2), Route: routeRef().ID, Outage: outageID,
		Reason: "期限将至"}
}

func aCheck() *SpotCheck {
	ids := []string{"a-1", "a-2", "a-3", "a-4"}
	c := &SpotCheck{From: Day{2026, 2, 1}, Until: Day{2026, 2, 28}, Seed: Hash{1}, Index: 40, Population: len(ids), Of: PopulationHash(ids), Reason: "二月收件抽查"}
	for _, id := range Draw(c.Seed, ids, 2) {
		c.Drawn = append(c.Drawn, CheckedCase{Case: id})
	}
	return c
}

func openCheck(findings ...string) *SpotCheck {
	c := aCheck()
	c.State, c.By, c.At = CheckOpen, "hub:super1", on(time.March, 1)
	for i, f := range findings {
		c.Drawn[i].Finding = f
	}
	return c
}

func aFinding() *SpotCheck {
	c := aCheck()
	c.Drawn[0].Finding, c.Drawn[0].Text = FindingFault, "未一次性告知"
	return c
}

func anAssessment() *Assessment {
	return &Assessment{Agency: testUSCC(1), From: Day{2026, 1, 1}, Until: Day{2026, 1, 31}, Index: 40, Calendars: []CalendarPin{{2026, 1}},
		Figures: []Figure{{ID: "K1", N: 9, Of: 10, Digest: Hash{3}}, {ID: "cross", N: 2, Of: 10}}}
}

func anInquiry() *Inquiry {
	return &Inquiry{Node: "jilin", Asker: "jilin:clerk", Purpose: "申请人到窗口查询进度", Case: caseID, Found: []string{caseID}, At: sceneAt}
}

func deskScenes(t testing.TB) []scene {
	t.Helper()
	reassigning, check := cited{}, Ref{"spotcheck", "check-1"}
	reassigning.put(t, Ref{"proposal", outageID}, confirmedOutage())
	outage, one := Ref{"proposal", outageID}, Ref{"proposal", "reassign-1"}
	route := &Proposal{What: ProposeRoute, Cases: []string{caseID}, Agency: testUSCC(2), Reason: "按职责分工指定"}
	report := Ref{"assessment", AssessmentID(anAssessment().From, anAssessment().Until, testUSCC(1))}
	return []scene{
		{name: "proposal propose reassign", ref: one, act: "propose", origin: Hub, by: "hub:desk1", want: aReassigning(), view: reassigning},
		{name: "proposal propose", ref: outage, act: "propose", origin: Hub, by: "hub:desk1", want: anOutage()},
		{name: "proposal propose route", ref: one, act: "propose", origin: Hub, by: "hub:desk1", want: route},
		{name: "proposal confirm", ref: outage, act: "confirm", origin: Hub, by: "hub:desk2", old: openProposal(anOutage()), want: &Proposal{}},
		{name: "proposal withdraw", ref: outage, act: "withdraw", origin: Hub, by: "hub:desk1", old: openProposal(anOutage()), want: &Proposal{Note: "已恢复"}},
		{name: "inquiry note", ref: Ref{"inquiry", "jilin-1"}, act: "note", origin: Hub, by: "hub:inquiry", want: anInquiry()},
		{name: "spotcheck draw", ref: check, act: "draw", origin: Hub, by: "hub:super1", want: aCheck()},
		{name: "spotcheck find", ref: check, act: "find", origin: Hub, by: "hub:super1", old: openCheck(), want: aFinding()},
		{name: "spotcheck close", ref: check, act: "close", origin: Hub, by: "hub:super1", old: openCheck(FindingFine, FindingFault), want: &SpotCheck{Result: "责令改正"}},
		{name: "assessment publish", ref: report, act: "publish", origin: Hub, by: "hub:super1", want: anAssessment()},
	}
}
