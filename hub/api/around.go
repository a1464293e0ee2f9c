package api

import (
	"context"
	"encoding/json"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// DataOffice rules on objections to published data (art. 46) and on pairs of cases
// that may be one (cases.md §11).
type DataOffice interface {
	MarkObjection(ctx context.Context, who *protocol.Account, id string) (protocol.Record, error)
	DecideObjection(ctx context.Context, who *protocol.Account, id string, corrected bool, reason string) (protocol.Record, error)
	TransferObjection(ctx context.Context, who *protocol.Account, id, agency string) (protocol.Record, error)
	TellObjection(ctx context.Context, who *protocol.Account, id string, told protocol.Telling) (protocol.Record, error)
	// LiftMark takes the mark off; the objection is closed once the nodes have
	// stored that.
	LiftMark(ctx context.Context, who *protocol.Account, id, note string) (protocol.Record, error)
	NotDuplicate(ctx context.Context, who *protocol.Account, id string, seen uint64, reason string) (protocol.Record, error)
}

// RulingForm decides an objection.
type RulingForm struct {
	Corrected bool   `json:"corrected" doc:"已更正"`
	Reason    string `json:"reason" need:"true"`
}

type rulingIn struct {
	ID   string     `path:"id"`
	Body RulingForm `body:"json"`
}

// TransferForm names the department whose datum it is.
type TransferForm struct {
	Agency string `json:"agency" need:"true" doc:"责任部门代码"`
}

type transferIn struct {
	ID   string       `path:"id"`
	Body TransferForm `body:"json"`
}

// TellingForm is how a person was told.
type TellingForm struct {
	Way  string `json:"way" need:"true" enum:"phone,sms,post,portal,counter,hotline"`
	Text string `json:"text" need:"true"`
}

type tellingIn struct {
	ID   string      `path:"id"`
	Body TellingForm `body:"json"`
}

func (s *server) around(a *rest.API) {
	all := get("/objections", "listObjections", "around", "对数据的异议", protocol.MayRuleOnData)
	all.Note = "清单不含异议提出人。"
	rest.Handle(a, all, func(ctx context.Context, _ *protocol.Account, in listIn) (rest.List[rest.Record[protocol.Objection]], error) {
		return found(ctx, s, in.query("objection", "from"), withoutPerson)
	})
	rest.Handle(a, get("/objections/{id}", "getObjection", "around", "一件异议", protocol.MayRuleOnData), one[protocol.Objection](s, "objection"))
	rest.Handle(a, post("/objections/{id}/mark", "markObjection", "around", "标注:各地立即显示(O-02)", protocol.MayRuleOnData),
		func(ctx context.Context, who *protocol.Account, in byID) (rest.Record[protocol.Objection], error) {
			return rest.Done[protocol.Objection](s.office.MarkObjection(ctx, who, in.ID))
		})
	rest.Handle(a, post("/objections/{id}/decide", "decideObjection", "around", "对省级自有数据作出处理(O-03)", protocol.MayRuleOnData),
		func(ctx context.Context, who *protocol.Account, in rulingIn) (rest.Record[protocol.Objection], error) {
			return rest.Done[protocol.Objection](s.office.DecideObjection(ctx, who, in.ID, in.Body.Corrected, in.Body.Reason))
		})
	rest.Handle(a, post("/objections/{id}/transfer", "transferObjection", "around", "转责任部门核实(O-03)", protocol.MayRuleOnData),
		func(ctx context.Context, who *protocol.Account, in transferIn) (rest.Record[protocol.Objection], error) {
			return rest.Done[protocol.Objection](s.office.TransferObjection(ctx, who, in.ID, in.Body.Agency))
		})
	rest.Handle(a, post("/objections/{id}/tell", "tellObjection", "around", "告知异议提出人(O-05)", protocol.MayRuleOnData),
		func(ctx context.Context, who *protocol.Account, in tellingIn) (rest.Record[protocol.Objection], error) {
			return rest.Done[protocol.Objection](s.office.TellObjection(ctx, who, in.ID, protocol.Telling{Way: in.Body.Way, Text: in.Body.Text}))
		})
	lift := post("/objections/{id}/lift", "liftMark", "around", "撤下标注(O-06)", protocol.MayRuleOnData)
	lift.Note = "各节点确认后系统自动结案,并列明已确认的节点。"
	rest.Handle(a, lift, func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Mark], error) {
		return rest.Done[protocol.Mark](s.office.LiftMark(ctx, who, in.ID, in.Body.Reason))
	})
	s.pairs(a)
}

// withoutPerson leaves out who objected (art. 45).
func withoutPerson(rec protocol.Record) (rest.Record[protocol.Objection], error) {
	o, err := protocol.Load[protocol.Objection](rec)
	if err != nil {
		return rest.Record[protocol.Objection]{}, err
	}
	o.Person = protocol.Applicant{}
	if rec.Body, err = json.Marshal(o); err != nil {
		return rest.Record[protocol.Objection]{}, err
	}
	return rest.RecordOf[protocol.Objection](rec)
}

func (s *server) pairs(a *rest.API) {
	rest.Handle(a, get("/dupmarks", "listDupmarks", "desk", "疑似重复", protocol.MayRoute), list[protocol.Dupmark](s, "dupmark", "node"))
	rest.Handle(a, get("/dupmarks/{id}", "getDupmark", "desk", "一对疑似重复", protocol.MayRoute), one[protocol.Dupmark](s, "dupmark"))
	rest.Handle(a, post("/dupmarks/{id}/not_duplicate", "notDuplicate", "desk", "认定不重复(DU-05)", protocol.MayRoute),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Dupmark], error) {
			return rest.Done[protocol.Dupmark](s.office.NotDuplicate(ctx, who, in.ID, 0, in.Body.Reason))
		})
}
