package main

import (
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

func requestList() *cobra.Command {
	return list{use: "list", short: "请求清单", detail: "待办理的用 --state filed --want publish 筛选。", path: "/api/v1/requests",
		filters: []string{"state", "want", "node", "agency", "q", "key"},
		columns: []column{{"请求", "id"}, {"种类", "body.want"}, {"标题", "body.title"}, {"来自", "body.from"}, {"状态", "body.state"}, {"原因", "body.reason"}}}.command()
}

func allFlag(c *cobra.Command, what string) *cobra.Command {
	c.Flags().Bool("all", false, what)
	c.Args = oneOrAll
	return c
}

// reviewing is a command that does something for one id or for all that wait.
func reviewing(use, short, allText, detail string, b bulk, all func(*cobra.Command, *client.Client) ([]string, error)) *cobra.Command {
	c := allFlag(&cobra.Command{Use: use, Short: short}, allText)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		if len(args) == 0 {
			if args, err = all(cmd, cl); err != nil {
				return err
			}
		}
		return b.run(cmd, cl, args)
	}
	return described(c, detail, actExits)
}

func requestPublish() *cobra.Command {
	return reviewing("publish [请求]", "同意发布事项", "发布全部待办理的", "事项和办事指南随即送达全部节点。--all 时个别请求被拒绝不影响其余。",
		bulk{verb: "发布", path: "/api/v1/requests/%s/publish"},
		func(cmd *cobra.Command, cl *client.Client) ([]string, error) {
			return waiting(cmd, cl, "/api/v1/requests", url.Values{"state": {protocol.RequestFiled}, "want": {protocol.WantPublish}})
		})
}

func requestDecline() *cobra.Command {
	return act{use: "decline 请求", short: "不同意一个请求", args: "请求", count: 1, path: "/api/v1/requests/%s/decline", flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("已答复请求 %s:不同意")}.command()
}

func hubChangesetList() *cobra.Command {
	return list{use: "list", short: "目录报送批次", detail: "待二审的用 --state reviewed 筛选。", path: "/api/v1/catalog/changesets", filters: []string{"state", "node", "agency", "q"},
		columns: []column{{"批次", "id"}, {"标题", "body.title"}, {"节点", "body.node"}, {"状态", "body.state"}, {"编制人", "body.submitter"}, {"一审", "body.reviewer"}}}.command()
}

func changesetApprove() *cobra.Command {
	return reviewing("approve [批次]", "二审通过", "通过全部待二审的", "通过的条目待下一次发布(hub release publish)后全省可见。",
		bulk{verb: "通过", path: "/api/v1/catalog/changesets/%s/approve", body: map[string]any{}}, undecided)
}

// undecided lists the batches that passed their first review and have no second.
func undecided(cmd *cobra.Command, cl *client.Client) (ids []string, err error) {
	reviewed, err := waiting(cmd, cl, "/api/v1/catalog/changesets", url.Values{"state": {protocol.ChangesetReviewed}})
	for _, id := range reviewed {
		err := cl.Call(cmd.Context(), http.MethodGet, path("/api/v1/catalog/reviews/%s", id), nil, nil)
		switch protocol.CodeOf(err) {
		case protocol.Gone:
			ids = append(ids, id)
		case 0:
		default:
			return nil, err
		}
	}
	return ids, err
}

func changesetReturn() *cobra.Command {
	return act{use: "return 批次", short: "整批退回", args: "批次", count: 1, path: "/api/v1/catalog/changesets/%s/return", flags: reasonFlag,
		need: []string{"reason"}, body: reasonBody, said: saying("批次 %s 已退回")}.command()
}
