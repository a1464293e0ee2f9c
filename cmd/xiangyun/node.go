package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"xiangyun/node"
	"xiangyun/protocol/link"
)

func nodeCommand() *cobra.Command {
	c := &cobra.Command{Use: "node", Short: "市(州)节点:接入、运行和维护"}
	c.PersistentFlags().String("dir", "/var/lib/xiangyun/node", "数据目录")
	c.AddCommand(nodeEnroll(), nodeServe())
	c.AddCommand(nodeClientCommands()...)
	return c
}

func nodeEnroll() *cobra.Command {
	c := &cobra.Command{Use: "enroll", Short: "用一次性令牌接入省级中心", Long: "用省级管理员发放的令牌接入。磁盘损坏后用新令牌在空目录中再接入一次,节点会从省级恢复,旧的一份从此作废。\n\n" + exitHelp, Args: exactly(0, "")}
	c.Flags().String("server", "", "任一省级服务器的地址(主机:端口)")
	c.Flags().String("token", "", "令牌")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		for _, name := range []string{"server", "token"} {
			if flag(cmd, name) == "" {
				return usageError{fmt.Errorf("请给出 --%s", name)}
			}
		}
		log, err := logger(cmd)
		if err != nil {
			return err
		}
		id, err := node.Enroll(cmd.Context(), node.Enrolment{Dir: flag(cmd, "dir"), Token: flag(cmd, "token"), Server: flag(cmd, "server"), Link: link.Options{Log: log}})
		if err != nil {
			return err
		}
		return show(cmd, map[string]any{"node": id, "dir": flag(cmd, "dir")}, func() {
			fmt.Fprintf(cmd.OutOrStdout(), "节点 %s 已接入\n下一步: xiangyun node serve --dir %s\n", id, flag(cmd, "dir"))
		})
	}
	return c
}

func nodeServe() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "运行节点", Args: exactly(0, "")}
	serveFlags(c, ":0", "127.0.0.1:8090")
	c.Flags().String("line-rate", "", "到省级的线路带宽,如 20Mbit;目录、同步和附件合计最多占七成,办件始终优先。不填则不限")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return runNode(cmd.Context(), cmd) }
	return c
}

func runNode(ctx context.Context, cmd *cobra.Command) error {
	log, err := logger(cmd)
	if err != nil {
		return err
	}
	line, err := parseLineRate(flag(cmd, "line-rate"))
	if err != nil {
		return usageError{err}
	}
	pc, err := link.ListenUDP(flag(cmd, "listen"))
	if err != nil {
		return fmt.Errorf("打开 QUIC 端口: %w", err)
	}
	defer pc.Close()
	n, err := node.Open(node.Config{Dir: flag(cmd, "dir"), Socket: pc, Build: build(), Log: log, Secure: on(cmd, "behind-tls"), Line: line})
	if err != nil {
		return err
	}
	handler, err := n.Handler()
	if err != nil {
		return err
	}
	door, admin, err := listeners(flag(cmd, "http"), flag(cmd, "dir"))
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "节点 %s 已启动: 网页 http://%s\n", n.ID(), door.Addr())
	return together(ctx, n.Run,
		func(ctx context.Context) error {
			return serveHTTP(ctx, log, door, handler, flag(cmd, "tls-cert"), flag(cmd, "tls-key"))
		},
		func(ctx context.Context) error { return serveHTTP(ctx, log, admin, n.AdminHandler(), "", "") })
}
