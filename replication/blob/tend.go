package blob

import (
	"context"
	"time"

	"xiangyun/protocol"
)

// Period is how often every chunk is read again (replication.B5).
const Period = 30 * 24 * time.Hour

// tendEvery is how long Tend rests when there is nothing to read, and at most
// between two chunks.
const tendEvery = time.Hour

const tendName = "scrubbed" // the last chunk that was read; a round goes on behind it after a restart

// Tend reads every chunk once in a period, for ever, and tells bad of each that
// had to be moved aside, so that it is fetched again. It returns nil when ctx
// ends, and the error of a disk that cannot be trusted any more.
func (s *Store) Tend(ctx context.Context, period time.Duration, bad func(ctx context.Context, id protocol.BlobID)) error {
	for ctx.Err() == nil {
		r, err := s.round(ctx, period, bad)
		if Fatal(err) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("scrub of blobs broke off", "err", err)
		}
		if err == nil {
			s.noteTended("")
		}
		if err == nil && r.Chunks > 0 {
			s.log.Info("blobs were scrubbed", "chunks", r.Chunks, "bytes", r.Bytes, "bad", len(r.Bad))
			continue
		}
		select {
		case <-time.After(tendEvery):
		case <-ctx.Done():
		}
	}
	return nil
}

func (s *Store) round(ctx context.Context, period time.Duration, bad func(context.Context, protocol.BlobID)) (Report, error) {
	held, err := s.Stats(ctx)
	if err != nil {
		return Report{}, err
	}
	pace := max(held.Bytes/int64(period/time.Second), ChunkSize/int64(tendEvery/time.Second))
	return s.Scrub(ctx, Sweep{After: s.tended(), Pace: pace, OnSeen: s.noteTended,
		OnBad: func(id protocol.BlobID) { bad(ctx, id) }})
}

// tended gives where the last round stopped; what cannot be read begins anew.
func (s *Store) tended() protocol.BlobID {
	data, err := s.root.ReadFile(tendName)
	if id := protocol.BlobID(data); err == nil && id.Validate() == nil {
		return id
	}
	return ""
}

// noteTended is not synced: a round that goes on too early costs some reading.
func (s *Store) noteTended(id protocol.BlobID) {
	if err := s.root.WriteFile(tendName, []byte(id), 0o600); err != nil {
		s.log.Warn("place of the scrub not kept", "err", err)
	}
}
