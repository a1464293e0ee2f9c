package api

import (
	"context"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// matter says who applies for what: a body, because addresses are logged.
type matter struct {
	IDType string `json:"id_type" need:"true" enum:"citizen,uscc,other"`
	ID     string `json:"id" need:"true"`
	Item   string `json:"item" doc:"正在收件的事项版本"`
	Object string `json:"object_key" doc:"标的"`
}

type matterIn struct {
	Body matter `body:"json"`
}

// KnownCase is an earlier case of the applicant.
type KnownCase struct {
	CaseRow
	Same bool `json:"same" doc:"同一事项、同一申请人且在办:疑似重复(DU-06)"`
}

func (s *server) person() {
	route := post("/cases/person", "casesOfPerson", "cases", "收件前查申请人的办件及疑似重复(DU-06)", protocol.MayReceive)
	route.Example = matter{IDType: "uscc", ID: "91220000MB1X00001A", Item: "11220000MB1X00001A4220116001000@1"}
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in matterIn) (rest.List[KnownCase], error) {
		known, err := s.Desk.Person(ctx, who, in.Body.IDType, in.Body.ID, in.Body.Item, in.Body.Object)
		if err != nil {
			return rest.List[KnownCase]{}, err
		}
		var list []KnownCase
		for _, k := range known {
			list = append(list, KnownCase{CaseRow: rowOf(k.Ref.ID, k.Rev, k.Home, 0, k.Case), Same: k.Same})
		}
		return rest.All(list), nil
	})
}

// AtOnce is what 即办件 needs beside the intake: the decision, the delivery and the
// second person, who confirms with the own password (C-26b).
type AtOnce struct {
	Decision Decision `json:"decision"`
	Delivery handing  `json:"delivery"`
	Login    string   `json:"login" doc:"确认人的登录名;事项允许一人办结的可不填"`
	Password string   `json:"password" doc:"确认人的密码"`
}

// atOnce has the second person proven: a password typed here begins no session.
func (s *server) atOnce(in *AtOnce) (*desk.Instant, error) {
	if in == nil {
		return nil, nil
	}
	now := &desk.Instant{Decision: *in.Decision.decision(), Delivery: *in.Delivery.delivery()}
	if in.Login == "" {
		return now, nil
	}
	token, who, err := s.Rest.Sessions.Gate.Login(in.Login, in.Password)
	if err != nil {
		return nil, err
	}
	s.Rest.Sessions.Gate.Logout(token)
	now.Decider = &who
	return now, nil
}
