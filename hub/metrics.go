package hub

import (
	"encoding/binary"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
)

// figure is one number for /metrics.
type figure struct {
	name, help string
	value      func() float64
}

func (s *Server) metrics() *prometheus.Registry {
	m := prometheus.NewRegistry()
	m.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, f := range append(s.stateFigures(), s.quorumFigures()...) {
		m.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: f.name, Help: f.help}, f.value))
	}
	for _, f := range []figure{
		{"xy_home_refused_total", "Acts refused to the record's own home since the start; expected 0 (replication.R14).", func() float64 { return float64(s.fsm.HomeRefused()) }},
		{"xy_fsm_restores_total", "Snapshots installed since the start (pitfalls.R2).", func() float64 { return float64(s.quorum.Stats().Restores) }},
	} {
		m.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: f.name, Help: f.help}, f.value))
	}
	return m
}

// stateFigures tell of the state machine. What cannot be read is -1.
func (s *Server) stateFigures() []figure {
	status := func(of func(fsm.Status) float64) func() float64 {
		return func() float64 {
			st, err := s.fsm.Status()
			if err != nil {
				return -1
			}
			return of(st)
		}
	}
	return []figure{
		{"xy_applied_index", "Newest hub index this server has applied.", func() float64 { return float64(s.fsm.Applied().Get()) }},
		{"xy_held_entries", "Entries that wait for an operator.", status(func(st fsm.Status) float64 { return float64(st.Held) })},
		{"xy_held_oldest_seconds", "Age of the oldest of them, by the clock of the node that wrote it.", s.heldAge},
		{"xy_overdue", "Statutory clocks that ran out and still run.", status(func(st fsm.Status) float64 { return float64(st.Overdue) })},
		{"xy_cards_waiting", "Colours of clocks whose card is not fired or not sure yet (cases.Y-05).", status(func(st fsm.Status) float64 { return float64(st.Waiting) })},
		{"xy_duplicates_waiting", "Pairs of cases that wait for a mark (cases.DU-01).", status(func(st fsm.Status) float64 { return float64(st.Pairs) })},
		{"xy_frozen_lanes", "Lanes of nodes that nothing is taken of (replication.F1, Q3).", status(frozenCount)},
		{"xy_generation", "Generation of the state.", func() float64 { return float64(s.fsm.Generation()) }},
		{"xy_level", "Level of the rules that apply.", func() float64 { return float64(s.fsm.Level()) }},
		{"xy_state_digest", "First 48 bits of the state's digest: equal on all servers at one xy_state_digest_index.", func() float64 {
			_, d := s.fsm.StateDigest()
			return float64(binary.BigEndian.Uint64(d[:8]) >> 16)
		}},
		{"xy_state_digest_index", "Index that xy_state_digest belongs to.", func() float64 { index, _ := s.fsm.StateDigest(); return float64(index) }},
		{"xy_open_reads", "Read transactions open on the state (pitfalls.B5).", func() float64 { n, _ := s.fsm.OpenReads(); return float64(n) }},
		{"xy_open_reads_oldest_seconds", "For how long the oldest of them has been open.", func() float64 { _, d := s.fsm.OpenReads(); return d.Seconds() }},
		{"xy_state_bytes", "Size of the state's file.", status(func(st fsm.Status) float64 { return float64(st.FileBytes) })},
		{"xy_disk_used_ratio", "Used part of the disk that holds the data; alarm at 0.85, no bulk at 0.92 (pitfalls.R14).", s.disk.last},
	}
}

func (s *Server) quorumFigures() []figure {
	return []figure{
		{"xy_is_leader", "1 on the leading server.", func() float64 {
			if s.quorum.IsLeader() {
				return 1
			}
			return 0
		}},
		{"xy_read_age_seconds", "How old this server's answers are at most; 0 on the leader.", func() float64 { d, _ := s.age(); return d.Seconds() }},
		{"xy_raft_term", "Raft's term.", func() float64 { return float64(s.quorum.Stats().Term) }},
		{"xy_raft_last_index", "Last index in this server's log.", func() float64 { return float64(s.quorum.Stats().LastIndex) }},
		{"xy_waiting_bytes", "Bytes of nodes' batches that wait for a decision through this server (replication.R10).", func() float64 { return float64(s.waiting.Load()) }},
		{"xy_bulk_credit_bytes", "Bulk bytes a node may have in flight here now; 0 means wait (replication.R10).", func() float64 { return float64(s.credit(protocol.Bulk)) }},
		{"xy_fsm_restore_seconds", "How long the last snapshot took to install.", func() float64 { return s.quorum.Stats().RestoreTook.Seconds() }},
	}
}

func frozenCount(st fsm.Status) (n float64) {
	for _, o := range st.Origins {
		for _, why := range o.Frozen {
			if why != "" {
				n++
			}
		}
	}
	return n
}

// heldAge looks at all that is held: there is little, or its lane is frozen.
func (s *Server) heldAge() float64 {
	held, err := s.fsm.Held(10_000)
	if err != nil {
		return -1
	}
	oldest := s.Now()
	for i := range held {
		oldest = min(oldest, held[i].Entry.At)
	}
	return float64(s.Now()-oldest) / 1000
}
