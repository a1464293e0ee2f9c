package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// AgencyForm is an agency as an admin types it in.
type AgencyForm struct {
	USCC     string            `json:"uscc" need:"true" doc:"统一社会信用代码"`
	Name     string            `json:"name" need:"true"`
	Node     protocol.NodeID   `json:"node" need:"true" doc:"所在节点"`
	Division protocol.Division `json:"division,omitempty"`
	Parent   string            `json:"parent,omitempty" doc:"上级机构代码"`
	Phone    string            `json:"phone,omitempty"`
}

type agencyIn struct {
	Body AgencyForm `body:"json"`
}

func (s *server) agencies(a *rest.API) {
	rest.Handle(a, get("/agencies", "listAgencies", "people", "机构清单", protocol.MayReadStatus), list[protocol.Agency](s, "agency", "node"))
	rest.Handle(a, get("/agencies/{id}", "getAgency", "people", "一个机构", protocol.MayReadStatus), one[protocol.Agency](s, "agency"))
	register := rest.Route{Method: "PUT", Path: base + "/agencies", Op: "registerAgency", Tag: "people", Summary: "登记或变更机构", Verb: protocol.MayManageAgency,
		Example: AgencyForm{USCC: "11222400MB1X00001A", Name: "延边州民政局", Node: "yanbian", Division: "222400"}}
	rest.Handle(a, register, func(ctx context.Context, who *protocol.Account, in agencyIn) (rest.Record[protocol.Agency], error) {
		b := in.Body
		return rest.Done[protocol.Agency](s.office.RegisterAgency(ctx, who, protocol.Agency{USCC: b.USCC, Name: b.Name, Node: b.Node,
			Division: b.Division, Parent: b.Parent, Phone: b.Phone}))
	})
}

// NewAccount is an account of the hub as an operator fills it in.
type NewAccount struct {
	Login    string          `json:"login" need:"true"`
	Name     string          `json:"name" need:"true"`
	Roles    []protocol.Role `json:"roles" need:"true"`
	Password string          `json:"password" need:"true" doc:"8 至 128 个字符"`
}

type accountIn struct {
	Body NewAccount `body:"json"`
}

type loginIn struct {
	Login string `path:"login"`
}

// Person is an account without its secrets, not even hashed.
type Person struct {
	Login string          `json:"login"`
	Name  string          `json:"name"`
	Roles []protocol.Role `json:"roles"`
	State string          `json:"state"`
}

func (s *server) accounts(a *rest.API) {
	open := create("/accounts", "createAccount", "people", "建立省级账号", protocol.MayManageAccount)
	open.Example = NewAccount{Login: "reviewer-1", Name: "二审一", Roles: []protocol.Role{protocol.RoleReviewer}, Password: "correct horse"}
	rest.Handle(a, open, func(ctx context.Context, who *protocol.Account, in accountIn) (Person, error) {
		b := in.Body
		rec, err := s.office.CreateAccount(ctx, who, protocol.Account{Login: b.Login, Name: b.Name, Roles: b.Roles}, b.Password)
		if err != nil {
			return Person{}, err
		}
		return personOf(rec)
	})
	rest.Handle(a, post("/accounts/{login}/disable", "disableAccount", "people", "停用省级账号", protocol.MayManageAccount),
		func(ctx context.Context, who *protocol.Account, in loginIn) (Person, error) {
			rec, err := s.office.DisableAccount(ctx, who, in.Login)
			if err != nil {
				return Person{}, err
			}
			return personOf(rec)
		})
	rest.Handle(a, get("/accounts", "listAccounts", "people", "省级账号", protocol.MayManageAccount), s.listAccounts)
}

func personOf(rec protocol.Record) (Person, error) {
	a, err := protocol.Load[protocol.Account](rec)
	if err != nil {
		return Person{}, err
	}
	return Person{Login: a.Login, Name: a.Name, Roles: append([]protocol.Role{}, a.Roles...), State: a.State}, nil
}

// listAccounts leaves out the accounts of nodes: they are their node's
// business.
func (s *server) listAccounts(ctx context.Context, _ *protocol.Account, in listIn) (rest.List[Person], error) {
	in.Node = string(protocol.Hub)
	all, err := found(ctx, s, in.query("account", "place"), func(rec protocol.Record) (*Person, error) {
		p, err := personOf(rec)
		if err != nil || rec.Ref.ID != protocol.AccountID(protocol.Hub, p.Login) {
			return nil, err
		}
		return &p, nil
	})
	out := rest.List[Person]{Items: []Person{}, Next: all.Next, Total: all.Total, More: all.More}
	for _, p := range all.Items {
		if p != nil {
			out.Items = append(out.Items, *p)
		}
	}
	return out, err
}
