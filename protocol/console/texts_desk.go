package console

import "xiangyun/protocol/page"

// deskTexts are the words of the kinds of the hub desk and of supervision.
var deskTexts = page.Texts{
	"act.inquiry.note":       {ZH: "记录", EN: "Noted"},
	"act.attempt.note":       {ZH: "记录", EN: "Noted"},
	"act.case.fetched":       {ZH: "共享材料已取得", EN: "Shared paper obtained"},
	"act.objection.recount":  {ZH: "按新日历重算", EN: "Limits recounted"},
	"act.proposal.propose":   {ZH: "提议", EN: "Proposed"},
	"act.proposal.confirm":   {ZH: "第二人确认", EN: "Confirmed by a second person"},
	"act.proposal.withdraw":  {ZH: "撤回", EN: "Withdrawn"},
	"act.spotcheck.draw":     {ZH: "随机抽取", EN: "Drawn"},
	"act.spotcheck.find":     {ZH: "填写结论", EN: "Finding noted"},
	"act.spotcheck.close":    {ZH: "结束", EN: "Closed"},
	"act.assessment.publish": {ZH: "公布", EN: "Published"},

	"state.proposal.open":        {ZH: "待第二人确认", EN: "waiting for a second person"},
	"state.proposal.confirmed":   {ZH: "已确认", EN: "confirmed"},
	"state.proposal.withdrawn":   {ZH: "已撤回", EN: "withdrawn"},
	"state.spotcheck.open":       {ZH: "核查中", EN: "open"},
	"state.spotcheck.closed":     {ZH: "已结束", EN: "closed"},
	"state.assessment.published": {ZH: "已公布", EN: "published"},
	"state.basic.in-force":       {ZH: "在用", EN: "in force"},
	"state.basic.retired":        {ZH: "已取消", EN: "retired"},
	"state.card.provisional":     {ZH: "暂定", EN: "provisional"},
	"state.card.open":            {ZH: "待答复", EN: "open"},
	"state.card.answered":        {ZH: "待审核", EN: "answered"},
	"state.card.closed":          {ZH: "已销牌", EN: "closed"},
	"state.card.void":            {ZH: "已作废", EN: "void"},
}
