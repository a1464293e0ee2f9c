package link_test

import (
	"sync"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
)

func TestPoolSharesOneSessionAndDialsAgainWhenItIsDead(t *testing.T) { // pitfalls.Q16
	inProvince(t, []string{hubA, hubB}, func(p *province) {
		a, b := p.hub(hubA, "changchun-1", link.Options{}), p.hub(hubB, "changchun-2", link.Options{})
		pool := link.NewPool(a, identity.ALPNRaft, identity.RoleHub)
		if _, ok := pool.Peek(at(hubB), "changchun-2"); ok {
			p.t.Error("a session nobody dialled")
		}
		got := make([]link.Session, 20)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { got[i] = must(pool.Get(p.t.Context(), at(hubB), "changchun-2"))(p.t) })
		}
		wg.Wait()
		for _, s := range got {
			if s != got[0] {
				p.t.Fatal("two sessions to one peer")
			}
		}
		server := must(b.Accept(p.t.Context(), identity.ALPNRaft))(p.t)
		if s, ok := pool.Peek(at(hubB), "changchun-2"); !ok || s != got[0] {
			p.t.Error("Peek does not see the session")
		}
		time.Sleep(2 * time.Second)
		server.Close(protocol.Busy, "")
		<-got[0].Context().Done()
		again := must(pool.Get(p.t.Context(), at(hubB), "changchun-2"))(p.t)
		if again == got[0] || again.Context().Err() != nil {
			p.t.Error("the dead session was handed out")
		}
		pool.Close()
		if again.Context().Err() == nil {
			p.t.Error("Close left the session open")
		}
	})
}

// With TLS 1.3 a refused client learns it after its dial; the pool must not
// dial in a circle then.
func TestPoolRemembersASessionThatDiedAtBirth(t *testing.T) {
	inProvince(t, []string{hubA, nodeC}, func(p *province) {
		p.hub(hubA, "changchun-1", link.Options{})
		node := p.node(nodeC, "yanbian")
		pool := link.NewPool(node, identity.ALPNRaft, identity.RoleHub) // not for nodes
		s := must(pool.Get(p.t.Context(), at(hubA), ""))(p.t)
		<-s.Context().Done()
		start := time.Now()
		if _, err := pool.Get(p.t.Context(), at(hubA), ""); protocol.CodeOf(err) != protocol.Denied {
			p.t.Errorf("%v, want denied", err)
		}
		if took := time.Since(start); took != 0 {
			p.t.Errorf("dialled again at once: %v", took)
		}
	})
}

func TestPoolDoesNotLetADeadPeerDelayALiveOne(t *testing.T) {
	inProvince(t, []string{hubA, hubB, nodeC}, func(p *province) {
		a := p.hub(hubA, "changchun-1", link.Options{})
		p.hub(hubB, "changchun-2", link.Options{})
		pool := link.NewPool(a, identity.ALPNGossip, identity.RoleHub)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := pool.Get(p.t.Context(), at(nodeC), "changchun-3"); protocol.CodeOf(err) != protocol.Busy {
				p.t.Errorf("dead peer: %v", err)
			}
		})
		start := time.Now()
		must(pool.Get(p.t.Context(), at(hubB), "changchun-2"))(p.t)
		if took := time.Since(start); took > 10*latency {
			p.t.Errorf("live peer: %v", took)
		}
		wg.Wait()
		pool.Close()
	})
}
