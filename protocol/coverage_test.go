package protocol

import "testing"

func TestCoverageCountsTheNewestVersionInForce(t *testing.T) { // arts. 32, 34; cases.I-07
	on := Day{2026, 3, 2}
	item := func(code string, version int, scope string, visits int, exempt *ItemExempt) *Item {
		return &Item{ImplCode: code, Version: version, Name: "事项" + code, Agency: "A", AgencyName: "甲局", Node: decides, Scope: scope, Visits: visits, Exempt: exempt,
			State: ItemPublished, EffectiveAt: Day{2026, 1, 1}}
	}
	later := item("1", 3, "none", 1, nil)
	later.EffectiveAt = Day{2026, 4, 1}
	gone := item("5", 1, "nation", 1, nil)
	gone.State = ItemWithdrawn
	other := item("9", 1, "nation", 1, nil)
	other.Agency, other.AgencyName, other.Node = "B", "乙局", "aaa"
	all := []*Item{item("1", 1, "none", 1, nil), item("1", 2, "interprefecture", 1, nil), later, gone, other,
		item("2", 1, "none", 2, &ItemExempt{Reason: "law_differs", Basis: "《样例条例》"}), item("3", 1, "intercounty", 0, nil)}
	c := NewCoverer(on)
	for _, i := range all {
		c.Add(i)
	}
	rows := c.Rows(true)
	if len(rows) != 2 || rows[0].Agency != "B" {
		t.Fatalf("%+v", rows)
	}
	a := rows[1]
	if a.Items != 3 || a.Open != 1 || a.Exempt != 1 || a.Closed != 1 || a.Once != 2 || a.Must() != 1 || len(a.List) != 3 || a.List[0].Item != "1@2" || a.List[1].Basis == "" {
		t.Errorf("%+v", a)
	}
}

func TestClocksAreTalliedByPlace(t *testing.T) { // cases.Y-01
	cal, now := NewCalendar(CalendarHistory()...), sceneAt // Monday 2026-03-02
	run := func(home NodeID, id ClockID, start, due Day) string { return CaseRun{home, id, start, due}.String() }
	counts := map[string]int{run(decides, K1, Day{2026, 2, 16}, Day{2026, 2, 27}): 3, run(decides, K2, Day{2026, 2, 9}, Day{2026, 3, 2}): 2,
		run(decides, K3, Day{2026, 2, 27}, Day{2026, 3, 27}): 5, run(decides, K9, Day{2026, 2, 9}, Day{2026, 2, 27}): 4, run(receives, K3, Day{}, Day{}): 1, "nonsense": 7}
	list := TallyClocks(counts, now, cal)
	if len(list) != 2 || list[0] != (ClockTally{Place: decides, Open: 14, Red: 3, Yellow: 2, Today: 2, Applicant: 4}) || list[0].Normal() != 5 ||
		list[1] != (ClockTally{Place: receives, Open: 1, Undated: 1}) {
		t.Errorf("%+v", list)
	}
}
