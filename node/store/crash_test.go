package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// crashChild is the process to kill: eight windows take cases in and say so on
// standard output once each is on disk.
func crashChild(dir string) {
	s, err := Open(filepath.Join(dir, "node.db"), testConfig())
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fail := make(chan error)
	go func() { fail <- s.Run(context.Background()) }()
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				var rec protocol.Record
				var no string
				idem := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				err := s.Update(context.Background(), func(tx *Tx) (err error) {
					if rec, no, err = receive(tx, itemThere, idem); err != nil || i%5 != 0 {
						return err
					}
					_, err = tx.Act(protocol.Draft{Ref: rec.Ref, Act: "hand_over", Body: protocol.Case{}, By: "clerk1", Deps: tx.Cite(ref("agency", usccThere))})
					return err
				})
				if err != nil {
					fail <- err
					return
				}
				os.Stdout.WriteString(no + " " + rec.Ref.ID + "\n")
			}
		}()
	}
	fmt.Println("error", <-fail)
	os.Exit(1)
}

// run lets a child work until it has taken in n cases, kills it, and gives all
// it had said.
func killAfter(t *testing.T, dir string, n int) (said []string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "XIANGYUN_STORE_CRASH="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if said = append(said, lines.Text()); len(said) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || len(said) < n {
		t.Fatalf("child ended by itself after %q", said)
	}
	return said
}

func TestKilledAtAnyMomentEveryAcknowledgedReceiptIsThereOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for a second")
	}
	r, p := equipped(t)
	path := r.path
	r.shut()
	seen := make(map[string]bool)
	for round, n := range []int{1, 37, 150, 400} {
		for _, line := range killAfter(t, filepath.Dir(path), n) {
			no, id, ok := strings.Cut(line, " ")
			if !ok || seen[no] || seen[id] {
				t.Fatalf("round %d: %q was said before", round, line)
			}
			seen[no], seen[id] = true, true
		}
		r = open(t, path, testConfig())
		r.check()
		for said := range seen {
			no := said
			if strings.HasPrefix(no, "yanbian") {
				continue
			}
			r.must(r.View(func(tx *ReadTx) error {
				if refs := tx.ByKey("case", no); len(refs) != 1 || !seen[refs[0].ID] {
					t.Errorf("round %d: receipt %s is there %d times", round, no, len(refs))
				}
				return nil
			}))
		}
		p.exchange(r) // the hub takes all of it
		r.shut()
	}
	if work := open(t, path, testConfig()); work != nil {
		if items, err := work.Work(); err != nil || len(items) != 0 {
			t.Fatalf("the hub refused %d entries, %v", len(items), err)
		}
	}
}

// crash gives a copy of the files as a crash at this moment would leave them.
func (r *running) crash() string {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), "node.db")
	for _, tail := range []string{"", ".redo"} {
		r.must(copySparse(r.path+tail, path+tail))
	}
	return path
}

// copySparse leaves out the zeros that the files are mostly made of.
func copySparse(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	zeros := make([]byte, 64<<10)
	for at := 0; at < len(b) && err == nil; at += len(zeros) {
		if part := b[at:min(at+len(zeros), len(b))]; !bytes.Equal(part, zeros[:len(part)]) {
			_, err = f.WriteAt(part, int64(at))
		}
	}
	return errors.Join(err, f.Truncate(int64(len(b))), f.Close())
}

// dump gives all rows of a database but the one that counts commits.
func (r *running) dump() string {
	r.t.Helper()
	var out bytes.Buffer
	r.must(r.view(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				if string(k) != rowRedo {
					fmt.Fprintf(&out, "%s/%x=%x\n", name, k, v)
				}
				return nil
			})
		})
	}))
	return out.String()
}

