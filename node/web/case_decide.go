package web

import (
	"fmt"
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// The forms of what is decided, paid and handed out.

func askGrant(*asked) []page.Field {
	return []page.Field{{Name: "text", Label: "field.decision", Kind: page.InputArea, Max: 2000, Help: "field.decision-help", Focus: true},
		{Name: "licence", Label: "field.licence", Max: 80, Help: "field.licence-help"}}
}

func wantGrant(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Decision: &protocol.Decision{Text: f.Get("text"), Licence: strings.TrimSpace(f.Get("licence"))}}
}

// reasons asks for what the law owes an applicant who is turned down (G-10). The
// bases are the item's own, to be picked or written over.
func reasons(x *asked) []page.Field {
	return []page.Field{
		{Name: "reason", Label: "field.reason", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Help: "field.reason-help", Focus: true},
		{Name: "basis", Label: "field.basis", Max: 1000, Required: true, Help: "field.basis-help", List: x.item.Basis},
		{Name: "remedy", Label: "field.remedy", Max: 1000, Required: true, Help: "field.remedy-help", List: []string{x.v.T("remedy.usual", x.c.AgencyName)}},
	}
}

func reasoned(f url.Values) *protocol.Decision {
	return &protocol.Decision{Reason: f.Get("reason"), Basis: f.Get("basis"), Remedy: f.Get("remedy"), Hearing: strings.TrimSpace(f.Get("hearing")),
		Class: f.Get("class"), Ask: strings.TrimSpace(f.Get("instead"))}
}

func askDenial(x *asked) []page.Field {
	fields := reasons(x)
	if x.c.Terms.Hearing {
		fields = append(fields, page.Field{Name: "hearing", Label: "field.hearing", Max: 300, Required: true, Help: "field.hearing-help"})
	}
	return fields
}

func wantDenial(_ *asked, f url.Values) protocol.Case { return protocol.Case{Decision: reasoned(f)} }

// askRefusal is C-03: the reasons not to accept are a closed list.
func askRefusal(x *asked) []page.Field {
	class := page.Field{Name: "class", Label: "field.class", Kind: page.InputRadio, Required: true}
	for _, k := range protocol.RefusalClasses {
		class.Options = append(class.Options, page.Option{Value: k, Label: labelOr("refusal.", k)})
	}
	instead := page.Field{Name: "instead", Label: "field.instead", Max: 200, Help: "field.instead-help"}
	return append([]page.Field{class, instead}, reasons(x)...)
}

func wantRefusal(_ *asked, f url.Values) protocol.Case { return protocol.Case{Decision: reasoned(f)} }

func askDelivery(x *asked) []page.Field {
	way := page.Field{Name: "way", Label: "outcome.way", Kind: page.InputRadio, Value: "counter", Required: true}
	for _, w := range []string{"counter", "courier", "elicence"} {
		way.Options = append(way.Options, page.Option{Value: w, Label: "way." + w})
	}
	return []page.Field{way,
		{Name: "recipient", Label: "outcome.recipient", Value: x.c.Applicant.Name, Max: 200, Required: true, Width: "half",
			Help: "field.recipient-help"},
		{Name: "tracking", Label: "outcome.tracking", Max: 60, Width: "half", Help: "field.tracking-help"}}
}

func wantDelivery(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Delivery: &protocol.Delivery{Way: f.Get("way"), Recipient: f.Get("recipient"), Tracking: strings.TrimSpace(f.Get("tracking"))}}
}

// askFee is C-27: the amount is the guide's, or nothing with a reason.
func askFee(x *asked) []page.Field {
	return []page.Field{
		{Name: "amount", Label: "field.amount", Value: yuan(x.item.FeeFen), Locked: true, Width: "half", Help: "field.amount-help"},
		{Name: "basis", Label: "field.basis", Max: 500, Required: true, Value: strings.Join(x.item.FeeBasis, ";"), List: x.item.FeeBasis},
		{Name: "waived", Label: "field.waived", Max: 300, Help: "field.waived-help"}}
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

func wantFee(x *asked, f url.Values) protocol.Case {
	fee := protocol.Fee{Amount: x.item.FeeFen, Basis: f.Get("basis"), Waived: strings.TrimSpace(f.Get("waived"))}
	if fee.Waived != "" {
		fee.Amount = 0
	}
	return protocol.Case{Fee: &fee}
}

func askPayment(x *asked) []page.Field {
	if x.c.Fee == nil { // not offered, but somebody may type the address
		return nil
	}
	return []page.Field{{Name: "amount", Label: "field.amount", Value: yuan(x.c.Fee.Amount), Locked: true, Width: "half"},
		{Name: "ref", Label: "field.payment", Max: 60, Required: true, Width: "half", Help: "field.payment-help", Focus: true}}
}

func wantPayment(x *asked, f url.Values) protocol.Case {
	fee := protocol.Fee{Ref: strings.TrimSpace(f.Get("ref"))}
	if x.c.Fee != nil {
		fee.Amount = x.c.Fee.Amount
	}
	return protocol.Case{Fee: &fee}
}

func askTermination(x *asked) []page.Field {
	cause := page.Field{Name: "cause", Label: "field.cause", Kind: page.InputRadio, Required: true}
	for _, k := range protocol.TerminationCauses {
		cause.Options = append(cause.Options, page.Option{Value: k, Label: labelOr("cause.", k)})
	}
	return []page.Field{cause, {Name: "basis", Label: "field.basis", Max: 1000, Required: true, Help: "field.basis-help", List: x.item.Basis}}
}

func wantTermination(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Terminated: &protocol.Termination{Cause: f.Get("cause"), Basis: f.Get("basis")}}
}

// askRevocation is C-30: a leader approves, the decider signs, the applicant is
// told first.
func askRevocation(x *asked) []page.Field {
	return []page.Field{
		{Name: "reason", Label: "field.reason", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Focus: true},
		{Name: "basis", Label: "field.basis", Max: 1000, Required: true, Help: "field.basis-help", List: x.item.Basis},
		{Name: "told", Label: "field.told", Max: 300, Required: true, Help: "field.told-help"},
		{Name: "leader", Label: "field.leader", Kind: page.InputSelect, Required: true, Help: "field.leader-help",
			Options: append([]page.Option{{}}, colleagues(x, protocol.RoleLeader)...)}}
}

func wantRevocation(_ *asked, f url.Values) protocol.Case {
	return protocol.Case{Revoked: []protocol.Revocation{{Reason: f.Get("reason"), Basis: f.Get("basis"), Told: f.Get("told"), Leader: f.Get("leader")}}}
}
