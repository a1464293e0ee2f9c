package store

import (
	"fmt"
	"slices"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// feature is the lowest feature that understands what this build writes.
const feature = 1

// Tx is one caller's transaction: it reads what it has written.
type Tx struct {
	ReadTx
	g      *group
	now    protocol.Instant
	asides int // how often the transaction was undone for an Aside
}

// Now is the instant that every act of this transaction is stamped with.
func (t *Tx) Now() protocol.Instant { return t.now }

// Act judges a draft, seals it and writes journal line and record. A rule's no
// is a *protocol.Fault of code refused that names the rule; a frozen node, a
// full disk and a node that must be rebased answer with their own codes. After
// an error the caller returns it from Update; what it did is then undone.
//
// Deps that name a record without a revision cite the current one. Draft.Rev
// and RecEpoch, when set, are the state the person saw (G-04, G-02).
func (t *Tx) Act(d protocol.Draft) (protocol.Record, error) {
	g := t.g
	kind := protocol.Lookup(d.Ref.Kind)
	if kind == nil {
		return protocol.Record{}, fmt.Errorf("act on %s: unknown kind", d.Ref)
	}
	if err := g.mayAct(kind); err != nil {
		return protocol.Record{}, err
	}
	if scribe := g.s.config.Scribe; scribe != nil {
		if err := scribe(t, &d); err != nil {
			return protocol.Record{}, err
		}
	}
	old, h, judged, err := t.judge(&d)
	if err != nil {
		return protocol.Record{}, err
	}
	return g.append(old, &h, judged)
}

// Judge gives the body that an act would write, and writes nothing: the faults are
// those of Act.
func (t *Tx) Judge(d protocol.Draft) ([]byte, error) {
	_, _, judged, err := t.judge(&d)
	return judged.Body, err
}

func (t *Tx) judge(d *protocol.Draft) (old *protocol.Record, h protocol.Header, judged protocol.Judged, err error) {
	if h, err = t.header(d); err != nil {
		return nil, h, judged, err
	}
	old, judged, no, err := t.g.fold().Complete(t.b, &h, d.Body, d.Rev)
	if err != nil {
		return nil, h, judged, fmt.Errorf("judge %s of %s: %w", d.Act, d.Ref, err)
	}
	if no == nil && d.RecEpoch != 0 && d.RecEpoch != h.RecEpoch {
		no = &protocol.Refusal{Rule: "G-02", Text: "该记录已移交过,请按最新状态办理"}
	}
	if no != nil {
		return nil, h, judged, no.Fault(string(d.Act), d.Ref)
	}
	return old, h, judged, nil
}

// mayAct refuses what no rule of a kind decides.
func (g *group) mayAct(kind *protocol.Kind) error {
	if f := g.state.frozen; f != nil {
		stop := *f
		stop.Op = "act"
		return &stop
	}
	if g.state.epoch < g.s.config.Epoch {
		return &protocol.Fault{Code: protocol.Fenced, Op: "act", Text: "本节点刚重新接入,正在与省级核对日志;请保持联网,稍候再办",
			Hint: "连上省级后自动继续"}
	}
	if g.state.resync { // an act on what only an orphan said would be refused by the hub
		return &protocol.Fault{Code: protocol.Busy, Op: "act", Text: "本节点刚重新接入,正在从省级取回数据;请保持联网,稍候再办",
			Hint: "数据取回后自动继续"}
	}
	if g.s.crammed && time.Since(g.s.tried) < remeasure { // a failed commit reads the whole file
		return fullFault(nil)
	}
	return g.s.room.admits(kind)
}

func (t *Tx) header(d *protocol.Draft) (protocol.Header, error) {
	s, st := t.g.s, &t.g.state
	h := protocol.Header{Origin: s.config.Node, Epoch: st.epoch, Ref: d.Ref, Act: d.Act, By: d.By, Answers: d.Answers,
		At: t.now, AtErr: s.clock.errorBound(), Feature: min(feature, st.level), Deps: slices.Clone(d.Deps)}
	for i := range h.Deps {
		dep := &h.Deps[i]
		if dep.Rev != 0 || dep.Ref == (protocol.Ref{}) {
			continue
		}
		rec, ok, err := fold.Get(t.b, dep.Ref)
		if err != nil {
			return h, err
		}
		if ok {
			dep.Rev = rec.Rev
		}
	}
	return h, nil
}

// append writes a judged act: its line, its record, its place among what the
// hub has not decided yet.
func (g *group) append(old *protocol.Record, h *protocol.Header, judged protocol.Judged) (protocol.Record, error) {
	head := g.state.heads[h.Lane]
	h.Seq, h.Prev = head.Seq+1, head.Hash
	e, err := wire.Seal(h, judged.Body)
	if err != nil {
		return protocol.Record{}, err
	}
	tx := g.page()
	changes, err := g.fold().Apply(tx, old, h, judged, 0)
	if err != nil {
		return protocol.Record{}, fmt.Errorf("apply %s to %s: %w", h.Act, h.Ref, err)
	}
	for _, c := range changes {
		g.touch(c.Record.Ref)
	}
	rec := changes[0].Record
	if err := g.rewake(old, &rec, &judged, changes[1:]); err != nil {
		return protocol.Record{}, err
	}
	if err := moveKeys(tx, rec.Ref, tidy(judged.Was.Keys), tidy(judged.Terms.Keys)); err != nil {
		return protocol.Record{}, err
	}
	g.steps = append(g.steps, step{act: &act{entry: e, home: rec.Home, epoch: rec.Epoch, moved: followed(changes[1:])}})
	return rec, g.line(&e)
}

// rewake moves the record, and what followed it, in the index of what this place
// must see to. The terms are at hand: nothing is decoded again.
func (g *group) rewake(old, now *protocol.Record, judged *protocol.Judged, others []fold.Change) error {
	var had, has protocol.Instant
	if old != nil && old.Home == g.s.config.Node {
		had = judged.Was.Wake
	}
	if now.Home == g.s.config.Node {
		has = judged.Terms.Wake
	}
	if err := g.moveWake(now.Ref, had, has); err != nil {
		return err
	}
	return g.follow(others)
}

func followed(changes []fold.Change) (all []moved) {
	for _, c := range changes {
		all = append(all, moved{c.Record.Ref, c.Record.Home, c.Record.Epoch})
	}
	return all
}
