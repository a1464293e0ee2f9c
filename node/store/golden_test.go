package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"xiangyun/protocol"
)

var update = flag.Bool("update", false, "write the golden database of this version")

const golden = "testdata/v1"

// TestTheDatabaseOfEveryReleaseStaysReadable opens a database as a crash left
// it: two cases committed, a third in the redo log alone.
func TestTheDatabaseOfEveryReleaseStaysReadable(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	path := filepath.Join(t.TempDir(), "node.db")
	for _, tail := range []string{"", ".redo"} {
		if err := unpack(golden+".db"+tail+".gz", path+tail); err != nil {
			t.Fatal(err)
		}
	}
	r := open(t, path, testConfig())
	r.check()
	for idem, want := range map[string]protocol.CaseState{"a": protocol.CaseHandingOver, "b": protocol.CaseReceived, "c": protocol.CaseReceived} {
		rec, ok := r.byIdem(idem)
		if !ok {
			t.Fatalf("case %s is not there", idem)
		}
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil || c.State != want {
			t.Errorf("case %s: %v, %v; want %s", idem, c, err, want)
		}
	}
	head, _ := r.Head(protocol.Urgent)
	acked, _ := r.Acked(protocol.Urgent)
	cursor, err := r.Cursor(protocol.Urgent)
	if err != nil || head.Seq != 4 || acked.Seq != 1 || cursor.Last == 0 || cursor.Generation != 1 {
		t.Errorf("head %v, acked %v, cursor %+v, %v", head, acked, cursor, err)
	}
	work, err := r.Work()
	if err != nil || len(work) != 1 || work[0].Verdict.Rule != "C-02" {
		t.Errorf("work %+v, %v", work, err)
	}
	if f := r.Frozen(); f == nil || f.Code != protocol.Twin || r.Level() != 1 || r.BlocksLeft() != 2*protocol.BlockSize-3 {
		t.Errorf("frozen %v, level %d, %d numbers", f, r.Level(), r.BlocksLeft())
	}
	r.must(r.Thaw(ctx()))
	if _, no := r.receive(itemHere, "d"); number(t, no) != 4 {
		t.Errorf("next receipt %s", no)
	}
}

func writeGolden(t *testing.T) {
	r, p := equipped(t)
	a, _ := r.receive(itemThere, "a")
	p.exchange(r)
	_, err := r.act(a.Ref, "hand_over", protocol.Case{}, ref("agency", usccThere))
	r.must(err)
	b, _ := r.receive(itemHere, "b")
	pos, _ := r.Head(protocol.Urgent)
	r.must(r.do(ctx(), true, func(g *group) error { return g.decide(refusal(pos, b.Ref, protocol.Quarantined, 90)) }))
	r.must(r.do(ctx(), true, func(g *group) error { // on the pages only, so that one more act is let in
		return putRow(g.write(), bucketNode, []byte(rowFrozen), protocol.NewFault(protocol.Twin, "hello", "另一进程正在使用同一身份"))
	}))
	r.receive(itemThere, "c")
	frozen := r.crash()
	for _, tail := range []string{"", ".redo"} {
		r.must(pack(frozen+tail, golden+".db"+tail+".gz"))
	}
}

func pack(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return err
	}
	return errors.Join(z.Close(), os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, out.Bytes(), 0o644))
}

func unpack(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(z)
	return errors.Join(err, os.WriteFile(to, b, 0o600))
}
