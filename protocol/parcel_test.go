package protocol

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRefusalsOfAParcel(t *testing.T) {
	parcel := func(f func(*Parcel)) func(*scene) { return want(f) }
	guide := Ref{"guide", itemRef().ID}
	agree := Ref{"request", "settle-1"}
	check(t, []row{
		{"cases.P-01a a paper that no law demands", "parcel open", parcel(func(p *Parcel) { p.List[0].Line = "m3" }), "P-01a"},
		{"cases.P-01a a paper outside the guide", "parcel open", parcel(func(p *Parcel) { p.List[0].Line = "m9" }), "P-01a"},
		{"cases.P-01a the case is cited", "parcel open", uncite(caseRef()), "P-01a"},
		{"cases.P-01a the case can be read", "parcel open", unreadable(caseRef()), "P-01a"},
		{"cases.P-01a the guide is cited", "parcel open", uncite(guide), "P-01a"},
		{"cases.P-01a the guide is the one displayed", "parcel open", cite(caseRef(), func(c *Case) { c.Guide = Hash{9} }), "P-01a"},
		{"cases.P-01b the applicant signs", "parcel open", parcel(func(p *Parcel) { p.Opened.Sign = "" }), "P-01b"},
		{"cases.P-01b the applicant is named", "parcel open", parcel(func(p *Parcel) { p.Opened.Name = "" }), "P-01b"},
		{"cases.G-09 an empty list", "parcel open", parcel(func(p *Parcel) { p.List = nil }), "G-09"},
		{"cases.G-09 a count of nothing", "parcel open", parcel(func(p *Parcel) { p.List[0].Count = 0 }), "G-09"},
		{"cases.P-02a a seal of another node", "parcel seal", parcel(func(p *Parcel) { p.Seal = "changchun-000001" }), "P-02a"},
		{"cases.P-02a no seal", "parcel seal", parcel(func(p *Parcel) { p.Seal = "" }), "P-02a"},
		{"cases.P-02a the seal that it had", "parcel seal", before(func(p *Parcel) { p.Seal = "yanbian-000001" }), "P-02a"},
		{"cases.P-02a a seal it had before", "parcel seal", before(func(p *Parcel) { p.Seals = []string{"yanbian-000001"} }), "P-02a"},
		{"cases.P-02 another seal the second time", "parcel seal", before(func(p *Parcel) { p.Seal = "yanbian-000000" }), ""},
		{"cases.P-03a a tracking number", "parcel dispatch", parcel(func(p *Parcel) { p.Legs = nil }), "P-03a"},
		{"cases.P-10 to a place that has nothing to do with it", "parcel dispatch", parcel(func(p *Parcel) { p.To = "jilin" }), "P-10"},
		{"cases.P-10 to itself", "parcel dispatch", parcel(func(p *Parcel) { p.To = receives }), "P-10"},
		{"cases.P-04 not every line is counted", "parcel count_in", parcel(func(p *Parcel) { p.Legs[0].Counted = nil }), "P-04"},
		{"cases.P-04 a negative count", "parcel count_in", parcel(func(p *Parcel) { p.Legs[0].Counted = []int{-1} }), "P-04"},
		{"cases.P-05 a named person", "parcel use", parcel(func(p *Parcel) { p.Use.Name = "" }), "P-05"},
		{"cases.P-05 who signs", "parcel use", parcel(func(p *Parcel) { p.Use.Sign = "" }), "P-05"},
		{"cases.P-06 the applicant signs", "parcel return", parcel(func(p *Parcel) { p.Returned.Sign = "" }), "P-06"},
		{"cases.P-06 a courier without proof", "parcel return", parcel(func(p *Parcel) { p.Returned = &Return{Way: "courier", Name: "甲", Tracking: "E1"} }), "P-06"},
		{"cases.P-06 a courier with proof", "parcel return", parcel(func(p *Parcel) { p.Returned = &Return{Way: "courier", Name: "甲", Tracking: "E1", Proof: "b"} }), ""},
		{"cases.P-06 no way at all", "parcel return", parcel(func(p *Parcel) { p.Returned = nil }), "P-06"},
		{"cases.P-06 to nobody", "parcel return", parcel(func(p *Parcel) { p.Returned.Name = "" }), "P-06"},
		{"cases.G-10 a dispute about nothing", "parcel dispute", parcel(func(p *Parcel) { p.Dispute = nil }), "G-10"},
		{"cases.G-10 a settlement without outcome", "parcel settle", parcel(func(p *Parcel) { p.Dispute.Outcome = "" }), "G-10"},
		{"cases.P-07 settled by one person", "parcel settle", parcel(func(p *Parcel) { p.Dispute.Other = "" }), "P-07"},
		{"cases.P-07 settled with oneself", "parcel settle", parcel(func(p *Parcel) { p.Dispute.Other = clerk }), "P-07"},
		{"cases.P-07 settled without the other place", "parcel settle between two places", uncite(agree), "P-07"},
		{"cases.P-07 the consent of a third place", "parcel settle between two places", cite(agree, func(r *Request) { r.From = "jilin" }), "P-07"},
		{"cases.P-07 consent to another parcel", "parcel settle between two places", cite(agree, func(r *Request) { r.On.ID = "x" }), "P-07"},
		{"cases.P-07 consent that was used", "parcel settle between two places", cite(agree, func(r *Request) { r.State = RequestDone }), "P-07"},
		{"cases.G-09 the courier says nothing", "parcel scan", parcel(func(p *Parcel) { p.Legs = nil }), "G-09"},
	})
}

