package web

import (
	"cmp"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// running is a case in a list by deadline.
type running struct {
	protocol.CaseRun
	Ref protocol.Ref
}

// runningCases lists the first cases, the earliest due day first and those
// without a day last, of the runs that keep wants; total is how many there are.
// It reads counts that the index keeps, then the cases shown and no others.
func runningCases(v *console.Visit, keep func(protocol.CaseRun) bool, max int, also ...protocol.Facet) (list []running, total int, err error) {
	runs, counts, err := runCounts(v)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range runs {
		if !keep(r) {
			continue
		}
		if total += counts[r]; len(list) >= max {
			continue
		}
		found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", Limit: min(200, max-len(list)),
			Facets: append([]protocol.Facet{{Name: protocol.RunFacet, Value: r.String()}}, also...)})
		if err != nil {
			return nil, 0, err
		}
		for _, h := range found.Hits {
			list = append(list, running{r, h.Ref})
		}
	}
	return list, total, nil
}

// runCounts gives what runs in the province and how often, by due day.
func runCounts(v *console.Visit) (runs []protocol.CaseRun, counts map[protocol.CaseRun]int, err error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", Limit: 1, Count: []string{protocol.RunFacet}})
	if err != nil {
		return nil, nil, err
	}
	counts = map[protocol.CaseRun]int{}
	for _, c := range found.Counts {
		if r, ok := protocol.ParseCaseRun(c.Value); ok {
			if counts[r] == 0 {
				runs = append(runs, r)
			}
			counts[r] += int(c.N)
		}
	}
	slices.SortFunc(runs, func(a, b protocol.CaseRun) int {
		return cmp.Or(cmp.Compare(yes(a.Due.IsZero()), yes(b.Due.IsZero())), cmp.Compare(a.Due.End(), b.Due.End()), cmp.Compare(a.String(), b.String()))
	})
	return runs, counts, nil
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// runCell says how long a clock still has, in words and colour.
func runCell(v *console.Visit, r protocol.CaseRun) (page.Cell, page.Tone) {
	if r.Due.IsZero() {
		return page.State(page.Badge{Word: "run.undated"}), page.Plain
	}
	d := console.Due{Clock: r.Clock, Day: r.Due, Left: v.Calendar().WorkingDaysLeft(v.Now().Day(), r.Due)}
	switch r.ColourAt(v.Now(), v.Calendar()) {
	case protocol.Red:
		d.Tone = page.Bad
	case protocol.Yellow:
		d.Tone = page.Warn
	}
	return v.DueCell(d), d.Tone
}
