package api

import (
	"context"
	"net/http"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
)

// CaseRow is one case in a list.
type CaseRow struct {
	ID        string             `json:"id"`
	Rev       uint64             `json:"rev"`
	ReceiptNo string             `json:"receipt_no"`
	Item      string             `json:"item"`
	ItemName  string             `json:"item_name"`
	State     protocol.CaseState `json:"state"`
	Applicant string             `json:"applicant" doc:"清单中姓名已遮盖;全称见办件详情"`
	Agency    string             `json:"agency"`
	Home      protocol.NodeID    `json:"home"`
	Window    protocol.NodeID    `json:"window" doc:"收件的节点"`
	Received  time.Time          `json:"received"`
	Due       protocol.CaseDue   `json:"due"`
	Index     uint64             `json:"index" doc:"省级确认的序号;0 表示尚未确认"`
}

func caseRow(rec protocol.Record) (CaseRow, error) {
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return CaseRow{}, err
	}
	return rowOf(rec.Ref.ID, rec.Rev, rec.Home, rec.Index, c), nil
}

func rowOf(id string, rev uint64, home protocol.NodeID, index uint64, c *protocol.Case) CaseRow {
	return CaseRow{ID: id, Rev: rev, ReceiptNo: c.ReceiptNo, Item: c.Item, ItemName: c.ItemName, State: c.State,
		Applicant: console.Mask(&c.Applicant), Agency: c.Agency, Home: home, Window: c.Received.Node, Received: c.Received.At.Time(),
		Due: c.Due, Index: index}
}

// CaseView is a case with all that happened to it.
type CaseView struct {
	rest.Record[protocol.Case]
	Timeline  []rest.Step `json:"timeline"`
	Elsewhere *Elsewhere  `json:"elsewhere,omitempty" doc:"本节点没有这件;这是省级答复的,已去除申请人信息和办理内容"`
}

// Elsewhere says whose view a case that is not here is, and how old it was when
// the province answered.
type Elsewhere struct {
	Server protocol.NodeID `json:"server"`
	Index  uint64          `json:"index" doc:"省级当时的序号"`
	Age    int64           `json:"age_ms" doc:"答复时数据已有多旧,毫秒"`
}

type caseIn struct {
	ID      string `path:"id"`
	Purpose string `query:"purpose" doc:"查询用途;本节点没有这件时向省级查询,须写明,用途在省级登记"`
}

type casesIn struct {
	page
	Agency  string `query:"agency" doc:"承办机构"`
	Handler string `query:"handler" doc:"承办节点"`
	Window  string `query:"window" doc:"收件节点"`
	Item    string `query:"item" doc:"事项版本"`
}

// whose says whose cases are looked for. It is a body, because addresses are
// logged on the way.
type whose struct {
	IDType string `json:"id_type" need:"true" enum:"citizen,uscc,other"`
	ID     string `json:"id" need:"true"`
	Limit  int    `json:"limit,omitempty"`
	After  string `json:"after,omitempty"`
}

type personIn struct {
	Body whose `body:"json"`
}

func (s *server) cases() {
	rest.Handle(s.api, get("/cases", "listCases", "cases", "办件列表", protocol.MayReadCases),
		func(ctx context.Context, _ *protocol.Account, in casesIn) (rest.List[CaseRow], error) {
			return found(ctx, s, in.of("case", protocol.Facet{Name: "agency", Value: in.Agency}, protocol.Facet{Name: "handler", Value: in.Handler},
				protocol.Facet{Name: "window", Value: in.Window}, protocol.Facet{Name: "item", Value: in.Item}), caseRow)
		})
	rest.Handle(s.api, get("/cases/{id}", "getCase", "cases", "办件详情与经过", protocol.MayReadCases), s.getCase)
	find := post("/cases/find", "findCases", "cases", "按申请人证件查办件", protocol.MayReadCases)
	find.Note = "证件号码放在请求内容中,不进入网址和日志。"
	find.Example = whose{IDType: "uscc", ID: "11220000MB1X00001A"}
	rest.Handle(s.api, find, func(ctx context.Context, _ *protocol.Account, in personIn) (rest.List[CaseRow], error) {
		key := s.Desk.Fingerprint(in.Body.IDType, in.Body.ID)
		return found(ctx, s, page{Key: key, Limit: in.Body.Limit, After: in.Body.After}.of("case"), caseRow)
	})
	s.findElsewhere()
	s.person()
	take := post("/cases", "receiveCase", "cases", "收件", protocol.MayReceive)
	take.Status = http.StatusCreated
	take.Note = "返回即已写入本节点磁盘,与省级是否连通无关。同一 Idempotency-Key 重发得到同一办件(before 为真)。"
	take.Example = sampleIntake()
	rest.Handle(s.api, take, s.receive)
}

