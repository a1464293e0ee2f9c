package desk

import (
	"testing"

	"xiangyun/protocol"
)

// withPapers is a case of the other place for which the law wants the paper itself.
func (o *office) withPapers() Received {
	o.t.Helper()
	f := filing(theirs, there)
	f.Guide.Lines[0].NeedsPaper = "《档案法》第十条"
	o.hub("guide", itemTheirs, f.Guide)
	return o.receive(itemTheirs, "papers")
}

func opened(caseID string) protocol.Parcel {
	return protocol.Parcel{Case: caseID, List: []protocol.Original{{Line: "m1", Name: "申请书", Count: 2}}, Opened: protocol.Signing{Name: "申请人甲", Sign: "blob-1"}}
}

func (o *office) parcel(ref protocol.Ref, act protocol.Act, want protocol.Parcel) protocol.Record {
	o.t.Helper()
	rec, err := o.Parcel(o.t.Context(), clerk, ref, 0, act, want)
	o.must(err)
	return rec
}

func (o *office) parcelIn(ref protocol.Ref) *protocol.Parcel {
	o.t.Helper()
	p, _, err := Record[protocol.Parcel](o.Desk, ref)
	o.must(err)
	return p
}

func tracking(no string, to protocol.NodeID) protocol.Parcel {
	return protocol.Parcel{To: to, Legs: []protocol.Leg{{Tracking: no}}}
}

// TestP01PapersGoFromTheWindowUnderSeal is cases.P-01, P-02 and P-03 at the giver's node.
func TestP01PapersGoFromTheWindowUnderSeal(t *testing.T) {
	o := newOffice(t)
	got := o.withPapers()
	ref := o.parcel(protocol.Ref{}, "open", opened(got.Ref.ID)).Ref
	second := o.parcel(protocol.Ref{}, "open", opened(got.Ref.ID)).Ref
	if ref == second || o.parcelIn(ref).Due.K5o.IsZero() {
		t.Errorf("%s and %s, %+v", ref, second, o.parcelIn(ref).Due)
	}
	wrong := opened(got.Ref.ID)
	wrong.List[0].Line = "m9"
	if _, err := o.Parcel(t.Context(), clerk, protocol.Ref{}, 0, "open", wrong); !refusedBy(err, "P-01a") {
		t.Errorf("paper that no law demands: %v", err)
	}
	o.parcel(ref, "seal", protocol.Parcel{Seal: "yanbian-000001"})
	if _, err := o.Parcel(t.Context(), clerk, second, 0, "seal", protocol.Parcel{Seal: "yanbian-000001"}); !refusedBy(err, "P-02a") {
		t.Errorf("a seal on two parcels: %v", err)
	}
	rows, err := o.Parcels(clerk, here)
	o.must(err)
	if len(rows) != 2 || rows[0].Holder.Node != here {
		t.Errorf("%+v", rows)
	}
	rec := o.parcel(ref, "dispatch", tracking("SF1", there))
	list := last(o.parcelIn(rec.Ref).Docs) // cases.D-14
	for range 2 {
		p, err := o.Document(t.Context(), clerk, protocol.Ref{}, list.Serial)
		o.must(err)
		if p.Title != "原件移交清单" || p.Case != ref || len(p.PDF) == 0 || list.Serial != "yanbian-D14-2026-09-000001" {
			t.Errorf("%s %s of %s", p.Title, list.Serial, p.Case)
		}
		o.Papers.(*shelf).lose(list.Blob())
	}
	if papers, err := o.Documents(clerk, got.Ref); err != nil || len(papers) != 2 || papers[1].Serial != list.Serial {
		t.Errorf("the papers of the case: %+v %v", papers, err)
	}
	if p := o.parcelIn(ref); p.State != protocol.ParcelOnTheWay || p.Holder.Node != here || p.To != there {
		t.Errorf("%+v", p)
	}
	if _, err := o.Parcel(t.Context(), decider, ref, 0, "scan", protocol.Parcel{}); protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("somebody who holds no papers: %v", err)
	}
}

// coming is a parcel that the other place sent here; its home is here.
func (o *office) coming(id string, count int) protocol.Ref {
	o.t.Helper()
	ref := protocol.Ref{Kind: "parcel", ID: id}
	giver := protocol.Holder{Node: there, By: "changchun:clerk"}
	o.feed(protocol.Record{Ref: ref, Rev: 3, Home: here, Epoch: 2, By: giver.By, Act: "dispatch", Body: o.encode(protocol.Parcel{Case: "changchun-1-00000001-X",
		ReceiptNo: "220000000001A", List: []protocol.Original{{Line: "m1", Name: "申请书", Count: count}}, Parties: []protocol.NodeID{there, here},
		State: protocol.ParcelOnTheWay, Holder: giver, To: here, Seal: "changchun-7", Opened: protocol.Signing{Name: "申请人甲", Sign: "blob-1", By: giver.By, At: 1},
		Legs: []protocol.Leg{{Giver: giver, To: here, Seal: "changchun-7", Tracking: "SF2", Sent: protocol.At(startAt)}}})})
	return ref
}

