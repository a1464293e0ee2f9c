package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEveryUseCaseAsksForItsRight tries every use-case with every role that
// lacks it, with a stranger, a disabled account and with nobody.
func TestEveryUseCaseAsksForItsRight(t *testing.T) {
	o := newOffice(t)
	in := o.receive(itemHere, "rights").Ref
	set := o.submitted(entry(1, 1))
	how := protocol.Delivery{Recipient: "申请人甲", Way: "counter"}
	act := CaseAct{Case: in}
	for _, u := range []struct {
		name string
		may  []protocol.Role
		own  bool // only for the account's own agency
		do   func(ctx context.Context, who *protocol.Account) error
	}{
		{"receive", roles(protocol.RoleClerk, protocol.RoleAcceptor), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Receive(ctx, who, form(itemHere, "x"))
			return err
		}},
		{"hand over", roles(protocol.RoleClerk, protocol.RoleAcceptor), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.HandOver(ctx, who, act)
			return err
		}},
		{"accept", roles(protocol.RoleAcceptor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Accept(ctx, who, act)
			return err
		}},
		{"refuse", roles(protocol.RoleAcceptor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Decide(ctx, who, act, "refuse", protocol.Decision{})
			return err
		}},
		{"grant", roles(protocol.RoleDecider, protocol.RoleLeader), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Decide(ctx, who, act, "grant", protocol.Decision{})
			return err
		}},
		{"deliver", roles(protocol.RoleClerk, protocol.RoleAcceptor, protocol.RoleDecider), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Deliver(ctx, who, act, how)
			return err
		}},
		{"withdraw", roles(protocol.RoleClerk, protocol.RoleAcceptor), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Withdraw(ctx, who, act, "本人申请")
			return err
		}},
		{"submit catalogue", roles(protocol.RoleEditor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.SubmitCatalog(ctx, who, "样例批次", []EntryDraft{entry(2, 1)})
			return err
		}},
		{"first review", roles(protocol.RoleReviewer), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.FirstReview(ctx, who, set.Ref)
			return err
		}},
		{"withdraw changeset", roles(protocol.RoleEditor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.WithdrawChangeset(ctx, who, set.Ref)
			return err
		}},
		{"file item", roles(protocol.RoleEditor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.FileItem(ctx, who, filing(ours, here))
			return err
		}},
		{"disable account", roles(protocol.RoleOperator), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.DisableAccount(ctx, who, "clerk")
			return err
		}},
		{"create account", roles(protocol.RoleOperator), false, func(ctx context.Context, who *protocol.Account) error {
			if who == nil {
				who = &protocol.Account{} // nobody is the node's own command line
			}
			_, _, err := o.CreateAccount(ctx, who, NewAccount{Login: "x1", Name: "岗位", Roles: roles(protocol.RoleClerk)})
			return err
		}},
	} {
		before := o.written()
		for name, who := range outsiders(u.may, u.own) {
			if err := u.do(t.Context(), who); protocol.CodeOf(err) != protocol.Denied {
				t.Errorf("%s by %s: %v, want denied", u.name, name, err)
			}
		}
		if o.written() != before {
			t.Errorf("%s was denied and wrote %d lines", u.name, o.written()-before)
		}
	}
}

func roles(list ...protocol.Role) []protocol.Role { return list }

// outsiders are all accounts that lack a right.
func outsiders(may []protocol.Role, own bool) map[string]*protocol.Account {
	list := map[string]*protocol.Account{"nobody": nil}
	for _, r := range protocol.Roles {
		if !slices.Contains(may, r.Role) {
			list[string(r.Role)] = person("p", ours, r.Role)
		}
	}
	stranger, disabled, other := person("p", ours, may...), person("p", ours, may...), person("p", theirs, may...)
	stranger.Place, disabled.State = there, protocol.AccountDisabled
	list["an account of another place"], list["a disabled account"] = stranger, disabled
	if own {
		list["another agency"] = other
	}
	return list
}

