package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
)

// What a server needs before it starts, checked first and said in the words of
// the person who typed the command.

const serveHelp = `运行到收到 SIGTERM 或 Ctrl-C 为止,停止前办完正在进行的请求。平时由 systemd 运行,见 deploy/OPERATIONS.md。
磁盘写入失败、状态损坏、状态指纹与多数不符时主动退出(1),日志最后一行是原因。`

// quicPort is where hub servers listen unless told otherwise.
const quicPort = "7443"

const serverHelp = "任一省级服务器的地址(主机:端口;端口不写为 " + quicPort + ")"

// servable says what is missing in the folder, before anything is opened.
func servable(cmd *cobra.Command, proof, first string) error {
	if (flag(cmd, "tls-cert") == "") != (flag(cmd, "tls-key") == "") {
		return usageError{errors.New("--tls-cert 和 --tls-key 须一起给出")}
	}
	return atRest(flag(cmd, "dir"), proof, first)
}

// atRest reports why the folder cannot be worked on: it holds nothing yet, or a
// process runs on it.
func atRest(dir, proof, first string) error {
	switch _, err := os.Stat(filepath.Join(dir, proof)); {
	case errors.Is(err, os.ErrNotExist):
		return usageError{fmt.Errorf("目录 %s 中还没有可以运行的数据:%s,或检查 --dir", dir, first)}
	case err != nil:
		return fmt.Errorf("读取数据目录: %w", err)
	}
	return idle(dir, "一个目录只能有一个进程")
}

// idle reports that a process runs on the folder, and what follows from it.
func idle(dir, then string) error {
	c, err := net.Dial("unix", filepath.Join(dir, client.Socket))
	if err != nil {
		return nil // nobody answers: a socket that a killed process left behind, or none
	}
	return errors.Join(fmt.Errorf("目录 %s 正由另一个进程使用;%s", dir, then), c.Close())
}

// withPort adds the usual port to an address that has none.
func withPort(addr string) string {
	if _, _, err := net.SplitHostPort(addr); err != nil && addr != "" {
		return net.JoinHostPort(addr, quicPort)
	}
	return addr
}

// advertised is the address given to others: as told, or the one listened at
// when it names a host.
func advertised(told string, listening net.Addr) (string, error) {
	if told != "" {
		return withPort(told), nil
	}
	if a, ok := listening.(*net.UDPAddr); ok && a.IP.IsUnspecified() {
		return "", usageError{errors.New("请给出 --advertise:其他服务器和节点访问本机的地址,例如 10.1.0.1:" + quicPort)}
	}
	return listening.String(), nil
}

// overTLS reports whether browsers reach the pages over https, here or at a
// proxy, so that sessions may be kept to it.
func overTLS(cmd *cobra.Command) bool { return on(cmd, "behind-tls") || flag(cmd, "tls-cert") != "" }

func webAddress(cmd *cobra.Command, door net.Listener) string {
	if flag(cmd, "tls-cert") != "" {
		return "https://" + door.Addr().String()
	}
	return "http://" + door.Addr().String()
}
