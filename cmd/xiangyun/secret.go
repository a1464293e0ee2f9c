package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
)

// Passwords and tokens are never arguments: those are seen by everybody on the
// machine (style.S11).

// tokenFlag is where the token of an enrolment comes from.
func tokenFlag(c *cobra.Command) {
	c.Flags().String("token-file", "", "令牌文件,- 为标准输入(默认;在终端上则提示输入)")
}

// secret reads the first line of the file that a flag names, or of standard
// input; a person at a terminal is asked, without echo.
func secret(cmd *cobra.Command, what, name string) (string, error) {
	in, file := cmd.InOrStdin(), flag(cmd, name)
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", usageError{fmt.Errorf("读取%s文件: %w", what, err)}
		}
		defer f.Close()
		in = f
	} else if quiet, ok := silence(in); ok {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: ", what)
		defer fmt.Fprintln(cmd.ErrOrStderr())
		defer quiet()
	}
	line, err := bufio.NewReader(io.LimitReader(in, 1<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("读取%s: %w", what, err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usageError{fmt.Errorf("没有%s:请从标准输入给出一行,或用 --%s", what, name)}
	}
	return line, nil
}

// silence turns the echo of a terminal off, and gives what turns it on again.
func silence(in io.Reader) (on func(), ok bool) {
	f, isFile := in.(*os.File)
	if !isFile {
		return nil, false
	}
	if st, err := f.Stat(); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		return nil, false
	}
	stty := func(arg string) error {
		c := exec.Command("stty", arg)
		c.Stdin = f
		return c.Run()
	}
	if stty("-echo") != nil {
		return nil, false // not a terminal people type at, such as /dev/null
	}
	return func() {
		if err := stty("echo"); err != nil {
			fmt.Fprintln(os.Stderr, "终端回显未能恢复,请执行 stty echo")
		}
	}, true
}
