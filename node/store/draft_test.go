package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"xiangyun/protocol"
)

func openDrafts(t *testing.T, path string) *Drafts {
	t.Helper()
	d, err := OpenDrafts(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// W-02: what was typed is there after the program was started again, and gone
// after 30 days.
func TestDraftsOutliveTheProgramAndNotTheMonth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "drafts.db")
	d, start := openDrafts(t, path), protocol.Instant(1_772_414_100_000)
	for i, id := range []string{"OLD", "NEW"} {
		err := d.Save(Draft{ID: id, By: "yanbian:win03", Item: "i@1", At: start + protocol.Instant(i), Form: map[string][]string{"name": {"申请人甲"}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = openDrafts(t, path)
	defer d.Close()
	list, err := d.List("yanbian:win03", start)
	if err != nil || len(list) != 2 || list[0].ID != "NEW" || list[1].Form["name"][0] != "申请人甲" {
		t.Fatalf("drafts are %+v, %v", list, err)
	}
	if other, err := d.List("yanbian:win0", start); err != nil || len(other) != 0 {
		t.Errorf("somebody else sees %+v, %v", other, err)
	}
	later := start + protocol.Instant((DraftLife+time.Hour)/time.Millisecond)
	if list, err := d.List("yanbian:win03", later); err != nil || len(list) != 0 {
		t.Errorf("after 30 days there are %+v, %v", list, err)
	}
	if err := d.Save(Draft{ID: "N", By: "yanbian:acc11", At: later}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := d.Find("yanbian:win03", "OLD"); ok || err != nil {
		t.Errorf("a draft of 30 days is still stored: %v", err)
	}
}

func TestDraftsAreBounded(t *testing.T) {
	d := openDrafts(t, filepath.Join(t.TempDir(), "drafts.db"))
	defer d.Close()
	d.db.NoSync, d.db.MaxBatchDelay = true, 0
	for i := range maxDrafts + 3 {
		if err := d.Save(Draft{ID: fmt.Sprint("D", i), By: "n:a", At: protocol.Instant(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := d.List("n:a", 1)
	if err != nil || len(list) != maxDrafts || list[0].ID != fmt.Sprint("D", maxDrafts+2) {
		t.Fatalf("%d drafts, %v", len(list), err)
	}
	big := Draft{ID: "B", By: "n:a", At: 1, Form: map[string][]string{"x": {string(make([]byte, maxDraft))}}}
	if err := d.Save(big); protocol.CodeOf(err) != protocol.TooBig {
		t.Errorf("a draft beyond the bound: %v", err)
	}
	if err := d.Save(Draft{By: "n:a"}); protocol.CodeOf(err) != protocol.Malformed {
		t.Errorf("a draft without a number: %v", err)
	}
	if err := d.Drop("n:a", "D5"); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := d.Find("n:a", "D5"); ok || err != nil {
		t.Errorf("a dropped draft is there: %v", err)
	}
}
