package api

import (
	"context"
	"net/http"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// ParcelDesk keeps custody of paper originals.
type ParcelDesk interface {
	Parcel(ctx context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Parcel) (protocol.Record, error)
	ParcelArrived(ctx context.Context, who *protocol.Account, id, seal string, counted []int) (protocol.Record, error)
	Parcels(who *protocol.Account, holder protocol.NodeID) ([]desk.ParcelRow, error)
}

// ParcelRow is one parcel that somebody still answers for.
type ParcelRow struct {
	ID        string               `json:"id"`
	Rev       uint64               `json:"rev"`
	Case      string               `json:"case"`
	ReceiptNo string               `json:"receipt_no"`
	State     protocol.ParcelState `json:"state"`
	Holder    protocol.NodeID      `json:"holder" doc:"负责保管的节点"`
	By        string               `json:"by" doc:"保管人"`
	To        protocol.NodeID      `json:"to,omitempty" doc:"运往"`
	Seal      string               `json:"seal_no,omitempty"`
	Pieces    int                  `json:"pieces" doc:"件数"`
	Home      protocol.NodeID      `json:"home" doc:"下一步由谁办理"`
	Since     time.Time            `json:"since" doc:"自何时起未动"`
}

func parcelRow(r desk.ParcelRow) ParcelRow {
	v := ParcelRow{ID: r.ID, Rev: r.Rev, Case: r.Case, ReceiptNo: r.ReceiptNo, State: r.State, Holder: r.Holder.Node, By: r.Holder.By, To: r.To, Seal: r.Seal,
		Home: r.Home, Since: r.Since.Time()}
	for _, o := range r.List {
		v.Pieces += o.Count
	}
	return v
}

type holderIn struct {
	Holder string `query:"holder" doc:"保管的节点"`
}

type opening struct {
	Case   string              `json:"case" need:"true" doc:"办件编号"`
	List   []protocol.Original `json:"list" need:"true" doc:"逐项清点的原件"`
	Opened signature           `json:"opened" need:"true" doc:"在场清点并签名的申请人"`
}

type signature struct {
	Name string `json:"name" need:"true"`
	Sign string `json:"sign" need:"true" doc:"签名的附件编号"`
}

type openIn struct {
	Body opening `body:"json"`
}

// custody is what an act of custody needs beside the parcel; each act takes its own.
type custody struct {
	Seal     string          `json:"seal_no,omitempty" doc:"seal: 封签号"`
	To       protocol.NodeID `json:"to,omitempty" doc:"dispatch: 寄往的节点"`
	Tracking string          `json:"tracking,omitempty" doc:"dispatch、return: 运单号"`
	Text     string          `json:"text,omitempty" doc:"scan: 物流信息;dispute: 争议内容"`
	Counted  []int           `json:"counted,omitempty" doc:"count_in: 逐项清点的份数"`
	Name     string          `json:"name,omitempty" doc:"use: 领用人;return: 领取人"`
	Sign     string          `json:"sign,omitempty" doc:"use、return: 签名的附件编号"`
	Way      string          `json:"way,omitempty" doc:"return: counter 当面或 courier 快递"`
	Proof    string          `json:"proof,omitempty" doc:"return: 快递签收凭证的附件编号"`
	Outcome  string          `json:"outcome,omitempty" doc:"settle: 双方同意的处理结果,须逐字相同"`
	Other    string          `json:"other,omitempty" doc:"settle: 双方同在本地时,对方的账号"`
}

// wanted is what the judge of the act looks at; it copies what the act may set.
func (c *custody) wanted() protocol.Parcel {
	return protocol.Parcel{Seal: c.Seal, To: c.To, Use: &protocol.Signing{Name: c.Name, Sign: c.Sign},
		Legs:     []protocol.Leg{{Tracking: c.Tracking, Counted: c.Counted, Scans: []protocol.Scan{{Text: c.Text}}}},
		Returned: &protocol.Return{Way: c.Way, Name: c.Name, Sign: c.Sign, Tracking: c.Tracking, Proof: c.Proof},
		Dispute:  &protocol.Dispute{Text: c.Text, Outcome: c.Outcome, Other: c.Other}}
}

type custodyIn struct {
	ID   string   `path:"id"`
	Act  string   `path:"act" enum:"seal,dispatch,scan,count_in,use,return,dispute,settle"`
	Seen rest.Rev `header:"If-Match" doc:"所见版本;其后有变则返回 412"`
	Body custody  `body:"json"`
}

type arrival struct {
	Seal    string `json:"seal_no" need:"true" doc:"包裹上的封签号"`
	Counted []int  `json:"counted" need:"true" doc:"按箱内清单逐项清点的份数"`
}

type arrivalIn struct {
	ID   string  `path:"id"`
	Body arrival `body:"json"`
}

// ParcelActed is the parcel after the act, or the request that stands in for it.
type ParcelActed struct {
	Parcel  *rest.Record[protocol.Parcel] `json:"parcel,omitempty"`
	Request *RequestView                  `json:"request,omitempty" doc:"记录在他处或尚未到达,已转为请求"`
}

// Revision is the ETag of the parcel; a request leaves it as it was.
func (a ParcelActed) Revision() uint64 {
	if a.Parcel == nil {
		return 0
	}
	return a.Parcel.Rev
}

func parcelActed(rec protocol.Record, err error) (a ParcelActed, _ error) {
	if err != nil {
		return a, err
	}
	if rec.Ref.Kind == "request" {
		view, err := requestView(rec)
		return ParcelActed{Request: &view}, err
	}
	p, err := rest.RecordOf[protocol.Parcel](rec)
	return ParcelActed{Parcel: &p}, err
}

func (s *server) parcels() {
	rest.Handle(s.api, get("/parcels", "listParcels", "parcels", "在途和在库的原件包,放得最久的在前", protocol.MayHoldPapers),
		func(_ context.Context, who *protocol.Account, in holderIn) (list rest.List[ParcelRow], err error) {
			rows, err := s.Desk.Parcels(who, protocol.NodeID(in.Holder))
			list.Items, list.Total = []ParcelRow{}, uint64(len(rows))
			for _, r := range rows {
				list.Items = append(list.Items, parcelRow(r))
			}
			return list, err
		})
	rest.Handle(s.api, get("/parcels/{id}", "getParcel", "parcels", "原件包", protocol.MayHoldPapers),
		func(_ context.Context, _ *protocol.Account, in oneIn) (rest.Record[protocol.Parcel], error) {
			return one[protocol.Parcel](s, "parcel", in.ID)
		})
	open := post("/parcels", "openParcel", "parcels", "登记原件(P-01)", protocol.MayHoldPapers)
	open.Status = http.StatusCreated
	open.Note = "只登记法律、法规要求纸质的材料;当面清点,双方签名。"
	open.Example = opening{Case: "yanbian-1-00000042-B", Opened: signature{"申请人甲", "yanbian-1"}, List: []protocol.Original{{Line: "m1", Name: "申请书", Count: 1}}}
	rest.Handle(s.api, open, func(ctx context.Context, who *protocol.Account, in openIn) (ParcelActed, error) {
		b := in.Body
		return parcelActed(s.Desk.Parcel(ctx, who, protocol.Ref{}, 0, "open", protocol.Parcel{Case: b.Case, List: b.List, Opened: protocol.Signing{Name: b.Opened.Name, Sign: b.Opened.Sign}}))
	})
	act := post("/parcels/{id}/{act}", "actOnParcel", "parcels", "封装、交寄、清点、领用、退还、争议", protocol.MayHoldPapers)
	act.Example = custody{Seal: "yanbian-000001"}
	act.Note = "争议的了结(settle)须双方各自提交同一处理结果;对方节点提交的是请求。"
	rest.Handle(s.api, act, func(ctx context.Context, who *protocol.Account, in custodyIn) (ParcelActed, error) {
		return parcelActed(s.Desk.Parcel(ctx, who, protocol.Ref{Kind: "parcel", ID: in.ID}, uint64(in.Seen), protocol.Act(in.Act), in.Body.wanted()))
	})
	arrived := post("/parcels/{id}/arrived", "parcelArrived", "parcels", "到货清点;记录尚未到达也可登记(P-09)", protocol.MayHoldPapers)
	arrived.Example = arrival{Seal: "changchun-7", Counted: []int{1}}
	rest.Handle(s.api, arrived, func(ctx context.Context, who *protocol.Account, in arrivalIn) (ParcelActed, error) {
		return parcelActed(s.Desk.ParcelArrived(ctx, who, in.ID, in.Body.Seal, in.Body.Counted))
	})
}
