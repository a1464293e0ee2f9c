package desk

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"fmt"
	"sync"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// pen signs receipts as a node does, with a certificate of its own province.
type pen struct {
	*identity.Holder
}

func penOf(t testing.TB, key ed25519.PrivateKey) pen {
	t.Helper()
	now := func() time.Time { return startAt }
	authority, err := identity.NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := authority.Issue(identity.KeyOf(key), identity.RoleNode, here, 100*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	h, err := identity.NewHolder(identity.Bundle{Key: key, Leaf: leaf, Roots: []*x509.Certificate{authority.Root()}}, now)
	if err != nil {
		t.Fatal(err)
	}
	return pen{h}
}

// shelf keeps files in memory, and loses one when a test wants that.
type shelf struct {
	mu    sync.Mutex
	files map[protocol.BlobID][]byte
}

func newShelf() *shelf { return &shelf{files: map[protocol.BlobID][]byte{}} }

func (s *shelf) Keep(_ context.Context, id protocol.BlobID, file []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[id] = file
	return nil
}

func (s *shelf) File(_ context.Context, id protocol.BlobID) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if file, ok := s.files[id]; ok {
		return file, nil
	}
	return nil, protocol.NewFault(protocol.Gone, "read file", "没有该文件")
}

// paperOf gives the last document of a case, and the file.
func (o *office) paperOf(ref protocol.Ref) (protocol.Doc, Printed) {
	o.t.Helper()
	doc := last(o.caseIn(ref).Docs)
	p, err := o.Document(o.t.Context(), acceptor, ref, doc.Serial)
	o.must(err)
	return doc, p
}

// TestD01ReceiptIsWrittenWithTheAct is cases.D-01 and cases.D-03: number, digest and signed code are in the
// entry of the act; the file says them, and a lost one is made again with the same bytes.
func TestD01ReceiptIsWrittenWithTheAct(t *testing.T) {
	o := newOffice(t)
	got := o.receive(itemHere, "n1")
	doc, p := o.paperOf(got.Ref)
	if doc.Serial != "yanbian-D01-2026-09-000001" || doc.Act != "receive" || doc.Sum.IsZero() || protocol.HashOf(p.PDF) != doc.Sum || p.Title != "收件凭证" {
		t.Fatalf("%+v, %d bytes of sum %s", doc, len(p.PDF), p.Sum)
	}
	if _, err := identity.VerifyReceipt(doc.Code, o.Sign.(pen).Bundle().Leaf, o.Sign.(pen).Bundle().Roots); err != nil {
		t.Errorf("the code of the receipt: %v", err)
	}
	files := o.Papers.(*shelf)
	files.lose(doc.Blob())
	if _, again := o.paperOf(got.Ref); !bytes.Equal(again.PDF, p.PDF) {
		t.Error("printed again with other bytes")
	}
	files.lose(doc.Blob())
	rec, err := o.Do(t.Context(), acceptor, CaseAct{Case: got.Ref, Seen: got.Rev}, "accept", protocol.Case{})
	o.must(err)
	if accepted, _ := o.paperOf(rec.Ref); accepted.Serial != "yanbian-D03-2026-09-000001" || len(accepted.Due) != 2 || accepted.Due[0].Calendars == nil {
		t.Errorf("%+v", accepted)
	}
	again, err := o.Document(t.Context(), acceptor, got.Ref, doc.Serial) // the case has gone on: made from the journal
	o.must(err)
	if !bytes.Equal(again.PDF, p.PDF) {
		t.Error("the receipt of an accepted case has other bytes")
	}
}

func (s *shelf) lose(id protocol.BlobID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, id)
}

// TestD01ManyWindowsDoNotWaitForThePress: without a sum in the entry the digest
// proves the words, and the file is made when it is asked for.
func TestD01ManyWindowsDoNotWaitForThePress(t *testing.T) {
	o := newOffice(t)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			if _, err := o.Receive(t.Context(), clerk, form(itemHere, fmt.Sprint("n", i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	rows, err := o.Unprinted(clerk)
	o.must(err)
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.Serial] = true
		if p, err := o.Document(t.Context(), clerk, r.Case, r.Serial); err != nil || len(p.PDF) == 0 || r.Void {
			t.Errorf("%s: %v", r.Serial, err)
		}
	}
	if len(seen) != 64 || !seen["yanbian-D01-2026-09-000064"] { // dense
		t.Errorf("%d serials of 64", len(seen))
	}
}

// TestD03AChangedWordIsNeverPrinted: what this place can make must say what the entry says.
func TestD03AChangedWordIsNeverPrinted(t *testing.T) {
	o := newOffice(t)
	ref := o.elsewhere("changchun-1-00000001-A", protocol.CaseAccepted)
	c := *o.caseIn(ref)
	c.Docs = []protocol.Doc{{Serial: "220100-D03-2026-01-000001", Version: 1, Act: "accept", At: protocol.At(startAt), Agency: "样例机构", Place: "长春市", Digest: protocol.Hash{7}}}
	rec, _ := o.get(ref)
	rec.Rev, rec.Body = rec.Rev+1, o.encode(c)
	o.feed(rec)
	if _, err := o.Document(t.Context(), acceptor, ref, c.Docs[0].Serial); protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("printed, or %v", err)
	}
	if _, err := o.Document(t.Context(), acceptor, ref, "220100-D03-2026-01-000002"); protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("a serial of no document: %v", err)
	}
}

