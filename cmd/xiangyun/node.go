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
	c := &cobra.Command{Use: "enroll", Short: "用一次性令牌接入省级中心", Args: exactly(0, "")}
	c.Flags().String("server", "", serverHelp)
	tokenFlag(c)
	packetFlag(c)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := idle(flag(cmd, "dir"), "请先停止节点(systemctl stop xiangyun-node),再接入;令牌没有被用掉"); err != nil {
			return err
		}
		v, err := joinerOf(cmd)
		if err != nil {
			return err
		}
		id, err := node.Enroll(cmd.Context(), node.Enrolment{Dir: flag(cmd, "dir"), Token: v.token, Server: v.server, Link: link.Options{Log: v.log, PacketSize: v.packet}})
		if err != nil {
			return err
		}
		return show(cmd, map[string]any{"node": id, "dir": flag(cmd, "dir")}, func() {
			fmt.Fprintf(cmd.OutOrStdout(), "节点 %s 已接入\n下一步: xiangyun node serve --dir %s\n", id, flag(cmd, "dir"))
		})
	}
	return described(c, "用省级管理员发放的令牌接入(hub token --node 节点)。密钥在本机生成,不离开本机。\n磁盘损坏后用新令牌在空目录中再接入一次,节点会从省级恢复,旧的一份从此作废。\n在原目录中重新接入须先停止节点;节点正在运行时拒绝,令牌不会被用掉。", joinExits)
}

func nodeServe() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "运行节点", Args: exactly(0, "")}
	serveFlags(c, ":0", "127.0.0.1:8090")
	c.Flags().String("line-rate", "", "到省级的线路带宽,如 20Mbit;目录、同步和附件合计最多占七成,办件始终优先。不填则不限")
	c.Flags().String("reserve", "1GiB", "磁盘将满时专供办件的预留空间,如 1GiB;至多占当时可用空间的十分之一,0 为不留")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return runNode(cmd.Context(), cmd) }
	return described(c, serveHelp, serveExits)
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
	reserve, err := parseSize(flag(cmd, "reserve"))
	if err != nil {
		return usageError{err}
	}
	packet, err := packetSize(cmd)
	if err != nil {
		return err
	}
	if err := servable(cmd, "place.json", "先用 xiangyun node enroll 接入"); err != nil {
		return err
	}
	pc, err := link.ListenUDP(flag(cmd, "listen"))
	if err != nil {
		return fmt.Errorf("打开 QUIC 端口: %w", err)
	}
	defer pc.Close()
	n, err := node.Open(node.Config{Dir: flag(cmd, "dir"), Socket: pc, Build: build(), Log: log, Clock: clock, Secure: overTLS(cmd), Line: line,
		Reserve: reserve, PacketSize: packet})
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
	fmt.Fprintf(cmd.OutOrStdout(), "节点 %s 已启动: 网页 %s\n", n.ID(), webAddress(cmd, door))
	return together(ctx, n.Run,
		func(ctx context.Context) error {
			return serveHTTP(ctx, log, door, handler, flag(cmd, "tls-cert"), flag(cmd, "tls-key"))
		},
		func(ctx context.Context) error { return serveHTTP(ctx, log, admin, n.AdminHandler(), "", "") })
}
