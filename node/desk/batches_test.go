package desk

import (
	"fmt"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// TestK05G09ABatchBecomesAsManyChangesetsAsFit with names as long as they may
// be, short ones, and ones that JSON makes longer.
func TestK05G09ABatchBecomesAsManyChangesetsAsFit(t *testing.T) {
	for _, row := range []struct {
		name, letter string
		entries      int
		sets         int
	}{{"long names", "样", 1000, 13}, {"one that just fits", "样", 80, 1}, {"300 short names", "", 300, 1}, {"301 short names", "", 301, 2},
		{"names that JSON writes longer", "<", 80, 2}} {
		t.Run(row.name, func(t *testing.T) {
			o := newOffice(t)
			var drafts []EntryDraft
			for n := range row.entries {
				d := entry(n, 1)
				d.Entry.Name = strings.Repeat(row.letter, 190) + fmt.Sprintf("样例资源%d", n)
				drafts = append(drafts, d)
			}
			sets, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts)
			o.must(err)
			members := map[string]bool{}
			for i, rec := range sets {
				set, _, err := Record[protocol.Changeset](o.Desk, rec.Ref)
				o.must(err)
				for _, m := range set.Members {
					members[m.Entry] = true
				}
				if want := titleOf("样例批次", i+1, len(sets)); set.Title != want || len(rec.Body) > protocol.MaxBody {
					t.Errorf("%q, want %q; %d bytes", set.Title, want, len(rec.Body))
				}
				_, err = o.FirstReview(t.Context(), reviewer, rec.Ref) // its body grows
				o.must(err)
			}
			if len(sets) != row.sets || len(members) != row.entries {
				t.Errorf("%d changesets of %d entries, want %d of %d", len(sets), len(members), row.sets, row.entries)
			}
			again, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts)
			if err != nil || len(again) > 0 {
				t.Errorf("submitted again: %d changesets, %v", len(again), err)
			}
		})
	}
}

func TestI04PartsAreCountedWithoutWhatIsUnchanged(t *testing.T) {
	o := newOffice(t)
	var drafts []EntryDraft
	for n := range 400 {
		drafts = append(drafts, entry(n, 1))
	}
	sets, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts[:350])
	o.must(err)
	if len(sets) != 2 {
		t.Fatalf("%d changesets", len(sets))
	}
	sets, err = o.SubmitCatalog(t.Context(), editor, "样例批次", drafts)
	o.must(err)
	set, _, err := Record[protocol.Changeset](o.Desk, sets[0].Ref)
	o.must(err)
	if len(sets) != 1 || len(set.Members) != 50 || set.Title != "样例批次" {
		t.Errorf("%d changesets, %d members, %q", len(sets), len(set.Members), set.Title)
	}
}

func TestK04OneBadEntryKeepsEveryPartBack(t *testing.T) {
	o := newOffice(t)
	var drafts []EntryDraft
	for n := range 400 {
		drafts = append(drafts, entry(n, 1))
	}
	drafts[399].Entry.Abstract = ""
	before := o.written()
	_, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts)
	if protocol.CodeOf(err) != protocol.Refused || !strings.Contains(err.Error(), "第 400 条") || o.written() != before {
		t.Errorf("%v, %d lines", err, o.written()-before)
	}
}
