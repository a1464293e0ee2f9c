package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
)

// act is a command that asks a server for one change by one request.
type act struct {
	use, short, detail string
	args               string // names of the arguments, as usage shows them
	count              int    // how many
	method             string // POST when empty
	path               string // with %s for each argument
	flags              func(*cobra.Command)
	need               []string                              // flags that must be given
	body               func(cmd *cobra.Command) (any, error) // nil is no body
	header             func(cmd *cobra.Command) map[string]string
	said               func(cmd *cobra.Command, args []string, answer any) string
}

func (a act) command() *cobra.Command {
	c := &cobra.Command{Use: a.use, Short: a.short, Args: exactly(a.count, a.args)}
	if a.flags != nil {
		a.flags(c)
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := needed(cmd, a.need...); err != nil {
			return err
		}
		cl, err := dial(cmd)
		if err != nil {
			return err
		}
		return a.run(cmd, cl, args)
	}
	return described(c, a.detail, actExits)
}

func (a act) run(cmd *cobra.Command, cl *client.Client, args []string) (err error) {
	var in any
	if a.body != nil {
		if in, err = a.body(cmd); err != nil {
			return err
		}
	}
	var header map[string]string
	if a.header != nil {
		header = a.header(cmd)
	}
	method := a.method
	if method == "" {
		method = http.MethodPost
	}
	answer, err := send(cmd, cl, method, path(a.path, args...), header, in)
	if err != nil {
		return err
	}
	return show(cmd, answer, func() { fmt.Fprintln(cmd.OutOrStdout(), a.said(cmd, args, answer)) })
}

// send makes one request and decodes its answer; no content is "done".
func send(cmd *cobra.Command, cl *client.Client, method, path string, header map[string]string, in any) (answer any, err error) {
	var data []byte
	if err := cl.CallWith(cmd.Context(), method, path, header, in, &data); err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return map[string]any{"done": true}, nil
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("read answer of %s: %w", path, err)
	}
	return answer, nil
}

// path fills ids into an address.
func path(format string, ids ...string) string {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = url.PathEscape(id)
	}
	return fmt.Sprintf(format, list...)
}

// needed is wrong use when one of the flags is empty.
func needed(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if flag(cmd, name) == "" {
			return usageError{fmt.Errorf("请给出 --%s", name)}
		}
	}
	return nil
}

// field is a flag that goes into the body of a request under its own name; the
// flag has dashes where the member has underscores.
type field struct{ name, help string }

func (f field) flag() string { return strings.ReplaceAll(f.name, "_", "-") }

func addFields(c *cobra.Command, fields []field) {
	for _, f := range fields {
		c.Flags().String(f.flag(), "", f.help)
	}
}

// fieldBody leaves out what was not given.
func fieldBody(fields []field) func(*cobra.Command) (any, error) {
	return func(cmd *cobra.Command) (any, error) {
		body := make(map[string]string)
		for _, f := range fields {
			if v := flag(cmd, f.flag()); v != "" {
				body[f.name] = v
			}
		}
		return body, nil
	}
}

// reasonFlag is the flag of acts that owe a reason (G-10).
func reasonFlag(c *cobra.Command) { c.Flags().String("reason", "", "原因(必填)") }

func reasonBody(cmd *cobra.Command) (any, error) {
	return map[string]string{"reason": flag(cmd, "reason")}, nil
}

// saying is a fixed text about the first argument.
func saying(format string) func(*cobra.Command, []string, any) string {
	return func(_ *cobra.Command, args []string, _ any) string { return fmt.Sprintf(format, args[0]) }
}

// oneOrAll is the argument rule of commands that take one id, or --all.
func oneOrAll(cmd *cobra.Command, args []string) error {
	if all := on(cmd, "all"); all && len(args) == 0 || !all && len(args) == 1 {
		return nil
	}
	return usageError{errors.New("请给出一个编号,或 --all 办理全部")}
}
