package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes that commands of one sort can end with.
var (
	readExits  = []int{exitDone, exitFailed, exitUsage, exitUnreachable, exitDenied}
	joinExits  = []int{exitDone, exitFailed, exitUsage, exitUnreachable, exitDenied}
	serveExits = []int{exitDone, exitFailed, exitUsage}
	actExits   = []int{exitDone, exitFailed, exitUsage, exitRefused, exitUnreachable, exitDenied, exitOperator}
)

const exitTitle = "退出码:"

var exitTexts = map[int]string{
	exitDone: "完成", exitFailed: "失败(包括没有找到)", exitUsage: "用法不对", exitRefused: "被规则拒绝(规则编号见错误输出)",
	exitUnreachable: "连接不上", exitDenied: "没有权限", exitOperator: "需要管理员决定(分叉、隔离、冻结)",
}

// described writes the long help of a command: what it does and its own exit
// codes.
func described(c *cobra.Command, detail string, exits []int) *cobra.Command {
	var b strings.Builder
	b.WriteString(c.Short + "。")
	if detail != "" {
		b.WriteString("\n\n" + strings.TrimSpace(detail))
	}
	b.WriteString("\n\n" + exitTitle)
	for _, code := range exits {
		fmt.Fprintf(&b, "\n  %d %s", code, exitTexts[code])
	}
	c.Long = b.String()
	return c
}

// group is a command that only holds others.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short}
	c.AddCommand(subs...)
	return c
}

// usage is the page below the description, in the language of its readers.
func usage(c *cobra.Command) error {
	var b strings.Builder
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "用法:\n  %s 命令\n\n命令:\n", c.CommandPath())
		var g grid
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				g.add("  "+sub.Name(), sub.Short)
			}
		}
		if err := g.print(&b); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(&b, "用法:\n  %s\n", c.UseLine())
	}
	for _, part := range []struct {
		title string
		flags *pflag.FlagSet
	}{{"参数", c.LocalFlags()}, {"通用参数", c.InheritedFlags()}} {
		if part.flags.HasAvailableFlags() {
			fmt.Fprintf(&b, "\n%s:\n", part.title)
			if err := flagGrid(part.flags).print(&b); err != nil {
				return err
			}
		}
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n“%s 命令 --help”显示该命令的说明。\n", c.CommandPath())
	}
	_, err := io.WriteString(c.OutOrStderr(), b.String())
	return err
}

func flagGrid(flags *pflag.FlagSet) (g grid) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "      --" + f.Name
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		text := f.Usage
		if f.Value.Type() != "bool" {
			name += " 值"
			if f.DefValue != "" {
				text += "(默认 " + f.DefValue + ")"
			}
		}
		g.add(name, text)
	})
	return g
}

// finish gives the whole tree its help in Chinese and makes an unknown command
// wrong use everywhere, not a page of help with exit code 0.
func finish(root *cobra.Command) {
	root.SetUsageFunc(usage)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	offer(root, "output", "text", "json")
	offer(root, "log-level", "debug", "info", "warn", "error")
	eachCommand(root, func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		c.Flags().Lookup("help").Usage = "显示本说明"
		c.DisableFlagsInUseLine, c.SuggestionsMinimumDistance = true, 2
		translate(c)
		switch {
		case c.HasSubCommands() && !c.Runnable():
			c.Args, c.RunE = cobra.ArbitraryArgs, holder
		case !strings.Contains(c.Long, exitTitle):
			described(c, strings.TrimPrefix(c.Long, c.Short+"。"), []int{exitDone, exitFailed, exitUsage})
		}
	})
}

func eachCommand(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, do)
	}
}

// holder runs a command that only holds others.
func holder(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	text := fmt.Sprintf("没有命令 %q;可用的命令见 %s --help", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text = fmt.Sprintf("没有命令 %q,是否为 %s ?", args[0], strings.Join(near, "、"))
	}
	return usageError{fmt.Errorf("%s", text)}
}

// translate puts the commands that cobra brings along into Chinese.
func translate(c *cobra.Command) {
	switch path := c.CommandPath(); path {
	case "xiangyun help":
		c.Use, c.Short, c.Long = "help [命令]", "显示任一命令的说明", "显示任一命令的说明。"
	case "xiangyun completion":
		c.Short, c.Long = "生成命令补全脚本", "生成所用外壳的命令补全脚本,例如:\n  xiangyun completion bash > /etc/bash_completion.d/xiangyun"
	case "xiangyun completion bash", "xiangyun completion zsh", "xiangyun completion fish", "xiangyun completion powershell":
		c.Short = "生成 " + c.Name() + " 的补全脚本"
		c.Long = c.Short + ",写到标准输出。"
		if f := c.Flags().Lookup("no-descriptions"); f != nil {
			f.Usage = "补全时不显示说明"
		}
	}
}
