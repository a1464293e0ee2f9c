package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"xiangyun/protocol"
)

// Cost of one password check: 46 MiB, one pass, one lane (OWASP ASVS 11.4.2).
const (
	argonMemory = 46 << 10 // KiB
	argonTime   = 1
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// HashPassword gives the stored form of a password. Too short or too long is a
// malformed fault.
func HashPassword(password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < 8 || n > 128 {
		return "", protocol.NewFault(protocol.Malformed, "hash password", "密码须为 8 至 128 个字符")
	}
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("draw salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// CheckPassword reports whether the password is the stored one. A stored form
// that cannot be read never matches.
func CheckPassword(stored, password string) bool {
	parts := strings.Split(stored, "$")
	var memory, time uint32
	var lanes uint8
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes); err != nil || memory > 1<<20 || time == 0 || time > 10 || lanes == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) < 16 || len(want) > 64 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, time, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// nobody is checked when there is no such account, so that an answer takes as
// long as for one that exists.
const nobody = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
