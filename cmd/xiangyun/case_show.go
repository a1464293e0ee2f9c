package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// caseShow answers "where is it, and until when" on one screen.
func caseShow() *cobra.Command {
	c := &cobra.Command{Use: "show 办件", Short: "一个办件及其经过", Args: exactly(1, "编号")}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		answer, err := send(cmd, cl, http.MethodGet, path("/api/v1/cases/%s", args[0]), nil, nil)
		if err != nil {
			return err
		}
		if output(cmd) == "json" {
			return printJSON(cmd, answer)
		}
		steps := at(answer, "timeline")
		if hubHere(cmd) {
			history, err := send(cmd, cl, http.MethodGet, path("/api/v1/history/case/%s", args[0]), nil, nil)
			if err != nil {
				return err
			}
			steps = at(history, "items")
		}
		return errors.Join(caseTable(answer).print(cmd.OutOrStdout()), stepTable(steps).print(cmd.OutOrStdout()))
	}
	return described(c, "办件编号见 case list(收件号用 case list --key 收件号 查);-o json 给出全部内容。", readExits)
}

// caseTable leaves the applicant's number out: a screen is seen by others.
func caseTable(v any) (g grid) {
	g.add("收件号", text(at(v, "body.receipt_no")))
	g.add("事项", text(at(v, "body.item_name")))
	g.add("申请人", text(at(v, "body.applicant.name")))
	g.add("状态", stateTitle(at(v, "body.state")))
	g.add("承办", fmt.Sprintf("%s %s", text(at(v, "home")), text(at(v, "body.agency_name"))))
	g.add("收件", fmt.Sprintf("%s %s", text(at(v, "body.received.node")), text(at(v, "body.received.window"))))
	for _, due := range []column{{"受理时限", "body.due.k1"}, {"承诺时限", "body.due.k2"}, {"法定时限", "body.due.k3"}} {
		if day := at(v, due.path); day != nil {
			g.add(due.title, text(day))
		}
	}
	for _, d := range []column{{"决定", "body.decision.text"}, {"理由", "body.decision.reason"}, {"领取人", "body.delivery.recipient"}} {
		if words := at(v, d.path); words != nil {
			g.add(d.title, text(words))
		}
	}
	g.add()
	return g
}

var actWords = map[string]string{"receive": "收件", "hand_over": "移交", "acknowledge": "签收", "accept": "受理", "grant": "准予", "deny": "不予",
	"refuse": "不予受理", "withdraw": "撤回", "deliver": "送达"}

// stepTable shows steps in order. What the hub decided later includes what came
// before, so only the steps after the last decided one are still owed.
func stepTable(steps any) grid {
	g := grid{{"时间", "经过", "经办", "省级序号"}}
	list, _ := steps.([]any)
	owed := len(list)
	for owed > 0 && text(at(list[owed-1], "index")) == "0" {
		owed--
	}
	for i, s := range list {
		act, index := text(at(s, "act")), text(at(s, "index"))
		if word, ok := actWords[act]; ok {
			act = word
		}
		switch {
		case i >= owed:
			index = "尚未上报"
		case index == "0":
			index = "已上报"
		}
		g.add(text(at(s, "at")), act, text(at(s, "by")), index)
	}
	return g
}
