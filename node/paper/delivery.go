package paper

import (
	"strconv"

	"xiangyun/protocol"
)

// Piece is one thing that changes hands.
type Piece struct {
	Name    string
	Count   int
	Number  string // serial of a document, bar code of an original
	Remarks string
}

func piecesTable(title string, pieces []Piece) Block {
	t := Block{Kind: BlockTable, Columns: []Column{{"序号", 1}, {title, 5}, {"份数", 1}, {"编号或者条码", 4.6}, {"备注", 2.4}}}
	for i, p := range pieces {
		t.Rows = append(t.Rows, []string{strconv.Itoa(i + 1), p.Name, strconv.Itoa(p.Count), or(p.Number, "—"), or(p.Remarks, "—")})
	}
	return t
}

// DeliveryFacts is what D-11 carries (C-20).
type DeliveryFacts struct {
	Head
	Pieces      []Piece
	Way         string // counter, courier, elicence
	Recipient   string
	RecipientID string
	Tracking    string
	Delivered   protocol.Instant
}

var ways = []term{{"counter", "窗口直接送达"}, {"courier", "邮寄送达"}, {"elicence", "电子证照送达"}}

// Delivery is D-11 送达回证.
func Delivery(f DeliveryFacts) Document {
	d := f.open(11)
	d.Facts = append(d.Facts, Fact{Label: "送达方式", Value: word(ways, f.Way)}, Fact{Label: "领取人", Value: f.Recipient})
	if f.RecipientID != "" {
		d.Facts = append(d.Facts, Fact{Label: "领取人证件", Value: maskID(f.RecipientID)})
	}
	if f.Tracking != "" {
		d.Facts = append(d.Facts, Fact{Label: "邮寄单号", Value: f.Tracking})
	}
	d.Blocks = append(d.Blocks, paragraph("就%s，下列文书、证照已于%s在%s送达：", f.wish(), instantText(f.Delivered), f.Place), piecesTable("文书、证照名称", f.Pieces),
		paragraph("%s本省任一政务服务窗口均可代为送达，与承办机关送达具有同等效力。", f.law("根据"+lawLicence+"第四十四条，作出准予行政许可决定的，应当自作出决定之日起十个工作日内颁发、送达。", "")))
	d.Signers = []string{"领取人签名", "送达人签名"}
	d.Copies = "本回证一式两份：申请人一份，存档一份。"
	return d
}

// TransferFacts is what D-14 carries (P-02, P-03, P-04).
type TransferFacts struct {
	Head
	Parcel, SealNo, Tracking string
	Pieces                   []Piece
	Giver, Taker             string // place and person of both sides
}

// Transfer is D-14 原件移交清单.
func Transfer(f TransferFacts) Document {
	d := f.open(14)
	d.Facts = append(d.Facts, Fact{Label: "原件包编号", Value: f.Parcel}, Fact{Label: "封签号", Value: f.SealNo})
	if f.Tracking != "" {
		d.Facts = append(d.Facts, Fact{Label: "邮寄单号", Value: f.Tracking, Wide: true})
	}
	d.Facts = append(d.Facts, Fact{Label: "移交方", Value: f.Giver, Wide: true}, Fact{Label: "接收方", Value: f.Taker, Wide: true})
	d.Blocks = append(d.Blocks, paragraph("就%s，下列纸质原件自移交方移交接收方：", f.wish()), piecesTable("原件名称", f.Pieces),
		paragraph("接收方应当当场清点。数量、名称与本清单一致的，签名接收；不一致的，当场注明差异，原件包暂停流转，办件期限照常计算。"))
	d.Signers = []string{"移交人签名", "接收人签名"}
	d.Copies = "本清单一式三份：移交方、接收方各一份，随原件包一份。"
	return d
}
