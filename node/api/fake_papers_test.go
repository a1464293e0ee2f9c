package api_test

import (
	"context"

	"xiangyun/node/desk"
	"xiangyun/protocol"
)

func (p *place) Documents(who *protocol.Account, on protocol.Ref) ([]desk.DocumentRow, error) {
	return []desk.DocumentRow{{Doc: protocol.Doc{Serial: "222400-D01-2026-09-000001", Act: "receive", At: 1_767_225_600_000, Digest: protocol.Hash{1}, Sum: protocol.Hash{2}},
		Title: "收件凭证", Case: on, Prints: []desk.Print{{By: "yanbian:li", At: 1_767_225_600_000}}}}, p.fail
}

func (p *place) Unprinted(*protocol.Account) ([]desk.DocumentRow, error) {
	return []desk.DocumentRow{{Doc: protocol.Doc{Serial: "222400-D01-2026-09-000002"}, Title: "收件凭证", Void: true}}, p.fail
}

func (p *place) Document(_ context.Context, who *protocol.Account, on protocol.Ref, serial string) (desk.Printed, error) {
	p.note("%s opens %s", who.Login, serial)
	return desk.Printed{Title: "收件凭证", PDF: []byte("%PDF-1.7"), Sum: protocol.Hash{2}}, p.fail
}

func (p *place) MarkPrinted(_ context.Context, who *protocol.Account, on protocol.Ref, serial string) error {
	p.note("%s printed %s", who.Login, serial)
	return p.fail
}

func (p *place) Checklist(_ context.Context, who *protocol.Account, in desk.Intake) (desk.Printed, error) {
	p.note("%s checks %s for %s", who.Login, in.Item, in.Applicant.Name)
	return desk.Printed{Title: "材料核对单", PDF: []byte("%PDF-1.7")}, p.fail
}

func (p *place) Packet(_ context.Context, who *protocol.Account, on protocol.Ref) (desk.PacketFile, error) {
	p.note("%s packs %s", who.Login, on)
	return desk.PacketFile{ID: protocol.BlobID("sha256:" + protocol.Hash{7}.String()), File: []byte("{}")}, p.fail
}

func (p *place) DayNumbers(_ *protocol.Account, day protocol.Day) ([]desk.DayNumbers, error) {
	p.note("numbers of %s", day)
	return nil, p.fail
}

func (p *place) ReadReceipt(_ *protocol.Account, scanned string) (desk.ReceiptReading, error) {
	p.note("reads %s", scanned)
	return desk.ReceiptReading{Genuine: true, Why: "证明"}, p.fail
}

func (p *place) Resurrect(ctx context.Context, who *protocol.Account, scanned string, in desk.Intake) (desk.Received, error) {
	p.note("%s brings back %s of %s", who.Login, scanned, in.Applicant.Name)
	c, err := protocol.Load[protocol.Case](p.record("case"))
	if err != nil {
		p.t.Fatal(err)
	}
	return desk.Received{Ref: protocol.Ref{Kind: "case", ID: "1"}, Case: *c, Rev: 1}, p.fail
}

func (p *place) Parcel(_ context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Parcel) (protocol.Record, error) {
	p.note("%s %s %s seen %d seal %s case %s", who.Login, act, ref, seen, want.Seal, want.Case)
	if act == "settle" {
		return p.record("request"), p.fail
	}
	return p.record("parcel"), p.fail
}

func (p *place) ParcelArrived(_ context.Context, who *protocol.Account, id, seal string, counted []int) (protocol.Record, error) {
	p.note("%s counts %v in %s of %s", who.Login, counted, seal, id)
	return p.record("parcel"), p.fail
}

func (p *place) Parcels(_ *protocol.Account, holder protocol.NodeID) ([]desk.ParcelRow, error) {
	p.note("parcels of %s", holder)
	return []desk.ParcelRow{{ID: "1", Since: 1_767_225_600_000, Parcel: protocol.Parcel{List: []protocol.Original{{Count: 2}, {Count: 1}}}}}, p.fail
}

func (p *place) Evaluate(_ context.Context, who *protocol.Account, token string, e protocol.Evaluation) (protocol.Record, error) {
	p.note("evaluates %s %s with %d by %s, staff %v", e.On, e.Event, e.Grade, token, who != nil)
	return p.record("evaluation"), p.fail
}

func (p *place) EvaluationLink(who *protocol.Account, on protocol.Ref, event string) (string, error) {
	p.note("%s hands out the link of %s %s", who.Login, on, event)
	return "0011", p.fail
}

func (p *place) Evaluation(_ *protocol.Account, id string) (protocol.Evaluation, error) {
	return protocol.Evaluation{On: protocol.Ref{Kind: "case", ID: id}, Grade: 5}, p.fail
}

