package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"xiangyun/cmd/internal/demo"
	"xiangyun/protocol"
)

// Scenario is one of S-01 to S-25.
type Scenario struct {
	ID    string // of cases.md §19
	Title string
	at    string // the instant at which it begins; the clock never goes back
	play  func(*stage)
}

// Result is what playing a scenario gave.
type Result struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	OK    bool   `json:"ok"`
	Ms    int64  `json:"ms"`
	Why   string `json:"why,omitempty"`
}

// All lists the scenarios in the order in which they are played: of their dates.
func All() []Scenario {
	all := slices.Concat(arrival, clocks, correction, duplicates, routing, custody, review, around)
	slices.SortStableFunc(all, func(a, b Scenario) int { return compare(a.at, b.at) })
	return all
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Play founds a province with a binary built with the tag faults, plays the
// scenarios that are asked for (all when none is named), and gives what each of
// them came to. The error is of the province itself.
func Play(ctx context.Context, o demo.Options, only []string) (results []Result, err error) {
	s, err := open(ctx, o)
	if s.Demo != nil {
		defer func() { err = errors.Join(err, s.Stop()) }()
	}
	if err != nil {
		return nil, err
	}
	for _, one := range All() {
		if len(only) == 0 || slices.Contains(only, one.ID) {
			results = append(results, s.result(one))
		}
	}
	return results, nil
}

func open(ctx context.Context, o demo.Options) (*stage, error) {
	c, err := newClock(filepath.Dir(o.Dir))
	if err != nil {
		return &stage{}, err
	}
	o.Env, o.Hubs, o.Nodes = c.env(), 3, []protocol.NodeID{changchun, jilin, yanji}
	o.Calendars = firstCalendars()
	d, err := demo.Start(ctx, o)
	s := &stage{Demo: d, ctx: ctx, clock: c}
	if err != nil {
		return s, err
	}
	if err := d.LoadRegisters(ctx); err != nil {
		return s, err
	}
	return s, d.Publish(ctx, changchun, services()...)
}

// result plays one scenario and turns the panic of a verb into its reason.
func (s *stage) result(one Scenario) (r Result) {
	r = Result{ID: one.ID, Title: one.Title}
	start := time.Now()
	defer func() {
		r.Ms = time.Since(start).Milliseconds()
		switch why := recover().(type) {
		case nil:
			r.OK = true
		case failure:
			r.Why = why.Error()
			if err := s.mend(); err != nil {
				r.Why += "; " + err.Error()
			}
		default:
			panic(why)
		}
		fmt.Fprintf(s.Say, "%s %-5s %6d ms  %s  %s\n", map[bool]string{true: "✓", false: "✗"}[r.OK], r.ID, r.Ms, r.Title, r.Why)
	}()
	s.at(one.at)
	one.play(s)
	return r
}

// mend ends what a scenario that failed had broken, so that the next one plays.
func (s *stage) mend() error {
	err := s.Raise(s.ctx)
	for _, id := range s.Nodes {
		err = errors.Join(err, s.Node(id).Call(s.ctx, "POST", "/api/v1/uplink/online", nil, nil))
	}
	return err
}

// Build makes the binary that scenarios need.
func Build(ctx context.Context, dir string) (string, error) {
	exe := filepath.Join(dir, "xiangyun")
	out, err := exec.CommandContext(ctx, "go", "build", "-tags", "faults", "-o", exe, "xiangyun/cmd/xiangyun").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build xiangyun: %w\n%s", err, out)
	}
	return exe, os.Chmod(exe, 0o700)
}
