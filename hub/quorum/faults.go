package quorum

import (
	"errors"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

// busy is a definite no: nothing was proposed, ask again shortly.
func busy(op string, err error) error {
	return &protocol.Fault{Code: protocol.Busy, Op: op, Err: err,
		Text: "省级枢纽正在切换主服务器或暂时繁忙,请稍后重试", Hint: "无需处理:选出主服务器后自动恢复;持续出现时检查是否有半数以上服务器在线"}
}

// unknown says that the proposal may or may not be decided: push again from
// the last acknowledged position, never guess (replication.R12).
func unknown(op string, err error) error {
	return &protocol.Fault{Code: protocol.Unknown, Op: op, Err: err,
		Text: "提交结果暂时无法确认,系统将自动核对,请勿重复填报", Hint: "无需处理:发送方会从最后确认的位置重发,重复的部分自动略去"}
}

// proposalFault sorts raft's errors for a proposal that may have been queued.
func proposalFault(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrEnqueueTimeout), errors.Is(err, raft.ErrLeadershipTransferInProgress), errors.Is(err, raft.ErrRaftShutdown):
		return busy(op, err) // raft answers these before it writes anything
	}
	return unknown(op, err)
}

// readFault is for questions that change nothing: any failure may be asked again.
func readFault(op string, err error) error {
	var f *protocol.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	return busy(op, err)
}

// fatal is why this server must leave the quorum; a person has to act.
func fatal(op, text, hint string, err error) error {
	return &protocol.Fault{Code: protocol.Internal, Op: op, Text: text, Hint: hint, Err: err}
}
