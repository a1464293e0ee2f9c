package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"xiangyun/hub"
)

// recoverDetail is all that an operator must know before the phrase is typed.
const recoverDetail = `仅在半数以上省级服务器永远丢失、无法再启动时使用(pitfalls.R12)。在存活服务器上、停止其 hub serve 之后执行;有多台存活时选“已有到”最大的一台,其余也按丢失处理。
不给 --confirm 时只查看:列出将被放弃的服务器和须原样输入的确认语,什么都不改变。
被放弃的服务器此后不得再启动:它们若自成多数,会出现两个省级中心。清空其磁盘,用新名称重新加入。
重复执行没有害处:代次再加一。`

func hubRecover() *cobra.Command {
	c := &cobra.Command{Use: "recover", Short: "多数服务器永远丢失后,由存活的一台独自恢复省级中心", Args: exactly(0, "")}
	c.Flags().String("confirm", "", "确认语,写明放弃哪些服务器;不给则只查看")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		log, err := logger(cmd)
		if err != nil {
			return err
		}
		if err := atRest(flag(cmd, "dir"), "secret/province.key", "--dir 要指向存活服务器的数据目录"); err != nil {
			return err
		}
		r, err := hub.Recover(flag(cmd, "dir"), flag(cmd, "confirm"), log)
		if err != nil {
			if len(r.Lost) > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "本服务器 %s,已有到 %d,代次 %d;将被放弃: %s\n", r.Self, r.Index, r.Generation, lostOf(r))
			}
			return err
		}
		return show(cmd, r, func() { fmt.Fprint(cmd.OutOrStdout(), recovered(r, flag(cmd, "dir"))) })
	}
	return described(c, recoverDetail, []int{exitDone, exitFailed, exitUsage, exitRefused})
}

func lostOf(r hub.Recovery) string {
	names := make([]string, len(r.Lost))
	for i, id := range r.Lost {
		names[i] = string(id)
	}
	return strings.Join(names, " ")
}

// recovered says what was done and what the nodes will do by themselves.
func recovered(r hub.Recovery, dir string) string {
	return fmt.Sprintf(`省级中心由 %s 独自恢复: 数据到 %d,代次 %d
已放弃 %s: 不得再启动,清空磁盘后换新名称加入
各节点连上后自动核对(replication §4):
  省级没有的已上报操作  从本地日志重发,逐项重新判定
  省级下发的数据        重新取得一份完整的
  超出节点保留期的      节点写明缺口,须由管理员决定
  只在已放弃服务器上的省级操作(发布、审核、账号)  须重新办理
下一步: xiangyun hub serve --dir %s,再用 hub token、hub join 补足三台
`, r.Self, r.Index, r.Generation, lostOf(r), dir)
}
