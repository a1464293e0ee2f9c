package quorum

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/raft"
)

// narrow is a pipeline with room for one call, as raft's own is.
type narrow struct {
	calls  chan raft.AppendFuture
	closed chan struct{}
	once   sync.Once
}

type call struct {
	raft.AppendFuture
	req  *raft.AppendEntriesRequest
	resp *raft.AppendEntriesResponse
}

func (c call) Request() *raft.AppendEntriesRequest   { return c.req }
func (c call) Response() *raft.AppendEntriesResponse { return c.resp }

func (n *narrow) AppendEntries(req *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	select {
	case n.calls <- call{req: req, resp: resp}:
		return call{}, nil
	case <-n.closed:
		return nil, raft.ErrPipelineShutdown
	}
}

func (n *narrow) Consumer() <-chan raft.AppendFuture { return n.calls }

func (n *narrow) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func TestAPipelineEndsWithTheAnswerAfterWhichNobodyReads(t *testing.T) { // raft#612
	req := &raft.AppendEntriesRequest{Term: 2}
	for _, row := range []struct {
		name string
		resp raft.AppendEntriesResponse
		ends bool
	}{
		{"a success", raft.AppendEntriesResponse{Success: true, Term: 2}, false},
		{"a refusal, or a call that failed", raft.AppendEntriesResponse{}, true},
		{"a newer term", raft.AppendEntriesResponse{Success: true, Term: 3}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPipeline(&narrow{calls: make(chan raft.AppendFuture), closed: make(chan struct{})})
				defer p.Close()
				if _, err := p.AppendEntries(req, &row.resp); err != nil {
					t.Fatal(err)
				}
				<-p.Consumer() // the last that raft reads
				synctest.Wait()
				var ended atomic.Bool
				for range 3 {
					go func() {
						_, err := p.AppendEntries(req, &raft.AppendEntriesResponse{Success: true, Term: 2})
						if errors.Is(err, raft.ErrPipelineShutdown) {
							ended.Store(true)
						}
					}()
					synctest.Wait()
				}
				if ended.Load() != row.ends {
					t.Errorf("whoever sends is let go: %t, want %t", ended.Load(), row.ends)
				}
			})
		})
	}
}
