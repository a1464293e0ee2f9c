package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
)

// clientFlags are those of every command that talks to a running server.
func clientFlags(c *cobra.Command) {
	c.PersistentFlags().String("server-url", "", "远程服务器网址(默认使用本机数据目录中的管理接口)")
	c.PersistentFlags().String("token-file", "", "接口令牌文件(与 --server-url 同用)")
	c.PersistentFlags().String("as", "", "以本地某账号的身份办理(登录名)")
}

func dial(cmd *cobra.Command) (*client.Client, error) {
	base := flag(cmd, "server-url")
	if base == "" {
		return client.Local(flag(cmd, "dir")).As(flag(cmd, "as")), nil
	}
	token, err := os.ReadFile(flag(cmd, "token-file"))
	if err != nil {
		return nil, usageError{fmt.Errorf("--server-url 需要 --token-file: %w", err)}
	}
	return client.Remote(base, strings.TrimSpace(string(token))), nil
}
