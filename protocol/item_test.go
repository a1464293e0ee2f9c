package protocol

import "testing"

func TestRefusalsOfAnItem(t *testing.T) {
	item := func(f func(*Item)) func(*scene) { return want(f) }
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
		{"cases.I-10 two visits without a word", "item publish", item(func(i *Item) { i.Visits = 2 }), "I-10"},
		{"two visits with a reason", "item publish", item(func(i *Item) { i.Visits, i.VisitsReason = 2, "冷静期满后领证" }), ""},
		{"cases.G-09 visits below nothing", "item publish", item(func(i *Item) { i.Visits = -1 }), "G-09"},
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

func TestRefusalsOfAFullItem(t *testing.T) {
	item := func(f func(*Item)) func(*scene) { return want(f) }
	basic := func(f func(*Basic)) func(*scene) { return cite(Ref{"basic", aBasic().Code}, f) }
	const publish, second = "item publish", "item publish the second version"
	check(t, []row{
		{"cases.I-01 another basic code than in the implementation code", publish, item(func(i *Item) { i.BasicCode = "220050100101" }), "I-01"},
		{"cases.I-01 the implementation code of another agency", publish, item(func(i *Item) { i.Agency = testUSCC(2) }), "I-01"},
		{"cases.I-01 a handling code of another item", publish, item(func(i *Item) { i.HandleCode = testUSCC(1) + "322005010010101" }), "I-01"},
		{"cases.I-01 a handling code with a suffix of nine", publish, item(func(i *Item) { i.HandleCode = i.ImplCode + "123456789" }), "I-01"},
		{"cases.I-02 another name than the province's", publish, item(func(i *Item) { i.Name = "低保" }), "I-02"},
		{"cases.I-02 another type than the province's", publish, item(func(i *Item) { i.Type = "07" }), "I-02"},
		{"cases.I-02 another basis than the province's", publish, item(func(i *Item) { i.Basis = append(i.Basis, "《另一办法》") }), "I-02"},
		{"cases.V-05d a retired basic code", publish, basic(func(b *Basic) { b.State = BasicRetired }), "V-05d"},
		{"cases.V-05d a basic entry that cannot be read", publish, unreadable(Ref{"basic", aBasic().Code}), "V-05d"},
		{"a code that the hub found no basic entry for", publish, uncite(Ref{"basic", aBasic().Code}), ""},
		{"cases.I-04 the second version begins tomorrow", second, item(func(i *Item) { i.EffectiveAt = Day{2026, 3, 3} }), "I-04"},
		{"cases.I-04 the second version began last year", second, item(func(i *Item) { i.EffectiveAt = Day{2025, 3, 3} }), "I-04"},
		{"a law sets the day of the second version", second, item(func(i *Item) { i.EffectiveAt, i.Mandatory = Day{2026, 3, 2}, "《社会救助法》第一百条" }), ""},
		{"cases.I-04 a word that is no law", second, item(func(i *Item) { i.Mandatory = "急" }), "I-04"},
		{"the first version may begin at once", publish, item(func(i *Item) { i.EffectiveAt = Day{2026, 3, 2} }), ""},
		{"cases.I-06 a fee without a basis", publish, item(func(i *Item) { i.Fee = "10元" }), "I-06"},
		{"cases.I-06 an amount with an empty basis", publish, item(func(i *Item) { i.FeeFen, i.FeeBasis = 1000, []string{" "} }), "I-06"},
		{"a fee with a basis", publish, item(func(i *Item) { i.Fee, i.FeeFen, i.FeeBasis = "10元", 1000, []string{"吉发改收费〔2020〕1号"} }), ""},
		{"cases.G-09 a negative fee", publish, item(func(i *Item) { i.FeeFen = -1 }), "G-09"},
		{"cases.I-07 a personal item for its own prefecture", publish, item(func(i *Item) { i.Scope = "none" }), "I-07"},
		{"cases.I-07 a personal item between counties", publish, item(func(i *Item) { i.Scope = "intercounty" }), "I-07"},
		{"an item of enterprises for its own prefecture", publish, item(func(i *Item) { i.Scope, i.Targets = "none", []string{"enterprise"} }), ""},
		{"a personal item for few people", publish, item(func(i *Item) { i.Scope, i.Exempt = "none", &ItemExempt{"narrow_audience", "全省每年不足十件"} }), ""},
		{"a personal item that a law ties to a place", publish, item(func(i *Item) {
			i.Scope, i.Exempt = "none", &ItemExempt{"law_differs", "《城市管理条例》第三条"}
		}), ""},
		{"cases.I-07 a law that is not named", publish, item(func(i *Item) { i.Scope, i.Exempt = "none", &ItemExempt{"law_differs", "上级要求"} }), "I-07"},
		{"cases.I-07 a reason that art. 34 does not know", publish, item(func(i *Item) { i.Scope, i.Exempt = "none", &ItemExempt{"busy", "《某法》"} }), "I-07"},
		{"cases.I-07 few people without a word", publish, item(func(i *Item) { i.Scope, i.Exempt = "none", &ItemExempt{"narrow_audience", ""} }), "I-07"},
		{"cases.I-07 exempt and open at once", publish, item(func(i *Item) { i.Exempt = &ItemExempt{"narrow_audience", "少"} }), "I-07"},
		{"cases.I-11 owed longer than promised", publish, item(func(i *Item) { i.Owed.Limit.N = 21 }), "I-11"},
		{"cases.I-11 owed for a time that does not exist", publish, item(func(i *Item) { i.Owed.Limit.Unit = "weeks" }), "I-11"},
		{"cases.I-11 a time to owe and nothing may be owed", publish, item(func(i *Item) { i.Owed.Allowed = false }), "I-11"},
		{"cases.G-09 an end of owing that does not exist", publish, item(func(i *Item) { i.Owed.Lapse = "wait" }), "G-09"},
		{"cases.I-12 a ninth special procedure", publish, item(func(i *Item) { i.Special[0].Kind = "论证" }), "I-12"},
		{"cases.I-12 a special procedure without end", publish, item(func(i *Item) { i.Special[0].Max = Limit{} }), "I-12"},
		{"cases.I-12 a special procedure twice", publish, item(func(i *Item) { i.Special = append(i.Special, i.Special[0]) }), "I-12"},
		{"cases.I-13 it ends on the day it begins", publish, item(func(i *Item) { i.EndsAt = i.EffectiveAt }), "I-13"},
		{"cases.I-14 a foreign code without its source", publish, item(func(i *Item) { i.Foreign[0].Source = "" }), "I-14"},
		{"cases.I-03 a joint limit that does not exist", publish, item(func(i *Item) { i.Joint.Legal = Limit{1, "weeks"} }), "I-03"},
		{"cases.G-09 joint with nobody", publish, item(func(i *Item) { i.Joint.Agencies = nil }), "G-09"},
		{"cases.G-09 joint with itself", publish, item(func(i *Item) { i.Joint.Agencies = []string{testUSCC(1)} }), "G-09"},
		{"cases.G-09 joint with a code that is none", publish, item(func(i *Item) { i.Joint.Agencies = []string{"x"} }), "G-09"},
		{"cases.G-09 a C1 effect that does not exist", publish, item(func(i *Item) { i.C1 = "denied" }), "G-09"},
		{"cases.G-09 a result without a name", publish, item(func(i *Item) { i.Results[0].Name = "" }), "G-09"},
		{"cases.G-09 a sample that is no attachment", publish, item(func(i *Item) { i.Results[0].Sample = "x" }), "G-09"},
		{"cases.G-09 a correction period that does not exist", publish, item(func(i *Item) { i.Correction.Unit = "weeks" }), "G-09"},
	})
}

// TestArt31AnIncompleteItemIsNotPublished takes away each thing that art. 31
// wants complete.
func TestArt31AnIncompleteItemIsNotPublished(t *testing.T) {
	for name, spoil := range map[string]func(*Item){
		"no target": func(i *Item) { i.Targets = nil }, "a target that does not exist": func(i *Item) { i.Targets = []string{"dog"} },
		"a target twice": func(i *Item) { i.Targets = []string{"person", "person"} }, "no nature": func(i *Item) { i.Nature = "" },
		"entrusted by nobody": func(i *Item) { i.Nature = "entrusted" }, "statutory and entrusted": func(i *Item) { i.DelegatedBy = "长春市某局" },
		"no conditions": func(i *Item) { i.Conditions = "" }, "no process": func(i *Item) { i.Process = "" }, "no form": func(i *Item) { i.Forms = nil },
		"a form that does not exist": func(i *Item) { i.Forms = []string{"fax"} }, "no place": func(i *Item) { i.Places = nil },
		"a place without hours": func(i *Item) { i.Places[0].Hours = "" }, "no contact": func(i *Item) { i.Contact = "" }, "no complaint channel": func(i *Item) { i.Complaints = "" },
	} {
		t.Run(name, func(t *testing.T) {
			i := anItem()
			spoil(i)
			if no := CheckItem(i); ruleOf(no) != "G-09" {
				t.Errorf("%v", no)
			}
		})
	}
}

func TestWhatAnItemDoesNotSayHasADefault(t *testing.T) {
	i := anItem()
	i.C1, i.Joint, i.Owed, i.Correction = "", nil, nil, Limit{}
	if i.C1Effect() != C1CardOnly || i.JointLimit() != (Limit{45, WorkingDays}) || i.MayOwe() || i.OwedLimit().N != 0 || i.CorrectionLimit() != (Limit{15, WorkingDays}) {
		t.Errorf("%+v", i)
	}
	i.Type, i.Legal = "01", Limit{}
	if i.C1Effect() != C1Deemed || i.LegalLimit() != (Limit{20, WorkingDays}) {
		t.Error(i.C1Effect(), i.LegalLimit())
	}
	i.Owed = &ItemOwed{Allowed: true}
	if i.OwedLimit() != i.Promise || i.OwedLapse() != "return" || i.Level() != 3 || i.Basic() != i.BasicCode || i.CrossRegion() != "open" {
		t.Errorf("%+v", i)
	}
	if max, ok := i.SpecialMax("鉴定"); !ok || max.N != 30 {
		t.Error(max, ok)
	}
	if i.InForce(Day{2025, 12, 31}) || !i.InForce(Day{2026, 1, 1}) || i.InForce(Day{2028, 1, 1}) {
		t.Error("in force on another day than published for")
	}
}

func TestRefusalsOfTheBasicCatalogue(t *testing.T) {
	basic := func(f func(*Basic)) func(*scene) { return want(f) }
	check(t, []row{
		{"cases.I-01 the record id is the code", "basic publish", underID("x"), "I-01"},
		{"cases.I-01 a code of eleven", "basic publish", both(underID("22005010010"), basic(func(b *Basic) { b.Code = "22005010010" })), "I-01"},
		{"cases.I-02 a name", "basic publish", basic(func(b *Basic) { b.Name = "" }), "I-02"},
		{"cases.I-02 a basis", "basic publish", basic(func(b *Basic) { b.Basis = []string{""} }), "I-02"},
		{"cases.I-14 a type of the province", "basic publish", basic(func(b *Basic) { b.Type = "77" }), "I-14"},
		{"cases.G-10 a retirement has a reason", "basic retire", basic(func(b *Basic) { b.Reason = "" }), "G-10"},
		{"cases.G-07 an entry retires once", "basic retire", before(func(b *Basic) { b.State = BasicRetired }), "G-07"},
	})
}
