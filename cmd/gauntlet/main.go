// Command gauntlet runs faults against real processes: three hub servers and
// some nodes on this machine, each with its own disk folder, killed with
// SIGKILL, cut off and emptied. It prints what it counted as JSON and exits 0
// only if nothing acknowledged was lost or doubled (proof.md).
//
//	go run ./cmd/gauntlet kill-leader --rate 50 --for 60s
//	go run ./cmd/gauntlet offline --cases 10000
//	go run ./cmd/gauntlet lose-disks
//	go run ./cmd/gauntlet scenarios
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/demo"
	"xiangyun/protocol"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{Use: "gauntlet", Short: "faults against real processes", SilenceUsage: true}
	root.PersistentFlags().String("bin", "", "the xiangyun binary; built from this tree when empty")
	root.AddCommand(killLeader(), offline(), loseDisks(), scenarios())
	if err := root.ExecuteContext(ctx); err != nil {
		os.Exit(1)
	}
}

// scene is a province of three hub servers and three nodes with one item that
// every window may accept.
type scene struct {
	*demo.Demo
	item string
}

// onScene builds a province, runs a trial on it, stops it and prints the report.
func onScene(cmd *cobra.Command, trial func(context.Context, *scene) (any, error)) (err error) {
	ctx := cmd.Context()
	dir, err := os.MkdirTemp("", "xiangyun-gauntlet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	exe, err := binary(ctx, cmd, dir)
	if err != nil {
		return err
	}
	nodes := []protocol.NodeID{"changchun", "jilin", "yanbian"}
	d, err := demo.Start(ctx, demo.Options{Exe: exe, Dir: filepath.Join(dir, "province"), Nodes: nodes, Hubs: 3, Say: os.Stderr})
	defer func() { err = errors.Join(err, d.Stop()) }()
	if err != nil {
		return err
	}
	if err := d.LoadRegisters(ctx); err != nil {
		return err
	}
	item, err := d.PublishOneItem(ctx)
	if err != nil {
		return err
	}
	report, err := trial(ctx, &scene{d, item})
	return errors.Join(err, printVerdict(cmd, report, err))
}

// printVerdict prints what was counted, whatever came of it.
func printVerdict(cmd *cobra.Command, report any, problem error) error {
	v := struct {
		OK      bool   `json:"ok"`
		Problem string `json:"problem,omitempty"`
		Report  any    `json:"report"`
	}{OK: problem == nil, Report: report}
	if problem != nil {
		v.Problem = problem.Error()
	}
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func binary(ctx context.Context, cmd *cobra.Command, dir string) (string, error) {
	exe, err := cmd.Flags().GetString("bin")
	if err != nil || exe != "" {
		return exe, err
	}
	exe = filepath.Join(dir, "xiangyun")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", exe, "xiangyun/cmd/xiangyun").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build xiangyun: %w\n%s", err, out)
	}
	return exe, nil
}
