package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"xiangyun/hub/merge"
	"xiangyun/protocol"
)

func filingOf(r *protocol.Request, ref protocol.Ref) (f protocol.ItemFiling, err error) {
	if r.Want != protocol.WantPublish {
		return f, &protocol.Fault{Code: protocol.Refused, Op: "publish", Ref: ref, Rule: "R-00", Text: "这不是发布事项的请求"}
	}
	if err := json.Unmarshal(r.Data, &f); err != nil {
		return f, &protocol.Fault{Code: protocol.Refused, Op: "publish", Ref: ref, Rule: "G-09", Text: "请求内容无法读取", Err: err}
	}
	return f, nil
}

// Approve passes a changeset, but for the entries returned with a reason: each
// passed entry becomes a revision and waits in its listing for a release
// (catalog.md §5). The review is the guard; the rest follows from it.
func (s *Server) Approve(ctx context.Context, who *protocol.Account, set string, returned []protocol.ReturnedItem) (protocol.Record, error) {
	if err := s.may(who, protocol.MayReview); err != nil {
		return protocol.Record{}, err
	}
	ref := protocol.Ref{Kind: "catalog.changeset", ID: set}
	c, _, err := load[protocol.Changeset](s, ref)
	if err != nil {
		return protocol.Record{}, err
	}
	review := protocol.Ref{Kind: "catalog.review", ID: set}
	if rec, rest, err := s.unlisted(review, by(who)); err != nil || len(rest) > 0 {
		if err == nil {
			_, err = s.inParts(ctx, rest)
		}
		return rec, err
	}
	body := protocol.Review{Returned: returned, Passed: passed(c.Members, returned)}
	drafts := []protocol.Draft{{Ref: review, Act: "approve", Body: body, By: by(who), Deps: cite(ref)}}
	for _, m := range body.Passed {
		more, err := s.list(m, by(who))
		if err != nil {
			return protocol.Record{}, err
		}
		drafts = append(drafts, more...)
	}
	return s.inParts(ctx, drafts)
}

// inParts sends the guard with what fits one Raft entry, then the rest. Broken
// off in between, the next call goes on: see unlisted and planRelease.
func (s *Server) inParts(ctx context.Context, drafts []protocol.Draft) (first protocol.Record, err error) {
	for done := 0; done < len(drafts); {
		n, err := fitting(drafts[done:])
		if err != nil {
			return first, err
		}
		records, _, err := s.Act(ctx, drafts[done:done+n]...)
		if err != nil {
			return first, err
		}
		if done == 0 {
			first = records[0]
		}
		done += n
	}
	return first, nil
}

// fitting is how many of the first drafts make one Raft entry (pitfalls.R8);
// one always does.
func fitting(drafts []protocol.Draft) (n int, err error) {
	const part = 64
	for size := 0; n < min(len(drafts), part); n++ {
		body, err := json.Marshal(drafts[n].Body)
		if err != nil {
			return 0, err
		}
		if size += len(body); n > 0 && size > maxCommand {
			break
		}
	}
	return n, nil
}

// unlisted gives what an approval that was broken off has passed and not yet
// listed; nothing when there was none. What changed since then comes with its
// next changeset.
func (s *Server) unlisted(review protocol.Ref, by string) (rec protocol.Record, drafts []protocol.Draft, err error) {
	r, rec, err := load[protocol.Review](s, review)
	if protocol.CodeOf(err) == protocol.Gone || err == nil && r.State != protocol.ReviewApproved {
		return rec, nil, nil
	}
	if err != nil {
		return rec, nil, err
	}
	for _, m := range r.Passed {
		if done, err := s.listed(m); done || err != nil {
			if err != nil {
				return rec, nil, err
			}
			continue
		}
		more, err := s.list(m, by)
		if err != nil && protocol.CodeOf(err) != protocol.Refused {
			return rec, nil, err
		}
		drafts = append(drafts, more...)
	}
	return rec, drafts, nil
}

// listed: the last thing that list writes for a member is there.
func (s *Server) listed(m protocol.ChangeMember) (bool, error) {
	if m.Op == "retire" {
		l, _, err := load[protocol.Listing](s, protocol.Ref{Kind: "catalog.listing", ID: m.Entry})
		if protocol.CodeOf(err) == protocol.Gone {
			return false, nil
		}
		return err == nil && l.State != protocol.ListingListed, err
	}
	_, ok, err := s.fsm.Record(protocol.Ref{Kind: "catalog.revision", ID: m.Hash.String()})
	return ok, err
}

func passed(members []protocol.ChangeMember, returned []protocol.ReturnedItem) (list []protocol.ChangeMember) {
	back := make(map[string]bool, len(returned))
	for _, r := range returned {
		back[r.Entry] = true
	}
	for _, m := range members {
		if !back[m.Entry] {
			list = append(list, m)
		}
	}
	return list
}

