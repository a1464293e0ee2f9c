package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

// accountCommand manages the accounts of the place it talks to.
func accountCommand() *cobra.Command {
	return group("account", "本地账号", accountCreate(), accountList(), accountDisable())
}

func accountCreate() *cobra.Command {
	c := &cobra.Command{Use: "create", Short: "建立账号", Args: exactly(0, "")}
	c.Flags().String("login", "", "登录名")
	c.Flags().String("name", "", "姓名或系统名称")
	c.Flags().String("roles", "", "角色,逗号分隔: "+roleNames())
	c.Flags().String("agency", "", "所属机构的统一社会信用代码(节点账号)")
	c.Flags().Bool("token", false, "发给接口令牌(节点账号);不另给 --password-file 则没有密码")
	c.Flags().String("password-file", "", "密码文件,- 为标准输入(默认)")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return createAccount(cmd) }
	return described(c, "密码取自标准输入或文件的第一行,8 至 128 个字符,从不作为参数。令牌只显示这一次。", actExits)
}

func roleNames() string {
	names := make([]string, len(protocol.Roles))
	for i, r := range protocol.Roles {
		names[i] = string(r.Role) + " " + r.Title
	}
	return strings.Join(names, "、")
}

func createAccount(cmd *cobra.Command) error {
	if err := needed(cmd, "login", "name", "roles"); err != nil {
		return err
	}
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	hub, err := isHub(cmd, cl)
	if err != nil {
		return err
	}
	body := map[string]any{"login": flag(cmd, "login"), "name": flag(cmd, "name"), "roles": split(flag(cmd, "roles"))}
	if hub && (flag(cmd, "agency") != "" || on(cmd, "token")) {
		return usageError{errors.New("省级账号没有 --agency 和 --token")}
	}
	if !hub {
		body["agency"], body["token"] = flag(cmd, "agency"), on(cmd, "token")
	}
	if file := flag(cmd, "password-file"); file != "" || !on(cmd, "token") {
		if body["password"], err = secret(cmd, "密码", "password-file"); err != nil {
			return err
		}
	}
	answer, err := send(cmd, cl, http.MethodPost, "/api/v1/accounts", nil, body)
	if err != nil {
		return err
	}
	return show(cmd, answer, func() {
		fmt.Fprintf(cmd.OutOrStdout(), "已建立账号 %s\n", flag(cmd, "login"))
		if token := at(answer, "token"); token != nil {
			fmt.Fprintf(cmd.OutOrStdout(), "令牌(只显示这一次): %s\n", text(token))
		}
	})
}

// isHub asks who answers: hub and node keep different accounts.
func isHub(cmd *cobra.Command, cl *client.Client) (bool, error) {
	var st struct{ Server string }
	err := cl.Call(cmd.Context(), http.MethodGet, "/api/v1/status", nil, &st)
	return st.Server != "", err
}

func split(s string) []string {
	list := []string{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '、' || r == '\uff0c' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func accountList() *cobra.Command {
	columns := []column{{"登录名", "login"}, {"名称", "name"}, {"机构", "agency"}, {"角色", "roles"}, {"状态", "state"}, {"密码", "password"}, {"令牌", "tokens"}}
	return list{use: "list", short: "账号清单", path: "/api/v1/accounts", filters: []string{"q", "state"}, columns: columns, hubColumns: columns}.command()
}

func accountDisable() *cobra.Command {
	return act{use: "disable 登录名", short: "停用账号", detail: "权限立即终止,已登录的页面随即退出,接口令牌作废。它办过的事和留下的名字不变。", args: "登录名", count: 1,
		path: "/api/v1/accounts/%s/disable", said: saying("账号 %s 已停用")}.command()
}
