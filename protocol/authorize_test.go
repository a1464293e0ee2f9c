package protocol

import (
	"fmt"
	"strings"
	"testing"
)

func accountOf(agency string, roles ...Role) *Account {
	return &Account{Place: decides, Login: "someone", Agency: agency, Roles: roles, State: AccountActive}
}

// TestAuthorityMatrix pins who may do what (cases.md §16): every role against
// every verb, for an object of the own agency, of another agency, and of none.
func TestAuthorityMatrix(t *testing.T) {
	var out strings.Builder
	for _, r := range Roles {
		for _, right := range rights {
			fmt.Fprintf(&out, "%-9s %-16s own %-3s  other %-3s  any %s\n", r.Role, right.verb,
				answer(r.Role, right.verb, testUSCC(1)), answer(r.Role, right.verb, testUSCC(2)), answer(r.Role, right.verb, ""))
		}
	}
	golden(t, out.String(), "authorize.golden")
}

func answer(r Role, v Verb, agency string) string {
	if Authorize(Question{Subject: accountOf(testUSCC(1), r), Place: decides, Verb: v, Agency: agency}) != nil {
		return "no"
	}
	return "yes"
}

func TestWhatIsNotNamedIsDenied(t *testing.T) {
	everything := accountOf("", RoleClerk, RoleAcceptor, RoleDecider, RoleEditor, RoleReviewer, RoleOperator)
	disabled := *everything
	disabled.State = AccountDisabled
	for _, row := range []struct {
		name string
		q    Question
	}{
		{"nobody", Question{Place: decides, Verb: MayReadStatus}},
		{"a disabled account", Question{Subject: &disabled, Place: decides, Verb: MayReadStatus}},
		{"an account that was never active", Question{Subject: &Account{Place: decides, Roles: []Role{RoleOperator}}, Place: decides, Verb: MayReadStatus}},
		{"an account of another place", Question{Subject: everything, Place: receives, Verb: MayReadStatus}},
		{"an account of a node at the hub", Question{Subject: everything, Place: Hub, Verb: MayManageNode}},
		{"a verb that does not exist", Question{Subject: everything, Place: decides, Verb: "case.burn"}},
		{"no verb", Question{Subject: everything, Place: decides}},
		{"an account without a role", Question{Subject: accountOf(testUSCC(1)), Place: decides, Verb: MayReadStatus}},
		{"a role that does not exist", Question{Subject: accountOf(testUSCC(1), "king"), Place: decides, Verb: MayReadStatus}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := Authorize(row.q)
			if f == nil || f.Code != Denied || f.Text == "" {
				t.Errorf("%v", f)
			}
		})
	}
}

func TestEveryVerbHasOneRowAndSomebodyWhoMay(t *testing.T) {
	seen := map[Verb]bool{}
	for _, r := range rights {
		if seen[r.verb] || len(r.roles) == 0 {
			t.Errorf("%s: %v", r.verb, r.roles)
		}
		seen[r.verb] = true
		for _, role := range r.roles {
			if !knownRole(role) {
				t.Errorf("%s names the role %s", r.verb, role)
			}
		}
	}
}

// TestG08TwoRolesAreNotTwoPeople: an account may hold both roles, and the judges
// still want two people (cases.G-08, catalog.K-06, catalog.K-07).
func TestG08TwoRolesAreNotTwoPeople(t *testing.T) {
	both := accountOf("", RoleClerk, RoleAcceptor, RoleDecider, RoleEditor, RoleReviewer)
	for _, v := range []Verb{MayReceive, MayDecide, MayEditCatalog, MayReview} {
		if f := Authorize(Question{Subject: both, Place: decides, Verb: v}); f != nil {
			t.Errorf("%s: %v", v, f)
		}
	}
	for scene, who := range map[string]struct{ same, rule string }{
		"case grant":             {clerk, "G-08"},
		"case deny":              {clerk, "G-08"},
		"changeset first_review": {editor, "K-06"},
		"review approve":         {first, "K-07"},
		"review return":          {editor, "K-07"},
	} {
		s := legalAct(t, scene)
		s.by = who.same
		if _, no := s.complete(t); ruleOf(no) != who.rule {
			t.Errorf("%s by %s: %v", scene, who.same, no)
		}
	}
}
