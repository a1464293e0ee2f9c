package api

import (
	"context"
	"net/http"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// AccountView is an account without its secrets, not even hashed.
type AccountView struct {
	Login    string          `json:"login"`
	Name     string          `json:"name"`
	Agency   string          `json:"agency,omitempty"`
	Roles    []protocol.Role `json:"roles"`
	State    string          `json:"state" enum:"active,disabled"`
	Password bool            `json:"password" doc:"是否可用密码登录"`
	Tokens   int             `json:"tokens" doc:"接口令牌数"`
	Rev      uint64          `json:"rev"`
}

func accountView(rec protocol.Record) (AccountView, error) {
	a, err := protocol.Load[protocol.Account](rec)
	if err != nil {
		return AccountView{}, err
	}
	return AccountView{Login: a.Login, Name: a.Name, Agency: a.Agency, Roles: append([]protocol.Role{}, a.Roles...), State: a.State,
		Password: a.Password != "", Tokens: len(a.Tokens), Rev: rec.Rev}, nil
}

// NewAccount is what an operator fills in.
type NewAccount struct {
	Login    string          `json:"login" need:"true"`
	Name     string          `json:"name" need:"true" doc:"姓名或系统名称"`
	Agency   string          `json:"agency" doc:"所属机构"`
	Roles    []protocol.Role `json:"roles" need:"true"`
	Password string          `json:"password" doc:"8 至 128 个字符;只用接口令牌的可不填"`
	Token    bool            `json:"token" doc:"同时发给接口令牌"`
}

type createIn struct {
	Body NewAccount `body:"json"`
}

// Created is a new account; its token is shown once and kept nowhere.
type Created struct {
	Account AccountView `json:"account"`
	Token   string      `json:"token,omitempty" doc:"只显示这一次"`
}

type loginIn struct {
	Login string `path:"login"`
}

type accountsIn struct {
	page
	Agency string `query:"agency" doc:"所属机构"`
}

func (s *server) accounts() {
	rest.Handle(s.api, get("/accounts", "listAccounts", "accounts", "账号列表", protocol.MayManageAccount),
		func(ctx context.Context, _ *protocol.Account, in accountsIn) (rest.List[AccountView], error) {
			return found(ctx, s, in.of("account", protocol.Facet{Name: "agency", Value: in.Agency}), accountView)
		})
	create := post("/accounts", "createAccount", "accounts", "新建账号", protocol.MayManageAccount)
	create.Status = http.StatusCreated
	create.Example = NewAccount{Login: "window-a03", Name: "A03 窗口", Roles: []protocol.Role{protocol.RoleClerk}, Password: "correct horse"}
	rest.Handle(s.api, create, func(ctx context.Context, who *protocol.Account, in createIn) (c Created, err error) {
		b := &in.Body
		rec, token, err := s.Desk.CreateAccount(ctx, who, desk.NewAccount{Login: b.Login, Name: b.Name, Agency: b.Agency, Password: b.Password,
			Roles: b.Roles, Token: b.Token})
		if err != nil {
			return c, err
		}
		c.Token = token
		c.Account, err = accountView(rec)
		return c, err
	})
	rest.Handle(s.api, post("/accounts/{login}/disable", "disableAccount", "accounts", "停用账号", protocol.MayManageAccount),
		func(ctx context.Context, who *protocol.Account, in loginIn) (AccountView, error) {
			rec, err := s.Desk.DisableAccount(ctx, who, in.Login)
			if err != nil {
				return AccountView{}, err
			}
			return accountView(rec)
		})
}
