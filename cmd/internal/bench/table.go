package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// table gathers values by name over the repetitions.
type table struct {
	values map[string][]float64
	peers  []peer
}

func newTable() *table { return &table{values: make(map[string][]float64), peers: peers()} }

func (t *table) add(name string, v float64) { t.values[name] = append(t.values[name], v) }

// limits notes what the machine could do just then, in milliseconds.
func (t *table) limits(l limits) {
	for name, s := range map[string]spread{"append1": l.append1, "append3": l.append3, "bolt": l.bolt} {
		t.add(name, ms(s.P50))
		t.add(name+"/p99", ms(s.P99))
	}
}

func (t *table) median(name string) float64 { return median(t.values[name]) }

// line is one row: what architecture §10 asks, and of what.
type line struct {
	id, what, unit string
	limit          string  // name of the value it is compared with, or ""
	times          float64 // how many of them
	bar            func(v, limit float64) bool
	says           string // the bar in words
}

func atMost(most float64) func(v, _ float64) bool {
	return func(v, _ float64) bool { return v <= most }
}
func atLeast(least float64) func(v, _ float64) bool {
	return func(v, _ float64) bool { return v >= least }
}
func within(times float64) func(v, limit float64) bool {
	return func(v, limit float64) bool { return v <= times*limit }
}

var lines = []line{
	{"W1", "hub write, 1 in flight, p50", "ms", "append3", 2, atMost(1.1), "≤ 1.0 × etcd put (floor 1.1 ms)"},
	{"W2/64", "hub writes, 64 in flight, 1 KiB", "/s", "", 0, atLeast(6000), "≥ 1.2 × etcd (floor 6-8k/s)"},
	{"W2/256", "hub writes, 256 in flight, 1 KiB", "/s", "", 0, atLeast(12000), "≥ 2 × etcd (floor 12k/s)"},
	{"W4", "entries in full batches, 1 KiB", "/s", "", 0, atLeast(44000), "≥ 0.8 × NATS R3 async (floor 44k/s)"},
	{"R1", "node → hub sustained, folded", "/s", "", 0, atLeast(15000), "≥ 4 × NATS leaf (floor 15k/s)"},
	{"R3", "100,000 queued: link back → all", "s", "", 0, atMost(9), "≤ 0.25 × NATS (floor 9 s)"},
	{"R3/first", "… → first one committed", "s", "", 0, atMost(1), "≤ 1 s"},
	{"A1", "window acceptance, p50", "ms", "append1", 1, within(2), "≤ 2 × append + fdatasync"},
	{"A2", "acceptances, 64 windows", "/s", "A1/rate", 1, func(v, l float64) bool { return v >= 5*l }, "≥ 5 × one window"},
	{"O1", "A1 while cut off from the hub, p50", "ms", "append1", 1, within(2), "≤ 2 × append + fdatasync"},
	{"O2", "A2 while cut off from the hub", "/s", "O1/rate", 1, func(v, l float64) bool { return v >= 5*l }, "≥ 5 × one window"},
	{"X1", "node A → hub → visible at B, p50", "ms", "append1", 4, within(3), "≤ 3 × four fdatasyncs"},
	{"X1/p99", "… p99", "ms", "append1", 4, within(8), "≤ 8 × four fdatasyncs"},
	{"M1/idle", "node with 100,000 records, idle", "MiB", "", 0, atMost(96), "≤ 96 MiB"},
	{"M1/load", "node under load, peak", "MiB", "", 0, atMost(512), "≤ 512 MiB"},
	{"M1/hub", "hub leader after W2", "MiB", "", 0, atMost(153), "≤ etcd (133-153 MiB)"},
	{"cpu/R1", "CPU per replicated entry, R1", "µs", "", 0, atMost(40), "≤ 40 µs, all processes"},
	{"cpu/R3", "CPU per entry, R3, hub servers", "µs", "", 0, nil, ""},
	{"cpu/R3-node", "CPU per entry, R3, the node", "µs", "", 0, nil, ""},
	{"cpu/W4", "CPU per entry, W4", "µs", "", 0, atMost(40), "≤ 40 µs, all processes"},
	{"cpu/W2-256", "CPU per write, W2/256", "µs", "", 0, nil, ""},
	{"cpu/A2", "CPU per case taken in, A2", "µs", "", 0, nil, ""},
	{"cpu/O2", "CPU per case taken in, cut off", "µs", "", 0, nil, ""},
	{"cpu/X1", "CPU per hand-over, X1", "µs", "", 0, nil, ""},
	{"cpu/idle", "CPU of all processes at rest", "% of a core", "", 0, nil, ""},
	{"W1/p99", "hub write, 1 in flight, p99", "ms", "", 0, nil, ""},
	{"W2/64/p99", "hub write, 64 in flight, p99", "ms", "", 0, nil, ""},
	{"W2/256/p99", "hub write, 256 in flight, p99", "ms", "", 0, nil, ""},
	{"A1/p99", "window acceptance, p99", "ms", "", 0, nil, ""},
	{"R1/node", "writes at the node during R1", "/s", "", 0, nil, ""},
	{"R3/node", "writes at the node while cut off", "/s", "", 0, nil, ""},
	{"M1/idle/own", "idle node without mapped files", "MiB", "", 0, nil, ""},
	{"M1/hub/own", "hub leader without mapped files", "MiB", "", 0, nil, ""},
	{"append1", "limit: append 1 KiB + fdatasync, p50", "ms", "", 0, nil, ""},
	{"append1/p99", "limit: … p99", "ms", "", 0, nil, ""},
	{"append3", "limit: three files at once, p50", "ms", "", 0, nil, ""},
	{"append3/p99", "limit: … p99", "ms", "", 0, nil, ""},
	{"bolt", "limit: one bbolt commit, p50", "ms", "", 0, nil, ""},
	{"bolt/p99", "limit: … p99", "ms", "", 0, nil, ""},
}

// print writes the rows that were measured; a peer is one more column.
func (t *table) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	head := []string{"id", "what", "median", "min–max", "limit", "ratio", "bar", "met"}
	for _, p := range t.peers {
		head = append(head, p.Name())
	}
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for i := range lines {
		if l := &lines[i]; len(t.values[l.id]) > 0 {
			fmt.Fprintln(w, strings.Join(t.cells(l), "\t"))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(t.peers) == 0 {
		fmt.Fprintln(out, "peers: none installed here (etcd, NATS); bars that name one are checked against the floor in brackets")
	}
	return nil
}

func (t *table) cells(l *line) []string {
	v := t.median(l.id)
	list := t.values[l.id]
	cells := []string{l.id, l.what, number(v) + " " + l.unit, number(slices.Min(list)) + "–" + number(slices.Max(list))}
	limit := l.times * t.median(l.limit)
	if limit > 0 {
		cells = append(cells, number(limit), number(v/limit))
	} else {
		cells = append(cells, "", "")
	}
	cells = append(cells, l.says, verdict(l, v, limit))
	for _, p := range t.peers {
		cells = append(cells, number(median(p.Values(l.id))))
	}
	return cells
}

func verdict(l *line, v, limit float64) string {
	switch {
	case l.bar == nil:
		return ""
	case l.bar(v, limit):
		return "yes"
	}
	return "NO"
}

func number(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