func (p *place) Remedy(_ context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Remedy) (protocol.Record, error) {
	p.note("%s %s remedy %s seen %d: %s", who.Login, act, id, seen, want.Finding)
	return p.record("remedy"), p.fail
}

func (p *place) Complain(_ context.Context, who *protocol.Account, c protocol.Complaint, key string) (protocol.Record, error) {
	p.note("%s files %s %s under %s", who.Login, c.Source, c.External, key)
	return p.record("complaint"), p.fail
}

func (p *place) Complaint(_ context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Complaint) (protocol.Record, error) {
	p.note("%s %s complaint %s seen %d to %s", who.Login, act, id, seen, want.Assignee)
	return p.record("complaint"), p.fail
}

func (p *place) Object(_ context.Context, who *protocol.Account, o protocol.Objection, key string) (protocol.Record, error) {
	p.note("%s objects to %s under %s", who.Login, o.Disputed, key)
	return p.record("objection"), p.fail
}

func (p *place) Objection(_ context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Objection) (protocol.Record, error) {
	p.note("%s %s objection %s seen %d", who.Login, act, id, seen)
	return p.record("objection"), p.fail
}

func (p *place) Marks(on protocol.Ref) ([]protocol.Mark, error) {
	p.note("marks on %s", on)
	return []protocol.Mark{{On: on, Field: "/abstract", State: protocol.MarkSet}}, p.fail
}

// papers are the routes of documents, parcels and what is around a case.
var papers = []routed{
	{"GET", "/api/v1/cases/1/documents", "", 200, ""},
	{"GET", "/api/v1/documents", "", 200, ""},
	{"GET", "/api/v1/cases/1/packet", "", 200, "li packs case/1"},
	{"POST", "/api/v1/cases/checklist", intake, 200, "li checks A@1 for 甲"},
	{"GET", "/api/v1/documents/222400-D01-2026-09-000001", "", 200, "li opens 222400-D01-2026-09-000001"},
	{"POST", "/api/v1/documents/222400-D01-2026-09-000001/printed", "", 204, "li printed 222400-D01-2026-09-000001"},
	{"GET", "/api/v1/numbers?day=2026-03-02", "", 200, "numbers of 2026-03-02"},
	{"POST", "/api/v1/receipts/read", `{"code":"XYR1.a.b"}`, 200, "reads XYR1.a.b"},
	{"POST", "/api/v1/receipts/resurrect", `{"code":"XYR1.a.b",` + intake[1:], 201, "li brings back XYR1.a.b of 甲"},
	{"GET", "/api/v1/parcels?holder=yanbian", "", 200, "parcels of yanbian"},
	{"GET", "/api/v1/parcels/1", "", 200, ""},
	{"POST", "/api/v1/parcels", `{"case":"1","opened":{"name":"甲","sign":"b"},"list":[{"line_id":"m1","name":"申请书","count":1}]}`, 201, "li open / seen 0 seal  case 1"},
	{"POST", "/api/v1/parcels/1/seal", `{"seal_no":"yanbian-1"}`, 200, "li seal parcel/1 seen 0 seal yanbian-1 case "},
	{"POST", "/api/v1/parcels/1/settle", `{"outcome":"补寄"}`, 200, "li settle parcel/1 seen 0 seal  case "},
	{"POST", "/api/v1/parcels/1/arrived", `{"seal_no":"s","counted":[1,2]}`, 200, "li counts [1 2] in s of 1"},
	{"POST", "/api/v1/evaluations", `{"token":"t","on":"case/1","event":"deliver","grade":5,"channel":"qr"}`, 201, "evaluates case/1 deliver with 5 by t, staff true"},
	{"GET", "/api/v1/evaluations/1", "", 200, ""},
	{"GET", "/api/v1/cases/1/evaluation?event=deliver", "", 200, "li hands out the link of case/1 deliver"},
	{"POST", "/api/v1/remedies/1/verify", `{"finding":"属实"}`, 200, "li verify remedy 1 seen 0: 属实"},
	{"POST", "/api/v1/complaints", `{"source":"12345","external":"7","text":"x"}`, 201, "li files 12345 7 under k"},
	{"POST", "/api/v1/complaints/1/accept", `{"assignee":"yanbian:wang"}`, 200, "li accept complaint 1 seen 0 to yanbian:wang"},
	{"POST", "/api/v1/objections", `{"disputed":{"kind":"item","id":"1"},"field":"/name"}`, 201, "li objects to item/1 under k"},
	{"POST", "/api/v1/objections/1/dept_receive", `{}`, 200, "li dept_receive objection 1 seen 0"},
	{"GET", "/api/v1/marks/item/1", "", 200, "marks on item/1"},
}

// routed is one route as it is meant to be called.
type routed struct {
	method, path, body string
	status             int
	asked              string
}
