package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
)

var today = time.Date(2026, 3, 2, 9, 15, 0, 0, protocol.Beijing)

func fixed() time.Time { return today }

// province is a CA, a hub server and a node, all in date.
type province struct {
	ca        *Authority
	hub, node *Holder
}

func newProvince(t *testing.T) *province {
	t.Helper()
	ca := must(NewAuthority(fixed))(t)
	return &province{ca, enrolled(t, ca, RoleHub, "changchun-1"), enrolled(t, ca, RoleNode, "yanbian")}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func enrolled(t *testing.T, ca *Authority, role Role, id protocol.NodeID) *Holder {
	t.Helper()
	key := must(NewKey())(t)
	leaf := must(ca.Issue(KeyOf(key), role, id, NodeLife))(t)
	return must(NewHolder(Bundle{key, leaf, []*x509.Certificate{ca.Root()}}, fixed))(t)
}

// forged is a certificate as an attacker or a careless CA might make it: right
// in everything (a hub server's) but for what change does.
type forged struct {
	*x509.Certificate
	key    crypto.Signer
	parent *x509.Certificate
	signer crypto.Signer
	extra  [][]byte // more certificates in the chain
}

func (p *province) forge(t *testing.T, change func(*forged)) tls.Certificate {
	t.Helper()
	f := &forged{key: must(NewKey())(t), parent: p.ca.root, signer: p.ca.key, Certificate: &x509.Certificate{
		SerialNumber: big.NewInt(7),
		Subject:      pkix.Name{CommonName: "hub/changchun-9"},
		NotBefore:    today.Add(-time.Hour), NotAfter: today.Add(time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		URIs:                  []*url.URL{uri(RoleHub, "changchun-9")},
	}}
	change(f)
	der, err := x509.CreateCertificate(rand.Reader, f.Certificate, f.parent, f.key.Public(), f.signer)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: append([][]byte{der}, f.extra...), PrivateKey: f.key}
}

// as changes the whole SAN to the URIs given.
func as(uris ...string) func(*forged) {
	return func(f *forged) {
		f.URIs = nil
		for _, s := range uris {
			u, err := url.Parse(s)
			if err != nil {
				panic(err)
			}
			f.URIs = append(f.URIs, u)
		}
	}
}

// badCertificates are refused at both ends of a handshake.
var badCertificates = []struct {
	name   string
	change func(*testing.T, *province, *forged)
}{
	{"another province", from(as("xiangyun://liaoning/hub/changchun-9"))},
	{"a longer province name", from(as("xiangyun://jilin.example/hub/changchun-9"))},
	{"province in capitals", from(as("xiangyun://JILIN/hub/changchun-9"))},
	{"another scheme", from(as("https://jilin/hub/changchun-9"))},
	{"a port", from(as("xiangyun://jilin:443/hub/changchun-9"))},
	{"a user", from(as("xiangyun://root@jilin/hub/changchun-9"))},
	{"a query", from(as("xiangyun://jilin/hub/changchun-9?epoch=2"))},
	{"an empty query", from(as("xiangyun://jilin/hub/changchun-9?"))},
	{"a fragment", from(as("xiangyun://jilin/hub/changchun-9#x"))},
	{"an escaped letter", from(as("xiangyun://jilin/hub/changchu%6e-9"))},
	{"a trailing slash", from(as("xiangyun://jilin/hub/changchun-9/"))},
	{"one segment too many", from(as("xiangyun://jilin/hub/changchun-9/root"))},
	{"two slashes", from(as("xiangyun://jilin//hub/changchun-9"))},
	{"dots in the path", from(as("xiangyun://jilin/node/../hub/changchun-9"))},
	{"no id", from(as("xiangyun://jilin/hub/"))},
	{"no path", from(as("xiangyun://jilin"))},
	{"no host", from(as("xiangyun:///hub/changchun-9"))},
	{"opaque form", from(as("xiangyun:jilin/hub/changchun-9"))},
	{"an id with capitals", from(as("xiangyun://jilin/hub/Changchun"))},
	{"an id that is too long", from(as("xiangyun://jilin/hub/" + strings.Repeat("a", 33)))},
	{"an unknown role", from(as("xiangyun://jilin/admin/changchun-9"))},
	{"role in capitals", from(as("xiangyun://jilin/HUB/changchun-9"))},
	{"a node called hub", from(as("xiangyun://jilin/node/hub"))},
	{"two identities", from(as("xiangyun://jilin/hub/changchun-9", "xiangyun://jilin/node/yanbian"))},
	{"one identity twice", from(as("xiangyun://jilin/hub/changchun-9", "xiangyun://jilin/hub/changchun-9"))},
	{"no SAN, common name only", from(as())},
	{"DNS name instead of URI", from(func(f *forged) { f.URIs, f.DNSNames = nil, []string{"hub.jilin"} })},
	{"DNS name beside URI", from(func(f *forged) { f.DNSNames = []string{"hub.jilin"} })},
	{"IP address beside URI", from(func(f *forged) { f.IPAddresses = []net.IP{net.IPv4(10, 0, 0, 1)} })},
	{"e-mail beside URI", from(func(f *forged) { f.EmailAddresses = []string{"hub@jilin.example"} })},
	{"expired a second ago", from(func(f *forged) { f.NotAfter = today.Add(-time.Second) })},
	{"not yet valid", from(func(f *forged) { f.NotBefore = today.Add(time.Second) })},
	{"key usage: encipherment", from(func(f *forged) { f.KeyUsage = x509.KeyUsageKeyEncipherment })},
	{"key usage: none", from(func(f *forged) { f.KeyUsage = 0 })},
	{"key usage: also signs certificates", from(func(f *forged) { f.KeyUsage |= x509.KeyUsageCertSign })},
	{"extended key usage: code signing", from(func(f *forged) { f.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} })},
	{"marked as CA", from(func(f *forged) { f.IsCA = true })},
	{"an ECDSA key", from(func(f *forged) { f.key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })},
	{"an RSA key", from(func(f *forged) { f.key, _ = rsa.GenerateKey(rand.Reader, 2048) })},
	{"self-signed", from(func(f *forged) { f.parent, f.signer = f.Certificate, f.key })},
	{"another CA of the same name", func(t *testing.T, _ *province, f *forged) {
		other := must(NewAuthority(fixed))(t)
		f.parent, f.signer, f.extra = other.root, other.key, [][]byte{other.root.Raw}
	}},
	{"signed by a hub server", func(_ *testing.T, p *province, f *forged) {
		b := p.hub.Bundle()
		f.parent, f.signer, f.extra = b.Leaf, b.Key, [][]byte{b.Leaf.Raw, p.ca.root.Raw}
	}},
	{"signed by an intermediate the root signed", func(t *testing.T, p *province, f *forged) {
		key := must(NewKey())(t)
		middle := p.forge(t, func(m *forged) {
			m.IsCA, m.KeyUsage, m.URIs, m.key = true, x509.KeyUsageCertSign, nil, key
		})
		parent := must(x509.ParseCertificate(middle.Certificate[0]))(t)
		f.parent, f.signer, f.extra = parent, key, [][]byte{parent.Raw, p.ca.root.Raw}
	}},
}

