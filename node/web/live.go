package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// How live pages are told. A page that is told nothing asks by itself.
const (
	liveLife  = 5 * time.Minute // then the browser comes again, and its session is looked at
	liveBeat  = 20 * time.Second
	liveRest  = time.Second // changes in between are told once
	liveRetry = 5000        // ms
)

// live tells an open page that cases, parcels, requests or the like changed here,
// as server-sent events; the page then refreshes its own parts. What changed is
// not said: who may see what is decided by the page.
func (w *Web) live(v *console.Visit) error {
	if !page.IsRefresh(v.R) {
		return protocol.NewFault(protocol.Malformed, "open event stream", "这个地址只供页面自动更新使用")
	}
	out := http.NewResponseController(v.W)
	v.W.Header().Set("Content-Type", "text/event-stream")
	if err := out.SetWriteDeadline(time.Now().Add(liveLife + liveBeat)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("open event stream: %w", err)
	}
	ctx, stop := context.WithTimeout(v.Context(), liveLife)
	defer stop()
	changes := w.cfg.Reader.Watch()
	defer changes.Close()
	for text := fmt.Sprintf("retry: %d\n\n", liveRetry); ; {
		if _, err := v.W.Write([]byte(text)); err != nil {
			return nil // the reader went away
		}
		if err := out.Flush(); err != nil {
			return nil
		}
		if text = nextEvent(ctx, changes); text == "" {
			return nil
		}
	}
}

// nextEvent waits for something to tell; "" when the stream is over.
func nextEvent(ctx context.Context, changes Changes) string {
	for {
		wait, cancel := context.WithTimeout(ctx, liveBeat)
		refs, err := changes.Next(wait)
		cancel()
		switch {
		case ctx.Err() != nil:
			return ""
		case err != nil && protocol.CodeOf(err) != protocol.Gap:
			return ": beat\n\n"
		case err == nil && !forPeople(refs):
			continue
		}
		select {
		case <-time.After(liveRest):
		case <-ctx.Done():
			return ""
		}
		return "event: changed\ndata: \n\n"
	}
}

// forPeople leaves out what no list of the workbench shows.
func forPeople(refs []protocol.Ref) bool {
	for _, ref := range refs {
		switch ref.Kind {
		case "case", "request", "parcel", "task", "card", "dupmark", "evaluation", "remedy", "objection", "complaint":
			return true
		}
	}
	return false
}
