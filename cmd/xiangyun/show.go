package main

import (
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// show prints value as JSON with -o json, else calls text.
func show(cmd *cobra.Command, value any, text func()) error {
	if output(cmd) == "json" {
		return printJSON(cmd, value)
	}
	text()
	return nil
}

func printJSON(cmd *cobra.Command, value any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
}

func showConfig(cmd, target *cobra.Command) error {
	from, err := settle(target)
	if err != nil {
		return err
	}
	var list []setting
	target.Flags().VisitAll(func(f *pflag.Flag) { list = append(list, setting{f.Name, f.Value.String(), from[f.Name]}) })
	var printed error
	shown := show(cmd, list, func() {
		var g grid
		for _, s := range list {
			g.add(s.Name, s.Value, s.From)
		}
		printed = g.print(cmd.OutOrStdout())
	})
	return errors.Join(shown, printed)
}
