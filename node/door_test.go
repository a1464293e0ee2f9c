package node

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"xiangyun/node/api"
	"xiangyun/protocol"
)

func TestTheDoorTellsHealthReadinessAndFiguresTruly(t *testing.T) {
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	n, _ := p.run("a")
	door, err := n.Handler()
	p.must(err)
	get := func(path string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		door.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	p.eventually("ready, with numbers from the hub", func() bool { code, _ := get("/readyz"); return code == 200 })
	p.eventually("connected", func() bool { _, m := get("/metrics"); return strings.Contains(m, "xy_lane_connected_urgent 1") })
	_, figures := get("/metrics")
	for _, name := range []string{"xy_queue_bytes", "xy_queue_entries_urgent 0", "xy_held_entries_bulk 0", "xy_work_open 0", "xy_disk_step", "xy_disk_free_bytes",
		"xy_frozen 0", "xy_drilling 0", "xy_scans_queued 0", "xy_clock_offset_seconds", "xy_certificate_seconds_left", "xy_database_bytes",
		"xy_open_reads", "xy_receipt_numbers_left", "xy_view_age_seconds_urgent", "xy_home_refused_total 0"} {
		if !strings.Contains(figures, "\n"+name) {
			t.Errorf("no figure %q", name)
		}
	}
	n.uplink.Offline(true)
	p.eventually("cut off is a figure", func() bool {
		_, m := get("/metrics")
		return strings.Contains(m, "xy_lane_connected_urgent 0") && strings.Contains(m, "xy_drilling 1")
	})
	if code, _ := get("/readyz"); code != 200 {
		t.Errorf("cut off, readyz is %d: a node serves without the hub", code)
	}
	p.must(n.store.Freeze(protocol.NewFault(protocol.Fork, "test", "两份历史")))
	if code, body := get("/readyz"); code != 503 || !strings.Contains(body, "两份历史") {
		t.Errorf("frozen, readyz is %d %s", code, body)
	}
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("frozen, healthz is %d: the process is alive", code)
	}
	if _, m := get("/metrics"); !strings.Contains(m, "xy_frozen 1") {
		t.Error("frozen is no figure")
	}
}

func TestAlarmsReachTheInterfaceWithWhatToDo(t *testing.T) {
	f := protocol.NewFault(protocol.Twin, "uplink", "本节点有两个程序同时运行")
	f.Rule, f.Hint = "F4", "停掉多余的副本"
	got := alarmsOf([]*protocol.Fault{f})
	if len(got) != 1 || got[0] != (api.Alarm{Rule: "F4", Text: "本节点有两个程序同时运行", Hint: "停掉多余的副本"}) {
		t.Errorf("%+v", got)
	}
}
