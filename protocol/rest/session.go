package rest

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Sessions carries a gate over HTTP: sessions in a cookie, API tokens in the
// Authorization header. Pages and API of one place share one, so that a person
// logs in once.
type Sessions struct {
	Place protocol.NodeID
	Gate  *identity.Gate
	// Secure says that a proxy in front of this process speaks TLS. Without it
	// and without TLS of our own, only callers on this machine can log in.
	Secure bool
	// Local, when set, says who asks instead of cookies and tokens: for a door
	// that only people with access to the place's folder can reach.
	Local func(r *http.Request) (*protocol.Account, error)
}

// Names of the session cookie. The prefix makes browsers refuse a cookie that
// another host of the domain planted; it exists for https only.
const (
	secureCookie = "__Host-xy"
	localCookie  = "xy"
)

// Who gives the account that a request comes from, as it is now; nil when the
// request names none. What it names and is not valid is a denied fault.
func (s *Sessions) Who(r *http.Request) (*protocol.Account, error) {
	if s.Local != nil {
		return s.Local(r)
	}
	if h := r.Header.Get("Authorization"); h != "" {
		return s.bearer(r, h)
	}
	c, err := r.Cookie(s.cookieName(r))
	if err != nil || c.Value == "" || !s.private(r) {
		return nil, nil
	}
	find := s.Gate.Session
	if r.Header.Get(refreshHeader) != "" {
		find = s.Gate.Look
	}
	who, err := find(c.Value)
	if err != nil {
		return nil, err
	}
	return &who, nil
}

// refreshHeader marks what a page asks by itself (page.RefreshHeader).
const refreshHeader = "Xy-Refresh"

func (s *Sessions) bearer(r *http.Request, h string) (*protocol.Account, error) {
	scheme, token, _ := strings.Cut(h, " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer") || token == "":
		return nil, protocol.NewFault(protocol.Denied, "authorize", "请以 Authorization: Bearer 令牌 的形式提供接口令牌")
	case !s.private(r):
		return nil, clearText()
	}
	who, err := s.Gate.Token(token)
	if err != nil {
		return nil, err
	}
	return &who, nil
}

// Begin logs a person in and gives the cookie to set.
func (s *Sessions) Begin(r *http.Request, login, password string) (*http.Cookie, protocol.Account, error) {
	if !s.private(r) {
		return nil, protocol.Account{}, clearText()
	}
	token, who, err := s.Gate.Login(login, password)
	if err != nil {
		return nil, protocol.Account{}, err
	}
	return s.cookie(r, token, 0), who, nil
}

// End logs out whoever sent r and gives the cookie that clears the old one.
func (s *Sessions) End(r *http.Request) *http.Cookie {
	if c, err := r.Cookie(s.cookieName(r)); err == nil {
		s.Gate.Logout(c.Value)
	}
	return s.cookie(r, "", -1)
}

func (s *Sessions) cookie(r *http.Request, token string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: s.cookieName(r), Value: token, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: s.encrypted(r), SameSite: http.SameSiteStrictMode}
}

func (s *Sessions) cookieName(r *http.Request) string {
	if s.encrypted(r) {
		return secureCookie
	}
	return localCookie
}

func (s *Sessions) encrypted(r *http.Request) bool { return r.TLS != nil || s.Secure }

// private reports whether nobody on the way can read the request.
func (s *Sessions) private(r *http.Request) bool { return s.encrypted(r) || fromHere(r) }

// fromHere reports whether the caller is on this machine.
func fromHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}

func clearText() *protocol.Fault {
	return &protocol.Fault{Code: protocol.Denied, Op: "log in", Text: "请通过 https 访问", Rule: "TLS",
		Hint: "serve TLS, or say that a proxy in front does"}
}

// login is what a person types in.
type login struct {
	Login    string `json:"login" need:"true" doc:"登录名"`
	Password string `json:"password" need:"true" doc:"密码"`
}

type loginIn struct {
	Body login `body:"json"`
}

// Me is the account that asks, as it sees itself.
type Me struct {
	Place  protocol.NodeID `json:"place"`
	Login  string          `json:"login"`
	Name   string          `json:"name"`
	Agency string          `json:"agency,omitempty"`
	Roles  []protocol.Role `json:"roles"`
	May    []protocol.Verb `json:"may" doc:"本账号可用的权限"`

	cookie *http.Cookie
}

func (m Me) head(h http.Header) {
	if m.cookie != nil {
		h.Add("Set-Cookie", m.cookie.String())
	}
}

// Left is the answer to a log-out.
type left struct {
	Out bool `json:"out"`

	cookie *http.Cookie
}

func (l left) head(h http.Header) { h.Add("Set-Cookie", l.cookie.String()) }

func (a *API) sessions() {
	s := a.cfg.Sessions
	Handle(a, Route{Method: "POST", Path: "/api/v1/session", Op: "logIn", Tag: "session", Summary: "登录", Public: true, Status: http.StatusCreated,
		Note:    "会话以 Cookie 返回;30 分钟不用或满 8 小时失效。程序请使用接口令牌。连续输错密码会锁定一小时。",
		Example: login{Login: "zhang", Password: "correct horse"}},
		func(ctx context.Context, _ *protocol.Account, in loginIn) (Me, error) {
			c, who, err := s.Begin(visitOf(ctx).asked, in.Body.Login, in.Body.Password)
			if err != nil {
				return Me{}, err
			}
			me := a.me(&who)
			me.cookie = c
			return me, nil
		})
	Handle(a, Route{Method: "DELETE", Path: "/api/v1/session", Op: "logOut", Tag: "session", Summary: "退出", Public: true},
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (left, error) {
			return left{Out: true, cookie: s.End(visitOf(ctx).asked)}, nil
		})
	Handle(a, Route{Method: "GET", Path: "/api/v1/session", Op: "whoAmI", Tag: "session", Summary: "当前账号", Anyone: true},
		func(_ context.Context, who *protocol.Account, _ struct{}) (Me, error) { return a.me(who), nil })
}

// me asks the one authorisation function about every right of the table.
func (a *API) me(who *protocol.Account) Me {
	m := Me{Place: who.Place, Login: who.Login, Name: who.Name, Agency: who.Agency, Roles: append([]protocol.Role{}, who.Roles...), May: []protocol.Verb{}}
	seen := make(map[protocol.Verb]bool)
	for _, e := range a.endpoints {
		if e.Verb == "" || seen[e.Verb] {
			continue
		}
		seen[e.Verb] = true
		if protocol.Authorize(protocol.Question{Subject: who, Place: a.Place(), Verb: e.Verb}) == nil {
			m.May = append(m.May, e.Verb)
		}
	}
	slices.Sort(m.May)
	return m
}
