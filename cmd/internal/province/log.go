package province

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Log collects what all processes say; it is shown when the test fails.
type Log struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// lastLines is how much of a long log is shown.
const lastLines = 60

// tell shows the end of the log and keeps all of it where `go test -artifacts`
// puts what a test leaves behind.
func (l *Log) tell(t testing.TB) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path := filepath.Join(t.ArtifactDir(), "province.log")
	if err := os.WriteFile(path, l.b.Bytes(), 0o600); err != nil {
		t.Logf("keep log: %v", err)
	}
	t.Logf("end of the log of the province (whole with -artifacts):\n%s", l.last())
}

// end gives the last lines.
func (l *Log) end() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last()
}

func (l *Log) last() string {
	lines := strings.Split(strings.TrimSpace(l.b.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-lastLines):], "\n")
}

// Has reports whether some line of the log holds all words.
func (l *Log) Has(words ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(l.b.Bytes()) {
		all := true
		for _, w := range words {
			all = all && bytes.Contains(line, []byte(w))
		}
		if all {
			return true
		}
	}
	return false
}
