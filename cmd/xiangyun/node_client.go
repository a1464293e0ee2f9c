package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/node/web"
)

// nodeClientCommands talk to the node that runs in --dir, or to another one
// with --server-url.
func nodeClientCommands() []*cobra.Command {
	return talking(nodeStatus(), group("work", "待处理:省级未采纳的本地操作", workList(), workShow(), workClose()), forkCommands(), nodeTurn("offline"), nodeTurn("online"), accountCommand())
}

func nodeStatus() *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "本节点的连接、数据新旧、待发送和收件号余量", Args: exactly(0, "")}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		answer, err := send(cmd, cl, http.MethodGet, "/api/v1/status", nil, nil)
		if err != nil {
			return err
		}
		if output(cmd) == "json" {
			return printJSON(cmd, answer)
		}
		return nodeTable(cmd, answer)
	}
	return described(c, "", readExits)
}

func nodeTable(cmd *cobra.Command, st any) error {
	var g grid
	for _, row := range []column{{"节点", "node"}, {"代次", "epoch"}, {"与省级连通", "connected"}, {"断网演练", "drilling"}, {"冻结", "frozen"}, {"剩余收件号", "numbers_left"},
		{"待处理", "work_open"}, {"待传附件", "blobs_queued"}, {"证书有效期至", "cert_until"}} {
		g.add(row.title, text(at(st, row.path)))
	}
	g.add("磁盘", roomTexts[text(at(st, "room"))])
	g.add("本机时钟", clockText(st))
	g.add("磁盘可用", diskLeft(st))
	for _, alarm := range alarms(st) {
		g.add("请注意", alarm)
	}
	g.add()
	if err := g.print(cmd.OutOrStdout()); err != nil {
		return err
	}
	list, _ := at(st, "lanes").([]any)
	lanes := make([]json.RawMessage, len(list))
	for i, l := range list {
		var err error
		if lanes[i], err = json.Marshal(l); err != nil {
			return fmt.Errorf("read lanes: %w", err)
		}
	}
	return table(cmd, lanes, []column{{"通道", "name"}, {"连通", "connected"}, {"服务器", "server"}, {"数据截至", "fresh"}, {"待发送", "queued"}, {"字节", "queued_bytes"}, {"最早一条", "oldest"}, {"何时起", "since"}, {"未连通的原因", "error"}})
}

// alarms are what does not mend itself, each with what to do.
func alarms(st any) (lines []string) {
	list, _ := at(st, "alarms").([]any)
	for _, a := range list {
		line := text(at(a, "text"))
		if hint, ok := at(a, "hint").(string); ok {
			line += ";处置: " + hint
		}
		lines = append(lines, line)
	}
	return lines
}

// roomTexts says what each step of a filling disk stops (replication.md §12).
var roomTexts = map[string]string{"all": "够用", "frugal": "已用 85% 以上: 停数据集导入", "no-bulk": "已用 92% 以上: 停批量业务,办件照常",
	"reserve": "已用 95% 以上: 动用办件预留空间,停批量业务", "cases": "已用 97% 以上: 停数据共享调用,办件靠预留空间", "none": "预留空间用尽: 停止收件,清理磁盘后自动恢复,已收的不丢"}

// clockText says how this machine's clock stands against the hub's.
func clockText(st any) string {
	ms, _ := at(st, "clock_offset_ms").(float64)
	off := (time.Duration(ms) * time.Millisecond).Round(time.Second)
	switch {
	case off.Abs() <= web.ClockWarn && at(st, "clock_known") == true:
		return "与省级一致"
	case off.Abs() <= web.ClockWarn:
		return "尚未与省级核对"
	case at(st, "clock_known") != true:
		return fmt.Sprintf("运行中跳变了 %s,请校正", off.Abs())
	case off > 0:
		return fmt.Sprintf("比省级慢 %s,请校正", off)
	}
	return fmt.Sprintf("比省级快 %s,请校正", -off)
}

// diskLeft says how much room there is; from 85 % used on less and less is
// accepted (replication.md §12).
func diskLeft(st any) string {
	free, _ := at(st, "disk_free").(float64)
	total, _ := at(st, "disk_total").(float64)
	if total == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f GiB,已用 %.0f %%", free/(1<<30), 100-100*free/total)
}

func workList() *cobra.Command {
	return list{use: "list", short: "待处理清单", path: "/api/v1/work", paging: allOnce,
		columns: []column{{"编号", "id"}, {"操作", "act"}, {"办理人", "by"}, {"规则", "verdict.rule"}, {"说明", "verdict.text"}, {"列入时间", "opened"}}}.command()
}

func workShow() *cobra.Command {
	return one{use: "show 编号", short: "一项待处理及其内容,供重新录入", path: "/api/v1/work/%s"}.command()
}

func workClose() *cobra.Command {
	return act{use: "close 编号", short: "办结一项待处理", args: "编号", count: 1, path: "/api/v1/work/%s/close",
		flags: func(c *cobra.Command) { c.Flags().String("note", "", "如何处置的(必填)") }, need: []string{"note"},
		body: func(cmd *cobra.Command) (any, error) { return map[string]string{"note": flag(cmd, "note")}, nil },
		said: saying("待处理 %s 已办结")}.command()
}

func nodeTurn(way string) *cobra.Command {
	short, said := "断网演练:断开与省级的全部连接", "已断开。收件照常,恢复用 xiangyun node online"
	if way == "online" {
		short, said = "结束断网演练", "正在恢复连接,积压的操作随即上报"
	}
	return act{use: way, short: short, detail: "演练期间本地照常办理,积压的操作在恢复后上报。", path: "/api/v1/uplink/" + way,
		said: func(*cobra.Command, []string, any) string { return said }}.command()
}
