package protocol

import "slices"

// Absorption says which duplicate went into this case (C-22x). Its receipt number
// stays valid for look-up, and the earlier receipt governs K1 (DU-04).
type Absorption struct {
	Case      string  `json:"case"`
	ReceiptNo string  `json:"receipt_no"`
	Received  Instant `json:"received"`
	At        Instant `json:"at"`
}

// mergeCase is C-22: this case becomes void and the canonical one goes on.
func mergeCase(d *deed) *Refusal {
	mark, ok := d.mark()
	if !ok || d.want.DupOf == d.h.Ref.ID || !mark.names(d.h.Ref.ID) || !mark.names(d.want.DupOf) {
		return refuse("C-22a", "并案须引用同时列明两件的疑似重复标记")
	}
	if mark.Canonical() != d.want.DupOf {
		return refuse("C-22b", "应保留的是办件 %s(先受理者,其次先收件者)", mark.Canonical())
	}
	own, other := mark.of(d.h.Ref.ID), mark.of(d.want.DupOf)
	if own.Basic != other.Basic || own.FP != other.FP || own.FP != d.old.Applicant.FP {
		return refuse("C-22c", "两件的事项或申请人不同,不能并案")
	}
	d.next.State, d.next.DupOf, d.next.MergedTo = CaseVoid, d.want.DupOf, other.Home
	return nil
}

// mark gives the open mark that names this case, among what the entry cites.
func (d *deed) mark() (*Dupmark, bool) {
	for _, dep := range d.h.Deps {
		m, ok := citedAs[Dupmark](d.v, dep.Ref)
		if dep.Ref.Kind == "dupmark" && ok && m.State == DupOpen {
			return m, true
		}
	}
	return nil, false
}

// absorbCase is C-22x: what the other case had is taken over. K1 counts from the
// earlier receipt and may run out at once (C-11).
func absorbCase(d *deed) *Refusal {
	other, id, ok := d.absorbed()
	if !ok || slices.ContainsFunc(d.old.Absorbed, func(a Absorption) bool { return a.Case == id }) {
		return refuse("C-22xa", "须引用已并入本件的作废办件,且只并入一次")
	}
	n := d.next
	n.Absorbed = grown(d.old.Absorbed, Absorption{Case: id, ReceiptNo: other.ReceiptNo, Received: other.Received.At, At: d.h.At})
	n.Materials = slices.Clone(d.old.Materials)
	for i, m := range n.Materials {
		for _, o := range other.Materials {
			if o.Line == m.Line && m.Presence == PresenceMissing && o.Presence == PresencePresent {
				n.Materials[i] = o
			}
		}
	}
	first := other.Received.At
	if other.Earliest != 0 {
		first = min(first, other.Earliest)
	}
	n.Earliest = min(d.old.Received.At, first)
	if d.old.Earliest != 0 {
		n.Earliest = min(n.Earliest, d.old.Earliest)
	}
	n.date(d.calendar(), K1)
	return nil
}

func (d *deed) absorbed() (c *Case, id string, ok bool) {
	for _, dep := range d.h.Deps {
		c, ok := citedAs[Case](d.v, dep.Ref)
		if dep.Ref.Kind == "case" && ok && c.State == CaseVoid && c.DupOf == d.h.Ref.ID {
			return c, dep.Ref.ID, true
		}
	}
	return nil, "", false
}
