package protocol

import "testing"

func TestRefusalsOfAToken(t *testing.T) {
	check(t, []row{
		{"cases.G-07 a token id is used once", "enrolment issue", stands(aToken()), "G-07"},
		{"cases.G-09 a token is for a node or a server", "enrolment issue", want(func(e *Enrolment) { e.Role = "window" }), "G-09"},
		{"cases.G-09 a token names who may join", "enrolment issue", want(func(e *Enrolment) { e.Subject = "" }), "G-09"},
		{"cases.G-09 a token has a secret", "enrolment issue", want(func(e *Enrolment) { e.Secret = Hash{} }), "G-09"},
		{"cases.G-09 a token is issued for later", "enrolment issue", want(func(e *Enrolment) { e.Expires = sceneAt }), "G-09"},
		{"E-token-a an unknown token", "enrolment use", isNew, "E-token-a"},
		{"E-token-a a cancelled token", "enrolment use", before(func(e *Enrolment) { e.State = TokenCancelled }), "E-token-a"},
		{"E-token-b a used token", "enrolment use", before(func(e *Enrolment) { e.State = TokenUsed }), "E-token-b"},
		{"E-token-c a token that expired a millisecond ago", "enrolment use", before(func(e *Enrolment) { e.Expires = sceneAt - 1 }), "E-token-c"},
		{"a token in its last millisecond", "enrolment use", before(func(e *Enrolment) { e.Expires = sceneAt }), ""},
		{"cases.G-09 a token is used with a key", "enrolment use", want(func(e *Enrolment) { e.Key = Hash{} }), "G-09"},
		{"cases.G-07 an unknown token cannot be cancelled", "enrolment cancel", isNew, "G-07"},
		{"cases.G-07 a used token cannot be cancelled", "enrolment cancel", before(func(e *Enrolment) { e.State = TokenUsed }), "G-07"},
	})
}
