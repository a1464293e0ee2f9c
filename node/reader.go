package node

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"xiangyun/node/store"
	"xiangyun/node/web"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/replication/fold"
	"xiangyun/replication/search"
)

// reader shows the node to its pages and its API: they read what is here and
// never wait for the hub.
type reader struct{ *Node }

func (r reader) Get(ref protocol.Ref) (rec protocol.Record, ok bool, err error) {
	err = r.store.View(func(tx *store.ReadTx) error {
		rec, ok, err = tx.Get(ref)
		return err
	})
	return rec, ok, err
}

func (r reader) History(ref protocol.Ref) (steps []console.Step, err error) {
	err = r.store.View(func(tx *store.ReadTx) error {
		list, err := tx.History(ref)
		steps = stepsOf(list)
		return err
	})
	return steps, err
}

func stepsOf(list []fold.Step) []console.Step {
	steps := make([]console.Step, len(list))
	for i, s := range list {
		steps[i] = console.Step(s)
	}
	return steps
}

func (r reader) Search(ctx context.Context, q console.Query) (console.Result, error) {
	if q.Key != "" { // exact keys are indexed in the store itself: never a moment behind
		return r.byKey(q)
	}
	found, err := r.search.Search(ctx, search.Query(q))
	if err != nil {
		return console.Result{}, err
	}
	out := console.Result{Next: found.Next, Total: found.Total.N, More: found.Total.More}
	for _, h := range found.Hits {
		out.Hits = append(out.Hits, console.Hit(h))
	}
	for _, c := range found.Counts {
		out.Counts = append(out.Counts, console.FacetCount(c))
	}
	return out, nil
}

// consoleQuery is search.Query in the words of pages.
func consoleQuery(q search.Query) console.Query { return console.Query(q) }

func (r reader) byKey(q console.Query) (out console.Result, err error) {
	err = r.store.View(func(tx *store.ReadTx) error {
		for _, ref := range tx.ByKey(q.Kind, q.Key) {
			rec, ok, err := tx.Get(ref)
			if err != nil {
				return err
			}
			if kind := protocol.Lookup(ref.Kind); ok && kind != nil && rec.Body != nil {
				terms, err := kind.Terms(rec.Body)
				if err != nil {
					return err
				}
				out.Hits = append(out.Hits, console.Hit{Ref: ref, At: rec.At, Title: terms.Title, State: terms.State, Facets: terms.Facets})
			}
		}
		out.Total = uint64(len(out.Hits))
		return nil
	})
	return out, err
}

func (r reader) Lapses(after, until protocol.Instant, max int) (list []web.Lapse, err error) {
	err = r.store.View(func(tx *store.ReadTx) error {
		for _, l := range tx.Lapsed(after, until, max) {
			list = append(list, web.Lapse(l))
		}
		return nil
	})
	return list, err
}

func (r reader) Work(context.Context) (list []web.Work, err error) {
	work, err := r.store.Work()
	for _, w := range work {
		list = append(list, web.Work{ID: w.ID, Verdict: w.Verdict, Act: w.Act, By: w.By, At: w.At, Opened: w.Opened})
	}
	return list, err
}

func (r reader) Watch() web.Changes { return r.store.Changes() }

func (r reader) WorkBody(_ context.Context, id string) (json.RawMessage, error) {
	body, err := r.store.WorkBody(id)
	if err != nil || len(body) == 0 {
		return body, err
	}
	return withoutSecrets(body)
}

// withoutSecrets leaves out the hashes of an account's password and tokens:
// nobody enters them again, and no screen is their place.
func withoutSecrets(body json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fmt.Errorf("read body of work: %w", err)
	}
	_, password := members["password"]
	_, tokens := members["tokens"]
	if !password && !tokens {
		return body, nil
	}
	delete(members, "password")
	delete(members, "tokens")
	return json.Marshal(members)
}

func (r reader) CloseWork(ctx context.Context, id, by, note string) error {
	return r.store.CloseWork(ctx, id, by, note)
}

