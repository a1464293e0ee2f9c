package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"xiangyun/protocol"
)

// clock is the file that moves the acts' clock of all processes at once.
type clock struct {
	path string
	now  time.Duration // ahead of the machine's
}

// opening is the day on which the province opens: before the first date that a
// scenario names.
var opening = protocol.Day{Year: 2020, Month: 1, Dom: 10}

// env is what the processes of a build with faults are told.
func (c *clock) env() []string { return []string{"XIANGYUN_FAULT_CLOCK=" + c.path} }

// set moves the clock to an instant of Beijing time, like "2026-02-13 10:00".
func (c *clock) set(at string) error {
	t, err := time.ParseInLocation("2006-01-02 15:04", at, protocol.Beijing)
	if err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	c.now = time.Until(t)
	tmp := c.path + ".new"
	if err := os.WriteFile(tmp, []byte(c.now.String()), 0o600); err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	return os.Rename(tmp, c.path)
}

func newClock(dir string) (clock, error) {
	c := clock{path: filepath.Join(dir, "clock")}
	return c, c.set(opening.String() + " 09:00")
}

// at moves the province to an instant and waits until the hub has ticked there.
func (s *stage) at(instant string) {
	s.must(s.clock.set(instant))
	t, err := time.ParseInLocation("2006-01-02 15:04", instant, protocol.Beijing)
	s.must(err)
	s.soon("省级时钟走到 "+instant, func() (bool, error) {
		var st struct{ Clock protocol.Instant }
		err := s.Hub().Call(s.ctx, "GET", "/api/v1/status", nil, &st)
		return st.Clock >= protocol.At(t), err
	})
	for _, id := range s.Nodes {
		s.soon(string(id)+" 的时钟", func() (bool, error) { return s.onTime(id) })
	}
}

// onTime reports whether a node knows of no offset to the hub's clock: a beat that
// was on its way while the clock moved is measured again. A node that is down
// has none.
func (s *stage) onTime(id protocol.NodeID) (bool, error) {
	var st struct {
		Off int64 `json:"clock_offset_ms"`
	}
	err := s.Node(id).Call(s.ctx, "GET", "/api/v1/status", nil, &st)
	if protocol.CodeOf(err) == protocol.Busy {
		return true, nil
	}
	return max(st.Off, -st.Off) < time.Minute.Milliseconds(), err
}
