package province

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Fault is one thing that goes wrong and is healed again. Hub servers are named
// by their place in the list of servers, because a lost one comes back under
// another id; "leader" is whoever leads then.
type Fault struct {
	Kind string
	At   string // node, "1" to "3" for a server, or "leader"
	To   string // of a one-way cut
	X    float64
}

func (f Fault) String() string {
	return strings.TrimRight(fmt.Sprintf("%s %s %s %.2f", f.Kind, f.At, f.To, f.X), " .0")
}

// Episode is some faults at once, for a while, and the quiet after them.
type Episode struct {
	Faults   []Fault
	For      time.Duration
	Rest     time.Duration
	Majority bool // nothing can be decided meanwhile
}

// Schedule is what befalls a province; it follows from its seed alone.
type Schedule struct {
	Seed     uint64
	Nodes    []string
	Episodes []Episode
}

func (s Schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\n", s.Seed)
	for i, e := range s.Episodes {
		fmt.Fprintf(&b, "%3d: %v for %v, then %v of quiet\n", i+1, e.Faults, e.For, e.Rest)
	}
	return b.String()
}

// kindsOf lists the faults by what they allow beside them: paths go wrong
// together, processes die one at a time, disks are lost while all else is well.
var (
	pathFaults    = []string{"cut-node", "cut-node-long", "cut-hub", "cut-leader", "one-way", "bridge", "loss", "jitter", "duplicate", "corrupt", "flap"}
	processFaults = []string{"kill-hub", "kill-leader", "kill-node", "kill-all", "stop-hub", "stop-leader", "stop-node", "transfer", "cut-majority"}
	diskFaults    = []string{"wipe-node", "roll-back", "replace-hub", "twin"}
)

// Draw makes the schedule of a seed. Each seed knows only some of the kinds, so
// that some runs meet few of them often (swarm).
func Draw(seed uint64, nodes []string, length time.Duration) Schedule {
	r := rand.New(rand.NewPCG(seed, 2))
	s := Schedule{Seed: seed, Nodes: nodes}
	paths, procs, disks := some(r, pathFaults), some(r, processFaults), some(r, diskFaults)
	for left := length; left > 0; {
		e := Episode{For: time.Duration(8+r.IntN(20)) * time.Second, Rest: time.Duration(8+r.IntN(10)) * time.Second}
		switch k := r.IntN(10); {
		case k < 2:
			e.Faults = []Fault{s.draw(r, one(r, disks))}
		case k < 6:
			e.Faults = []Fault{s.draw(r, one(r, procs))}
			if path := s.draw(r, one(r, paths)); r.IntN(3) == 0 && path.At != e.Faults[0].At { // a dead host cannot be cut off
				e.Faults = append(e.Faults, path)
			}
		default:
			e.Faults = []Fault{s.draw(r, one(r, paths))}
			if r.IntN(3) == 0 {
				e.Faults = append(e.Faults, s.draw(r, one(r, paths)))
			}
		}
		e.settle()
		s.Episodes, left = append(s.Episodes, e), left-e.For-e.Rest
	}
	return s
}

func some(r *rand.Rand, kinds []string) []string {
	left := slices.DeleteFunc(slices.Clone(kinds), func(string) bool { return r.IntN(3) == 0 })
	if len(left) == 0 {
		return kinds
	}
	return left
}

func one(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

func (s *Schedule) draw(r *rand.Rand, kind string) Fault {
	f := Fault{Kind: kind, At: one(r, []string{"1", "2", "3"})}
	switch kind {
	case "cut-node", "cut-node-long", "kill-node", "stop-node", "wipe-node", "roll-back", "twin":
		f.At = one(r, s.Nodes)
	case "cut-leader", "kill-leader", "stop-leader", "cut-majority", "kill-all":
		f.At = "leader"
	case "one-way":
		f.To = one(r, append([]string{"1", "2", "3"}, s.Nodes...))
	case "bridge":
		f.At, f.To = "1", one(r, []string{"2", "3"})
	case "flap":
		f.At = one(r, append([]string{"1", "2", "3"}, s.Nodes...))
	case "loss", "corrupt":
		f.X = float64(5+r.IntN(25)) / 100
	case "duplicate":
		f.X = 0.2
	case "jitter":
		f.X = float64(50+r.IntN(450)) / 1000
	}
	return f
}

// settle gives some faults the time they need.
func (e *Episode) settle() {
	for _, f := range e.Faults {
		switch f.Kind {
		case "cut-node-long":
			e.For = 75 * time.Second
		case "cut-majority", "kill-all":
			e.Majority = true
		case "transfer":
			e.For = min(e.For, 10*time.Second)
		}
	}
}
