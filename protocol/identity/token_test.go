package identity

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol"
)

func sampleToken(t testing.TB) Token {
	secret := bytes.NewReader([]byte("0123456789abcdef"))
	return must(NewToken(secret, "yanbian-2", &x509.Certificate{RawSubjectPublicKeyInfo: []byte("root")}))(t)
}

func TestTokenTextIsFrozen(t *testing.T) {
	const want = "xy1-yanbian-2-60rk4csm6mv3ee1sc5h66s35cr-909mjk8kfrb33ex307atsavefc-z07tpz0"
	if got := sampleToken(t).Text(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTokenForgivesCopying(t *testing.T) {
	token := sampleToken(t)
	text := token.Text()
	for name, s := range map[string]string{
		"as written":                   text,
		"in capitals":                  strings.ToUpper(text),
		"blanks around":                "  " + text + "\n",
		"broken into lines":            text[:20] + "\r\n  " + text[20:],
		"o for 0 and l for 1 in words": text[:14] + strings.NewReplacer("0", "o", "1", "l").Replace(text[14:]),
	} {
		if got, err := ParseToken(s); err != nil || got != token {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestEveryTypoInATokenIsNoticed(t *testing.T) {
	token := sampleToken(t)
	text, tried := token.Text(), 0
	try := func(s string) {
		if s == text {
			return
		}
		tried++
		if got, err := ParseToken(s); err == nil && got != token {
			t.Errorf("%s read as another token", s)
		} else if err != nil && protocol.CodeOf(err) != protocol.Malformed {
			t.Errorf("%s: %v", s, err)
		} else if err == nil && !lookalikes(s, text) {
			t.Errorf("%s accepted", s)
		}
	}
	for i := range text {
		for _, c := range "0123456789abcdefghijklmnopqrstuvwxyz-" {
			try(text[:i] + string(c) + text[i+1:])
			try(text[:i] + string(c) + text[i:])
		}
		try(text[:i] + text[i+1:])
		for j := i + 1; j < len(text); j++ {
			b := []byte(text)
			b[i], b[j] = b[j], b[i]
			try(string(b))
		}
	}
	t.Logf("%d typos tried", tried)
}

// lookalikes says the two differ only in characters that stand for each other.
func lookalikes(a, b string) bool { return lookalike.Replace(a) == lookalike.Replace(b) }

func TestBadTokens(t *testing.T) {
	text := sampleToken(t).Text()
	signed := func(s string) string { return s + "-" + check(s) }
	for name, s := range map[string]string{
		"nothing":                  "",
		"only dashes":              "----------",
		"another form":             signed("xy2" + text[3:len(text)-8]),
		"no id":                    signed("xy1--60rk4csm6mv3ee1sc5h66s35cr-909mjk8kfrb33ex307atsavefc"),
		"stray bits in the secret": signed("xy1-a-60rk4csm6mv3ee1sc5h66s35cs-909mjk8kfrb33ex307atsavefc"),
		"a bad id":                 signed("xy1-a_b-60rk4csm6mv3ee1sc5h66s35cr-909mjk8kfrb33ex307atsavefc"),
		"letter u":                 signed("xy1-a-60rk4csm6mv3ee1sc5h66s35cu-909mjk8kfrb33ex307atsavefc"),
		"very long":                strings.Repeat("x", 10_000),
	} {
		if got, err := ParseToken(s); protocol.CodeOf(err) != protocol.Malformed {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, id := range []string{"", "A", "-a", "a b", strings.Repeat("a", 33)} {
		if _, err := NewToken(rand.Reader, id, &x509.Certificate{}); err == nil {
			t.Errorf("id %q accepted", id)
		}
	}
	if _, err := NewToken(strings.NewReader("short"), "a", &x509.Certificate{}); err == nil {
		t.Error("a short secret was accepted")
	}
}

func TestTokenNeverPrintsItsSecret(t *testing.T) {
	token := sampleToken(t)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("enrolled", "token", token)
	for _, s := range []string{fmt.Sprint(token), fmt.Sprintf("%+v", token), fmt.Sprintf("%#v", token), log.String()} {
		if strings.Contains(s, "60rk4") || strings.Contains(s, "48, 49") || strings.Contains(s, "0x30") {
			t.Errorf("secret in %s", s)
		}
	}
}

func TestTokenHashProvesTheSecretAndTheID(t *testing.T) {
	a := sampleToken(t)
	b, c := a, a
	b.Secret[15] ^= 1
	c.ID = "yanbian-3"
	if !a.Matches(a.Hash()) || b.Matches(a.Hash()) || c.Matches(a.Hash()) {
		t.Error("the stored hash fits the wrong token")
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(sampleToken(f).Text())
	f.Add("xy1-a-b-c-d")
	f.Fuzz(func(t *testing.T, s string) {
		token, err := ParseToken(s)
		if err != nil {
			return
		}
		again, err := ParseToken(token.Text())
		if err != nil || again != token {
			t.Fatalf("%q: read %v, reread %v, %v", s, token, again, err)
		}
	})
}

func FuzzPeerOf(f *testing.F) {
	for _, s := range []string{"xiangyun://jilin/hub/a1", "xiangyun://jilin/node/yanbian", "xiangyun://jilin/node/hub", "xiangyun://jilin/hub/%61b", "a:b"} {
		f.Add(s)
	}
	key := must(NewKey())(f)
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.Parse(s)
		if err != nil {
			return
		}
		peer, err := PeerOf(&x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature, PublicKey: key.Public(), URIs: []*url.URL{u}})
		if err != nil {
			return
		}
		if want := uri(peer.Role, peer.ID).String(); u.String() != want || validate(peer.Role, peer.ID) != nil {
			t.Fatalf("%q read as %v", s, peer)
		}
	})
}

func FuzzPeerOfDER(f *testing.F) {
	ca := must(NewAuthority(fixed))(f)
	leaf := must(ca.Issue(KeyOf(must(NewKey())(f)), RoleNode, "yanbian", NodeLife))(f)
	f.Add(leaf.Raw)
	f.Add(ca.root.Raw)
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if peer, err := PeerOf(cert); err == nil && validate(peer.Role, peer.ID) != nil {
			t.Fatalf("read %v", peer)
		}
	})
}

func FuzzDecodePEM(f *testing.F) {
	ca := must(NewAuthority(fixed))(f)
	key := must(encodeKey(ca.key))(f)
	f.Add(append(key, encodeCerts(ca.root)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if certs, err := DecodeCerts(data); err == nil && len(certs) == 0 {
			t.Fatal("no certificates and no error")
		}
	})
}