// scene makes an open tail of every kind of step.
func scene(t *testing.T, acked bool) *running {
	c := testConfig()
	c.patience = time.Hour
	r, p := open(t, filepath.Join(t.TempDir(), "node.db"), c), newProvince(t)
	p.feed(r)
	r.receive(itemThere, "committed")
	r.must(r.View(func(*ReadTx) error { return nil }))
	rec, _ := r.receive(itemThere, "a")
	if ack, ok := p.receive(r, protocol.Urgent); ok && acked {
		r.must(r.Acknowledge(ctx(), ack))
	}
	r.must(r.Update(ctx(), func(tx *Tx) error { // a request that follows its target's home
		q := protocol.Request{Want: protocol.WantWithdraw, On: rec.Ref, Title: "撤回", Key: "q1"}
		_, err := tx.Act(protocol.Draft{Ref: ref("request", "q1"), Act: "file", Body: q, By: "clerk1"})
		return err
	}))
	_, err := r.act(rec.Ref, "hand_over", protocol.Case{}, ref("agency", usccThere))
	r.must(err)
	r.receive(itemHere, "b")
	r.must(r.Update(ctx(), func(tx *Tx) error { _, err := tx.NextReceipt(); return err }))
	if !r.behind.Load() {
		t.Fatal("there is no tail")
	}
	return r
}

func TestDoneAgainAfterACrashTheDatabaseIsTheSameByteForByte(t *testing.T) {
	r := scene(t, false)
	again := open(t, r.crash(), testConfig())
	if a, b := r.committed(), again.committed(); a.heads != b.heads || a.queue != b.queue || a.cases != b.cases || !sameBlocks(a.blocks, b.blocks) {
		t.Fatalf("state %+v\nagain %+v", a, b)
	}
	a, b := strings.Split(r.dump(), "\n"), strings.Split(again.dump(), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("row %d\n%s\n%s", i, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%d rows, again %d", len(a), len(b))
	}
}

func TestALostAckComesAgainAfterACrash(t *testing.T) {
	r := scene(t, true)
	acked := r.committed().acked[protocol.Urgent]
	again := open(t, r.crash(), testConfig())
	if got, _ := again.Acked(protocol.Urgent); got.Seq != 0 || acked.Seq == 0 {
		t.Fatalf("acked %v, after the crash %v", acked, got)
	}
	r.must(again.Acknowledge(ctx(), wire.Ack{Lane: protocol.Urgent, Pos: acked, Index: 50}))
	if got, _ := again.Acked(protocol.Urgent); got != acked {
		t.Fatalf("acked %v, want %v", got, acked)
	}
}

func TestARolledBackTailIsDoneAgain(t *testing.T) {
	r := scene(t, true)
	want := r.committed()
	err := r.Update(ctx(), func(tx *Tx) error {
		if _, _, err := receive(tx, itemHere, "bad"); err != nil {
			return err
		}
		return errNo
	})
	if err != errNo || !r.behind.Load() {
		t.Fatalf("got %v", err)
	}
	if got := r.committed(); got.heads != want.heads || got.queue != want.queue || got.acked != want.acked || got.cases != want.cases {
		t.Fatalf("state %+v\nwant  %+v", got, want)
	}
	r.check()
	if got := r.committed(); got.queue != want.queue {
		t.Fatalf("queue %+v, want %+v", got.queue, want.queue)
	}
	for idem, lines := range map[string]int{"committed": 1, "a": 1, "b": 1, "bad": 0} {
		r.must(r.View(func(tx *ReadTx) error {
			if refs := tx.ByKey("case", idem); len(refs) != lines {
				t.Errorf("%q: %d records, want %d", idem, len(refs), lines)
			}
			return nil
		}))
	}
}

func TestTheRedoLogEndsAtATornRecordAndKnowsDamage(t *testing.T) {
	r := fresh(t)
	path := filepath.Join(t.TempDir(), "redo")
	place := redoPlace{Database: [16]byte{1}, Generation: 4}
	log, old, err := openRedo(path, place)
	r.must(err)
	if len(old) != 0 {
		t.Fatalf("a new log holds %d records", len(old))
	}
	payloads := [][]byte{[]byte("one"), bytes.Repeat([]byte("two"), 3000), []byte("three")}
	for _, p := range payloads {
		r.must(log.append(p))
	}
	r.must(log.close())
	whole, err := os.ReadFile(path)
	r.must(err)
	read := func(change func(b []byte), place redoPlace) ([][]byte, error) {
		b := bytes.Clone(whole)
		change(b)
		r.must(os.WriteFile(path, b, 0o600))
		log, got, err := openRedo(path, place)
		if err == nil {
			r.must(log.close())
		}
		return got, err
	}
	third := int(slots(3) + slots(9000))
	for _, row := range []struct {
		name    string
		change  func(b []byte)
		place   redoPlace
		records int
		code    protocol.Code
	}{
		{"whole", func([]byte) {}, place, 3, 0},
		{"the last is torn", func(b []byte) { b[third+redoHead+2] ^= 1 }, place, 2, 0},
		{"the last is cut", func(b []byte) { clear(b[third+20:]) }, place, 2, 0},
		{"one before the last is damaged", func(b []byte) { b[slots(3)+5000] ^= 1 }, place, 0, protocol.BadChain},
		{"the first is damaged", func(b []byte) { b[1] ^= 1 }, place, 0, protocol.BadChain},
		{"of an older generation", func([]byte) {}, redoPlace{place.Database, 5}, 0, 0},
		{"of another database", func([]byte) {}, redoPlace{[16]byte{2}, 4}, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := read(row.change, row.place)
			if protocol.CodeOf(err) != row.code || len(got) != row.records {
				t.Fatalf("%d records, %v; want %d, %v", len(got), err, row.records, row.code)
			}
			for i := range got {
				if !bytes.Equal(got[i], payloads[i]) {
					t.Errorf("record %d differs", i)
				}
			}
		})
	}
}

