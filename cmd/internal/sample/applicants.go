package sample

import (
	"fmt"
	"time"

	"xiangyun/protocol"
)

// birthDays is how many days the dates of birth are spread over, from 1960-01-01.
const birthDays = 14_000

// maxPeople is where the numbers of the region run out: 1,000 a day.
const maxPeople = birthDays * 1_000

// Applicants gives n people who do not exist, each with a number of its own. FP
// is empty: the node computes it with the province's key.
func Applicants(n int) []protocol.Applicant {
	list := make([]protocol.Applicant, 0, min(n, maxPeople))
	for i := range min(n, maxPeople) {
		list = append(list, protocol.Applicant{Type: "person", Name: title("申请人", i), IDType: "citizen", ID: citizen(i), Contact: phone(i + 1)})
	}
	return list
}

// Companies gives n organisations that do not exist, at most 70,000: the codes
// from PDY30000 on are theirs.
func Companies(n int) []protocol.Applicant {
	const most = 70_000
	list := make([]protocol.Applicant, 0, min(n, most))
	for i := range min(n, most) {
		list = append(list, protocol.Applicant{Type: "org", Name: title("申请单位", i), IDType: "uscc",
			ID: withChecks(fmt.Sprintf("91%sPDY%05d", provinceDivision, 30_000+i)), Contact: phone(i + 1)})
	}
	return list
}

// title names the i-th of a sort: 申请人甲001, 申请人乙002, …
func title(sort string, i int) string {
	stems := []rune("甲乙丙丁戊己庚辛壬癸")
	return fmt.Sprintf("%s%c%03d", sort, stems[i%len(stems)], i+1)
}

// citizen makes the i-th number. 37 and birthDays have no common factor, so a day
// comes again only with the next sequence number.
func citizen(i int) string {
	birth := time.Date(1960, time.January, 1+i%birthDays*37%birthDays, 0, 0, 0, 0, time.UTC)
	s := fmt.Sprintf("110105%s%03d", birth.Format("20060102"), i/birthDays)
	for _, check := range "0123456789X" {
		if id := s + string(check); protocol.CheckCitizen(id, protocol.DayOf(birth)) == nil {
			return id
		}
	}
	panic("sample: no check character for " + s)
}
