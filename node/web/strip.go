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
		list = append(list, page.Flash{Tone: page.Warn, Text: "notice.disk", Link: link})
	}
	return list
}

// low reports whether a tenth of the disk or less is free.
func low(st *Status) bool { return st.DiskTotal > 0 && st.DiskFree < st.DiskTotal/10 }

// laneWord is the key of a lane's name.
func laneWord(l protocol.Lane) string { return "lane." + l.String() }
