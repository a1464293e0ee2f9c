package web

import (
	"context"
	"crypto/ed25519"
	"maps"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiangyun/node/desk"
	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/wire"
)

// real is a node's store and desk behind the pages; lists come from the fake,
// because the search index follows the store elsewhere.
type real struct {
	*world
	store *store.Store
}

func (r real) Get(ref protocol.Ref) (rec protocol.Record, ok bool, err error) {
	err = r.store.View(func(tx *store.ReadTx) error {
		rec, ok, err = tx.Get(ref)
		return err
	})
	return rec, ok, err
}

func (r real) History(ref protocol.Ref) (steps []console.Step, err error) {
	err = r.store.View(func(tx *store.ReadTx) error {
		list, err := tx.History(ref)
		for _, s := range list {
			steps = append(steps, console.Step(s))
		}
		return err
	})
	return steps, err
}

// openReal fills a store with what the hub would send: the fixture's registers,
// items, guides and calendar, and a block of receipt numbers.
func openReal(t *testing.T, w *world) (real, *desk.Desk) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	d := &desk.Desk{Node: "yanbian", Sign: pen(key)}
	s, err := store.Open(filepath.Join(t.TempDir(), "node.db"), store.Config{Node: "yanbian", Epoch: 1, Level: 1, Scribe: d.Scribe,
		Signer: identity.KeySigner(key), Stamp: func() protocol.Instant { return nowAt }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Put("numblock", protocol.BlockID(1), protocol.Hub, nowAt, 1, protocol.NumberBlock{Node: "yanbian", Epoch: 1, From: 1, To: protocol.BlockSize})
	lines := wire.Lines{Generation: 1, Last: 1}
	for _, kind := range []protocol.KindName{"node", "agency", "item", "guide", "calendar", "numblock"} {
		found, err := w.Search(ctx, console.Query{Kind: kind, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range found.Hits {
			rec, _, _ := w.Get(h.Ref)
			rec.Index = 1
			lines.Lines = append(lines.Lines, wire.Line{Index: 1, What: wire.LineRecord, Record: &rec})
		}
	}
	if err := s.Take(ctx, protocol.Urgent, lines); err != nil {
		t.Fatal(err)
	}
	d.Store = s
	return real{w, s}, d
}

// pen signs receipt codes with a bare key, as the node's holder does.
type pen ed25519.PrivateKey

func (p pen) SignReceipt(r protocol.ReceiptQR) (string, error) {
	text, err := r.Text()
	if err != nil {
		return "", err
	}
	return protocol.SealReceiptQR(text, ed25519.Sign(ed25519.PrivateKey(p), []byte(protocol.ReceiptDomain+text)))
}

// TestACaseGoesFromTheWindowToItsDelivery walks the pages as three people do,
// over a real gate, desk and store.
func TestACaseGoesFromTheWindowToItsDelivery(t *testing.T) {
	w := newWorld(t)
	r, d := openReal(t, w)
	for login, roles := range map[string][]protocol.Role{"win03": {protocol.RoleClerk}, "acc11": {protocol.RoleAcceptor, protocol.RoleDecider}} {
		if _, _, err := d.CreateAccount(context.Background(), nil, desk.NewAccount{Login: login, Name: "人员 " + login, Password: "correct horse",
			Roles: roles}); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := New(Config{Node: "yanbian", Name: "延边", Sessions: &rest.Sessions{Place: "yanbian", Gate: identity.NewGate("yanbian", d)}, Reader: r,
		Desk: d, Closer: w, Scans: w.scans, Drafts: w.drafts, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	enter := func(login string) *consoletest.Browser {
		b := consoletest.NewBrowser(t, pages.Handler(), "")
		if p := b.Post("/login", url.Values{"name": {login}, "password": {"correct horse"}}); p.Status != 303 {
			t.Fatalf("%s cannot log in: %s", login, consoletest.Text(p.Body))
		}
		return b
	}
	window, office := enter("win03"), enter("acc11")

	form := window.Get("/intake/" + foodID)
	values := filled(w, consoletest.Value(form.Body, "nonce"))
	values.Set("guide", consoletest.Value(form.Body, "guide"))
	values.Set("line-m3", "present")
	taken := window.Post("/intake/"+foodID, values)
	receipt := window.Follow(taken)
	if again := window.Post("/intake/"+foodID, values); again.To != taken.To { // the nonce, over the real desk
		t.Fatalf("the second submit is another case: %q and %q", again.To, taken.To)
	}
	anotherPersonOnAUsedForm(t, window, values, taken.To)
	for _, want := range []string{"收件成功", "2026-03-09", "申请人甲"} {
		if !strings.Contains(receipt.Body, want) {
			t.Errorf("the receipt lacks %q: %s", want, consoletest.Text(receipt.Body))
		}
	}
	target := strings.TrimSuffix(taken.To, "/receipt")

	act := func(b *consoletest.Browser, act string, form url.Values, want string) {
		t.Helper()
		form.Set("rev", consoletest.Value(b.Get(target+"/"+act).Body, "rev"))
		if p := b.Follow(b.Post(target+"/"+act, form)); !strings.Contains(p.Body, want) {
			t.Fatalf("after %s the page lacks %q: %s", act, want, consoletest.Text(p.Body))
		}
	}
	act(office, "accept", url.Values{}, "已受理，时限开始计算")
	old := url.Values{"rev": {"1"}, "text": {"准予"}}
	if p := office.Post(target+"/grant", old); p.Status != 409 || !strings.Contains(p.Body, "G-04") || !strings.Contains(p.Body, "准予</textarea>") {
		t.Fatalf("a page that is out of date: status %d: %s", p.Status, consoletest.Text(p.Body))
	}
	act(office, "grant", url.Values{"text": {"准予经营"}}, "已作出准予决定")
	act(window, "deliver", url.Values{"way": {"counter"}, "recipient": {"申请人甲"}}, "已登记送达")

	page := window.Get(target)
	for _, want := range []string{"已送达", "准予经营", "人员 acc11", "待省级登记", "该办件已办结"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the case lacks %q: %s", want, consoletest.Text(page.Body))
		}
	}
}

// anotherPersonOnAUsedForm: back, another name, sent again. It is refused with
// what is to be done, and the form that is then shown is one of its own (G-11).
func anotherPersonOnAUsedForm(t *testing.T, b *consoletest.Browser, values url.Values, first string) {
	t.Helper()
	other := maps.Clone(values)
	other["name"], other["id"] = []string{"申请人乙"}, []string{"110105194912310038"}
	no := b.Post("/intake/"+foodID, other)
	if no.Status != 409 || !strings.Contains(no.Body, "G-11") || !strings.Contains(no.Body, "申请人乙") {
		t.Fatalf("status %d: %s", no.Status, consoletest.Text(no.Body))
	}
	other.Set("nonce", consoletest.Value(no.Body, "nonce"))
	if yes := b.Post("/intake/"+foodID, other); yes.Status != 303 || yes.To == first {
		t.Fatalf("sent again: status %d to %q", yes.Status, yes.To)
	}
}
