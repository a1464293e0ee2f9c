package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

// hubHeld is what an operator does with entries that nobody could decide
// (replication.Q2).
func hubHeld() *cobra.Command {
	return group("held", "待查条目(等待管理员处理的操作):查看、作废、重新判定、更正",
		list{use: "list", short: "待查条目清单", path: "/api/v1/held", paging: byMax,
			columns: []column{{"种类", "ref.kind"}, {"编号", "ref.id"}, {"来源", "origin"}, {"操作", "act"}, {"办理时间", "at|time"}, {"通道", "pos.lane"},
				{"序号", "pos.seq"}, {"原因", "reason"}}}.command(),
		heldShow(),
		settling("discard", "作废第一条待查条目", "该操作视为没有发生;原条目作为证据保留,来源节点收到 Q2 拒绝。其后的逐条重新判定。"),
		settling("replay", "重新判定待查条目", "用于软件或规则级别升级之后;仍无法处理的继续等待,顺序不变。"),
		settling("fix", "以更正后的内容代替第一条待查条目", "更正内容须经来源节点确认。规则不接受则什么都不变;接受则记录随即变更,来源节点收到 Q2 拒绝并取得更正后的记录。"))
}

func heldShow() *cobra.Command {
	c := &cobra.Command{Use: "show 种类 编号", Short: "一个记录的待查条目及原文", Args: exactly(2, "种类 编号")}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		queue, err := heldOf(cmd, cl, args)
		if err != nil {
			return err
		}
		return printJSON(cmd, queue)
	}
	return described(c, "可能含个人信息的种类不给出原文。", readExits)
}

// heldEntry is what a settlement needs of a held entry; the rest is shown as
// it came.
type heldEntry struct {
	Pos protocol.Pos `json:"pos"`
}

func heldOf(cmd *cobra.Command, cl *client.Client, args []string) (queue []json.RawMessage, err error) {
	err = cl.Pages(cmd.Context(), path("/api/v1/held/%s/%s", args...), nil, func(item json.RawMessage) error {
		queue = append(queue, item)
		return nil
	})
	return queue, err
}

func settling(act, short, detail string) *cobra.Command {
	c := &cobra.Command{Use: act + " 种类 编号", Short: short, Args: exactly(2, "种类 编号")}
	reasonFlag(c)
	c.Flags().Uint64("seq", 0, "要处理的条目的序号(held list 所列);已有变化则拒绝(G-04)")
	need := []string{"reason", "seq"}
	if act == "fix" {
		c.Flags().String("body", "", "更正后的完整内容(JSON 文件;- 为标准输入)")
		need = append(need, "body")
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range need {
			if !cmd.Flags().Changed(name) {
				return usageError{fmt.Errorf("请给出 --%s", name)}
			}
		}
		return settleHeld(cmd, act, args)
	}
	return described(c, detail, actExits)
}

func settleHeld(cmd *cobra.Command, act string, args []string) error {
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	of, err := heldFirst(cmd, cl, args)
	if err != nil {
		return err
	}
	in := map[string]any{"reason": flag(cmd, "reason"), "of": of}
	if act == "fix" {
		if in["body"], err = readJSON(cmd, flag(cmd, "body")); err != nil {
			return err
		}
	}
	answer, err := send(cmd, cl, http.MethodPost, path("/api/v1/held/%s/%s/", args...)+act, nil, in)
	if err != nil {
		return err
	}
	return show(cmd, answer, func() { fmt.Fprintf(cmd.OutOrStdout(), "已处理 %s %s 的第 %d 条\n", args[0], args[1], of.Seq) })
}

// heldFirst is the place of the first held entry, which must be the one that
// the operator names.
func heldFirst(cmd *cobra.Command, cl *client.Client, args []string) (protocol.Pos, error) {
	queue, err := heldOf(cmd, cl, args)
	if err != nil {
		return protocol.Pos{}, err
	}
	seq, err := cmd.Flags().GetUint64("seq")
	if err != nil {
		return protocol.Pos{}, err
	}
	var first heldEntry
	if len(queue) > 0 {
		if err := json.Unmarshal(queue[0], &first); err != nil {
			return protocol.Pos{}, fmt.Errorf("read held entry: %w", err)
		}
	}
	if first.Pos.Seq != seq {
		return protocol.Pos{}, &protocol.Fault{Code: protocol.Refused, Op: "settle held entry", Rule: "G-04",
			Text: fmt.Sprintf("该记录等待处理的第一条是第 %d 条,不是第 %d 条;请按先后顺序处理", first.Pos.Seq, seq)}
	}
	return first.Pos, nil
}

func readJSON(cmd *cobra.Command, name string) (json.RawMessage, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(cmd.InOrStdin())
	} else {
		data, err = os.ReadFile(name)
	}
	if err == nil && !json.Valid(data) {
		err = usageError{fmt.Errorf("--body 的内容不是有效的 JSON")}
	}
	return data, err
}
