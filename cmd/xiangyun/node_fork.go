package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"xiangyun/protocol"
)

func forkCommands() *cobra.Command {
	return group("fork", "分叉:本节点与省级的日志不一致时,查看双方从何处分开", forkShow())
}

func forkShow() *cobra.Command {
	c := &cobra.Command{Use: "show", Short: "双方最后一条相同的日志,以及此后各自多出的日志", Args: exactly(0, "")}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		answer, err := send(cmd, cl, http.MethodGet, "/api/v1/fork", nil, nil)
		if err != nil {
			return err
		}
		if output(cmd) == "json" {
			err = printJSON(cmd, answer)
		} else {
			err = forkTable(cmd, answer)
		}
		if err != nil || at(answer, "forked") != true {
			return err
		}
		return &protocol.Fault{Code: protocol.Fork, Op: "show fork", Text: "本节点与省级各有一份历史,须由管理员决定",
			Hint: "两人核对后,由省级管理员发新令牌(xiangyun hub token --node 节点);停止本节点,用 xiangyun node enroll 以新令牌重新接入。省级多出的自动取回,本节点多出的转为待处理(xiangyun node work list),凭收件号重新录入"}
	}
	return described(c, "省级连接不上时,只显示本节点在最后一次确认之后的日志。不改变任何内容。", append(readExits, exitOperator))
}

func forkTable(cmd *cobra.Command, answer any) error {
	lanes, _ := at(answer, "lanes").([]any)
	for _, l := range lanes {
		var g grid
		g.add("通道", text(at(l, "name")))
		g.add("最后相同", place(at(l, "common")))
		g.add("本节点最后", place(at(l, "head")))
		g.add("省级最后", place(at(l, "hub")))
		if e := at(l, "error"); e != nil {
			g.add("没有问到省级", text(e))
		}
		if err := g.print(cmd.OutOrStdout()); err != nil {
			return err
		}
		for _, side := range []struct{ title, count, lines string }{{"本节点多出", "extra", "ours"}, {"省级多出", "missing", "theirs"}} {
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s 条\n", side.title, text(at(l, side.count)))
			if err := forkLines(cmd, at(l, side.lines)); err != nil {
				return err
			}
		}
		fmt.Fprintln(cmd.OutOrStdout())
	}
	return nil
}

func forkLines(cmd *cobra.Command, list any) error {
	lines, _ := list.([]any)
	if len(lines) == 0 {
		return nil
	}
	rows := make([]json.RawMessage, len(lines))
	for i, l := range lines {
		var err error
		if rows[i], err = json.Marshal(l); err != nil {
			return fmt.Errorf("read lines: %w", err)
		}
	}
	return table(cmd, rows, []column{{"序号", "seq"}, {"代次", "epoch"}, {"记录", "ref"}, {"操作", "act"}, {"办理人", "by"}, {"时间", "at"}, {"收件号", "receipt"}})
}

// place is a position as an operator reads it aloud: number, epoch, the first
// half of the hash.
func place(pos any) string {
	hash := text(at(pos, "hash"))
	return fmt.Sprintf("第 %s 条(第 %s 代) %s", text(at(pos, "seq")), text(at(pos, "epoch")), hash[:min(len(hash), 16)])
}
