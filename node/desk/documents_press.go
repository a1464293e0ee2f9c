package desk

import (
	"context"
	"sync"
	"time"

	"xiangyun/node/paper"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Papers keeps the files of documents under their content address.
type Papers interface {
	// Keep stores a file; it is on disk when Keep returns. The same one again is no harm.
	Keep(ctx context.Context, id protocol.BlobID, file []byte) error
	// File gives a file, or a gone fault when it is not here.
	File(ctx context.Context, id protocol.BlobID) ([]byte, error)
}

// press makes files of documents, outside of every transaction, and remembers the
// sums of those it made last. Where documents come at the pace of people, the file is
// made before its act is written, and its sum is in the entry. Where they come faster
// it is made when it is first asked for, so that 64 windows are never as slow as one
// printer (DESIGN.md).
type press struct {
	mu    sync.Mutex // guards the rest
	sums  map[protocol.Hash]protocol.Hash
	past  []protocol.Hash // keys of sums, oldest first
	asked time.Time       // when a document was written last
}

// maxSums bounds what the press remembers.
const maxSums = 256

// calm is how long nobody must have asked for a document before one is made aside:
// another act meanwhile would take its number, and the file would be for nothing.
const calm = 250 * time.Millisecond

// sum gives the sum of the file of a document. When there is none yet and the press
// has time, it gives the error that has it made aside of the transaction; else no sum.
func (p *press) sum(tx *store.Tx, keep Papers, digest protocol.Hash, d paper.Document) (protocol.Hash, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum, made := p.sums[digest]
	now := time.Now()
	busy := now.Sub(p.asked) < calm
	p.asked = now
	if made || busy || keep == nil {
		return sum, nil
	}
	return sum, tx.Aside(func(ctx context.Context) error {
		_, err := p.make(ctx, keep, digest, d)
		return err
	})
}

// make renders a document and keeps the file.
func (p *press) make(ctx context.Context, keep Papers, digest protocol.Hash, d paper.Document) (*paper.Printed, error) {
	printed, err := paper.Render(d)
	if err != nil {
		return nil, err
	}
	if err := keep.Keep(ctx, printed.Blob(), printed.PDF); err != nil {
		return nil, err
	}
	p.remember(digest, printed.Sum)
	return printed, nil
}

func (p *press) remember(digest, sum protocol.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, had := p.sums[digest]; had {
		return
	}
	if p.sums == nil {
		p.sums = make(map[protocol.Hash]protocol.Hash)
	}
	if len(p.past) == maxSums {
		delete(p.sums, p.past[0])
		p.past = p.past[1:]
	}
	p.sums[digest], p.past = sum, append(p.past, digest)
}
