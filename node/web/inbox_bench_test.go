package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// BenchmarkInbox is the bar of cases.md §17: 50 lines by deadline with exact
// counts in at most 20 ms, over 50,000 open cases.
func BenchmarkInbox(b *testing.B) {
	w := newWorld(b)
	pages := newWeb(b, w)
	h := pages.Handler()
	get := func() int {
		r := httptest.NewRequest(http.MethodGet, "/inbox", nil)
		r.AddCookie(&http.Cookie{Name: "as", Value: "boss"})
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
	get()
	c, _, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(4)})
	if err != nil {
		b.Fatal(err)
	}
	pages.inbox.order = nil
	for i := range 50_000 {
		l := &inboxLine{id: caseID(1000 + i), home: "yanbian", c: *c, applicant: "申**", clock: protocol.K1, day: nowAt.Day().Add(i % 30), start: nowAt.Day()}
		l.c.ReceiptNo, l.c.State = fmt.Sprint(i), []protocol.CaseState{protocol.CaseReceived, protocol.CaseAccepted, protocol.CaseCorrection}[i%3]
		pages.inbox.put(l)
	}
	pages.inbox.arrange()
	for b.Loop() {
		if code := get(); code != 200 {
			b.Fatal(code)
		}
	}
}
