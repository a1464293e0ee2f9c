package web

import (
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// fewNumbers is when an operator should ask for more receipt numbers.
const fewNumbers = 200

// strip says on every page whether this node is connected, how old its view is
// and what it still owes the hub (replication invariant 15).
func (w *Web) strip(r *http.Request, st *Status) *page.Strip {
	queued, oldest := st.Queue()
	var s *page.Strip
	if st.Connected() {
		s = w.Shell().Linked(page.LangOf(r), st.Fresh().Time(), int(queued))
	} else {
		s = w.Shell().Cut(page.LangOf(r), st.Lost().Time(), st.Fresh().Time(), int(queued), oldest.Time())
	}
	if st.ScansQueued > 0 { // the entries may all be there while their papers are not
		s.Parts = append(s.Parts, w.Shell().T(r, "strip.scans", st.ScansQueued))
	}
	if st.Frozen != nil {
		s.Tone = page.Bad
		s.Parts = append([]string{w.Shell().T(r, "strip.frozen")}, s.Parts...)
	}
	s.Href = "/status"
	return s
}

// notices stand on every page while something keeps people from working.
func (w *Web) notices(r *http.Request, st *Status) []page.Flash {
	var list []page.Flash
	link := &page.Link{Label: "page.details", Href: "/status"}
	if st.Frozen != nil {
		list = append(list, page.Flash{Tone: page.Bad, Text: w.Shell().T(r, "notice.frozen", st.Frozen.Text), Rule: st.Frozen.Rule, Link: link})
	}
	if st.NumbersLeft < fewNumbers {
		list = append(list, page.Flash{Tone: page.Warn, Text: w.Shell().T(r, "notice.numbers", st.NumbersLeft), Link: link})
	}
	if low(st) {
		list = append(list, page.Flash{Tone: roomTones[st.Room], Text: "room." + st.Room, Link: link})
	}
	if st.ClockOffset.Abs() > ClockDoubt || expired(st, w.now()) {
		list = append(list, page.Flash{Tone: page.Warn, Text: "notice.clock", Link: link})
	}
	return list
}

// roomTones says how bad each step of a filling disk is (replication.md §12).
var roomTones = map[string]page.Tone{"frugal": page.Info, "no-bulk": page.Warn, "reserve": page.Warn, "cases": page.Bad, "none": page.Bad}

// low reports whether the disk no longer allows everything.
func low(st *Status) bool { _, step := roomTones[st.Room]; return step }

// laneWord is the key of a lane's name.
func laneWord(l protocol.Lane) string { return "lane." + l.String() }
