package rest

import (
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// AsHeader names the account that a request over the admin socket acts as; the
// place's own operator when it is absent.
const AsHeader = "Xiangyun-As"

// LocalOperator is who asks over the admin socket of a place: whoever may open
// its folder runs it. With AsHeader it acts as an account of the place, so that
// rules about two persons hold there too.
func LocalOperator(place protocol.NodeID, accounts identity.Accounts) func(*http.Request) (*protocol.Account, error) {
	return func(r *http.Request) (*protocol.Account, error) {
		login := r.Header.Get(AsHeader)
		if login == "" {
			return &protocol.Account{Place: place, Login: "local", Name: "本机管理员", State: protocol.AccountActive,
				Roles: []protocol.Role{protocol.RoleOperator, protocol.RoleReviewer, protocol.RoleEditor, protocol.RoleClerk,
					protocol.RoleAcceptor, protocol.RoleDecider}}, nil
		}
		who, ok, err := accounts.Account(protocol.AccountID(place, login))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, protocol.NewFault(protocol.Denied, "act as", "没有账号 %s", login)
		}
		return &who, nil
	}
}
