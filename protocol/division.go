package protocol

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Division is a code of GB/T 2260 with six digits, "222401". The fourth level and
// below is not held here.
type Division string

// jilinProvince is the province this platform serves.
const jilinProvince Division = "220000"

// DivisionLevel is how high a division stands.
type DivisionLevel string

// The closed list of levels.
const (
	LevelProvince   DivisionLevel = "province"
	LevelPrefecture DivisionLevel = "prefecture"
	LevelCounty     DivisionLevel = "county"
)

// DivisionInfo is what is known of a division. From and To are the first and last
// day of its code, zero for unbounded. The dates of the three seeded changes
// (公主岭 2020, 九台 2014, 江源 2006) are unverified: old and new code therefore
// both hold through the whole year of the change.
type DivisionInfo struct {
	Code            Division      `json:"code"`
	Name            string        `json:"name"`
	Parent          Division      `json:"parent,omitempty"`
	Level           DivisionLevel `json:"level"`
	From            Day           `json:"from,omitzero"`
	To              Day           `json:"to,omitzero"`
	Successor       Division      `json:"successor,omitempty"`        // the code that took over on the day after To, or earlier
	StatisticalOnly bool          `json:"statistical_only,omitempty"` // a zone with a code but no government: never offered to choose
}

// divisionsJSON holds the province, its prefectures and counties in order of
// code, ended ones included (data/NOTICE).
//
//go:embed data/divisions.json
var divisionsJSON []byte

var divisionTable = sync.OnceValue(func() []DivisionInfo { return mustTable[DivisionInfo](divisionsJSON) })

func findDivision(code Division) (DivisionInfo, bool) {
	table := divisionTable()
	i, ok := slices.BinarySearchFunc(table, code, func(d DivisionInfo, c Division) int {
		return strings.Compare(string(d.Code), string(c))
	})
	if !ok {
		return DivisionInfo{}, false
	}
	return table[i], true
}

// ResolveDivision finds what code meant on a day, or means at present when on is
// no day. V-08a refuses a code that is unknown or not in force then; for one that
// has ended the info is returned as well and its Successor is the one to offer.
func ResolveDivision(code Division, on Day) (DivisionInfo, *Refusal) {
	d, ok := findDivision(code)
	if !ok {
		return DivisionInfo{}, refuse("V-08a", "区划代码 %s 不在本省区划表中,请重新选择", string(code))
	}
	if !on.IsZero() && on.compare(d.From) < 0 {
		return d, refuse("V-08a", "区划代码 %s(%s)在 %s 尚未启用", string(code), d.Name, on)
	}
	if d.To.IsZero() || !on.IsZero() && on.compare(d.To) <= 0 {
		return d, nil
	}
	if next, ok := findDivision(d.Successor); ok {
		return d, refuse("V-08a", "区划代码 %s(%s)已停用,请改选 %s(%s)", string(code), d.Name, string(next.Code), next.Name)
	}
	return d, refuse("V-08a", "区划代码 %s(%s)已停用,请重新选择", string(code), d.Name)
}

// Prefectures lists the prefectures of the province in order of code.
func Prefectures() []DivisionInfo { return childrenOf(jilinProvince) }

// Counties lists the present county-level units of a prefecture in order of code,
// without the zones that exist for statistics only.
func Counties(prefecture Division) []DivisionInfo {
	if prefecture == jilinProvince {
		return nil
	}
	return childrenOf(prefecture)
}

func childrenOf(parent Division) (list []DivisionInfo) {
	if parent == "" {
		return nil
	}
	for _, d := range divisionTable() {
		if d.Parent == parent && d.To.IsZero() && !d.StatisticalOnly {
			list = append(list, d)
		}
	}
	return list
}

var divisionPattern = regexp.MustCompile(`^[1-9][0-9]{5}$`)

// Valid reports whether d has the form of a code; whether it exists is for
// ResolveDivision.
func (d Division) Valid() bool { return divisionPattern.MatchString(string(d)) }

// Prefecture is the code one level below the province that d lies in: "222400"
// of "222401". A province is its own; what is no code has none. It reads the code
// and no table, so an ended code keeps the prefecture it had.
func (d Division) Prefecture() Division {
	if !d.Valid() {
		return ""
	}
	return d[:4] + "00"
}

// Province is the province that d lies in: "220000" of "222401".
func (d Division) Province() Division {
	if !d.Valid() {
		return ""
	}
	return d[:2] + "0000"
}
