package console

import (
	"net/http"

	"xiangyun/protocol"
)

// Sessions knows who is logged in; *rest.Sessions is one, so that a person logs
// in once for pages and API. Its methods are called from many goroutines.
type Sessions interface {
	// Who gives the account of a request, as it is now; nil when the request
	// names none. A session that ended is a denied fault. A request that a page
	// makes by itself (page.IsRefresh) must not prolong the session.
	Who(r *http.Request) (*protocol.Account, error)
	// Begin checks a password and gives the cookie of a new session. A wrong one
	// is a denied fault, too many of them a busy fault.
	Begin(r *http.Request, login, password string) (*http.Cookie, protocol.Account, error)
	// End ends the session of a request and gives the cookie that says so.
	End(r *http.Request) *http.Cookie
}
