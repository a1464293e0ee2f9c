package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

// supervisionCommands are cards, random checks and the reports over the province.
func supervisionCommands() []*cobra.Command {
	return []*cobra.Command{
		group("card", "黄牌红牌", cardList(), cardShow(), cardEnd("close", "认可答复,销牌", "牌 %s 已销"), cardEnd("reject", "退回答复", "牌 %s 的答复已退回")),
		group("check", "随机抽查(第四十七条)", checkList(), checkShow(), checkDraw()),
		group("assessment", "评估(第四十八条)", assessmentList(), assessmentShow(), assessmentPublish()),
		hubClocks(), hubCoverage(),
	}
}

func cardList() *cobra.Command {
	return list{use: "list", short: "黄牌红牌清单", path: "/api/v1/cards", filters: []string{"q", "state", "node", "agency"},
		columns: []column{{"颜色", "body.colour"}, {"时限", "body.clock"}, {"事项", "body.title"}, {"责任地", "body.owner"}, {"发生", "body.due|time"}, {"状态", "body.state"}, {"编号", "id"}}}.command()
}

func cardShow() *cobra.Command {
	return one{use: "show 编号", short: "一张牌", path: "/api/v1/cards/%s"}.command()
}

func cardEnd(how, short, said string) *cobra.Command {
	return act{use: how + " 编号", short: short, args: "编号", count: 1, path: "/api/v1/cards/%s/" + how, flags: reasonFlag, need: []string{"reason"}, body: reasonBody,
		said: saying(said)}.command()
}

func checkList() *cobra.Command {
	return list{use: "list", short: "抽查清单", path: "/api/v1/checks", filters: []string{"state"},
		columns: []column{{"抽查", "id"}, {"事由", "body.reason"}, {"自", "body.from"}, {"至", "body.until"}, {"范围", "body.population"}, {"抽查人", "body.by"}, {"状态", "body.state"}}}.command()
}

func checkShow() *cobra.Command {
	return one{use: "show 抽查", short: "一次抽查及抽中的办件", path: "/api/v1/checks/%s"}.command()
}

func checkDraw() *cobra.Command {
	fields := []field{{"from", "收件起始日 2026-02-01(必填)"}, {"until", "截止日(必填)"}, {"place", "收件节点,空为全部"}, {"agency", "承办机构代码,空为全部"}, {"size", "抽取件数,至多 200(必填)"}, {"reason", "事由(必填)"}}
	return act{use: "draw", short: "随机抽取办件", detail: "随机种子由服务器产生并记录,凭种子和抽取范围可重新抽出同样的办件。", path: "/api/v1/checks",
		flags: func(c *cobra.Command) { addFields(c, fields) }, need: []string{"from", "until", "size", "reason"},
		body: func(cmd *cobra.Command) (any, error) {
			n, err := strconv.Atoi(flag(cmd, "size"))
			if err != nil {
				return nil, usageError{fmt.Errorf("--size 应为整数: %w", err)}
			}
			body := map[string]any{"size": n}
			for _, f := range fields {
				if v := flag(cmd, f.flag()); v != "" && f.name != "size" {
					body[f.name] = v
				}
			}
			return body, nil
		},
		said: func(_ *cobra.Command, _ []string, v any) string {
			drawn, _ := at(v, "body.drawn").([]any)
			out := fmt.Sprintf("抽查 %s: 从 %s 件中抽取 %d 件", text(at(v, "id")), text(at(v, "body.population")), len(drawn))
			for _, one := range drawn {
				out += "\n  " + text(at(one, "case"))
			}
			return out
		}}.command()
}

func assessmentList() *cobra.Command {
	return list{use: "list", short: "已公布的评估", path: "/api/v1/assessments", filters: []string{"agency", "key"},
		columns: []column{{"评估", "id"}, {"机构", "body.agency"}, {"自", "body.from"}, {"至", "body.until"}, {"省级序号", "body.index"}}}.command()
}

func assessmentShow() *cobra.Command {
	return one{use: "show 评估", short: "一个机构的评估数字", path: "/api/v1/assessments/%s"}.command()
}

func assessmentPublish() *cobra.Command {
	fields := []field{{"from", "起始日 2026-01-01(必填)"}, {"until", "截止日,须已过去(必填)"}}
	return act{use: "publish", short: "计算并公布一个时段的评估", detail: "各机构一条记录,注明省级序号和工作日历版本(A-03)。", path: "/api/v1/assessments",
		flags: func(c *cobra.Command) { addFields(c, fields) }, need: []string{"from", "until"}, body: fieldBody(fields),
		said: func(_ *cobra.Command, _ []string, v any) string {
			return "已公布 " + text(at(v, "agencies")) + " 个机构的评估"
		}}.command()
}

func hubClocks() *cobra.Command {
	return list{use: "clocks", short: "各地在办件的时限状况", path: "/api/v1/clocks", paging: allOnce,
		columns: []column{{"所在地", "place"}, {"已超期", "red"}, {"今日到期", "today"}, {"将到期", "yellow"}, {"待补正", "applicant"}, {"期限中止", "undated"}, {"在办", "open"}}}.command()
}

func hubCoverage() *cobra.Command {
	c := &cobra.Command{Use: "coverage [机构代码]", Short: "跨市(州)受理和只跑一次的覆盖情况(第三十二、三十四条)", Args: cobra.MaximumNArgs(1)}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		address, rows := "/api/v1/coverage", "rows"
		columns := []column{{"机构", "name"}, {"代码", "agency"}, {"节点", "node"}, {"事项", "items"}, {"可跨市受理", "open"}, {"不开放", "exempt"}, {"未要求", "closed"}, {"只跑一次", "once"}}
		if len(args) == 1 {
			address, rows = path("/api/v1/coverage/%s", args[0]), "list"
			columns = []column{{"事项版本", "item"}, {"名称", "name"}, {"通办", "cross_region"}, {"原因", "reason"}, {"依据", "basis"}, {"到场次数", "visits"}, {"多次原因", "visits_reason"}}
		}
		answer, err := send(cmd, cl, "GET", address, nil, nil)
		if err != nil {
			return err
		}
		if output(cmd) == "json" {
			return printJSON(cmd, answer)
		}
		return printRows(cmd, at(answer, rows), columns)
	}
	return described(c, "不给机构代码为各机构合计,给出为该机构逐项。", readExits)
}
