package replication

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"xiangyun/protocol"
)

// why says in the words of a clerk's page why a lane is not connected and what
// to do. What a library says in English stays in the log.
func why(err error) string {
	if err == nil {
		return ""
	}
	if errors.Is(err, context.Canceled) {
		return "本机断开了连接(断网演练或正在停止);演练结束后自动重连"
	}
	var f *protocol.Fault
	if !errors.As(err, &f) || !readable(f.Text) {
		return lostWord(protocol.CodeOf(err))
	}
	parts := []string{f.Text}
	if readable(f.Hint) {
		parts = append(parts, f.Hint)
	} else if !strings.Contains(f.Text, "请") {
		parts = append(parts, lostWord(f.Code))
	}
	return strings.Join(parts, "。")
}

func readable(text string) bool { return strings.ContainsFunc(text, isHan) }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// lostWord is what a code means for a session and what to do about it.
func lostWord(code protocol.Code) string {
	switch code {
	case protocol.Twin:
		return "另有一个程序正以本节点的身份与省级连接,本机被拒绝;请停掉多余的一个,分不清时用新令牌重新接入其中一个"
	case protocol.Fenced:
		return "本节点的身份已被新的接入取代;请核实后用新令牌重新接入"
	case protocol.Fork, protocol.BadChain, protocol.BadSig:
		return "省级与本节点的记录对不上;请保留数据目录,联系省级管理员(xiangyun node fork show)"
	case protocol.Denied:
		return "省级不接受本节点的证书;请核对本机时钟和证书有效期,必要时用新令牌重新接入"
	case protocol.Gap, protocol.Stale:
		return "省级与本节点的进度不一致,正在重新核对;持续出现请联系省级管理员"
	case protocol.Parked:
		return "省级的版本与本节点不一致;请按升级说明先升级省级、再升级节点"
	case protocol.Frozen:
		return "省级暂停接收本节点的内容;请联系省级管理员"
	case protocol.Full:
		return "磁盘空间不足;请清理磁盘,恢复后自动重连"
	case protocol.Busy:
		return "连不上省级服务器;请检查网络、UDP 7443 端口和防火墙,恢复后自动重连"
	}
	return "与省级的连接中断,正在自动重连;持续出现请查看节点日志"
}
