package resttest

import (
	"net/http"
	"regexp"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// CheckRights asks every route of api as nobody, as an account without any role
// and as an account of each role: whoever lacks the right must get 401 or 403
// before anything they sent is read, and nobody else may get either for want
// of it. The API must stand on the sessions of people.
func CheckRights(t *testing.T, api *rest.API, people *People) {
	t.Helper()
	tokens := map[protocol.Role]string{"": people.Add("norole")}
	for _, r := range protocol.Roles {
		tokens[r.Role] = people.Add("only-"+string(r.Role), r.Role)
	}
	for _, route := range api.Routes() {
		if route.Public {
			continue
		}
		t.Run(route.Op, func(t *testing.T) {
			if got := ask(api, route, ""); got != http.StatusUnauthorized {
				t.Errorf("nobody gets %d, want 401", got)
			}
			for role, token := range tokens {
				checkRole(t, api, route, role, token)
			}
		})
	}
}

func checkRole(t *testing.T, api *rest.API, route rest.Route, role protocol.Role, token string) {
	t.Helper()
	who := protocol.Account{Place: api.Place(), State: protocol.AccountActive, Roles: []protocol.Role{role}}
	may := route.Anyone || protocol.Authorize(protocol.Question{Subject: &who, Place: api.Place(), Verb: route.Verb}) == nil
	got := ask(api, route, token)
	switch {
	case got == http.StatusUnauthorized:
		t.Errorf("role %q with a token gets 401", role)
	case may == (got == http.StatusForbidden):
		t.Errorf("role %q gets %d, may: %v", role, got, may)
	}
}

// ask sends an empty request: it must not matter what is in it.
func ask(api *rest.API, route rest.Route, token string) int {
	return send(api, route.Method, placeholder.ReplaceAllString(route.Path, "x"), nil, func(r *http.Request) {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}).Code
}
