package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console/consoletest"
)

// TestC07ASupplementIsTakenInAtAnyWindow: also where the case has never been. Found
// in the province, it leads to the form, and the form to the request.
func TestC07ASupplementIsTakenInAtAnyWindow(t *testing.T) {
	w := newWorld(t)
	away := awayCase(t, w, protocol.CaseCorrection)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	to := "/cases/" + away.Ref.ID + "/supplement"
	found := b.Post("/lookup", url.Values{"q": {"2200005000041"}, "purpose": {"self"}, "province": {"on"}})
	if !strings.Contains(found.Body, `href="`+to+`"`) {
		t.Fatalf("what is found does not lead to %s: %s", to, consoletest.Text(found.Body))
	}
	if p := b.Get(to); p.Status != 200 || !strings.Contains(p.Body, `name="line" value="m01"`) || !strings.Contains(p.Body, `href="/lookup"`) {
		t.Fatalf("form: status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	w.desk.calls = nil
	p := b.Post(to, url.Values{"rev": {"3"}, "nonce": {"N"}, "line": {"m01"}, "window": {"3"}})
	if p.Status != 303 || len(w.desk.calls) != 1 || w.desk.calls[0] != "supplement "+away.Ref.ID+"@3" {
		t.Errorf("status %d, done %q", p.Status, w.desk.calls)
	}
}

// What cannot be asked of a home stays at the home, and a case that is nowhere is
// not found.
func TestACaseThatIsNotHereIsDecidedAtItsHome(t *testing.T) {
	w := newWorld(t)
	away := awayCase(t, w, protocol.CaseCorrection)
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	for _, path := range []string{away.Ref.ID, "nowhere-1-00000001-X/supplement"} {
		if p := b.Get("/cases/" + path); p.Status != 404 {
			t.Errorf("%s: status %d", path, p.Status)
		}
	}
}

// awayCase is a case of the province that this node does not hold.
func awayCase(t *testing.T, w *world, state protocol.CaseState) protocol.Record {
	t.Helper()
	rec, _, err := w.Get(protocol.Ref{Kind: "case", ID: caseID(5)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		t.Fatal(err)
	}
	c.State, c.Notices = state, []protocol.Notice{{At: nowAt, Lines: []protocol.Defect{{Line: "m01"}}}}
	if rec.Body, err = json.Marshal(c); err != nil {
		t.Fatal(err)
	}
	rec.Ref.ID, rec.Home, rec.Rev = "jilin-1-00000001-X", "changchun", 3
	w.desk.elsewhere = []protocol.Record{rec}
	return rec
}
