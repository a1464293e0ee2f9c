package replication

import (
	"testing"
	"time"

	"xiangyun/protocol"
)

func TestANodeWhoseClockIsOffGoesOn(t *testing.T) { // replication.C1: nothing is ordered by wall clock
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		b.hub.late = -10 * 365 * 24 * time.Hour
		n.write(protocol.Urgent, 1, 10)
		b.run(u.Run)
		b.soon("it is decided", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })
		told := b.hub.tell(protocol.Bulk, 5)
		b.soon("it is told", func() bool { l := n.told(protocol.Bulk); return len(l) == 1 && l[0] == told })
		b.soon("its clock is measured", func() bool { return u.Status().Lanes[protocol.Urgent].Offset < -9*365*24*time.Hour })
		if s := u.Status().Lanes[protocol.Urgent]; !s.Connected || time.Since(s.Fresh) > 5*time.Second {
			b.t.Errorf("%+v", s)
		}
	})
}

func TestBeatsCompareTheClockOfActs(t *testing.T) { // replication.C1: not the machine's, by which certificates are judged
	inSim(t, func(b *bench) {
		u, _ := b.uplink("yanbian")
		b.hub.late = -6 * 365 * 24 * time.Hour
		u.Clock = func() time.Time { return time.Now().Add(b.hub.late - time.Second) }
		b.run(u.Run)
		b.soon("its clock is measured", func() bool { return u.Status().Lanes[protocol.Urgent].Offset != 0 })
		if off := u.Status().Lanes[protocol.Urgent].Offset; off.Abs() > time.Minute {
			t.Errorf("off %v, want about nothing", off)
		}
	})
}
