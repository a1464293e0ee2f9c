package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/protocol"
)

// deskCommands are the registers of the hub desk and its two-person acts.
func deskCommands() []*cobra.Command {
	return []*cobra.Command{
		group("basic", "基本目录(第三十一条)", basicList(), basicShow(), basicImport(), basicRetire()),
		group("route", "办理路由:事项由谁承办、由谁替代", routeList(), routeShow(), routeSet(), routeRetire()),
		group("delegation", "委托受理(异地受理)", delegationList(), delegationShow(), delegate(), endDelegation()),
		group("desk", "调度席:提议和第二人确认", outageList(), proposalList(), proposalShow(), proposeOutage(), proposeReassign(), proposeRoute(), proposalConfirm(), proposalWithdraw()),
	}
}

func routeList() *cobra.Command {
	return list{use: "list", short: "办理路由清单", path: "/api/v1/routes", filters: []string{"state", "node", "agency", "key"},
		columns: []column{{"路由", "id"}, {"承办机构", "body.agency"}, {"节点", "body.node"}, {"替代机构", "body.substitute"}, {"替代节点", "body.substitute_node"}, {"状态", "body.state"}}}.command()
}

func routeShow() *cobra.Command {
	return one{use: "show 路由", short: "一条办理路由", path: "/api/v1/routes/%s"}.command()
}

func routeSet() *cobra.Command {
	fields := []field{{"impl_code", "实施编码(必填)"}, {"division", "行政区划,空为全部"}, {"agency", "承办机构代码(必填)"}, {"node", "承办机构所在节点(必填)"},
		{"substitute", "替代机构代码"}, {"substitute_relation", "same 同一机构,superior 法定上级"}, {"substitute_node", "替代机构所在节点"}, {"basis", "替代的依据"}, {"duties", "职责分工"}}
	return act{use: "set", short: "设置或变更办理路由", method: http.MethodPut, path: "/api/v1/routes", flags: func(c *cobra.Command) { addFields(c, fields) },
		need: []string{"impl-code", "agency", "node"}, body: fieldBody(fields),
		said: func(_ *cobra.Command, _ []string, v any) string { return "已设置路由 " + text(at(v, "id")) }}.command()
}

func routeRetire() *cobra.Command {
	return act{use: "retire 路由", short: "停用办理路由", args: "路由", count: 1, path: "/api/v1/routes/%s/retire", flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("路由 %s 已停用")}.command()
}

func delegationList() *cobra.Command {
	return list{use: "list", short: "委托受理清单", path: "/api/v1/delegations", filters: []string{"state", "key"},
		columns: []column{{"委托", "id"}, {"收件机构", "body.receiving"}, {"委托机构", "body.handling"}, {"依据", "body.basis"}, {"状态", "body.state"}}}.command()
}

func delegationShow() *cobra.Command {
	return one{use: "show 委托", short: "一项委托受理", path: "/api/v1/delegations/%s"}.command()
}

func delegate() *cobra.Command {
	fields := []field{{"item", "事项版本(必填)"}, {"receiving", "收件机构代码(必填)"}, {"handling", "委托机构代码,即实施机构(必填)"}, {"basis", "委托的依据(必填)"}}
	return act{use: "establish", short: "建立委托受理", path: "/api/v1/delegations", flags: func(c *cobra.Command) { addFields(c, fields) },
		need: []string{"item", "receiving", "handling", "basis"}, body: fieldBody(fields),
		said: func(_ *cobra.Command, _ []string, v any) string { return "已建立委托 " + text(at(v, "id")) }}.command()
}

func endDelegation() *cobra.Command {
	return act{use: "end 委托", short: "终止委托受理", args: "委托", count: 1, path: "/api/v1/delegations/%s/end", flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("委托 %s 已终止")}.command()
}

func outageList() *cobra.Command {
	return list{use: "outages", short: "中断的节点及其将到期的办件", detail: "逐件见 -o json。仅仅断网的节点不得替代。", path: "/api/v1/desk/outages", paging: allOnce,
		columns: []column{{"节点", "node"}, {"名称", "name"}, {"状态", "state"}, {"最近心跳", "last_beat|time"}, {"在办", "open"}, {"将到期", "at_risk"}}}.command()
}

func proposalList() *cobra.Command {
	return list{use: "list", short: "调度提议", detail: "待确认的用 --state open 筛选。", path: "/api/v1/desk/proposals", filters: []string{"state", "node"},
		columns: []column{{"提议", "id"}, {"内容", "body.what"}, {"节点", "body.node"}, {"理由", "body.reason"}, {"提议人", "body.first"}, {"第二人", "body.second"}, {"状态", "body.state"}}}.command()
}

