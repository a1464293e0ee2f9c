// Package progress shows on a terminal, or in a log, how far long work has come.
package progress

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Line is one line of progress. It is for one goroutine at a time.
type Line struct {
	out      io.Writer
	what     string
	total    int
	done     int
	began    time.Time
	shown    time.Time
	every    time.Duration
	terminal bool
}

// New begins a line about total things. On a terminal it is redrawn in place;
// elsewhere a new line is written every few seconds.
func New(out io.Writer, what string, total int) *Line {
	l := &Line{out: out, what: what, total: total, began: time.Now(), every: 5 * time.Second}
	if f, ok := out.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			l.terminal, l.every = true, 200*time.Millisecond
		}
	}
	l.shown = l.began
	return l
}

// Add says that n more are done.
func (l *Line) Add(n int) {
	l.done += n
	if time.Since(l.shown) >= l.every {
		l.draw()
	}
}

// End finishes the line. Work that was over before anything was shown stays
// silent.
func (l *Line) End() {
	if l.shown == l.began {
		return
	}
	l.draw()
	if l.terminal {
		fmt.Fprintln(l.out)
	}
}

func (l *Line) draw() {
	l.shown = time.Now()
	text := fmt.Sprintf("%s %d/%d (%.1f 秒)", l.what, l.done, l.total, time.Since(l.began).Seconds())
	if l.terminal {
		fmt.Fprintf(l.out, "\r%s", text)
		return
	}
	fmt.Fprintln(l.out, text)
}
