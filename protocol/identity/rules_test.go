package identity

import (
	"crypto/tls"
	"testing"
	"time"

	"xiangyun/protocol"
)

func TestWhoMaySpeakWhat(t *testing.T) {
	p := newProvince(t)
	for _, row := range []struct {
		name     string
		dialler  *Holder
		alpn     string
		server   *Holder
		want     protocol.NodeID
		role     Role
		deniedAt string
	}{
		{"a hub server speaks raft to a hub server", p.hub, ALPNRaft, p.hub, "changchun-1", RoleHub, ""},
		{"a hub server gossips with a hub server", p.hub, ALPNGossip, p.hub, "", RoleHub, ""},
		{"a node syncs with a hub server", p.node, ALPNSync, p.hub, "", RoleHub, ""},
		{"a hub server fetches from a hub server", p.hub, ALPNSync, p.hub, "", RoleHub, ""},
		{"a node renews at a hub server", p.node, ALPNEnroll, p.hub, "", RoleHub, ""},
		{"hub servers may speak a protocol not in the list", p.hub, "xy-new/1", p.hub, "", RoleHub, ""},
		{"a node may not speak raft", p.node, ALPNRaft, p.hub, "", RoleHub, "server"},
		{"a node may not gossip", p.node, ALPNGossip, p.hub, "", RoleHub, "server"},
		{"a node may not speak a protocol not in the list", p.node, "xy-new/1", p.hub, "", RoleHub, "server"},
		{"a node is no hub server", p.hub, ALPNSync, p.node, "", RoleHub, "client"},
		{"a node serves nobody, even when asked for", p.hub, ALPNSync, p.node, "yanbian", RoleNode, "client"},
		{"a node is no raft peer", p.hub, ALPNRaft, p.node, "yanbian", RoleNode, "client"},
		{"a hub server is no node", p.hub, ALPNSync, p.hub, "", RoleNode, "client"},
		{"another hub server answers at this address", p.node, ALPNSync, p.hub, "changchun-2", RoleHub, "client"},
	} {
		t.Run(row.name, func(t *testing.T) {
			atClient, atServer := shake(row.dialler.Client(row.alpn, row.want, row.role), row.server.Server(row.alpn))
			switch row.deniedAt {
			case "client":
				wantDenied(t, "client", atClient)
			case "server":
				wantDenied(t, "server", atServer)
			default:
				if atClient != nil || atServer != nil {
					t.Errorf("client: %v, server: %v", atClient, atServer)
				}
			}
		})
	}
}

func TestAStrangerMayOnlyEnrol(t *testing.T) {
	p := newProvince(t)
	for _, alpn := range []string{ALPNRaft, ALPNGossip, ALPNSync} {
		_, err := shake(plain(alpn), p.hub.Server(ALPNRaft, ALPNGossip, ALPNSync, ALPNEnroll))
		wantDenied(t, alpn, err)
	}
	if _, err := shake(plain(ALPNEnroll), p.hub.Server(ALPNSync, ALPNEnroll)); err != nil {
		t.Errorf("enrol: %v", err)
	}
	if _, err := shake(plain(""), p.hub.Server(ALPNSync, ALPNEnroll)); err == nil {
		t.Error("a client without any protocol came in")
	}
}

// A node that was cut off for six weeks renews by itself (replication.T3).
func TestAnExpiredNodeMayOnlyRenew(t *testing.T) {
	p := newProvince(t)
	later := func() time.Time { return today.Add(45 * 24 * time.Hour) }
	node := must(NewHolder(p.node.Bundle(), later))(t)
	key := must(NewKey())(t)
	p.ca.now = later
	leaf := must(p.ca.Issue(KeyOf(key), RoleHub, "changchun-1", HubLife))(t)
	hub := must(NewHolder(Bundle{key, leaf, p.hub.Bundle().Roots}, later))(t)

	_, err := shake(node.Client(ALPNSync, "", RoleHub), hub.Server(ALPNSync, ALPNEnroll))
	wantDenied(t, "sync", err)
	if atClient, atServer := shake(node.Client(ALPNEnroll, "", RoleHub), hub.Server(ALPNSync, ALPNEnroll)); atClient != nil || atServer != nil {
		t.Errorf("renew: client: %v, server: %v", atClient, atServer)
	}
	stranger := plain(ALPNEnroll)
	other := newProvince(t)
	stranger.Certificates = []tls.Certificate{other.forge(t, func(f *forged) { f.NotAfter = today })}
	_, err = shake(stranger, hub.Server(ALPNEnroll))
	wantDenied(t, "expired certificate of another CA", err)
}

func TestAnEnrollingNodeBelievesOnlyTheRootOfItsToken(t *testing.T) {
	p, other := newProvince(t), newProvince(t)
	key := must(NewKey())(t)
	stranger := NewEnrolling(key, PinOf(p.ca.Root()), fixed)
	if !stranger.NeedsRenewal(today) || stranger.Self() != (Peer{}) {
		t.Error("a stranger claims to be somebody")
	}
	if atClient, atServer := shake(stranger.Client(ALPNEnroll, "", RoleHub), p.hub.Server(ALPNEnroll)); atClient != nil || atServer != nil {
		t.Errorf("the right hub: client: %v, server: %v", atClient, atServer)
	}
	err, _ := shake(stranger.Client(ALPNEnroll, "", RoleHub), other.hub.Server(ALPNEnroll))
	wantDenied(t, "hub of another root", err)

	rootless := plain(ALPNEnroll)
	rootless.Certificates = []tls.Certificate{p.forge(t, func(*forged) {})}
	err, _ = shake(stranger.Client(ALPNEnroll, "", RoleHub), rootless)
	wantDenied(t, "chain without the root", err)

	borrowed := plain(ALPNEnroll)
	borrowed.Certificates = []tls.Certificate{other.forge(t, func(f *forged) { f.extra = [][]byte{p.ca.root.Raw} })}
	err, _ = shake(stranger.Client(ALPNEnroll, "", RoleHub), borrowed)
	wantDenied(t, "right root behind a foreign leaf", err)

	leaf := must(p.ca.Issue(KeyOf(key), RoleNode, "baishan", NodeLife))(t)
	foreign := must(other.ca.Issue(KeyOf(key), RoleNode, "baishan", NodeLife))(t)
	if stranger.Swap(Bundle{key, foreign, other.hub.Bundle().Roots}) == nil {
		t.Error("took a certificate of a root the token does not name")
	}
	if err := stranger.Swap(Bundle{key, leaf, p.hub.Bundle().Roots}); err != nil {
		t.Fatal(err)
	}
	if _, err := shake(stranger.Client(ALPNSync, "", RoleHub), p.hub.Server(ALPNSync)); err != nil {
		t.Errorf("enrolled and still refused: %v", err)
	}
}
