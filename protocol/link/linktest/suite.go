// Package linktest is the conformance suite of link.Session: every
// implementation must pass it, on a real and on a simulated network.
package linktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// Case is one rule of the contract. Run gets both ends of a fresh session and
// may close it.
type Case struct {
	Name string
	Run  func(t *testing.T, client, server link.Session)
}

// Suite runs every case on sessions made by newPair, which cleans up after itself.
func Suite(t *testing.T, newPair func(t *testing.T) (client, server link.Session)) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			client, server := newPair(t)
			c.Run(t, client, server)
		})
	}
}

// Cases lists the contract, for callers that must wrap each case by themselves
// (a synctest bubble cannot hold subtests).
func Cases() []Case {
	return []Case{
		{"a megabyte comes back as it went", echo},
		{"half close: the answer still comes after the question has ended", halfClose},
		{"bytes written before Close are delivered", closeDelivers},
		{"Close wakes a blocked Read", closeWakesRead},
		{"Close wakes a blocked Write", closeWakesWrite},
		{"Close may run beside Write, Read and SetDeadline", closeBesideAll},
		{"a peer that stops reading ends our Write", cancelReadEndsWrite},
		{"a peer that closes without reading reads as io.EOF", closeReadsAsEOF},
		{"a reset carries its code", resetCarriesCode},
		{"a session closed with a code gives that code and text to the other side", closeCarriesCode},
		{"a session closed without a code leaves the outcome unknown", closeWithoutCode},
		{"a reason of any length is cut, not lost", longReason},
		{"a read deadline passes and the stream lives on", readDeadline},
		{"a write deadline passes when nobody reads", writeDeadline},
		{"a cancelled context ends every wait", contextEndsWaits},
		{"closed streams give their credit back", creditComesBack},
		{"one-way streams", oneWay},
		{"datagrams, and one that is too big", datagrams},
		{"a stopped receiver on one stream does not stop another", stoppedStream},
	}
}

func ctx(t *testing.T) context.Context {
	c, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return c
}

// open gives both ends of a stream; the dialler has written one byte, because
// a peer sees a stream only with its first bytes (pitfalls.Q6).
func open(t *testing.T, client, server link.Session) (near, far link.Stream) {
	t.Helper()
	near, err := client.OpenStream(ctx(t), 3)
	if err == nil {
		_, err = near.Write([]byte{'!'})
	}
	if err == nil {
		far, err = server.AcceptStream(ctx(t))
	}
	if err == nil {
		_, err = io.ReadFull(far, make([]byte, 1))
	}
	if err != nil {
		t.Fatalf("open a stream: %v", err)
	}
	return near, far
}

func echo(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := io.Copy(far, far); err != nil {
			t.Errorf("echo: %v", err)
		}
		far.CloseWrite()
	})
	sent := bytes.Repeat([]byte("journal "), 1<<17)
	wg.Go(func() {
		if _, err := near.Write(sent); err != nil {
			t.Errorf("write: %v", err)
		}
		near.CloseWrite()
	})
	got, err := io.ReadAll(near)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	wg.Wait()
}

func halfClose(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	near.Write([]byte("question"))
	near.CloseWrite()
	question, err := io.ReadAll(far)
	if err != nil || string(question) != "question" {
		t.Fatalf("question %q, %v", question, err)
	}
	far.Write([]byte("answer"))
	far.Close()
	answer, err := io.ReadAll(near)
	if err != nil || string(answer) != "answer" {
		t.Errorf("answer %q, %v", answer, err)
	}
	if _, err := near.Write([]byte("more")); err == nil {
		t.Error("wrote after CloseWrite")
	}
}

