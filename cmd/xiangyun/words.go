package main

import "xiangyun/protocol"

// People read lists in Chinese; programs ask with -o json and get the codes.

// codeWords gives, by the heading of a column, the words for the codes in it.
var codeWords = map[string]map[string]string{
	"状态": stateWords,
	"种类": {protocol.WantPublish: "报请发布", protocol.WantDelivery: "送达", protocol.WantWithdraw: "撤回"},
	"通道": {"urgent": "紧急", "bulk": "批量"},
}

var stateWords = map[string]string{
	protocol.NodePlanned: "已规划", protocol.NodeEnrolled: "在用", protocol.NodeFenced: "已隔离", "revoked": "已注销",
	protocol.AccountActive: "在用", protocol.AccountDisabled: "已停用",
	protocol.RequestFiled: "待办理", protocol.RequestDone: "已办理", protocol.RequestDeclined: "未采纳",
	"draft": "草稿", protocol.ChangesetSubmitted: "已报送", protocol.ChangesetReviewed: "一审通过", "approved": "二审通过", "returned": "退回",
	protocol.RouteRetired: "已停用或取消", protocol.DelegationEnded: "已终止", protocol.BasicInForce: "在用", protocol.ProposalConfirmed: "已确认",
	protocol.CardProvisional: "暂定", protocol.CardAnswered: "待审核", protocol.CardClosed: "已结束", protocol.CardVoid: "已作废", protocol.CardOpen: "待办",
	"published": "已发布", "suspended": "已暂停", "cancelled": "已取消", protocol.ListingListed: "在列", "delisted": "已下架",
}

// wordFor gives the word for a code under a heading, or the code when there is
// none.
func wordFor(title, code string) string {
	if word, ok := codeWords[title][code]; ok {
		return word
	}
	if title == "状态" && code != "" {
		return plainText(protocol.CaseState(code).Title())
	}
	return plainText(code)
}