func proposalShow() *cobra.Command {
	return one{use: "show 提议", short: "一项调度提议", path: "/api/v1/desk/proposals/%s"}.command()
}

// proposing is a command that files a proposal: nothing happens before a second
// person confirms it.
func proposing(use, short, detail, what string, fields []field, need []string, more func(*cobra.Command, map[string]any) error) *cobra.Command {
	return act{use: use, short: short, detail: detail + "须由另一名调度人员确认才生效(desk confirm)。", path: "/api/v1/desk/proposals",
		flags: func(c *cobra.Command) { addFields(c, fields) }, need: need,
		body: func(cmd *cobra.Command) (any, error) {
			body := map[string]any{"what": what}
			for _, f := range fields {
				if v := flag(cmd, f.flag()); v != "" && f.name != "cases" && f.name != "since" {
					body[f.name] = v
				}
			}
			return body, more(cmd, body)
		},
		said: func(_ *cobra.Command, _ []string, v any) string {
			return "已提议 " + text(at(v, "id")) + ",待另一人确认: xiangyun hub desk confirm " + text(at(v, "id"))
		}}.command()
}

func proposeOutage() *cobra.Command {
	return proposing("outage", "提议确认节点中断并隔离", "仅仅断网的节点继续在本地办理,不得隔离(C-24a)。", protocol.ProposeOutage,
		[]field{{"node", "中断的节点(必填)"}, {"confirmed_by", "当地主管机关确认人(必填)"}, {"how", "确认方式(必填)"}, {"since", "中断自,北京时间 2026-03-02T09:15(必填)"}, {"reason", "原因(必填)"}},
		[]string{"node", "confirmed-by", "how", "since", "reason"}, func(cmd *cobra.Command, body map[string]any) error {
			since, err := time.ParseInLocation("2006-01-02T15:04", flag(cmd, "since"), protocol.Beijing)
			body["down_since"] = protocol.At(since)
			if err != nil {
				return usageError{fmt.Errorf("--since 应如 2026-03-02T09:15: %w", err)}
			}
			return nil
		})
}

func proposeReassign() *cobra.Command {
	return proposing("reassign", "提议把中断节点的办件改派给替代机构", "节点须先由两人确认中断并隔离。", protocol.ProposeReassign,
		[]field{{"node", "中断的节点(必填)"}, {"cases", "办件编号,逗号分隔(必填)"}, {"agency", "替代机构代码(必填)"}, {"route_id", "所依据的路由(必填)"}, {"outage", "已确认的中断(必填)"}, {"reason", "理由(必填)"}},
		[]string{"node", "cases", "agency", "route-id", "outage", "reason"}, caseIDs)
}

func proposeRoute() *cobra.Command {
	return proposing("route", "提议调度席的办件由哪个机构承办", "指定后不能再退回(C-06)。", protocol.ProposeRoute,
		[]field{{"cases", "办件编号,逗号分隔(必填)"}, {"agency", "承办机构代码(必填)"}, {"reason", "理由(必填)"}}, []string{"cases", "agency", "reason"}, caseIDs)
}

func caseIDs(cmd *cobra.Command, body map[string]any) error {
	body["cases"] = strings.Split(flag(cmd, "cases"), ",")
	return nil
}

func proposalConfirm() *cobra.Command {
	return act{use: "confirm 提议", short: "第二人确认", detail: "确认中断即隔离该节点;改派和指定逐件办理,不成的附规则编号。中途断开的再次执行即续办。", args: "提议", count: 1,
		path: "/api/v1/desk/proposals/%s/confirm",
		said: func(_ *cobra.Command, args []string, v any) string {
			lines := []string{"提议 " + args[0] + " 已确认"}
			list, _ := at(v, "items").([]any)
			for _, one := range list {
				line := "  " + text(at(one, "case")) + " 已办理"
				if done, _ := at(one, "done").(bool); !done {
					line = "  " + text(at(one, "case")) + " 未办理: " + text(at(one, "text")) + " [规则 " + text(at(one, "rule")) + "]"
				}
				lines = append(lines, line)
			}
			return strings.Join(lines, "\n")
		}}.command()
}

func proposalWithdraw() *cobra.Command {
	return act{use: "withdraw 提议", short: "撤回提议", args: "提议", count: 1, path: "/api/v1/desk/proposals/%s/withdraw", flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("提议 %s 已撤回")}.command()
}