func closeDelivers(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	sent := bytes.Repeat([]byte("x"), 100_000)
	near.Write(sent)
	near.Close()
	if got, err := io.ReadAll(far); err != nil || len(got) != len(sent) {
		t.Errorf("got %d of %d bytes, %v", len(got), len(sent), err)
	}
	if err := near.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func closeWakesRead(t *testing.T, client, server link.Session) {
	near, _ := open(t, client, server)
	failed := make(chan error)
	go func() {
		_, err := near.Read(make([]byte, 1))
		failed <- err
	}()
	near.Close()
	wantClosed(t, <-failed)
}

func closeWakesWrite(t *testing.T, client, server link.Session) {
	near, _ := open(t, client, server)
	failed := make(chan error)
	go func() {
		_, err := near.Write(make([]byte, 32<<20)) // more than any window
		failed <- err
	}()
	near.SetWriteDeadline(time.Now().Add(time.Hour))
	near.Close()
	wantClosed(t, <-failed)
}

func wantClosed(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.EOF) {
		t.Errorf("%v, want net.ErrClosed", err)
	}
}

func closeBesideAll(t *testing.T, client, server link.Session) {
	for range 20 {
		near, far := open(t, client, server)
		var wg sync.WaitGroup
		wg.Go(func() { near.Write(make([]byte, 1<<20)) })
		wg.Go(func() { near.Read(make([]byte, 10)) })
		wg.Go(func() { near.SetDeadline(time.Now().Add(time.Hour)) })
		wg.Go(func() { near.Close() })
		wg.Go(func() { near.Close() })
		wg.Go(func() { io.Copy(io.Discard, far) })
		wg.Wait()
		far.Close()
	}
}

func cancelReadEndsWrite(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	far.CancelRead()
	var err error
	for err == nil {
		_, err = near.Write(make([]byte, 64<<10))
	}
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("write: %v, want io.ErrClosedPipe", err)
	}
	<-near.Context().Done()
	if err := near.CloseWrite(); err != nil {
		t.Errorf("CloseWrite after that: %v", err)
	}
	far.Write([]byte("answer"))
	far.Close()
	if got, err := io.ReadAll(near); string(got) != "answer" || err != nil {
		t.Errorf("the other direction: %q, %v", got, err)
	}
}

func closeReadsAsEOF(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	near.Write([]byte("never read"))
	far.Close()
	if n, err := near.Read(make([]byte, 1)); n != 0 || err != io.EOF { // raft compares with ==
		t.Errorf("read %d bytes, %v, want io.EOF", n, err)
	}
}

func resetCarriesCode(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	near.Reset(protocol.Busy)
	if _, err := far.Read(make([]byte, 1)); protocol.CodeOf(err) != protocol.Busy {
		t.Errorf("read: %v, want busy", err)
	}
	var err error
	for err == nil {
		_, err = far.Write(make([]byte, 64<<10))
	}
	if protocol.CodeOf(err) != protocol.Busy {
		t.Errorf("write: %v, want busy", err)
	}
}

func closeCarriesCode(t *testing.T, client, server link.Session) {
	near, _ := open(t, client, server)
	server.Close(protocol.Fenced, "纪元已更新")
	_, readErr := near.Read(make([]byte, 1))
	_, writeErr := near.Write([]byte("x"))
	_, acceptErr := client.AcceptStream(ctx(t))
	_, openErr := client.OpenStream(ctx(t), 0)
	_, datagramErr := client.ReceiveDatagram(ctx(t))
	<-client.Context().Done()
	for name, err := range map[string]error{
		"read": readErr, "write": writeErr, "accept": acceptErr, "open": openErr,
		"datagram": datagramErr, "context": context.Cause(client.Context()),
	} {
		f, ok := errors.AsType[*protocol.Fault](err)
		if !ok || f.Code != protocol.Fenced || f.Text != "纪元已更新" {
			t.Errorf("%s: %v, want fenced", name, err)
		}
	}
	<-server.Context().Done()
}

