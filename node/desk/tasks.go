package desk

import (
	"context"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// openTasks asks the other agencies: each task of the case that has no record yet
// gets one, whose home is the agency's node (C-16, §5.2).
func openTasks(tx *store.Tx, rec protocol.Record, by string) error {
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return err
	}
	for _, t := range c.Tasks {
		ref := protocol.Ref{Kind: "task", ID: t.ID}
		if _, there, err := tx.Get(ref); there || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Act(protocol.Draft{Ref: ref, Act: "open", By: by, Body: protocol.Task{Case: rec.Ref.ID, Question: t.Question},
			Deps: tx.Cite(rec.Ref, protocol.Ref{Kind: "agency", ID: t.Agency})}); err != nil {
			return err
		}
	}
	return nil
}

// Task takes one act of an agency that is asked jointly: see, answer, return
// (T-02). The lead asks a task again with Ask (T-03); it is cancelled by itself
// when the lead is done (T-04).
func (d *Desk) Task(ctx context.Context, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Task, key string) (protocol.Record, error) {
	return d.write(ctx, &command{who: who, on: ref, key: key, body: []any{ref, act, want}, seen: &seen,
		do: func(tx *store.Tx) (protocol.Record, error) { return d.onTask(tx, who, ref, seen, act, want) }})
}

func (d *Desk) onTask(tx *store.Tx, who *protocol.Account, ref protocol.Ref, seen uint64, act protocol.Act, want protocol.Task) (protocol.Record, error) {
	t, rec, err := load[protocol.Task](&tx.ReadTx, ref)
	if err != nil {
		return rec, err
	}
	verb, ok := protocol.ActVerb("task", act)
	if !ok || act == "open" { // opened by joint_open only
		return rec, &protocol.Fault{Code: protocol.Denied, Op: "task." + string(act), Ref: ref, Rule: "G-05", Text: "子任务没有这一操作"}
	}
	if err := d.may(who, verb, t.Agency); err != nil {
		return rec, err
	}
	return tx.Act(protocol.Draft{Ref: ref, Act: act, Body: want, By: By(who), Rev: seen})
}

// onTaskHere: a task that arrives after its case was decided is over.
func (d *Desk) onTaskHere(rec protocol.Record) ([]duty, error) {
	t, err := protocol.Load[protocol.Task](rec)
	if err != nil || !t.Unanswered() {
		return nil, err
	}
	return []duty{{ref: rec.Ref, do: func(tx *store.Tx) error { return d.cancelTasks(tx, protocol.Ref{Kind: "case", ID: t.Case}) }}}, nil
}

// cancelTasks is T-04: the lead is done, and what is not answered need not be. Its
// home is the child's node, which sees the case and says so.
func (d *Desk) cancelTasks(tx *store.Tx, of protocol.Ref) error {
	c, rec, err := load[protocol.Case](&tx.ReadTx, of)
	if protocol.CodeOf(err) == protocol.Gone || err == nil && (c.State == protocol.CaseJoint || c.State == protocol.CaseHandingOver) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, ref := range tx.ByKey("task", of.ID) {
		t, task, err := load[protocol.Task](&tx.ReadTx, ref)
		if err != nil {
			return err
		}
		if task.Home != d.Node || !t.Unanswered() {
			continue
		}
		_, err = tx.Act(protocol.Draft{Ref: ref, Act: "cancel", By: steward, Body: protocol.Task{Reason: "牵头机构已结束联办(办件" + c.State.Title() + ")"},
			Deps: []protocol.Dep{{Ref: of, Rev: rec.Rev}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// askAgain is T-03: only this task is asked again.
func (d *Desk) askAgain(tx *store.Tx, ref protocol.Ref, r *protocol.Request) error {
	why, err := data[protocol.PleaseReturn](r)
	if err != nil {
		return err
	}
	_, err = tx.Act(protocol.Draft{Ref: r.On, Act: "reopen", By: steward, Answers: ref, Body: protocol.Task{Reason: why.Reason}})
	return err
}
