package hub

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

func (c *center) figures() map[string]string {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.AdminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	list := make(map[string]string)
	for lines := bufio.NewScanner(w.Body); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok && strings.HasPrefix(name, "xy_") {
			list[name] = value
		}
	}
	return list
}

func TestMetricsTellTheTruth(t *testing.T) {
	c := newCenter(t)
	c.plan("yanbian")
	key := newKey(t)
	_, err := c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, request(t, key))
	c.must(err)
	last := protocol.Pos{}
	push := func(id, body string, rev uint64) {
		line, err := wire.Seal(&protocol.Header{Origin: "yanbian", Epoch: 1, Lane: protocol.Bulk, Seq: last.Seq + 1, Prev: last.Hash,
			Ref: protocol.Ref{Kind: "catalog.entry", ID: id}, Act: "submit", Rev: rev, RecEpoch: 1, At: c.Now() - 90_000, AtErr: 1, By: "yanbian:editor", Feature: 1}, []byte(body))
		c.must(err)
		sig, err := identity.KeySigner(key).Sign(line.Hash)
		c.must(err)
		_, err = c.Propose(c.ctx(), []wire.Batch{{Origin: "yanbian", Entries: []protocol.Entry{line}, Checkpoint: wire.Checkpoint{Pos: line.Pos(), Sig: sig}}})
		c.must(err)
		last = line.Pos()
	}
	before := c.figures()
	push("poison", "not json", 1)
	after := c.figures()
	for name, want := range map[string][2]string{"xy_held_entries": {"0", "1"}, "xy_home_refused_total": {"0", "0"}, "xy_is_leader": {"1", "1"},
		"xy_fsm_restores_total": {"0", "0"}, "xy_frozen_lanes": {"0", "0"}, "xy_generation": {"1", "1"}} {
		if before[name] != want[0] || after[name] != want[1] {
			t.Errorf("%s went from %q to %q, want %q to %q", name, before[name], after[name], want[0], want[1])
		}
	}
	if before["xy_state_digest"] == after["xy_state_digest"] || !strings.HasPrefix(after["xy_held_oldest_seconds"], "9") {
		t.Errorf("digest %s, age %s", after["xy_state_digest"], after["xy_held_oldest_seconds"])
	}
	if n, _ := c.fsm.OpenReads(); n > 3 { // the server's own parts read now and then
		t.Errorf("%d reads stay open", n)
	}
}

// A follower's answer is never older than it says: a heartbeat that comes while
// the log hangs, or none since the start, makes nothing fresh (replication.15).
func TestStalenessIsTheWorseOfBoth(t *testing.T) {
	now := protocol.Instant(1_772_000_000_000)
	for name, tt := range map[string]struct {
		contact time.Duration
		clock   protocol.Instant
		want    time.Duration
	}{
		"all is well":                      {100 * time.Millisecond, now - 900, 900 * time.Millisecond},
		"cut off":                          {9 * time.Second, now - 8000, 9 * time.Second},
		"heartbeats, but the log hangs":    {50 * time.Millisecond, now - 60_000, time.Minute},
		"never heard of a leader":          {-1, now - 3_600_000, time.Hour},
		"the leader's clock runs ahead":    {time.Second, now + 5000, time.Second},
		"never heard, and it runs ahead":   {-1, now + 5000, unknownAge},
		"a state that never saw any tick ": {-1, 0, time.Duration(now) * time.Millisecond},
	} {
		if got := staleness(tt.contact, tt.clock, now); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
