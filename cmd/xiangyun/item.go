package main

import "github.com/spf13/cobra"

func itemCommand() *cobra.Command {
	return group("item", "政务服务事项", itemImport(), itemExport(), itemList(), itemShow())
}

func itemList() *cobra.Command {
	return list{use: "list", short: "服务事项清单", path: "/api/v1/items", filters: []string{"q", "state", "key", "node", "agency"},
		columns: []column{{"事项版本", "id"}, {"名称", "title"}, {"状态", "state"}, {"时间", "at"}},
		hubColumns: []column{{"事项版本", "id"}, {"名称", "body.name"}, {"类型", "body.type"}, {"实施机构", "body.agency_name"},
			{"节点", "body.node"}, {"状态", "body.state"}}}.command()
}

func itemShow() *cobra.Command {
	return one{use: "show 事项版本", short: "一个事项版本(节点上连同办事指南)", path: "/api/v1/items/%s"}.command()
}

func guideCommand() *cobra.Command {
	return group("guide", "办事指南", one{use: "show 事项版本", short: "一个事项版本的办事指南", path: "/api/v1/items/%s", hubPath: "/api/v1/guides/%s", part: "guide"}.command())
}
