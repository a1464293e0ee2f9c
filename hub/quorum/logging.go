package quorum

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"slices"

	"github.com/hashicorp/go-hclog"
)

// hclogger lets raft log through slog. An error of the library is a warning
// here: raft goes on by itself, and what needs a person at once is reported by
// Quorum.Run (style.S12).
type hclogger struct {
	hclog.Logger // a null logger: whatever is not below goes nowhere
	log          *slog.Logger
	name         string
	args         []any
}

func newHCLogger(l *slog.Logger, name string) hclog.Logger {
	return &hclogger{Logger: hclog.NewNullLogger(), log: l, name: name}
}

// missingEntry is what a follower says of entries it does not have yet: one
// that catches up, or a commit note that overtook its entry. Neither is for an
// operator; how far a server is behind stands in its status.
const missingEntry = "failed to get previous log"

func slogLevel(l hclog.Level) slog.Level {
	switch {
	case l >= hclog.Warn:
		return slog.LevelWarn
	case l == hclog.Info:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

func (h *hclogger) Log(level hclog.Level, msg string, args ...any) {
	l := slogLevel(level)
	if msg == missingEntry {
		l = slog.LevelDebug
	}
	if level == hclog.Trace || !h.log.Enabled(context.Background(), l) {
		return
	}
	h.log.Log(context.Background(), l, h.name+": "+msg, plain(append(slices.Clone(h.args), args...))...)
}

// plain carries out hclog.Fmt, a Sprintf put off until the line is wanted.
func plain(args []any) []any {
	for i, a := range args {
		if f, ok := a.(hclog.Format); ok && len(f) > 0 {
			args[i] = fmt.Sprintf(fmt.Sprint(f[0]), f[1:]...)
		}
	}
	return args
}

func (h *hclogger) Trace(msg string, args ...any) { h.Log(hclog.Trace, msg, args...) }
func (h *hclogger) Debug(msg string, args ...any) { h.Log(hclog.Debug, msg, args...) }
func (h *hclogger) Info(msg string, args ...any)  { h.Log(hclog.Info, msg, args...) }
func (h *hclogger) Warn(msg string, args ...any)  { h.Log(hclog.Warn, msg, args...) }
func (h *hclogger) Error(msg string, args ...any) { h.Log(hclog.Error, msg, args...) }

func (h *hclogger) With(args ...any) hclog.Logger {
	next := *h
	next.args = append(slices.Clone(h.args), args...)
	return &next
}

func (h *hclogger) Named(name string) hclog.Logger {
	next := *h
	next.name = h.name + "." + name
	return &next
}

func (h *hclogger) ResetNamed(name string) hclog.Logger {
	next := *h
	next.name = name
	return &next
}

func (h *hclogger) Name() string { return h.name }

func (h *hclogger) StandardLogger(*hclog.StandardLoggerOptions) *log.Logger {
	return log.New(h.StandardWriter(nil), "", 0)
}

func (h *hclogger) StandardWriter(*hclog.StandardLoggerOptions) io.Writer {
	return lineLogger{h.log, h.name}
}

// lineLogger lets memberlist log through slog; its lines begin with a level in
// brackets. The same rule holds: its errors are warnings here.
type lineLogger struct {
	log  *slog.Logger
	name string
}

func (w lineLogger) Write(line []byte) (int, error) {
	level, text := slog.LevelDebug, bytes.TrimSpace(line)
	if rest, ok := bytes.CutPrefix(text, []byte("[")); ok {
		if word, after, ok := bytes.Cut(rest, []byte("]")); ok {
			level, text = wordLevel(string(word)), bytes.TrimSpace(after)
		}
	}
	text = bytes.TrimPrefix(text, []byte(w.name+": "))
	w.log.Log(context.Background(), level, w.name+": "+string(text))
	return len(line), nil
}

func wordLevel(word string) slog.Level {
	switch word {
	case "WARN", "ERR", "ERROR":
		return slog.LevelWarn
	case "INFO":
		return slog.LevelInfo
	}
	return slog.LevelDebug
}
