package node

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"xiangyun/node/api"
	"xiangyun/node/store"
	"xiangyun/node/web"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/rest"
	"xiangyun/replication/fold"
	"xiangyun/replication/search"
)

// Handler is the node's door for browsers and other systems: API and workbench
// share one gate, so a person logs in once.
func (n *Node) Handler() (http.Handler, error) {
	sessions := &rest.Sessions{Place: n.ID(), Gate: identity.NewGate(n.ID(), n.desk), Secure: n.cfg.Secure}
	pages, err := web.New(web.Config{Node: n.ID(), Name: string(n.ID()), Version: n.cfg.Build, Sessions: sessions, Reader: reader{n}, Desk: n.desk,
		Closer: reader{n}, Scans: scans{n}, Drafts: drafts{n.drafts}, Now: n.cfg.Clock, Log: n.log})
	if err != nil {
		return nil, err
	}
	return split(n.api(sessions), pages.Handler()), nil
}

// AdminHandler is the door on the admin socket: whoever may open the node's
// folder runs it.
func (n *Node) AdminHandler() http.Handler {
	return n.api(&rest.Sessions{Place: n.ID(), Local: rest.LocalOperator(n.ID(), n.desk)})
}

// split sends the API's addresses to the API and all others to the pages.
func split(api, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := r.URL.Path; {
		case strings.HasPrefix(p, "/api/"), p == "/healthz", p == "/readyz", p == "/metrics":
			api.ServeHTTP(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	})
}

func (n *Node) api(sessions *rest.Sessions) http.Handler {
	r := apiReader{reader{n}}
	return api.New(api.Config{Desk: n.desk, Reader: r, Worker: r, Forker: n, Blobs: apiBlobs{n}, Drill: n.uplink, MaxUpload: MaxAttachment,
		Rest: rest.Config{Version: n.cfg.Build, Sessions: sessions, Log: n.log, Metrics: n.metrics(), Ready: n.ready}})
}

// ready: a node serves as long as its store takes acts; the hub may be away.
func (n *Node) ready(context.Context) []rest.Check {
	acts, numbers, room := rest.Check{Name: "store", OK: true}, rest.Check{Name: "numbers", OK: true}, rest.Check{Name: "disk", OK: true}
	switch f := n.store.Frozen(); {
	case f != nil:
		acts.OK, acts.Text = false, f.Text
	case n.store.NeedsRebase():
		acts.OK, acts.Text = false, "刚重新接入,正与省级核对日志;保持联网,核对完成后自动恢复"
	}
	if n.store.BlocksLeft() == 0 {
		numbers.OK, numbers.Text = false, "收件号已用完;保持联网会自动补充,否则联系省级管理员"
	}
	if n.store.Room() == store.RoomNone {
		room.OK, room.Text = false, "磁盘预留空间已用尽;清理磁盘后自动恢复"
	}
	return []rest.Check{acts, numbers, room}
}

// metrics is a registry of its own per door, so that each may add its figures.
func (n *Node) metrics() *prometheus.Registry {
	m := prometheus.NewRegistry()
	m.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		m.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("xy_queue_bytes", "Bytes of journal that the hub has not acknowledged.", func() float64 { return float64(n.store.QueueBytes()) })
	gauge("xy_receipt_numbers_left", "Receipt numbers this node can still hand out by itself.", func() float64 { return float64(n.store.BlocksLeft()) })
	gauge("xy_uplink_alarms", "What an operator must see to: twin, lost entries, snapshots that do not verify.", func() float64 { return float64(len(n.uplink.Status().Alarms)) })
	for _, lane := range protocol.Lanes {
		gauge("xy_lane_connected_"+lane.String(), "1 while the lane's session with the hub is up.", func() float64 {
			return truth(n.uplink.Status().Lanes[lane].Connected)
		})
		gauge("xy_view_age_seconds_"+lane.String(), "Age of this node's view of the lane.", func() float64 {
			fresh := n.uplink.Status().Lanes[lane].Fresh
			if fresh.IsZero() {
				return -1
			}
			return n.cfg.Now().Sub(fresh).Seconds()
		})
	}
	gauge("xy_disk_step", "What the disk still allows: 0 all, 1 from 85 %, 2 from 92 %, 3 from 95 %, 4 from 97 %, 5 nothing.", func() float64 { return float64(n.store.Room()) })
	gauge("xy_disk_free_bytes", "Free bytes on the node's file system.", func() float64 { return float64(n.store.FreeDisk()) })
	gauge("xy_frozen", "1 while acts are refused: fork, fence, twin, damage.", func() float64 { return truth(n.store.Frozen() != nil) })
	gauge("xy_drilling", "1 while the node is cut off on purpose.", func() float64 { return truth(n.uplink.Drilling()) })
	gauge("xy_scans_queued", "Attachments the hub does not hold yet.", func() float64 { return float64(reader{n}.scansQueued()) })
	gauge("xy_clock_offset_seconds", "Hub's clock minus this one's.", func() float64 { off, _ := n.clock.off(); return off.Seconds() })
	gauge("xy_certificate_seconds_left", "Validity left of the node's certificate.", func() float64 {
		return n.holder.Self().NotAfter.Sub(n.cfg.Now()).Seconds()
	})
	n.storeMetrics(gauge)
	gauge("xy_home_refused_total", "Own acts the hub refused; expected 0.", func() float64 {
		st, err := n.store.Status()
		if err != nil {
			return -1
		}
		return float64(st.HomeRefused)
	})
	return m
}

