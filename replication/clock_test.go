package replication

import (
	"math"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
)

func TestAClockThatIsOffIsMeasuredAndTold(t *testing.T) { // replication.C1
	const year = 365 * 24 * time.Hour
	for _, row := range []struct {
		name  string
		off   time.Duration // of the hub's clock from ours
		bound uint32        // of later acts, in ms
		text  string        // "" for no alarm
	}{
		{"right", 0, 11, ""},
		{"a little off", 4 * time.Second, 4011, ""},
		{"slow", 6 * time.Second, 6011, "慢 6 秒"},
		{"fast by minutes", -3 * time.Minute, 180_011, "快 3 分钟"},
		{"slow by hours", 5 * time.Hour, 18_000_011, "慢 5 小时"},
		{"fast by ten years", -10 * year, math.MaxUint32, "快 3650 天"},
		{"slow by ten years", 10 * year, math.MaxUint32, "慢 3650 天"},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := newMemoryNode("yanbian", nil)
			u := &Uplink{Local: n, Log: quietLog()}
			sent := time.Now()
			offset := u.measure(sent, sent.Add(20*time.Millisecond), sent.Add(10*time.Millisecond+row.off))
			if offset != row.off || n.clockErr != row.bound {
				t.Errorf("offset %v, bound %d", offset, n.clockErr)
			}
			alarms := u.Status().Alarms
			if (len(alarms) == 1) != (row.text != "") {
				t.Fatalf("alarms %v", alarms)
			}
			if row.text != "" && (!strings.Contains(alarms[0].Text, row.text) || !strings.Contains(alarms[0].Text, "校准")) {
				t.Errorf("the person reads %q", alarms[0].Text)
			}
			u.measure(sent, sent, sent)
			if len(u.Status().Alarms) > 0 {
				t.Error("the alarm stays")
			}
		})
	}
}

func TestANodeWhoseClockIsOffGoesOn(t *testing.T) { // replication.C1: nothing is ordered by wall clock
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		b.hub.late = -10 * 365 * 24 * time.Hour
		n.write(protocol.Urgent, 1, 10)
		b.run(u.Run)
		b.soon("it is decided", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })
		told := b.hub.tell(protocol.Bulk, 5)
		b.soon("it is told", func() bool { l := n.told(protocol.Bulk); return len(l) == 1 && l[0] == told })
		b.soon("the alarm", func() bool { return len(u.Status().Alarms) == 1 })
		if s := u.Status().Lanes[protocol.Urgent]; !s.Connected || time.Since(s.Fresh) > 5*time.Second || s.Offset > -9*365*24*time.Hour {
			b.t.Errorf("%+v", s)
		}
	})
}
