package protocol

import (
	"encoding/json"
	"slices"
	"strings"
)

// What a request may want (cases.md §5.1, R-ids). The data of each is checked when
// it is filed, so that a home is never asked for what it could not do.
const (
	WantPublish    = "publish"       // an item with its guide: Data is ItemFiling, target item/…
	WantSupplement = "supplement"    // Data is Supplement, answered by supplement or reopen
	WantWithdraw   = "withdraw"      // Data is Ending, answered by withdraw
	WantDelivery   = "delivered"     // Data is Delivery, answered by deliver
	WantMerge      = "duplicate"     // Data is DuplicateHint, answered by merge
	WantReturn     = "misrouted"     // Data is PleaseReturn, answered by return_misrouted
	WantUrge       = "urge"          // Data is Urging, answered by a note
	WantOwed       = "owed_material" // Data is Supplement, answered by owed_received
	WantPayment    = "payment"       // Data is Payment, answered by fee_paid
	WantContact    = "contact"       // Data is ContactChange, answered by amend
	WantTaskAgain  = "task_again"    // T-03: Data is PleaseReturn, target task/…, answered by reopen

	WantParcelArrived = "parcel.arrived" // P-09: Data is ParcelArrival, target parcel/…, answered by count_in
	WantParcelSettle  = "parcel.settle"  // P-07: Data is ParcelAgreement, target parcel/…, answered by settle
)

// DuplicateHint is the data of WantMerge.
type DuplicateHint struct {
	Other string `json:"other"` // record id of the other case
	Note  string `json:"note,omitempty"`
}

// PleaseReturn is the data of WantReturn and WantTaskAgain.
type PleaseReturn struct {
	Reason string `json:"reason"`
}

// Urging is the data of WantUrge.
type Urging struct {
	Text string `json:"text"`
	By   string `json:"by"` // applicant or supervisor
}

// Payment is the data of WantPayment; the amount is in fen.
type Payment struct {
	Ref    string `json:"ref"`
	Amount int64  `json:"amount_fen"`
}

// ContactChange is the data of WantContact.
type ContactChange struct {
	Old     string `json:"old"`
	Contact string `json:"contact"`
}

// ParcelArrival is the data of WantParcelArrived: what was counted at a node that
// has no record of the parcel yet.
type ParcelArrival struct {
	Seal    string  `json:"seal_no"`
	Counted []int   `json:"counted"` // in the order of the list under the seal
	At      Instant `json:"at"`
	By      string  `json:"by"`
}

// ParcelAgreement is the data of WantParcelSettle: the outcome that the other side
// agrees to, word for word.
type ParcelAgreement struct {
	Outcome string `json:"outcome"`
}

type requestWant struct {
	name   string
	rule   string
	target KindName // empty: any
	data   func(r *Request, h *Header) bool
}

var requestWants = []requestWant{
	{WantPublish, "R-00", "", nil},
	{WantSupplement, "R-01", "case", wants(func(s *Supplement, h *Header) bool {
		return len(s.Lines) > 0 && s.Clerk != "" && s.Node == h.Origin && s.At > 0 && s.At <= h.At
	})},
	{WantWithdraw, "R-02", "", nil}, // these two are judged when they are answered (C-21, C-20)
	{WantDelivery, "R-03", "", nil},
	{WantMerge, "R-04", "case", wants(func(d *DuplicateHint, _ *Header) bool { return d.Other != "" })},
	{WantReturn, "R-05", "case", wants(func(p *PleaseReturn, _ *Header) bool { return p.Reason != "" })},
	{WantUrge, "R-06", "case", urged},
	{WantOwed, "R-07", "case", wants(func(s *Supplement, _ *Header) bool { return len(s.Lines) > 0 && s.Clerk != "" })},
	{WantPayment, "R-08", "case", wants(func(p *Payment, _ *Header) bool { return p.Ref != "" && p.Amount > 0 })},
	{WantContact, "R-09", "case", wants(func(c *ContactChange, _ *Header) bool { return c.Contact != "" && c.Contact != c.Old })},
	{WantTaskAgain, "T-03", "task", wants(func(p *PleaseReturn, _ *Header) bool { return p.Reason != "" })},
	{WantParcelArrived, "P-09", "parcel", wants(arrived)},
	{WantParcelSettle, "P-07", "parcel", wants(func(a *ParcelAgreement, _ *Header) bool { return strings.TrimSpace(a.Outcome) != "" })},
}

func arrived(a *ParcelArrival, h *Header) bool {
	return a.Seal != "" && a.By != "" && a.At > 0 && a.At <= h.At && len(a.Counted) > 0 && len(a.Counted) <= maxOriginals &&
		!slices.ContainsFunc(a.Counted, func(n int) bool { return n < 0 })
}

// check refuses a request whose target or data its home could do nothing with.
func (w *requestWant) check(r *Request, h *Header) *Refusal {
	if w.target != "" && r.On.Kind != w.target {
		return refuse(w.rule, "这种请求的对象须为%s", string(w.target))
	}
	if w.data != nil && !w.data(r, h) {
		return refuse(w.rule, "请求内容不完整,请补齐后再提交")
	}
	return nil
}

func wants[T any](whole func(*T, *Header) bool) func(*Request, *Header) bool {
	return func(r *Request, h *Header) bool {
		var data T
		return json.Unmarshal(r.Data, &data) == nil && whole(&data, h)
	}
}

// UrgeID is the record id of an urging: one a day for a case is one record, and a
// second meets G-11.
func UrgeID(caseID string, on Day) string { return WantUrge + ":" + caseID + ":" + on.String() }

func urged(r *Request, h *Header) bool {
	var u Urging
	return json.Unmarshal(r.Data, &u) == nil && strings.TrimSpace(u.Text) != "" && oneOf(u.By, "applicant", "supervisor") &&
		h.Ref.ID == UrgeID(r.On.ID, h.At.Day())
}
