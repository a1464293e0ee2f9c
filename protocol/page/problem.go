package page

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Problem says what happened and what to do. Only Status is needed: the known
// statuses have sentences of their own.
type Problem struct {
	Status int
	Title  string   // label
	What   string   // label: what happened, and what is safe
	Do     string   // label: what to do now
	Steps  []string // labels: more to do, in order
	Rule   string   // rule id of a refusal
	Links  []Link   // ways out, beside "back to the start"

	// Err goes to the log, never to the page.
	Err error

	At   time.Time // set by the shell; the reader tells it to the operator
	Home string    // set by the shell
}

var problemStatuses = []int{400, 401, 403, 404, 405, 409, 413, 429, 500, 503}

// Fail writes a problem page. Statuses of 500 and above are logged as errors.
func (s *Shell) Fail(w http.ResponseWriter, r *http.Request, p Problem) {
	if p.Status == 0 {
		p.Status = http.StatusInternalServerError
	}
	level := slog.LevelInfo
	if p.Status >= 500 {
		level = slog.LevelError
	}
	if p.Err != nil || p.Status >= 500 {
		s.cfg.Log.Log(r.Context(), level, "request failed", "method", r.Method, "path", r.URL.Path, "status", p.Status, "err", p.Err)
	}
	s.Render(w, r, ProblemPage, s.problemView(r, p))
}

// Missing answers every address that nothing else answers.
func (s *Shell) Missing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Fail(w, r, Problem{Status: http.StatusNotFound})
	})
}

func (s *Shell) problemView(r *http.Request, p Problem) View {
	c := s.say[LangOf(r)]
	known := "page.problem." + strconv.Itoa(p.Status)
	if !slices.Contains(problemStatuses, p.Status) {
		known = "page.problem.500"
		if p.Status < 500 {
			known = "page.problem.400"
		}
	}
	p.Title = or(p.Title, c.t(known))
	p.What = or(p.What, c.t(known+".what"))
	p.Do = or(p.Do, c.t(known+".do"))
	p.At, p.Home = s.cfg.Now(), s.cfg.Home
	return View{Title: p.Title, Status: p.Status, Data: p}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
