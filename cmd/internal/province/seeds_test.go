package province

import (
	"flag"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiangyun/protocol"
)

var (
	seedCount = flag.Int("seeds", 0, "how many seeds TestSeeds plays; 0 is 4, which fits two cores in some two minutes, 2 with -short")
	seedOnly  = flag.Uint64("seed", 0, "the one seed TestSeeds plays")
	seedSlow  = flag.Duration("seedslow", longest, "the machine's time after which a seed is given up")
	seedTime  = flag.Duration("seedtime", 0, "virtual time of one seed; 0 is 10m, 1m under the race detector")
)

var threeNodes = []protocol.NodeID{"changchun", "provincial", "yanbian"}

// TestSeeds plays random schedules of work and faults and checks every
// invariant that this level can see (proof.md §1, §3). A failure prints its
// seed and schedule; play it again with -seed.
func TestSeeds(t *testing.T) {
	var all tally
	t.Run("group", func(t *testing.T) {
		for _, seed := range seeds() {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				schedule := Draw(seed, []string{"changchun", "provincial", "yanbian"}, seedLength()-90*time.Second)
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("play again with -run 'TestSeeds' -seed %d\n%s", seed, schedule)
					}
				})
				var log atomic.Pointer[Log]
				stop := watch(seed, &log)
				defer stop()
				Simulate(t, seed, func(p *Province) {
					log.Store(p.Log)
					play(p, schedule, &all)
				})
			})
		}
	})
	all.report(t)
}

// longest is how much of the machine's time one seed may take; beyond it some
// process runs in a circle without letting virtual time pass.
const longest = 5 * time.Minute

// watch ends the test program with the log of a seed that does not come to an
// end: nothing inside its bubble could tell.
func watch(seed uint64, log *atomic.Pointer[Log]) (stop func()) {
	timer := time.AfterFunc(*seedSlow, func() {
		if l := log.Load(); l != nil {
			fmt.Printf("seed %d takes longer than %v; end of its log:\n%s\n", seed, *seedSlow, l.end())
		}
		debug.SetTraceback("all")
		panic("a seed does not come to an end")
	})
	return func() { timer.Stop() }
}

func seeds() (list []uint64) {
	n := *seedCount
	switch {
	case *seedOnly != 0:
		return []uint64{*seedOnly}
	case n == 0 && testing.Short():
		n = 2
	case n == 0:
		n = 4
	}
	for i := range n {
		list = append(list, uint64(i+1))
	}
	return list
}

func seedLength() time.Duration {
	switch {
	case *seedTime != 0:
		return *seedTime
	case raceDetector:
		return 3 * time.Minute
	}
	return 10 * time.Minute
}

// play is one seed from the founding of a province to the evidence.
func play(p *Province, s Schedule, all *tally) {
	t := p.T
	real := wall()
	p.Found(3, threeNodes...)
	var items []string
	for i, n := range threeNodes {
		items = append(items, p.PublishItems(i, n, 2)...)
	}
	ledger := newLedger()
	w := p.Work(ledger, s.Seed, threeNodes, items)
	d := newDrama(p, w, ledger)
	time.Sleep(30 * time.Second)
	warm := ledger.okBetween(time.Time{}, time.Now())
	d.Play(s)
	healed := time.Now()
	time.Sleep(30 * time.Second)
	after := ledger.okBetween(healed, time.Now())
	w.Rest()
	p.Settle(3 * time.Minute)
	e := p.Gather(ledger)
	for _, breach := range e.Check() {
		t.Error(breach)
	}
	p.scrub()
	if warm < 200 || after < 200 {
		d.invalid = append(d.invalid, fmt.Sprintf("V1: %d operations before and %d after all faults", warm, after))
	}
	for _, miss := range d.invalid {
		t.Error("invalid run: " + miss)
	}
	all.add(e, d, p.Sim().Tally(), real)
	t.Logf("%d acts confirmed, %d episodes, %v, %v of wall time", len(ledger.done), len(s.Episodes), p.Sim().Tally(), wallSince(real))
}

