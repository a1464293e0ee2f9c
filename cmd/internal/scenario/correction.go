package scenario

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"xiangyun/protocol"
)

// correction: what is missing is said once, of the guide that was shown, and put
// right at any window (art. 34).
var correction = []Scenario{
	{"S-08", "收件时展示第 3 版指南,次日第 4 版加材料,只能告知第 3 版的材料", "2026-03-20 09:00", shownGuide},
	{"S-09", "指南之外的材料不得要求,要求一次记一次", "2026-03-25 09:00", offGuide},
	{"S-10", "可共享取得的材料不得要求,取不到时排队", "2026-03-26 09:00", sharedMaterial},
	{"S-11", "首次告知漏掉的不得再告知,新交材料的缺陷可以", "2026-03-27 09:00", secondNotice},
	{"S-12", "在第三地窗口补正,承办地恢复,K1 从补正重新起算", "2026-03-30 09:00", correctedElsewhere},
}

func shownGuide(s *stage) {
	v := func(version int, effective string, lines ...protocol.MaterialLine) protocol.ItemFiling {
		f := filing(changchun, versioned)
		f.Item.Version, f.Guide.Version, f.Item.EffectiveAt = version, version, day(effective)
		f.Guide.Lines = slices.Concat(f.Guide.Lines, lines)
		return f
	}
	more := filing(changchun, versioned).Guide.Lines[0]
	more.ID, more.Name = "m99", "第 4 版新增的材料"
	s.must(s.Publish(s.ctx, changchun, v(2, "2026-03-22")))
	s.must(s.Publish(s.ctx, changchun, v(3, "2026-03-23")))
	s.at("2026-03-22 09:00")
	s.must(s.Publish(s.ctx, changchun, v(4, "2026-03-24", more)))
	s.at("2026-03-23 09:00")
	third := v(3, "2026-03-23").Item
	app, _ := s.arrives(yanji, third, s.form(yanji, third, 10))
	s.at("2026-03-24 09:00")
	same(s, "lines of version 4 at the window", len(s.guide(yanji, v(4, "2026-03-24").Item).Guide.Body.Lines), len(v(4, "2026-03-24", more).Guide.Lines))
	s.refused("C-07b", s.act(changchun, acceptor(third), app.ID, "notice", notice("2026-04-15", "m99")))
	s.do(changchun, acceptor(third), app.ID, "notice", notice("2026-04-15", "m02"))
	c := s.stands(yanji, app.ID, protocol.CaseCorrection)
	same(s, "document of", s.doc(&c.Body, 5).Act, protocol.Act("notice"))
	same(s, "version", c.Body.Item, protocol.ItemID(third.ImplCode, 3))
}

func offGuide(s *stage) {
	it := item(changchun, licensing)
	app, before := s.arrives(yanji, it, s.form(yanji, it, 11))
	s.refused("C-07b", s.act(changchun, acceptor(it), app.ID, "notice", notice("2026-04-17", "户口簿")))
	after := s.now(changchun, app.ID)
	same(s, "revision of the case", after.Rev, before.Rev)
	same(s, "state", after.Body.State, protocol.CaseArrived)
	s.attempts(app.ID, 1)
	s.refused("C-07c", s.act(changchun, acceptor(it), app.ID, "notice",
		part{"lines": []protocol.Defect{{Text: "再交一份说明"}}, "rest_complete": true, "until": day("2026-04-17")}))
	s.attempts(app.ID, 2)
}

// attempts waits until so many red cards at the hub say that something beside the
// guide was demanded of a case, each of the place that did.
func (s *stage) attempts(id string, want int) {
	var owners []protocol.NodeID
	s.soon("省级记下指南外要求", func() (bool, error) {
		owners = owners[:0]
		err := s.Hub().Pages(s.ctx, "/api/v1/cards", url.Values{"limit": {"200"}}, func(item json.RawMessage) error {
			var c struct{ Body protocol.Card }
			err := json.Unmarshal(item, &c)
			if c.Body.Clock == protocol.BreachOffGuide && c.Body.Colour == protocol.Red && strings.Contains(c.Body.On.ID, id) {
				owners = append(owners, c.Body.Owner)
			}
			return err
		})
		return len(owners) >= want, err
	})
	same(s, "demands counted", len(owners), want)
	for _, o := range owners {
		same(s, "who demanded it", o, changchun)
	}
}

