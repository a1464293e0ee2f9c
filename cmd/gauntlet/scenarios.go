package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/demo"
	"xiangyun/cmd/internal/scenario"
)

func scenarios() *cobra.Command {
	return &cobra.Command{Use: "scenarios [S-01 …]", Short: "the acceptance scenarios of case handling, with a clock that lives through weeks",
		RunE: func(cmd *cobra.Command, only []string) (err error) {
			dir, err := os.MkdirTemp("", "xiangyun-scenarios-")
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
			exe, err := scenario.Build(cmd.Context(), dir)
			if err != nil {
				return err
			}
			results, err := scenario.Play(cmd.Context(), demo.Options{Exe: exe, Dir: filepath.Join(dir, "province"), Say: os.Stderr}, only)
			for _, r := range results {
				if !r.OK {
					err = errors.Join(err, errors.New(r.ID+": "+r.Why))
				}
			}
			return errors.Join(err, printVerdict(cmd, results, err))
		}}
}