func TestAFormSentTwiceIsOneCase(t *testing.T) {
	o := newOffice(t)
	first := o.receive(itemHere, "n1")
	again := o.receive(itemHere, "n1")
	if again.Ref != first.Ref || !again.Before || first.Before || again.Case.ReceiptNo != first.Case.ReceiptNo {
		t.Errorf("first %+v, again %+v", first, again)
	}
	var mu sync.Mutex
	seen, news := map[protocol.Ref]bool{}, 0
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			got, err := o.Receive(t.Context(), clerk, form(itemHere, "n2"))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			seen[got.Ref] = true
			if !got.Before {
				news++
			}
		})
	}
	wg.Wait()
	if len(seen) != 1 || news != 1 {
		t.Errorf("%d cases, %d receipts of one form sent at once", len(seen), news)
	}
	other := person("clerk2", "", protocol.RoleClerk)
	if got, err := o.Receive(t.Context(), other, form(itemHere, "n1")); err != nil || got.Before {
		t.Errorf("another clerk's form: %+v %v", got, err)
	}
}

func TestAFormForAnotherPersonIsNoSecondReceipt(t *testing.T) { // G-11: nobody is sent away with another's receipt
	o := newOffice(t)
	first := o.receive(itemHere, "n1")
	for name, change := range map[string]func(*Intake){
		"another applicant": func(in *Intake) { in.Applicant.ID = "110105194912310038" },
		"another paper":     func(in *Intake) { in.Applicant.IDType = "other" },
		"another item":      func(in *Intake) { in.Item = itemTheirs },
	} {
		in := form(itemHere, "n1")
		change(&in)
		before := o.written()
		_, err := o.Receive(t.Context(), clerk, in)
		if ruleOf(err) != "G-11" || !strings.Contains(err.Error(), first.Case.ReceiptNo) || o.written() != before {
			t.Errorf("%s: %v, %d lines", name, err, o.written()-before)
		}
	}
}

func TestAGuideThatChangedMeanwhileIsShownAgain(t *testing.T) {
	o := newOffice(t)
	shown, _ := o.get(protocol.Ref{Kind: "guide", ID: itemHere})
	in := form(itemHere, "g1")
	in.Guide = protocol.HashOf(shown.Body)
	next := filing(ours, here).Guide
	next.Lines[0].Name = "申请表"
	o.hub("guide", itemHere, next)
	before := o.written()
	_, err := o.Receive(t.Context(), clerk, in)
	if ruleOf(err) != "C-02d" || o.written() != before {
		t.Errorf("got %v and %d lines, want C-02d", err, o.written()-before)
	}
	now, _ := o.get(protocol.Ref{Kind: "guide", ID: itemHere})
	in.Guide = protocol.HashOf(now.Body)
	if got, err := o.Receive(t.Context(), clerk, in); err != nil || got.Case.Guide != in.Guide {
		t.Errorf("with the new guide: %+v %v", got, err)
	}
	in.Item, in.Nonce = "unknown", "g2"
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-02a" {
		t.Errorf("an unknown item: %v", err)
	}
}

func ruleOf(err error) string {
	var f *protocol.Fault
	if errors.As(err, &f) {
		return f.Rule
	}
	return ""
}

func TestReceiptAndHandOverAreOneTransaction(t *testing.T) {
	o := newOffice(t)
	in := form(itemTheirs, "h1")
	in.HandOver = true
	got, err := o.Receive(t.Context(), clerk, in)
	o.must(err)
	rec, _ := o.get(got.Ref)
	if got.Case.State != protocol.CaseHandingOver || got.Rev != 2 || rec.Home != there {
		t.Errorf("%+v, home %s", got, rec.Home)
	}
	a, _ := o.get(protocol.Ref{Kind: "agency", ID: theirs})
	o.hub("agency", theirs, protocol.Agency{USCC: theirs, Name: "样例机构", Node: there, State: protocol.AgencyDisabled})
	before, left := o.written(), o.Store.BlocksLeft()
	in.Nonce = "h2"
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-04b" || o.written() != before || o.Store.BlocksLeft() != left {
		t.Errorf("no hand-over (agency at rev %d): %v, %d lines, %d numbers used", a.Rev+1, err, o.written()-before, left-o.Store.BlocksLeft())
	}
	in.HandOver = false
	if got, err := o.Receive(t.Context(), clerk, in); err != nil || got.Before || got.Case.State != protocol.CaseReceived {
		t.Errorf("the same form without: %+v %v", got, err)
	}
}

