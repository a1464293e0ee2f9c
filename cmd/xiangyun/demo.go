package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/demo"
	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

func demoCommand() *cobra.Command {
	c := &cobra.Command{Use: "demo", Short: "在本机启动一个完整的省,带样例数据",
		Long: "启动三台省级服务器和若干节点,各为一个进程,装入样例数据,打印网址和账号,Ctrl-C 干净停止。\n加 --once 则不等人,把一件事从头到尾办一遍,每一步都到另一端读回核对,全部核对无误才以 0 退出。\n\n" + exitHelp,
		Args: exactly(0, "")}
	c.Flags().String("dir", "", "数据目录(须为空;默认用临时目录,结束后删除)")
	c.Flags().String("nodes", "changchun,jilin,yanbian,shengzhi", "节点,逗号分隔;all 为全部十二个")
	c.Flags().Int("hubs", 3, "省级服务器台数: 1、3 或 5")
	c.Flags().Bool("once", false, "自动演一遍并核对,然后退出")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), cmd) }
	return c
}

func runDemo(ctx context.Context, cmd *cobra.Command) error {
	o, cleanup, err := demoOptions(cmd)
	if err != nil {
		return err
	}
	defer cleanup()
	if on(cmd, "once") {
		story, err := demo.Tell(ctx, o)
		return errors.Join(err, show(cmd, story, func() {
			fmt.Fprintf(cmd.OutOrStdout(), "共 %.1f 秒\n", story.Seconds)
		}))
	}
	return keepDemo(ctx, cmd, o)
}

func demoOptions(cmd *cobra.Command) (o demo.Options, cleanup func(), err error) {
	cleanup = func() {}
	if o.Exe, err = os.Executable(); err != nil {
		return o, cleanup, fmt.Errorf("find own binary: %w", err)
	}
	o.Say, o.Dir = cmd.OutOrStdout(), flag(cmd, "dir")
	if output(cmd) == "json" {
		o.Say = cmd.ErrOrStderr()
	}
	if o.Hubs, err = cmd.Flags().GetInt("hubs"); err != nil {
		return o, cleanup, err
	}
	if o.Hubs != 1 && o.Hubs != 3 && o.Hubs != 5 {
		return o, cleanup, usageError{errors.New("--hubs 只能是 1、3 或 5")}
	}
	if o.Nodes, err = nodesOf(flag(cmd, "nodes")); err != nil {
		return o, cleanup, err
	}
	if o.Dir == "" {
		if o.Dir, err = os.MkdirTemp("", "xiangyun-demo-"); err != nil {
			return o, cleanup, fmt.Errorf("make folder: %w", err)
		}
		return o, func() { os.RemoveAll(o.Dir) }, nil
	}
	return o, cleanup, emptyDir(o.Dir)
}

func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return usageError{fmt.Errorf("目录 %s 不是空的", dir)}
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func nodesOf(list string) (ids []protocol.NodeID, err error) {
	known := make(map[protocol.NodeID]bool)
	for _, p := range protocol.StandardNodes() {
		known[p.ID] = true
		if list == "all" {
			ids = append(ids, p.ID)
		}
	}
	if list == "all" {
		return ids, nil
	}
	for _, name := range strings.Split(list, ",") {
		id := protocol.NodeID(strings.TrimSpace(name))
		if !known[id] {
			return nil, usageError{fmt.Errorf("没有名为 %q 的节点", name)}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func keepDemo(ctx context.Context, cmd *cobra.Command, o demo.Options) error {
	out := cmd.OutOrStdout()
	start := time.Now()
	fmt.Fprintf(out, "正在启动 %d 台省级服务器和 %d 个节点 …\n", o.Hubs, len(o.Nodes))
	d, err := demo.Start(ctx, o)
	if err == nil {
		fmt.Fprintln(out, "正在装入机构、日历、账号 …")
		err = d.LoadRegisters(ctx)
	}
	if err == nil {
		fmt.Fprintln(out, "正在发布事项和目录 …")
		err = d.LoadServices(ctx)
	}
	if err == nil {
		fmt.Fprintln(out, "正在收办样例办件 …")
		err = d.LoadCases(ctx)
	}
	if err == nil {
		fmt.Fprintf(out, "已就绪(%.1f 秒)。Ctrl-C 停止。\n\n", time.Since(start).Seconds())
		welcome(out, d, o)
		<-ctx.Done()
		fmt.Fprintln(out, "\n正在停止 …")
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, d.Stop())
}

func welcome(out io.Writer, d *demo.Demo, o demo.Options) {
	var g grid
	for _, a := range d.Addresses() {
		g.add(a.Name, a.URL)
	}
	g.add()
	g.add("密码", demo.Password+"(全部账号)")
	g.add("省级账号", "operator 运维   reviewer1、reviewer2 审核发布   dispatcher1、dispatcher2 调度   supervisor1 监督   auditor 审计")
	g.add("节点账号", "clerk1、clerk2 窗口收件送达   reviewer 目录一审   operator 运维   auditor 审计")
	for _, p := range posts(sample.Accounts(o.Nodes[0])) {
		g.add("", p)
	}
	g.add("数据目录", o.Dir)
	if err := g.print(out); err != nil {
		fmt.Fprintln(os.Stderr, err) // the province runs all the same
	}
	hint(out, o)
}

// posts lists the accounts of departments, which end in the department's sign,
// one line a department.
func posts(accounts []protocol.Account) (lines []string) {
	byDept := make(map[string]int)
	for _, a := range accounts {
		role, dept, ok := strings.Cut(a.Login, "-")
		if !ok || role == "editor" {
			continue
		}
		i, seen := byDept[dept]
		if !seen {
			i, byDept[dept] = len(lines), len(lines)
			lines = append(lines, "")
		}
		lines[i] = strings.TrimLeft(lines[i]+"   "+a.Login+" "+a.Name, " ")
	}
	return append(lines, "editor-… 各局编目岗,全部账号见 operator 登录后的“账号管理”")
}

// hint says what to look at first; the commands are whole, for "go run" leaves no
// xiangyun in the path.
func hint(out io.Writer, o demo.Options) {
	fmt.Fprintf(out, "\n先试这个:以 clerk1 登录第一个节点,“收件登记”收一件外地的事项;再到那个节点以 acceptor-… 受理、decider-… 决定。\n另开一个终端:\n")
	fmt.Fprintf(out, "  断网演练  %s node offline --dir %s(恢复: node online)\n", o.Exe, filepath.Join(o.Dir, string(o.Nodes[0])))
	fmt.Fprintf(out, "  集群状态  %s hub status --dir %s\n", o.Exe, filepath.Join(o.Dir, "hub1"))
}
