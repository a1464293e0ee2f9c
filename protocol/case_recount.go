package protocol

// Recounts reports whether the days that the case shows are others by the years
// given (K-cal-2): then the home recounts it. It looks as the judge will.
func (c *Case) Recounts(now Instant, years []CalendarYear) bool {
	next, from, to := *c, caseYear(c, now), now.Time().Year()+1
	var cited []CalendarYear
	for _, y := range years {
		if from <= y.Year && y.Year <= to {
			cited = append(cited, y)
		}
	}
	next.date(NewCalendar(cited...), recounted...)
	return next.Due != c.Due
}

// recounted are the clocks that a revised calendar moves.
var recounted = []ClockID{K1, K2, K3, K4, K5p, K5r, K5b, K8, K9}
