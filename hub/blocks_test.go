package hub

import (
	"fmt"
	"sync"
	"testing"

	"xiangyun/protocol"
)

// Nodes that enrol at the same time all leave with their receipt numbers: they
// must be able to accept before their first beat (replication.md §1).
func TestNodesEnrolledTogetherAllGetNumbers(t *testing.T) {
	c := newCenter(t)
	var ids []protocol.NodeID
	tokens, requests := map[protocol.NodeID]Token{}, map[protocol.NodeID][]byte{}
	for i := range 8 {
		id := protocol.NodeID(fmt.Sprintf("node%d", i))
		c.plan(id)
		ids, tokens[id], requests[id] = append(ids, id), c.token(protocol.RoleNode, id), request(t, newKey(t))
	}
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			if _, err := c.Enroll(c.ctx(), tokens[id].Text, requests[id]); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		n, err := c.blocksOf(id)
		c.must(err)
		if n < blocksAhead/protocol.BlockSize {
			t.Errorf("%s has %d blocks", id, n)
		}
	}
}
