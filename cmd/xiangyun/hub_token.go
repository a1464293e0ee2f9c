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

// invitation is a new token with the line to type at the other machine.
type invitation struct {
	ID      string           `json:"id"`
	Role    string           `json:"role"`
	Subject protocol.NodeID  `json:"subject"`
	Token   string           `json:"token"`
	Expires protocol.Instant `json:"expires"`
	Command string           `json:"command"`
}

func hubToken() *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "发放一次性接入令牌", Args: exactly(0, "")}
	c.Flags().String("node", "", "为哪个节点;尚未规划的先规划")
	c.Flags().String("server-id", "", "为哪台新的省级服务器,例如 hub2")
	c.Flags().String("name", "", "节点名称(规划时用;本省常设节点可不填)")
	c.Flags().String("divisions", "", "节点所辖行政区划代码,逗号分隔(规划时用;本省常设节点可不填)")
	ids := make([]string, 0, 12)
	for _, p := range protocol.StandardNodes() {
		ids = append(ids, string(p.ID)+"\t"+p.Name)
	}
	offer(c, "node", ids...)
	c.RunE = func(cmd *cobra.Command, _ []string) error { return issueToken(cmd) }
	return described(c, "标准输出只有一行,即在另一台机器上要执行的命令;令牌 15 分钟内有效,只能用一次,不会再次显示。", actExits)
}

func issueToken(cmd *cobra.Command) error {
	node, server := flag(cmd, "node"), flag(cmd, "server-id")
	if (node == "") == (server == "") {
		return usageError{errors.New("请给出 --node 或 --server-id 之一")}
	}
	st, _, err := readHub(cmd)
	if err != nil {
		return err
	}
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	ask := map[string]string{"role": protocol.RoleServer, "subject": server}
	if node != "" {
		if err := planned(cmd, cl, protocol.NodeID(node)); err != nil {
			return err
		}
		ask = map[string]string{"role": protocol.RoleNode, "subject": node}
	}
	var t invitation
	if err := cl.Call(cmd.Context(), http.MethodPost, "/api/v1/tokens", ask, &t); err != nil {
		return err
	}
	t.Command = joining(t, st.address())
	return show(cmd, t, func() {
		fmt.Fprintf(cmd.ErrOrStderr(), "在 %s 的机器上执行下面一行(%s 前有效,只能用一次):\n", t.Subject, t.Expires)
		fmt.Fprintln(cmd.OutOrStdout(), t.Command)
	})
}

// joining is the one line to type at the other machine; its shell hands the
// token over on standard input, out of the list of processes.
func joining(t invitation, addr string) string {
	if t.Role == protocol.RoleServer {
		return fmt.Sprintf("xiangyun hub join --dir %s --server %s --advertise 本机地址:7443 <<<%s", hubDir, addr, t.Token)
	}
	return fmt.Sprintf("xiangyun node enroll --dir %s --server %s <<<%s", nodeDir, addr, t.Token)
}

// planned plans a node that the province does not know yet, and says what a
// token means for one that is at work.
func planned(cmd *cobra.Command, cl *client.Client, id protocol.NodeID) error {
	var now struct{ Body protocol.Node }
	err := cl.Call(cmd.Context(), http.MethodGet, path("/api/v1/nodes/%s", string(id)), nil, &now)
	if err == nil && now.Body.State == protocol.NodeEnrolled {
		fmt.Fprintf(cmd.ErrOrStderr(), "注意: 节点 %s 已接入(第 %d 代)。令牌一经使用,原来的一份立即作废,只能查阅。\n", id, now.Body.Epoch)
	}
	if protocol.CodeOf(err) != protocol.Gone {
		return err
	}
	plan := protocol.NodePlan{ID: id, Name: flag(cmd, "name")}
	for _, p := range protocol.StandardNodes() {
		if p.ID == id {
			plan.Divisions = p.Divisions
			if plan.Name == "" {
				plan.Name = p.Name
			}
		}
	}
	if list := flag(cmd, "divisions"); list != "" {
		plan.Divisions = nil
		for _, d := range strings.Split(list, ",") {
			plan.Divisions = append(plan.Divisions, protocol.Division(strings.TrimSpace(d)))
		}
	}
	if plan.Name == "" {
		return usageError{fmt.Errorf("节点 %s 尚未规划,也不是本省常设节点,请给出 --name 和 --divisions", id)}
	}
	body := map[string]any{"id": plan.ID, "name": plan.Name, "divisions": plan.Divisions}
	return cl.Call(cmd.Context(), http.MethodPost, "/api/v1/nodes", body, nil)
}
