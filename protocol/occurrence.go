package protocol

// Occurrence numbers the runs of a record's clock from 1 (Y-02): K1 runs anew
// after a supplement, and that run has a card of its own. It looks at the record
// as it stands while the clock runs, never at a calendar, so a date that moves
// leaves the number as it is.
func Occurrence(rec Record, clock ClockID) (int, error) {
	switch rec.Ref.Kind {
	case "case":
		return occurrenceIn(rec, func(c *Case) int { return c.occurrence(clock) })
	case "task":
		return occurrenceIn(rec, func(t *Task) int { return 1 + t.Rounds })
	case "parcel":
		return occurrenceIn(rec, func(p *Parcel) int { return p.occurrence(clock) })
	}
	return 1, nil
}

func occurrenceIn[T any](rec Record, of func(*T) int) (int, error) {
	body, err := Load[T](rec)
	if err != nil {
		return 0, err
	}
	return of(body), nil
}

func (c *Case) occurrence(clock ClockID) int {
	switch clock {
	case K1:
		return 1 + len(c.Supplements)
	case K5p, K5r: // one for each way
		return 1 + len(c.Hops) + len(c.Reassigned)
	case K9:
		return max(1, len(c.Notices))
	}
	return 1 + len(c.Revoked)
}

// occurrence: the courier falls silent anew after every sign of life.
func (p *Parcel) occurrence(clock ClockID) int {
	if clock != KCourier {
		return 1
	}
	n := 0
	for _, leg := range p.Legs {
		n += 1 + len(leg.Scans)
	}
	return max(1, n)
}
