package web

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console/consoletest"
)

var (
	cardShape = regexp.MustCompile(`<li[^>]*><span class="label"><a href="(/cases[^"]*)">([^<]*)</a></span><span class="value">(\d+)`)
	tabShape  = regexp.MustCompile(`aria-current="(?:page|true)"[^>]*>[^<]*<span class="count">(\d+)</span>`)
)

// crowd has cases received here, handed over from here, arrived here and at home
// elsewhere.
func crowd(t *testing.T) *world {
	w := newWorld(t)
	for n, c := range map[int]struct {
		state             protocol.CaseState
		handler, from, at protocol.NodeID
		agency            string
	}{
		20: {protocol.CaseReceived, "changchun", "yanbian", "yanbian", poorOf},  // to be handed over
		21: {protocol.CaseReceived, "jilin", "yanbian", "yanbian", "x"},         // and this one, to another place
		22: {protocol.CaseArrived, "changchun", "yanbian", "changchun", poorOf}, // has left
		23: {protocol.CaseGranted, "changchun", "yanbian", "changchun", poorOf},
		24: {protocol.CaseReceived, "yanbian", "jilin", "jilin", foodOf}, // not here yet
		25: {protocol.CaseArrived, "yanbian", "jilin", "yanbian", foodOf},
		26: {protocol.CaseArrived, "yanbian", "jilin", "yanbian", "another agency"},
		27: {protocol.CaseAccepted, "jilin", "jilin", "jilin", "x"}, // elsewhere's
	} {
		w.Put("case", caseID(n), c.at, ago(1), uint64(100+n), protocol.Case{ReceiptNo: caseID(n), Item: foodID, Agency: c.agency, Handler: c.handler,
			State: c.state, Received: protocol.Receipt{At: ago(1), Node: c.from, Clerk: "yanbian:win03"}})
	}
	return w
}

// TestCardsTabsAndListsAgree: a card counts cases whose home is here and whose
// next act is this person's, and so do the tab and the list behind it.
func TestCardsTabsAndListsAgree(t *testing.T) {
	w := crowd(t)
	w.people["food1"] = person("food1", "受理 1", protocol.RoleAcceptor)
	w.people["food1"].Agency = foodOf
	w.people["dec1"] = person("dec1", "审批 1", protocol.RoleDecider)
	pages := newWeb(t, w)
	for login, want := range map[string]map[string]string{
		"win03": {"待移交外地": "3", "准予待送达": "1", "不予待送达": "0"},
		"food1": {"待移交外地": "3", "本地收件待受理": "2", "外地移交待受理": "1", "准予待送达": "1", "不予待送达": "0"},
		"dec1":  {"待决定": "1", "准予待送达": "1", "不予待送达": "0"},
	} {
		t.Run(login, func(t *testing.T) {
			b := consoletest.NewBrowser(t, pages.Handler(), login)
			cards := cardShape.FindAllStringSubmatch(b.Get("/").Body, -1)
			if len(cards) != len(want) {
				t.Errorf("%d cards, want %d: %q", len(cards), len(want), cards)
			}
			for _, c := range cards {
				list := b.Get(strings.ReplaceAll(c[1], "&amp;", "&")).Body
				tab := tabShape.FindStringSubmatch(list)
				if rows := strings.Count(list, `data-label="收件号"`); c[3] != want[c[2]] || tab == nil || tab[1] != c[3] || want[c[2]] != strconv.Itoa(rows) {
					t.Errorf("%s: card %s, tab %v, %d rows, want %s", c[2], c[3], tab, rows, want[c[2]])
				}
			}
		})
	}
}