// Status gathers where this node stands.
func (r reader) Status(context.Context) (web.Status, error) {
	st, err := r.store.Status()
	if err != nil {
		return web.Status{}, err
	}
	free, total := freeDisk(r.cfg.Dir)()
	up := r.uplink.Status()
	out := web.Status{Node: st.Node, Epoch: st.Epoch, Level: st.Level, Frozen: st.Frozen, NeedsRebase: st.NeedsRebase, WorkOpen: st.WorkOpen,
		NumbersLeft: st.BlocksLeft, DiskFree: free, DiskTotal: total, Bytes: st.Bytes, ScansQueued: r.scansQueued(),
		Room: st.Room.String(), CertFrom: protocol.At(r.holder.Bundle().Leaf.NotBefore), CertUntil: protocol.At(r.holder.Self().NotAfter),
		Alarms: up.Alarms}
	out.ClockOffset, out.ClockKnown = r.clock.off()
	out.Drilling = r.uplink.Drilling()
	for _, lane := range protocol.Lanes {
		l, p := up.Lanes[lane], st.Pending[lane]
		out.Lanes = append(out.Lanes, web.Lane{Lane: lane, Connected: l.Connected, Server: l.Server, Since: instant(l.Since), Fresh: instant(l.Fresh),
			Queued: p.Entries, Bytes: p.Bytes, Oldest: p.Oldest, Held: p.Held, Error: l.Error})
	}
	return out, nil
}

func (r reader) scansQueued() (n int) {
	names, err := os.ReadDir(r.path(pendingDir))
	if err != nil {
		return 0 // made with the first scan
	}
	for _, name := range names {
		if strings.HasSuffix(name.Name(), ".json") {
			n++
		}
	}
	return n
}

// scans shows the attachments to the workbench.
type scans struct{ *Node }

func (s scans) Keep(ctx context.Context, who *protocol.Account, name, mediaType string, r io.Reader) (web.Scan, error) {
	a, err := s.Attach(ctx, who, name, mediaType, r)
	return web.Scan{ID: a.ID, Name: a.Name, Type: a.Type, Size: a.Size, At: a.At, By: a.By, Waiting: true}, err
}

func (s scans) Find(_ context.Context, id string) (web.Scan, error) {
	a, err := s.Attachment(id)
	if err != nil {
		return web.Scan{}, err
	}
	owner, _, err := s.ownerOf(id)
	_, perr := os.Stat(s.path(pendingDir, filepath.Base(id)+".json"))
	return web.Scan{ID: a.ID, Name: a.Name, Type: a.Type, Size: a.Size, At: a.At, By: a.By, Owner: owner, Waiting: perr == nil, Sum: sumOf(a)}, err
}

// sumOf is the SHA-256 of a file of one chunk, which is that chunk's name.
func sumOf(a Attachment) string {
	if len(a.Chunks) != 1 {
		return ""
	}
	return string(a.Chunks[0].ID)
}

func (s scans) Open(ctx context.Context, id string) (web.Scan, io.ReadSeeker, error) {
	found, err := s.Find(ctx, id)
	if err != nil {
		return found, nil, err
	}
	a, err := s.Attachment(id)
	if err != nil {
		return found, nil, err
	}
	r, err := s.OpenAttachment(ctx, a)
	return found, r, err
}

// drafts shows the table of drafts to the pages in their words.
type drafts struct{ table *store.Drafts }

func (d drafts) Save(draft web.Draft) error { return d.table.Save(store.Draft(draft)) }

func (d drafts) Find(by, id string) (web.Draft, bool, error) {
	draft, ok, err := d.table.Find(by, id)
	return web.Draft(draft), ok, err
}

func (d drafts) List(by string, now protocol.Instant) ([]web.Draft, error) {
	list, err := d.table.List(by, now)
	out := make([]web.Draft, len(list))
	for i, draft := range list {
		out[i] = web.Draft(draft)
	}
	return out, err
}

func (d drafts) Drop(by, id string) error { return d.table.Drop(by, id) }
