package protocol

import (
	"encoding/json"
	"slices"
)

// Hop is one return of a misrouted case, or the desk's answer to it (C-06).
type Hop struct {
	From   NodeID  `json:"from"`
	To     NodeID  `json:"to"`
	Agency string  `json:"agency,omitempty"` // USCC, unless back to the window or to the desk
	Reason string  `json:"reason"`
	Late   string  `json:"late,omitempty"`  // why after K5r
	Desk   bool    `json:"desk,omitempty"`  // the desk's word is binding
	First  string  `json:"first,omitempty"` // of the desk's two people, the one who proposed
	By     string  `json:"by"`
	At     Instant `json:"at"`
}

// maxReturns is how often a case is passed on before the desk decides (C-06b).
const maxReturns = 2

// handOverCase is C-04: home moves to the deciding agency's node. K1 runs on.
func handOverCase(d *deed) *Refusal {
	c := d.old
	switch {
	case c.State == CaseAccepted && c.Mode != ModeDelegated && c.Deemed == nil:
		return refuse("G-07", "办件处于“%s”,不能移交", c.State.Title())
	case d.h.Origin == c.Handler:
		return refuse("C-04d", "本地即为承办地,无须移交")
	}
	if no := d.resolve(d.want.Route, c.Agency); no != nil {
		return no
	}
	packet := PacketHash(c)
	if d.want.Packet != (Hash{}) && d.want.Packet != packet {
		return refuse("C-04c", "移交材料清单与办件不一致,请重新核对后移交")
	}
	for _, m := range c.Materials {
		if slices.Contains(m.Blobs, "") {
			return refuse("C-04c", "材料 %s 的附件尚未登记,请上传后再移交", m.Line)
		}
	}
	n := d.next
	n.Packet, n.HandedOver, n.HandEpoch = packet, d.h.At, d.h.RecEpoch
	if c.State == CaseAccepted {
		n.StateAfter = CaseAccepted
	}
	n.State = CaseHandingOver
	return nil
}

// resolve says where a case goes: to the agency its route names, or to the
// agency of its item. The agency is cited and active.
func (d *deed) resolve(route, uscc string) *Refusal {
	if route != "" {
		r, ok := citedAs[Route](d.v, Ref{"route", route})
		if !ok || !r.serves(d.old.Item) {
			return refuse("C-04a", "路由 %s 未引用、已停用或不适用于该事项", route)
		}
		uscc = r.Agency
	}
	rec, ok := d.v.Cited(Ref{"agency", uscc})
	if !ok {
		return refuse("C-04a", "移交时须引用承办机构 %s", uscc)
	}
	agency, err := Load[Agency](rec)
	if err != nil || agency.State != AgencyActive {
		return refuse("C-04b", "承办机构已停用,请联系省级管理员改派")
	}
	n := d.next
	n.Route, n.To, n.Handler = route, agency.Node, agency.Node
	if uscc != d.old.Agency {
		n.Agency, n.AgencyName = uscc, agency.Name
	}
	return nil
}

// PacketHash is the digest of what a hand-over hands over: the receipt, the
// guide shown and the materials with their scans.
func PacketHash(c *Case) Hash {
	list, err := json.Marshal(struct {
		ReceiptNo string
		Guide     Hash
		Materials []Material
	}{c.ReceiptNo, c.Guide, c.Materials})
	if err != nil { // strings, numbers and hashes always encode
		panic(err)
	}
	return HashOf(list)
}

// acknowledgeCase is C-05: the new home has the case.
func acknowledgeCase(d *deed) *Refusal {
	c, n := d.old, d.next
	switch {
	case d.h.Origin != c.To:
		return refuse("C-05a", "该办件移交给 %s,本地不能签收", c.To)
	case c.HandEpoch != 0 && d.h.RecEpoch != c.HandEpoch+1:
		return refuse("C-05b", "移交后办件又有变动,请按最新状态签收")
	case c.Packet != (Hash{}) && PacketHash(c) != c.Packet:
		return refuse("C-05c", "到达的材料清单与移交时不一致,请联系移交窗口")
	}
	n.State, n.StateAfter, n.Arrived, n.BlobsPending = CaseArrived, "", d.h.At, d.want.BlobsPending
	if c.StateAfter != "" {
		n.State = c.StateAfter
	}
	n.date(d.calendar(), K5r)
	return nil
}

// returnCase is C-06: not ours. It goes on to another agency or back to the
// window; after two returns only the desk decides, and its word is binding. K1
// runs on: the applicant is not punished.
func returnCase(d *deed) *Refusal {
	c, hop := d.old, newest(d.want.Hops)
	if no := d.pending(); no != nil {
		return no
	}
	switch {
	case hop.Reason == "":
		return refuse("C-06a", "请写明退回原因")
	case slices.ContainsFunc(c.Hops, func(h Hop) bool { return h.Desk }):
		return refuse("C-06b", "承办地由省级调度指定,不能再退回;有异议请联系调度席")
	case len(c.Hops) >= maxReturns && hop.To != Hub:
		return refuse("C-06b", "已退回 %d 次,只能退至省级调度席(hub)", len(c.Hops))
	case passed(c.Due.K5r, false, d.h.At) && hop.Late == "":
		return refuse("C-06c", "复核期限(%s)已过,请写明逾期原因", c.Due.K5r)
	}
	return d.pass(Hop{To: hop.To, Agency: hop.Agency, Reason: hop.Reason, Late: hop.Late})
}

