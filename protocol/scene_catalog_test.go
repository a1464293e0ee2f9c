package protocol

import "testing"

const (
	entryID = "01JNA0000000000000000000E1"
	otherID = "01JNA0000000000000000000E2"
	setID   = "01JNA0000000000000000000S1"
	editor  = "changchun:editor1"
	first   = "changchun:reviewer"
	second  = "hub:reviewer"
)

func anEntry() *CatalogEntry {
	return &CatalogEntry{Code: "30500122010001/000001", Name: "长春市最低生活保障对象信息", Abstract: "长春市享受最低生活保障待遇的家庭及成员信息。",
		Agency: testUSCC(1), Provider: "长春市民政局", Division: "220100", Layer: "province", Class: "305001", Format: "3",
		Share: Share{Type: "2", Reason: "含个人信息", Basis: []string{"《中华人民共和国个人信息保护法》第三十四条"}, Cond: "限社会救助核对使用"},
		Open:  Share{Type: "3", Reason: "含个人信息"}, Level: "L3", Cycle: "4", Gained: "collected", Secrecy: "非涉密", Contact: "社会救助科 0431-00000000",
		Items:  []DataItem{{ID: "i1", Name: "公民身份号码", Type: "C", Len: 18, Key: true, Sensitive: "个人信息"}, {ID: "i2", Name: "保障起始年月", Type: "D"}},
		Editor: editor, State: EntrySubmitted}
}

func entryHash() Hash {
	body, err := encodeBody(anEntry())
	if err != nil {
		panic(err)
	}
	return HashOf(body)
}

func aSet() *Changeset {
	return &Changeset{Title: "三月第一批", Agency: testUSCC(1), Node: decides, Submitter: editor, Submitted: sceneAt, State: ChangesetSubmitted,
		Members: []ChangeMember{{Entry: entryID, Name: "长春市最低生活保障对象信息", Rev: 1, Hash: entryHash(), Op: "put"},
			{Entry: otherID, Name: "长春市特困人员信息", Rev: 1, Hash: Hash{4}, Op: "put"}}}
}

func aReviewedSet(t testing.TB) *Changeset {
	t.Helper()
	s := scene{name: "changeset first_review", ref: Ref{"catalog.changeset", setID}, act: "first_review", origin: decides, by: first, old: aSet(), want: &Changeset{}}
	return result[Changeset](t, s)
}

func aReview() *Review {
	return &Review{Passed: aSet().Members[:1], Returned: []ReturnedItem{{Entry: otherID, Field: "/name", Rule: "K-21", Reason: "名称过于笼统"}}}
}

func aListing(state string) *Listing {
	e := anEntry()
	return &Listing{Entry: entryID, Code: e.Code, Name: e.Name, Agency: e.Agency, Provider: e.Provider, Division: e.Division, Class: e.Class,
		Abstract: e.Abstract, Node: decides, Cur: &ListedState{Rev: 1, Hash: entryHash(), Release: 1}, State: state}
}

func nextListing(state string) *Listing {
	l := aListing(state)
	l.Next = &ListedState{Rev: 2, Hash: Hash{6}}
	return l
}

func newListing() *Listing {
	l := aListing(ListingApproved)
	l.Cur, l.Next = nil, &ListedState{Rev: 1, Hash: entryHash()}
	return l
}

func catalogScenes(t testing.TB) []scene {
	t.Helper()
	entry, set, listing := Ref{"catalog.entry", entryID}, Ref{"catalog.changeset", setID}, Ref{"catalog.listing", entryID}
	review, content := Ref{"catalog.review", setID}, Ref{"catalog.revision", entryHash().String()}
	withdrawn := anEntry()
	withdrawn.State = EntryWithdrawn
	body := stored(t, entry, anEntry()).Body
	return []scene{
		{name: "entry submit", ref: entry, act: "submit", origin: decides, by: editor, want: anEntry()},
		{name: "entry submit again", ref: entry, act: "submit", origin: decides, by: editor, old: withdrawn, want: anEntry()},
		{name: "entry withdraw", ref: entry, act: "withdraw", origin: decides, by: editor, old: anEntry(), want: &CatalogEntry{}},

		{name: "changeset submit", ref: set, act: "submit", origin: decides, by: editor, want: aSet()},
		{name: "changeset first_review", ref: set, act: "first_review", origin: decides, by: first, old: aSet(), want: &Changeset{}},
		{name: "changeset conclude", ref: set, act: "conclude", origin: decides, by: "steward", old: aReviewedSet(t), want: &Changeset{}},
		{name: "changeset withdraw", ref: set, act: "withdraw", origin: decides, by: editor, old: aReviewedSet(t), want: &Changeset{}},

		{name: "review approve", ref: review, act: "approve", origin: Hub, by: second, want: aReview()},
		{name: "review return", ref: review, act: "return", origin: Hub, by: second, want: aReview()},

		{name: "revision put", ref: content, act: "put", origin: Hub, by: second, want: &Revision{Entry: entryID, Rev: 1, Content: body}},

		{name: "listing approve", ref: listing, act: "approve", origin: Hub, by: second, want: &Listing{}},
		{name: "listing approve again", ref: listing, act: "approve", origin: Hub, by: second, old: aListing(ListingListed), want: &Listing{}},
		{name: "listing release", ref: listing, act: "release", origin: Hub, by: second, old: newListing(), want: &Listing{Cur: &ListedState{Release: 1}}},
		{name: "listing release again", ref: listing, act: "release", origin: Hub, by: second, old: nextListing(ListingListed),
			want: &Listing{Cur: &ListedState{Release: 2}}},
		{name: "listing withhold", ref: listing, act: "withhold", origin: Hub, by: second, old: aListing(ListingListed), want: &Listing{Reason: "数据存疑"}},
		{name: "listing restore", ref: listing, act: "restore", origin: Hub, by: second, old: aListing(ListingWithheld), want: &Listing{Reason: "核实无误"}},
		{name: "listing retire", ref: listing, act: "retire", origin: Hub, by: second, old: aListing(ListingListed), want: &Listing{Reason: "职责取消"}},

		{name: "release publish", ref: Ref{"catalog.release", ReleaseID(1)}, act: "publish", origin: Hub, by: second,
			want: &Release{Number: 1, Root: Hash{1}, Count: 1, Changed: 1}},
		{name: "release publish the next", ref: Ref{"catalog.release", ReleaseID(2)}, act: "publish", origin: Hub, by: second,
			want: &Release{Number: 2, Root: Hash{2}, Count: 1, Changed: 1, Notes: "更新一条"}},
	}
}