func TestALogThatIsFullIsCommittedAndBegunAgain(t *testing.T) {
	r, _ := equipped(t)
	r.redo.next = redoSize - 2*redoSlot
	r.receive(itemHere, "a")
	r.receive(itemHere, "b")
	r.receive(itemHere, "c")
	r.must(r.View(func(*ReadTx) error { return nil }))
	again := open(t, r.crash(), testConfig())
	if head, _ := again.Head(protocol.Urgent); head.Seq != 3 {
		t.Fatalf("head %v", head)
	}
}

func FuzzDecodeSteps(f *testing.F) {
	e, err := wire.Seal(&protocol.Header{Origin: "yanbian", Epoch: 1, Lane: 1, Seq: 1, Ref: ref("case", "x"), Act: "receive", Rev: 1, At: testAt, AtErr: 1, By: "c"}, []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encodeSteps(nil, []step{{act: &act{entry: e, home: "yanbian", epoch: 1, moved: []moved{{ref("request", "q"), "hub", 2}}}},
		{numbers: &numbers{cases: 3, blocks: []block{{id: "000001", next: 4}}}}}))
	f.Fuzz(func(t *testing.T, payload []byte) {
		steps, err := decodeSteps(payload)
		if err != nil {
			return
		}
		if again := encodeSteps(nil, steps); !bytes.Equal(again, payload) {
			t.Fatalf("decoded steps encode to %x, was %x", again, payload)
		}
	})
}

func FuzzDecodePending(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1}, pendingHead+5))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if p, err := decodePending(wire.SealValue(format, payload)); err == nil && p.ref.Kind == "" && p.ref.ID == "" && len(payload) > pendingHead+1 {
			t.Fatal("a record without a name was read")
		}
	})
}

// TestTheRedoLogTornAtEveryByte cuts the last record behind every byte, as a
// power cut in the middle of its write may: what stands before it is whole, and
// nothing is called damage.
func TestTheRedoLogTornAtEveryByte(t *testing.T) {
	r := fresh(t)
	path, place := filepath.Join(t.TempDir(), "redo"), redoPlace{Database: [16]byte{9}, Generation: 2}
	log, _, err := openRedo(path, place)
	r.must(err)
	last := bytes.Repeat([]byte("last"), 30)
	r.must(log.append([]byte("first")))
	r.must(log.append(last))
	r.must(log.close())
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	r.must(err)
	defer f.Close()
	whole := make([]byte, redoHead+len(last))
	_, err = f.ReadAt(whole, redoSlot)
	r.must(err)
	for n := range len(whole) {
		torn := append(bytes.Clone(whole[:n]), make([]byte, len(whole)-n)...)
		_, err := f.WriteAt(torn, redoSlot)
		r.must(err)
		log, got, err := openRedo(path, place)
		if err != nil || len(got) != 1 || string(got[0]) != "first" {
			t.Fatalf("torn behind byte %d: %q, %v", n, got, err)
		}
		r.must(log.close())
	}
}
