package main

import (
	"encoding/binary"
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// What is written. A filing is a changeset of the catalogue, about 1 KiB of
// JSON, whose home is the place that writes it: an entry is judged at its
// writer, and judged again and folded by every hub server. A case is what a
// window takes in; it cites item, guide and calendar.

const memberName = "城乡居民最低生活保障待遇核定信息(含家庭成员、收入财产核对结果、保障起止月份、发放银行与账户状态等字段),按月更新,由县级民政部门采集"

// members is how many make about 1 KiB.
const members = 3

// filer is the agency of all filings.
var filer = uscc(1)

// filing is the n-th changeset of a run.
func filing(place protocol.NodeID, run string, n uint64) protocol.Draft {
	body := protocol.Changeset{Title: fmt.Sprintf("第 %d 批", n), Agency: filer, Members: make([]protocol.ChangeMember, 0, members)}
	for i := range members {
		m := protocol.ChangeMember{Entry: fmt.Sprintf("%s-%s-%08d-%d", place, run, n, i), Name: memberName, Rev: 1, Op: "put"}
		binary.BigEndian.PutUint64(m.Hash[:], n*members+uint64(i)+1)
		body.Members = append(body.Members, m)
	}
	return protocol.Draft{Ref: filingRef(place, run, n), Act: "submit", Body: body, By: "bench"}
}

func filingRef(place protocol.NodeID, run string, n uint64) protocol.Ref {
	return protocol.Ref{Kind: "catalog.changeset", ID: fmt.Sprintf("%s-%s-%08d", place, run, n)}
}

// uscc makes the n-th agency number of the run.
func uscc(n int) string {
	body := fmt.Sprintf("1122%012dX", n)
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if code := body + string(c); protocol.CheckUSCC(code) == nil {
			return code
		}
	}
	panic("no check character fits " + body)
}

// serviceItem is an item that any prefecture may take in for agency.
func serviceItem(agency string) protocol.ItemFiling {
	return protocol.ItemFiling{
		Item: protocol.Item{ImplCode: agency + "3" + "442199806003", Version: 1, Name: "最低生活保障对象认定", Type: "05", Basis: []string{"社会救助暂行办法"},
			Agency: agency, AgencyName: "民政局", CaseType: "promise", Scope: "interprefecture", Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays},
			Promise: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2000, Month: 1, Dom: 1},
			Targets: []string{"person"}, Nature: "statutory", Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"},
			Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}, Contact: "000-00000000", Complaints: "12345"},
		Guide: protocol.Guide{Lines: []protocol.MaterialLine{
			{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", Source: "self"},
			{ID: "m2", Name: "居民身份证", Form: "copy", Necessity: "required", Source: "issued"},
			{ID: "m3", Name: "家庭经济状况核对授权书", Form: "original", Necessity: "required", Source: "self"}}},
	}
}

// account is somebody of a node with the roles of its desks.
func account(place protocol.NodeID) *protocol.Account {
	return &protocol.Account{Place: place, Login: "bench", Name: "窗口", State: protocol.AccountActive,
		Roles: []protocol.Role{protocol.RoleEditor, protocol.RoleClerk, protocol.RoleAcceptor, protocol.RoleDecider}}
}

var applicant = protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002x", Contact: strings.Repeat("0", 11)}
