package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/client"
	"xiangyun/cmd/internal/progress"
	"xiangyun/protocol"
)

// atOnce is how many requests of a bulk command are in flight: the leader
// merges what comes together into one round of the quorum.
const atOnce = 8

// bulk does one thing for many ids.
type bulk struct {
	verb string // what is done, for the progress line
	path string // POST, with %s for the id
	body any
}

// failure is an id that was refused.
type failure struct {
	ID   string `json:"id"`
	Rule string `json:"rule,omitempty"`
	Text string `json:"text"`
}

// outcome is what a bulk command did.
type outcome struct {
	Done   int       `json:"done"`
	Failed []failure `json:"failed,omitempty"`
	first  error
}

// run goes on after a refusal of one id, and stops when the server itself
// cannot go on.
func (b bulk) run(cmd *cobra.Command, cl *client.Client, ids []string) error {
	if len(ids) == 0 {
		return show(cmd, outcome{}, func() { fmt.Fprintln(cmd.OutOrStdout(), "(没有待办理的)") })
	}
	out, err := b.all(cmd, cl, ids)
	if len(ids) > 1 || err == nil && len(out.Failed) == 0 {
		for _, f := range out.Failed {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s [规则 %s]\n", f.ID, f.Text, plainText(f.Rule))
		}
		shown := show(cmd, out, func() { fmt.Fprintf(cmd.OutOrStdout(), "%s %d 项,未成 %d 项\n", b.verb, out.Done, len(out.Failed)) })
		err = errors.Join(err, shown)
	}
	if err != nil || len(out.Failed) == 0 {
		return err
	}
	return out.first
}

func (b bulk) all(cmd *cobra.Command, cl *client.Client, ids []string) (out outcome, err error) {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	line := progress.New(cmd.ErrOrStderr(), b.verb, len(ids))
	var mu sync.Mutex // guards out and line
	var wg sync.WaitGroup
	todo := make(chan string)
	for range min(atOnce, len(ids)) {
		wg.Go(func() {
			for id := range todo {
				err := cl.Call(ctx, http.MethodPost, path(b.path, id), b.body, nil)
				mu.Lock()
				if stop := out.note(id, err); stop != nil {
					cancel(stop)
				}
				line.Add(1)
				mu.Unlock()
			}
		})
	}
	feed(ctx, todo, ids)
	wg.Wait()
	line.End()
	return out, context.Cause(ctx)
}

func feed(ctx context.Context, todo chan<- string, ids []string) {
	defer close(todo)
	for _, id := range ids {
		select {
		case todo <- id:
		case <-ctx.Done():
			return
		}
	}
}

// note books the answer for one id; it gives the error that ends the whole.
func (o *outcome) note(id string, err error) error {
	var f *protocol.Fault
	switch {
	case err == nil:
		o.Done++
		return nil
	case errors.As(err, &f) && (f.Code == protocol.Refused || f.Code == protocol.Gone):
		o.Failed = append(o.Failed, failure{id, f.Rule, f.Text})
		if o.first == nil {
			o.first = err
		}
		return nil
	}
	return err
}

// waiting lists the ids of what an address gives and is in this state. A list
// is made from an index that follows the records at a short distance, so each
// is asked again: the answer to the list itself where it holds the record, or
// else the record.
func waiting(cmd *cobra.Command, cl *client.Client, path string, query url.Values) (ids []string, err error) {
	query.Set("limit", "200")
	err = cl.Pages(cmd.Context(), path, query, func(item json.RawMessage) error {
		var v any
		if err := json.Unmarshal(item, &v); err != nil {
			return fmt.Errorf("read list %s: %w", path, err)
		}
		id := text(at(v, "id"))
		if at(v, "body") == nil {
			if err := cl.Call(cmd.Context(), http.MethodGet, path+"/"+url.PathEscape(id), nil, &v); err != nil {
				return err
			}
		}
		if at(v, "body.state") == query.Get("state") {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}
