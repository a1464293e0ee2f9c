package protocol

import (
	"regexp"
	"slices"
)

// Account lets one person or one program act at one place. Its record id is
// "node:login". The password is kept as an argon2id string, never in clear; the
// name is personal data and stays with the account.
//
//	– ─create→ active ─change→ active ─disable→ disabled ─change→ active
type Account struct {
	Place    NodeID   `json:"place"` // the node or hub it logs in at
	Login    string   `json:"login"`
	Name     string   `json:"name"`
	Agency   string   `json:"agency,omitempty"`
	Roles    []Role   `json:"roles"`
	Password string   `json:"password,omitempty"` // argon2id, encoded
	Tokens   []string `json:"tokens,omitempty"`   // SHA-256 of API tokens, hex
	State    string   `json:"state"`
	Rest
}

// Role is one duty of an account; rights follow from it by one function.
type Role string

// The roles of the spine. Security, system and audit administration exclude
// each other (GB/T 22239 三员).
const (
	RoleClerk      Role = "clerk"      // 窗口受理
	RoleAcceptor   Role = "acceptor"   // 受理审核
	RoleDecider    Role = "decider"    // 决定
	RoleExaminer   Role = "examiner"   // 审查; "reviewer" reviews the catalogue
	RoleLeader     Role = "leader"     // 负责人
	RoleDispatcher Role = "dispatcher" // 省级调度
	RoleSupervisor Role = "supervisor" // 监督
	RoleEditor     Role = "editor"     // 编目
	RoleReviewer   Role = "reviewer"   // 一审/二审
	RoleOperator   Role = "operator"   // 运维
	RoleAuditor    Role = "auditor"    // 审计
)

// Roles lists every role with its Chinese name, in the order shown.
var Roles = []struct {
	Role  Role
	Title string
}{
	{RoleClerk, "窗口受理"}, {RoleAcceptor, "受理审核"}, {RoleExaminer, "审查"}, {RoleDecider, "决定"}, {RoleLeader, "负责人"},
	{RoleDispatcher, "调度"}, {RoleSupervisor, "监督"}, {RoleEditor, "编目"},
	{RoleReviewer, "审核"}, {RoleOperator, "运维"}, {RoleAuditor, "审计"},
}

// States of an account.
const (
	AccountActive   = "active"
	AccountDisabled = "disabled"
)

var loginPattern = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,31}$`)

var _ = Define("account", Spec[Account]{
	Title: "账号", English: "account", Lane: Urgent, Personal: true,
	Acts:     map[Act]Judge[Account]{"create": createAccount, "change": changeAccount, "disable": disableAccount},
	Home:     func(a *Account) NodeID { return a.Place },
	Audience: func(a *Account) Audience { return Only(a.Place) },
	Terms: func(a *Account) Terms {
		return Terms{Title: a.Login, State: a.State, Keys: append([]string{a.Login}, a.Tokens...), Facets: []Facet{{"agency", a.Agency}, {"place", string(a.Place)}}}
	},
})

// AccountID is the record id of an account, and what entries name as author.
func AccountID(place NodeID, login string) string { return string(place) + ":" + login }

// Can reports whether the account has the role and may act at all.
func (a *Account) Can(r Role) bool { return a.State == AccountActive && slices.Contains(a.Roles, r) }

func createAccount(old, want *Account, h *Header, _ View) (*Account, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "账号 %s 已存在", want.Login)
	}
	return checkedAccount(want, h)
}

func changeAccount(old, want *Account, h *Header, _ View) (*Account, *Refusal) {
	if old == nil {
		return nil, refuse("G-07", "账号 %s 不存在", want.Login)
	}
	if want.Place != old.Place || want.Login != old.Login {
		return nil, refuse("G-09", "账号的节点和登录名不能更改")
	}
	return checkedAccount(want, h)
}

func checkedAccount(want *Account, h *Header) (*Account, *Refusal) {
	next := *want
	next.State = AccountActive
	switch {
	case !loginPattern.MatchString(next.Login):
		return nil, refuse("G-09", "登录名须为 2 至 32 个小写字母、数字或 . _ -,以字母开头")
	case AccountID(next.Place, next.Login) != h.Ref.ID:
		return nil, refuse("G-09", "账号编号与节点、登录名不一致")
	case next.Name == "":
		return nil, refuse("G-09", "请填写姓名或系统名称")
	case len(next.Roles) == 0:
		return nil, refuse("G-09", "请至少指定一个角色")
	case slices.Contains(next.Roles, RoleAuditor) && len(next.Roles) > 1:
		return nil, refuse("G-09", "审计角色不得与其他角色兼任")
	}
	for _, r := range next.Roles {
		if !knownRole(r) {
			return nil, refuse("G-09", "没有“%s”这个角色", string(r))
		}
	}
	return &next, nil
}

func knownRole(r Role) bool {
	for _, k := range Roles {
		if k.Role == r {
			return true
		}
	}
	return false
}

func disableAccount(old, _ *Account, _ *Header, _ View) (*Account, *Refusal) {
	if old == nil || old.State != AccountActive {
		return nil, refuse("G-07", "只有在用的账号可以停用")
	}
	next := *old
	next.State, next.Tokens = AccountDisabled, nil
	return &next, nil
}