func sharedMaterial(s *stage) {
	it := item(changchun, sharing)
	line := sharedLine(s, it)
	f := s.form(yanji, it, 12)
	_, err := s.submit(yanji, f.answer(line, protocol.PresenceMissing), "shared line missing")
	s.refused("C-07d", err)
	app, there := s.arrives(yanji, it, f.answer(line, protocol.PresencePending)) // the source does not answer
	same(s, "presence", presence(&there.Body, line), protocol.PresencePending)
	s.refused("C-07d", s.act(changchun, acceptor(it), app.ID, "notice", notice("2026-04-20", line)))
	s.do(changchun, acceptor(it), app.ID, "accept", nil)
	s.refused("C-18e", s.act(changchun, decider(it), app.ID, "grant", part{"text": "准予"}))
	came := protocol.Material{Line: line, Presence: protocol.PresenceFetched, Source: "户籍信息"}
	s.do(changchun, "clerk1", app.ID, "fetched", part{"lines": []protocol.Material{came}}) // it answers now
	s.do(changchun, decider(it), app.ID, "grant", part{"text": "准予"})
	there = s.stands(yanji, app.ID, protocol.CaseGranted)
	same(s, "presence then", presence(&there.Body, line), protocol.PresenceFetched)

	atOnce := s.form(yanji, it, 30).answer(line, protocol.PresenceFetched) // the source answers while the window waits
	app, there = s.arrives(yanji, it, atOnce)
	same(s, "presence at once", presence(&there.Body, line), protocol.PresenceFetched)
	s.refused("C-07d", s.act(changchun, acceptor(it), app.ID, "notice", notice("2026-04-20", line)))
}

func secondNotice(s *stage) {
	it := item(changchun, licensing)
	app, _ := s.arrives(yanji, it, s.form(yanji, it, 13))
	who := acceptor(it)
	s.do(changchun, who, app.ID, "notice", notice("2026-04-21", "m01", "m02"))
	s.answered(yanji, s.ask(yanji, "clerk1", app.ID, "supplement", supplement("m01", "m02")))
	s.stands(changchun, app.ID, protocol.CaseArrived)
	s.refused("C-07f", s.act(changchun, who, app.ID, "notice", notice("2026-04-21", "m03")))
	s.do(changchun, who, app.ID, "notice", notice("2026-04-21", "m02"))
	c := s.stands(yanji, app.ID, protocol.CaseCorrection)
	same(s, "notices", len(c.Body.Notices), 2)
	same(s, "lines of the second", len(c.Body.Notices[1].Lines), 1)
}

func correctedElsewhere(s *stage) {
	it := item(changchun, licensing)
	app, before := s.arrives(yanji, it, s.form(yanji, it, 14))
	same(s, "K1 of the receipt", before.Body.Due.K1.String(), "2026-04-07")
	s.do(changchun, acceptor(it), app.ID, "notice", notice("2026-04-22", "m02", "m03"))
	s.at("2026-03-31 15:00")
	s.answered(jilin, s.ask(jilin, "clerk1", app.ID, "supplement", supplement("m02", "m03")))
	c := s.stands(changchun, app.ID, protocol.CaseArrived)
	got := c.Body.Supplements[0]
	same(s, "window of the supplement", got.Node, jilin)
	same(s, "day of the supplement", got.At.Day().String(), "2026-03-31")
	same(s, "K1 from it", c.Body.K1From, got.At)
	same(s, "K1", c.Body.Due.K1.String(), "2026-04-08")
	s.oneHistory(app.ID, changchun, yanji, jilin)
}

// oneHistory wants places to stand at one revision of a case and to tell the same
// of each revision that both have seen: who comes in late has not seen the first.
func (s *stage) oneHistory(id string, places ...protocol.NodeID) {
	told := map[uint64]step{}
	first := s.now(places[0], id)
	for _, at := range places {
		c := s.eventually(at, id, "同一状态", func(c *protocol.Case) bool {
			return c.State == first.Body.State && len(c.Supplements) == len(first.Body.Supplements)
		})
		same(s, "revision at "+string(at), c.Rev, first.Rev)
		for _, h := range c.Timeline {
			if before, known := told[h.Rev]; known && before != h {
				s.fail("%s tells %+v, another place %+v", at, h, before)
			}
			told[h.Rev] = h
		}
	}
	same(s, "revisions told", uint64(len(told)), first.Rev)
}

// sharedLine is the line of an item's guide that is obtained by sharing.
func sharedLine(s *stage, it protocol.Item) string {
	for _, l := range s.guide(yanji, it).Guide.Body.Lines {
		if l.Share != nil {
			return l.ID
		}
	}
	s.fail("%s has no shared line", it.Name)
	return ""
}

func presence(c *protocol.Case, line string) string {
	for _, m := range c.Materials {
		if m.Line == line {
			return m.Presence
		}
	}
	return ""
}
