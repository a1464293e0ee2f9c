package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"xiangyun/protocol"
)

func caseCommand() *cobra.Command {
	return group("case", "办件", caseList(), caseShow(), caseReceive(), caseHandOver(), caseAccept(),
		caseDecide("grant", "准予"), caseDecide("deny", "不予"), caseDecide("refuse", "不予受理"), caseDeliver(), caseWithdraw(), caseAny())
}

func caseList() *cobra.Command {
	return list{use: "list", short: "办件清单", path: "/api/v1/cases", filters: []string{"q", "state", "key", "agency"},
		columns: []column{{"办件", "id"}, {"收件号", "receipt_no"}, {"事项", "item_name"}, {"状态", "state"}, {"收件", "window"}, {"承办", "home"}, {"到期", "due.k2"}},
		hubColumns: []column{{"办件", "id"}, {"收件号", "body.receipt_no"}, {"事项", "body.item_name"}, {"状态", "body.state"}, {"收件", "body.received.node"},
			{"承办", "home"}, {"到期", "body.due.k2"}}}.command()
}

func caseReceive() *cobra.Command {
	c := &cobra.Command{Use: "receive 文件.json", Short: "收件", Args: exactly(1, "文件.json")}
	c.Flags().String("key", "", "幂等键;默认取文件内容的摘要,同一文件重复提交得到同一办件")
	c.RunE = func(cmd *cobra.Command, args []string) error { return receive(cmd, args[0]) }
	return described(c, `文件(- 为标准输入)是一份申请:
  {"item": "…@1", "window": "1号窗口", "hand_over": true,
   "applicant": {"type": "org", "name": "…", "id_type": "uscc", "id": "…"},
   "materials": [{"line_id": "m1", "presence": "present", "copies": 1}]}
返回即已写入本节点磁盘,与省级是否连通无关。`, actExits)
}

// readInput reads a whole file; - is standard input.
func readInput(cmd *cobra.Command, name string) (data []byte, err error) {
	if name == "-" {
		data, err = io.ReadAll(cmd.InOrStdin())
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("读取文件: %w", err)}
	}
	return data, nil
}

func receive(cmd *cobra.Command, file string) error {
	data, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	if !json.Valid(data) {
		return protocol.NewFault(protocol.Malformed, "receive", "%s 不是 JSON", file)
	}
	key := flag(cmd, "key")
	if key == "" {
		sum := sha256.Sum256(data)
		key = hex.EncodeToString(sum[:16])
	}
	cl, err := dial(cmd)
	if err != nil {
		return err
	}
	answer, err := send(cmd, cl, http.MethodPost, "/api/v1/cases", map[string]string{"Idempotency-Key": key}, bytes.NewReader(data))
	if err != nil {
		return err
	}
	return show(cmd, answer, func() {
		before := ""
		if at(answer, "before") == true {
			before = "(此前已收件)"
		}
		fmt.Fprintf(cmd.OutOrStdout(), "收件号 %s  办件 %s  %s  %s%s\n", text(at(answer, "receipt_no")), text(at(answer, "id")),
			text(at(answer, "item_name")), stateTitle(at(answer, "state")), before)
	})
}

func stateTitle(v any) string {
	s, _ := v.(string)
	return protocol.CaseState(s).Title()
}

// seenFlag is the revision the person decided on.
func seenFlag(c *cobra.Command) {
	c.Flags().Uint64("rev", 0, "所见版本;其后有变则拒绝(G-04)。0 为不核对")
}

func seen(cmd *cobra.Command) map[string]string {
	if v := flag(cmd, "rev"); v != "0" {
		return map[string]string{"If-Match": v}
	}
	return nil
}

func caseAct(a act, flags ...field) *cobra.Command {
	a.use, a.args, a.count = a.use+" 办件", "办件", 1
	a.header = seen
	a.flags = func(c *cobra.Command) {
		seenFlag(c)
		addFields(c, flags)
	}
	if len(flags) > 0 {
		a.body = fieldBody(flags)
	}
	a.said = saidCase
	return a.command()
}

// saidCase: the case as it is after the act, or the request to its home.
func saidCase(_ *cobra.Command, args []string, v any) string {
	if request := at(v, "request"); request != nil {
		return fmt.Sprintf("办件 %s 由他处承办,已转请办理: %s", args[0], text(at(request, "id")))
	}
	if c := at(v, "case"); c != nil {
		v = c
	}
	return fmt.Sprintf("办件 %s: %s", args[0], stateTitle(at(v, "body.state")))
}

func caseHandOver() *cobra.Command {
	return caseAct(act{use: "hand-over", short: "移交承办地", path: "/api/v1/cases/%s/hand_over"})
}

func caseAccept() *cobra.Command {
	return caseAct(act{use: "accept", short: "受理", detail: "法定时限从受理起算。", path: "/api/v1/cases/%s/accept"})
}

func caseDecide(kind, short string) *cobra.Command {
	detail := ""
	if kind != "grant" {
		detail = "须说明理由、依据和救济途径(C-03、C-19)。"
	}
	return caseAct(act{use: kind, short: short, detail: detail, path: "/api/v1/cases/%s/" + kind},
		field{"text", "决定内容"}, field{"reason", "理由"}, field{"basis", "依据"}, field{"remedy", "救济途径"})
}

func caseDeliver() *cobra.Command {
	return caseAct(act{use: "deliver", short: "送达", detail: "由他处承办的,转为向承办地的请求。", path: "/api/v1/cases/%s/deliver", need: []string{"way", "recipient"}},
		field{"way", "方式: counter 窗口、courier 快递、elicence 电子证照"}, field{"recipient", "领取人"}, field{"tracking", "快递单号"})
}

func caseWithdraw() *cobra.Command {
	return caseAct(act{use: "withdraw", short: "申请人撤回", detail: "由他处承办的,转为向承办地的请求。", path: "/api/v1/cases/%s/withdraw", need: []string{"reason"}},
		field{"reason", "原因(必填)"})
}
