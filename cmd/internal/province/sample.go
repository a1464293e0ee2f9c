package province

import (
	"fmt"

	"xiangyun/node/desk"
	"xiangyun/protocol"
)

func person(n protocol.NodeID, login string, roles ...protocol.Role) *protocol.Account {
	return &protocol.Account{Place: n, Login: login, Name: login, State: protocol.AccountActive, Roles: roles}
}

// sampleUSCC is the n-th made-up agency code with a right check character.
func sampleUSCC(n int) string {
	body := fmt.Sprintf("1122%012d", n) + "X"
	const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for _, c := range letters {
		if code := body[:17] + string(c); protocol.CheckUSCC(code) == nil {
			return code
		}
	}
	panic("no check character")
}

// filing is the n-th made-up item of an agency with its guide.
func filing(agency string, n int) protocol.ItemFiling {
	code := agency + "3" + fmt.Sprintf("%012d", 442199806003+n)
	return protocol.ItemFiling{
		Item: protocol.Item{ImplCode: code, Version: 1, Name: fmt.Sprintf("样例事项%d", n), Type: "05", Basis: []string{"社会救助暂行办法"}, Agency: agency,
			AgencyName: "样例机构", CaseType: "promise", Scope: "interprefecture", Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays},
			Promise: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2000, Month: 1, Dom: 1},
			Targets: []string{"person"}, Nature: "statutory", Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"},
			Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}, Contact: "000-00000000", Complaints: "12345"},
		Guide: protocol.Guide{Lines: []protocol.MaterialLine{{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", Source: "self"},
			{ID: "m2", Name: "居民身份证", Form: "copy", Necessity: "required", Source: "issued"}}},
	}
}

// intake is what a clerk fills in for the item; the same nonce is the same form.
func intake(item, nonce string) desk.Intake {
	return desk.Intake{Item: item, Nonce: nonce, Window: "3号窗口", ObjectKey: objectOf(nonce),
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002x"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "present"}}}
}

// objectOf tells the applications of the one applicant apart; one in sixteen is about
// the same thing as others, so that duplicates are marked, too (cases.DU-02).
func objectOf(nonce string) string {
	if protocol.HashOf([]byte(nonce))[0] < 16 {
		return "同一标的"
	}
	return "标的 " + nonce
}

// entryDraft is the n-th made-up catalogue entry of an agency, in its rev-th wording.
func entryDraft(agency string, n, rev int) desk.EntryDraft {
	return desk.EntryDraft{Entry: protocol.CatalogEntry{Code: fmt.Sprintf("30500122010001/%06d", n), Name: fmt.Sprintf("样例资源%d", n),
		Abstract: fmt.Sprintf("样例资源的摘要,第%d次修订,仅供演练使用。", rev), Agency: agency, Provider: "样例机构", Division: "220100", Layer: "province",
		Class: "305001", Format: "3", Share: protocol.Share{Type: "1"}, Open: protocol.Share{Type: "3", Reason: "样例"}, Level: "L2", Cycle: "4",
		Gained: "collected", Secrecy: "非涉密", Contact: "样例科室",
		Items: []protocol.DataItem{{ID: "i1", Name: "编号", Type: "C", Len: 18, Key: true}, {ID: "i2", Name: "起始年月", Type: "D"}}}}
}

// agencyOf is the one agency whose people work at the i-th node.
func agencyOf(i int, n protocol.NodeID) protocol.Agency {
	return protocol.Agency{USCC: sampleUSCC(i + 1), Name: "样例机构" + string(n), Node: n}
}
