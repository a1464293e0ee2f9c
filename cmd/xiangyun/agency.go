package main

import (
	"net/http"

	"github.com/spf13/cobra"
)

// agencyCommand keeps the province's register of agencies, at the hub.
func agencyCommand() *cobra.Command {
	return group("agency", "机构登记", agencyList(), agencyShow(), agencyRegister())
}

func agencyList() *cobra.Command {
	return list{use: "list", short: "机构清单", path: "/api/v1/agencies", filters: []string{"q", "state", "node"},
		columns:    []column{{"代码", "id"}, {"名称", "title"}, {"状态", "state"}},
		hubColumns: []column{{"代码", "id"}, {"名称", "body.name"}, {"节点", "body.node"}, {"行政区划", "body.division"}, {"电话", "body.phone"}, {"状态", "body.state"}}}.command()
}

func agencyShow() *cobra.Command {
	return one{use: "show 代码", short: "一个机构", path: "/api/v1/agencies/%s"}.command()
}

func agencyRegister() *cobra.Command {
	fields := []field{{"uscc", "统一社会信用代码(必填)"}, {"name", "名称(必填)"}, {"node", "所在节点(必填)"}, {"division", "行政区划代码"}, {"parent", "上级机构代码"}, {"phone", "电话"}}
	return act{use: "register", short: "登记机构,或变更已登记的机构", detail: "只能向省级中心办理(--at hub,默认)。", method: http.MethodPut, path: "/api/v1/agencies",
		flags: func(c *cobra.Command) { addFields(c, fields) },
		need:  []string{"uscc", "name", "node"},
		body:  fieldBody(fields),
		said: func(cmd *cobra.Command, _ []string, _ any) string {
			return "已登记 " + flag(cmd, "uscc") + " " + flag(cmd, "name")
		}}.command()
}
