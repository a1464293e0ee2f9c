package desk

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"xiangyun/protocol"
)

func (o *office) asked(id, want string, on protocol.Ref, data any) protocol.Ref {
	o.t.Helper()
	ref := protocol.Ref{Kind: "request", ID: id}
	o.feed(protocol.Record{Ref: ref, Rev: 1, Home: here, Epoch: 1, By: "changchun:clerk", Act: "file", Body: o.encode(protocol.Request{
		Want: want, On: on, From: there, Title: "样例", Key: id, Data: o.encode(data), Filed: protocol.At(startAt), State: protocol.RequestFiled})})
	return ref
}

// arrive brings cases that another window handed over.
func (o *office) arrive(n int) (refs []protocol.Ref) {
	o.t.Helper()
	for i := range n {
		refs = append(refs, protocol.Ref{Kind: "case", ID: fmt.Sprintf("changchun-1-%08d-X", i)})
		o.feed(protocol.Record{Ref: refs[i], Rev: 2, Home: here, Epoch: 2, By: "changchun:clerk", Act: "hand_over", Body: o.encode(protocol.Case{Item: itemHere,
			Agency: ours, Handler: here, To: here, ReceiptNo: fmt.Sprintf("%012dA", i), Idem: fmt.Sprint(i), State: protocol.CaseHandingOver})})
	}
	return refs
}

func TestTheStewardAnswersExactlyOnce(t *testing.T) {
	o := newOffice(t)
	for _, row := range []struct {
		name, want, state string
		data              any
		reason            string
	}{
		{"a withdrawal that the rules allow", protocol.WantWithdraw, protocol.RequestDone, protocol.Ending{Reason: "本人申请"}, ""},
		{"one without a reason", protocol.WantWithdraw, protocol.RequestDeclined, protocol.Ending{}, "C-21a"},
		{"a delivery before the decision", protocol.WantDelivery, protocol.RequestDeclined, protocol.Delivery{Recipient: "甲", Way: "counter"}, "G-07"},
		{"what cannot be read", protocol.WantDelivery, protocol.RequestDeclined, []int{1}, "G-09"},
		{"what no node does", protocol.WantPublish, protocol.RequestDeclined, protocol.Ending{}, "R-00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			on := o.receive(itemHere, row.name).Ref
			ref := o.asked(row.name, row.want, on, row.data)
			waiting, err := o.Waiting(t.Context())
			o.must(err)
			if !slices.Contains(waiting, ref) {
				t.Error("the request does not wait")
			}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := o.Steward(t.Context(), []protocol.Ref{ref}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			r, rec, err := Record[protocol.Request](o.Desk, ref)
			o.must(err)
			if r.State != row.state || rec.Rev != 2 || !strings.HasPrefix(r.Reason, row.reason) || rec.By != steward {
				t.Errorf("%s at rev %d by %s: %q", r.State, rec.Rev, rec.By, r.Reason)
			}
			if c := o.caseIn(on); (c.State == protocol.CaseWithdrawn) != (row.state == protocol.RequestDone) {
				t.Errorf("the case is %s", c.State)
			}
			before := o.written()
			o.must(o.Steward(t.Context(), []protocol.Ref{ref}))
			if o.written() != before {
				t.Error("answered again")
			}
		})
	}
}

func TestTheStewardSignsForWhatArrivesAndNotesWhatWasDecided(t *testing.T) {
	o := newOffice(t)
	ref := o.arrive(1)[0]
	set := o.submitted(entry(1, 1))
	_, err := o.FirstReview(t.Context(), reviewer, set.Ref)
	o.must(err)
	review := protocol.Ref{Kind: "catalog.review", ID: set.Ref.ID}
	o.hub(review.Kind, review.ID, protocol.Review{Changeset: set.Ref.ID, Node: here, State: protocol.ReviewReturned})
	for range 2 {
		o.must(o.Steward(t.Context(), []protocol.Ref{ref, review, {Kind: "case", ID: "gone"}, {Kind: "request", ID: "gone"}, {Kind: "agency", ID: ours}}))
	}
	c, rec, err := Record[protocol.Case](o.Desk, ref)
	o.must(err)
	s, setRec, err := Record[protocol.Changeset](o.Desk, set.Ref)
	o.must(err)
	if c.State != protocol.CaseArrived || rec.Rev != 3 || s.State != protocol.ChangesetReturned || setRec.Rev != 3 {
		t.Errorf("case %s at rev %d, changeset %s at rev %d", c.State, rec.Rev, s.State, setRec.Rev)
	}
}

// TestOneThatIsForbiddenKeepsNoOtherWaiting: the steward sees to many in one
// transaction, and one of them is a request that a rule refuses.
func TestOneThatIsForbiddenKeepsNoOtherWaiting(t *testing.T) {
	o := newOffice(t)
	refs := o.arrive(together + together/2)
	ref := o.asked("no reason", protocol.WantWithdraw, o.receive(itemHere, "no reason").Ref, protocol.Ending{})
	before := o.written()
	o.must(o.Steward(t.Context(), slices.Insert(slices.Clone(refs), together/2, ref)))
	for _, ref := range refs {
		if rec, _ := o.get(ref); rec.Rev != 3 || o.caseIn(ref).State != protocol.CaseArrived {
			t.Errorf("%s is %s at rev %d", ref, o.caseIn(ref).State, rec.Rev)
		}
	}
	r, _, err := Record[protocol.Request](o.Desk, ref)
	o.must(err)
	if n := o.written() - before; n != uint64(len(refs))+1 || r.State != protocol.RequestDeclined {
		t.Errorf("%d lines for %d arrivals and one request, which is %s", n, len(refs), r.State)
	}
}

// BenchmarkSteward signs for cases as a drained queue brings them; they are told
// a piece of feed at a time.
func BenchmarkSteward(b *testing.B) {
	o := newOffice(b)
	refs := o.arrive(b.N)
	b.ResetTimer()
	for part := range slices.Chunk(refs, 2*together) {
		o.must(o.Steward(b.Context(), part))
	}
}