// tally sums over the seeds.
type tally struct {
	mu     sync.Mutex // guards what follows
	seeds  int
	ops    map[string]*Count
	played map[string]int
	waits  []time.Duration
	net    Tally
	cross  int
	slips  int
	maybe  int
	twins  int
	forks  int
	leads  int
	checks int
	walls  []time.Duration
}

func (a *tally) add(e *Evidence, d *Drama, net Tally, begin time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ops == nil {
		a.ops, a.played = map[string]*Count{}, map[string]int{}
	}
	a.seeds++
	for op, c := range e.Ledger.ops {
		if a.ops[op] == nil {
			a.ops[op] = &Count{}
		}
		a.ops[op].OK += c.OK
		a.ops[op].Refused += c.Refused
		a.ops[op].Away += c.Away
		a.ops[op].Unknown += c.Unknown
	}
	for k, n := range d.played {
		a.played[k] += n
	}
	a.waits = append(a.waits, d.waits...)
	a.net.Sent += net.Sent
	a.cross += wentAllTheWay(e)
	a.slips += len(e.Ledger.slips)
	for _, done := range e.Ledger.done {
		if a.checks++; done.Maybe {
			a.maybe++
		}
	}
	a.twins, a.forks, a.leads = a.twins+d.twins, a.forks+d.forks, a.leads+d.leaders
	a.walls = append(a.walls, wallSince(begin))
}

// wentAllTheWay counts cases taken in at one place and decided at another, from
// the receipt to the delivery (V6).
func wentAllTheWay(e *Evidence) (n int) {
	for ref, rec := range e.hub().Records {
		if ref.Kind != "case" {
			continue
		}
		if c, err := protocol.Load[protocol.Case](rec); err == nil && c.State == protocol.CaseDelivered && c.Received.Node != c.Handler {
			n++
		}
	}
	return n
}

func (a *tally) report(t *testing.T) {
	if a.seeds == 0 {
		return
	}
	total, unknown := 0, 0
	var lines []string
	for _, op := range slices.Sorted(maps.Keys(a.ops)) {
		c := a.ops[op]
		total, unknown = total+c.OK+c.Refused+c.Away+c.Unknown, unknown+c.Unknown
		lines = append(lines, fmt.Sprintf("%-14s %6d ok %5d refused %5d away %4d unknown", op, c.OK, c.Refused, c.Away, c.Unknown))
		if c.OK < 10 && a.seeds >= 20 {
			t.Errorf("invalid run: V5: %s succeeded only %d times", op, c.OK)
		}
	}
	slices.Sort(a.waits)
	t.Logf("%d seeds, %d operations (%d unknown), %d receipts, %d acts confirmed (%d on lost disks), %d cases across the province,\n%d changes of leader, %d twins turned away, %d forks found, %d packets; wall time of a seed %v",
		a.seeds, total, unknown, a.slips, a.checks, a.maybe, a.cross, a.leads, a.twins, a.forks, a.net.Sent, a.walls)
	t.Logf("faults %v", a.played)
	if n := len(a.waits); n > 0 {
		t.Logf("decided again after a heal: p50 %v, p90 %v, p99 %v, longest %v", a.waits[n/2], a.waits[n*9/10], a.waits[n*99/100], a.waits[n-1])
		if a.waits[n*99/100] > 5*time.Second && n >= 100 {
			t.Errorf("I15: writes resumed after %v at p99, at most 5 s are allowed", a.waits[n*99/100])
		}
	}
	t.Log("\n" + strings.Join(lines, "\n"))
	if unknown*10 > total {
		t.Errorf("invalid run: V4: %d of %d outcomes unknown", unknown, total)
	}
	if a.cross == 0 || a.leads == 0 && a.seeds > 2 {
		t.Errorf("invalid run: V3, V6: %d changes of leader, %d cases across the province", a.leads, a.cross)
	}
}
