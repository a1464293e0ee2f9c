package node

import (
	"crypto/ed25519"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

func tokenRef(t testing.TB, text string) protocol.Ref {
	t.Helper()
	token, err := identity.ParseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	return protocol.Ref{Kind: "enrolment", ID: token.ID}
}

func TestEnrolment(t *testing.T) {
	p := newProvince(t)
	key := func(folder string) ed25519.PrivateKey {
		b, err := identity.LoadBundle(filepath.Join(p.dir, folder, secretDir))
		p.must(err)
		return b.Key
	}
	t.Run("a lost answer is asked for again with the same key", func(t *testing.T) {
		text, dir := p.token(protocol.RoleNode, "yanbian"), filepath.Join(p.dir, "a")
		token, err := identity.ParseToken(text)
		p.must(err)
		made, err := freshKey(filepath.Join(dir, secretDir), token.ID)
		p.must(err)
		e := Enrolment{Dir: dir, Token: text, Server: p.Advertise(), Link: link.Options{Log: quiet()}}
		_, err = e.ask(t.Context(), identity.NewEnrolling(made, token.Pin, time.Now), replication.EnrollAsk{Token: text})
		p.must(err) // and the answer is lost
		id, err := p.enroll("a", text)
		p.must(err)
		at, err := loadPlace(dir)
		p.must(err)
		if id != "yanbian" || !key("a").Equal(made) || at.Epoch != 1 || at.Node != "yanbian" || len(at.Servers) == 0 {
			t.Errorf("%s, %+v, the same key %v", id, at, key("a").Equal(made))
		}
	})
	t.Run("a copy of the token is worth nothing", func(t *testing.T) {
		text := p.token(protocol.RoleNode, "yanbian")
		_, err := p.enroll("a", text)
		p.must(err)
		_, err = p.enroll("copy", text)
		p.want(protocol.Denied, err)
		if _, err := loadPlace(filepath.Join(p.dir, "copy")); err == nil {
			t.Error("the copy has a place")
		}
	})
	t.Run("a folder of another node is never overwritten", func(t *testing.T) {
		before, had := key("a"), []byte(nil)
		had, err := os.ReadFile(filepath.Join(p.dir, "a", placeFile))
		p.must(err)
		token := p.token(protocol.RoleNode, "jilin")
		o, _, err := p.State().Origin("jilin")
		p.must(err)
		epoch := o.Epoch
		_, err = p.enroll("a", token)
		p.want(protocol.Denied, err)
		has, err := os.ReadFile(filepath.Join(p.dir, "a", placeFile))
		if err != nil || string(has) != string(had) || !key("a").Equal(before) || !strings.Contains(string(has), "yanbian") {
			t.Errorf("the place is %s (%v)", has, err)
		}
		_, err = p.enroll("j", token) // it is not used up, and nobody was fenced by the mistake
		p.must(err)
		if at, err := loadPlace(filepath.Join(p.dir, "j")); err != nil || at.Node != "jilin" || at.Epoch != epoch+1 {
			t.Errorf("then %+v (%v), want epoch %d", at, err, epoch+1)
		}
	})
	t.Run("a server's token is no node's", func(t *testing.T) {
		token := p.token(protocol.RoleServer, "hub2")
		_, err := p.enroll("b", token)
		p.want(protocol.Denied, err)
		if rec, _, err := p.Get(tokenRef(t, token)); err != nil || strings.Contains(string(rec.Body), protocol.TokenUsed) {
			t.Errorf("the token is used up: %s (%v)", rec.Body, err)
		}
		if _, err := os.Stat(filepath.Join(p.dir, "b", placeFile)); err == nil {
			t.Error("the folder became a node")
		}
	})
	t.Run("what is no token is refused before anything is made", func(t *testing.T) {
		_, err := p.enroll("c", "not-a-token")
		p.want(protocol.Malformed, err)
		if _, err := os.Stat(filepath.Join(p.dir, "c")); err == nil {
			t.Error("a folder was made")
		}
	})
}

func TestANodeKeepsTheServersItLearns(t *testing.T) {
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	n, pc, err := p.open("a")
	p.must(err)
	list := []wire.Server{{ID: "hub1", Addr: p.Advertise()}, {ID: "hub2", Addr: "127.0.0.1:2"}}
	p.must(n.Learn(list))
	p.must(n.Learn(nil)) // nobody knows nothing better
	p.must(n.close())
	pc.Close()
	n, pc, err = p.open("a")
	p.must(err)
	if !slices.Equal(n.Servers(), list) {
		t.Errorf("after a restart: %v", n.Servers())
	}
	n.Servers()[0].Addr = "changed"
	if n.Servers()[0].Addr == "changed" {
		t.Error("the list is not a copy")
	}
	p.must(n.close())
	pc.Close()
}

func TestADamagedFolderSaysWhatToDo(t *testing.T) {
	p := &province{t: t, dir: t.TempDir()}
	_, pc, err := p.open("none")
	pc.Close()
	if err == nil || !strings.Contains(err.Error(), "xiangyun node enroll") {
		t.Errorf("no node: %v", err)
	}
	p.must(os.MkdirAll(filepath.Join(p.dir, "bad"), 0o700))
	for _, content := range []string{"", "{", "[]", `{"node":7}`} {
		p.must(os.WriteFile(filepath.Join(p.dir, "bad", placeFile), []byte(content), 0o600))
		_, pc, err := p.open("bad")
		pc.Close()
		if protocol.CodeOf(err) != protocol.Malformed || !strings.Contains(err.Error(), "重新接入") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func FuzzLoadPlace(f *testing.F) {
	f.Add([]byte(`{"node":"yanbian","epoch":1,"servers":[{"id":"hub1","addr":"a:1"}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, placeFile), data, fs.FileMode(0o600)); err != nil {
			t.Fatal(err)
		}
		p, err := loadPlace(dir)
		if err != nil {
			if protocol.CodeOf(err) != protocol.Malformed {
				t.Fatal(err)
			}
			return
		}
		if err := savePlace(dir, p); err != nil {
			t.Fatal(err)
		}
		if again, err := loadPlace(dir); err != nil || again.Node != p.Node || again.Epoch != p.Epoch || len(again.Servers) != len(p.Servers) {
			t.Fatalf("%+v became %+v (%v)", p, again, err)
		}
	})
}
