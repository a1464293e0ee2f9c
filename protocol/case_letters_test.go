package protocol

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// lettered reads the ids of cases.md §5: every lettered precondition of every act.
func lettered(t *testing.T) (ids []string) {
	t.Helper()
	const file = "../../shared/design/cases.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Skipf("the design documents are not beside this tree (%s): the list of rules cannot be compared", file)
	}
	_, table, _ := strings.Cut(string(text), "## 5. Case state machine")
	table, _, _ = strings.Cut(table, "Legality test:")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 6 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "C-") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?:^|; )\s*([a-g]) `).FindAllStringSubmatch(cells[4], -1) {
			ids = append(ids, strings.TrimSpace(cells[1])+m[1])
		}
	}
	return ids
}

// TestEveryLetteredPreconditionHasATest: a rule that no test cites is no rule.
func TestEveryLetteredPreconditionHasATest(t *testing.T) {
	ids := lettered(t)
	if len(ids) < 80 {
		t.Fatalf("only %d rules found: %v", len(ids), ids)
	}
	var tests strings.Builder
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			src, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(src)
		}
	}
	for _, id := range ids {
		if !strings.Contains(tests.String(), `"`+id+`"`) {
			t.Errorf("cases.%s: no test wants it", id)
		}
	}
}

// late moves the act to an instant; cites adds what the entry cites.
func late(at Instant) func(*scene) { return func(s *scene) { s.tune = after(s.tune, when(at)) } }
func cites(refs ...Ref) func(*scene) {
	return func(s *scene) { s.tune = after(s.tune, citing(refs...)) }
}

func after(first, then func(*Header)) func(*Header) {
	if first == nil {
		return then
	}
	return all(first, then)
}

func steps(edits ...func(*scene)) func(*scene) {
	return func(s *scene) {
		for _, edit := range edits {
			edit(s)
		}
	}
}

func wish(f func(*Case)) func(*scene)  { return want(f) }
func stood(f func(*Case)) func(*scene) { return before(f) }

// TestC01ADraftIsCheckedBeforeAnythingIsReceived has the rules of a local draft.
func TestC01ADraftIsCheckedBeforeAnythingIsReceived(t *testing.T) {
	good, agent := anApplicant(), Agent{Name: "代办人甲", IDType: "other", ID: "E12345678", Mandate: "blob-7"}
	bad, noMandate := good, agent
	bad.ID, noMandate.Mandate = "110105194913310021", ""
	ended, over := anItem(), anItem()
	over.EndsAt = sceneAt.Day()
	ended.State = ItemWithdrawn
	for _, row := range []struct {
		name  string
		item  *Item
		who   *Applicant
		agent *Agent
		rule  string
	}{
		{"cases.C-01a an item that ended", ended, &good, nil, "C-01a"},
		{"cases.C-01a an item whose days are over", over, &good, nil, "C-01a"},
		{"cases.C-01a no item", nil, &good, nil, "C-01a"},
		{"cases.C-01b a number that cannot be", anItem(), &bad, nil, "C-01b"},
		{"cases.C-01c an agent without a mandate", anItem(), &good, &noMandate, "C-01c"},
		{"an agent with one", anItem(), &good, &agent, ""},
		{"no agent", anItem(), &good, nil, ""},
	} {
		if no := CheckDraft(row.item, row.who, row.agent, sceneAt); ruleOf(no) != row.rule {
			t.Errorf("%s: %v", row.name, no)
		}
	}
}

func TestLettersOfAReceipt(t *testing.T) {
	portal := func(c *Case) { c.Received.Window = WindowPortal }
	check(t, []row{
		{"cases.C-01c the agent has no mandate", "case receive", wish(func(c *Case) { c.Agent = &Agent{Name: "代办人甲", IDType: "other", ID: "E12345"} }), "C-01c"},
		{"an agent with a mandate", "case receive", wish(func(c *Case) { c.Agent = &Agent{Name: "代办人甲", IDType: "other", ID: "E12345", Mandate: "b"} }), ""},
		{"cases.C-02c a scan that was never registered", "case receive", wish(func(c *Case) { c.Materials[0].Blobs = []string{""} }), "C-02c"},
		{"cases.C-02c a scan of another case", "case receive", cite(Ref{"blob", "blob-1"}, func(b *Blob) { b.Owner.ID = "yanbian-1-9" }), "C-02c"},
		{"cases.C-02c one scan for two lines", "case receive", wish(func(c *Case) { c.Materials[1].Blobs = []string{"blob-1"} }), "C-02c"},
		{"cases.C-02e a portal filing without a real name", "case receive", wish(portal), "C-02e"},
		{"a portal filing with a real name", "case receive", wish(func(c *Case) { portal(c); c.Received.Identity = "real_name" }), ""},
		{"cases.C-02f paper is kept without a law", "case receive", wish(func(c *Case) { c.Materials[1].Paper = true }), "C-02f"},
		{"paper that a law demands", "case receive", wish(func(c *Case) { c.Materials[0].Paper = true }), ""},
		{"cases.C-02b what has no source cannot be fetched", "case receive", wish(func(c *Case) { c.Materials[1].Presence = PresenceFetched }), "C-02b"},
		{"cases.C-07d what is shared is never missing", "case receive", steps(sharedLine, wish(func(c *Case) {
			c.Materials = append(c.Materials, Material{Line: "m4", Presence: PresenceMissing}, Material{Line: "m5", Presence: PresenceExempt})
		})), "C-07d"},
		{"the source is down", "case receive", steps(sharedLine, wish(func(c *Case) {
			c.Materials = append(c.Materials, Material{Line: "m4", Presence: PresencePending}, Material{Line: "m5", Presence: PresenceExempt})
		})), ""},
		{"cases.C-02b what the form does not ask for is not missing", "case receive", steps(sharedLine, wish(func(c *Case) {
			c.Materials = append(c.Materials, Material{Line: "m4", Presence: PresenceFetched}, Material{Line: "m5", Presence: PresenceMissing})
		})), "C-02b"},
		{"what the form asks for may be missing", "case receive", steps(sharedLine, wish(func(c *Case) {
			c.Form = []Field{{"家庭人口", "5"}}
			c.Materials = append(c.Materials, Material{Line: "m4", Presence: PresenceFetched}, Material{Line: "m5", Presence: PresenceMissing})
		})), ""},
		{"cases.C-02a after the last day of the item", "case receive", law(func(i *Item) { i.EndsAt = sceneAt.Day() }), "C-02a"},
		{"on the last day of the item", "case receive", law(func(i *Item) { i.EndsAt = sceneAt.Day().Add(1) }), ""},
		{"cases.C-02a a mode without a delegation", "case receive", wish(func(c *Case) { c.Mode = ModeDelegated }), "C-02a"},
		{"a delegated receipt", "case receive", wish(func(c *Case) { c.Mode, c.Received.Agency = ModeDelegated, testUSCC(3) }), ""},
		{"cases.C-02a a delegation that ended", "case receive", steps(wish(func(c *Case) { c.Mode, c.Received.Agency = ModeDelegated, testUSCC(3) }),
			cite(delegationRef(), func(d *Delegation) { d.State = DelegationEnded })), "C-02a"},
		{"cases.G-09 a mode that does not exist", "case receive", wish(func(c *Case) { c.Mode = "both" }), "G-09"},
	})
}

// sharedLine makes the cited guide the one with a line that is fetched.
func sharedLine(s *scene) {
	ref := Ref{"guide", itemRef().ID}
	cite(ref, func(g *Guide) { *g = *sharedGuide() })(s)
	if c, ok := s.old.(*Case); ok {
		c.Guide = HashOf(s.view[ref].Body)
	}
}

func TestLettersOfTheWayThere(t *testing.T) {
	hops := func(n int) func(*Case) {
		return func(c *Case) {
			for range n {
				c.Hops = append(c.Hops, Hop{From: decides, To: receives, Reason: "不属本机构职权", By: acceptor, At: sceneAt})
			}
		}
	}
	check(t, []row{
		{"cases.C-04a a route that is not cited", "case hand_over", wish(func(c *Case) { c.Route = "elsewhere" }), "C-04a"},
		{"cases.C-04a a route that was retired", "case hand_over", steps(wish(func(c *Case) { c.Route = routeRef().ID }),
			cite(routeRef(), func(r *Route) { r.State = RouteRetired })), "C-04a"},
		{"along a route", "case hand_over", wish(func(c *Case) { c.Route = routeRef().ID }), ""},
		{"cases.C-04c the packet is another", "case hand_over", wish(func(c *Case) { c.Packet = Hash{9} }), "C-04c"},
		{"cases.C-04c a scan that was never registered", "case hand_over", stood(func(c *Case) { c.Materials[0].Blobs = []string{""} }), "C-04c"},
		{"cases.C-05a at another place", "case acknowledge", from("jilin"), "C-05a"},
		{"cases.C-05b moved again since", "case acknowledge", func(s *scene) { s.tune = func(h *Header) { h.RecEpoch = 3 } }, "C-05b"},
		{"cases.C-05c what arrived is not what was sent", "case acknowledge", stood(func(c *Case) { c.Materials[0].Copies = 7 }), "C-05c"},
		{"scans are still on their way", "case acknowledge", wish(func(c *Case) { c.BlobsPending = true }), ""},
		{"cases.C-06a returned without a reason", "case return_misrouted", wish(func(c *Case) { c.Hops[0].Reason = "" }), "C-06a"},
		{"cases.C-06b returned a third time", "case return_misrouted", stood(hops(2)), "C-06b"},
		{"the third return goes to the desk", "case return_misrouted", steps(stood(hops(2)), wish(func(c *Case) { c.Hops[0].To = Hub })), ""},
		{"cases.C-06b the desk has decided", "case return_misrouted", stood(func(c *Case) { hops(1)(c); c.Hops[0].Desk = true }), "C-06b"},
		{"cases.C-06c after the time to look", "case return_misrouted", late(on(time.March, 5)), "C-06c"},
		{"late, and it says why", "case return_misrouted", steps(late(on(time.March, 5)), wish(func(c *Case) { c.Hops[0].Late = "系统中断" })), ""},
		{"on to another agency", "case return_misrouted", wish(func(c *Case) { c.Hops[0].To, c.Hops[0].Agency = "", testUSCC(2) }), ""},
		{"cases.C-04a to nowhere", "case return_misrouted", wish(func(c *Case) { c.Hops[0].To = "songyuan" }), "C-04a"},
		{"cases.C-04d to oneself", "case return_misrouted", wish(func(c *Case) { c.Hops[0].Agency = testUSCC(1) }), "C-04d"},
		{"cases.G-06 a node is not the desk", "case route_by_desk", from(decides), "G-06"},
		{"cases.G-01 the case is not at the desk", "case route_by_desk", stood(func(c *Case) { c.To = decides }), "G-01"},
		{"cases.G-08 one person at the desk", "case route_by_desk", wish(func(c *Case) { c.Hops[0].First = "hub:desk2" }), "G-08"},
		{"cases.G-08 nobody proposed it", "case route_by_desk", wish(func(c *Case) { c.Hops[0].First = "" }), "G-08"},
		{"cases.C-06a the desk names an agency", "case route_by_desk", wish(func(c *Case) { c.Hops[0].Agency = "" }), "C-06a"},
	})
}

func notice(f func(*Notice)) func(*scene) { return wish(func(c *Case) { f(&c.Notices[0]) }) }
func extra(f func(*Supplement)) func(*scene) {
	return wish(func(c *Case) { f(&c.Supplements[0]) })
}

func TestLettersOfTheCorrectionLoop(t *testing.T) {
	second := stood(func(c *Case) { // m2 was asked for once and handed in
		c.Notices = []Notice{{Lines: []Defect{{Line: "m2"}}, Until: Day{2026, 3, 23}, At: sceneAt, By: acceptor}}
		c.Supplements = []Supplement{{Lines: []Material{{Line: "m2", Presence: PresencePresent}}, At: sceneAt, Node: decides, Clerk: "c"}}
	})
	r1 := Ref{"request", "r1"}
	open := func(s *scene) {
		s.view.put(t, r1, &Request{Want: WantSupplement, On: caseRef(), From: "jilin", Title: "补正", Key: "k", Filed: 1, State: RequestDelivered})
	}
	check(t, []row{
		{"cases.C-07a a notice of nothing", "case notice", notice(func(n *Notice) { n.Lines = nil }), "C-07a"},
		{"cases.C-07b a line the guide does not have", "case notice", notice(func(n *Notice) { n.Lines[0].Line = "m9" }), "C-07b"},
		{"cases.C-07b another guide than was displayed", "case notice", stood(func(c *Case) { c.Guide = Hash{9} }), "C-07b"},
		{"cases.C-07b no guide", "case notice", uncite(Ref{"guide", itemRef().ID}), "C-07b"},
		{"cases.C-07c words only", "case notice", notice(func(n *Notice) { n.Lines[0].Line = "" }), "C-07c"},
		{"cases.C-07c a check point the line does not have", "case notice", notice(func(n *Notice) { n.Lines[0].Point = "m1.9" }), "C-07c"},
		{"cases.C-07c a check point of no line", "case notice", notice(func(n *Notice) { n.Lines[0].Line, n.Lines[0].Point = "", "x" }), "C-07c"},
		{"a check point", "case notice", steps(sharedLine, notice(func(n *Notice) { n.Lines[0].Point = "m2.1" })), ""},
		{"a check point without its line", "case notice", steps(sharedLine, notice(func(n *Notice) { n.Lines[0].Line, n.Lines[0].Point = "", "m2.1" })), ""},
		{"cases.C-07c a check point of two lines", "case notice", steps(sharedLine, notice(func(n *Notice) { n.Lines[0].Line, n.Lines[0].Point = "", "1" })), "C-07c"},
		{"cases.C-07b a line that the form does not ask for", "case notice", steps(sharedLine, notice(func(n *Notice) { n.Lines[0].Line = "m5" })), "C-07b"},
		{"a line that the form asks for", "case notice", steps(sharedLine, stood(func(c *Case) { c.Form = []Field{{"家庭人口", "5"}} }),
			notice(func(n *Notice) { n.Lines[0].Line = "m5" })), ""},
		{"cases.C-07d a line that is fetched", "case notice", steps(sharedLine, notice(func(n *Notice) { n.Lines[0].Line = "m4" })), "C-07d"},
		{"cases.C-07e a missing line that is not named", "case notice", stood(func(c *Case) { c.Materials[0].Presence = PresenceMissing }), "C-07e"},
		{"the acceptor answers for the rest", "case notice", steps(stood(func(c *Case) { c.Materials[0].Presence = PresenceMissing }),
			notice(func(n *Notice) { n.RestFine = true })), ""},
		{"cases.C-07f a second notice of what the first could name", "case notice", steps(second, notice(func(n *Notice) { n.Lines[0].Line = "m1" })), "C-07f"},
		{"a second notice of new material", "case notice", second, ""},
		{"cases.C-07g a day less than the item gives", "case notice", notice(func(n *Notice) { n.Until = Day{2026, 3, 20} }), "C-07g"},
		{"cases.C-07g no day", "case notice", notice(func(n *Notice) { n.Until = Day{} }), "C-07g"},
		{"cases.C-07g a longer period of the item", "case notice", law(func(i *Item) { i.Correction = Limit{30, WorkingDays} }), "C-07g"},
		{"cases.G-06 another place gives no notice", "case notice", from("jilin"), "G-06"},
		{"cases.C-08a a line nobody asked for", "case supplement", extra(func(s *Supplement) { s.Lines[0].Line = "m1" }), "C-08a"},
		{"cases.C-08a nothing", "case supplement", extra(func(s *Supplement) { s.Lines = nil }), "C-08a"},
		{"the last second of the last day", "case supplement", late(at(t, "2026-03-23 23:59:59")), ""},
		{"cases.C-08b one second later", "case supplement", late(at(t, "2026-03-24 00:00:00")), "C-08b"},
		{"cases.C-08ra without a request", "case reopen", func(s *scene) { s.tune = when(on(time.March, 25)) }, "C-08ra"},
		{"cases.C-08ra received after the last day", "case reopen", extra(func(s *Supplement) { s.At = at(t, "2026-03-24 00:00:00") }), "C-08ra"},
		{"cases.C-09a the last second of the last day", "case lapse", late(at(t, "2026-03-23 23:59:59")), "C-09a"},
		{"24:00 of the last day", "case lapse", late(at(t, "2026-03-24 00:00:00")), ""},
		{"cases.C-09b nobody was reminded", "case lapse", stood(func(c *Case) { c.Notices[0].Reminded = 0 }), "C-09b"},
		{"cases.C-09b reminded too late", "case lapse", stood(func(c *Case) { c.Notices[0].Reminded = on(time.March, 24) }), "C-09b"},
		{"a late reminder gave its days", "case lapse", steps(stood(func(c *Case) { c.Notices[0].Reminded = on(time.March, 24) }), late(on(time.March, 28))), ""},
		{"cases.C-09b too early to remind", "case remind", late(on(time.March, 17)), "C-09b"},
		{"cases.C-09b reminded twice", "case remind", stood(func(c *Case) { c.Notices[0].Reminded = 1 }), "C-09b"},
		{"cases.C-09c a supplement is on its way", "case lapse", steps(open, cites(r1)), "C-09c"},
	})
}