// TestF12UnprintedDocumentsAreListedUntilSomebodyPrintsThem is cases.F-12: a cut of
// power between commit and print loses no paper, and every printing is in the log.
func TestF12UnprintedDocumentsAreListedUntilSomebodyPrintsThem(t *testing.T) {
	o := newOffice(t)
	one, two := o.receive(itemHere, "n1"), o.receive(itemHere, "n2")
	rows, err := o.Unprinted(clerk)
	o.must(err)
	if len(rows) != 2 || rows[0].Case != two.Ref || rows[1].Case != one.Ref || rows[0].ReceiptNo != two.Case.ReceiptNo {
		t.Fatalf("%+v", rows)
	}
	serial := rows[0].Serial
	for range 2 {
		o.must(o.MarkPrinted(t.Context(), clerk, two.Ref, serial))
	}
	rows, err = o.Unprinted(clerk)
	o.must(err)
	if len(rows) != 1 || rows[0].Case != one.Ref {
		t.Errorf("%+v", rows)
	}
	all, err := o.Documents(clerk, two.Ref)
	o.must(err)
	if len(all) != 1 || len(all[0].Prints) != 2 || all[0].Prints[0].By != By(clerk) {
		t.Errorf("%+v", all)
	}
	if err := o.MarkPrinted(t.Context(), clerk, one.Ref, serial); protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("another case's document: %v", err)
	}
}

// TestN02AcceptanceTakesTheNextNumberOfTheDay is cases.N-02 and cases.N-04: own
// items are counted from 0001, per code and day, and the report names them.
func TestN02AcceptanceTakesTheNextNumberOfTheDay(t *testing.T) {
	o := newOffice(t)
	var numbers []string
	for i := range 2 {
		got := o.receive(itemHere, fmt.Sprint("n", i))
		if got.Case.No != "" {
			t.Errorf("a receipt has a case number: %s", got.Case.No)
		}
		_, err := o.Do(t.Context(), acceptor, CaseAct{Case: got.Ref, Seen: got.Rev}, "accept", protocol.Case{})
		o.must(err)
		numbers = append(numbers, o.caseIn(got.Ref).No)
	}
	code := ours + "3442199806003"
	if numbers[0] != code+"202603020001" || numbers[1] != code+"202603020002" {
		t.Errorf("%v", numbers)
	}
	report, err := o.DayNumbers(acceptor, protocol.DayOf(startAt))
	o.must(err)
	if len(report) != 1 || report[0].Code != code || len(report[0].Used) != 2 || len(report[0].Void) != 0 || report[0].Unused != 4997 {
		t.Errorf("%+v", report)
	}
}

// TestD02TheChecklistIsPrintedBeforeThereIsACase is cases.D-02: all gaps of the guide shown, and nothing is kept but the number.
func TestD02TheChecklistIsPrintedBeforeThereIsACase(t *testing.T) {
	o := newOffice(t)
	before := o.written()
	in := form(itemHere, "")
	in.Materials[0].Presence = protocol.PresenceMissing
	for n := range 2 {
		p, err := o.Checklist(t.Context(), clerk, in)
		o.must(err)
		if p.Title != "材料核对单" || len(p.PDF) == 0 || p.Doc.Serial != fmt.Sprintf("yanbian-D02-2026-09-%06d", n+1) {
			t.Errorf("%s %s", p.Title, p.Doc.Serial)
		}
	}
	if rows, err := o.Unprinted(clerk); err != nil || len(rows) != 0 || o.written() != before {
		t.Errorf("%+v %v, %d lines", rows, err, o.written()-before)
	}
	if _, err := o.Checklist(t.Context(), clerk, Intake{Item: "none@1"}); !refusedBy(err, "C-02a") {
		t.Errorf("an item that is not here: %v", err)
	}
}