func TestWhatIsAskedElsewhereIsOneRequest(t *testing.T) {
	o := newOffice(t)
	ref := o.elsewhere("changchun-1-00000001-X", protocol.CaseGranted)
	how := protocol.Delivery{Recipient: "申请人甲", Way: "counter"}
	first, err := o.Deliver(t.Context(), clerk, CaseAct{Case: ref}, how)
	o.must(err)
	before := o.written()
	again, err := o.Deliver(t.Context(), clerk, CaseAct{Case: ref}, how)
	o.must(err)
	if first.Ref.Kind != "request" || again.Ref != first.Ref || o.written() != before {
		t.Errorf("first %s, again %s, %d lines", first.Ref, again.Ref, o.written()-before)
	}
	other, err := o.Withdraw(t.Context(), clerk, CaseAct{Case: ref}, "本人申请")
	o.must(err)
	if other.Ref == first.Ref || o.caseIn(ref).State != protocol.CaseGranted {
		t.Errorf("a withdrawal is %s, the case %s", other.Ref, o.caseIn(ref).State)
	}
}

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

func TestACaseGoesItsWayWithFourEyes(t *testing.T) {
	o := newOffice(t)
	ref := o.receive(itemHere, "way").Ref
	rec, err := o.Accept(t.Context(), acceptor, CaseAct{Case: ref, Seen: 1})
	o.must(err)
	if _, err := o.Decide(t.Context(), decider, CaseAct{Case: ref, Seen: 1}, "grant", protocol.Decision{}); ruleOf(err) != "G-04" {
		t.Errorf("an old screen: %v", err)
	}
	if _, err := o.Decide(t.Context(), person("clerk", "", protocol.RoleDecider), CaseAct{Case: ref}, "grant", protocol.Decision{}); ruleOf(err) != "G-08" {
		t.Errorf("who received it decides: %v", err)
	}
	_, err = o.Decide(t.Context(), decider, CaseAct{Case: ref, Seen: rec.Rev}, "grant", protocol.Decision{Text: "准予"})
	o.must(err)
	mixed := protocol.Delivery{Recipient: "申请人甲", Way: "counter", Tracking: "SF0001"}
	if _, err = o.Deliver(t.Context(), clerk, CaseAct{Case: ref}, mixed); ruleOf(err) != "C-20b" {
		t.Errorf("a parcel number at the counter: %v", err)
	}
	_, err = o.Deliver(t.Context(), clerk, CaseAct{Case: ref}, protocol.Delivery{Recipient: "申请人甲", Way: "counter"})
	o.must(err)
	if c := o.caseIn(ref); c.State != protocol.CaseDelivered || c.Delivery.Place != here {
		t.Errorf("%s, %+v", c.State, c.Delivery)
	}
	_, err = o.Accept(t.Context(), acceptor, CaseAct{Case: protocol.Ref{Kind: "case", ID: "none"}})
	if protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("no case: %v", err)
	}
}

// TestC10cADuplicateIsLookedAtBeforeAcceptance: the desk cites the marks it has,
// because a judge sees nothing else.
func TestC10cADuplicateIsLookedAtBeforeAcceptance(t *testing.T) {
	o := newOffice(t)
	ref, twin := o.receive(itemHere, "one").Ref, o.receive(itemHere, "two").Ref
	mark := protocol.DupID(ref.ID, twin.ID)
	o.hub("dupmark", mark, protocol.Dupmark{Cases: []protocol.DupCase{{ID: min(ref.ID, twin.ID)}, {ID: max(ref.ID, twin.ID)}}, State: protocol.DupOpen})
	if _, err := o.Accept(t.Context(), acceptor, CaseAct{Case: ref}); ruleOf(err) != "C-10c" {
		t.Errorf("a mark nobody looked at: %v", err)
	}
	_, err := o.Accept(t.Context(), acceptor, CaseAct{Case: ref, Viewed: []string{mark}})
	o.must(err)
	if c := o.caseIn(ref); c.State != protocol.CaseAccepted || !slices.Equal(c.DupsViewed, []string{mark}) {
		t.Errorf("%s, viewed %v", c.State, c.DupsViewed)
	}
}

