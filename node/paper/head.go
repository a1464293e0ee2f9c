package paper

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"xiangyun/protocol"
)

// Head is what every document carries (cases.md §9).
type Head struct {
	Serial    Serial
	Agency    string // who issues it and whose seal it bears
	Case      string // record id; empty before receipt
	CaseNo    string // statutory number of 43 digits, when there is one (N-02, N-03)
	ReceiptNo string
	Applicant Party
	Item      Item
	Place     string // window or office, as people call it
	At        protocol.Instant
}

// Party is who asks.
type Party struct {
	Name, IDType, ID string
	Agent            string // who acts for them, if anybody
}

// Item is the pinned version of what is asked for.
type Item struct {
	Name      string
	Code      string // implementation code
	Version   int
	Guide     protocol.Hash
	Licensing bool // type 01: 行政许可法 applies by its own words
}

// open starts a document with the facts all have in common.
func (h *Head) open(template int) Document {
	d := Document{Template: template, Version: 1, Serial: h.Serial.String(), Title: Title(template), Agency: h.Agency, Seal: h.Agency,
		Place: h.Place, At: h.At, QRNote: "扫码核对本文书编号与内容"}
	d.Facts = append(d.Facts, Fact{Label: "申请人", Value: h.Applicant.Name, Wide: true})
	if h.Applicant.ID != "" {
		d.Facts = append(d.Facts, Fact{Label: idTitle(h.Applicant.IDType), Value: shownID(h.Applicant.IDType, h.Applicant.ID)})
	}
	if h.Applicant.Agent != "" {
		d.Facts = append(d.Facts, Fact{Label: "代理人", Value: h.Applicant.Agent})
	}
	d.Facts = append(d.Facts, h.numbers()...)
	if h.Item.Name != "" {
		d.Facts = append(d.Facts, h.Item.facts()...)
	}
	return d
}

func (h *Head) numbers() (facts []Fact) {
	for _, f := range []Fact{{Label: "收件编号", Value: h.ReceiptNo}, {Label: "办件编号", Value: h.Case}, {Label: "业务流水号", Value: h.CaseNo, Wide: true}} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

func (i *Item) facts() []Fact {
	return []Fact{{Label: "事项名称", Value: i.Name, Wide: true}, {Label: "实施编码", Value: i.Code, Wide: true},
		{Label: "事项版本", Value: fmt.Sprintf("第 %d 版", i.Version)}, {Label: "指南摘要", Value: i.Guide.Short()}}
}

func idTitle(kind string) string {
	switch kind {
	case "citizen":
		return "公民身份号码"
	case "uscc":
		return "统一社会信用代码"
	}
	return "证件号码"
}

// shownID prints the code of a body whole, since it is public, and of a
// person's number only its ends.
func shownID(kind, id string) string {
	if kind == "uscc" {
		return id
	}
	return maskID(id)
}

// maskID keeps the ends of a number, enough for its owner to know it.
func maskID(id string) string {
	runes := []rune(id)
	n := utf8.RuneCountInString(id)
	if n < 8 {
		return strings.Repeat("*", n)
	}
	return string(runes[:4]) + strings.Repeat("*", n-8) + string(runes[n-4:])
}

// you addresses the applicant as official letters do.
func (h *Head) you() string { return h.Applicant.Name + "：" }

// wish names what was asked for.
func (h *Head) wish() string { return "“" + h.Item.Name + "”" }

// law gives the wording for a licence, and the other one for everything else.
func (h *Head) law(licence, other string) string {
	if h.Item.Licensing {
		return licence
	}
	return other
}

// Laws as documents cite them.
const (
	lawLicence = "《中华人民共和国行政许可法》"
	lawMeasure = "《吉林省公共数据和一网通办管理办法（试行）》（吉政发〔2019〕4号）"
)

func dayText(d protocol.Day) string {
	if d.IsZero() {
		return "—"
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Dom)
}

func instantText(i protocol.Instant) string {
	t := i.Time()
	return fmt.Sprintf("%s%02d:%02d:%02d（北京时间）", dayText(i.Day()), t.Hour(), t.Minute(), t.Second())
}

// endText writes the end of a time limit, which is 24:00 of its last day.
func endText(i protocol.Instant) string {
	if last := i.Day().Add(-1); last.End() == i {
		return dayText(last) + "24时"
	}
	return instantText(i)
}

// or gives s, or the dash that says "nothing" in a cell.
func or(s, none string) string {
	if s == "" {
		return none
	}
	return s
}
