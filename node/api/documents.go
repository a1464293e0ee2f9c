package api

import (
	"bytes"
	"context"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// PaperDesk gives the documents of cases and reads receipts.
type PaperDesk interface {
	// Documents lists those of a case; Unprinted those of this node that nobody printed.
	Documents(who *protocol.Account, on protocol.Ref) ([]desk.DocumentRow, error)
	Unprinted(who *protocol.Account) ([]desk.DocumentRow, error)
	// Document gives the same bytes each time; the zero Ref finds the case by the serial.
	Document(ctx context.Context, who *protocol.Account, on protocol.Ref, serial string) (desk.Printed, error)
	MarkPrinted(ctx context.Context, who *protocol.Account, on protocol.Ref, serial string) error
	// Checklist prints D-02 before there is a case.
	Checklist(ctx context.Context, who *protocol.Account, in desk.Intake) (desk.Printed, error)
	// Packet makes and keeps the archive packet of a case; its id goes into the act archive.
	Packet(ctx context.Context, who *protocol.Account, on protocol.Ref) (desk.PacketFile, error)
	DayNumbers(who *protocol.Account, day protocol.Day) ([]desk.DayNumbers, error)
	ReadReceipt(who *protocol.Account, scanned string) (desk.ReceiptReading, error)
	Resurrect(ctx context.Context, who *protocol.Account, scanned string, in desk.Intake) (desk.Received, error)
}

// DocumentView is one document of a case.
type DocumentView struct {
	Serial    string            `json:"serial" doc:"文书编号"`
	Title     string            `json:"title"`
	Case      string            `json:"case,omitempty"`
	ReceiptNo string            `json:"receipt_no,omitempty"`
	Act       protocol.Act      `json:"act,omitempty" doc:"出具该文书的操作"`
	At        time.Time         `json:"at,omitzero"`
	Agency    string            `json:"agency,omitempty" doc:"出具机关"`
	Place     string            `json:"place,omitempty" doc:"出具地点"`
	Digest    string            `json:"digest,omitempty" doc:"文书内容的 SHA-256"`
	Sum       string            `json:"sum,omitempty" doc:"文件的 SHA-256;没有则在首次打印时生成"`
	Due       []protocol.DocDue `json:"due,omitempty" doc:"文书载明的期限及所据日历版本"`
	Prints    []Printing        `json:"prints,omitempty" doc:"在本节点的打印记录"`
	Void      bool              `json:"void,omitempty" doc:"编号作废:已占用而操作未成立"`
}

// Printing says who printed a document, and when.
type Printing struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

func documentView(r desk.DocumentRow) DocumentView {
	v := DocumentView{Serial: r.Serial, Title: r.Title, Case: r.Case.ID, ReceiptNo: r.ReceiptNo, Act: r.Act, Agency: r.Agency, Place: r.Place, Due: r.Due, Void: r.Void}
	if !r.Void {
		v.At, v.Digest = r.At.Time(), r.Digest.String()
	}
	if !r.Sum.IsZero() {
		v.Sum = r.Sum.String()
	}
	for _, p := range r.Prints {
		v.Prints = append(v.Prints, Printing{p.By, p.At.Time()})
	}
	return v
}

func documentList(rows []desk.DocumentRow, err error) (rest.List[DocumentView], error) {
	list := rest.List[DocumentView]{Items: []DocumentView{}, Total: uint64(len(rows))}
	for _, r := range rows {
		list.Items = append(list.Items, documentView(r))
	}
	return list, err
}

// PacketView is an archive packet. Content is the file itself: packet is the SHA-256 of
// exactly these bytes.
type PacketView struct {
	Packet  protocol.BlobID `json:"packet"`
	Size    int             `json:"size"`
	Content string          `json:"content"`
}

type serialIn struct {
	Serial string `path:"serial" max:"80"`
}

type dayIn struct {
	Day string `query:"day" need:"true" max:"10" doc:"日期,例如 2026-03-02"`
}

type scan struct {
	Code string `json:"code" need:"true" doc:"扫描收件凭证二维码得到的文字(XYR1…)"`
}

type scanIn struct {
	Body scan `body:"json"`
}

// ReceiptView is what a scanned receipt proves.
type ReceiptView struct {
	Genuine   bool               `json:"genuine" doc:"由所载节点的登记密钥签发;为假则以下均不可采信"`
	Why       string             `json:"why" doc:"证明什么,或为何不能采信"`
	CaseID    string             `json:"case_id"`
	ReceiptNo string             `json:"receipt_no"`
	Item      string             `json:"item"`
	Received  time.Time          `json:"received" doc:"收件时间"`
	Node      protocol.NodeID    `json:"node"`
	NodeName  string             `json:"node_name"`
	Here      bool               `json:"here" doc:"本节点有该办件"`
	State     protocol.CaseState `json:"state,omitempty"`
	CanRevive bool               `json:"can_revive" doc:"收件节点已丢失且本地没有该办件,可凭凭证恢复(F-03)"`
}

type revival struct {
	Code string `json:"code" need:"true" doc:"收件凭证二维码的文字"`
	Intake
}

type reviveIn struct {
	Body revival `body:"json"`
}

func (s *server) documents() {
	rest.Handle(s.api, get("/cases/{id}/documents", "listDocuments", "documents", "办件的文书", protocol.MayReadCases),
		func(_ context.Context, who *protocol.Account, in oneIn) (rest.List[DocumentView], error) {
			return documentList(s.Desk.Documents(who, protocol.Ref{Kind: "case", ID: in.ID}))
		})
	rest.Handle(s.api, get("/documents", "listUnprinted", "documents", "尚未打印的文书(F-12)", protocol.MayReadCases),
		func(_ context.Context, who *protocol.Account, _ struct{}) (rest.List[DocumentView], error) {
			return documentList(s.Desk.Unprinted(who))
		})
	pdf := get("/documents/{serial}", "getDocument", "documents", "文书的 PDF", protocol.MayReadCases)
	pdf.Note = "每次字节相同;原件丢失时按日志重新生成并与摘要核对,不符则拒绝。"
	rest.Handle(s.api, pdf, s.document)
	packet := get("/cases/{id}/packet", "getPacket", "documents", "归档包(C-23d)", protocol.MayReadCases)
	packet.Note = "content 为归档包本身(JSON),packet 为其编号,归档时提交;同一状态的办件得到同一归档包。"
	rest.Handle(s.api, packet, func(ctx context.Context, who *protocol.Account, in oneIn) (PacketView, error) {
		f, err := s.Desk.Packet(ctx, who, protocol.Ref{Kind: "case", ID: in.ID})
		return PacketView{f.ID, len(f.File), string(f.File)}, err
	})
	check := post("/cases/checklist", "printChecklist", "documents", "材料核对单(D-02,收件前)", protocol.MayReceive)
	check.Note, check.Example = "返回 PDF;只占用文书编号,不产生办件。", sampleIntake()
	rest.Handle(s.api, check, s.checklist)
	rest.Handle(s.api, post("/documents/{serial}/printed", "markPrinted", "documents", "登记已打印", protocol.MayReadCases),
		func(ctx context.Context, who *protocol.Account, in serialIn) (rest.None, error) {
			return rest.None{}, s.Desk.MarkPrinted(ctx, who, protocol.Ref{}, in.Serial)
		})
	rest.Handle(s.api, get("/numbers", "listNumbers", "documents", "办件编号使用情况(N-04)", protocol.MayReadCases), s.numbers)
	read := post("/receipts/read", "readReceipt", "documents", "核验收件凭证", protocol.MayReadCases)
	read.Note, read.Example = "不需要联网;证书更换或过期不影响核验。", scan{Code: "XYR1.payload.signature"}
	rest.Handle(s.api, read, s.readReceipt)
	revive := post("/receipts/resurrect", "resurrectCase", "documents", "凭收件凭证恢复办件(F-03)", protocol.MayReceive)
	revive.Status = 201
	revive.Note = "只用于收件节点丢失且办件未上传的情形;办件编号、收件编号和收件时间与凭证相同。"
	revive.Example = revival{Code: "XYR1.payload.signature", Intake: sampleIntake()}
	rest.Handle(s.api, revive, func(ctx context.Context, who *protocol.Account, in reviveIn) (Slip, error) {
		return slip(s.Desk.Resurrect(ctx, who, in.Body.Code, in.Body.intake("")))
	})
}

func (s *server) document(ctx context.Context, who *protocol.Account, in serialIn) (rest.File, error) {
	p, err := s.Desk.Document(ctx, who, protocol.Ref{}, in.Serial)
	if err != nil {
		return rest.File{}, err
	}
	return rest.File{Name: p.Title + " " + in.Serial + ".pdf", Type: "application/pdf", At: p.Doc.At.Time(), Tag: p.Sum.String(), Content: bytes.NewReader(p.PDF)}, nil
}

type checklistIn struct {
	Body Intake `body:"json"`
}

func (s *server) checklist(ctx context.Context, who *protocol.Account, in checklistIn) (rest.File, error) {
	p, err := s.Desk.Checklist(ctx, who, in.Body.intake(""))
	if err != nil {
		return rest.File{}, err
	}
	return rest.File{Name: p.Title + " " + p.Doc.Serial + ".pdf", Type: "application/pdf", At: p.Doc.At.Time(), Tag: p.Sum.String(), Content: bytes.NewReader(p.PDF)}, nil
}

func (s *server) numbers(_ context.Context, who *protocol.Account, in dayIn) (list rest.List[desk.DayNumbers], err error) {
	day, err := protocol.ParseDay(in.Day)
	if err != nil {
		return list, protocol.NewFault(protocol.Malformed, "list numbers", "日期应写作 2026-03-02")
	}
	all, err := s.Desk.DayNumbers(who, day)
	return rest.List[desk.DayNumbers]{Items: append([]desk.DayNumbers{}, all...), Total: uint64(len(all))}, err
}

func (s *server) readReceipt(_ context.Context, who *protocol.Account, in scanIn) (v ReceiptView, err error) {
	r, err := s.Desk.ReadReceipt(who, in.Body.Code)
	if err != nil {
		return v, err
	}
	return ReceiptView{Genuine: r.Genuine, Why: r.Why, CaseID: r.ReceiptQR.Case, ReceiptNo: r.ReceiptNo, Item: r.Item, Received: r.Received.Time(), Node: r.Node,
		NodeName: r.NodeName, Here: r.Case.ID != "", State: r.State, CanRevive: r.CanRevive}, nil
}