func from(change func(*forged)) func(*testing.T, *province, *forged) {
	return func(_ *testing.T, _ *province, f *forged) { change(f) }
}

func TestBadCertificatesAreDeniedAtBothEnds(t *testing.T) {
	p := newProvince(t)
	for _, row := range badCertificates {
		t.Run(row.name, func(t *testing.T) {
			cert := p.forge(t, func(f *forged) { row.change(t, p, f) })
			client := plain(ALPNSync)
			client.Certificates = []tls.Certificate{cert}
			_, atServer := shake(client, p.hub.Server(ALPNSync))
			wantDenied(t, "server", atServer)

			server := plain(ALPNSync)
			server.Certificates = []tls.Certificate{cert}
			atClient, _ := shake(p.hub.Client(ALPNSync, "", RoleHub), server)
			wantDenied(t, "client", atClient)
		})
	}
	t.Logf("%d bad certificates, each tried at both ends", len(badCertificates))
}

func TestTheForgeryUnchangedIsBelieved(t *testing.T) { // else the table above proves nothing
	p := newProvince(t)
	config := plain(ALPNSync)
	config.Certificates = []tls.Certificate{p.forge(t, func(*forged) {})}
	if _, err := shake(config, p.hub.Server(ALPNSync)); err != nil {
		t.Errorf("server: %v", err)
	}
	if err, _ := shake(p.hub.Client(ALPNSync, "changchun-9", RoleHub), config); err != nil {
		t.Errorf("client: %v", err)
	}
}

func TestOneSidedCertificatesAreDenied(t *testing.T) {
	p := newProvince(t)
	only := func(u x509.ExtKeyUsage) *tls.Config {
		c := plain(ALPNSync)
		c.Certificates = []tls.Certificate{p.forge(t, func(f *forged) { f.ExtKeyUsage = []x509.ExtKeyUsage{u} })}
		return c
	}
	_, err := shake(only(x509.ExtKeyUsageServerAuth), p.hub.Server(ALPNSync))
	wantDenied(t, "a server's certificate at a client", err)
	err, _ = shake(p.hub.Client(ALPNSync, "", RoleHub), only(x509.ExtKeyUsageClientAuth))
	wantDenied(t, "a client's certificate at a server", err)

	root := plain(ALPNSync)
	root.Certificates = []tls.Certificate{{Certificate: [][]byte{p.ca.root.Raw}, PrivateKey: p.ca.key}}
	_, err = shake(root, p.hub.Server(ALPNSync))
	wantDenied(t, "the root itself as a client", err)
	err, _ = shake(p.hub.Client(ALPNSync, "", RoleHub), root)
	wantDenied(t, "the root itself as a server", err)
}

func plain(alpn string) *tls.Config {
	return &tls.Config{
		NextProtos: []string{alpn}, ServerName: Province, Time: fixed,
		InsecureSkipVerify: true, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13,
	}
}

// shake runs one handshake and gives what each end says. It uses loopback
// sockets: both ends may write at once, which net.Pipe does not bear.
func shake(client, server *tls.Config) (atClient, atServer error) {
	near, far, err := loopback()
	if err != nil {
		return err, err
	}
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(far, server).Handshake()
		far.Close()
	}()
	c := tls.Client(near, client)
	if atClient = c.Handshake(); atClient == nil {
		c.Read(make([]byte, 1)) // takes the server's alert, if any
	}
	near.Close()
	return atClient, <-done
}

func loopback() (near, far net.Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	far, err = l.Accept()
	return near, far, err
}

func wantDenied(t *testing.T, where string, err error) {
	t.Helper()
	if protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("at the %s: %v, want denied", where, err)
	}
}