func TestUnchangedEntriesAreLeftOut(t *testing.T) {
	o := newOffice(t)
	var drafts []EntryDraft
	for n := range 5 {
		drafts = append(drafts, entry(n, 1))
	}
	submit := func() (protocol.Record, int) {
		t.Helper()
		sets, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts)
		o.must(err)
		if len(sets) == 0 {
			return protocol.Record{}, 0
		}
		rec := sets[0]
		set, _, err := Record[protocol.Changeset](o.Desk, rec.Ref)
		o.must(err)
		return rec, len(set.Members)
	}
	if _, n := submit(); n != 5 {
		t.Errorf("%d members, want 5", n)
	}
	before := o.written()
	if rec, n := submit(); n != 0 || o.written() != before {
		t.Errorf("imported again: %s, %d lines", rec.Ref, o.written()-before) // I-04
	}
	drafts[3] = entry(3, 2)
	rec, n := submit()
	set, _, err := Record[protocol.Changeset](o.Desk, rec.Ref)
	o.must(err)
	if n != 1 || set.Members[0].Rev != 2 || o.written() != before+2 {
		t.Errorf("one changed: %+v, %d lines", set.Members, o.written()-before)
	}
	before = o.written()
	drafts[0], drafts[4] = entry(0, 3), EntryDraft{Entry: protocol.CatalogEntry{Agency: ours, Name: "空白"}}
	if _, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts); protocol.CodeOf(err) != protocol.Refused || !strings.Contains(err.Error(), "空白") || o.written() != before {
		t.Errorf("one bad entry: %v, %d lines", err, o.written()-before)
	}
	if found := CheckEntries(drafts); len(found) != 1 || found[0].Line != 5 || len(found[0].Findings) < 3 {
		t.Errorf("findings %+v", found)
	}
}

func TestAFilingSentTwiceIsOneRequest(t *testing.T) {
	o := newOffice(t)
	f := filing(ours, here)
	f.Item.Version = 2
	first, err := o.FileItem(t.Context(), editor, f)
	o.must(err)
	before := o.written()
	again, err := o.FileItem(t.Context(), editor, f, f)
	o.must(err)
	if len(again) != 2 || again[0].Ref != first[0].Ref || again[1].Ref != first[0].Ref || o.written() != before {
		t.Errorf("%+v, %d lines", again, o.written()-before)
	}
	f.Item.Name = "样例事项(修订)"
	changed, err := o.FileItem(t.Context(), editor, f)
	o.must(err)
	if changed[0].Ref == first[0].Ref {
		t.Error("another content is the same request")
	}
	before, f.Item.Basis = o.written(), nil
	good := filing(ours, here)
	good.Item.Version = 3
	if _, err := o.FileItem(t.Context(), editor, good, f); protocol.CodeOf(err) != protocol.Refused || o.written() != before {
		t.Errorf("one of two is wrong: %v, %d lines", err, o.written()-before)
	}
}

func TestAccounts(t *testing.T) {
	o := newOffice(t)
	_, token, err := o.CreateAccount(t.Context(), nil, NewAccount{Login: "operator", Name: "运维岗", Password: "a good password", Roles: roles(protocol.RoleOperator), Token: true})
	o.must(err)
	a, ok, err := o.AccountByToken(identity.HashSecret(token))
	if err != nil || !ok || a.Login != "operator" || a.Place != here || strings.Contains(fmt.Sprint(a), token) {
		t.Errorf("by token: %+v %v %v", a, ok, err)
	}
	if _, _, err := o.CreateAccount(t.Context(), operator, NewAccount{Login: "operator", Name: "运维岗", Roles: roles(protocol.RoleClerk)}); protocol.CodeOf(err) != protocol.Refused {
		t.Errorf("a second of that name: %v", err)
	}
	_, err = o.DisableAccount(t.Context(), operator, "operator")
	o.must(err)
	if _, ok, err := o.AccountByToken(identity.HashSecret(token)); ok || err != nil {
		t.Errorf("the token of a disabled account: %v %v", ok, err)
	}
	if a, ok, err := o.Account("yanbian:operator"); err != nil || !ok || a.State != protocol.AccountDisabled {
		t.Errorf("%+v %v %v", a, ok, err)
	}
	if _, ok, err := o.Account("yanbian:none"); ok || err != nil {
		t.Errorf("nobody: %v %v", ok, err)
	}
}