func TestP04OfUnequalNumbersTheGiverStillAnswers(t *testing.T) {
	p := result[Parcel](t, legalAct(t, "parcel count_in of other numbers"))
	if p.State != ParcelDisputed || p.Holder.Node != receives || Lookup("parcel").home(p) != decides || !slices.Equal(p.Dispute.Between, []NodeID{receives, decides}) {
		t.Errorf("%+v", p)
	}
	p = result[Parcel](t, legalAct(t, "parcel settle between two places"))
	if p.State != ParcelReceived || p.Holder.Node != decides || p.To != "" || p.Dispute.Other == "" {
		t.Errorf("%+v", p)
	}
}

func TestP08ACourierWhoSaysNothingForThreeDays(t *testing.T) {
	s := legalAct(t, "parcel dispatch")
	judged := s.must(t)
	if !slices.Equal(judged.Due, []Deadline{{KCourier, Day{2026, 3, 5}.End()}}) || !slices.Equal(judged.Ended, []Deadline{{K5o, Day{2026, 3, 4}.End()}}) {
		t.Errorf("due %v, ended %v", judged.Due, judged.Ended)
	}
}

// TestP10OneHolderAtAnyInstant takes random acts, wherever the home is, and looks
// at what must always hold.
func TestP10OneHolderAtAnyInstant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	k, v := Lookup("parcel"), world(t)
	for range 200 {
		var p *Parcel
		seal := 0
		for range 15 {
			s := parcelStep(k.Acts()[r.IntN(len(k.Acts()))], p)
			s.view = v
			w := s.want.(*Parcel)
			if s.act == "seal" {
				seal++
				w.Seal = string(s.origin) + "-" + string(rune('a'+seal))
			}
			if s.act == "dispatch" && s.origin == decides {
				w.To = receives
			}
			if s.act == "count_in" && r.IntN(3) == 0 {
				w.Legs[0].Counted[0] = 2
			}
			judged, no := s.complete(t)
			if no != nil {
				continue
			}
			was := p
			var err error
			if p, err = decodeBody[Parcel](judged.Body); err != nil {
				t.Fatal(err)
			}
			holds(t, was, p)
		}
	}
}

func holds(t *testing.T, was, p *Parcel) {
	t.Helper()
	if p.Holder.Node == "" || p.Holder.By == "" {
		t.Fatalf("nobody holds %+v", p)
	}
	for _, l := range p.Legs {
		if l.Giver.Node == "" || l.To == "" || l.Tracking == "" || l.Giver.Node == l.To {
			t.Fatalf("leg %+v", l)
		}
	}
	if was != nil && was.Holder.Node != p.Holder.Node && lastLeg(p).Taker == nil {
		t.Fatalf("the holder changed without a count: %+v", p)
	}
	if p.Open() != (p.Returned == nil) {
		t.Fatalf("open %v with return %+v", p.Open(), p.Returned)
	}
}
