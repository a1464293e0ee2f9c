package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/hub"
	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

func hubCommand() *cobra.Command {
	c := &cobra.Command{Use: "hub", Short: "省级中心服务器:建立、加入、运行和维护"}
	c.PersistentFlags().String("dir", "/var/lib/xiangyun/hub", "数据目录")
	c.AddCommand(hubInit(), hubServe(), hubJoin(), hubRecover())
	c.AddCommand(hubClientCommands()...)
	return c
}

func hubInit() *cobra.Command {
	c := &cobra.Command{Use: "init", Short: "建立新的省级中心(第一台服务器)", Long: "在空目录中建立省级证书机构和第一台服务器,然后用 hub serve 运行。已有的中心不会被覆盖。\n\n" + exitHelp, Args: exactly(0, "")}
	c.Flags().String("id", "hub1", "本服务器的名称,此后不变")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		id := protocol.NodeID(flag(cmd, "id"))
		if err := id.Validate(); err != nil {
			return usageError{fmt.Errorf("--id %q 不合规:用 2 至 32 个小写字母、数字或连字符,以字母开头", id)}
		}
		if err := hub.Init(flag(cmd, "dir"), id, time.Now); err != nil {
			return err
		}
		return show(cmd, map[string]any{"id": id, "dir": flag(cmd, "dir")}, func() {
			fmt.Fprintf(cmd.OutOrStdout(), "已建立省级中心,第一台服务器 %s,目录 %s\n下一步: xiangyun hub serve --dir %s --advertise 本机地址:7443\n", id, flag(cmd, "dir"), flag(cmd, "dir"))
		})
	}
	return c
}

func hubJoin() *cobra.Command {
	c := &cobra.Command{Use: "join", Short: "作为新服务器加入省级中心", Args: exactly(0, "")}
	c.Flags().String("server", "", serverHelp)
	tokenFlag(c)
	c.Flags().String("advertise", "", "其他服务器和节点访问本机的地址(主机:端口)")
	packetFlag(c)
	c.Flags().String("replaces", "", "接替一台磁盘已丢失的服务器:先将它移出集群")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := needed(cmd, "advertise"); err != nil {
			return err
		}
		if err := idle(flag(cmd, "dir"), "加入须用空目录,令牌没有被用掉"); err != nil {
			return err
		}
		v, err := joinerOf(cmd)
		if err != nil {
			return err
		}
		advertise := withPort(flag(cmd, "advertise"))
		id, err := hub.Join(cmd.Context(), hub.Joining{Dir: flag(cmd, "dir"), Token: v.token, Server: v.server,
			Advertise: advertise, Replaces: protocol.NodeID(flag(cmd, "replaces"))}, link.Options{Log: v.log, PacketSize: v.packet})
		if err != nil {
			return err
		}
		return show(cmd, map[string]any{"id": id, "dir": flag(cmd, "dir")}, func() {
			fmt.Fprintf(cmd.OutOrStdout(), "已取得证书,服务器 %s\n下一步: xiangyun hub serve --dir %s --advertise %s\n", id, flag(cmd, "dir"), advertise)
		})
	}
	return described(c, "用一次性令牌(hub token --server-id 名称)在空目录中取得证书,然后用 hub serve 运行;服务器先同步、后参加表决。", joinExits)
}

// serveFlags are those that hub and node servers share.
func serveFlags(c *cobra.Command, listen, http string) {
	c.Flags().String("listen", listen, "QUIC(UDP)地址")
	c.Flags().String("http", http, "网页和接口(HTTP)地址")
	c.Flags().String("tls-cert", "", "网页的证书文件(PEM);不给则用明文 HTTP,仅限本机或反向代理之后")
	c.Flags().String("tls-key", "", "网页的私钥文件(PEM)")
	packetFlag(c)
	c.Flags().Bool("behind-tls", false, "前面有提供 https 的反向代理")
}

func hubServe() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "运行省级服务器", Args: exactly(0, "")}
	serveFlags(c, ":7443", "127.0.0.1:8080")
	c.Flags().String("advertise", "", "其他服务器和节点访问本机的地址(主机:端口);--listen 没有写明主机时必填")
	c.Flags().String("reserve", "1GiB", "磁盘将满时留用的空间,如 1GiB;至多占当时可用空间的十分之一,0 为不留")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return runHub(cmd.Context(), cmd) }
	return described(c, serveHelp+"\n被移出集群时说明原因,以退出码 6 结束。", append(slices.Clone(serveExits), exitOperator))
}

func runHub(ctx context.Context, cmd *cobra.Command) error {
	log, err := logger(cmd)
	if err != nil {
		return err
	}
	reserve, err := parseSize(flag(cmd, "reserve"))
	if err != nil {
		return usageError{err}
	}
	packet, err := packetSize(cmd)
	if err != nil {
		return err
	}
	if err := servable(cmd, "secret/identity.pem", "先用 xiangyun hub init 建立,或用 xiangyun hub join 加入"); err != nil {
		return err
	}
	pc, err := link.ListenUDP(flag(cmd, "listen"))
	if err != nil {
		return fmt.Errorf("打开 QUIC 端口: %w", err)
	}
	defer pc.Close()
	advertise, err := advertised(flag(cmd, "advertise"), pc.LocalAddr())
	if err != nil {
		return err
	}
	s, err := hub.Open(hub.Config{Dir: flag(cmd, "dir"), Advertise: advertise, Socket: pc, Build: build(), Log: log, Clock: clock, Secure: overTLS(cmd), Reserve: reserve, PacketSize: packet})
	if err != nil {
		return err
	}
	handler, err := s.Handler()
	if err != nil {
		return err
	}
	door, admin, err := listeners(flag(cmd, "http"), flag(cmd, "dir"))
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "省级服务器 %s 已启动: QUIC %s, 网页 %s\n", s.ID(), advertise, webAddress(cmd, door))
	return together(ctx, s.Run,
		func(ctx context.Context) error {
			return serveHTTP(ctx, log, door, handler, flag(cmd, "tls-cert"), flag(cmd, "tls-key"))
		},
		func(ctx context.Context) error { return serveHTTP(ctx, log, admin, s.AdminHandler(), "", "") })
}

// together runs parts until the first ends, stops the others, and gives every
// error that is more than "stopped".
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, len(parts))
	for _, part := range parts {
		go func() { done <- part(ctx) }()
	}
	var all []error
	for range parts {
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			all = append(all, err)
		}
		cancel()
	}
	return errors.Join(all...)
}
