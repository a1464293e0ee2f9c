package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Parcel takes one act of custody (cases.md §12) on a parcel whose home is here. A new
// one is named by its case in want and gets its id; ref is then the zero Ref. An
// agreement to settle a dispute at another node is filed as a request to it (P-07).
func (d *Desk) Parcel(ctx context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Parcel) (rec protocol.Record, err error) {
	verb, ok := protocol.ActVerb("parcel", act)
	if !ok {
		return rec, &protocol.Fault{Code: protocol.Refused, Rule: "G-07", Op: "parcel", Ref: ref, Text: "原件包没有“" + string(act) + "”这个操作"}
	}
	if err := d.may(who, verb, ""); err != nil {
		return rec, err
	}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		rec, err = d.parcel(tx, who, ref, seen, act, want)
		return err
	})
	return rec, err
}

func (d *Desk) parcel(tx *store.Tx, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Parcel) (protocol.Record, error) {
	draft := protocol.Draft{Ref: ref, Act: act, Body: want, By: By(who), Rev: seen}
	switch act {
	case "open":
		return d.openParcel(tx, draft, want)
	case "seal":
		if len(tx.ByKey("parcel", want.Seal)) > 0 {
			return protocol.Record{}, &protocol.Fault{Code: protocol.Refused, Rule: "P-02a", Op: "parcel.seal", Ref: ref, Text: "封签号 " + want.Seal + " 已用过,请换一枚封签"}
		}
	case "settle":
		return d.settle(tx, who, draft, want)
	}
	return tx.Act(draft)
}

// openParcel names a parcel after its case and the node that opens it.
func (d *Desk) openParcel(tx *store.Tx, draft protocol.Draft, want protocol.Parcel) (protocol.Record, error) {
	on := protocol.Ref{Kind: "case", ID: want.Case}
	c, _, err := load[protocol.Case](&tx.ReadTx, on)
	if err != nil {
		return protocol.Record{}, err
	}
	n := 1
	for _, had := range tx.ByKey("parcel", want.Case) {
		if had.ID == parcelID(want.Case, d.Node, n) {
			n++
		}
	}
	draft.Ref = protocol.Ref{Kind: "parcel", ID: parcelID(want.Case, d.Node, n)}
	year := c.Received.At.Time().Year()
	draft.Deps = tx.Cite(on, protocol.Ref{Kind: "guide", ID: c.Item}, protocol.CalendarRef(year), protocol.CalendarRef(year+1))
	return tx.Act(draft)
}

// parcelID sorts as the parcels were made: ByKey gives them in that order.
func parcelID(caseID string, node protocol.NodeID, n int) string {
	return fmt.Sprintf("%s.%s.%03d", caseID, node, n)
}

// settle ends a dispute. Where the parcel's home is elsewhere this side's agreement is
// a request; at the home it answers the one of the other side that says the same.
func (d *Desk) settle(tx *store.Tx, who *protocol.Account, draft protocol.Draft, want protocol.Parcel) (protocol.Record, error) {
	p, rec, err := load[protocol.Parcel](&tx.ReadTx, draft.Ref)
	if err != nil {
		return rec, err
	}
	outcome := ""
	if want.Dispute != nil {
		outcome = want.Dispute.Outcome
	}
	if rec.Home != d.Node {
		return d.fileOn(tx, who, protocol.WantParcelSettle, rec, "原件包 "+p.ReceiptNo+" 争议处理意见", protocol.ParcelAgreement{Outcome: outcome})
	}
	agreed, err := d.agreement(tx, draft.Ref, outcome)
	if err != nil || agreed == (protocol.Ref{}) {
		if err != nil {
			return rec, err
		}
		return tx.Act(draft) // both sides are here, or the judge says who is missing
	}
	draft.Answers, draft.Deps = agreed, tx.Cite(agreed)
	if rec, err = tx.Act(draft); err != nil {
		return rec, err
	}
	_, err = tx.Act(protocol.Draft{Ref: agreed, Act: "answer", Body: protocol.Request{}, By: By(who)})
	return rec, err
}

// agreement finds the other side's open request with this outcome.
func (d *Desk) agreement(tx *store.Tx, on protocol.Ref, outcome string) (protocol.Ref, error) {
	for _, ref := range tx.ByKey("request", on.String()) {
		r, _, err := load[protocol.Request](&tx.ReadTx, ref)
		if err != nil {
			return protocol.Ref{}, err
		}
		var said protocol.ParcelAgreement
		if r.Want == protocol.WantParcelSettle && r.Open() && json.Unmarshal(r.Data, &said) == nil && said.Outcome == outcome {
			return ref, nil
		}
	}
	return protocol.Ref{}, nil
}

