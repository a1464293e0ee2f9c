package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"xiangyun/protocol"
)

func TestConfigsFollowARenewal(t *testing.T) {
	p := newProvince(t)
	server := p.hub.Server(ALPNSync)
	key := must(NewKey())(t)
	leaf := must(p.ca.Issue(KeyOf(key), RoleHub, "changchun-2", HubLife))(t)
	if err := p.hub.Swap(Bundle{key, leaf, p.hub.Bundle().Roots}); err != nil {
		t.Fatal(err)
	}
	if err, _ := shake(p.node.Client(ALPNSync, "changchun-2", RoleHub), server); err != nil {
		t.Errorf("the renewed certificate is not shown: %v", err)
	}
}

func TestSwapWhileHandshakesRun(t *testing.T) {
	p := newProvince(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 200 {
			if err := p.hub.Swap(p.hub.Bundle()); err != nil {
				t.Error(err)
			}
		}
	})
	for range 10 {
		if a, b := shake(p.node.Client(ALPNSync, "", RoleHub), p.hub.Server(ALPNSync)); a != nil || b != nil {
			t.Errorf("client: %v, server: %v", a, b)
		}
	}
	wg.Wait()
}

func TestOnlyTLS13WithoutTickets(t *testing.T) {
	p := newProvince(t)
	old := plain(ALPNEnroll)
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if a, b := shake(old, p.hub.Server(ALPNEnroll)); a == nil || b == nil {
		t.Error("TLS 1.2 was accepted")
	}
	for _, c := range []*tls.Config{p.hub.Server(ALPNSync), p.node.Client(ALPNSync, "", RoleHub)} {
		if !c.SessionTicketsDisabled || c.ClientSessionCache != nil {
			t.Error("sessions can be resumed")
		}
	}
}

func TestSwapRefusesWhatDoesNotFit(t *testing.T) {
	p := newProvince(t)
	b, other := p.hub.Bundle(), newProvince(t)
	for _, row := range []struct {
		name string
		b    Bundle
	}{
		{"no certificate", Bundle{Key: b.Key, Roots: b.Roots}},
		{"no key", Bundle{Leaf: b.Leaf, Roots: b.Roots}},
		{"no roots", Bundle{Key: b.Key, Leaf: b.Leaf}},
		{"certificate of another key", Bundle{other.hub.Bundle().Key, b.Leaf, b.Roots}},
		{"roots of another province", Bundle{b.Key, b.Leaf, other.hub.Bundle().Roots}},
		{"the root as certificate", Bundle{p.ca.key, p.ca.root, b.Roots}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if p.hub.Swap(row.b) == nil {
				t.Error("accepted")
			}
			if p.hub.Self().ID != "changchun-1" {
				t.Error("the old identity is gone")
			}
		})
	}
}

func TestRenewalIsDueWhenAThirdOfTheLifeIsLeft(t *testing.T) {
	p := newProvince(t)
	leaf := p.node.Bundle().Leaf
	third := leaf.NotAfter.Sub(leaf.NotBefore) / 3
	for _, row := range []struct {
		name string
		at   time.Time
		due  bool
	}{
		{"just issued", today, false},
		{"a little over a third left", leaf.NotAfter.Add(-third - time.Second), false},
		{"a third left", leaf.NotAfter.Add(-third), true},
		{"expired", leaf.NotAfter.Add(time.Hour), true},
	} {
		if got := p.node.NeedsRenewal(row.at); got != row.due {
			t.Errorf("%s: due %t, want %t", row.name, got, row.due)
		}
	}
}

func TestBundleSurvivesTheDisk(t *testing.T) {
	p, dir := newProvince(t), t.TempDir()
	if _, err := LoadBundle(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("empty folder: %v", err)
	}
	key := must(NewKey())(t)
	for _, b := range []Bundle{{Key: key}, p.node.Bundle()} {
		if err := b.Save(dir); err != nil {
			t.Fatal(err)
		}
		got := must(LoadBundle(dir))(t)
		if !got.Key.Equal(b.Key) || (got.Leaf == nil) != (b.Leaf == nil) || len(got.Roots) != len(b.Roots) {
			t.Errorf("got %+v", got)
		}
	}
	path := filepath.Join(dir, bundleFile)
	if info := must(os.Stat(path))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if files := must(os.ReadDir(dir))(t); len(files) != 1 {
		t.Errorf("left-over files: %v", files)
	}
	os.Chmod(path, 0o644)
	if _, err := LoadBundle(dir); err == nil {
		t.Error("took a key that everybody can read")
	}
}

