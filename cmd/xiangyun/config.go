package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A setting comes from its flag, else from the environment variable
// XIANGYUN_<FLAG>, else from the config file's line "flag = value", else from
// its default (style.S11). Where each came from is kept for "config show".

const configFlag = "config"

type origin map[string]string

// settle fills in the flags that were not given on the command line.
func settle(cmd *cobra.Command) (origin, error) {
	from := make(origin)
	file, err := readConfig(configPath(cmd))
	if err != nil {
		return nil, err
	}
	var first error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if err := fill(f, file, from); err != nil && first == nil {
			first = err
		}
		delete(file, f.Name)
	})
	if first != nil {
		return nil, first
	}
	for key := range file {
		if !knownSomewhere(cmd.Root(), key) {
			return nil, usageError{fmt.Errorf("配置文件中有不认识的项 %q,请改正或删去", key)}
		}
	}
	return from, nil
}

func configPath(cmd *cobra.Command) string {
	if f := cmd.Flags().Lookup(configFlag); f != nil && f.Changed {
		return f.Value.String()
	}
	return os.Getenv("XIANGYUN_CONFIG")
}

func envName(flag string) string {
	return "XIANGYUN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func fill(f *pflag.Flag, file map[string]string, from origin) error {
	value, source := "", "默认值"
	if v, ok := file[f.Name]; ok {
		value, source = v, "配置文件"
	}
	if v, ok := os.LookupEnv(envName(f.Name)); ok {
		value, source = v, "环境变量 "+envName(f.Name)
	}
	if f.Changed {
		source = "命令行"
	}
	from[f.Name] = source
	if f.Changed || source == "默认值" {
		return nil
	}
	if err := f.Value.Set(value); err != nil {
		return usageError{fmt.Errorf("%s 中的 %s = %q 不合规: %w", source, f.Name, value, err)}
	}
	f.Changed = true
	return nil
}

// knownSomewhere lets one file serve several commands.
func knownSomewhere(cmd *cobra.Command, flag string) bool {
	if cmd.Flags().Lookup(flag) != nil || cmd.PersistentFlags().Lookup(flag) != nil {
		return true
	}
	for _, sub := range cmd.Commands() {
		if knownSomewhere(sub, flag) {
			return true
		}
	}
	return false
}

// readConfig reads lines "flag = value"; # begins a comment line.
func readConfig(path string) (map[string]string, error) {
	values := make(map[string]string)
	if path == "" {
		return values, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("读取配置文件: %w", err)}
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if _, twice := values[key]; !ok || key == "" || twice {
			return nil, usageError{fmt.Errorf("配置文件 %s 第 %d 行应写作 名称 = 值,且每项只写一次", path, n)}
		}
		values[key] = strings.TrimSpace(value)
	}
	return values, lines.Err()
}
