package replication

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"unicode"

	"xiangyun/protocol"
)

// TestStyleWhyALaneIsCutIsSaidInWordsWithWhatToDo for what libraries, the link
// and the hub say.
func TestStyleWhyALaneIsCutIsSaidInWordsWithWhatToDo(t *testing.T) {
	for _, row := range []struct {
		err  error
		want string // what to do
	}{
		{&protocol.Fault{Code: protocol.Twin, Text: "twin of boot 3fa2"}, "停掉多余的一个"},
		{protocol.NewFault(protocol.Twin, "hello", "同一身份已经连接"), "停掉多余的一个"},
		{protocol.NewFault(protocol.Busy, "dial", "连不上对方,请检查地址和网络"), "请检查地址和网络"},
		{&protocol.Fault{Code: protocol.Unknown, Text: "session over"}, "自动重连"},
		{&protocol.Fault{Code: protocol.Denied, Err: errors.New("tls: expired certificate")}, "时钟"},
		{&protocol.Fault{Code: protocol.Gone, Text: "没有地址", Hint: "重新接入"}, "没有地址。重新接入"},
		{fmt.Errorf("dial udp: %w", net.ErrClosed), "节点日志"},
		{io.ErrUnexpectedEOF, "节点日志"},
		{fmt.Errorf("read: %w", context.Canceled), "演练"},
		{protocol.NewFault(protocol.Fenced, "hello", "已转为只读;请核实后重新接入"), "请核实后重新接入"},
	} {
		got := why(row.err)
		if !strings.Contains(got, row.want) || strings.Count(got, "。。")+strings.Count(got, "请请") > 0 {
			t.Errorf("%v: %q", row.err, got)
		}
	}
	for code := protocol.Unknown; code <= protocol.Refused; code++ {
		got := why(&protocol.Fault{Code: code, Op: "dial 10.0.0.1", Text: "timeout: no recent network activity", Err: io.EOF})
		if strings.Contains(got, "timeout") || strings.Contains(got, "EOF") || !strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%v: %q", code, got)
		}
	}
	if why(nil) != "" {
		t.Error("nothing went wrong, but something is said")
	}
}
