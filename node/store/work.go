package store

import (
	"context"
	"encoding/binary"
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/journal"
)

// Work is an own entry that did not become what its author wanted: it stands
// here until a person closes it, or until the hub applies it after all
// (replication.md §8). Nothing vanishes.
type Work struct {
	ID      string           `json:"id"` // lane-epoch-seq
	Verdict protocol.Verdict `json:"verdict"`
	Act     protocol.Act     `json:"act,omitempty"`
	By      string           `json:"by,omitempty"` // author of the entry
	At      protocol.Instant `json:"at,omitzero"`  // of the entry
	Opened  protocol.Instant `json:"opened"`
	Entry   []byte           `json:"entry,omitempty"` // of an orphan: its line, which is no longer in the journal (wire.ReadEntry)
	Closed  *Closing         `json:"closed,omitempty"`
}

// Closing says who closed a work item and what became of it.
type Closing struct {
	By   string           `json:"by"`
	At   protocol.Instant `json:"at"`
	Note string           `json:"note"`
}

func workID(p protocol.Pos) string { return fmt.Sprintf("%s-%d-%d", p.Lane, p.Epoch, p.Seq) }

func workKey(p protocol.Pos) []byte {
	key := binary.BigEndian.AppendUint64([]byte{byte(p.Lane)}, p.Epoch)
	return binary.BigEndian.AppendUint64(key, p.Seq)
}

func parseWorkID(id string) (p protocol.Pos, err error) {
	for _, lane := range protocol.Lanes {
		if n, _ := fmt.Sscanf(id, lane.String()+"-%d-%d", &p.Epoch, &p.Seq); n == 2 {
			p.Lane = lane
			return p, nil
		}
	}
	return p, protocol.NewFault(protocol.Gone, "find work", "没有编号为 %q 的待办", id)
}

// open puts a verdict before people. The same or an older one again, by the
// other way it travels, changes nothing: a closed item stays closed.
func (g *group) open(v protocol.Verdict) error {
	var w Work
	had, err := getRow(g.tx, bucketWork, workKey(v.Pos), &w)
	if err != nil || had && v.Index <= w.Verdict.Index {
		return err
	}
	if !had {
		w = Work{ID: workID(v.Pos), Opened: g.s.clock.stamp()}
		e, ok, err := journal.Get(g.tx, v.Pos.Lane, v.Pos.Seq)
		if err != nil && protocol.CodeOf(err) != protocol.Gone {
			return err
		}
		if ok && e.Hash == v.Pos.Hash {
			w.Act, w.By, w.At = e.Act, e.By, e.At
		}
	}
	w.Verdict, w.Closed = v, nil
	return putRow(g.page(), bucketWork, workKey(v.Pos), w)
}

// orphan puts a line that lost its place in the chain before people.
func (g *group) orphan(e *protocol.Entry) error {
	v := protocol.Verdict{Pos: e.Pos(), Ref: e.Ref, Outcome: protocol.Orphan,
		Text: "这次操作没有进入省级日志;请凭回执上的收件号核对并重新录入"}
	w := Work{ID: workID(v.Pos), Verdict: v, Act: e.Act, By: e.By, At: e.At, Opened: g.s.clock.stamp(), Entry: wire.AppendEntry(nil, e)}
	return putRow(g.write(), bucketWork, workKey(v.Pos), w)
}

// resolve drops the item of an entry that was applied after all.
func (g *group) resolve(p protocol.Pos) error {
	if g.tx.Bucket(bucketWork).Get(workKey(p)) == nil {
		return nil
	}
	if err := g.page().Bucket(bucketWork).Delete(workKey(p)); err != nil {
		return fmt.Errorf("drop work %s: %w", workID(p), err)
	}
	return nil
}

// Work lists the items that wait for a person, lane by lane in the order of
// their entries.
func (s *Store) Work() (open []Work, err error) {
	err = s.View(func(tx *ReadTx) error {
		return tx.b.Bucket(bucketWork).ForEach(func(k, _ []byte) error {
			var w Work
			if _, err := getRow(tx.b, bucketWork, k, &w); err != nil {
				return err
			}
			if w.Closed == nil {
				open = append(open, w)
			}
			return nil
		})
	})
	return open, err
}

// CloseWork notes that a person dealt with an item; by and note are kept. An
// item that does not exist is a gone fault; a closed one stays as it was.
func (s *Store) CloseWork(ctx context.Context, id, by, note string) error {
	p, err := parseWorkID(id)
	if err != nil {
		return err
	}
	return s.do(ctx, false, func(g *group) error {
		if by == "" || note == "" {
			return &protocol.Fault{Code: protocol.Refused, Op: "close work", Rule: "G-10", Text: "请说明如何处理的"}
		}
		var w Work
		had, err := getRow(g.tx, bucketWork, workKey(p), &w)
		if err != nil {
			return err
		}
		if !had {
			return protocol.NewFault(protocol.Gone, "close work", "没有编号为 %q 的待办", id)
		}
		if w.Closed != nil {
			return nil
		}
		w.Closed = &Closing{By: by, At: g.s.clock.stamp(), Note: note}
		return putRow(g.write(), bucketWork, workKey(p), w)
	})
}

// WorkBody gives what the act of a work item said: of an orphan from its line
// kept here, else from the journal; nil when the body was erased or trimmed.
func (s *Store) WorkBody(id string) (body []byte, err error) {
	p, err := parseWorkID(id)
	if err != nil {
		return nil, err
	}
	err = s.View(func(tx *ReadTx) error {
		var w Work
		had, err := getRow(tx.b, bucketWork, workKey(p), &w)
		if err != nil {
			return err
		}
		if !had {
			return protocol.NewFault(protocol.Gone, "find work", "没有编号为 %q 的待办", id)
		}
		e, err := w.entry(tx)
		body = e.Body
		return err
	})
	return body, err
}

func (w *Work) entry(tx *ReadTx) (e protocol.Entry, err error) {
	if len(w.Entry) > 0 {
		e, _, err = wire.ReadEntry(w.Entry)
		return e, err
	}
	e, ok, err := journal.Get(tx.b, w.Verdict.Pos.Lane, w.Verdict.Pos.Seq)
	if protocol.CodeOf(err) == protocol.Gone || err == nil && (!ok || e.Hash != w.Verdict.Pos.Hash) {
		return protocol.Entry{}, nil
	}
	return e, err
}
