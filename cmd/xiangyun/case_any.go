package main

import (
	"encoding/json"
	"maps"

	"github.com/spf13/cobra"

	"xiangyun/protocol"
)

// caseAny takes any act of the case table that the API offers, with the body that
// the API's document describes.
func caseAny() *cobra.Command {
	return act{use: "act 办件 操作", args: "办件 操作", count: 2, short: "办理任一操作",
		detail: "操作是办件的任一操作: notice 告知补正、supplement 补正、assign 分办、opine 意见、special_start、special_end、extend 延期、\n" +
			"joint_open、joint_close 联办、fee_due、fee_paid 缴费、owed_received 容缺补交、return_misrouted 退回、amend 更正、merge 并案、\n" +
			"terminate 终止、revoke 撤销、archive 归档、urge 催办等;内容见 /api/v1/openapi.json。",
		path: "/api/v1/cases/%s/%s",
		flags: func(c *cobra.Command) {
			seenFlag(c)
			c.Flags().String("file", "", "操作内容的 JSON 文件;- 为标准输入,不填为没有内容")
			c.Flags().String("key", "", "幂等键;同一键重发得到同一结果,换了内容则拒绝(G-11)")
		},
		header: keyed, body: fileBody, said: saidAny}.command()
}

func keyed(cmd *cobra.Command) map[string]string {
	header := map[string]string{}
	maps.Copy(header, seen(cmd))
	if key := flag(cmd, "key"); key != "" {
		header["Idempotency-Key"] = key
	}
	return header
}

func fileBody(cmd *cobra.Command) (any, error) {
	name := flag(cmd, "file")
	if name == "" {
		return nil, nil
	}
	data, err := readInput(cmd, name)
	if err == nil && !json.Valid(data) {
		err = protocol.NewFault(protocol.Malformed, "read act", "%s 不是 JSON", name)
	}
	return json.RawMessage(data), err
}

// saidAny: an urging is answered with the request itself.
func saidAny(cmd *cobra.Command, args []string, v any) string {
	if at(v, "want") != nil {
		v = map[string]any{"request": v}
	}
	return saidCase(cmd, args, v)
}
