package fsm

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// filing is a request with a body of about 1 KiB, as a window files it.
func filing(p *pen, n int) protocol.Entry {
	data := fmt.Sprintf(`{"recipient":"领取人甲","way":"courier","tracking":"SF%012d","note":"%s"}`, n, longText)
	body := protocol.Request{Want: protocol.WantDelivery, On: protocol.Ref{Kind: "case", ID: fmt.Sprintf("2224000000000%08d", n)},
		From: p.id, Title: "送达情况登记", Key: fmt.Sprintf("w1-%d", n), Data: []byte(data),
		Filed: 1_772_000_000_000, State: protocol.RequestFiled}
	h := protocol.Header{Ref: protocol.Ref{Kind: "request", ID: fmt.Sprintf("%s-%08d", p.id, n)}, Act: "file", Rev: 1, RecEpoch: 1}
	return p.seal(h, mustJSON(p.t, body))
}

const longText = "申请人已在窗口核对身份并签收全部结果文书,原件随同交还,复印件留存一份归档备查;送达回执由窗口人员签字后扫描上传。" +
	"如有补正事项,已当面一次性告知,申请人确认知悉。经办窗口:政务大厅二楼综合受理区第十二号窗口。联系电话以办事指南公布的为准," +
	"如遇法定节假日顺延。本登记由系统自动生成,经办人员已复核无误。"

// BenchmarkApplyBatch folds batches of 256 entries of 1 KiB, one batch to a
// command and four commands to an ApplyBatch, as a busy hub does.
func BenchmarkApplyBatch(b *testing.B) {
	benchmarkApply(b, 256, func(p *pen, n int) protocol.Entry { return filing(p, n) })
}

// BenchmarkApplySingles folds commands of 16 batches of one entry each.
func BenchmarkApplySingles(b *testing.B) {
	benchmarkApply(b, 1, func(p *pen, n int) protocol.Entry { return filing(p, n) })
}

func benchmarkApply(b *testing.B, size int, entry func(*pen, int) protocol.Entry) {
	h := newHub(b)
	pens := h.enrol("yanbian", "changchun", "jilin", "siping")
	b.Logf("fsync here: %s", fsyncTime(b))
	logs := commands(b, h, pens, size, entry)
	bytes := 0
	for _, l := range logs {
		bytes += len(l.Data)
	}
	b.ResetTimer()
	begin, cpu := time.Now(), cpuTime()
	for len(logs) > 0 {
		n := min(4, len(logs))
		h.f.ApplyBatch(logs[:n])
		logs = logs[n:]
	}
	if err := h.f.Commit(); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/took.Seconds(), "entries/s")
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-µs/entry")
	b.ReportMetric(float64(bytes)/float64(b.N), "B/entry")
}

func commands(b *testing.B, h *hub, pens []*pen, size int, entry func(*pen, int) protocol.Entry) (logs []*raft.Log) {
	perCommand := max(1, 16/size)
	for n := 0; n < b.N; {
		var batches []wire.Batch
		for range perCommand {
			p := pens[len(batches)%len(pens)]
			if size > 1 {
				p = pens[(n/size)%len(pens)]
			}
			var list []protocol.Entry
			for bytes := 0; len(list) < size && n < b.N && bytes < wire.MaxBatch-8<<10; n++ {
				list = append(list, entry(p, n))
				bytes += wire.EntrySize(&list[len(list)-1])
			}
			if len(list) > 0 {
				batches = append(batches, batch(list...))
			}
		}
		cmd, err := EncodeAppend(h.now, batches, nil)
		if err != nil {
			b.Fatal(err)
		}
		h.index++
		logs = append(logs, &raft.Log{Index: h.index, Type: raft.LogCommand, Data: cmd})
	}
	return logs
}

func fsyncTime(b *testing.B) time.Duration {
	f, err := os.Create(filepath.Join(b.TempDir(), "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	begin := time.Now()
	for range 20 {
		if _, err := f.Write(make([]byte, 1024)); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begin) / 20
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
