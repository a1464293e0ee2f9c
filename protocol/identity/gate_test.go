package identity

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
)

// gateAccounts is the list of accounts of a test; a test may change it while
// the gate uses it.
type gateAccounts struct {
	mu  sync.Mutex // guards all, err
	all map[string]protocol.Account
	err error
}

func (g *gateAccounts) Account(id string) (protocol.Account, bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, ok := g.all[id]
	return a, ok, g.err
}

func (g *gateAccounts) AccountByToken(hash string) (protocol.Account, bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range g.all {
		for _, h := range a.Tokens {
			if h == hash {
				return a, true, g.err
			}
		}
	}
	return protocol.Account{}, false, g.err
}

func (g *gateAccounts) change(login string, do func(*protocol.Account)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.all["yanbian:"+login]
	do(&a)
	g.all["yanbian:"+login] = a
}

const rightPassword = "correct horse"

func newGate(t *testing.T) (*Gate, *gateAccounts) {
	t.Helper()
	hash, err := HashPassword(rightPassword)
	if err != nil {
		t.Fatal(err)
	}
	list := &gateAccounts{all: make(map[string]protocol.Account)}
	for _, login := range []string{"zhang", "li"} {
		list.all["yanbian:"+login] = protocol.Account{Place: "yanbian", Login: login, Roles: []protocol.Role{protocol.RoleClerk},
			Password: hash, State: protocol.AccountActive}
	}
	return NewGate("yanbian", list), list
}

func wantCode(t *testing.T, err error, want protocol.Code) {
	t.Helper()
	if got := protocol.CodeOf(err); got != want {
		t.Errorf("fault %v, want code %v", err, want)
	}
}

func enter(t *testing.T, g *Gate, login string) string {
	t.Helper()
	token, who, err := g.Login(login, rightPassword)
	if err != nil || who.Login != login {
		t.Fatalf("log in: %+v %v", who, err)
	}
	return token
}

func TestGateLetsIn(t *testing.T) {
	g, _ := newGate(t)
	token := enter(t, g, "zhang")
	if who, err := g.Session(token); err != nil || who.Login != "zhang" {
		t.Errorf("session: %+v %v", who, err)
	}
	if other := enter(t, g, "zhang"); other == token {
		t.Error("two sessions have one token")
	}
	g.Logout(token)
	_, err := g.Session(token)
	wantCode(t, err, protocol.Denied)
}

func TestGateKeepsOut(t *testing.T) {
	g, list := newGate(t)
	list.all["yanbian:off"] = protocol.Account{Place: "yanbian", Login: "off", Password: list.all["yanbian:li"].Password, State: protocol.AccountDisabled}
	list.all["yanbian:program"] = protocol.Account{Place: "yanbian", Login: "program", State: protocol.AccountActive}
	var texts []string
	for _, c := range []struct{ name, login, password string }{
		{"a wrong password", "zhang", "wrong horse"},
		{"an account that is not there", "wang", rightPassword},
		{"a disabled account with its right password", "off", rightPassword},
		{"an account without a password", "program", ""},
		{"an account of another place", "hub:zhang", rightPassword},
		{"an empty password", "zhang", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, _, err := g.Login(c.login, c.password)
			wantCode(t, err, protocol.Denied)
			var f *protocol.Fault
			if errors.As(err, &f) {
				texts = append(texts, f.Text)
			}
			if token != "" {
				t.Error("a token was given")
			}
		})
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("one can tell accounts apart: %q and %q", texts[0], text)
		}
	}
}

func TestGateLocksGuessersOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := newGate(t)
		for range failLimit {
			_, _, err := g.Login("zhang", "guess")
			wantCode(t, err, protocol.Denied)
			time.Sleep(time.Minute)
		}
		_, _, err := g.Login("zhang", rightPassword)
		wantCode(t, err, protocol.Busy)
		if want := fmt.Sprint(60-failLimit+1, " 分钟"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s in it", err, want)
		}
		enter(t, g, "li") // nobody else is locked
		time.Sleep(failWindow - failLimit*time.Minute + time.Second)
		token := enter(t, g, "zhang") // the first guess is over an hour old
		if _, err := g.Session(token); err != nil {
			t.Error(err)
		}
	})
}

func TestAnUnknownAccountLocksLikeAKnownOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := newGate(t)
		for range failLimit {
			_, _, err := g.Login("wang", "guess")
			wantCode(t, err, protocol.Denied)
		}
		_, _, err := g.Login("wang", "guess")
		wantCode(t, err, protocol.Busy)
	})
}

