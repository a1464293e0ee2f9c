package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"regexp"
	"strings"

	"xiangyun/protocol"
)

// Pin is the first half of the SHA-256 of a root's SPKI.
type Pin [16]byte

// IsZero reports whether p names no root.
func (p Pin) IsZero() bool { return p == Pin{} }

// PinOf names a root by its key.
func PinOf(root *x509.Certificate) Pin {
	sum := sha256.Sum256(root.RawSubjectPublicKeyInfo)
	return Pin(sum[:16])
}

// Token is one enrolment: which token record of the hub, the secret that
// proves it, and the root to expect. It prints and logs without the secret.
type Token struct {
	ID     string
	Secret [16]byte
	Pin    Pin
}

// Token text: xy1-<id>-<secret>-<pin>-<check>, in lower case. Secret and pin
// are 26 characters of base32 without the letters i, l, o and u; the check is
// the CRC-32C of everything before it, which finds every wrong character and
// every swap of neighbours.
const (
	tokenForm = "xy1"
	wordLen   = 26
	checkLen  = 7
	maxToken  = 200
)

var (
	tokenID   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	base      = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
	crc       = crc32.MakeTable(crc32.Castagnoli)
	lookalike = strings.NewReplacer("i", "1", "l", "1", "o", "0")
)

// NewToken draws a secret from random for the token record id of the hub.
func NewToken(random io.Reader, id string, ca *x509.Certificate) (Token, error) {
	if !tokenID.MatchString(id) {
		return Token{}, fmt.Errorf("token id %q: want 1 to 32 of a-z, 0-9 and '-'", id)
	}
	t := Token{ID: id, Pin: PinOf(ca)}
	if _, err := io.ReadFull(random, t.Secret[:]); err != nil {
		return Token{}, fmt.Errorf("draw token secret: %w", err)
	}
	return t, nil
}

// Text is the whole token, to be carried to the new node.
func (t Token) Text() string {
	s := strings.Join([]string{tokenForm, t.ID, base.EncodeToString(t.Secret[:]), base.EncodeToString(t.Pin[:])}, "-")
	return s + "-" + check(s)
}

// String leaves the secret out.
func (t Token) String() string { return tokenForm + "-" + t.ID + "-…" }

// LogValue leaves the secret out.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// GoString leaves the secret out.
func (t Token) GoString() string { return t.String() }

// Hash is what the hub stores: it proves the secret without giving it away.
func (t Token) Hash() protocol.Hash {
	text := fmt.Appendf(nil, "xiangyun enrolment token v1\x00%s\x00", t.ID)
	return sha256.Sum256(append(text, t.Secret[:]...))
}

// Matches compares with a stored hash in constant time.
func (t Token) Matches(stored protocol.Hash) bool {
	h := t.Hash()
	return subtle.ConstantTimeCompare(h[:], stored[:]) == 1
}

func check(s string) string {
	return base.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.Checksum([]byte(s), crc)))
}

// ParseToken reads what Text wrote. It forgives upper case, blanks and line
// breaks from copying, and i, l, o for 1 and 0; anything else is Malformed and
// says so to the person typing.
func ParseToken(text string) (Token, error) {
	bad := func(why string) (Token, error) {
		return Token{}, protocol.NewFault(protocol.Malformed, "read enrolment token", "登记令牌有误:%s。请重新完整复制令牌", why)
	}
	if len(text) > maxToken {
		return bad("太长")
	}
	parts := strings.Split(strings.ToLower(strings.Join(strings.Fields(text), "")), "-")
	n := len(parts)
	if n < 5 || parts[0] != tokenForm {
		return bad("应写作 xy1-编号-密码-指纹-校验,中间用 - 连接")
	}
	t := Token{ID: strings.Join(parts[1:n-3], "-")}
	secret, pin, sum := lookalike.Replace(parts[n-3]), lookalike.Replace(parts[n-2]), lookalike.Replace(parts[n-1])
	switch {
	case len(secret) != wordLen || len(pin) != wordLen || len(sum) != checkLen:
		return bad("少了或多了字符")
	case check(strings.Join([]string{tokenForm, t.ID, secret, pin}, "-")) != sum:
		return bad("校验不符,有字符抄错")
	case !tokenID.MatchString(t.ID) || !decodeWord(t.Secret[:], secret) || !decodeWord(t.Pin[:], pin):
		return bad("含有不该有的字符")
	}
	return t, nil
}

// decodeWord takes only the one spelling that Text writes.
func decodeWord(to []byte, word string) bool {
	b, err := base.DecodeString(word)
	return err == nil && copy(to, b) == len(to) && base.EncodeToString(to) == word
}
