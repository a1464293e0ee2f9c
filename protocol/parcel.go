package protocol

import "slices"

// Parcel is the custody of paper originals (原件包, cases.md §12): what paper the
// law demands travels under seal, and at any instant exactly one holder answers
// for it (P-10; art. 34 lets nobody demand other paper). Its home is the
// holder's node; from dispatch on it is the taker's, who alone can count it in.
//
//	– ─open→ at_window ─seal→ sealed ─dispatch→ with_courier ─scan→ … ─count_in→ received ─use→ in_use ─seal→ sealed
//	at_window, received, in_use ─return→ returned
//	any but returned ─dispute→ dispute ─settle→ as before     (count_in of other numbers also makes a dispute)
type Parcel struct {
	Case      string       `json:"case"` // record id
	ReceiptNo string       `json:"receipt_no"`
	List      []Original   `json:"list"`
	Parties   []NodeID     `json:"parties"` // the case's receiving node and its handler
	State     ParcelState  `json:"state"`
	Holder    Holder       `json:"holder"`
	To        NodeID       `json:"to,omitempty"` // the taker, while under way
	Seal      string       `json:"seal_no,omitempty"`
	Seals     []string     `json:"seals,omitempty"` // used before on this parcel
	Opened    Signing      `json:"opened"`
	Legs      []Leg        `json:"legs,omitempty"`
	Dispute   *Dispute     `json:"dispute,omitempty"`
	Use       *Signing     `json:"use,omitempty"`
	Returned  *Return      `json:"returned,omitempty"`
	Due       ParcelClocks `json:"due,omitzero"`
	Docs      []Doc        `json:"docs,omitempty"` // D-14, one for each way
	Rest
}

// ParcelState is where a parcel stands.
type ParcelState string

// The states of a parcel.
const (
	ParcelAtWindow  ParcelState = "at_window"
	ParcelSealed    ParcelState = "sealed"
	ParcelOnTheWay  ParcelState = "with_courier"
	ParcelReceived  ParcelState = "received"
	ParcelInUse     ParcelState = "in_use"
	ParcelReturned  ParcelState = "returned"
	ParcelDisputed  ParcelState = "dispute"
	maxLegs                     = 20
	maxOriginals                = 50
	courierSilentAt             = 3 // calendar days (P-08)
)

// ParcelStates names the states in the order a parcel passes them.
var ParcelStates = []struct {
	State ParcelState
	Title string
}{
	{ParcelAtWindow, "在窗口"}, {ParcelSealed, "已封装"}, {ParcelOnTheWay, "运送中"}, {ParcelReceived, "已收到"}, {ParcelInUse, "使用中"},
	{ParcelReturned, "已退还"}, {ParcelDisputed, "有争议"},
}

// KCourier is not a clock of the law but P-08: a courier who says nothing for
// three days gives the giver a card.
const KCourier ClockID = "P-08"

// Original is one paper of the list.
type Original struct {
	Line    string `json:"line_id"`
	Name    string `json:"name"`
	Count   int    `json:"count"`
	Barcode string `json:"barcode,omitempty"`
	Photo   string `json:"photo,omitempty"` // record id of a blob manifest
}

// Holder is who answers for the papers: a person at a node, or the giver of the
// leg while a courier carries them.
type Holder struct {
	Node NodeID `json:"node"`
	By   string `json:"by"`
}

// Signing is a person's signature under what was counted or handed over.
type Signing struct {
	Name string  `json:"name"` // who signed beside the clerk
	Sign string  `json:"sign"` // the signature: record id of a blob manifest
	By   string  `json:"by"`
	At   Instant `json:"at"`
}

// Leg is one way of the parcel, and what the taker counted.
type Leg struct {
	Giver    Holder  `json:"giver"`
	To       NodeID  `json:"to"`
	Seal     string  `json:"seal_no"`
	Tracking string  `json:"tracking"`
	Sent     Instant `json:"sent"`
	Scans    []Scan  `json:"scans,omitempty"`
	Taker    *Holder `json:"taker,omitempty"`
	Counted  []int   `json:"counted,omitempty"` // in the order of the list
	Taken    Instant `json:"taken,omitzero"`
}

// Scan is one sign of life of the courier.
type Scan struct {
	At   Instant `json:"at"`
	Text string  `json:"text"`
}

// Dispute freezes the parcel and not the case (P-07).
type Dispute struct {
	Text    string      `json:"text"`
	Before  ParcelState `json:"before"`
	Between []NodeID    `json:"between"` // giver's and taker's node; one and the same when the papers never left
	By      string      `json:"by"`
	At      Instant     `json:"at"`
	Outcome string      `json:"outcome,omitempty"`
	Other   string      `json:"other,omitempty"`  // who of the other side agreed
	Settled Instant     `json:"settled,omitzero"` // the last dispute stays to be read
}

// Return says how the applicant got the papers back.
type Return struct {
	Way      string  `json:"way"` // counter or courier
	Name     string  `json:"name"`
	Sign     string  `json:"sign,omitempty"` // the applicant's signature
	Tracking string  `json:"tracking,omitempty"`
	Proof    string  `json:"proof,omitempty"` // the courier's proof of delivery
	By       string  `json:"by"`
	At       Instant `json:"at"`
}

// ParcelClocks are the ends that a tick must not let pass in silence.
type ParcelClocks struct {
	K5o     Day     `json:"k5o,omitzero"`    // originals out, two working days from receipt
	Courier Instant `json:"silent,omitzero"` // P-08
}

var _ = Define("parcel", Spec[Parcel]{
	Title: "原件包", English: "parcel of originals", Lane: Urgent, Personal: true,
	Acts: map[Act]Judge[Parcel]{"open": openParcel, "seal": sealParcel, "dispatch": dispatchParcel, "scan": scanParcel, "count_in": countParcel,
		"use": useParcel, "return": returnParcel, "dispute": disputeParcel, "settle": settleParcel},
	Home: func(p *Parcel) NodeID {
		if p.To != "" {
			return p.To
		}
		return p.Holder.Node
	},
	Audience:  func(p *Parcel) Audience { return Only(append([]NodeID{p.Holder.Node, p.To}, p.Parties...)...) },
	Terms:     parcelTerms,
	Deadlines: parcelDeadlines,
})

// parcelTerms: a parcel is found by its case, its seals and what a scanner reads.
func parcelTerms(p *Parcel) Terms {
	keys := []string{p.Case, p.ReceiptNo, p.Seal}
	for _, o := range p.List {
		keys = append(keys, o.Barcode)
	}
	for _, l := range p.Legs {
		keys = append(keys, l.Tracking)
	}
	keys = append(append(keys, p.Seals...), serials(p.Docs)...)
	return Terms{Title: p.ReceiptNo, State: string(p.State), Keys: slices.DeleteFunc(keys, func(k string) bool { return k == "" }),
		Facets: []Facet{{"holder", string(p.Holder.Node)}, {"to", string(p.To)}}}
}

func parcelDeadlines(p *Parcel) (due []Deadline) {
	switch p.State {
	case ParcelAtWindow, ParcelSealed:
		return endOf(nil, K5o, p.Due.K5o)
	case ParcelOnTheWay:
		return []Deadline{{KCourier, p.Due.Courier}}
	}
	return nil
}

// Open reports whether somebody still has papers that are not his: a case with
// an open parcel is not archived (C-23a).
func (p *Parcel) Open() bool { return p.State != ParcelReturned }

// Title is the state's Chinese name.
func (s ParcelState) Title() string {
	for _, k := range ParcelStates {
		if k.State == s {
			return k.Title
		}
	}
	return string(s)
}
