package main

import (
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// Exit codes, the same for every command (style.md §6).
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitUnreachable = 4
	exitDenied      = 5
	exitOperator    = 6
)

const exitHelp = `退出码:
  0 完成   1 失败   2 用法不对   3 被规则拒绝(规则编号见错误输出)
  4 连接不上   5 没有权限   6 需要管理员决定(分叉、隔离、冻结)`

// usageError is a mistake in the command line itself.
type usageError struct{ error }

func exitCode(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	switch protocol.CodeOf(err) {
	case 0:
		return exitDone
	case protocol.Refused:
		return exitRefused
	case protocol.Busy, protocol.Unknown:
		return exitUnreachable
	case protocol.Denied:
		return exitDenied
	case protocol.Fork, protocol.Fenced, protocol.Frozen, protocol.Twin:
		return exitOperator
	}
	return exitFailed
}

// explain says what went wrong and what to do, in the words of the person who
// can act.
func explain(err error) string {
	var f *protocol.Fault
	if !errors.As(err, &f) {
		return "错误: " + err.Error()
	}
	text := "错误: " + f.Text
	if f.Text == "" {
		text = "错误: " + err.Error()
	}
	if f.Rule != "" {
		text += fmt.Sprintf(" [规则 %s]", f.Rule)
	}
	if f.Hint != "" {
		text += "\n提示: " + f.Hint
	}
	if f.Err != nil {
		text += "\n原因: " + f.Err.Error()
	}
	return text
}
