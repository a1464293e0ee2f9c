package progress

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestALogGetsALineEveryFewSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := New(&out, "报请", 40)
		for range 12 {
			time.Sleep(time.Second)
			l.Add(3)
		}
		l.Add(4)
		l.End()
		if want := "报请 15/40 (5.0 秒)\n报请 30/40 (10.0 秒)\n报请 40/40 (12.0 秒)\n"; out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
	})
}

func TestShortWorkIsSilent(t *testing.T) {
	var out strings.Builder
	l := New(&out, "报请", 40)
	l.Add(40)
	l.End()
	if out.Len() > 0 {
		t.Errorf("printed %q", out.String())
	}
}
