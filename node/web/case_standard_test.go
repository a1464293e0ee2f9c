package web

import (
	"testing"

	"xiangyun/protocol"
)

// TestAStandardIsSaidOnce: where the check points say all of it, they are enough.
func TestAStandardIsSaidOnce(t *testing.T) {
	checks := []protocol.CheckPoint{{ID: "1", Text: "填写完整"}, {ID: "2", Text: "申请人签名"}}
	for _, c := range []struct{ standard, want string }{
		{"", "填写完整;申请人签名"},
		{"填写完整,申请人签名", "填写完整;申请人签名"},
		{"填写完整、申请人签名。", "填写完整;申请人签名"},
		{"填写完整,一式两份", "填写完整,一式两份;填写完整;申请人签名"},
	} {
		if got := standardOf(&protocol.MaterialLine{Standard: c.standard, Checks: checks}); got != c.want {
			t.Errorf("standard %q: %q, want %q", c.standard, got, c.want)
		}
	}
}
