package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// Settings of one run.
type settings struct {
	dir     string
	quick   bool
	only    string
	repeat  int
	profile string
	keep    bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if play, ok := roles[args[0]]; ok {
			return play(ctx, args[1:])
		}
	}
	if len(args) > 0 && args[0] == "cases" {
		return manyCases(ctx, args[1:])
	}
	s, err := parse(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.limit())
	defer cancel()
	return measure(ctx, s)
}

func parse(args []string) (s settings, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&s.dir, "dir", "", "work here, on the disk to be measured; default a temporary folder")
	f.BoolVar(&s.quick, "quick", false, "one repetition of short loads, at most 90 s")
	f.StringVar(&s.only, "only", "", "measure these ids only, comma separated")
	f.IntVar(&s.repeat, "repeat", 3, "repetitions, whose median is shown")
	f.StringVar(&s.profile, "profile", "", "write CPU and heap profiles of every process here")
	f.BoolVar(&s.keep, "keep", false, "leave the folder for a look at logs and files")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if f.NArg() > 0 || s.repeat < 1 {
		return s, errors.New("no arguments, and --repeat of at least 1")
	}
	if s.quick {
		s.repeat = 1
	}
	return s, nil
}

// limit ends a run that hangs.
func (s *settings) limit() time.Duration {
	if s.quick {
		return 90 * time.Second
	}
	return 10 * time.Minute
}

// wants reports whether a measurement was asked for.
func (s *settings) wants(id string) bool {
	if s.only == "" {
		return true
	}
	for _, w := range strings.Split(s.only, ",") {
		if strings.HasPrefix(id, strings.TrimSpace(w)) {
			return true
		}
	}
	return false
}

// pick gives the short or the full size of a load.
func pick[T any](s *settings, short, full T) T {
	if s.quick {
		return short
	}
	return full
}