// question asks the whole province; the number stays out of addresses and logs.
type question struct {
	IDType  string `json:"id_type,omitempty" enum:"citizen,uscc,other"`
	ID      string `json:"id,omitempty" doc:"证件号码;与 number 二选一"`
	Number  string `json:"number,omitempty" doc:"收件编号或案号"`
	Purpose string `json:"purpose" need:"true" doc:"查询用途,在省级登记"`
}

type questionIn struct {
	Body question `body:"json"`
}

// CasesElsewhere is what the whole province holds, those of this node among them.
type CasesElsewhere struct {
	Items     []CaseRow  `json:"items"`
	Elsewhere *Elsewhere `json:"elsewhere"`
}

func (s *server) findElsewhere() {
	route := post("/cases/find-elsewhere", "findCasesElsewhere", "cases", "向省级查办件", protocol.MayReadCases)
	route.Note = "两秒内答复,或说明暂时查不到。申请人信息已去除;查询和用途在省级登记,登记不了就不答复。"
	route.Example = question{Number: "222400000000000000001", Purpose: "申请人到窗口查询进度"}
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in questionIn) (out CasesElsewhere, err error) {
		key := in.Body.Number
		if key == "" {
			key = s.Desk.Fingerprint(in.Body.IDType, in.Body.ID)
		}
		sight, err := s.Desk.FindElsewhere(ctx, who, key, in.Body.Purpose)
		if err != nil {
			return out, err
		}
		out.Items, out.Elsewhere = []CaseRow{}, elsewhereOf(sight)
		for _, rec := range sight.Cases {
			row, err := caseRow(rec)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, row)
		}
		return out, nil
	})
}

func (s *server) getCase(ctx context.Context, who *protocol.Account, in caseIn) (v CaseView, err error) {
	v.Record, err = one[protocol.Case](s, "case", in.ID)
	if protocol.CodeOf(err) == protocol.Gone && in.Purpose != "" {
		return s.caseElsewhere(ctx, who, in)
	}
	if err != nil {
		return v, err
	}
	v.Timeline, err = s.history(protocol.Ref{Kind: "case", ID: in.ID})
	return v, err
}

// caseElsewhere shows a case that this node does not hold as the province has it
// (cases.md §4).
func (s *server) caseElsewhere(ctx context.Context, who *protocol.Account, in caseIn) (v CaseView, err error) {
	sight, err := s.Desk.Elsewhere(ctx, who, in.ID, in.Purpose)
	if err != nil {
		return v, err
	}
	var rec protocol.Record
	if len(sight.Cases) > 0 {
		rec = sight.Cases[0]
	}
	rec.Ref = protocol.Ref{Kind: "case", ID: in.ID}
	if v.Record, err = rest.Found[protocol.Case](rec, len(sight.Cases) > 0, nil); err != nil {
		return v, err
	}
	v.Timeline, v.Elsewhere = []rest.Step{}, elsewhereOf(sight)
	return v, nil
}

func elsewhereOf(s desk.Sight) *Elsewhere {
	return &Elsewhere{Server: s.Server, Index: s.Index, Age: s.Age.Milliseconds()}
}

