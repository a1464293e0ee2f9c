package store

import (
	"errors"
	"os"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// wantRuined opens a damaged copy and wants the one way out, in words.
func wantRuined(t *testing.T, path, stake string) {
	t.Helper()
	s, err := Open(path, testConfig())
	if err == nil {
		s.Close()
		t.Fatal("a damaged database was opened")
	}
	var f *protocol.Fault
	if !errors.As(err, &f) || f.Code != protocol.BadChain {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"数据库已损坏", stake} {
		if !strings.Contains(f.Text, want) {
			t.Errorf("%q does not say %q", f.Text, want)
		}
	}
	for _, want := range []string{"xiangyun node enroll", "收件回执", "不要删除"} {
		if !strings.Contains(f.Hint, want) {
			t.Errorf("%q does not say %q", f.Hint, want)
		}
	}
}

func TestPitfallsB3ADamagedDatabaseIsRefusedWithWhatIsAtStake(t *testing.T) {
	r, p := equipped(t)
	r.receive(itemHere, "a")
	p.exchange(r)
	r.receive(itemHere, "b") // two that were never pushed
	r.receive(itemThere, "c")
	r.must(r.View(func(*ReadTx) error { return nil }))
	whole := func() string { return r.crash() }

	t.Run("truncated to nothing", func(t *testing.T) {
		path := whole()
		r.must(os.Truncate(path, 0))
		wantRuined(t, path, "未上报的操作数不明")
	})
	t.Run("truncated behind its meta pages", func(t *testing.T) {
		path := whole()
		r.must(os.Truncate(path, 3*4096))
		wantRuined(t, path, "未上报的操作数不明")
	})
	t.Run("the page headers of one page are zeros", func(t *testing.T) {
		path, bad := whole(), 0
		size := int64(0)
		if info, err := os.Stat(path); err == nil {
			size = info.Size()
		}
		for page := int64(2); page < size/4096 && bad < 3; page++ {
			path := whole()
			if !wipe(t, path, page*4096, 16) { // a page nobody uses
				continue
			}
			s, err := Open(path, testConfig())
			if err == nil {
				r.must(s.Close())
				continue // a free page
			}
			bad++
			if protocol.CodeOf(err) != protocol.BadChain {
				t.Fatalf("page %d: %v", page, err)
			}
			wantRuined(t, path, "没有上报")
		}
		if bad == 0 {
			t.Fatal("no page mattered")
		}
	})
	again := open(t, whole(), testConfig()) // the copy itself is good
	if _, ok := again.byIdem("c"); !ok {
		t.Fatal("the whole copy lost a case")
	}
}

// wipe writes zeros and reports whether that changed anything.
func wipe(t *testing.T, path string, at, n int64) bool {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	was, zeros := make([]byte, n), make([]byte, n)
	if _, err := f.ReadAt(was, at); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(zeros, at); err != nil {
		t.Fatal(err)
	}
	return string(was) != string(zeros)
}

func TestADatabaseInUseIsNotCalledDamaged(t *testing.T) {
	r, _ := equipped(t)
	_, err := Open(r.path, testConfig())
	r.want(protocol.Busy, err)
}

func TestALockedFolderIsSaidToBeInUse(t *testing.T) {
	r, _ := equipped(t)
	_, err := Open(r.path, testConfig())
	r.want(protocol.Busy, err)
	f, ok := errors.AsType[*protocol.Fault](err)
	if !ok || !strings.Contains(f.Text, "另一个进程") || !strings.Contains(f.Hint, "停止") || f.Err != nil {
		t.Errorf("%+v", f)
	}
}

func TestADatabaseMissingBesideItsRedoLogIsNotBegunAnew(t *testing.T) {
	r, _ := equipped(t)
	r.receive(itemHere, "acknowledged")
	crashed := r.crash()
	r.must(os.Rename(crashed, crashed+".away"))
	_, err := Open(crashed, testConfig())
	r.want(protocol.BadChain, err)
	f, ok := errors.AsType[*protocol.Fault](err)
	if !ok || !strings.Contains(f.Text, "不见了") || !strings.Contains(f.Hint, "放回原处") || !strings.Contains(f.Hint, "xiangyun node enroll") {
		t.Errorf("%+v", f)
	}
	if _, err := os.Stat(crashed); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database was made: %v", err)
	}
	r.must(os.Rename(crashed+".away", crashed))
	if _, ok := open(t, crashed, testConfig()).byIdem("acknowledged"); !ok {
		t.Error("what was acknowledged is lost")
	}
}
