package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// child is a running copy of this binary.
type child struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	log  *os.File

	mu  sync.Mutex // guards out: one order at a time
	out *bufio.Reader
}

// start runs a role; what it logs goes to a file beside its folder.
func start(dir, name, role string, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{name: name, cmd: exec.Command(self, append([]string{role}, args...)...)}
	if c.log, err = os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	c.cmd.Stderr = c.log
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return c, nil
}

// ask gives an order and reads the answer into value, which may be nil.
func (c *child) ask(ctx context.Context, op string, args, value any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.cmd.Process.Kill() })() // nobody waits for a hung child
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	line, err := json.Marshal(order{Op: op, Args: raw})
	if err != nil {
		return err
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("%s %s: %w", c.name, op, err)
	}
	reply, err := c.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s %s: %w (see its log)", c.name, op, err)
	}
	var a answer
	if err := json.Unmarshal(reply, &a); err != nil {
		return fmt.Errorf("%s %s: %w", c.name, op, err)
	}
	if a.Error != "" {
		return fmt.Errorf("%s %s: %s", c.name, op, a.Error)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(a.Value, value)
}

// stop ends the child in order.
func (c *child) stop() error {
	err := errors.Join(c.in.Close(), c.cmd.Wait())
	return errors.Join(err, c.log.Close())
}
