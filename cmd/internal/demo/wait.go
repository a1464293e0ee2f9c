package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"xiangyun/protocol"
)

// run executes one command of the binary as an operator would type it, with
// what the operator types into it.
func (d *Demo) run(ctx context.Context, typed string, args ...string) error {
	c := exec.CommandContext(ctx, d.Exe, args...)
	c.Stdin = strings.NewReader(typed)
	c.Env = append(os.Environ(), d.Env...)
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("xiangyun %s: %w\n%s", strings.Join(args[:2], " "), err, out)
	}
	return nil
}

// patience bounds every wait of the demo.
const patience = 60 * time.Second

// Until asks again until ok, or gives the last error when patience ends. A
// place that is busy, or does not have the record yet, is asked again.
func (d *Demo) Until(ctx context.Context, what string, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var last error
	for {
		done, err := ok()
		if done && err == nil {
			return nil
		}
		if code := protocol.CodeOf(err); err != nil && code != protocol.Busy && code != protocol.Gone && code != protocol.Unknown {
			return fmt.Errorf("%s: %w", what, err)
		}
		last = err
		select {
		case <-time.After(25 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("等待“%s”超时: %w", what, errOr(last, ctx.Err()))
		}
	}
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
