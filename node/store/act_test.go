package store

import (
	"testing"

	"xiangyun/protocol"
)

func TestAnAcceptanceIsJournalRecordNumberAndKeysInOne(t *testing.T) {
	r, _ := equipped(t)
	rec, no := r.receive(itemHere, "w1-1")
	if got, ok := r.get(rec.Ref); !ok || got.Rev != 1 || got.Home != "yanbian" || got.Index != 0 {
		t.Fatalf("record: %+v", got)
	}
	if !protocol.ValidCheck37(no) || number(t, no) != 1 || !protocol.ValidCheck37(rec.Ref.ID) {
		t.Fatalf("receipt %s, case %s", no, rec.Ref.ID)
	}
	r.must(r.View(func(tx *ReadTx) error {
		for _, key := range []string{no, "fp-w1-1", "w1-1"} {
			if refs := tx.ByKey("case", key); len(refs) != 1 || refs[0] != rec.Ref {
				t.Errorf("by key %q: %v", key, refs)
			}
		}
		if refs := tx.ByKey("case", "w1"); len(refs) != 0 {
			t.Errorf("by the beginning of a key: %v", refs)
		}
		return nil
	}))
	head, err := r.Head(protocol.Urgent)
	if err != nil || head.Seq != 1 || r.Appended(protocol.Urgent).Get() != 1 {
		t.Fatalf("head %v, %v", head, err)
	}
	all, err := r.Pending()
	if p := all[protocol.Urgent]; err != nil || p.Entries != 1 || p.Oldest != testAt || p.Bytes == 0 || p.Bytes != r.QueueBytes() {
		t.Fatalf("pending %+v, %v", p, err)
	}
}

func TestARefusalNamesItsRuleAndChangesNothing(t *testing.T) {
	r, _ := equipped(t)
	rec, _ := r.receive(itemThere, "w1-1")
	rows := []struct {
		name  string
		draft protocol.Draft
		rule  string
	}{
		{"not the place to accept", protocol.Draft{Ref: rec.Ref, Act: "accept", Body: protocol.Case{}}, "G-06"},
		{"no such act", protocol.Draft{Ref: rec.Ref, Act: "bless", Body: protocol.Case{}}, "G-07"},
		{"a state that has passed", protocol.Draft{Ref: rec.Ref, Act: "hand_over", Body: protocol.Case{}, Rev: 7}, "G-04"},
		{"a home that has changed", protocol.Draft{Ref: rec.Ref, Act: "withdraw", Body: protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "x"}}, RecEpoch: 9}, "G-02"},
		{"another place's record", protocol.Draft{Ref: ref("agency", usccThere), Act: "update", Body: protocol.Agency{USCC: usccThere, Name: "x", Node: "yanbian"}}, "G-01"},
	}
	before := r.committed()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.draft.By = "clerk1"
			err := r.Update(ctx(), func(tx *Tx) error {
				_, err := tx.Act(row.draft)
				return err
			})
			f, ok := err.(*protocol.Fault)
			if !ok || f.Code != protocol.Refused || f.Rule != row.rule || f.Text == "" {
				t.Fatalf("got %v, want refused %s", err, row.rule)
			}
		})
	}
	if after := r.committed(); after.heads != before.heads || after.cases != before.cases {
		t.Fatalf("a refusal moved the store: %+v", after)
	}
}

func TestActsOfOneTransactionSeeEachOther(t *testing.T) {
	r, _ := equipped(t)
	var id protocol.Ref
	r.must(r.Update(ctx(), func(tx *Tx) error {
		rec, _, err := receive(tx, itemThere, "w1-1")
		if err != nil {
			return err
		}
		id = rec.Ref
		if got, ok, _ := tx.Get(rec.Ref); !ok || got.Rev != 1 || len(tx.ByKey("case", "w1-1")) != 1 {
			t.Errorf("not seen in its own transaction: %+v", got)
		}
		_, err = tx.Act(protocol.Draft{Ref: id, Act: "hand_over", Body: protocol.Case{}, By: "clerk1", Deps: tx.Cite(ref("agency", usccThere))})
		return err
	}))
	if rec, _ := r.get(id); rec.Home != "changchun" || rec.Epoch != 2 || rec.Rev != 2 {
		t.Fatalf("after hand-over: %+v", rec)
	}
	_, err := r.act(id, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "x"}})
	if f, ok := err.(*protocol.Fault); !ok || f.Rule != "G-01" {
		t.Fatalf("act after the home left: %v", err)
	}
	b, err := r.ReadBatch(protocol.Urgent, 0, 1<<20)
	if err != nil || len(b.Entries) != 2 {
		t.Fatalf("batch of %d entries, %v", len(b.Entries), err)
	}
	r.must(r.View(func(tx *ReadTx) error {
		steps, err := tx.History(id)
		if len(steps) != 2 || steps[1].Act != "hand_over" {
			t.Errorf("history: %+v", steps)
		}
		return err
	}))
}

func TestADepWithoutARevisionCitesTheCurrentOne(t *testing.T) {
	r, _ := equipped(t)
	rec, _ := r.receive(itemThere, "w1-1")
	r.must(r.Update(ctx(), func(tx *Tx) error {
		_, err := tx.Act(protocol.Draft{Ref: rec.Ref, Act: "hand_over", Body: protocol.Case{}, By: "clerk1",
			Deps: []protocol.Dep{{Ref: ref("agency", usccThere)}}})
		return err
	}))
	b, err := r.ReadBatch(protocol.Urgent, 1, 1<<20)
	if err != nil || b.Entries[0].Deps[0].Rev != 1 {
		t.Fatalf("%+v, %v", b.Entries, err)
	}
}

func TestOpenRefusesWhatIsNotItsOwn(t *testing.T) {
	r := fresh(t)
	r.shut()
	for name, change := range map[string]func(*Config){
		"another node":  func(c *Config) { c.Node = "changchun" },
		"no signer":     func(c *Config) { c.Signer = nil },
		"no epoch":      func(c *Config) { c.Epoch = 0 },
		"the hub":       func(c *Config) { c.Node = protocol.Hub },
		"a bad node id": func(c *Config) { c.Node = "Yan Bian" },
	} {
		c := testConfig()
		change(&c)
		if s, err := Open(r.path, c); err == nil {
			s.Close()
			t.Errorf("%s was let in", name)
		}
	}
}
