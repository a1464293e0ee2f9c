package desk

import (
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestUnchangedEntriesAreLeftOut(t *testing.T) {
	o := newOffice(t)
	var drafts []EntryDraft
	for n := range 5 {
		drafts = append(drafts, entry(n, 1))
	}
	submit := func() (protocol.Record, int) {
		t.Helper()
		sets, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts)
		o.must(err)
		if len(sets) == 0 {
			return protocol.Record{}, 0
		}
		rec := sets[0]
		set, _, err := Record[protocol.Changeset](o.Desk, rec.Ref)
		o.must(err)
		return rec, len(set.Members)
	}
	if _, n := submit(); n != 5 {
		t.Errorf("%d members, want 5", n)
	}
	before := o.written()
	if rec, n := submit(); n != 0 || o.written() != before {
		t.Errorf("imported again: %s, %d lines", rec.Ref, o.written()-before) // I-04
	}
	drafts[3] = entry(3, 2)
	rec, n := submit()
	set, _, err := Record[protocol.Changeset](o.Desk, rec.Ref)
	o.must(err)
	if n != 1 || set.Members[0].Rev != 2 || o.written() != before+2 {
		t.Errorf("one changed: %+v, %d lines", set.Members, o.written()-before)
	}
	before = o.written()
	drafts[0], drafts[4] = entry(0, 3), EntryDraft{Entry: protocol.CatalogEntry{Agency: ours, Name: "空白"}}
	if _, err := o.SubmitCatalog(t.Context(), editor, "样例批次", drafts); protocol.CodeOf(err) != protocol.Refused || !strings.Contains(err.Error(), "空白") || o.written() != before {
		t.Errorf("one bad entry: %v, %d lines", err, o.written()-before)
	}
	if found := CheckEntries(drafts); len(found) != 1 || found[0].Line != 5 || len(found[0].Findings) < 3 {
		t.Errorf("findings %+v", found)
	}
}

func TestAFilingSentTwiceIsOneRequest(t *testing.T) {
	o := newOffice(t)
	f := filing(ours, here)
	f.Item.Version = 2
	first, err := o.FileItem(t.Context(), editor, f)
	o.must(err)
	before := o.written()
	again, err := o.FileItem(t.Context(), editor, f, f)
	o.must(err)
	if len(again) != 2 || again[0].Ref != first[0].Ref || again[1].Ref != first[0].Ref || o.written() != before {
		t.Errorf("%+v, %d lines", again, o.written()-before)
	}
	f.Item.Name = "样例事项(修订)"
	changed, err := o.FileItem(t.Context(), editor, f)
	o.must(err)
	if changed[0].Ref == first[0].Ref {
		t.Error("another content is the same request")
	}
	before, f.Item.Basis = o.written(), nil
	good := filing(ours, here)
	good.Item.Version = 3
	if _, err := o.FileItem(t.Context(), editor, good, f); protocol.CodeOf(err) != protocol.Refused || o.written() != before {
		t.Errorf("one of two is wrong: %v, %d lines", err, o.written()-before)
	}
}
