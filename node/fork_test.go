package node

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"xiangyun/node/desk"
	"xiangyun/protocol"
)

var operator = &protocol.Account{Place: "yanbian", Login: "op", Name: "运维岗", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleOperator}}

// hire makes an account: the smallest act of the urgent lane.
func (p *province) hire(n *Node, login string) {
	p.t.Helper()
	_, _, err := n.desk.CreateAccount(p.t.Context(), operator, desk.NewAccount{Login: login, Name: login, Roles: []protocol.Role{protocol.RoleClerk},
		Password: "correct horse battery"})
	p.must(err)
}

func TestReplicationF2BothSuffixesFromTheLastCommonPlace(t *testing.T) {
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	settled := func(n *Node) func() bool {
		return func() bool {
			return n.uplink.Status().Lanes[protocol.Urgent].Connected && n.store.QueueBytes() == 0 && !n.store.NeedsRebase()
		}
	}
	n, stop := p.run("a")
	p.hire(n, "common")
	p.eventually("the first act is there", settled(n))
	if f, err := n.Fork(t.Context(), 10); err != nil || f.Forked || len(f.Lanes) != 2 || f.Lanes[0].Error != "" {
		t.Fatalf("one history: %+v, %v", f, err)
	}
	stop()
	p.must(exec.Command("cp", "-a", filepath.Join(p.dir, "a"), filepath.Join(p.dir, "old")).Run())
	n, stop = p.run("a")
	p.hire(n, "theirs1")
	p.hire(n, "theirs2")
	p.eventually("both acts are there", settled(n))
	stop()

	n, _ = p.run("old")
	n.uplink.Offline(true)
	if n.store.Frozen() == nil { // it may have met the hub first
		p.hire(n, "ours")
	}
	n.uplink.Offline(false)
	p.eventually("the fork is found", func() bool { f := n.store.Frozen(); return f != nil && f.Code == protocol.Fork })
	f, err := n.Fork(t.Context(), 1)
	p.must(err)
	l := f.Lanes[0]
	if !f.Forked || l.Missing != 2 || len(l.Theirs) != 1 || l.Theirs[0].Ref != "account/yanbian:theirs1" || l.Common.Seq+2 != l.Hub.Seq ||
		uint64(len(l.Ours)) != l.Extra || l.Extra != l.Head.Seq-l.Common.Seq {
		t.Fatalf("two histories: %+v", f)
	}
	if f.Lanes[1].Forked {
		t.Fatalf("the bulk lane has one history: %+v", f.Lanes[1])
	}
}

func TestPitfallsB3TheScrubberStopsActsOnSilentDamage(t *testing.T) {
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	n, _ := p.run("a")
	p.eventually("connected", func() bool { return n.uplink.Status().Lanes[protocol.Urgent].Connected && !n.store.NeedsRebase() })
	p.hire(n, "silentdamage")
	p.eventually("acknowledged", func() bool { return n.store.QueueBytes() == 0 })
	n.uplink.Offline(true) // rows that move while they are damaged prove nothing
	p.eventually("cut off", func() bool { return !n.uplink.Status().Lanes[protocol.Urgent].Connected })
	p.must(n.scrubOnce(t.Context()))
	if f := n.store.Frozen(); f != nil {
		t.Fatalf("a whole database is called damaged: %v", f)
	}
	file, err := os.OpenFile(n.path(storeFile), os.O_RDWR, 0)
	p.must(err)
	defer file.Close()
	all, err := os.ReadFile(n.path(storeFile))
	p.must(err)
	flips := 0
	for at := 0; ; at++ { // in every page that holds it, used or free
		i := bytes.Index(all[at:], []byte(`"name":"silentdamage"`))
		if i < 0 {
			break
		}
		at += i
		_, err := file.WriteAt([]byte("X"), int64(at+10))
		p.must(err)
		flips++
	}
	if flips == 0 {
		t.Fatal("nothing to damage")
	}
	p.must(n.scrubOnce(t.Context()))
	if f := n.store.Frozen(); f == nil || f.Code != protocol.BadChain || f.Hint == "" {
		t.Fatalf("silent damage was not found: %v", f)
	}
}
