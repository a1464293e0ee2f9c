package protocol

import "testing"

func TestRefusalsOfAnAccount(t *testing.T) {
	check(t, []row{
		{"cases.G-07 a login is created once", "account create", stands(anAccount()), "G-07"},
		{"cases.G-07 an account that is not there cannot be changed", "account change", isNew, "G-07"},
		{"cases.G-07 an account that is not there cannot be disabled", "account disable", isNew, "G-07"},
		{"cases.G-07 an account is disabled once", "account disable", before(func(a *Account) { a.State = AccountDisabled }), "G-07"},
		{"cases.G-09 the place never changes", "account change", want(func(a *Account) { a.Place = receives }), "G-09"},
		{"cases.G-09 the login never changes", "account change", want(func(a *Account) { a.Login = "other" }), "G-09"},
		{"cases.G-09 a login in capitals", "account create", want(func(a *Account) { a.Login = "Decider" }), "G-09"},
		{"cases.G-09 a login of one letter", "account create", want(func(a *Account) { a.Login = "d" }), "G-09"},
		{"cases.G-09 the record id is place and login", "account create", underID("changchun:other"), "G-09"},
		{"cases.G-09 an account has a name", "account create", want(func(a *Account) { a.Name = "" }), "G-09"},
		{"cases.G-09 an account has a role", "account create", want(func(a *Account) { a.Roles = nil }), "G-09"},
		{"cases.G-09 a role that does not exist", "account create", want(func(a *Account) { a.Roles = []Role{"king"} }), "G-09"},
		{"cases.G-09 an auditor does nothing else", "account change", want(func(a *Account) { a.Roles = []Role{RoleOperator, RoleAuditor} }), "G-09"},
		{"an auditor alone is welcome", "account create", want(func(a *Account) { a.Roles = []Role{RoleAuditor} }), ""},
		{"a change brings a disabled account back", "account change", before(func(a *Account) { a.State = AccountDisabled }), ""},
	})
}

func TestDisablingAnAccountTakesItsTokensAway(t *testing.T) {
	a := result[Account](t, legalAct(t, "account disable"))
	if a.State != AccountDisabled || a.Tokens != nil || a.Can(RoleDecider) {
		t.Errorf("%+v", a)
	}
}

func TestAnAccountStaysAtItsPlace(t *testing.T) {
	s := legalAct(t, "account create")
	made := s.must(t)
	if made.Home != decides || made.After.All || !made.After.Has(decides) || made.After.Has(receives) {
		t.Errorf("home %s, audience %+v", made.Home, made.After)
	}
}
