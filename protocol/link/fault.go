package link

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"

	"github.com/quic-go/quic-go"

	"xiangyun/protocol"
)

// sessionFault turns what quic-go says about a session into a Fault. See the
// table in DESIGN.md.
func sessionFault(op string, err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*protocol.Fault](err); ok { // our own verification said no
		return f
	}
	code, text := classify(err)
	return &protocol.Fault{Code: code, Op: op, Text: text, Err: err}
}

func classify(err error) (protocol.Code, string) {
	if e, ok := errors.AsType[*quic.ApplicationError](err); ok {
		return closeCode(uint64(e.ErrorCode), e.ErrorMessage)
	}
	if e, ok := errors.AsType[*quic.TransportError](err); ok {
		return transportCode(e)
	}
	if _, ok := errors.AsType[*quic.StatelessResetError](err); ok {
		return protocol.Unknown, "对方已重新启动,请重新连接"
	}
	if _, ok := errors.AsType[*quic.HandshakeTimeoutError](err); ok {
		return protocol.Busy, "连不上对方,请检查地址和网络"
	}
	if _, ok := errors.AsType[*quic.DatagramTooLargeError](err); ok {
		return protocol.TooBig, "数据报过大"
	}
	if _, ok := errors.AsType[*quic.VersionNegotiationError](err); ok {
		return protocol.Denied, "双方的 QUIC 版本不兼容,请升级"
	}
	return protocol.Unknown, "连接已中断"
}

// closeCode reads the code a session or stream was closed with.
func closeCode(code uint64, reason string) (protocol.Code, string) {
	switch {
	case code == 0:
		return protocol.Unknown, "连接已关闭"
	case code > math.MaxUint16:
		return protocol.Internal, reason
	}
	return protocol.Code(code), reason
}

// TLS alerts travel as transport errors 0x100 to 0x1ff.
const (
	firstAlert    = 0x100
	lastAlert     = 0x1ff
	internalAlert = firstAlert + 80 // the server has no certificate yet
)

func transportCode(e *quic.TransportError) (protocol.Code, string) {
	switch {
	case e.ErrorCode == quic.ConnectionRefused, e.ErrorCode == internalAlert:
		return protocol.Busy, "对方暂时不接受连接,请稍后再试"
	case e.ErrorCode >= firstAlert && e.ErrorCode <= lastAlert && e.Remote:
		return protocol.Denied, "对方不接受本机的证书或协议,请核对证书是否有效、角色是否相符"
	case e.ErrorCode >= firstAlert && e.ErrorCode <= lastAlert:
		return protocol.Denied, "对方的证书或协议不符合要求"
	}
	return protocol.Unknown, "连接因传输错误中断"
}

// dialFault is for an attempt that never became a session: nothing was sent,
// so no outcome is unknown, and trying again is safe.
func dialFault(addr string, err error) error {
	f, ok := errors.AsType[*protocol.Fault](sessionFault("dial "+addr, err))
	if !ok {
		return fmt.Errorf("dial %s: %w", addr, err)
	}
	if f.Code == protocol.Unknown {
		return &protocol.Fault{Code: protocol.Busy, Op: "dial " + addr, Text: "连不上对方,请检查地址和网络", Err: err}
	}
	return f
}

func streamFault(op string, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err // callers ask it for Timeout(), as with TCP
	}
	e, ok := errors.AsType[*quic.StreamError](err)
	if !ok {
		if errors.Is(err, quic.ErrStreamClosed) {
			return closedError(op, err)
		}
		return sessionFault(op, err)
	}
	if !e.Remote {
		return closedError(op, err)
	}
	code, text := closeCode(uint64(e.ErrorCode), "对方中止了这次传输")
	return &protocol.Fault{Code: code, Op: op, Text: text, Err: err}
}

func ctxError(op string, ctx context.Context) error {
	return fmt.Errorf("%s: %w", op, context.Cause(ctx))
}

func endpointClosed(op string) error {
	return fmt.Errorf("%s: endpoint is closed: %w", op, net.ErrClosed)
}
