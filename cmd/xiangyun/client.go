package main

import (
	"errors"
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
	c.PersistentFlags().String("as", "", "以本地某账号的身份办理(登录名,仅限本机)")
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
