package hub

import (
	"fmt"

	"xiangyun/protocol"
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