// Intake is what a clerk has when the papers are complete.
type Intake struct {
	Item      string              `json:"item" need:"true" doc:"事项版本"`
	Guide     protocol.Hash       `json:"guide" doc:"所出示办事指南的 guide_hash;其后有更新则拒绝(C-02d)"`
	Applicant Person              `json:"applicant" need:"true"`
	Form      []protocol.Field    `json:"form"`
	Materials []protocol.Material `json:"materials" doc:"逐项答复指南所列材料,顺序相同"`
	Window    string              `json:"window" need:"true" doc:"窗口号"`
	Agent     *protocol.Agent     `json:"agent,omitempty" doc:"代理人及授权委托书(C-01c)"`
	ObjectKey string              `json:"object_key" doc:"标的:区分同一申请人的两件申请(DU-02)"`
	Delegated string              `json:"delegated" doc:"异地受理:受委托的收件机构;不填为代收(收受分离)"`
	Offline   bool                `json:"offline" doc:"收件时与省级断开"`
	HandOver  bool                `json:"hand_over" doc:"由他处决定的,收件后立即移交"`
	Instant   *AtOnce             `json:"instant,omitempty" doc:"即办件:当场受理、决定、送达(C-26)"`
}

// Person is who asks.
type Person struct {
	Type    string `json:"type" need:"true" enum:"person,org"`
	Name    string `json:"name" need:"true"`
	IDType  string `json:"id_type" need:"true" enum:"citizen,uscc,other"`
	ID      string `json:"id" need:"true"`
	Contact string `json:"contact"`
}

func sampleIntake() Intake {
	return Intake{Item: "11220000MB1X00001A4220116001000@1", Window: "A03", HandOver: true,
		Applicant: Person{Type: "org", Name: "某某有限公司", IDType: "uscc", ID: "91220000MB1X00001A"},
		Form:      []protocol.Field{{Name: "经营范围", Value: "餐饮"}},
		Materials: []protocol.Material{{Line: "m1", Presence: "present", Copies: 1}}}
}

// Slip is what is printed for the applicant.
type Slip struct {
	ID        string             `json:"id"`
	Rev       uint64             `json:"rev"`
	ReceiptNo string             `json:"receipt_no"`
	State     protocol.CaseState `json:"state"`
	ItemName  string             `json:"item_name"`
	Agency    string             `json:"agency"`
	At        time.Time          `json:"at"`
	Due       protocol.CaseDue   `json:"due"`
	Before    bool               `json:"before,omitempty" doc:"此前已用同一幂等键收件"`
}

// Revision is the ETag of the case.
func (r Slip) Revision() uint64 { return r.Rev }

// Location is where the case is read.
func (r Slip) Location() string { return base + "/cases/" + r.ID }

type receiveIn struct {
	Key  string `header:"Idempotency-Key" need:"true" max:"100" doc:"每份申请一个,重发时不变"`
	Body Intake `body:"json"`
}

func (s *server) receive(ctx context.Context, who *protocol.Account, in receiveIn) (Slip, error) {
	instant, err := s.atOnce(in.Body.Instant)
	if err != nil {
		return Slip{}, err
	}
	wanted := in.Body.intake(in.Key)
	wanted.Instant = instant
	return slip(s.Desk.Receive(ctx, who, wanted))
}

func (b *Intake) intake(key string) desk.Intake {
	return desk.Intake{Item: b.Item, Guide: b.Guide, Form: b.Form, Materials: b.Materials, Window: b.Window,
		Agent: b.Agent, ObjectKey: b.ObjectKey, Delegated: b.Delegated, Offline: b.Offline, HandOver: b.HandOver, Nonce: key,
		Applicant: protocol.Applicant{Type: b.Applicant.Type, Name: b.Applicant.Name, IDType: b.Applicant.IDType, ID: b.Applicant.ID, Contact: b.Applicant.Contact}}
}

func slip(got desk.Received, err error) (Slip, error) {
	if err != nil {
		return Slip{}, err
	}
	c := &got.Case
	return Slip{ID: got.Ref.ID, Rev: got.Rev, ReceiptNo: c.ReceiptNo, State: c.State, ItemName: c.ItemName, Agency: c.Agency,
		At: c.Received.At.Time(), Due: c.Due, Before: got.Before}, nil
}
