package protocol

import "testing"

func TestRefusalsOfAnItem(t *testing.T) {
	check(t, []row{
		{"cases.V-05a an implementation code of 30 characters", "item publish", want(func(i *Item) { i.ImplCode = i.ImplCode[1:] }), "V-05a"},
		{"cases.V-05b the code of another agency number", "item publish", want(func(i *Item) { i.ImplCode = "2" + i.ImplCode[1:] }), "V-05b"},
		{"cases.V-05c a level that does not exist", "item publish", want(func(i *Item) { i.ImplCode = i.ImplCode[:18] + "7" + i.ImplCode[19:] }), "V-05c"},
		{"cases.V-05d a basic code in small letters", "item publish", want(func(i *Item) { i.ImplCode = i.ImplCode[:19] + "abc000000000" }), "V-05d"},
		{"cases.I-01 the record id is code and version", "item publish", underID("x@1"), "I-01"},
		{"cases.G-09 versions count from one", "item publish", want(func(i *Item) { i.Version = 0 }), "G-09"},
		{"cases.I-02 an item has a name", "item publish", want(func(i *Item) { i.Name = "" }), "I-02"},
		{"cases.I-02 an item has a basis", "item publish", want(func(i *Item) { i.Basis = nil }), "I-02"},
		{"cases.I-02 an item has an agency", "item publish", want(func(i *Item) { i.Agency = "" }), "I-02"},
		{"cases.I-02 an item is handled at a node", "item publish", want(func(i *Item) { i.Node = "" }), "I-02"},
		{"cases.I-02 the agency is cited", "item publish", uncite(Ref{"agency", testUSCC(1)}), "I-02"},
		{"cases.I-02 the agency is active", "item publish", citeAgency(func(a *Agency) { a.State = AgencyDisabled }), "I-02"},
		{"cases.I-02 the agency works at the item's node", "item publish", citeAgency(func(a *Agency) { a.Node = receives }), "I-02"},
		{"cases.I-02 the agency can be read", "item publish", unreadable(Ref{"agency", testUSCC(1)}), "I-02"},
		{"cases.I-14 a foreign type code", "item publish", want(func(i *Item) { i.Type = "77" }), "I-14"},
		{"cases.I-14 a foreign case type", "item publish", want(func(i *Item) { i.CaseType = "1" }), "I-14"},
		{"cases.I-14 a foreign scope", "item publish", want(func(i *Item) { i.Scope = "3" }), "I-14"},
		{"cases.I-14 no scope", "item publish", want(func(i *Item) { i.Scope = "" }), "I-14"},
		{"cases.I-10 two visits without a word", "item publish", want(func(i *Item) { i.Visits, i.Conditions = 2, "" }), "I-10"},
		{"cases.I-04 an item takes effect on a day", "item publish", want(func(i *Item) { i.EffectiveAt = Day{} }), "I-04"},
		{"cases.I-09 a published version is not edited", "item publish", stands(anItem()), "I-09"},
		{"cases.I-09 a withdrawn version does not come back", "item publish again", before(func(i *Item) { i.State = ItemWithdrawn }), "I-09"},
		{"cases.I-13 what is not published cannot be suspended", "item suspend", isNew, "I-13"},
		{"cases.I-13 an item is suspended once", "item suspend", before(func(i *Item) { i.State = ItemSuspended }), "I-13"},
		{"cases.I-13 what is withdrawn stays withdrawn", "item withdraw", before(func(i *Item) { i.State = ItemWithdrawn }), "I-13"},
		{"cases.G-10 a suspension has a reason", "item suspend", want(func(i *Item) { i.Reason = "" }), "G-10"},
		{"cases.G-10 a withdrawal has a reason", "item withdraw", want(func(i *Item) { i.Reason = "" }), "G-10"},
	})
}

func citeAgency(f func(*Agency)) func(*scene) { return cite(Ref{"agency", testUSCC(1)}, f) }

func TestI03APromiseIsNeverLongerThanTheLaw(t *testing.T) {
	for _, row := range []struct {
		name           string
		promise, legal Limit
		refused        bool
	}{
		{"as long as the law", Limit{20, WorkingDays}, Limit{20, WorkingDays}, false},
		{"a day longer", Limit{21, WorkingDays}, Limit{20, WorkingDays}, true},
		{"no legal limit", Limit{21, WorkingDays}, Limit{}, false},
		{"on the spot", Limit{}, Limit{20, WorkingDays}, false},
		{"working days within calendar days", Limit{20, WorkingDays}, Limit{60, CalendarDays}, false},
		{"5 working days are longer than 7 days over a holiday", Limit{5, WorkingDays}, Limit{7, CalendarDays}, true},
		{"15 working days are longer than a month over a holiday", Limit{20, WorkingDays}, Limit{1, Months}, true},
		{"a month within 30 working days", Limit{1, Months}, Limit{30, WorkingDays}, false},
		{"31 days are longer than a month in February", Limit{31, CalendarDays}, Limit{1, Months}, true},
		{"28 days within a month", Limit{28, CalendarDays}, Limit{1, Months}, false},
		{"two months within 90 days", Limit{2, Months}, Limit{90, CalendarDays}, false},
		{"three months may be 92 days", Limit{3, Months}, Limit{90, CalendarDays}, true},
		{"a negative promise", Limit{-1, WorkingDays}, Limit{20, WorkingDays}, true},
		{"a unit that does not exist", Limit{3, "weeks"}, Limit{20, WorkingDays}, true},
		{"a legal limit without end", Limit{1, CalendarDays}, Limit{100_000, CalendarDays}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			i := anItem()
			i.Promise, i.Legal = row.promise, row.legal
			no := CheckItem(i)
			if (ruleOf(no) == "I-03") != row.refused {
				t.Errorf("%v", no)
			}
		})
	}
}

func TestItemTypeTitleFallsBackToTheCode(t *testing.T) {
	if ItemTypeTitle("05") != "行政给付" || ItemTypeTitle("77") != "77" {
		t.Error(ItemTypeTitle("05"), ItemTypeTitle("77"))
	}
}