func TestAuthoritySurvivesTheDisk(t *testing.T) {
	p, dir := newProvince(t), t.TempDir()
	if err := p.ca.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := must(NewAuthority(fixed))(t).Save(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second CA over the first: %v", err)
	}
	if info := must(os.Stat(filepath.Join(dir, authorityKey)))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	again := must(LoadAuthority(dir, fixed))(t)
	leaf := must(again.Issue(p.node.Self().Key, RoleNode, "yanbian", NodeLife))(t)
	if _, err := verifyChain([]*x509.Certificate{leaf}, []*x509.Certificate{p.ca.Root()}, x509.ExtKeyUsageClientAuth, today); err != nil {
		t.Error(err)
	}
	other := t.TempDir()
	if err := must(NewAuthority(fixed))(t).Save(other); err != nil {
		t.Fatal(err)
	}
	os.Rename(filepath.Join(other, authorityKey), filepath.Join(dir, authorityKey))
	if _, err := LoadAuthority(dir, fixed); err == nil {
		t.Error("took the key of another CA")
	}
}

func TestTheCADecidesRoleAndID(t *testing.T) {
	p := newProvince(t)
	key := must(NewKey())(t)
	csr := must(Request(key, "siping"))(t)
	leaf := must(p.ca.Sign(csr, RoleNode, "tonghua", NodeLife))(t)
	peer := must(PeerOf(leaf))(t)
	want := Peer{RoleNode, "tonghua", KeyOf(key), KeyOf(key).Hash(), today.Add(NodeLife).UTC()}
	if peer != want {
		t.Errorf("got %+v, want %+v", peer, want)
	}
	broken := append([]byte(nil), csr...)
	broken[len(broken)-1] ^= 1
	if _, err := p.ca.Sign(broken, RoleNode, "tonghua", NodeLife); protocol.CodeOf(err) != protocol.BadSig {
		t.Errorf("broken signature: %v", err)
	}
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	foreign := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, ec))(t)
	if _, err := p.ca.Sign(foreign, RoleNode, "tonghua", NodeLife); protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("ECDSA request: %v", err)
	}
	if _, err := p.ca.Sign([]byte("x"), RoleNode, "tonghua", NodeLife); protocol.CodeOf(err) != protocol.Malformed {
		t.Errorf("no request: %v", err)
	}
}

func TestTheCARefusesToIssue(t *testing.T) {
	p := newProvince(t)
	for _, row := range []struct {
		name string
		role Role
		id   protocol.NodeID
		life time.Duration
	}{
		{"a node called hub", RoleNode, "hub", NodeLife},
		{"no role", 0, "yanbian", NodeLife},
		{"a bad id", RoleNode, "延边", NodeLife},
		{"no life", RoleNode, "yanbian", 0},
		{"a life longer than the root's", RoleNode, "yanbian", 2 * rootLife},
	} {
		if _, err := p.ca.Issue(p.node.Self().Key, row.role, row.id, row.life); err == nil {
			t.Errorf("%s: issued", row.name)
		}
	}
}

func TestCheckpointsAreBoundToKeyHashAndDomain(t *testing.T) {
	p := newProvince(t)
	hash := protocol.Hash{1, 2, 3}
	sig := must(p.node.Sign(hash))(t)
	if err := Verify(p.node.Self().Key, hash, sig); err != nil {
		t.Error(err)
	}
	bare := ed25519.Sign(p.node.Bundle().Key, hash[:])
	for name, err := range map[string]error{
		"another hash":             Verify(p.node.Self().Key, protocol.Hash{1, 2, 4}, sig),
		"another key":              Verify(p.hub.Self().Key, hash, sig),
		"no signature":             Verify(p.node.Self().Key, hash, nil),
		"signature without domain": Verify(p.node.Self().Key, hash, bare),
	} {
		if protocol.CodeOf(err) != protocol.BadSig {
			t.Errorf("%s: %v", name, err)
		}
	}
}
