package desk

import (
	"fmt"
	"strings"

	"xiangyun/protocol"
)

// complete puts into what is wanted what only the node can know: keyed
// fingerprints, ids, the route of an item.
func (d *Desk) complete(a *around, act protocol.Act) error {
	switch act {
	case "amend":
		d.fingerprint(a)
	case "hand_over":
		return routed(a)
	case "joint_open":
		number(a)
	case "deliver":
		return onlyCouriersTrack(a)
	}
	return nil
}

// fingerprint: who is corrected is found by the corrected number (C-25).
func (d *Desk) fingerprint(a *around) {
	if x := last(a.want.Amendments); x.Field == "applicant.id" {
		a.want.Applicant.FP = d.Fingerprint(a.c.Applicant.IDType, x.New)
	}
}

// routed finds the route of the item when none is named: the one for every
// division, or the only one there is. Without any, the item's own agency handles
// it (C-04a).
func routed(a *around) error {
	if a.want.Route != "" {
		return nil
	}
	code, _, _ := strings.Cut(a.c.Item, "@")
	var found []string
	for _, ref := range a.tx.ByKey("route", code) {
		r, _, err := load[protocol.Route](a.tx, ref)
		if err != nil {
			return err
		}
		if r.State != protocol.RouteActive {
			continue
		}
		if r.Division == "" {
			a.want.Route = ref.ID
			return nil
		}
		found = append(found, ref.ID)
	}
	if len(found) > 1 {
		return &protocol.Fault{Code: protocol.Refused, Op: "case.hand_over", Ref: a.ref, Rule: "C-04a",
			Text: fmt.Sprintf("该事项按区划分设承办机构,请选择办理路由:%s", strings.Join(found, "、"))}
	}
	a.want.Route = last(found)
	return nil
}

// number puts the tasks that there are before the new ones, as the judge wants
// them, and gives the new ones ids (C-16).
func number(a *around) {
	list := append([]protocol.JointTask(nil), a.c.Tasks...)
	for _, t := range a.want.Tasks {
		t.ID = fmt.Sprintf("%s-T%d", a.ref.ID, len(list)+1)
		list = append(list, t)
	}
	a.want.Tasks = list
}

func onlyCouriersTrack(a *around) error {
	how := a.want.Delivery
	if how == nil || how.Way == "courier" || how.Tracking == "" {
		return nil
	}
	return &protocol.Fault{Code: protocol.Refused, Rule: "C-20b", Op: "case.deliver", Ref: a.ref,
		Text: "只有快递送达才填写快递单号;请清空单号,或将送达方式改为快递"}
}
