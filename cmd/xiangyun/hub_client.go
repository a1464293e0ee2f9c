package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// hubClientCommands talk to the server that runs in --dir, or to another one
// with --server-url.
func hubClientCommands() []*cobra.Command {
	own := append(deskCommands(), supervisionCommands()...)
	return talking(append(own, hubToken(), hubStatus(), hubMembers(), hubRemove(), hubTransfer(),
		group("nodes", "节点清单、隔离与注销", hubNodeList(), hubNodeEnd("fence", "隔离节点:不再接受它的日志,直到重新接入"), hubNodeEnd("revoke", "注销节点")),
		group("requests", "各节点的请求:报请发布的事项", requestList(), requestPublish(), requestDecline()),
		group("changesets", "目录报送批次的二审", hubChangesetList(), changesetApprove(), changesetReturn()),
		group("release", "目录发布版本", releasePublish(), releaseList()),
		group("calendar", "工作日历", calendarImport(), calendarShow()),
		hubHeld(), hubOverdue(), accountCommand())...)
}

type hubState struct {
	Server     string `json:"server"`
	Leader     string `json:"leader"`
	Applied    uint64 `json:"applied"`
	Generation uint64 `json:"generation"`
	Level      int    `json:"level"`
	Digest     string `json:"digest"`
	Held       int    `json:"held"`
	Overdue    int    `json:"overdue"`
	Members    []struct {
		ID     string `json:"id"`
		Addr   string `json:"addr"`
		Voter  bool   `json:"voter"`
		Leader bool   `json:"leader"`
		Online bool   `json:"online"`
	} `json:"members"`
	Nodes []json.RawMessage `json:"nodes"`
}

// address is where others reach the hub: its leader, or else this server.
func (s *hubState) address() string {
	addr := ""
	for _, m := range s.Members {
		if m.Leader || addr == "" && m.ID == s.Server {
			addr = m.Addr
		}
	}
	return addr
}

func readHub(cmd *cobra.Command) (st hubState, raw json.RawMessage, err error) {
	cl, err := dial(cmd)
	if err != nil {
		return st, nil, err
	}
	if err := cl.Call(cmd.Context(), http.MethodGet, "/api/v1/status", nil, &raw); err != nil {
		return st, nil, err
	}
	return st, raw, json.Unmarshal(raw, &st)
}

func hubStatus() *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "集群与各节点的状态", Args: exactly(0, "")}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		st, raw, err := readHub(cmd)
		if err != nil {
			return err
		}
		if output(cmd) == "json" {
			return printJSON(cmd, raw)
		}
		return st.print(cmd)
	}
	return described(c, "状态指纹在“执行到序号”相同的服务器上应当相同。在空闲时也随时限时钟前进,因此先看“执行到序号”是否相等。各服务器每 30 秒自动互相核对一次,不一致的少数一方自行停用。\n心跳、待发送和收件号由连着节点的服务器听到;连在另一台时写“见 hub3”,到那一台上看。", readExits)
}

func (s *hubState) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	g := grid{{"本服务器", s.Server}, {"主服务器", plainText(s.Leader)}, {"执行到序号", fmt.Sprint(s.Applied)}, {"代次", fmt.Sprint(s.Generation)},
		{"规则级别", fmt.Sprint(s.Level)}, {"状态指纹", s.Digest}, {"待查条目", fmt.Sprint(s.Held)}, {"超期", fmt.Sprint(s.Overdue)}, {}}
	if err := errors.Join(g.print(out), s.members().print(out)); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if len(s.Nodes) == 0 {
		_, err := fmt.Fprintln(out, "还没有节点;接入见 xiangyun hub token --node")
		return err
	}
	return s.nodes(cmd)
}

func (s *hubState) members() grid {
	g := grid{{"服务器", "地址", "状态", "身份"}}
	for _, m := range s.Members {
		state, role := "失联", "同步中,尚不表决"
		if m.Online {
			state = "在线"
		}
		switch {
		case m.Leader:
			role = "主服务器"
		case m.Voter:
			role = "参加表决"
		}
		g.add(m.ID, m.Addr, state, role)
	}
	return g
}

func hubMembers() *cobra.Command {
	c := &cobra.Command{Use: "members", Short: "省级中心的各台服务器", Args: exactly(0, "")}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		st, _, err := readHub(cmd)
		if err != nil {
			return err
		}
		if output(cmd) == "json" {
			return printJSON(cmd, st.Members)
		}
		return st.members().print(cmd.OutOrStdout())
	}
	return described(c, "新服务器先同步、后参加表决。停掉的服务器约十秒后显示为“失联”。", readExits)
}

func hubRemove() *cobra.Command {
	return act{use: "remove 服务器", short: "把一台服务器移出集群", detail: "磁盘丢失的服务器先移出,再以新名称加入(hub token --server-id,hub join)。移出后仍须有多数服务器在运行。",
		args: "服务器", count: 1, path: "/api/v1/members/%s/remove", said: saying("服务器 %s 已移出集群")}.command()
}

func hubTransfer() *cobra.Command {
	return act{use: "transfer 服务器", short: "把主服务器交给一台服务器", detail: "停机维护主服务器之前先交出,窗口不会察觉。",
		args: "服务器", count: 1, path: "/api/v1/members/%s/lead", said: saying("主服务器已交给 %s")}.command()
}

func hubNodeList() *cobra.Command {
	return list{use: "list", short: "节点清单", path: "/api/v1/nodes", filters: []string{"q", "state"},
		columns: []column{{"节点", "id"}, {"名称", "body.name"}, {"行政区划", "body.divisions"}, {"状态", "body.state"}, {"代次", "body.epoch"}, {"原因", "body.reason"}}}.command()
}

func hubNodeEnd(how, short string) *cobra.Command {
	detail := "磁盘丢失或疑有第二个进程时隔离;节点用新令牌重新接入即恢复。"
	if how == "revoke" {
		detail = "注销后该代号不能再接入。"
	}
	return act{use: how + " 节点", short: short, detail: detail, args: "节点", count: 1, path: "/api/v1/nodes/%s/" + how, flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("节点 %s 已办理")}.command()
}

func hubOverdue() *cobra.Command {
	return list{use: "overdue", short: "超期清单", path: "/api/v1/overdue", paging: byMax,
		columns: []column{{"记录", "ref.kind"}, {"编号", "ref.id"}, {"时限", "clock"}, {"到期", "at|time"}}}.command()
}

func releasePublish() *cobra.Command {
	return act{use: "publish", short: "把二审通过的目录发布为新版本", detail: "一个版本是全省目录某一刻的完整状态,编号逐一递增。没有待发布的内容则拒绝(K-14)。", path: "/api/v1/catalog/releases",
		flags: func(c *cobra.Command) { c.Flags().String("notes", "", "版本说明") },
		body:  func(cmd *cobra.Command) (any, error) { return map[string]string{"notes": flag(cmd, "notes")}, nil },
		said: func(_ *cobra.Command, _ []string, v any) string {
			return fmt.Sprintf("已发布第 %s 版,共 %s 条,本次变更 %s 条", text(at(v, "body.number")), text(at(v, "body.count")), text(at(v, "body.changed")))
		}}.command()
}

func releaseList() *cobra.Command {
	return list{use: "list", short: "已发布的版本", path: "/api/v1/catalog/releases",
		columns: []column{{"版本", "body.number"}, {"条目", "body.count"}, {"变更", "body.changed"}, {"发布人", "body.by"}, {"时间", "at"}, {"说明", "body.notes"}}}.command()
}
