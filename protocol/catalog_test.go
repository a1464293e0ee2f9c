package protocol

import (
	"bytes"
	"strings"
	"testing"
)

func TestRefusalsOfACatalogueEntry(t *testing.T) {
	entry := want[CatalogEntry]
	check(t, []row{
		{"catalog.K-19 another provider needs a hand-over", "entry submit again", entry(func(c *CatalogEntry) { c.Agency = testUSCC(2) }), "K-19"},
		{"catalog.K-22 a code of another form", "entry submit", entry(func(c *CatalogEntry) { c.Code = "A1/1" }), "K-22"},
		{"catalog.K-10 what was not submitted cannot be withdrawn", "entry withdraw", isNew, "K-10"},
		{"catalog.K-10 an entry is withdrawn once", "entry withdraw", before(func(c *CatalogEntry) { c.State = EntryWithdrawn }), "K-10"},
	})
}

// TestFindingsOfAnEntry lists every finding with the field it is bound to.
func TestFindingsOfAnEntry(t *testing.T) {
	for _, row := range []struct {
		name, rule, field string
		edit              func(*CatalogEntry)
	}{
		{"catalog.K-22 a code without a number", "K-22", "/code", func(c *CatalogEntry) { c.Code = "305001" }},
		{"catalog.K-21 a name of one character", "K-21", "/name", func(c *CatalogEntry) { c.Name = "表" }},
		{"catalog.K-21 a name of 201 characters", "K-21", "/name", func(c *CatalogEntry) { c.Name = strings.Repeat("表", 201) }},
		{"catalog.K-21 an abstract of nine characters", "K-21", "/abstract", func(c *CatalogEntry) { c.Abstract = strings.Repeat("摘", 9) }},
		{"catalog.K-21 an abstract of 4001 characters", "K-21", "/abstract", func(c *CatalogEntry) { c.Abstract = strings.Repeat("摘", 4001) }},
		{"catalog.K-21 a provider that cannot be", "K-21", "/agency", func(c *CatalogEntry) { c.Agency = "1" }},
		{"catalog.K-21 a layer that does not exist", "K-21", "/layer", func(c *CatalogEntry) { c.Layer = "city" }},
		{"catalog.K-21 no class", "K-21", "", func(c *CatalogEntry) { c.Class = "" }},
		{"catalog.K-21 no format", "K-21", "", func(c *CatalogEntry) { c.Format = "" }},
		{"catalog.K-21 nobody answers for it", "K-21", "", func(c *CatalogEntry) { c.Contact = "" }},
		{"catalog.K-39 a secret", "K-39", "/secrecy", func(c *CatalogEntry) { c.Secrecy = "机密" }},
		{"catalog.K-39 silence about secrecy", "K-39", "/secrecy", func(c *CatalogEntry) { c.Secrecy = "" }},
		{"catalog.K-21 a share type that does not exist", "K-21", "/share", func(c *CatalogEntry) { c.Share.Type = "4" }},
		{"catalog.K-21 an open type that does not exist", "K-21", "/share", func(c *CatalogEntry) { c.Open.Type = "" }},
		{"catalog.K-21 a level that does not exist", "K-21", "/share", func(c *CatalogEntry) { c.Level = "L5" }},
		{"catalog.K-25 authorised sharing without a reason", "K-25", "/share", func(c *CatalogEntry) { c.Share.Reason = "" }},
		{"catalog.K-25 authorised sharing without a basis", "K-25", "/share", func(c *CatalogEntry) { c.Share.Basis = nil }},
		{"catalog.K-27 L3 is never open without condition", "K-27", "/open", func(c *CatalogEntry) { public(c); c.Level = "L3" }},
		{"catalog.K-27 what is not shared is not open", "K-27", "/open", func(c *CatalogEntry) { public(c); c.Share = anEntry().Share; c.Share.Type = "3" }},
		{"catalog.K-27 L4 is never open", "K-27", "/open", func(c *CatalogEntry) { c.Level, c.Open = "L4", Share{Type: "2", Cond: "实名申请"} }},
		{"catalog.K-27 a condition is written down", "K-27", "/open", func(c *CatalogEntry) { c.Open = Share{Type: "2"} }},
		{"catalog.K-27 a personal item is never open", "K-27", "/items/0", func(c *CatalogEntry) { public(c); c.Items[0].Sensitive = "个人信息" }},
		{"catalog.K-28 only the source opens it", "K-28", "/open", func(c *CatalogEntry) { public(c); c.Gained = "shared" }},
		{"catalog.K-28 what was agreed upon is not opened", "K-28", "/open", func(c *CatalogEntry) { public(c); c.Gained = "agreed" }},
		{"catalog.K-21 a way of gaining that does not exist", "K-21", "/gained", func(c *CatalogEntry) { c.Gained = "found" }},
		{"catalog.K-41 a cycle that does not exist", "K-41", "/cycle", func(c *CatalogEntry) { c.Cycle = "10" }},
		{"catalog.K-42 no item", "K-42", "/items", func(c *CatalogEntry) { c.Items = nil }},
		{"catalog.K-42 129 items", "K-42", "/items", func(c *CatalogEntry) { c.Items = make([]DataItem, 129) }},
		{"catalog.K-24 two items with one id", "K-24", "/items/1", func(c *CatalogEntry) { c.Items[1].ID = "i1" }},
		{"catalog.K-24 two items with one name", "K-24", "/items/1", func(c *CatalogEntry) { c.Items[1].Name = "公民身份号码" }},
		{"catalog.K-24 an item without a name", "K-24", "/items/1", func(c *CatalogEntry) { c.Items[1].Name = "" }},
		{"catalog.K-24 a table without a key", "K-24", "/items", func(c *CatalogEntry) { c.Items[0].Key = false }},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := anEntry()
			row.edit(e)
			found := CheckEntry(e)
			if len(found) != 1 || found[0].Rule != row.rule || found[0].Field != row.field || found[0].Text == "" {
				t.Errorf("%+v", found)
			}
		})
	}
}

