package protocol

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

// calendarJSON holds every published version of 2018 to 2026 (data/NOTICE).
//
//go:embed data/calendar.json
var calendarJSON []byte

var calendarTable = sync.OnceValue(func() []CalendarYear { return mustTable[CalendarYear](calendarJSON) })

// CalendarHistory gives every known version in order of year and version: 2020
// has two, because the Spring Festival was extended in that January.
func CalendarHistory() []CalendarYear {
	list := slices.Clone(calendarTable())
	for i := range list { // the days too, so that nobody can change the table
		list[i].Off, list[i].Work = slices.Clone(list[i].Off), slices.Clone(list[i].Work)
	}
	return list
}

// PublishedYears gives the newest version of each known year, in order. A hub
// seeds a new province with it.
func PublishedYears() []CalendarYear {
	var newest []CalendarYear
	for _, y := range CalendarHistory() {
		if n := len(newest); n > 0 && newest[n-1].Year == y.Year {
			newest[n-1] = y
			continue
		}
		newest = append(newest, y)
	}
	return newest
}

// mustTable decodes a table that is part of the program; a table that does not
// decode is a programmer's error.
func mustTable[T any](data []byte) []T {
	var rows []T
	if err := json.Unmarshal(data, &rows); err != nil {
		panic("protocol: embedded table: " + err.Error())
	}
	return rows
}
