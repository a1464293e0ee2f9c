package province

import (
	"strings"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// The life of a case as the regulation tells it, written down here a second
// time and apart from the judges (proof.I3): from which state which act leads
// where, and who may take it.
var steps = map[string]struct {
	to   string
	from string // states, separated by blanks
	who  string // login of the author; steward is the system
}{
	"receive":     {"received", "", "clerk"},
	"hand_over":   {"handing_over", "received", "clerk"},
	"acknowledge": {"arrived", "handing_over", "steward"},
	"accept":      {"accepted", "received arrived", "acceptor"},
	"refuse":      {"refused", "received arrived", "acceptor"},
	"grant":       {"granted", "accepted", "decider"},
	"deny":        {"denied", "accepted", "decider"},
	"deliver":     {"delivered", "granted denied", "clerk steward"},
	"withdraw":    {"withdrawn", "received arrived accepted", "clerk steward"},
}

// checkPaths is I3: every case went a legal way, step by step, and stands where
// that way ends.
func checkPaths(e *Evidence) []string {
	var f findings
	for ref, rec := range e.hub().Records {
		if ref.Kind != "case" {
			continue
		}
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			f.add("I3: %s cannot be read: %v", ref, err)
			continue
		}
		state, why := walk(e.hub().History[ref], c.Received.Node, c.Handler)
		switch {
		case why != "":
			f.add("I3: %s: %s", ref, why)
		case state != string(c.State):
			f.add("I3: %s stands at %s, its history at %s", ref, c.State, state)
		}
	}
	return f
}

// walk goes through a history from the first step to the last.
func walk(history []fold.Step, window, handler protocol.NodeID) (state, why string) {
	home, epoch := window, uint64(1)
	for i, h := range history {
		s, known := steps[string(h.Act)]
		place, login, person := strings.Cut(h.By, ":")
		if !person {
			place, login = string(home), h.By
		}
		if h.Act == "hand_over" {
			home, epoch = handler, epoch+1
		}
		switch {
		case !known:
			return state, "unknown act " + string(h.Act)
		case h.Rev != uint64(i)+1 || h.Epoch != epoch || h.Home != home:
			return state, "a step is missing, doubled or out of order before " + string(h.Act)
		case state == "" != (s.from == "") || s.from != "" && !has(s.from, state):
			return state, string(h.Act) + " from " + state
		case !has(s.who, login):
			return state, string(h.Act) + " by " + h.By
		case h.Act != "hand_over" && place != string(home), h.Act == "hand_over" && place != string(window):
			return state, string(h.Act) + " by " + h.By + " while the home is " + string(home)
		}
		state = s.to
	}
	return state, ""
}

func has(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
