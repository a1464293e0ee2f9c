package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"xiangyun/protocol"
)

// Times of a person's session (ASVS 7.3.1) and of the lock-out.
const (
	sessionIdle = 30 * time.Minute
	sessionLife = 8 * time.Hour
	failWindow  = time.Hour
	failLimit   = 10 // wrong passwords per account and hour
	hashWait    = 10 * time.Second
	hashAtOnce  = 2 // concurrent password checks: each takes 46 MiB
)

// Accounts finds the accounts that may log in at a place; false when there is
// no such account.
type Accounts interface {
	Account(id string) (protocol.Account, bool, error)
	AccountByToken(hash string) (protocol.Account, bool, error)
}

// Gate lets people and programs in: it checks passwords and API tokens, locks
// out guessers, and keeps sessions in memory. A session dies with its process,
// with the account, and after its time.
type Gate struct {
	place    protocol.NodeID
	accounts Accounts
	hashing  chan struct{}

	mu       sync.Mutex // guards sessions, fails
	sessions map[string]*session
	fails    map[string][]time.Time
}

type session struct {
	account     string
	began, seen time.Time
}

// NewGate makes the gate of one place.
func NewGate(place protocol.NodeID, accounts Accounts) *Gate {
	return &Gate{place: place, accounts: accounts, hashing: make(chan struct{}, hashAtOnce),
		sessions: make(map[string]*session), fails: make(map[string][]time.Time)}
}

// Login checks a password and gives a new session token, 256 random bits. Wrong
// login and wrong password are one and the same denied fault; too many of them
// are busy for up to an hour. An attempt counts before its password is looked
// at, so that guesses sent at once do not slip past the limit.
func (g *Gate) Login(login, password string) (token string, who protocol.Account, err error) {
	id := protocol.AccountID(g.place, login)
	if wait := g.attempt(id, time.Now()); wait > 0 {
		return "", who, protocol.NewFault(protocol.Busy, "log in", "密码错误次数过多,请 %d 分钟后再试,或联系本地管理员", int(wait.Minutes())+1)
	}
	who, ok, err := g.accounts.Account(id)
	if err != nil {
		return "", who, err
	}
	stored := nobody
	if ok && who.State == protocol.AccountActive && who.Password != "" {
		stored = who.Password
	}
	right, err := g.check(stored, password)
	if err != nil {
		return "", who, err
	}
	if !right {
		return "", who, protocol.NewFault(protocol.Denied, "log in", "登录名或密码不正确")
	}
	token, err = g.begin(id, time.Now())
	return token, who, err
}

// check waits a while for its turn: each check takes 46 MiB.
func (g *Gate) check(stored, password string) (bool, error) {
	timer := time.NewTimer(hashWait)
	defer timer.Stop()
	select {
	case g.hashing <- struct{}{}:
	case <-timer.C:
		return false, protocol.NewFault(protocol.Busy, "log in", "登录的人太多,请稍后再试")
	}
	defer func() { <-g.hashing }()
	return CheckPassword(stored, password), nil
}

func (g *Gate) begin(id string, now time.Time) (string, error) {
	token, err := NewSecret()
	if err != nil {
		return "", err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.fails, id)
	for t, s := range g.sessions {
		if s.over(now) {
			delete(g.sessions, t)
		}
	}
	g.sessions[token] = &session{account: id, began: now, seen: now}
	return token, nil
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.seen) > sessionIdle || now.Sub(s.began) > sessionLife
}

// Session gives the account of a session token, as it is now: a disabled
// account is out at once. A denied fault says to log in.
func (g *Gate) Session(token string) (protocol.Account, error) { return g.session(token, true) }

// Look is Session for what a page asks by itself: a screen that refreshes while
// nobody is at it must not keep its session alive (ASVS 7.3.1).
func (g *Gate) Look(token string) (protocol.Account, error) { return g.session(token, false) }

func (g *Gate) session(token string, prolong bool) (protocol.Account, error) {
	now := time.Now()
	g.mu.Lock()
	s := g.sessions[token]
	if s != nil && s.over(now) {
		delete(g.sessions, token)
		s = nil
	}
	if s != nil && prolong {
		s.seen = now
	}
	g.mu.Unlock()
	if s == nil {
		return protocol.Account{}, protocol.NewFault(protocol.Denied, "session", "登录已过期,请重新登录")
	}
	return g.active(g.accounts.Account(s.account))
}

// Token gives the account of an API token.
func (g *Gate) Token(token string) (protocol.Account, error) {
	return g.active(g.accounts.AccountByToken(HashSecret(token)))
}

func (g *Gate) active(who protocol.Account, ok bool, err error) (protocol.Account, error) {
	if err != nil {
		return who, err
	}
	if !ok || who.State != protocol.AccountActive {
		return protocol.Account{}, protocol.NewFault(protocol.Denied, "session", "账号不存在或已停用")
	}
	return who, nil
}

// Logout ends a session.
func (g *Gate) Logout(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.sessions, token)
}

// attempt counts one more try, or says how long the account stays locked. A
// right password takes the tries back (begin).
func (g *Gate) attempt(id string, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forgetOld(now)
	recent := g.fails[id]
	if len(recent) >= failLimit {
		return recent[0].Add(failWindow).Sub(now)
	}
	g.fails[id] = append(recent, now)
	return 0
}

// forgetOld drops tries that no longer count, so that invented names do not
// pile up.
func (g *Gate) forgetOld(now time.Time) {
	for id, tries := range g.fails {
		tries = slices.DeleteFunc(tries, func(t time.Time) bool { return now.Sub(t) > failWindow })
		if len(tries) == 0 {
			delete(g.fails, id)
		} else {
			g.fails[id] = tries
		}
	}
}

// NewSecret draws 256 random bits as text, for sessions and API tokens.
func NewSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("draw secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// HashSecret is the form in which API tokens are kept in an account.
func HashSecret(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
