package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// Agency is an agency as an admin types it in.
type Agency struct {
	USCC     string            `json:"uscc" need:"true" doc:"统一社会信用代码"`
	Name     string            `json:"name" need:"true"`
	Node     protocol.NodeID   `json:"node" need:"true" doc:"所在节点"`
	Division protocol.Division `json:"division,omitempty"`
	Parent   string            `json:"parent,omitempty" doc:"上级机构代码"`
	Phone    string            `json:"phone,omitempty"`
}

type agencyIn struct {
	Body Agency `body:"json"`
}

type accountIn struct {
	Body struct {
		Login    string          `json:"login" need:"true"`
		Name     string          `json:"name" need:"true"`
		Roles    []protocol.Role `json:"roles" need:"true"`
		Password string          `json:"password" need:"true"`
	} `body:"json"`
}

// Person is an account without its secrets.
type Person struct {
	Login string          `json:"login"`
	Name  string          `json:"name"`
	Roles []protocol.Role `json:"roles"`
	State string          `json:"state"`
}

func (s *server) people(a *rest.API) {
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/agencies", Op: "listAgencies", Tag: "people", Summary: "机构清单", Verb: protocol.MayReadStatus}, list[protocol.Agency](s, "agency", "node"))
	rest.Handle(a, rest.Route{Method: "PUT", Path: "/api/v1/agencies", Op: "registerAgency", Tag: "people", Summary: "登记或变更机构", Verb: protocol.MayManageAgency},
		func(ctx context.Context, who *protocol.Account, in agencyIn) (rest.Record[protocol.Agency], error) {
			b := in.Body
			return rest.Done[protocol.Agency](s.office.RegisterAgency(ctx, who, protocol.Agency{USCC: b.USCC, Name: b.Name, Node: b.Node,
				Division: b.Division, Parent: b.Parent, Phone: b.Phone}))
		})
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/accounts", Op: "createAccount", Tag: "people", Summary: "建立省级账号", Verb: protocol.MayManageAccount, Status: 201},
		func(ctx context.Context, who *protocol.Account, in accountIn) (Person, error) {
			b := in.Body
			rec, err := s.office.CreateAccount(ctx, who, protocol.Account{Login: b.Login, Name: b.Name, Roles: b.Roles}, b.Password)
			if err != nil {
				return Person{}, err
			}
			return personOf(rec)
		})
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/accounts", Op: "listAccounts", Tag: "people", Summary: "省级账号", Verb: protocol.MayManageAccount}, s.accounts)
}

func personOf(rec protocol.Record) (Person, error) {
	a, err := protocol.Load[protocol.Account](rec)
	if err != nil {
		return Person{}, err
	}
	return Person{Login: a.Login, Name: a.Name, Roles: a.Roles, State: a.State}, nil
}

func (s *server) accounts(ctx context.Context, who *protocol.Account, in listIn) (rest.List[Person], error) {
	found, err := list[protocol.Account](s, "account", "place")(ctx, who, in)
	out := rest.List[Person]{Items: []Person{}, Next: found.Next, Total: found.Total, More: found.More}
	for _, r := range found.Items {
		rec := protocol.Record{Ref: ref("account", r.ID), Body: r.Body}
		p, perr := personOf(rec)
		if perr != nil {
			return out, perr
		}
		if rec.Ref.ID == protocol.AccountID(protocol.Hub, p.Login) { // node accounts are their node's business
			out.Items = append(out.Items, p)
		}
	}
	return out, err
}
