package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
)

// roles are what a copy of this binary may be.
var roles = map[string]func(ctx context.Context, args []string) error{
	"hub": playHub, "node": playNode, "client": playClient,
}

// order is one line on a child's standard input, answer the line it gives back.
type order struct {
	Op   string          `json:"op"`
	Args json.RawMessage `json:"args,omitempty"`
}

type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

// verb does one order of a child.
type verb func(ctx context.Context, args json.RawMessage) (any, error)

// does makes a verb of a function with typed arguments.
func does[A, R any](fn func(ctx context.Context, a A) (R, error)) verb {
	return func(ctx context.Context, raw json.RawMessage) (any, error) {
		var a A
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &a); err != nil {
				return nil, fmt.Errorf("read arguments: %w", err)
			}
		}
		return fn(ctx, a)
	}
}

type none struct{}

// obey answers orders one after another until standard input ends.
func obey(ctx context.Context, verbs map[string]verb) error {
	var p profiler
	verbs["profile"] = does(p.start)
	verbs["profiled"] = does(p.stop)
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read order: %w", err)
		}
		if err := out.Encode(respond(ctx, verbs, line)); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
}

func respond(ctx context.Context, verbs map[string]verb, line []byte) (a answer) {
	var o order
	err := json.Unmarshal(line, &o)
	var value any
	if err == nil {
		do := verbs[o.Op]
		if do == nil {
			return answer{Error: "no such order: " + o.Op}
		}
		value, err = do(ctx, o.Args)
	}
	if err == nil {
		a.Value, err = json.Marshal(value)
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// profiler takes a CPU profile between two orders, and a heap profile at the
// second.
type profiler struct {
	mu   sync.Mutex // guards path, file
	path string
	file *os.File
}

func (p *profiler) start(_ context.Context, path string) (none, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, err := os.Create(path + ".cpu")
	if err != nil {
		return none{}, err
	}
	p.path, p.file = path, f
	return none{}, pprof.StartCPUProfile(f)
}

func (p *profiler) stop(context.Context, none) (none, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return none{}, nil
	}
	pprof.StopCPUProfile()
	if err := p.file.Close(); err != nil {
		return none{}, err
	}
	p.file = nil
	f, err := os.Create(p.path + ".heap")
	if err != nil {
		return none{}, err
	}
	defer f.Close()
	runtime.GC()
	return none{}, pprof.WriteHeapProfile(f)
}

// together runs a server beside the orders; whichever ends first ends both.
func together(ctx context.Context, server func(context.Context) error, verbs map[string]verb) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := server(ctx)
		if err != nil {
			fmt.Fprintln(os.Stderr, "server ended:", err)
			os.Exit(1) // the parent sees its orders' pipe break
		}
		done <- err
	}()
	err := obey(ctx, verbs)
	cancel()
	if serr := <-done; err == nil {
		err = serr
	}
	return err
}
