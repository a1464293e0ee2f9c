package resttest

import (
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/rest"
)

// People are the accounts of a test. They log in with tokens: a password check
// costs 46 MiB.
type People struct {
	t     testing.TB
	place protocol.NodeID
	all   map[string]protocol.Account // by account id
}

// NewPeople makes an empty list of accounts of one place.
func NewPeople(t testing.TB, place protocol.NodeID) *People {
	return &People{t: t, place: place, all: make(map[string]protocol.Account)}
}

// Add makes an active account and gives its API token.
func (p *People) Add(login string, roles ...protocol.Role) (token string) {
	p.t.Helper()
	return p.AddOf(login, "", roles...)
}

// AddOf is Add for an account of one agency (USCC).
func (p *People) AddOf(login, agency string, roles ...protocol.Role) (token string) {
	p.t.Helper()
	token, err := identity.NewSecret()
	if err != nil {
		p.t.Fatal(err)
	}
	p.all[protocol.AccountID(p.place, login)] = protocol.Account{Place: p.place, Login: login, Name: login, Agency: agency, Roles: roles,
		Tokens: []string{identity.HashSecret(token)}, State: protocol.AccountActive}
	return token
}

// Account and AccountByToken make People the accounts of a gate.
func (p *People) Account(id string) (protocol.Account, bool, error) {
	a, ok := p.all[id]
	return a, ok, nil
}

// AccountByToken finds an account by the hash of its token.
func (p *People) AccountByToken(hash string) (protocol.Account, bool, error) {
	for _, a := range p.all {
		if len(a.Tokens) == 1 && a.Tokens[0] == hash {
			return a, true, nil
		}
	}
	return protocol.Account{}, false, nil
}

// Sessions is a gate of these people over HTTP.
func (p *People) Sessions() *rest.Sessions {
	return &rest.Sessions{Place: p.place, Gate: identity.NewGate(p.place, p)}
}
