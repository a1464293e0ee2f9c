package protocol

import (
	"strings"
	"testing"
)

func applicant(f func(*Applicant)) func(*scene) { return want(func(c *Case) { f(&c.Applicant) }) }

func TestRefusalsOfAReceipt(t *testing.T) {
	item := func(f func(*Item)) func(*scene) { return cite(itemRef(), f) }
	guide := Ref{"guide", itemRef().ID}
	check(t, []row{
		{"cases.C-02a the item is cited", "case receive", uncite(itemRef()), "C-02a"},
		{"cases.C-02a the item can be read", "case receive", unreadable(itemRef()), "C-02a"},
		{"cases.C-02a the item is suspended", "case receive", item(func(i *Item) { i.State = ItemSuspended }), "C-02a"},
		{"cases.C-02a the item is withdrawn", "case receive", item(func(i *Item) { i.State = ItemWithdrawn }), "C-02a"},
		{"cases.C-02a the item takes effect tomorrow", "case receive", item(func(i *Item) { i.EffectiveAt = Day{2026, 3, 3} }), "C-02a"},
		{"the item takes effect today", "case receive", item(func(i *Item) { i.EffectiveAt = Day{2026, 3, 2} }), ""},
		{"cases.C-02a the item is for its own prefecture", "case receive", item(func(i *Item) { i.Scope = "none" }), "C-02a"},
		{"cases.C-02a the item is open between counties only", "case receive", item(func(i *Item) { i.Scope = "intercounty" }), "C-02a"},
		{"cases.C-02a an old item without a scope", "case receive", item(func(i *Item) { i.Scope = "" }), "C-02a"},
		{"at home a local item is received", "case receive at the deciding place", item(func(i *Item) { i.Scope = "none" }), ""},
		{"an item open to the nation", "case receive", item(func(i *Item) { i.Scope = "nation" }), ""},
		{"cases.C-02b a line without an answer", "case receive", want(func(c *Case) { c.Materials = c.Materials[:2] }), "C-02b"},
		{"cases.C-02b an answer too many", "case receive", want(func(c *Case) { c.Materials = append(c.Materials, Material{Line: "m4"}) }), "C-02b"},
		{"cases.C-02b lines in another order", "case receive", want(func(c *Case) { c.Materials[0].Line = "m2" }), "C-02b"},
		{"cases.C-02b a line that nobody looked at", "case receive", want(func(c *Case) { c.Materials[0].Presence = "" }), "C-02b"},
		{"cases.C-10b a required line is owed", "case receive", want(func(c *Case) { c.Materials[0].Presence = "owed" }), "C-10b"},
		{"a deferrable line is owed", "case receive", want(func(c *Case) { c.Materials[2].Presence = "owed" }), ""},
		{"an incomplete filing is still received", "case receive", want(func(c *Case) { c.Materials[0].Presence = "missing" }), ""},
		{"cases.C-02d the guide is cited", "case receive", uncite(guide), "C-02d"},
		{"cases.C-02d the guide can be read", "case receive", unreadable(guide), "C-02d"},
		{"cases.C-02d another guide was displayed", "case receive", want(func(c *Case) { c.Guide = Hash{9} }), "C-02d"},
		{"cases.C-02g a receipt number", "case receive", want(func(c *Case) { c.ReceiptNo = "" }), "C-02g"},
		{"cases.C-02g an idempotency key", "case receive", want(func(c *Case) { c.Idem = "" }), "C-02g"},
	})
}

func TestRefusalsOfAnApplicant(t *testing.T) {
	check(t, []row{
		{"cases.G-09 an applicant has a name", "case receive", applicant(func(a *Applicant) { a.Name = "" }), "G-09"},
		{"cases.G-09 a name of 201 characters", "case receive", applicant(func(a *Applicant) { a.Name = strings.Repeat("长", 201) }), "G-09"},
		{"cases.G-09 neither person nor organisation", "case receive", applicant(func(a *Applicant) { a.Type = "dog" }), "G-09"},
		{"cases.V-01a a number of 17 digits", "case receive", applicant(func(a *Applicant) { a.ID = a.ID[:17] }), "V-01a"},
		{"cases.V-01a an old number of 15 digits", "case receive", applicant(func(a *Applicant) { a.ID = "110105491231002" }), "V-01a"},
		{"cases.V-01b a letter inside", "case receive", applicant(func(a *Applicant) { a.ID = "1101051949X231002X" }), "V-01b"},
		{"cases.V-01c month thirteen", "case receive", applicant(func(a *Applicant) { a.ID = "110105194913310021" }), "V-01c"},
		{"cases.V-01d a wrong check character", "case receive", applicant(func(a *Applicant) { a.ID = "110105194912310021" }), "V-01d"},
		{"cases.V-03c an organisation with a wrong check", "case receive", applicant(func(a *Applicant) { a.IDType, a.ID = "uscc", "12441500196720244A" }), "V-03c"},
		{"an organisation", "case receive", applicant(func(a *Applicant) { a.Type, a.IDType, a.ID = "org", "uscc", testUSCC(9) }), ""},
		{"cases.V-09a a passport of three characters", "case receive", applicant(func(a *Applicant) { a.IDType, a.ID = "other", "E12" }), "V-09a"},
		{"cases.V-09a a passport of 41 characters", "case receive", applicant(func(a *Applicant) { a.IDType, a.ID = "other", strings.Repeat("1", 41) }), "V-09a"},
		{"a passport", "case receive", applicant(func(a *Applicant) { a.IDType, a.ID = "other", "E12345678" }), ""},
		{"cases.V-09a no type of paper", "case receive", applicant(func(a *Applicant) { a.IDType = "" }), "V-09a"},
	})
}

func TestAReceiptPinsWhatWasDisplayed(t *testing.T) {
	s := legalAct(t, "case receive")
	c := result[Case](t, s)
	if guide := s.view[Ref{"guide", itemRef().ID}]; c.Guide != HashOf(guide.Body) {
		t.Error("the case does not pin the guide that was displayed")
	}
	if c.ItemName != anItem().Name || c.Agency != testUSCC(1) || c.Handler != decides || c.Received != (Receipt{At: sceneAt, Node: receives, Window: "延边1号窗口", Clerk: clerk}) {
		t.Errorf("%+v", c)
	}
}

// TestNothingIsPinnedFromTheWriter: a writer that fills in what the judge fills
// in changes nothing by it.
func TestNothingIsPinnedFromTheWriter(t *testing.T) {
	honest, lying := legalAct(t, "case receive"), legalAct(t, "case receive")
	c := lying.want.(*Case)
	c.State, c.Handler, c.To, c.Agency, c.Accepted = CaseGranted, "jilin", "jilin", testUSCC(5), 1
	c.Received.At, c.Received.Node, c.Received.Clerk, c.Due.K1 = 1, "jilin", "jilin:clerk1", Day{2030, 1, 1}
	c.Decision = &Decision{Kind: "grant"}
	if a, b := honest.must(t).Body, lying.must(t).Body; string(a) != string(b) {
		t.Errorf("\n%s\n%s", a, b)
	}
}
