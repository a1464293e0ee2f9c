package protocol

import (
	"crypto/sha256"
	"maps"
	"slices"
)

// Figure is one number of the assessment: N of Of. What it counts is named by
// its id; Records of an Assessor gives the records behind it, and Digest
// seals which those are, so that equal numbers of other cases do not pass for
// equal.
type Figure struct {
	ID     string `json:"id"`
	N      int    `json:"n"`
	Of     int    `json:"of"`
	Digest Hash   `json:"digest"` // over (record id, its n and of), in no order
}

// Counted is what one record adds to one figure.
type Counted struct {
	Ref   Ref
	N, Of int
}

// Assessor computes the figures of a span of days from records alone: no clock,
// no order, no state but the sums. Node, hub and an outside verifier feed it the
// same records and get the same figures.
type Assessor struct {
	from, until Day
	cal         Calendar
	sums        map[string]map[string]*Figure // agency → figure id
	each        func(agency, figure string, c Counted)
}

// NewAssessor assesses the days from…until with a calendar. each, when not nil,
// is told what every record counts for; it is how figures are drilled into.
func NewAssessor(from, until Day, cal Calendar, each func(agency, figure string, c Counted)) *Assessor {
	return &Assessor{from: from, until: until, cal: cal, sums: map[string]map[string]*Figure{}, each: each}
}

// AssessedKinds are the kinds that Add reads.
func AssessedKinds() []KindName {
	return []KindName{"card", "case", "complaint", "evaluation", "objection"}
}

// Add counts one record; one of a kind that is not assessed counts for nothing.
func (a *Assessor) Add(rec Record) error {
	if rec.Body == nil { // erased by law: it counts no more
		return nil
	}
	switch rec.Ref.Kind {
	case "case":
		return addTo(a, rec, a.caseOf)
	case "card":
		return addTo(a, rec, a.card)
	case "evaluation":
		return addTo(a, rec, a.evaluation)
	case "complaint":
		return addTo(a, rec, a.complaint)
	case "objection":
		return addTo(a, rec, a.objection)
	}
	return nil
}

func addTo[T any](a *Assessor, rec Record, count func(Ref, *T)) error {
	body, err := Load[T](rec)
	if err != nil {
		return err
	}
	count(rec.Ref, body)
	return nil
}

// Agencies are those that anything counts for, in order.
func (a *Assessor) Agencies() []string { return slices.Sorted(maps.Keys(a.sums)) }

// Figures of an agency in the order of FigureIDs; those that nothing counts for
// are left out.
func (a *Assessor) Figures(agency string) (list []Figure) {
	for _, id := range FigureIDs() {
		if f := a.sums[agency][id]; f != nil {
			list = append(list, *f)
		}
	}
	return list
}

func (a *Assessor) count(agency, id string, ref Ref, n, of int) {
	if of == 0 {
		return
	}
	if a.sums[agency] == nil {
		a.sums[agency] = map[string]*Figure{}
	}
	f := a.sums[agency][id]
	if f == nil {
		f = &Figure{ID: id}
		a.sums[agency][id] = f
	}
	f.N, f.Of = f.N+n, f.Of+of
	seal := sha256.Sum256([]byte(ref.String() + "|" + itoa(n) + "|" + itoa(of)))
	for i := range f.Digest {
		f.Digest[i] ^= seal[i]
	}
	if a.each != nil {
		a.each(agency, id, Counted{ref, n, of})
	}
}

// within reports that something happened in the span; an instant of 0 did not
// happen.
func (a *Assessor) within(at Instant) bool {
	return at != 0 && !at.Day().Before(a.from) && !a.until.Before(at.Day())
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}