func TestARightPasswordForgivesWrongOnes(t *testing.T) {
	if testing.Short() {
		t.Skip("checks 20 passwords")
	}
	g, _ := newGate(t)
	for range 2 {
		for range failLimit - 1 {
			g.Login("zhang", "guess")
		}
		enter(t, g, "zhang")
	}
}

func TestSessionsEnd(t *testing.T) {
	for _, c := range []struct {
		name  string
		every time.Duration // between two requests
		times int
		alive bool
	}{
		{"not while it is used", sessionIdle, 10, true},
		{"after half an hour without use", sessionIdle + time.Second, 1, false},
		{"after eight hours of use", sessionIdle, int(sessionLife/sessionIdle) + 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, _ := newGate(t)
				token := enter(t, g, "zhang")
				var err error
				for range c.times {
					time.Sleep(c.every)
					_, err = g.Session(token)
				}
				if (err == nil) != c.alive {
					t.Errorf("session: %v", err)
				}
			})
		})
	}
}

func TestEndedSessionsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := newGate(t)
		for range 3 {
			enter(t, g, "zhang")
		}
		time.Sleep(sessionIdle + time.Second)
		enter(t, g, "li")
		if n := len(g.sessions); n != 1 {
			t.Errorf("%d sessions are kept", n)
		}
	})
}

func TestADisabledAccountIsOutAtOnce(t *testing.T) {
	g, list := newGate(t)
	secret, err := NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	list.change("zhang", func(a *protocol.Account) { a.Tokens = []string{HashSecret(secret)} })
	token := enter(t, g, "zhang")
	if who, err := g.Token(secret); err != nil || who.Login != "zhang" {
		t.Fatalf("token: %+v %v", who, err)
	}
	list.change("zhang", func(a *protocol.Account) { a.State = protocol.AccountDisabled })
	_, err = g.Session(token)
	wantCode(t, err, protocol.Denied)
	_, err = g.Token(secret)
	wantCode(t, err, protocol.Denied)
	list.change("zhang", func(a *protocol.Account) { a.State = protocol.AccountActive })
	if _, err := g.Session(token); err != nil {
		t.Errorf("back in use, and %v", err)
	}
}

func TestUnknownTokensAreDenied(t *testing.T) {
	g, _ := newGate(t)
	for _, token := range []string{"", "x", HashSecret("x")} {
		_, err := g.Token(token)
		wantCode(t, err, protocol.Denied)
		_, err = g.Session(token)
		wantCode(t, err, protocol.Denied)
	}
}

func TestAListThatCannotBeReadIsNoDenial(t *testing.T) {
	g, list := newGate(t)
	token := enter(t, g, "zhang")
	list.err = errors.New("disk")
	_, _, err := g.Login("zhang", rightPassword)
	wantCode(t, err, protocol.Internal)
	_, err = g.Session(token)
	wantCode(t, err, protocol.Internal)
	list.err = nil
	enter(t, g, "zhang") // and it counts as no wrong password
	if n := len(g.fails); n != 0 {
		t.Errorf("%d accounts have wrong passwords", n)
	}
}

// TestNobodyCostsAsMuchAsSomebody: an answer about an account that is not there
// must take as long. Equal costs mean equal work; a stopwatch would only tell
// how busy the machine is.
func TestNobodyCostsAsMuchAsSomebody(t *testing.T) {
	somebody, err := HashPassword(rightPassword)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(nobody, "$"), strings.Split(somebody, "$")
	if len(a) != len(b) {
		t.Fatalf("forms differ: %q %q", nobody, somebody)
	}
	for i := range a {
		if i < 4 && a[i] != b[i] || len(a[i]) != len(b[i]) {
			t.Errorf("part %d is %q for nobody and %q for somebody", i, a[i], b[i])
		}
	}
	for _, password := range []string{"", rightPassword, "nobody"} {
		if CheckPassword(nobody, password) {
			t.Errorf("nobody logs in with %q", password)
		}
	}
}

// TestGuessesAtOnce: the check of many passwords at once holds few of them in
// memory, and all are counted.
func TestGuessesAtOnce(t *testing.T) {
	g, _ := newGate(t)
	var wg sync.WaitGroup
	for range failLimit {
		wg.Go(func() { g.Login("zhang", "guess") })
	}
	wg.Wait()
	_, _, err := g.Login("zhang", rightPassword)
	wantCode(t, err, protocol.Busy)
	if n := cap(g.hashing); n != hashAtOnce {
		t.Errorf("%d checks at once", n)
	}
}
