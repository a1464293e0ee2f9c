package protocol

import "testing"

func TestRefusalsOfAnAgency(t *testing.T) {
	check(t, []row{
		{"cases.G-07 an agency is registered once", "agency register", stands(anAgency()), "G-07"},
		{"cases.G-07 what is not registered cannot be updated", "agency update", isNew, "G-07"},
		{"cases.G-07 what is not registered cannot be disabled", "agency disable", isNew, "G-07"},
		{"cases.G-07 an agency is disabled once", "agency disable", before(func(a *Agency) { a.State = AgencyDisabled }), "G-07"},
		{"cases.G-09 the code is the record id", "agency register", want(func(a *Agency) { a.USCC = testUSCC(2) }), "G-09"},
		{"cases.G-09 an agency has a name", "agency register", want(func(a *Agency) { a.Name = "" }), "G-09"},
		{"cases.G-09 an agency works at a node", "agency update", want(func(a *Agency) { a.Node = "长春" }), "G-09"},
		{"cases.V-03a a code of 17 characters", "agency register", misnamed("11220100PDY00001X"), "V-03a"},
		{"cases.V-03b a code with the letter I", "agency register", misnamed("11220100PDY00001IB"), "V-03b"},
		{"cases.V-03c a code with a wrong check character", "agency register", misnamed("11220100PDY00001XA"), "V-03c"},
		{"an update brings a disabled agency back", "agency update", before(func(a *Agency) { a.State = AgencyDisabled }), ""},
	})
}

func misnamed(uscc string) func(*scene) {
	return both(underID(uscc), want(func(a *Agency) { a.USCC = uscc }))
}

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
