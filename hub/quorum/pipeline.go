package quorum

import (
	"sync"

	"github.com/hashicorp/raft"
)

// transport mends the pipelines of raft's own. raft stops reading one at the
// first answer that is no success, but may by then have chosen to send once
// more, and what it hands over then waits for ever (raft#611, raft#612, still
// in v1.8.0): the follower gets heartbeats and never an entry again, and a
// shutdown of the leader does not end.
type transport struct{ *raft.NetworkTransport }

// AppendEntriesPipeline gives a pipeline that ends with the first answer after
// which raft reads no more.
func (t transport) AppendEntriesPipeline(id raft.ServerID, target raft.ServerAddress) (raft.AppendPipeline, error) {
	inner, err := t.NetworkTransport.AppendEntriesPipeline(id, target)
	if err != nil {
		return nil, err
	}
	return newPipeline(inner), nil
}

type pipeline struct {
	raft.AppendPipeline
	answers chan raft.AppendFuture
	close   func() error // once
	closed  chan struct{}
}

func newPipeline(inner raft.AppendPipeline) *pipeline {
	p := &pipeline{AppendPipeline: inner, answers: make(chan raft.AppendFuture), closed: make(chan struct{})}
	p.close = sync.OnceValue(func() error {
		close(p.closed)
		return inner.Close()
	})
	go p.pass()
	return p
}

// pass hands answers on until raft closes the pipeline or reads no more.
func (p *pipeline) pass() {
	for {
		select {
		case f := <-p.AppendPipeline.Consumer():
			select {
			case p.answers <- f:
			case <-p.closed:
				return
			}
			if resp := f.Response(); !resp.Success || resp.Term > f.Request().Term {
				p.close() // lets go of whoever is sending; its error is that of a lost connection
				return
			}
		case <-p.closed:
			return
		}
	}
}

// Consumer is where answers come.
func (p *pipeline) Consumer() <-chan raft.AppendFuture { return p.answers }

// Close may be called twice.
func (p *pipeline) Close() error { return p.close() }
