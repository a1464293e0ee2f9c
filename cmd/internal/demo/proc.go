package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"xiangyun/cmd/internal/client"
)

// Proc is one hub server or node as a process of its own.
type Proc struct {
	Name string
	Dir  string
	HTTP string // host:port of its pages and API
	args []string
	env  []string
	cmd  *exec.Cmd
	done chan error
}

// Client reaches the process over its admin socket.
func (p *Proc) Client() *client.Client { return client.Local(p.Dir) }

// start runs the process and returns once its API answers.
func (p *Proc) start(ctx context.Context, exe string) error {
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return fmt.Errorf("make folder of %s: %w", p.Name, err)
	}
	log, err := os.OpenFile(filepath.Join(p.Dir, "log.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log of %s: %w", p.Name, err)
	}
	defer log.Close()
	p.cmd = exec.Command(exe, p.args...) // ended by stop or kill, never by a context
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.done = make(chan error, 1)
	go func(cmd *exec.Cmd, done chan error) { done <- cmd.Wait() }(p.cmd, p.done)
	return p.ready(ctx)
}

func (p *Proc) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if err := p.Client().Call(ctx, "GET", "/healthz", nil, nil); err == nil {
			return nil
		}
		select {
		case err := <-p.done:
			return fmt.Errorf("%s ended at its start: %w\n%s", p.Name, err, p.lastWords())
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer within 30 s\n%s", p.Name, p.lastWords())
		}
	}
}

// lastWords gives the end of the log.
func (p *Proc) lastWords() string {
	f, err := os.Open(filepath.Join(p.Dir, "log.txt"))
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if _, err := f.Seek(-2000, io.SeekEnd); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err.Error()
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// stop ends the process in order and waits for it.
func (p *Proc) stop() error {
	if p.cmd == nil || p.done == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.Name, err)
	}
	select {
	case err := <-p.done:
		p.done = nil
		if err != nil {
			return fmt.Errorf("%s ended with %w\n%s", p.Name, err, p.lastWords())
		}
		return nil
	case <-time.After(20 * time.Second):
		return errors.Join(fmt.Errorf("%s did not stop within 20 s and was killed", p.Name), p.kill())
	}
}

// kill is SIGKILL: nothing is flushed, nobody is told.
func (p *Proc) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", p.Name, err)
	}
	<-p.done
	p.done = nil
	return nil
}
