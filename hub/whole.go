package hub

import (
	"context"
	"fmt"
	"time"

	"xiangyun/protocol"
)

// scrubEvery is how often a server reads its whole state machine again, scrubFirst
// how long after its start for the first time (pitfalls.B3: all in 7 days).
const (
	scrubEvery = 24 * time.Hour
	scrubFirst = time.Hour
)

// manifestSlice is how many blobs' manifests are read at once.
const manifestSlice = 500

// manifests gives the chunks of committed blobs behind an id, for the repair of
// this server's copies (replication.B5).
func (s *Server) manifests(after string) (chunks []protocol.BlobID, next string, err error) {
	records, err := s.fsm.Records("blob", after, manifestSlice)
	if err != nil {
		return nil, "", err
	}
	for _, rec := range records {
		b, err := protocol.Load[protocol.Blob](rec)
		if err != nil {
			return nil, "", fmt.Errorf("read manifest %s: %w", rec.Ref, err)
		}
		chunks, next = append(chunks, b.Chunks...), rec.Ref.ID
	}
	if len(records) < manifestSlice {
		next = ""
	}
	return chunks, next, nil
}

// scrubs reads the state machine again and again. Damage ends the server: a
// corrupt voter leaves the quorum and is replaced, it never votes on
// (pitfalls.B3).
func (s *Server) scrubs(ctx context.Context) error {
	for wait := scrubFirst; ; wait = scrubEvery {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
		begin := time.Now()
		if err := s.fsm.Scrub(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("state of %s is damaged, replace this server: %w", s.id, err)
		}
		s.log.Info("state scrubbed", "took", time.Since(begin))
	}
}
