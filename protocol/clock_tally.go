package protocol

import (
	"maps"
	"slices"
)

// ClockTally is how the open cases of a place stand (cases.md §7, Y-01).
type ClockTally struct {
	Place     NodeID `json:"place"`
	Open      int    `json:"open"`
	Red       int    `json:"red" doc:"已超期"`
	Yellow    int    `json:"yellow" doc:"将到期"`
	Today     int    `json:"today" doc:"今日到期,已计入将到期"`
	Applicant int    `json:"applicant" doc:"待申请人补正"`
	Undated   int    `json:"undated" doc:"时限中止或未起算"`
}

// Normal is the rest: in time, and some time left.
func (t ClockTally) Normal() int { return t.Open - t.Red - t.Yellow - t.Applicant - t.Undated }

// Add counts n cases for which r runs.
func (t *ClockTally) Add(r CaseRun, n int, now Instant, cal Calendar) {
	t.Open += n
	switch colour := r.ColourAt(now, cal); {
	case r.Clock.ForApplicant():
		t.Applicant += n
	case r.Due.IsZero():
		t.Undated += n
	case colour == Red:
		t.Red += n
	case colour == Yellow:
		t.Yellow += n
	}
	if !r.Clock.ForApplicant() && r.Due == now.Day() {
		t.Today += n
	}
}

// TallyClocks sums counts of the facet RunFacet by place, in order of place.
// Values that are none count for nothing.
func TallyClocks(counts map[string]int, now Instant, cal Calendar) []ClockTally {
	places := map[NodeID]*ClockTally{}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		r, ok := ParseCaseRun(value)
		if !ok {
			continue
		}
		if places[r.Home] == nil {
			places[r.Home] = &ClockTally{Place: r.Home}
		}
		places[r.Home].Add(r, counts[value], now, cal)
	}
	var list []ClockTally
	for _, id := range slices.Sorted(maps.Keys(places)) {
		list = append(list, *places[id])
	}
	return list
}
