package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func askGrant(*console.Visit, *protocol.Case) []page.Field {
	return []page.Field{{Name: "text", Label: "field.decision", Kind: page.InputArea, Max: 2000, Help: "field.decision-help", Focus: true}}
}

// askReasons asks for what the law owes an applicant who is turned down (G-10).
func askReasons(*console.Visit, *protocol.Case) []page.Field {
	return []page.Field{
		{Name: "reason", Label: "field.reason", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Help: "field.reason-help", Focus: true},
		{Name: "basis", Label: "field.basis", Kind: page.InputArea, Rows: 2, Max: 1000, Required: true, Help: "field.basis-help"},
		{Name: "remedy", Label: "field.remedy", Kind: page.InputArea, Rows: 3, Max: 1000, Required: true, Value: "", Help: "field.remedy-help"},
	}
}

func askWithdraw(*console.Visit, *protocol.Case) []page.Field {
	return []page.Field{{Name: "reason", Label: "field.withdraw", Kind: page.InputArea, Rows: 3, Max: 1000, Required: true,
		Help:  "field.withdraw-help",
		Focus: true}}
}

func askDelivery(v *console.Visit, c *protocol.Case) []page.Field {
	way := page.Field{Name: "way", Label: "outcome.way", Kind: page.InputRadio, Value: "counter", Required: true}
	for _, w := range []string{"counter", "courier", "elicence"} {
		way.Options = append(way.Options, page.Option{Value: w, Label: "way." + w})
	}
	return []page.Field{way,
		{Name: "recipient", Label: "outcome.recipient", Value: c.Applicant.Name, Max: 200, Required: true, Width: "half",
			Help: "field.recipient-help"},
		{Name: "tracking", Label: "outcome.tracking", Max: 60, Width: "half", Help: "field.tracking-help"}}
}
