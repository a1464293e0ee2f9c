package web

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

// TestW09TheProvinceIsAskedOnASecondPress: with a purpose, masked, with its age.
func TestW09TheProvinceIsAskedOnASecondPress(t *testing.T) {
	w := newWorld(t)
	c, rec, err := console.Read[protocol.Case](w, protocol.Ref{Kind: "case", ID: caseID(5)})
	if err != nil {
		t.Fatal(err)
	}
	far := *c
	far.ReceiptNo, far.Applicant = "229900000001X", protocol.Applicant{Type: "person", Name: "申**"}
	body, err := json.Marshal(far)
	if err != nil {
		t.Fatal(err)
	}
	w.desk.sight = desk.Sight{Server: "hub2", Index: 9, Age: 3 * time.Second, Cases: []protocol.Record{{Ref: protocol.Ref{Kind: "case", ID: "jilin-1-1-X"}, Rev: 2, Home: "changchun", At: rec.At, Body: body}}}
	w.desk.sightKey = console.NumberKey("229900000001X")
	b := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03")
	form := url.Values{"q": {"229900000001X"}, "purpose": {"self"}}
	if p := b.Post("/lookup", form); !strings.Contains(p.Body, `name="far"`) || len(w.desk.calls) > 0 {
		t.Errorf("the province is offered, and not asked yet; asked %v: %s", w.desk.calls, consoletest.Text(p.Body))
	}
	form.Set("far", "yes")
	p := b.Post("/lookup", form)
	for _, want := range []string{"229900000001X", "申**", "hub2", "3 秒"} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("lacks %q: %s", want, consoletest.Text(p.Body))
		}
	}
	if strings.Contains(p.Body, `href="/cases/jilin-1-1-X"`) {
		t.Error("links to a case that is not here")
	}
	form.Set("q", "jilin-1-1-X")
	if b.Post("/lookup", form); !strings.HasPrefix(w.desk.calls[len(w.desk.calls)-1], "Elsewhere jilin-1-1-X") {
		t.Errorf("asked %v", w.desk.calls)
	}
	w.desk.err = protocol.NewFault(protocol.Busy, "look elsewhere", "与省级断开,暂时查不到其他地方的办件")
	if p := b.Post("/lookup", form); p.Status != 200 || !strings.Contains(p.Body, "与省级断开") {
		t.Errorf("cut off: status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	if p := b.Post("/lookup", url.Values{"name": {"申请人甲"}, "tail": {"0000"}, "purpose": {"self"}}); strings.Contains(p.Body, `name="far"`) {
		t.Error("a name is asked of the province")
	}
}
