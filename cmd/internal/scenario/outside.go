package scenario

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/replication/journal"
)

// outside stops the nodes, verifies the chain of every journal, and counts the
// figures of one agency from what they hold: the newest state of every record.
// It reads bodies as plain JSON and has an arithmetic of its own.
func (s *stage) outside(agency string, from, until protocol.Day) []protocol.Figure {
	newest := map[string]version{}
	for _, at := range s.Nodes {
		s.must(s.StopNode(at))
		s.must(s.readJournal(at, newest))
	}
	t := tally{agency: agency, from: from.String(), until: until.String(), days: s.workdays(), sums: map[string]*protocol.Figure{}}
	for ref, v := range newest {
		s.must(t.add(ref, v))
	}
	return t.figures()
}

// version is the newest state of a record among the journals.
type version struct {
	kind       protocol.KindName
	epoch, rev uint64
	body       []byte
}

func (v version) after(o version) bool {
	return v.epoch > o.epoch || v.epoch == o.epoch && v.rev > o.rev
}

// readJournal verifies both lanes of a node that has stopped and takes what is
// newest in them.
func (s *stage) readJournal(at protocol.NodeID, newest map[string]version) error {
	dir := filepath.Join(s.Dir, string(at))
	bundle, err := identity.LoadBundle(filepath.Join(dir, "secret"))
	if err != nil {
		return err
	}
	db, err := bbolt.Open(filepath.Join(dir, "node.db"), 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("open journal of %s: %w", at, err)
	}
	defer db.Close()
	var key identity.PublicKey
	copy(key[:], bundle.Key[32:])
	return db.View(func(tx *bbolt.Tx) error {
		for _, lane := range protocol.Lanes {
			report, err := journal.Verify(tx, lane, journal.OneKey(key))
			if err != nil {
				return fmt.Errorf("verify journal of %s: %w", at, err)
			}
			if report.Lines > 0 && report.Signed.Seq == 0 {
				return fmt.Errorf("journal of %s: %d lines and no signature", at, report.Lines)
			}
			if err := take(tx, lane, newest); err != nil {
				return err
			}
		}
		return nil
	})
}

func take(tx *bbolt.Tx, lane protocol.Lane, newest map[string]version) error {
	return journal.Each(tx, lane, 0, func(e protocol.Entry) error {
		v := version{e.Ref.Kind, e.RecEpoch, e.Rev, e.Body}
		if v.after(newest[e.Ref.String()]) {
			newest[e.Ref.String()] = v
		}
		return nil
	})
}

// workdays reads the published calendars at the hub: every day that the week does
// not tell.
func (s *stage) workdays() map[string]bool {
	days := map[string]bool{}
	for _, year := range []string{"2025", "2026", "2027"} {
		var c struct {
			Body struct{ Off, Work []string }
		}
		if err := s.Hub().Call(s.ctx, "GET", "/api/v1/calendars/"+year, nil, &c); protocol.CodeOf(err) != protocol.Gone {
			s.must(err)
		}
		for _, d := range c.Body.Off {
			days[d] = false
		}
		for _, d := range c.Body.Work {
			days[d] = true
		}
	}
	return days
}

// add counts one record.
func (t *tally) add(ref string, v version) (err error) {
	switch v.kind {
	case "case":
		err = read(v.body, func(c plainCase) { t.caseOf(ref, c) })
	case "objection":
		err = read(v.body, func(o plainObjection) { t.objection(ref, o) })
	case "evaluation", "complaint":
		err = read(v.body, func(x plainWord) { t.word(ref, v.kind, x) })
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", ref, err)
	}
	return nil
}

func read[T any](body []byte, count func(T)) error {
	var x T
	err := json.Unmarshal(body, &x)
	if err == nil {
		count(x)
	}
	return err
}
