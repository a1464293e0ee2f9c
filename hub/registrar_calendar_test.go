package hub

import (
	"fmt"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
)

// object files an objection at a window.
func (p *pen) object(id string, at protocol.Instant) protocol.Ref {
	p.b.t.Helper()
	ref := objectionRef(id)
	p.act(ref, "file", at, protocol.Objection{Disputed: protocol.Ref{Kind: "agency", ID: id}, Field: "/name", Text: "名称有误", Proof: []string{"blob-1"},
		Person: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", FP: "fp"}}, calendars()...)
	return ref
}

// revise publishes a year again, with more days off.
func (b *bureau) revise(year int, off ...protocol.Day) {
	b.t.Helper()
	rec, ok, err := b.fsm.Record(protocol.CalendarRef(year))
	if err != nil {
		b.t.Fatal(err)
	}
	next := protocol.CalendarYear{Year: year, Source: "修订"}
	if ok {
		old, err := protocol.Load[protocol.CalendarYear](rec)
		if err != nil {
			b.t.Fatal(err)
		}
		next.Off, next.Work = old.Off, old.Work
	}
	next.Off = append(slices.Clone(next.Off), off...)
	b.must(protocol.Draft{Ref: protocol.CalendarRef(year), Act: "publish", Body: next, By: "hub:op"})
}

func (b *bureau) dues(ref protocol.Ref) protocol.ObjectDues {
	b.t.Helper()
	o, _, err := load[protocol.Objection](b.Server, ref)
	if err != nil {
		b.t.Fatal(err)
	}
	return o.Due
}

func march(dom int) protocol.Day { return protocol.Day{Year: 2026, Month: time.March, Dom: dom} }

func TestKcal2ARevisionMovesTheHubsOwnDates(t *testing.T) {
	b := newBureau(t, receives)
	ref := b.pens[receives].object("yanbian-1-1", monday)
	b.pens[receives].push(10)
	if got := b.dues(ref); got.K6a != march(3) || got.K6b != march(4) {
		t.Fatalf("%+v", got)
	}
	b.at(monday + hours(1))
	b.round()
	if rec, _, err := b.fsm.Record(ref); err != nil || rec.Rev != 1 {
		t.Errorf("counted anew without a revision: %d %v", rec.Rev, err)
	}
	b.revise(2026, march(3))
	b.round()
	if got := b.dues(ref); got.K6a != march(4) || got.K6b != march(5) {
		t.Errorf("%+v", got)
	}
	b.newLeader()
	b.round()
	steps, err := b.fsm.History(ref)
	if err != nil || len(steps) != 2 || steps[1].Act != "recount" {
		t.Errorf("the history holds %+v, %v", steps, err)
	}
	b.at(march(3).End() + 1)
	b.round()
	b.want(ref, protocol.K6a, protocol.Red, "", "")
	b.at(march(4).End())
	b.round()
	b.want(ref, protocol.K6a, protocol.Red, protocol.CardProvisional, protocol.Hub)
}

// TestKcal2ALeaderFindsWhatItsPredecessorLeft: the revision was published, and the
// leader fell before it had counted.
func TestKcal2ALeaderFindsWhatItsPredecessorLeft(t *testing.T) {
	b := newBureau(t, receives)
	ref := b.pens[receives].object("yanbian-1-1", monday)
	b.pens[receives].push(10)
	b.revise(2026, march(3))
	b.newLeader()
	b.round()
	if got := b.dues(ref); got.K6a != march(4) {
		t.Errorf("%+v", got)
	}
}

// TestKcal1AProvisionalDateIsFixedWhenTheYearIsLoaded is S-07 at the hub.
func TestKcal1AProvisionalDateIsFixedWhenTheYearIsLoaded(t *testing.T) {
	b := newBureau(t, receives)
	ref := b.pens[receives].object("yanbian-1-1", morning(time.December, 31, 9))
	b.pens[receives].push(10)
	new2027 := func(dom int) protocol.Day { return protocol.Day{Year: 2027, Month: time.January, Dom: dom} }
	if got := b.dues(ref); got.K6a != new2027(1) {
		t.Fatalf("%+v", got)
	}
	b.at(new2027(1).End())
	b.round()
	b.want(ref, protocol.K6a, protocol.Red, "", "")
	b.revise(2027, new2027(1))
	b.round()
	if got := b.dues(ref); got.K6a != new2027(4) {
		t.Errorf("%+v", got)
	}
	b.want(ref, protocol.K6a, protocol.Red, "", "")
	b.at(new2027(4).End())
	b.round()
	b.want(ref, protocol.K6a, protocol.Red, protocol.CardProvisional, protocol.Hub)
}

// TestKcal5AYearIsSupersededAndNeverEmptied: what was published stays to be cited.
func TestKcal5AYearIsSupersededAndNeverEmptied(t *testing.T) {
	b := newBureau(t)
	_, _, err := b.actHere(t.Context(), []protocol.Draft{{Ref: protocol.CalendarRef(2026), Act: "publish", By: "hub:op",
		Body: protocol.CalendarYear{Year: 2026, Source: "修订"}}})
	if f := asFault(err); f.Rule != "K-cal-5" {
		t.Errorf("%v", err)
	}
}

// BenchmarkRedate counts 100,000 open objections anew after a revision, while
// acts of others go on being decided (cases.md §17: at most 10 s).
func BenchmarkRedate(b *testing.B) {
	const records = 100_000
	o := newBureau(b, receives)
	p := o.pens[receives]
	for n := range records {
		p.object(fmt.Sprintf("yanbian-1-%d", n), monday)
		if len(p.queue) == 200 {
			p.push(200)
		}
	}
	p.push(200)
	for b.Loop() {
		b.StopTimer()
		o.revise(2026, march(3+b.N%20))
		stop := o.serve(b)
		b.StartTimer()
		begin, cpu := time.Now(), cpuTime()
		for o.round(); !o.reg.redate.done; o.round() {
		}
		took, spent := time.Since(begin), cpuTime()-cpu
		b.StopTimer()
		b.ReportMetric(spent.Seconds(), "cpu-s/100k")
		acts, worst := stop()
		if got := o.dues(objectionRef("yanbian-1-0")); got.K6b == march(4) {
			b.Fatal("nothing moved")
		}
		b.ReportMetric(took.Seconds(), "s/100k")
		b.ReportMetric(float64(acts)/took.Seconds(), "acts/s-beside")
		b.ReportMetric(float64(worst.Milliseconds()), "ms-worst-beside")
		b.StartTimer()
	}
}

// serve has one act after another decided until it is stopped; it gives how many
// there were and how long the slowest took.
func (b *bureau) serve(t testing.TB) (stop func() (int, time.Duration)) {
	var over atomic.Bool
	done := make(chan struct{})
	acts, worst := 0, time.Duration(0)
	go func() {
		defer close(done)
		for ; !over.Load(); acts++ {
			begin := time.Now()
			_, _, err := b.actHere(t.Context(), []protocol.Draft{{Ref: protocol.Ref{Kind: "agency", ID: uscc(1)}, Act: act(acts), By: "hub:op",
				Body: protocol.Agency{USCC: uscc(1), Name: "样例机构", Node: receives}}})
			if err != nil {
				t.Error(err)
				return
			}
			worst = max(worst, time.Since(begin))
		}
	}()
	return func() (int, time.Duration) {
		over.Store(true)
		<-done
		return acts, worst
	}
}

func act(n int) protocol.Act {
	if n == 0 {
		return "register"
	}
	return "update"
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestARequestOverTheHolidayIsNotOverdue: its last day is off and rolls on; an
// answer on that day excuses the lapse that the record stated, with a reason.
func TestARequestOverTheHolidayIsNotOverdue(t *testing.T) {
	b := newBureau(t, receives, decides)
	item := b.service()
	a, d := b.pens[receives], b.pens[decides]
	friday := morning(time.February, 13, 9)
	target := a.receive("yanbian-1-1", 1, friday, item, "")
	a.push(10)
	ref := protocol.Ref{Kind: "request", ID: "changchun:1"}
	d.act(ref, "file", friday, protocol.Request{Want: protocol.WantWithdraw, On: target, Title: "请求撤回", Key: "1", Data: []byte(`{"reason":"不再需要"}`)})
	d.push(10)
	b.at(protocol.Day{Year: 2026, Month: time.February, Dom: 16}.End())
	b.round()
	b.want(ref, protocol.KRequest, protocol.Red, "", "")
	a.act(ref, "decline", morning(time.February, 24, 9), protocol.Request{Reason: "申请人未到场"})
	b.at(morning(time.February, 24, 9))
	a.push(10)
	b.round()
	b.at(morning(time.February, 25, 9))
	b.round()
	b.want(ref, protocol.KRequest, protocol.Red, "", "")
	if b.holds(ref, protocol.KRequest) {
		t.Errorf("it waits still: %+v", b.waits())
	}
}

// holds reports whether a red card for a clock still waits.
func (b *bureau) holds(ref protocol.Ref, clock protocol.ClockID) bool {
	return slices.ContainsFunc(b.waits(), func(w fsm.Wait) bool { return w.Ref == ref && w.Clock == clock && w.Colour == protocol.Red })
}
