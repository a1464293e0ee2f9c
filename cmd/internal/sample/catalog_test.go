package sample

import (
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestEveryCatalogueEntryCanBeSubmitted(t *testing.T) {
	codes, names := map[string]bool{}, map[string]bool{}
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		agencies := map[string]string{}
		for _, a := range Agencies(id) {
			agencies[a.USCC] = a.Name
		}
		for _, e := range CatalogEntries(id) {
			for _, f := range protocol.CheckEntry(&e) {
				t.Errorf("%s: %+v", e.Name, f)
			}
			act(t, id, "catalog.entry", "01", "submit", e, cites{})
			if codes[e.Code] || names[e.Name] || agencies[e.Agency] != e.Provider {
				t.Errorf("%s %s of %s: code or name twice, or a stranger's", e.Code, e.Name, e.Provider)
			}
			codes[e.Code], names[e.Name] = true, true
			checkData(t, &e)
		}
	})
}

func checkData(t *testing.T, e *protocol.CatalogEntry) {
	t.Helper()
	if len(e.Items) < 4 || !strings.HasPrefix(e.Code, e.Class) || strings.Contains(e.Abstract, "{") {
		t.Errorf("%s: %d items, code %s of class %s, abstract %s", e.Name, len(e.Items), e.Code, e.Class, e.Abstract)
	}
	if strings.HasPrefix(e.Class, "1") != (e.Base != "") && e.Base != "社会信用" {
		t.Errorf("%s: class %s and base library %q do not fit", e.Name, e.Class, e.Base)
	}
	for _, i := range e.Items {
		if !strings.Contains("CNYDTLMGBIF", i.Type) || i.Type == "" {
			t.Errorf("%s: item %s of type %q", e.Name, i.Name, i.Type)
		}
		if i.Type == "C" && i.Len == 0 {
			t.Errorf("%s: text %s without a length", e.Name, i.Name)
		}
		if i.Sensitive == "" && (i.Name == "公民身份号码" || i.Name == "姓名") {
			t.Errorf("%s: %s is not marked as personal", e.Name, i.Name)
		}
	}
}

// TestTheDemoHasEnoughEntries counts the four demo nodes and their variety.
func TestTheDemoHasEnoughEntries(t *testing.T) {
	all, shares, opens, levels, cycles, formats := 0, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, id := range demo {
		for _, e := range CatalogEntries(id) {
			all++
			shares[e.Share.Type]++
			opens[e.Open.Type]++
			levels[e.Level]++
			cycles[e.Cycle]++
			formats[e.Format]++
		}
	}
	t.Logf("%d entries: share %v, open %v, levels %v, cycles %v, formats %v", all, shares, opens, levels, cycles, formats)
	if all < 300 || len(shares) != 3 || len(opens) != 3 || len(levels) != 4 || len(cycles) < 6 || len(formats) < 4 {
		t.Error("too few or too uniform")
	}
}

func TestABatchOfEntriesFitsAChangeset(t *testing.T) {
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		set := protocol.Changeset{Title: "首批目录", Agency: Agencies(id)[0].USCC}
		for _, e := range CatalogEntries(id) {
			set.Members = append(set.Members, protocol.ChangeMember{Entry: e.Code, Name: e.Name, Rev: 1, Hash: protocol.HashOf([]byte(e.Code)), Op: "put"})
		}
		act(t, id, "catalog.changeset", "01", "submit", set, cites{})
	})
}