func (s *Server) list(m protocol.ChangeMember, by string) ([]protocol.Draft, error) {
	ref := protocol.Ref{Kind: "catalog.entry", ID: m.Entry}
	rec, ok, err := s.fsm.Record(ref)
	if err != nil {
		return nil, err
	}
	if !ok || rec.Rev != m.Rev || protocol.HashOf(rec.Body) != m.Hash {
		return nil, &protocol.Fault{Code: protocol.Refused, Op: "approve", Ref: ref, Rule: "K-11",
			Text: fmt.Sprintf("条目“%s”内容已变更或尚未到达,请退回该条目", m.Name)}
	}
	if m.Op == "retire" {
		return []protocol.Draft{{Ref: protocol.Ref{Kind: "catalog.listing", ID: m.Entry}, Act: "retire", By: by,
			Body: protocol.Listing{Reason: "经两审注销"}}}, nil
	}
	dep := []protocol.Dep{{Ref: ref, Rev: m.Rev}}
	drafts := []protocol.Draft{{Ref: protocol.Ref{Kind: "catalog.listing", ID: m.Entry}, Act: "approve", Body: protocol.Listing{}, By: by, Deps: dep}}
	revision := protocol.Ref{Kind: "catalog.revision", ID: m.Hash.String()}
	if _, ok, err := s.fsm.Record(revision); err != nil || ok {
		return drafts, err
	}
	return append(drafts, protocol.Draft{Ref: revision, Act: "put", By: by, Deps: dep,
		Body: protocol.Revision{Entry: m.Entry, Rev: m.Rev, Content: rec.Body}}), nil
}

// Return sends a whole changeset back (K-08).
func (s *Server) Return(ctx context.Context, who *protocol.Account, set, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayReview); err != nil {
		return protocol.Record{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return protocol.Record{}, &protocol.Fault{Code: protocol.Refused, Op: "return", Rule: "K-08", Text: "请逐项说明退回原因"}
	}
	ref := protocol.Ref{Kind: "catalog.changeset", ID: set}
	c, _, err := load[protocol.Changeset](s, ref)
	if err != nil {
		return protocol.Record{}, err
	}
	var body protocol.Review
	for _, m := range c.Members {
		body.Returned = append(body.Returned, protocol.ReturnedItem{Entry: m.Entry, Reason: reason})
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "catalog.review", ID: set}, Act: "return", Body: body, By: by(who), Deps: cite(ref)})
}

// Release publishes every approved listing as one numbered state of the whole
// catalogue (K-14): listings are staged first, so a release that was broken off
// is finished by the next call, and its number exists once or not at all.
func (s *Server) Release(ctx context.Context, who *protocol.Account, notes string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRelease); err != nil {
		return protocol.Record{}, err
	}
	plan, err := s.planRelease()
	if err != nil {
		return protocol.Record{}, err
	}
	if len(plan.stage) > 0 {
		for i := range plan.stage {
			plan.stage[i].By = by(who)
		}
		if _, err := s.inParts(ctx, plan.stage); err != nil {
			return protocol.Record{}, err
		}
	}
	body := protocol.Release{Number: plan.number, Root: merge.Root(plan.leaves), Count: len(plan.leaves), Changed: plan.changed, Notes: notes}
	draft := protocol.Draft{Ref: protocol.Ref{Kind: "catalog.release", ID: protocol.ReleaseID(plan.number)}, Act: "publish", Body: body, By: by(who)}
	if plan.number > 1 {
		draft.Deps = cite(protocol.Ref{Kind: "catalog.release", ID: protocol.ReleaseID(plan.number - 1)})
	}
	return s.one(ctx, draft)
}

type releasePlan struct {
	number  uint64
	changed int
	stage   []protocol.Draft
	leaves  []merge.Leaf
}

func (s *Server) planRelease() (p releasePlan, err error) {
	p.number, err = s.nextRelease()
	if err != nil {
		return p, err
	}
	return p, s.each("catalog.listing", func(rec protocol.Record) error {
		l, err := protocol.Load[protocol.Listing](rec)
		if err != nil {
			return err
		}
		cur := l.Cur
		staged := cur != nil && cur.Release == p.number // by a call that was broken off
		switch {
		case l.Next != nil && !staged: // what was approved again since then waits for the next release
			cur = &protocol.ListedState{Rev: l.Next.Rev, Hash: l.Next.Hash, Release: p.number}
			p.stage = append(p.stage, protocol.Draft{Ref: rec.Ref, Act: "release", Body: protocol.Listing{Cur: cur}, Rev: rec.Rev})
			p.changed++
			l.State = stateReleased(l)
		case staged:
			p.changed++
		}
		if cur != nil {
			p.leaves = append(p.leaves, merge.Leaf{ID: l.Entry, Rev: cur.Rev, Hash: cur.Hash, State: l.State})
		}
		return nil
	})
}

// stateReleased is the state a listing has once what waits in it is released:
// the root commits to what every node then holds.
func stateReleased(l *protocol.Listing) string {
	if l.State != protocol.ListingWithheld {
		return protocol.ListingListed
	}
	return l.State
}

func (s *Server) nextRelease() (uint64, error) {
	last := uint64(0)
	err := s.each("catalog.release", func(rec protocol.Record) error {
		r, err := protocol.Load[protocol.Release](rec)
		if err == nil {
			last = max(last, r.Number)
		}
		return err
	})
	return last + 1, err
}