func closeWithoutCode(t *testing.T, client, server link.Session) {
	client.Close(0, "")
	<-server.Context().Done()
	_, err := server.AcceptStream(ctx(t))
	if protocol.CodeOf(err) != protocol.Unknown || !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v, want unknown and net.ErrClosed", err)
	}
	if err := client.Close(protocol.Busy, "again"); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func longReason(t *testing.T, client, server link.Session) {
	reason := strings.Repeat("原因", 2000)
	client.Close(protocol.Full, reason)
	<-server.Context().Done()
	f, ok := errors.AsType[*protocol.Fault](context.Cause(server.Context()))
	if !ok || f.Code != protocol.Full || len(f.Text) < 100 || !strings.HasPrefix(reason, f.Text) {
		t.Errorf("got %+v", f)
	}
}

func readDeadline(t *testing.T, client, server link.Session) {
	near, far := open(t, client, server)
	near.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err := near.Read(make([]byte, 1))
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("read: %v, want a time-out", err)
	}
	near.SetReadDeadline(time.Time{})
	far.Write([]byte("y"))
	if _, err := near.Read(make([]byte, 1)); err != nil {
		t.Errorf("read after the deadline: %v", err)
	}
}

func writeDeadline(t *testing.T, client, server link.Session) {
	near, _ := open(t, client, server)
	near.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := near.Write(make([]byte, 32<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write: %v, want a time-out", err)
	}
}

func contextEndsWaits(t *testing.T, client, server link.Session) {
	for name, wait := range map[string]func(context.Context) error{
		"AcceptStream":    func(c context.Context) error { _, err := client.AcceptStream(c); return err },
		"AcceptUni":       func(c context.Context) error { _, err := client.AcceptUni(c); return err },
		"ReceiveDatagram": func(c context.Context) error { _, err := server.ReceiveDatagram(c); return err },
	} {
		short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := wait(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the context's error", name, err)
		}
		cancel()
	}
	if client.Context().Err() != nil {
		t.Error("the session did not survive")
	}
}

// creditComesBack opens more streams than either side allows at once.
func creditComesBack(t *testing.T, client, server link.Session) {
	for i := range 1200 {
		near, far := open(t, client, server)
		near.Write([]byte("nobody reads this"))
		if i%2 == 0 {
			far.Write([]byte("nor this"))
		}
		far.Close()
		near.Close()
	}
}

func oneWay(t *testing.T, client, server link.Session) {
	for i := range 300 {
		out, err := client.OpenUni(ctx(t), 5)
		if err != nil {
			t.Fatalf("open %d: %v", i, err)
		}
		out.Write([]byte("gossip"))
		out.CloseWrite()
		in, err := server.AcceptUni(ctx(t))
		if err != nil {
			t.Fatalf("accept %d: %v", i, err)
		}
		if got, err := io.ReadAll(in); string(got) != "gossip" || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	out, err := client.OpenUni(ctx(t), 5)
	if err != nil {
		t.Fatal(err)
	}
	out.Write([]byte("x"))
	out.Reset(protocol.Gone)
	for {
		in, err := server.AcceptUni(ctx(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = io.ReadAll(in); protocol.CodeOf(err) == protocol.Gone {
			return
		}
	}
}

func datagrams(t *testing.T, client, server link.Session) {
	sent := []byte("ping")
	if err := client.SendDatagram(sent); err != nil {
		t.Fatal(err)
	}
	clear(sent) // the session has its own copy
	if got, err := server.ReceiveDatagram(ctx(t)); string(got) != "ping" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := client.SendDatagram(make([]byte, 4000)); protocol.CodeOf(err) != protocol.TooBig {
		t.Errorf("4000 bytes: %v, want toobig", err)
	}
	if err := client.SendDatagram(make([]byte, 1150)); err != nil { // pitfalls.G4
		t.Errorf("1150 bytes: %v", err)
	}
}

func stoppedStream(t *testing.T, client, server link.Session) {
	stuck, _ := open(t, client, server)
	stuck.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	stuck.Write(make([]byte, 8<<20)) // fills one stream window and is cut off
	near, far := open(t, client, server)
	near.Write([]byte("urgent"))
	if _, err := io.ReadFull(far, make([]byte, 6)); err != nil {
		t.Errorf("urgent: %v", err)
	}
	stuck.Reset(protocol.Busy)
}
