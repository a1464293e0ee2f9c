package desk

import (
	"context"
	"slices"
	"strings"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Known is a case of a person that this place holds.
type Known struct {
	Ref  protocol.Ref
	Rev  uint64
	Home protocol.NodeID
	Case *protocol.Case
	Same bool // the same matter as is being taken in (DU-06)
}

// Person gives the cases of an applicant that this place knows, latest first, for
// the intake (W-02). With an item, the open ones of the same matter are told by
// Same: the hint that the hub will give as well once it has both (DU-01, DU-06). A
// different object is no duplicate (DU-02).
func (d *Desk) Person(_ context.Context, who *protocol.Account, idType, id, item, object string) (list []Known, err error) {
	if err := d.may(who, protocol.MayReceive, ""); err != nil {
		return nil, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		list = nil
		for _, ref := range tx.ByKey("case", d.Fingerprint(idType, id)) {
			c, rec, err := load[protocol.Case](tx, ref)
			if err != nil {
				return err
			}
			list = append(list, Known{Ref: ref, Rev: rec.Rev, Home: rec.Home, Case: c, Same: c.State.Open() && sameMatter(c, item, object)})
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b Known) int { return int(b.Case.Received.At - a.Case.Received.At) })
	return list, err
}

func sameMatter(c *protocol.Case, item, object string) bool {
	return item != "" && basicOf(c.Item) == basicOf(item) && (c.ObjectKey == "" || object == "" || c.ObjectKey == object)
}

// basicOf is the code in the basic catalogue of an item version (DU-01).
func basicOf(item string) string {
	code, _, _ := strings.Cut(item, "@")
	return (&protocol.Item{ImplCode: code}).Basic()
}

// reused checks what is not handed in again because the same authority has it of
// an earlier case of the same applicant (§14.2): exempt names that case.
func (d *Desk) reused(tx *store.ReadTx, c *protocol.Case, agency string) error {
	for _, m := range c.Materials {
		if m.Presence != protocol.PresenceExempt || m.Source == "" {
			continue
		}
		old, _, err := load[protocol.Case](tx, protocol.Ref{Kind: "case", ID: m.Source})
		if protocol.CodeOf(err) == protocol.Gone || err == nil && (old.Agency != agency || old.Applicant.FP != c.Applicant.FP || !holds(old, m.Line)) {
			return &protocol.Fault{Code: protocol.Refused, Op: "receive", Rule: "C-02b",
				Text: "材料 " + m.Line + " 注明已在办件 " + m.Source + " 中提交,但本地没有同一申请人在同一机构的该件材料;请核对,或请申请人提交"}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// holds: the case has something of that line, or, being of another item whose
// lines are called otherwise, anything at all.
func holds(c *protocol.Case, line string) bool {
	present := func(m protocol.Material) bool { return m.Presence == protocol.PresencePresent }
	i := slices.IndexFunc(c.Materials, func(m protocol.Material) bool { return m.Line == line })
	if i >= 0 {
		return present(c.Materials[i])
	}
	return slices.ContainsFunc(c.Materials, present)
}
