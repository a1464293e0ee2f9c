package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// manyCases measures a node that holds many cases (architecture C1, cases.md
// §17): it is filled through the desk as windows do, cut off from the hub, and
// then read through its own HTTP door.
func manyCases(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("cases", flag.ContinueOnError)
	dir, count := f.String("dir", "", "work here, on the disk to be measured"), f.Uint64("count", 1_000_000, "cases on the node")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *dir, err = os.MkdirTemp(*dir, "xiangyun-cases-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(*dir)) }()
	p, err := found(ctx, *dir)
	defer func() { err = errors.Join(err, p.close()) }()
	if err != nil {
		return err
	}
	l, err := measureLimits(*dir, 400)
	if err != nil {
		return err
	}
	b := &caseBench{p: p, node: p.nodes[decider], limit: l, out: tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)}
	fmt.Fprintln(b.out, "what\tp50\tp99\tbar\tmet")
	return errors.Join(b.run(ctx, *count), b.out.Flush())
}

// caseBench is one run of manyCases.
type caseBench struct {
	p     *province
	node  *child
	limit limits
	out   *tabwriter.Writer
	web   *http.Client
	at    served
	open  []string
}

func (b *caseBench) run(ctx context.Context, count uint64) error {
	if err := b.node.ask(ctx, "cut", true, nil); err != nil {
		return err
	}
	var d done
	if err := b.node.ask(ctx, "fill", load{Run: "c1", Workers: 64, Count: count, Item: b.p.item}, &d); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "%d cases taken in, 95 %% of them taken back, in %s\t\t\t\t\n", d.Count, d.Took.Round(time.Second))
	if err := b.enter(ctx); err != nil {
		return err
	}
	if err := b.node.ask(ctx, "opened", none{}, &b.open); err != nil {
		return err
	}
	return b.measure(ctx)
}

// enter opens the node's door and logs in.
func (b *caseBench) enter(ctx context.Context) (err error) {
	if err := b.node.ask(ctx, "door", none{}, &b.at); err != nil {
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	b.web = &http.Client{Jar: jar}
	_, err = b.send(ctx, "POST", "/login", "application/x-www-form-urlencoded",
		url.Values{"name": {b.at.Login}, "password": {b.at.Password}}.Encode())
	return err
}

func (b *caseBench) send(ctx context.Context, method, path, mediaType, body string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, b.at.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	res, err := b.web.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, data)
	}
	return data, err
}

func (b *caseBench) measure(ctx context.Context) error {
	start := time.Now()
	if _, err := b.send(ctx, "GET", "/inbox", "", ""); err != nil { // the first look reads all that is open
		return err
	}
	fmt.Fprintf(b.out, "first look at the inbox after a start, %d open\t%s\t\t\t\n", len(b.open), time.Since(start).Round(time.Millisecond))
	oneCase := func() string { return url.PathEscape(b.open[rand.IntN(len(b.open))]) }
	rows := []struct {
		what string
		n    int
		bar  time.Duration // of p99
		do   func() error
	}{
		{"a case by its number, API", 1000, 5 * time.Millisecond, b.get(ctx, func() string { return "/api/v1/cases/" + oneCase() })},
		{"the whole case screen, one call", 500, 10 * time.Millisecond, b.get(ctx, func() string { return "/cases/" + oneCase() })},
		{"inbox of 50 by deadline, exact counts", 100, 20 * time.Millisecond, b.get(ctx, func() string { return "/inbox" })},
		{"all cases of one person", 50, 50 * time.Millisecond, func() error { return b.person(ctx) }},
		{"intake page", 200, 50 * time.Millisecond, b.get(ctx, func() string { return "/intake/" + url.PathEscape(b.p.item) })},
	}
	for _, r := range rows {
		s, err := timed(r.n, r.do)
		if err != nil {
			return fmt.Errorf("%s: %w", r.what, err)
		}
		b.row(r.what, s, fmt.Sprintf("p99 ≤ %s", r.bar), s.P99 <= r.bar)
	}
	return b.accept(ctx)
}

func (b *caseBench) get(ctx context.Context, path func() string) func() error {
	return func() error {
		_, err := b.send(ctx, "GET", path(), "", "")
		return err
	}
}

// person reads all cases of the person who has many, page by page.
func (b *caseBench) person(ctx context.Context) error {
	for ask := map[string]any{"id_type": "citizen", "id": citizen(0), "limit": 200}; ; {
		body, err := json.Marshal(ask)
		if err != nil {
			return err
		}
		raw, err := b.send(ctx, "POST", "/api/v1/cases/find", "application/json", string(body))
		if err != nil {
			return err
		}
		var list struct{ Next string }
		if err := json.Unmarshal(raw, &list); err != nil || list.Next == "" {
			return err
		}
		ask["after"] = list.Next
	}
}

// accept is A1 and A2 with all those cases on the node.
func (b *caseBench) accept(ctx context.Context) error {
	var one, many done
	if err := b.node.ask(ctx, "receive", load{Run: "c1-one", Workers: 1, Count: 1000, Item: b.p.item}, &one); err != nil {
		return err
	}
	if err := b.node.ask(ctx, "receive", load{Run: "c1-many", Workers: 64, For: 5 * time.Second, Item: b.p.item}, &many); err != nil {
		return err
	}
	bar := time.Duration(2.5 * float64(b.limit.bolt.P50))
	b.row("one acceptance, durable", one.Each, fmt.Sprintf("p50 ≤ 2.5 × one bbolt commit (%s)", bar.Round(time.Microsecond)), one.Each.P50 <= bar)
	rate := float64(many.Count) / many.Took.Seconds()
	fmt.Fprintf(b.out, "acceptances at 64 windows\t%.0f/s\t\t≥ 2,000/s\t%s\n", rate, yes(rate >= 2000))
	return nil
}

func (b *caseBench) row(what string, s spread, bar string, met bool) {
	fmt.Fprintf(b.out, "%s\t%.2f ms\t%.2f ms\t%s\t%s\n", what, ms(s.P50), ms(s.P99), bar, yes(met))
}

func yes(met bool) string {
	if met {
		return "yes"
	}
	return "NO"
}

// timed runs do n times, one after the other.
func timed(n int, do func() error) (spread, error) {
	took := make([]time.Duration, 0, n)
	for range n {
		at := time.Now()
		if err := do(); err != nil {
			return spread{}, err
		}
		took = append(took, time.Since(at))
	}
	return spreadOf(took), nil
}
