package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is set by the linker for releases.
var version = ""

func build() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "dev-" + s.Value[:12]
			}
		}
	}
	return "dev"
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "xiangyun",
		Short:         "祥云:全省一网通办与公共数据的联邦平台",
		Long:          "祥云:全省一网通办与公共数据的联邦平台。\n\n一个程序即省级中心(hub)、市(州)节点(node)及其全部工具。\n每个参数也可写作环境变量 XIANGYUN_<参数> 或配置文件中的 参数 = 值。\n\n" + exitHelp,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().String(configFlag, "", "配置文件(每行 参数 = 值)")
	root.PersistentFlags().StringP("output", "o", "text", "输出格式: text 或 json")
	root.PersistentFlags().String("log-level", "info", "日志级别: debug info warn error")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{flagMistake(c, err)} })
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if _, err := settle(cmd); err != nil {
			return err
		}
		switch output(cmd) {
		case "text", "json":
			return nil
		}
		return usageError{fmt.Errorf("-o 只能是 text 或 json")}
	}
	root.AddCommand(hubCommand(), nodeCommand(), demoCommand(), versionCommand(), configCommand())
	root.AddCommand(clientCommands()...)
	finish(root)
	return root
}

// flagMistake says in Chinese what is wrong with a flag.
func flagMistake(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	see := ";可用的参数见 " + c.CommandPath() + " --help"
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("没有参数 %s%s", dashed(unknown.GetSpecifiedName()), see)
	case errors.As(err, &empty):
		return fmt.Errorf("参数 %s 后面要有值%s", dashed(empty.GetSpecifiedName()), see)
	case errors.As(err, &bad):
		return fmt.Errorf("参数 --%s 的值 %q 不合规%s", bad.GetFlag().Name, bad.GetValue(), see)
	}
	return fmt.Errorf("%w%s", err, see)
}

// dashed writes a flag as it was typed: one letter behind one dash.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func output(cmd *cobra.Command) string { return flag(cmd, "output") }

// flag reads a text flag that the command is known to have.
func flag(cmd *cobra.Command, name string) string {
	f := cmd.Flags().Lookup(name)
	if f == nil {
		panic("no flag " + name + " on " + cmd.CommandPath())
	}
	return f.Value.String()
}

// on reads a switch that the command is known to have.
func on(cmd *cobra.Command, name string) bool { return flag(cmd, name) == "true" }

func logger(cmd *cobra.Command) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(flag(cmd, "log-level"))); err != nil {
		return nil, usageError{fmt.Errorf("--log-level 只能是 debug、info、warn 或 error")}
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})), nil
}

// exactly wraps cobra's argument rules as wrong use.
func exactly(n int, names string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("用法: %s %s", cmd.CommandPath(), names)}
		}
		return nil
	}
}

func versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "显示版本", Args: exactly(0, ""), RunE: func(cmd *cobra.Command, _ []string) error {
		return show(cmd, map[string]string{"version": build()}, func() { fmt.Fprintln(cmd.OutOrStdout(), "祥云", build()) })
	}}
}

func configCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "查看生效的配置"}
	c.AddCommand(&cobra.Command{Use: "show [命令…]", Short: "显示某个命令生效的参数及其来源", RunE: func(cmd *cobra.Command, args []string) error {
		target, _, err := cmd.Root().Find(args)
		if err != nil {
			return usageError{err}
		}
		if err := target.ParseFlags(nil); err != nil {
			return err
		}
		return showConfig(cmd, target)
	}})
	return c
}
