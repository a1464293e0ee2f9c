package scenario

import "xiangyun/protocol"

// duplicates: two receipts for one matter become one case, and two matters stay
// two (cases.md §11).
var duplicates = []Scenario{
	{"S-15", "同一人同一事项、标的不同:两件都在办,不标记或说明原因", "2026-03-02 11:30", twoObjects},
	{"S-14", "两个断网窗口收下同一件:先收的为准,另一件作废并互相关联", "2026-03-02 12:00", twoOfflineWindows},
}

func twoOfflineWindows(s *stage) {
	it := item(changchun, licensing)
	const object = "社会团体 0001"
	s.cut(jilin)
	first := s.receive(jilin, it, s.form(jilin, it, 15).with("object_key", object).with("offline", true))
	s.at("2026-03-03 09:00")
	s.cut(yanji)
	second := s.receive(yanji, it, s.form(yanji, it, 15).with("object_key", object).with("offline", true))
	s.heal(jilin)
	s.heal(yanji)
	early, late := s.stands(changchun, first.ID, protocol.CaseArrived), s.stands(changchun, second.ID, protocol.CaseArrived)
	same(s, "K1 of the earlier", early.Body.Due.K1.String(), "2026-03-09")
	same(s, "K1 of the later", late.Body.Due.K1.String(), "2026-03-10")
	id := protocol.DupID(first.ID, second.ID)
	mark := settled(s, changchun, "dupmark", id, "已标记", func(m *protocol.Dupmark) bool { return m.State == protocol.DupOpen })
	same(s, "comparable", mark.Body.Comparable, true)
	same(s, "canonical", mark.Body.Canonical(), first.ID)
	s.refused("C-22b", s.act(changchun, acceptor(it), first.ID, "merge", part{"dup_of": second.ID}))
	s.do(changchun, acceptor(it), second.ID, "merge", part{"dup_of": first.ID})
	s.merged(changchun, first, second)
	s.merged(jilin, first, application{})
	s.merged(yanji, application{}, second)
	settled(s, yanji, "dupmark", id, "已办结", func(m *protocol.Dupmark) bool { return m.State == protocol.DupMerged })
}

// merged wants both to name each other at a place, the canonical one with the K1
// of the earlier receipt, the other one with its one message.
func (s *stage) merged(at protocol.NodeID, canonical, void application) {
	if canonical.ID != "" {
		c := s.eventually(at, canonical.ID, "并入另一件", func(c *protocol.Case) bool { return len(c.Absorbed) == 1 })
		same(s, "K1 after the merge", c.Body.Due.K1.String(), "2026-03-09")
		same(s, "earliest receipt", c.Body.Earliest, c.Body.Received.At)
		same(s, "state", c.Body.State, protocol.CaseArrived)
	}
	if void.ID != "" {
		c := s.stands(at, void.ID, protocol.CaseVoid)
		messages := 0
		for _, d := range c.Body.Docs {
			if d.Act == "merge" {
				messages++
			}
		}
		same(s, "messages (D-15)", messages, 1)
	}
}

func twoObjects(s *stage) {
	it := item(changchun, licensing)
	a, _ := s.arrives(yanji, it, s.form(yanji, it, 16).with("object_key", "社会团体 0002"))
	b, _ := s.arrives(yanji, it, s.form(yanji, it, 16).with("object_key", "社会团体 0003"))
	c, _ := s.arrives(yanji, it, s.form(yanji, it, 16)) // names no object
	for _, other := range []string{a.ID, b.ID} {
		mark := settled(s, protocol.Hub, "dupmark", protocol.DupID(other, c.ID), "已标记", anyway[protocol.Dupmark])
		same(s, "comparable", mark.Body.Comparable, false)
		same(s, "why", mark.Body.Note, "标的无法比对")
	}
	s.absent(protocol.Hub, "dupmark", protocol.DupID(a.ID, b.ID))
	for _, id := range []string{a.ID, b.ID, c.ID} {
		same(s, "state of "+id, s.now(changchun, id).Body.State, protocol.CaseArrived)
	}
}
