package api

import (
	"context"
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// AroundDesk takes what people say of a service and of data about them (cases.md §15).
type AroundDesk interface {
	Evaluate(ctx context.Context, who *protocol.Account, token string, e protocol.Evaluation) (protocol.Record, error)
	Evaluation(who *protocol.Account, id string) (protocol.Evaluation, error)
	// EvaluationLink gives the token of a service event that took place.
	EvaluationLink(who *protocol.Account, on protocol.Ref, event string) (string, error)
	Remedy(ctx context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Remedy) (protocol.Record, error)
	// Complain and Object are idempotent by key; a hotline ticket by its number.
	Complain(ctx context.Context, who *protocol.Account, c protocol.Complaint, key string) (protocol.Record, error)
	Complaint(ctx context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Complaint) (protocol.Record, error)
	Object(ctx context.Context, who *protocol.Account, o protocol.Objection, key string) (protocol.Record, error)
	Objection(ctx context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Objection) (protocol.Record, error)
	Marks(on protocol.Ref) ([]protocol.Mark, error)
}

type evaluation struct {
	Token     string   `json:"token" need:"true" doc:"评价链接所带的凭据"`
	On        string   `json:"on" need:"true" doc:"所评的记录,类别/编号"`
	Event     string   `json:"event" need:"true" enum:"receive,notice,accept,decide,deliver,consult,complaint"`
	Grade     int      `json:"grade" need:"true" doc:"5 非常满意 … 1 非常不满意"`
	Channel   string   `json:"channel" need:"true" enum:"window,qr,sms,hotline,kiosk,portal"`
	Text      string   `json:"text,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	Anonymous bool     `json:"anonymous,omitempty"`
	Name      string   `json:"name,omitempty"`
	Contact   string   `json:"contact,omitempty"`
}

type evaluateIn struct {
	Body evaluation `body:"json"`
}

// Filed names what was filed and where it stands.
type Filed struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Rev   uint64 `json:"rev"`
}

// Revision is the ETag of what was filed.
func (f Filed) Revision() uint64 { return f.Rev }

func filed(rec protocol.Record, err error) (f Filed, _ error) {
	if err != nil {
		return f, err
	}
	terms, err := protocol.Lookup(rec.Ref.Kind).Terms(rec.Body)
	return Filed{ID: rec.Ref.ID, State: terms.State, Rev: rec.Rev}, err
}

type linkIn struct {
	ID    string `path:"id"`
	Event string `query:"event" need:"true" enum:"receive,notice,accept,decide,deliver"`
}

// EvaluationLink is what the evaluation code of one service event says.
type EvaluationLink struct {
	On    string `json:"on"`
	Event string `json:"event"`
	Token string `json:"token" doc:"评价时提交;每次服务只能评价一次"`
}

type remedyIn struct {
	ID   string          `path:"id"`
	Act  string          `path:"act" enum:"verify,fix,answer,close"`
	Seen rest.Rev        `header:"If-Match"`
	Body protocol.Remedy `body:"json"`
}

type complaintIn struct {
	ID   string             `path:"id"`
	Act  string             `path:"act" enum:"accept,refuse,verify,handle,tell"`
	Seen rest.Rev           `header:"If-Match"`
	Body protocol.Complaint `body:"json"`
}

type objectionIn struct {
	ID   string             `path:"id"`
	Act  string             `path:"act" enum:"dept_receive,dept_decide"`
	Seen rest.Rev           `header:"If-Match"`
	Body protocol.Objection `body:"json"`
}

type complainIn struct {
	Key  string             `header:"Idempotency-Key" need:"true" max:"100" doc:"每份投诉一个;12345 工单以工单编号为准"`
	Body protocol.Complaint `body:"json"`
}

type objectIn struct {
	Key  string             `header:"Idempotency-Key" need:"true" max:"100" doc:"每份异议一个,重发时不变"`
	Body protocol.Objection `body:"json"`
}

type markIn struct {
	Kind string `path:"kind" max:"40"`
	ID   string `path:"id"`
}

func (s *server) around() {
	give := rest.Route{Method: http.MethodPost, Path: base + "/evaluations", Op: "evaluate", Tag: "around", Summary: "办事人评价(好差评)", Public: true, Status: http.StatusCreated}
	give.Note = "由办事人作出,凭回执上的评价链接,每次服务一次;工作人员账号不能评价。"
	give.Example = evaluation{Token: "0011", On: "case/yanbian-1-00000042-B", Event: "deliver", Grade: 5, Channel: "qr"}
	rest.Handle(s.api, give, s.evaluate)
	rest.Handle(s.api, get("/cases/{id}/evaluation", "getEvaluationLink", "around", "一次服务的评价链接;该次服务尚未发生则拒绝", protocol.MayReadCases),
		func(_ context.Context, who *protocol.Account, in linkIn) (EvaluationLink, error) {
			on := protocol.Ref{Kind: "case", ID: in.ID}
			token, err := s.Desk.EvaluationLink(who, on, in.Event)
			return EvaluationLink{on.String(), in.Event, token}, err
		})
	rest.Handle(s.api, get("/evaluations/{id}", "getEvaluation", "around", "评价;整改办结前不显示评价人", protocol.MayReadCases),
		func(_ context.Context, who *protocol.Account, in oneIn) (protocol.Evaluation, error) {
			return s.Desk.Evaluation(who, in.ID)
		})
	rest.Handle(s.api, post("/remedies/{id}/{act}", "actOnRemedy", "around", "差评整改:核实、整改、答复、回访", protocol.MayRemedy),
		func(ctx context.Context, who *protocol.Account, in remedyIn) (Filed, error) {
			return filed(s.Desk.Remedy(ctx, who, in.ID, uint64(in.Seen), protocol.Act(in.Act), in.Body))
		})
	read(s, "remedy", "/remedies", "Remedy", "差评整改", protocol.MayRemedy, func(r *protocol.Remedy) string { return r.Agency })
	read(s, "complaint", "/complaints", "Complaint", "投诉", protocol.MayRemedy, func(c *protocol.Complaint) string { return c.Agency })
	read(s, "objection", "/objections", "Objection", "对数据的异议", protocol.MayCheckData, func(o *protocol.Objection) string { return o.Agency })
	s.complaints()
	s.objections()
	rest.Handle(s.api, get("/marks/{kind}/{id}", "listMarks", "around", "数据的异议标注(第四十六条)", protocol.MayReadCatalog),
		func(_ context.Context, _ *protocol.Account, in markIn) (rest.List[protocol.Mark], error) {
			list, err := s.Desk.Marks(protocol.Ref{Kind: protocol.KindName(in.Kind), ID: in.ID})
			return rest.List[protocol.Mark]{Items: append([]protocol.Mark{}, list...), Total: uint64(len(list))}, err
		})
}

// read adds the list of a kind and the record itself. An account of an agency
// sees what is that agency's to answer (G-06).
func read[T any](s *server, kind protocol.KindName, path, op, title string, verb protocol.Verb, agency func(*T) string) {
	rest.Handle(s.api, get(path, "list"+op, "around", title+"列表", verb),
		func(ctx context.Context, who *protocol.Account, in page) (rest.List[Row], error) {
			return s.rows(ctx, in.of(kind, protocol.Facet{Name: "agency", Value: who.Agency}))
		})
	rest.Handle(s.api, get(path+"/{id}", "get"+op, "around", title, verb),
		func(_ context.Context, who *protocol.Account, in oneIn) (rest.Record[T], error) {
			rec, err := s.ofAgency(who, verb, protocol.Ref{Kind: kind, ID: in.ID}, func(rec protocol.Record) (string, error) {
				body, err := protocol.Load[T](rec)
				if err != nil {
					return "", err
				}
				return agency(body), nil
			})
			if err != nil {
				return rest.Record[T]{}, err
			}
			return rest.RecordOf[T](rec)
		})
}

// ofAgency reads a record for somebody who has the right for its agency.
func (s *server) ofAgency(who *protocol.Account, verb protocol.Verb, ref protocol.Ref, agency func(protocol.Record) (string, error)) (protocol.Record, error) {
	rec, ok, err := s.Reader.Get(ref)
	if err == nil && !ok {
		err = rest.Missing(ref)
	}
	if err != nil {
		return rec, err
	}
	of, err := agency(rec)
	if err != nil {
		return rec, err
	}
	if no := protocol.Authorize(protocol.Question{Subject: who, Place: who.Place, Verb: verb, Agency: of}); no != nil {
		return protocol.Record{}, no
	}
	return rec, nil
}

func (s *server) evaluate(ctx context.Context, who *protocol.Account, in evaluateIn) (Filed, error) {
	b := in.Body
	on, err := protocol.ParseRef(b.On)
	if err != nil {
		return Filed{}, protocol.NewFault(protocol.Malformed, "evaluate", "所评的记录应写作 类别/编号")
	}
	return filed(s.Desk.Evaluate(ctx, who, b.Token, protocol.Evaluation{On: on, Event: b.Event, Grade: b.Grade, Channel: b.Channel, Text: b.Text, Tags: b.Tags,
		Anonymous: b.Anonymous, Name: b.Name, Contact: b.Contact}))
}

func (s *server) complaints() {
	file := post("/complaints", "fileComplaint", "around", "登记投诉(12345 以工单编号去重)", protocol.MayTakeComplaint)
	file.Status, file.Example = http.StatusCreated, protocol.Complaint{Source: protocol.Hotline, External: "2026-000123", Text: "等候过长", Agency: "11220000MB1X00001A"}
	rest.Handle(s.api, file, func(ctx context.Context, who *protocol.Account, in complainIn) (Filed, error) {
		return filed(s.Desk.Complain(ctx, who, in.Body, in.Key))
	})
	rest.Handle(s.api, post("/complaints/{id}/{act}", "actOnComplaint", "around", "投诉:受理、核实、处理、告知", protocol.MayRemedy),
		func(ctx context.Context, who *protocol.Account, in complaintIn) (Filed, error) {
			return filed(s.Desk.Complaint(ctx, who, in.ID, uint64(in.Seen), protocol.Act(in.Act), in.Body))
		})
}

func (s *server) objections() {
	file := post("/objections", "fileObjection", "around", "登记对数据的异议(第四十六条)", protocol.MayTakeComplaint)
	file.Status = http.StatusCreated
	file.Example = protocol.Objection{Disputed: protocol.Ref{Kind: "catalog.entry", ID: "1"}, Field: "/abstract", Text: "与事实不符", Proof: []string{"yanbian-1"}}
	rest.Handle(s.api, file, func(ctx context.Context, who *protocol.Account, in objectIn) (Filed, error) {
		return filed(s.Desk.Object(ctx, who, in.Body, in.Key))
	})
	rest.Handle(s.api, post("/objections/{id}/{act}", "actOnObjection", "around", "异议:责任部门签收、核实并决定", protocol.MayCheckData),
		func(ctx context.Context, who *protocol.Account, in objectionIn) (Filed, error) {
			return filed(s.Desk.Objection(ctx, who, in.ID, uint64(in.Seen), protocol.Act(in.Act), in.Body))
		})
}
