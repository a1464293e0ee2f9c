package province

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // a few provinces at once are small; collecting less often saves a tenth
	os.Exit(m.Run())
}
