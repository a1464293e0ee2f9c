package hub

import "xiangyun/protocol"

// years is the province's working-day calendar as this server has applied it.
type years struct {
	calendar protocol.Calendar
	index    uint64 // hub index of the newest year in it
}

// refresh reads the years again when one has been published since. There is one
// record a year.
func (y *years) refresh(s *Server) error {
	var (
		list  []protocol.CalendarYear
		index uint64
	)
	err := s.each("calendar", func(rec protocol.Record) error {
		year, err := protocol.Load[protocol.CalendarYear](rec)
		if err != nil {
			return err
		}
		list, index = append(list, *year), max(index, rec.Index)
		return nil
	})
	if err == nil && index != y.index {
		y.calendar, y.index = protocol.NewCalendar(list...), index
	}
	return err
}
