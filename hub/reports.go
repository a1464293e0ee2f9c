package hub

import (
	"context"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// Clocks says how the open cases of every place stand, from counts that the index
// keeps: it reads no case.
func (s *Server) Clocks(ctx context.Context) ([]protocol.ClockTally, error) {
	found, err := s.search.Search(ctx, search.Query{Kind: "case", Limit: 1, Count: []string{protocol.RunFacet}})
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int, len(found.Counts))
	for _, c := range found.Counts {
		counts[c.Value] += int(c.N)
	}
	now := s.Now()
	cal, _, err := s.calendars(now.Day(), now.Day())
	if err != nil {
		return nil, err
	}
	return protocol.TallyClocks(counts, now, cal), nil
}

// coverageAge is how old the report over all agencies may be: it reads every item.
const coverageAge = time.Minute

// coverage keeps the last report; only one is made at a time.
type coverage struct {
	mu   sync.Mutex // guards the rest
	at   protocol.Instant
	rows []protocol.Coverage
}

// Coverage is the report of arts. 32 and 34 over all agencies, and when it was
// made; it is at most a minute old.
func (s *Server) Coverage() ([]protocol.Coverage, protocol.Instant, error) {
	c := &s.covered
	c.mu.Lock()
	defer c.mu.Unlock()
	now := s.Now()
	if c.at != 0 && now-c.at < protocol.Instant(coverageAge.Milliseconds()) {
		return c.rows, c.at, nil
	}
	all := protocol.NewCoverer(now.Day())
	if err := s.each("item", coverItem(all)); err != nil {
		return nil, 0, err
	}
	c.at, c.rows = now, all.Rows(false)
	return c.rows, c.at, nil
}

// CoverageOf is the report of one agency with its items, as it is now.
func (s *Server) CoverageOf(ctx context.Context, agency string) (protocol.Coverage, error) {
	own := protocol.NewCoverer(s.Now().Day())
	err := s.ofAgency(ctx, "item", agency, coverItem(own))
	rows := own.Rows(true)
	if err != nil || len(rows) == 0 {
		return protocol.Coverage{Agency: agency}, err
	}
	return rows[0], nil
}

func coverItem(c *protocol.Coverer) func(protocol.Record) error {
	return func(rec protocol.Record) error {
		i, err := protocol.Load[protocol.Item](rec)
		if err == nil {
			c.Add(i)
		}
		return err
	}
}
