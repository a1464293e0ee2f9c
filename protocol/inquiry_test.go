package protocol

import (
	"strings"
	"testing"
)

func TestRefusalsOfAnInquiry(t *testing.T) {
	change := want[Inquiry]
	check(t, []row{
		{"cases.G-11 one question is noted once", "inquiry note", stands(anInquiry()), "G-11"},
		{"cases.G-01 a node notes nothing in the hub's name", "inquiry note", from("yanbian"), "G-01"},
		{"cases.W-09 nobody asks without a purpose", "inquiry note", change(func(l *Inquiry) { l.Purpose = "" }), "G-10"},
		{"cases.G-10 a purpose is a sentence", "inquiry note", change(func(l *Inquiry) { l.Purpose = strings.Repeat("x", 601) }), "G-10"},
		{"cases.W-09 a document number is no case id", "inquiry note", change(func(l *Inquiry) { l.Case = "11010519491231002X" }), "G-09"},
		{"cases.G-09 somebody asks", "inquiry note", change(func(l *Inquiry) { l.Asker = "" }), "G-09"},
		{"cases.G-09 somewhere", "inquiry note", change(func(l *Inquiry) { l.Node = "" }), "G-09"},
		{"cases.G-09 no more is shown than a page", "inquiry note", change(func(l *Inquiry) { l.Found = make([]string, MaxInquiry+1) }), "G-09"},
	})
}
