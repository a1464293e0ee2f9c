package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// measure founds a province, repeats, and prints the table.
func measure(ctx context.Context, s settings) (err error) {
	if s.profile != "" {
		if err := os.MkdirAll(s.profile, 0o700); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(s.dir, "xiangyun-bench-")
	if err != nil {
		return err
	}
	if s.keep {
		fmt.Println("folder:", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	p, err := found(ctx, dir)
	defer func() { err = errors.Join(err, p.close()) }()
	if err != nil {
		return err
	}
	b := &bench{s: s, p: p, t: newTable()}
	begin := time.Now()
	for range s.repeat {
		if err := b.repetition(ctx); err != nil {
			return errors.Join(err, b.t.print(os.Stdout))
		}
		fmt.Fprintf(os.Stderr, "repetition %d done after %s, load %s\n", b.round, time.Since(begin).Round(time.Second), loadAverage())
	}
	return b.t.print(os.Stdout)
}

// loadAverage shows who else used the machine.
func loadAverage() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return string(data[:min(len(data), 14)])
}
