package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"xiangyun/protocol"
)

// Sweep says how a Scrub goes. The zero Sweep reads everything at full speed.
type Sweep struct {
	After  protocol.BlobID          // go on behind this chunk
	Pace   int64                    // bytes per second, 0 for no limit
	OnBad  func(id protocol.BlobID) // told of each bad chunk at once, to fetch it again; may be nil
	OnSeen func(id protocol.BlobID) // told of each chunk done, to store where to go on; may be nil
}

// Report is what a Scrub found. Last is where the next one may go on when this
// one was cut off.
type Report struct {
	Chunks int64
	Bytes  int64
	Bad    []protocol.BlobID
	Last   protocol.BlobID
}

// Scrub reads every chunk, checks its hash and moves bad ones to bad/
// (replication.B5: all in 30 days, so Pace = bytes held / 2,592,000 s). When
// ctx ends it returns the report so far with ctx's cause.
func (s *Store) Scrub(ctx context.Context, w Sweep) (Report, error) {
	var r Report
	timer := time.NewTimer(0)
	defer timer.Stop()
	err := s.Each(ctx, w.After, func(h Held) error {
		if err := s.scrubOne(ctx, h, &r, w); err != nil {
			return err
		}
		if w.Pace <= 0 {
			return nil
		}
		timer.Reset(time.Duration(float64(h.Size) / float64(w.Pace) * float64(time.Second)))
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	if err != nil {
		return r, fmt.Errorf("scrub: %w", err)
	}
	return r, nil
}

func (s *Store) scrubOne(ctx context.Context, h Held, r *Report, w Sweep) error {
	p, err := placeOf(h.ID)
	if err != nil {
		return err
	}
	_, err = s.load(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // removed meanwhile
	case isBad(err):
		if err = s.reject(ctx, p, err); protocol.CodeOf(err) != protocol.BadChain {
			return err
		}
		r.Bad = append(r.Bad, h.ID)
		if w.OnBad != nil {
			w.OnBad(h.ID)
		}
	case err != nil:
		return err
	}
	r.Chunks++
	r.Bytes += h.Size
	r.Last = h.ID
	if w.OnSeen != nil {
		w.OnSeen(h.ID)
	}
	return nil
}
