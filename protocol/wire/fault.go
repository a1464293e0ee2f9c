package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"xiangyun/protocol"
)

// maxFaultText keeps a fault frame small whatever its error says, in bytes.
const maxFaultText = 1 << 10

// maxFault bounds the payload of a fault frame that is read.
const maxFault = 16 << 10

// tooBig is an inner error that keeps its code through asFault.
func tooBig(format string, args ...any) *protocol.Fault {
	return &protocol.Fault{Code: protocol.TooBig, Text: "超过规定的大小", Err: fmt.Errorf(format, args...)}
}

// asFault gives an inner error its operation. A plain error means bytes or
// values that break the format. The cause stays on this side of the wire.
func asFault(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *protocol.Fault
	if errors.As(err, &f) {
		named := *f
		if named.Op == "" {
			named.Op = op
		}
		return &named
	}
	return &protocol.Fault{Code: protocol.Malformed, Op: op, Text: "数据格式不正确", Err: err}
}

// faultPayload is what a peer may know of err: any error that is not a fault,
// and every internal one, crosses as "internal" without its text.
func faultPayload(err error) ([]byte, error) {
	out := protocol.Fault{Code: protocol.Internal}
	var f *protocol.Fault
	if errors.As(err, &f) {
		out = *f
	}
	out.Err = nil
	if out.Code == protocol.Internal {
		out.Text, out.Hint = "系统内部错误,详情见对端日志", ""
	}
	out.Op, out.Rule = clip(out.Op), clip(out.Rule)
	out.Text, out.Hint = clip(out.Text), clip(out.Hint)
	if out.Ref.Validate() != nil {
		out.Ref = protocol.Ref{}
	}
	return json.Marshal(&out)
}

// readFault gives the fault a peer sent, or the fault of having sent a bad one.
// Codes of newer builds are kept as they are.
func readFault(payload []byte) error {
	const op = "read fault"
	if len(payload) > maxFault {
		return asFault(op, tooBig("fault of %d bytes, at most %d", len(payload), maxFault))
	}
	f := new(protocol.Fault)
	if err := json.Unmarshal(payload, f); err != nil {
		return asFault(op, err)
	}
	if f.Code == 0 {
		return asFault(op, errors.New("fault without a code"))
	}
	return f
}

// clip cuts s to maxFaultText bytes without splitting a character.
func clip(s string) string {
	if len(s) <= maxFaultText {
		return s
	}
	n := maxFaultText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
