package sample

import "xiangyun/protocol"

// duty is one account of a place. People are named by their post, never by a name.
type duty struct {
	login, name string
	role        protocol.Role
	agency      string
}

// Accounts lists the accounts of a node as drafts for the act "create", without
// passwords: the caller sets one. Every line of duty has an editor; those with
// service items have an acceptor and a decider as well, so that one person never
// has to do what two must.
func Accounts(id protocol.NodeID) []protocol.Account {
	n, ok := find(id)
	if !ok {
		return nil
	}
	duties := []duty{
		{"clerk1", "窗口受理岗一", protocol.RoleClerk, ""},
		{"clerk2", "窗口受理岗二", protocol.RoleClerk, ""},
		{"supervisor", "监督岗", protocol.RoleSupervisor, ""},
		{"reviewer", "目录一审岗", protocol.RoleReviewer, ""},
		{"operator", "系统运维岗", protocol.RoleOperator, ""},
		{"auditor", "安全审计岗", protocol.RoleAuditor, ""},
	}
	for _, d := range departmentTable() {
		agency := n.uscc(d.No)
		if hasItems(d.Key) {
			duties = append(duties, duty{"acceptor-" + d.Key, d.Name + "受理审核岗", protocol.RoleAcceptor, agency},
				duty{"examiner-" + d.Key, d.Name + "审查岗", protocol.RoleExaminer, agency},
				duty{"decider-" + d.Key, d.Name + "决定岗", protocol.RoleDecider, agency},
				duty{"leader-" + d.Key, d.Name + "负责人岗", protocol.RoleLeader, agency})
		}
		duties = append(duties, duty{"editor-" + d.Key, d.Name + "编目岗", protocol.RoleEditor, agency})
	}
	return accounts(id, duties)
}

// HubAccounts lists the accounts of the hub, as Accounts does. There are two
// reviewers, because who looked at something first must not look at it second.
func HubAccounts() []protocol.Account {
	return accounts(protocol.Hub, []duty{
		{"operator", "省级运维岗", protocol.RoleOperator, ""},
		{"reviewer1", "省级审核岗一", protocol.RoleReviewer, ""},
		{"reviewer2", "省级审核岗二", protocol.RoleReviewer, ""},
		{"auditor", "省级审计岗", protocol.RoleAuditor, ""},
		{"dispatcher1", "省级调度岗一", protocol.RoleDispatcher, ""},
		{"dispatcher2", "省级调度岗二", protocol.RoleDispatcher, ""},
		{"supervisor1", "省级监督岗", protocol.RoleSupervisor, ""},
	})
}

func accounts(place protocol.NodeID, duties []duty) []protocol.Account {
	var list []protocol.Account
	for _, d := range duties {
		list = append(list, protocol.Account{Place: place, Login: d.login, Name: d.name, Agency: d.agency,
			Roles: []protocol.Role{d.role}, State: protocol.AccountActive})
	}
	return list
}

func hasItems(dept string) bool {
	for _, b := range itemTable() {
		if b.Dept == dept {
			return true
		}
	}
	return false
}
