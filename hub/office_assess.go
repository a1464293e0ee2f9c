package hub

import (
	"context"
	"slices"

	"xiangyun/protocol"
)

// PublishAssessment computes the figures of art. 48 for the days from…until from
// one state and publishes them, one record an agency; it gives how many. The
// computation is protocol.Assessor: this server adds nothing of its own.
func (s *Server) PublishAssessment(ctx context.Context, who *protocol.Account, from, until protocol.Day) (int, error) {
	if err := s.may(who, protocol.MaySupervise); err != nil {
		return 0, err
	}
	cal, pins, err := s.calendars(from, until)
	if err != nil {
		return 0, err
	}
	a := protocol.NewAssessor(from, until, cal, nil)
	index, err := s.fsm.Still(ctx, protocol.AssessedKinds(), a.Add)
	if err != nil {
		return 0, err
	}
	var drafts []protocol.Draft
	for _, agency := range a.Agencies() {
		body := protocol.Assessment{Agency: agency, From: from, Until: until, Index: index, Calendars: pins, Figures: a.Figures(agency)}
		d := protocol.Draft{Ref: protocol.Ref{Kind: "assessment", ID: protocol.AssessmentID(from, until, agency)}, Act: "publish", Body: body, By: by(who)}
		if no, err := s.would(d); err != nil {
			return 0, err
		} else if no != nil {
			return 0, no.Fault("publish", d.Ref)
		}
		drafts = append(drafts, d)
	}
	_, err = s.inParts(ctx, drafts)
	return len(drafts), err
}

// calendars are the years that clocks of the span may touch, and their versions.
func (s *Server) calendars(from, until protocol.Day) (protocol.Calendar, []protocol.CalendarPin, error) {
	var years []protocol.CalendarYear
	var pins []protocol.CalendarPin
	for y := from.Year - 1; y <= until.Year+1; y++ {
		year, _, err := load[protocol.CalendarYear](s, protocol.CalendarRef(y))
		if protocol.CodeOf(err) == protocol.Gone {
			continue
		}
		if err != nil {
			return protocol.Calendar{}, nil, err
		}
		years, pins = append(years, *year), append(pins, protocol.CalendarPin{Year: y, Version: year.Version})
	}
	return protocol.NewCalendar(years...), pins, nil
}

// Behind lists the records that one figure of a published assessment counts, the
// ones that were not in time first, at most max; and the figure as it is now. It
// reads the agency's records only.
func (s *Server) Behind(ctx context.Context, id, figure string, max int) ([]protocol.Counted, protocol.Figure, error) {
	doc, _, err := load[protocol.Assessment](s, protocol.Ref{Kind: "assessment", ID: id})
	if err != nil {
		return nil, protocol.Figure{}, err
	}
	cal, _, err := s.calendars(doc.From, doc.Until)
	if err != nil {
		return nil, protocol.Figure{}, err
	}
	var list []protocol.Counted
	a := protocol.NewAssessor(doc.From, doc.Until, cal, func(agency, of string, c protocol.Counted) {
		if agency == doc.Agency && of == figure {
			list = append(list, c)
		}
	})
	for _, kind := range protocol.AssessedKinds() {
		if err := s.ofAgency(ctx, kind, doc.Agency, a.Add); err != nil {
			return nil, protocol.Figure{}, err
		}
	}
	slices.SortStableFunc(list, func(x, y protocol.Counted) int { return x.N*y.Of - y.N*x.Of })
	now := protocol.Figure{ID: figure}
	for _, f := range a.Figures(doc.Agency) {
		if f.ID == figure {
			now = f
		}
	}
	return list[:min(max, len(list))], now, nil
}