// storeMetrics are figures that need a look into the database.
func (n *Node) storeMetrics(gauge func(name, help string, value func() float64)) {
	of := func(value func(st *store.Status) float64) func() float64 {
		return func() float64 {
			st, err := n.store.Status()
			if err != nil {
				return -1
			}
			return value(&st)
		}
	}
	gauge("xy_work_open", "Own acts that wait for a person.", of(func(st *store.Status) float64 { return float64(st.WorkOpen) }))
	gauge("xy_database_bytes", "Size of the database.", of(func(st *store.Status) float64 { return float64(st.Bytes) }))
	gauge("xy_open_reads", "Read transactions that are open now (pitfalls.B5).", of(func(st *store.Status) float64 { return float64(st.OpenReads) }))
	for _, lane := range protocol.Lanes {
		gauge("xy_queue_entries_"+lane.String(), "Entries the hub has not acknowledged.", of(func(st *store.Status) float64 { return float64(st.Pending[lane].Entries) }))
		gauge("xy_held_entries_"+lane.String(), "Entries the hub holds for its operator.", of(func(st *store.Status) float64 { return float64(st.Pending[lane].Held) }))
	}
}

func truth(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}

// apiReader shows the node to its API in the API's words.
type apiReader struct{ r reader }

func (a apiReader) Get(ref protocol.Ref) (protocol.Record, bool, error) { return a.r.Get(ref) }

func (a apiReader) History(ref protocol.Ref) ([]fold.Step, error) {
	steps, err := a.r.History(ref)
	list := make([]fold.Step, len(steps))
	for i, s := range steps {
		list[i] = fold.Step(s)
	}
	return list, err
}

func (a apiReader) Search(ctx context.Context, q search.Query) (search.Result, error) {
	found, err := a.r.Search(ctx, consoleQuery(q))
	out := search.Result{Next: found.Next, Total: search.Total{N: found.Total, More: found.More}}
	for _, h := range found.Hits {
		out.Hits = append(out.Hits, search.Hit(h))
	}
	for _, c := range found.Counts {
		out.Counts = append(out.Counts, search.FacetCount(c))
	}
	return out, err
}

func alarmsOf(faults []*protocol.Fault) (list []api.Alarm) {
	for _, f := range faults {
		list = append(list, api.Alarm{Rule: f.Rule, Text: f.Text, Hint: f.Hint})
	}
	return list
}

func (a apiReader) Status(ctx context.Context) (api.Status, error) {
	st, err := a.r.Status(ctx)
	if err != nil {
		return api.Status{}, err
	}
	out := api.Status{Node: st.Node, Version: a.r.cfg.Build, Epoch: st.Epoch, Level: st.Level, Connected: st.Connected(), NumbersLeft: st.NumbersLeft,
		WorkOpen: st.WorkOpen, BlobsQueued: st.ScansQueued, DiskFree: st.DiskFree, DiskTotal: st.DiskTotal, CertUntil: when(st.CertUntil),
		Room: st.Room, Database: uint64(max(st.Bytes, 0)), NeedsRebase: st.NeedsRebase, Drilling: st.Drilling, Now: a.r.cfg.Clock().UTC(),
		ClockOffset: st.ClockOffset.Milliseconds(), ClockKnown: st.ClockKnown}
	if st.Frozen != nil {
		out.Frozen = st.Frozen.Text
	}
	out.Alarms = alarmsOf(st.Alarms)
	for _, l := range st.Lanes {
		out.Lanes = append(out.Lanes, api.Lane{Name: l.Lane.String(), Connected: l.Connected, Server: l.Server, Since: when(l.Since), Fresh: when(l.Fresh),
			Queued: l.Queued, Bytes: l.Bytes, Held: l.Held, Oldest: when(l.Oldest), Error: l.Error})
	}
	return out, nil
}

func when(i protocol.Instant) time.Time {
	if i == 0 {
		return time.Time{}
	}
	return i.Time()
}

func (a apiReader) Work(ctx context.Context) (list []api.Work, err error) {
	work, err := a.r.Work(ctx)
	for _, w := range work {
		list = append(list, api.Work{ID: w.ID, Verdict: w.Verdict, Act: w.Act, By: w.By, At: when(w.At), Opened: when(w.Opened)})
	}
	return list, err
}

func (a apiReader) WorkBody(ctx context.Context, id string) (json.RawMessage, error) {
	return a.r.WorkBody(ctx, id)
}

func (a apiReader) CloseWork(ctx context.Context, id, by, note string) error {
	return a.r.CloseWork(ctx, id, by, note)
}

// apiBlobs shows attachments to the API.
type apiBlobs struct{ *Node }

func (b apiBlobs) Keep(ctx context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (api.Blob, error) {
	s, err := scans(b).Keep(ctx, who, name, mediaType, r)
	return blobOf(s), err
}

func (b apiBlobs) Open(ctx context.Context, id string) (api.Blob, io.ReadSeeker, error) {
	s, r, err := scans(b).Open(ctx, id)
	if err != nil {
		return api.Blob{}, nil, fmt.Errorf("open attachment %s: %w", id, err)
	}
	return blobOf(s), r, nil
}

func blobOf(s web.Scan) api.Blob {
	return api.Blob{ID: s.ID, Name: s.Name, Type: s.Type, Size: s.Size, At: when(s.At), Waiting: s.Waiting}
}