func public(c *CatalogEntry) {
	c.Share, c.Open, c.Level, c.Items[0].Sensitive = Share{Type: "1"}, Share{Type: "1"}, "L1", ""
}

func TestWhatMayBeOpenPasses(t *testing.T) {
	e := anEntry()
	public(e)
	e.Format, e.Items[0].Key = "1", false // a document needs no key
	if found := CheckEntry(e); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

func TestK04AllFindingsComeAtOnce(t *testing.T) {
	if found := CheckEntry(&CatalogEntry{}); len(found) < 8 {
		t.Errorf("only %d findings of an empty entry: %+v", len(found), found)
	}
}

func TestRefusalsOfAChangeset(t *testing.T) {
	set := want[Changeset]
	check(t, []row{
		{"catalog.K-05 what is submitted is frozen", "changeset submit", stands(aSet()), "K-05"},
		{"catalog.K-05 an empty batch", "changeset submit", set(func(c *Changeset) { c.Members = nil }), "K-05"},
		{"catalog.K-05 301 entries", "changeset submit", set(func(c *Changeset) { c.Members = make([]ChangeMember, MaxMembers+1) }), "K-05"},
		{"catalog.K-05 an entry without an id", "changeset submit", set(func(c *Changeset) { c.Members[0].Entry = "" }), "K-05"},
		{"catalog.K-05 an entry without a hash", "changeset submit", set(func(c *Changeset) { c.Members[0].Hash = Hash{} }), "K-05"},
		{"catalog.K-05 an entry twice", "changeset submit", set(func(c *Changeset) { c.Members[1].Entry = entryID }), "K-05"},
		{"catalog.K-05 an operation that does not exist", "changeset submit", set(func(c *Changeset) { c.Members[0].Op = "burn" }), "K-05"},
		{"a retirement goes the same way", "changeset submit", set(func(c *Changeset) { c.Members[0].Op = "retire" }), ""},
		{"catalog.K-06 who submitted does not review", "changeset first_review", as(editor), "K-06"},
		{"cases.G-07 nothing to review", "changeset first_review", isNew, "G-07"},
		{"cases.G-07 a batch is reviewed once", "changeset first_review", before(func(c *Changeset) { c.State = ChangesetReviewed }), "G-07"},
		{"cases.G-07 a withdrawn batch is not reviewed", "changeset first_review", before(func(c *Changeset) { c.State = ChangesetWithdrawn }), "G-07"},
		{"catalog.K-11 a conclusion without the review", "changeset conclude", func(s *scene) { s.view = cited{} }, "K-11"},
		{"cases.G-07 only what passed its first review is concluded", "changeset conclude", before(func(c *Changeset) { c.State = ChangesetSubmitted }), "G-07"},
		{"catalog.K-10 a decided batch is not withdrawn", "changeset withdraw", before(func(c *Changeset) { c.State = ChangesetApproved }), "K-10"},
		{"catalog.K-10 nothing to withdraw", "changeset withdraw", isNew, "K-10"},
		{"catalog.K-10 a batch is withdrawn once", "changeset withdraw", before(func(c *Changeset) { c.State = ChangesetWithdrawn }), "K-10"},
		{"a batch under review may be withdrawn", "changeset withdraw", before(func(c *Changeset) { c.State = ChangesetSubmitted }), ""},
	})
}

func citeSet(f func(*Changeset)) func(*scene) { return cite(Ref{"catalog.changeset", setID}, f) }

func TestRefusalsOfASecondReview(t *testing.T) {
	review := want[Review]
	check(t, []row{
		{"catalog.K-11 a batch is decided once", "review approve", stands(aReview()), "K-11"},
		{"catalog.K-11 the batch is cited", "review approve", uncite(Ref{"catalog.changeset", setID}), "K-11"},
		{"catalog.K-10 a withdrawn batch", "review approve", citeSet(func(c *Changeset) { c.State = ChangesetWithdrawn }), "K-10"},
		{"catalog.K-10 a batch without a first review", "review return", citeSet(func(c *Changeset) { c.State = ChangesetSubmitted }), "K-10"},
		{"catalog.K-10 a batch that cannot be read", "review return", unreadable(Ref{"catalog.changeset", setID}), "K-10"},
		{"catalog.K-07 the first reviewer is not the second", "review approve", as(first), "K-07"},
		{"catalog.K-07 the submitter is not the second reviewer", "review return", as(editor), "K-07"},
		{"catalog.K-09 nothing passes", "review approve", review(func(r *Review) { r.Passed = nil }), "K-09"},
		{"catalog.K-11 another hash than the one submitted", "review approve", review(func(r *Review) { r.Passed[0].Hash = Hash{9} }), "K-11"},
		{"catalog.K-11 another revision than the one submitted", "review approve", review(func(r *Review) { r.Passed[0].Rev = 2 }), "K-11"},
		{"catalog.K-11 a retirement passed off as a change", "review approve", review(func(r *Review) { r.Passed[0].Op = "retire" }), "K-11"},
		{"catalog.K-11 an entry outside the batch", "review approve", review(func(r *Review) { r.Passed[0].Entry = "x" }), "K-11"},
		{"catalog.K-11 an entry without a name", "review approve", review(func(r *Review) { r.Passed[0] = ChangeMember{} }), "K-11"},
		{"catalog.K-11 an entry passed twice", "review approve", review(func(r *Review) { r.Passed = append(r.Passed, r.Passed[0]) }), "K-11"},
		{"catalog.K-11 an entry passed and returned", "review approve", review(func(r *Review) { r.Passed = aSet().Members }), "K-11"},
		{"catalog.K-08 an entry without an opinion", "review approve", review(func(r *Review) { r.Returned = nil }), "K-08"},
		{"catalog.K-08 a return without a reason", "review approve", review(func(r *Review) { r.Returned[0].Reason = "" }), "K-08"},
		{"catalog.K-08 a return of a stranger", "review return", review(func(r *Review) { r.Returned[0].Entry = "x" }), "K-08"},
		{"catalog.K-08 a return that returns nothing", "review return", review(func(r *Review) { r.Returned = nil }), "K-08"},
		{"two reasons for one entry", "review return", review(func(r *Review) { r.Returned = append(r.Returned, r.Returned[0]) }), ""},
		{"everything passes", "review approve", review(func(r *Review) { r.Passed, r.Returned = aSet().Members, nil }), ""},
	})
}

func TestAReturnPassesNothing(t *testing.T) {
	r := result[Review](t, legalAct(t, "review return"))
	if r.Passed != nil || r.State != ReviewReturned || r.First != first || r.Reviewer != second || r.Node != decides {
		t.Errorf("%+v", r)
	}
}

func TestRefusalsOfARevision(t *testing.T) {
	entry := Ref{"catalog.entry", entryID}
	check(t, []row{
		{"catalog.K-11 a content is registered once", "revision put", stands(&Revision{Entry: entryID}), "K-11"},
		{"catalog.K-11 the entry is cited", "revision put", uncite(entry), "K-11"},
		{"catalog.K-11 another revision of the entry", "revision put", want(func(r *Revision) { r.Rev = 2 }), "K-11"},
		{"catalog.K-11 the record id is the hash", "revision put", underID(Hash{1}.String()), "K-11"},
		{"catalog.K-11 one byte differs", "revision put", want(func(r *Revision) { r.Content = bytes.Replace(r.Content, []byte("L3"), []byte("L1"), 1) }), "K-11"},
		{"catalog.K-11 a body that would not survive the encoder", "revision put", spaced, "K-11"},
	})
}

// spaced makes the cited entry a body with a space in it, as a foreign writer
// might send one: the same JSON, other bytes.
func spaced(s *scene) {
	ref := Ref{"catalog.entry", entryID}
	rec := s.view[ref]
	rec.Body = append([]byte("{ "), rec.Body[1:]...)
	s.view[ref] = rec
	s.want = &Revision{Entry: entryID, Rev: 1, Content: rec.Body}
	s.ref.ID = HashOf(rec.Body).String()
}

func TestRefusalsOfAListing(t *testing.T) {
	listing := want[Listing]
	entry := Ref{"catalog.entry", entryID}
	check(t, []row{
		{"catalog.K-11 the entry is cited", "listing approve", uncite(entry), "K-11"},
		{"catalog.K-11 the entry can be read", "listing approve", unreadable(entry), "K-11"},
		{"catalog.K-14 nothing is listed before it is approved", "listing release", isNew, "K-14"},
		{"catalog.K-14 nothing waits for a release", "listing release", before(func(l *Listing) { l.Next = nil }), "K-14"},
		{"catalog.K-14 a release has a number", "listing release", listing(func(l *Listing) { l.Cur = nil }), "K-14"},
		{"catalog.K-14 release 0 does not exist", "listing release", listing(func(l *Listing) { l.Cur.Release = 0 }), "K-14"},
		{"catalog.K-14 release numbers rise", "listing release again", listing(func(l *Listing) { l.Cur.Release = 1 }), "K-14"},
		{"catalog.K-18 only what is listed is withheld", "listing withhold", before(func(l *Listing) { l.State = ListingApproved }), "K-18"},
		{"catalog.K-18 only what is withheld is restored", "listing restore", before(func(l *Listing) { l.State = ListingListed }), "K-18"},
		{"catalog.K-16 only what is listed is retired", "listing retire", before(func(l *Listing) { l.State = ListingRetired }), "K-16"},
		{"cases.G-10 withholding has a reason", "listing withhold", listing(func(l *Listing) { l.Reason = "" }), "G-10"},
		{"cases.G-10 restoring has a reason", "listing restore", listing(func(l *Listing) { l.Reason = "" }), "G-10"},
		{"cases.G-10 retiring has a reason", "listing retire", listing(func(l *Listing) { l.Reason = "" }), "G-10"},
	})
}

// TestK13AnApprovalNeverHidesWhatIsListed: the public sees the listed revision
// until the next release.
func TestK13AnApprovalNeverHidesWhatIsListed(t *testing.T) {
	l := result[Listing](t, legalAct(t, "listing approve again"))
	if l.State != ListingListed || l.Cur == nil || l.Cur.Release != 1 || l.Next == nil || l.Next.Hash != entryHash() {
		t.Errorf("%+v", l)
	}
	l = result[Listing](t, legalAct(t, "listing release again"))
	if l.Cur.Rev != 2 || l.Cur.Release != 2 || l.Next != nil {
		t.Errorf("%+v", l)
	}
}

func TestK17ARetiredEntryComesBackThroughBothReviews(t *testing.T) {
	s := legalAct(t, "listing release again")
	s.old = nextListing(ListingRetired)
	if l := result[Listing](t, s); l.State != ListingListed {
		t.Errorf("%+v", l)
	}
	s.old = nextListing(ListingWithheld) // a release never ends what the hub withheld (K-18)
	if l := result[Listing](t, s); l.State != ListingWithheld {
		t.Errorf("%+v", l)
	}
}

func TestRefusalsOfARelease(t *testing.T) {
	release := want[Release]
	check(t, []row{
		{"catalog.K-14 a number is used once", "release publish", stands(&Release{Number: 1}), "K-14"},
		{"catalog.K-14 release 0 does not exist", "release publish", release(func(r *Release) { r.Number = 0 }), "K-14"},
		{"catalog.K-14 the number is the record id", "release publish", release(func(r *Release) { r.Number = 2 }), "K-14"},
		{"catalog.K-14 the release before is cited", "release publish the next", uncite(Ref{"catalog.release", ReleaseID(1)}), "K-14"},
		{"catalog.K-14 a release has a root", "release publish", release(func(r *Release) { r.Root = Hash{} }), "K-14"},
		{"catalog.K-14 a release changes something", "release publish", release(func(r *Release) { r.Changed = 0 }), "K-14"},
	})
}

func TestReleaseIDsSortByNumber(t *testing.T) {
	if ReleaseID(9) >= ReleaseID(10) || ReleaseID(1) != "0000000001" || ReleaseID(12345678901) != "12345678901" {
		t.Error(ReleaseID(9), ReleaseID(10), ReleaseID(12345678901))
	}
}
