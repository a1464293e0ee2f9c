package hub

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// fromElsewhere is what a place that has no part in a case may see of it: where
// it stands and what is still wanted of the applicant, not what is in it. What is
// not named here is left out, so that a new member stays hidden.
func fromElsewhere(c *protocol.Case) protocol.Case {
	out := protocol.Case{
		ReceiptNo: c.ReceiptNo, No: c.No, Item: c.Item, ItemName: c.ItemName, Guide: c.Guide,
		Agency: c.Agency, AgencyName: c.AgencyName, Handler: c.Handler, State: c.State, Mode: c.Mode,
		Applicant: protocol.Applicant{Type: c.Applicant.Type, Name: console.Mask(&c.Applicant), IDType: c.Applicant.IDType, ID: console.MaskID(c.Applicant.ID)},
		Received:  protocol.Receipt{At: c.Received.At, Node: c.Received.Node, Window: c.Received.Window},
		To:        c.To, Accepted: c.Accepted, Due: c.Due, Terms: c.Terms, HandedOver: c.HandedOver, Arrived: c.Arrived,
		K1From: c.K1From, ClockFrom: c.ClockFrom, Lapsed: c.Lapsed, Instant: c.Instant, DupOf: c.DupOf, MergedTo: c.MergedTo,
	}
	for _, m := range c.Materials {
		out.Materials = append(out.Materials, protocol.Material{Line: m.Line, Presence: m.Presence})
	}
	for _, n := range c.Notices {
		shown := protocol.Notice{RestFine: n.RestFine, Until: n.Until, At: n.At}
		for _, l := range n.Lines {
			shown.Lines = append(shown.Lines, protocol.Defect{Line: l.Line, Point: l.Point})
		}
		out.Notices = append(out.Notices, shown)
	}
	for _, s := range c.Supplements {
		out.Supplements = append(out.Supplements, protocol.Supplement{At: s.At, Node: s.Node})
	}
	if d := c.Decision; d != nil {
		out.Decision = &protocol.Decision{Kind: d.Kind, At: d.At}
	}
	if d := c.Delivery; d != nil {
		out.Delivery = &protocol.Delivery{Way: d.Way, Place: d.Place, At: d.At}
	}
	return out
}
