package main

import (
	"net/url"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

func catalogCommand() *cobra.Command {
	return group("catalog", "数据资源目录", catalogImport(), catalogCheck(), catalogList(), catalogShow(), catalogEntries(), changesetList(), firstReview())
}

func catalogList() *cobra.Command {
	return list{use: "list", short: "全省登记目录", path: "/api/v1/catalog/listings", filters: []string{"q", "state", "key", "agency"},
		columns: []column{{"条目", "id"}, {"名称", "title"}, {"状态", "state"}, {"时间", "at"}},
		hubColumns: []column{{"条目", "id"}, {"资源代码", "body.code"}, {"名称", "body.name"}, {"提供方", "body.provider"}, {"节点", "body.node"},
			{"状态", "body.state"}, {"版本", "body.cur.release"}}}.command()
}

func catalogShow() *cobra.Command {
	return one{use: "show 条目", short: "一个登记条目", path: "/api/v1/catalog/listings/%s"}.command()
}

func catalogEntries() *cobra.Command {
	return list{use: "entries", short: "本节点报送的条目", path: "/api/v1/catalog/entries", hubPath: "-", filters: []string{"q", "state", "key", "agency", "division", "class"},
		columns: []column{{"条目", "id"}, {"名称", "title"}, {"状态", "state"}, {"时间", "at"}}}.command()
}

func changesetList() *cobra.Command {
	return list{use: "changesets", short: "报送批次", path: "/api/v1/catalog/changesets", filters: []string{"q", "state", "agency"},
		columns: []column{{"批次", "id"}, {"标题", "title"}, {"状态", "state"}, {"时间", "at"}},
		hubColumns: []column{{"批次", "id"}, {"标题", "body.title"}, {"节点", "body.node"}, {"状态", "body.state"}, {"编制人", "body.submitter"},
			{"一审", "body.reviewer"}}}.command()
}

func firstReview() *cobra.Command {
	return reviewing("first-review [批次]", "一审通过,报省级二审", "通过全部待一审的", "审核人与编制人不得为同一人(K-06),本机办理时用 --as 指明审核人。",
		bulk{verb: "一审通过", path: "/api/v1/catalog/changesets/%s/first_review"},
		func(cmd *cobra.Command, cl *client.Client) ([]string, error) {
			return waiting(cmd, cl, "/api/v1/catalog/changesets", url.Values{"state": {protocol.ChangesetSubmitted}})
		})
}