// routeByDesk is the desk's part of C-06.
func routeByDesk(d *deed) *Refusal {
	hop := newest(d.want.Hops)
	switch {
	case d.old.To != Hub:
		return refuse("G-01", "该办件现由 %s 负责,不在调度席", caseHome(d.old))
	case hop.Reason == "" || hop.Agency == "":
		return refuse("C-06a", "请指定承办机构并写明理由")
	case hop.First == "" || hop.First == d.h.By:
		return refuse("G-08", "指定承办机构须由两名调度人员分别提议和确认")
	}
	return d.pass(Hop{Agency: hop.Agency, Reason: hop.Reason, Desk: true, First: hop.First})
}

// pass sends the case where hop says.
func (d *deed) pass(hop Hop) *Refusal {
	n := d.next
	switch {
	case hop.Agency != "":
		if no := d.resolve("", hop.Agency); no != nil {
			return no
		}
	case hop.To == Hub || hop.To == d.old.Received.Node:
		n.To = hop.To
	default:
		return refuse("C-04a", "请指定承办机构,或退回收件窗口、省级调度席")
	}
	if n.To == d.h.Origin {
		return refuse("C-04d", "不能退回给本地")
	}
	hop.From, hop.To, hop.By, hop.At = d.h.Origin, n.To, d.h.By, d.h.At
	n.Hops, n.State = grown(d.old.Hops, hop), CaseHandingOver
	n.Packet, n.HandedOver, n.HandEpoch = PacketHash(d.old), d.h.At, d.h.RecEpoch
	return nil
}

// Reassignment is C-24: a place that is down and fenced is replaced by its
// lawful substitute; two people of the hub desk answer for it.
type Reassignment struct {
	From      NodeID  `json:"from"`
	To        NodeID  `json:"to"`
	Agency    string  `json:"agency"`
	Route     string  `json:"route_id"`
	Confirmed string  `json:"confirmed_by"` // of the prefecture's own authority: who, and how
	How       string  `json:"how"`
	DownSince Instant `json:"down_since"`
	First     string  `json:"first"` // the first of the two people
	By        string  `json:"by"`
	At        Instant `json:"at"`
}

// reassignCase is C-24, an act of the hub on a record whose home is fenced.
func reassignCase(d *deed) *Refusal {
	c, r := d.old, newest(d.want.Reassigned)
	if slices.Contains(terminal, c.State) {
		return refuse("C-24d", "办件处于“%s”,无须改由他处承办", c.State.Title())
	}
	down := caseHome(c)
	node, ok := citedAs[Node](d.v, Ref{"node", string(down)})
	if !ok || node.State != NodeFenced || r.Confirmed == "" || r.How == "" {
		return refuse("C-24a", "须由当地主管机关确认 %s 中断,并先将该节点隔离", down)
	}
	route, ok := citedAs[Route](d.v, Ref{"route", r.Route})
	if !ok || !route.serves(c.Item) || route.Substitute == "" || route.Substitute != r.Agency {
		return refuse("C-24b", "替代机构须为路由 %s 所列的同一机构或其法定上级", r.Route)
	}
	if !d.atRisk(r.DownSince) {
		return refuse("C-24c", "时限尚无风险,中断也未超过 1 个工作日,暂不改派")
	}
	if r.First == "" || r.First == d.h.By {
		return refuse("G-08", "改派须由两名调度人员分别确认")
	}
	if no := d.resolve("", r.Agency); no != nil {
		return no
	}
	n := d.next
	done := Reassignment{From: down, To: n.To, Agency: r.Agency, Route: r.Route, Confirmed: r.Confirmed, How: r.How, DownSince: r.DownSince,
		First: r.First, By: d.h.By, At: d.h.At}
	n.Reassigned, n.Route, n.HandEpoch = grown(c.Reassigned, done), c.Route, d.h.RecEpoch
	return nil
}

// atRisk is C-24c: K1 or K3 has two working days or fewer left, or the place has
// been down for more than one.
func (d *deed) atRisk(since Instant) bool {
	cal := d.calendar()
	for _, k := range d.old.Clocks() {
		if k.ID == K1 || k.ID == K3 {
			if s := k.At(d.h.At, cal); s.State != ClockPaused && s.Left <= 2 {
				return true
			}
		}
	}
	if since == 0 {
		return false
	}
	over, _ := cal.AddWorkingDays(since.Day(), 1)
	return d.h.At >= over.End()
}