// TestP04TheTakerCountsAndAnswersForThePapers is cases.P-04, P-05 and P-06.
func TestP04TheTakerCountsAndAnswersForThePapers(t *testing.T) {
	o := newOffice(t)
	ref := o.coming("p1", 2)
	_, err := o.ParcelArrived(t.Context(), clerk, ref.ID, "changchun-7", []int{2})
	o.must(err)
	o.parcel(ref, "use", protocol.Parcel{Use: &protocol.Signing{Name: "审查甲", Sign: "blob-2"}})
	o.parcel(ref, "return", protocol.Parcel{Returned: &protocol.Return{Way: "counter", Name: "申请人甲", Sign: "blob-3"}})
	if p := o.parcelIn(ref); p.State != protocol.ParcelReturned || p.Holder.Node != here {
		t.Errorf("%+v", p)
	}
	if rows, err := o.Parcels(clerk, ""); err != nil || len(rows) != 0 {
		t.Errorf("a returned parcel is still somebody's: %+v %v", rows, err)
	}
}

// TestP07BothSidesSettleWithTheSameWords is cases.P-07: the other side's request with another
// outcome settles nothing, the one with the same is answered by the act.
func TestP07BothSidesSettleWithTheSameWords(t *testing.T) {
	o := newOffice(t)
	ref := o.coming("p1", 5)
	_, err := o.ParcelArrived(t.Context(), clerk, ref.ID, "changchun-7", []int{4})
	o.must(err)
	if p := o.parcelIn(ref); p.State != protocol.ParcelDisputed || p.Holder.Node != there {
		t.Fatalf("%+v", p)
	}
	outcome := protocol.Parcel{Dispute: &protocol.Dispute{Outcome: "少寄一份,补寄"}}
	ask := func(id, outcome string) protocol.Ref {
		r := protocol.Ref{Kind: "request", ID: id}
		o.feed(protocol.Record{Ref: r, Rev: 1, Home: here, Epoch: 1, By: "changchun:clerk", Act: "file", Body: o.encode(protocol.Request{Want: protocol.WantParcelSettle,
			On: ref, From: there, Title: "x", Key: id, State: protocol.RequestFiled, Filed: 1, Data: o.encode(protocol.ParcelAgreement{Outcome: outcome})})})
		return r
	}
	ask("r1", "已全部寄出")
	if _, err := o.Parcel(t.Context(), clerk, ref, 0, "settle", outcome); !refusedBy(err, "P-07") {
		t.Errorf("settled alone: %v", err)
	}
	same := ask("r2", outcome.Dispute.Outcome)
	o.must(o.Steward(t.Context(), []protocol.Ref{same})) // the steward leaves it to a person
	o.parcel(ref, "settle", outcome)
	if p := o.parcelIn(ref); p.State != protocol.ParcelReceived || p.Holder.Node != here || p.Dispute.Other != "changchun:clerk" {
		t.Errorf("%+v", p)
	}
	if r, _, err := Record[protocol.Request](o.Desk, same); err != nil || r.State != protocol.RequestDone {
		t.Errorf("%+v %v", r, err)
	}
}

// TestP07TheGiverAgreesByRequest: where the parcel is elsewhere, so is its settlement.
func TestP07TheGiverAgreesByRequest(t *testing.T) {
	o := newOffice(t)
	ref := protocol.Ref{Kind: "parcel", ID: "p2"}
	o.feed(protocol.Record{Ref: ref, Rev: 4, Home: there, Epoch: 2, By: "changchun:clerk", Act: "count_in", Body: o.encode(protocol.Parcel{Case: "c", ReceiptNo: "r",
		State: protocol.ParcelDisputed, Holder: protocol.Holder{Node: here}, Dispute: &protocol.Dispute{Between: []protocol.NodeID{here, there}}})})
	want := protocol.Parcel{Dispute: &protocol.Dispute{Outcome: "补寄"}}
	rec := o.parcel(ref, "settle", want)
	if again := o.parcel(ref, "settle", want); rec.Ref.Kind != "request" || again.Ref != rec.Ref {
		t.Errorf("%s, then %s", rec.Ref, again.Ref)
	}
}

// TestP09PapersArriveBeforeTheirRecord is cases.P-09: counted at once, applied when the record is here.
func TestP09PapersArriveBeforeTheirRecord(t *testing.T) {
	for _, row := range []struct {
		name, seal string
		state      protocol.ParcelState
		request    string
	}{
		{"the seal that was sent", "changchun-7", protocol.ParcelReceived, protocol.RequestDone},
		{"another seal", "changchun-8", protocol.ParcelOnTheWay, protocol.RequestDeclined},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := newOffice(t)
			rec, err := o.ParcelArrived(t.Context(), clerk, "p1", row.seal, []int{2})
			o.must(err)
			if rec.Ref.Kind != "request" {
				t.Fatalf("%s", rec.Ref)
			}
			ref := o.coming("p1", 2)
			rec, _ = o.get(rec.Ref)
			rec.Home, rec.Epoch = here, rec.Epoch+1 // the hub's fold gives it the home of its target
			o.feed(rec)
			o.must(o.Steward(t.Context(), []protocol.Ref{rec.Ref}))
			r, _, err := Record[protocol.Request](o.Desk, rec.Ref)
			o.must(err)
			if p := o.parcelIn(ref); p.State != row.state || r.State != row.request {
				t.Errorf("%s, request %s %s", p.State, r.State, r.Reason)
			}
		})
	}
}
