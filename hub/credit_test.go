package hub

import (
	"testing"

	"xiangyun/protocol"
)

func TestCreditFollowsWhatWaits(t *testing.T) { // replication.R10
	t.Parallel()
	for name, tt := range map[string]struct {
		p            pressure
		urgent, bulk int64
	}{
		"calm":                        {pressure{}, 4 << 20, 2 << 20},
		"a disk to be looked after":   {pressure{disk: roomScarce}, 4 << 20, 2 << 20},
		"the queue is half way":       {pressure{queue: 8 << 20}, 2 << 20, 1 << 20},
		"the queue is long":           {pressure{queue: 12 << 20}, 256 << 10, 0},
		"the queue is beyond":         {pressure{queue: 1 << 30}, 256 << 10, 0},
		"a crumb of bulk is none":     {pressure{queue: 12<<20 - 64<<10}, 256 << 10, 0},
		"apply lags":                  {pressure{lag: 288}, 2 << 20, 1 << 20},
		"apply is far behind":         {pressure{lag: 100_000}, 256 << 10, 0},
		"the worse of both counts":    {pressure{queue: 8 << 20, lag: 600}, 256 << 10, 0},
		"the disk is for urgent only": {pressure{disk: roomUrgent}, 4 << 20, 0},
		"the disk is full":            {pressure{disk: roomNone}, 0, 0},
	} {
		if got := grant(protocol.Urgent, tt.p); got != tt.urgent {
			t.Errorf("%s: urgent %d, want %d", name, got, tt.urgent)
		}
		if got := grant(protocol.Bulk, tt.p); got != tt.bulk {
			t.Errorf("%s: bulk %d, want %d", name, got, tt.bulk)
		}
	}
}

func TestCreditOfAServer(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.disk.look()
	c.eventually("calm credit", func() bool { return c.credit(protocol.Bulk) == bulkCredit && c.credit(protocol.Urgent) == urgentCredit })
	c.waiting.Add(queueLimit)
	if b, u := c.credit(protocol.Bulk), c.credit(protocol.Urgent); b != 0 || u != urgentFloor {
		t.Errorf("a long queue grants %d and %d", b, u)
	}
	c.waiting.Add(-queueLimit)
	p := c.prefecture("yanbian")
	p.act(protocol.Draft{Ref: protocol.Ref{Kind: "catalog.entry", ID: "e1"}, Act: "submit", Body: entry(uscc(1), 1, 1), By: "yanbian:editor"})
	p.push()
	if n := c.waiting.Load(); n != 0 {
		t.Errorf("%d bytes wait after everything was decided", n)
	}
}
