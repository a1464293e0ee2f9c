package node

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// TestReplicationT5ALostDatabaseIsNotBegunAnewWithoutEnrolment: a folder that
// has its place but no database may begin anew only under a new epoch.
func TestReplicationT5ALostDatabaseIsNotBegunAnewWithoutEnrolment(t *testing.T) {
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	_, stop := p.run("a") // the first start makes the database
	stop()
	db := filepath.Join(p.dir, "a", storeFile)
	for _, file := range []string{db, db + ".redo"} {
		p.must(os.Remove(file))
	}
	_, pc, err := p.open("a")
	pc.Close()
	p.want(protocol.BadChain, err)
	if f, ok := errors.AsType[*protocol.Fault](err); !ok || !strings.Contains(f.Text, "不见了") || !strings.Contains(f.Hint, "xiangyun node enroll") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(db); !os.IsNotExist(err) {
		t.Errorf("a database was made: %v", err)
	}
	_, err = p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	n, _ := p.run("a")
	p.eventually("goes on under the new epoch", func() bool { return n.store.Epoch() == 2 && !n.store.NeedsRebase() })
}
