package store

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets the crash tests run this binary again as a process to kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv("XIANGYUN_STORE_CRASH"); dir != "" {
		crashChild(dir)
		return
	}
	goleak.VerifyTestMain(m)
}