// fileOn files a request about a record that is not a case. Its id follows from what
// is asked of which state, so that asking twice is asking once.
func (d *Desk) fileOn(tx *store.Tx, who *protocol.Account, want string, on protocol.Record, title string, data any) (protocol.Record, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return protocol.Record{}, err
	}
	id := fmt.Sprintf("%s:%s:%s@%d", want, d.Node, on.Ref.ID, on.Rev)
	ref := protocol.Ref{Kind: "request", ID: id}
	if rec, ok, err := tx.Get(ref); ok || err != nil {
		return rec, err
	}
	return tx.Act(protocol.Draft{Ref: ref, Act: "file", By: By(who), Body: protocol.Request{Want: want, On: on.Ref, Title: title, Data: raw, Key: id}})
}

// ParcelArrived takes in what a courier brought (P-04). When the record has not come
// yet, what was counted is kept as a request and carried out as it arrives (P-09): id
// and seal are on the slip.
func (d *Desk) ParcelArrived(ctx context.Context, who *protocol.Account, id, seal string, counted []int) (rec protocol.Record, err error) {
	if err := d.may(who, protocol.MayHoldPapers, ""); err != nil {
		return rec, err
	}
	ref := protocol.Ref{Kind: "parcel", ID: id}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		known, ok, err := tx.Get(ref)
		if err != nil {
			return err
		}
		if ok && known.Home == d.Node {
			rec, err = tx.Act(protocol.Draft{Ref: ref, Act: "count_in", Body: counts(counted), By: By(who), Rev: known.Rev})
			return err
		}
		rec, err = d.fileOn(tx, who, protocol.WantParcelArrived, protocol.Record{Ref: ref}, "原件包已到:封签 "+seal,
			protocol.ParcelArrival{Seal: seal, Counted: counted, At: tx.Now(), By: By(who)})
		return err
	})
	return rec, err
}

func counts(counted []int) protocol.Parcel {
	return protocol.Parcel{Legs: []protocol.Leg{{Counted: counted}}}
}

// countArrived carries out what was counted before the record came (P-09). Another
// seal than the one that was sent is another parcel, or an opened one.
func (d *Desk) countArrived(tx *store.Tx, ref protocol.Ref, r *protocol.Request) error {
	var a protocol.ParcelArrival
	if err := json.Unmarshal(r.Data, &a); err != nil {
		return &protocol.Fault{Code: protocol.Refused, Op: "answer", Ref: ref, Rule: "G-09", Text: "请求内容无法读取", Err: err}
	}
	p, _, err := load[protocol.Parcel](&tx.ReadTx, r.On)
	if err != nil {
		return err
	}
	if p.Seal != a.Seal {
		return &protocol.Fault{Code: protocol.Refused, Rule: "P-09", Op: "count_in", Ref: r.On,
			Text: "到货时登记的封签号 " + a.Seal + " 与寄出时的 " + p.Seal + " 不符,请核对后提出争议"}
	}
	_, err = tx.Act(protocol.Draft{Ref: r.On, Act: "count_in", Body: counts(a.Counted), By: a.By, Answers: ref})
	return err
}

// ParcelRow is one parcel in a list.
type ParcelRow struct {
	protocol.Parcel
	ID    string           `json:"id"`
	Rev   uint64           `json:"rev"`
	Home  protocol.NodeID  `json:"home"`
	Since protocol.Instant `json:"since"` // of the last act: how long it has lain there
}

// Parcels lists the open parcels this node knows, those that have lain longest first.
// holder, when set, is the node that answers for them.
func (d *Desk) Parcels(who *protocol.Account, holder protocol.NodeID) (rows []ParcelRow, err error) {
	if err := d.may(who, protocol.MayHoldPapers, ""); err != nil {
		return nil, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		return tx.Each("parcel", func(rec protocol.Record) error {
			p, err := protocol.Load[protocol.Parcel](rec)
			if err != nil || !p.Open() || holder != "" && p.Holder.Node != holder {
				return err
			}
			rows = append(rows, ParcelRow{*p, rec.Ref.ID, rec.Rev, rec.Home, rec.At})
			return nil
		})
	})
	slices.SortStableFunc(rows, func(a, b ParcelRow) int { return cmp.Compare(a.Since, b.Since) })
	return rows, err
}
