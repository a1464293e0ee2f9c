package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
)

// Folders of a server that is installed as its unit files say.
const (
	hubDir  = "/var/lib/xiangyun/hub"
	nodeDir = "/var/lib/xiangyun/node"
)

// Places a command can talk to.
const (
	atHub  = "hub"
	atNode = "node"
)

// clientFlags are those of every command that talks to a running server.
func clientFlags(c *cobra.Command) {
	c.PersistentFlags().String("server-url", "", "远程服务器网址(默认使用本机数据目录中的管理接口)")
	c.PersistentFlags().String("token-file", "", "接口令牌文件(与 --server-url 同用)")
	c.PersistentFlags().String("as", "", "以本地某账号的身份办理(登录名,仅限本机)")
}

// placeFlags are those of a command that may talk to the hub or to a node.
func placeFlags(c *cobra.Command, usual string) {
	clientFlags(c)
	c.PersistentFlags().String("dir", "", "数据目录(默认节点为 "+nodeDir+",省级为 "+hubDir+")")
	c.PersistentFlags().String("at", usual, "向谁办理: node 节点,hub 省级中心")
	complete(c, "at", atNode, atHub)
}

// talking gives every command the flags of a client of one place, whose folder
// is a flag of the parent.
func talking(list ...*cobra.Command) []*cobra.Command {
	for _, c := range list {
		clientFlags(c)
	}
	return list
}

// placed gives commands the choice of the place they talk to.
func placed(usual string, list ...*cobra.Command) []*cobra.Command {
	for _, c := range list {
		placeFlags(c, usual)
	}
	return list
}

// place says whom a command with placeFlags talks to.
func place(cmd *cobra.Command) string { return flag(cmd, "at") }

// folder is the data folder of the server to talk to.
func folder(cmd *cobra.Command) (string, error) {
	at := cmd.Flags().Lookup("at")
	if at != nil && at.Value.String() != atHub && at.Value.String() != atNode {
		return "", usageError{errors.New("--at 只能是 node 或 hub")}
	}
	if dir := flag(cmd, "dir"); dir != "" || at == nil {
		return dir, nil
	}
	if at.Value.String() == atHub {
		return hubDir, nil
	}
	return nodeDir, nil
}

func dial(cmd *cobra.Command) (*client.Client, error) {
	dir, err := folder(cmd)
	if err != nil {
		return nil, err
	}
	base, as := flag(cmd, "server-url"), flag(cmd, "as")
	if base == "" {
		return client.Local(dir).As(as), nil
	}
	if as != "" {
		return nil, usageError{errors.New("--as 只能用于本机;远程办理的身份由 --token-file 的令牌决定")}
	}
	token, err := os.ReadFile(flag(cmd, "token-file"))
	if err != nil {
		return nil, usageError{fmt.Errorf("--server-url 需要 --token-file: %w", err)}
	}
	return client.Remote(base, strings.TrimSpace(string(token))), nil
}
