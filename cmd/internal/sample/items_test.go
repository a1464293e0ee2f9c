package sample

import (
	"encoding/json"
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestEveryItemCanBePublished(t *testing.T) {
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		v := cites{}
		for _, a := range Agencies(id) {
			ref := protocol.Ref{Kind: "agency", ID: a.USCC}
			v[ref] = protocol.Record{Ref: ref, Rev: 1, Body: act(t, protocol.Hub, "agency", a.USCC, "register", a, v)}
		}
		for _, b := range Basics() {
			ref := protocol.Ref{Kind: "basic", ID: b.Code}
			v[ref] = protocol.Record{Ref: ref, Rev: 1, Body: act(t, protocol.Hub, "basic", b.Code, "publish", b, v)}
		}
		filings := Items(id)
		if len(filings) < 60 {
			t.Errorf("%d items, want at least 60", len(filings))
		}
		codes := map[string]bool{}
		for _, f := range filings {
			ref := protocol.ItemID(f.Item.ImplCode, f.Item.Version)
			act(t, protocol.Hub, "item", ref, "publish", f.Item, v)
			act(t, protocol.Hub, "guide", ref, "publish", f.Guide, v)
			checkFiling(t, f)
			if codes[f.Item.ImplCode] {
				t.Errorf("two items with the code %s", f.Item.ImplCode)
			}
			codes[f.Item.ImplCode] = true
		}
	})
}

func checkFiling(t *testing.T, f protocol.ItemFiling) {
	t.Helper()
	if no := protocol.CheckItem(&f.Item); no != nil {
		t.Errorf("%s: %s", f.Item.Name, no)
	}
	if no := protocol.CheckFiling(&f); no != nil {
		t.Errorf("%s: %s", f.Item.Name, no)
	}
	if n := len(f.Guide.Lines); n < 3 || n > 9 {
		t.Errorf("%s asks for %d materials", f.Item.Name, n)
	}
	code, no := protocol.ParseImplCode(f.Item.ImplCode)
	if no != nil || code.USCC != f.Item.Agency || code.Basic != f.Item.BasicCode || f.Guide.ImplCode != f.Item.ImplCode {
		t.Errorf("%s: code %+v, %v", f.Item.Name, code, no)
	}
	for _, l := range f.Guide.Lines {
		if strings.Contains(l.Name, "证明") && len(l.Basis) == 0 { // cases.I-06
			t.Errorf("%s asks for %s without a basis", f.Item.Name, l.Name)
		}
		if l.Standard == "" || l.Necessity == "conditional" && l.When == "" {
			t.Errorf("%s: %s says too little", f.Item.Name, l.Name)
		}
	}
	for _, s := range f.Guide.Sections {
		if s.Title == "" || s.Text == "" {
			t.Errorf("%s: section %q is empty", f.Item.Name, s.Title)
		}
	}
}

// TestI02OneNameCodeBasisAndTypeInTheProvince compares every node with the first.
func TestI02OneNameCodeBasisAndTypeInTheProvince(t *testing.T) {
	type basic struct{ code, name, kind, basis string }
	of := func(id protocol.NodeID) (list []basic) {
		for _, f := range Items(id) {
			list = append(list, basic{f.Item.BasicCode, f.Item.Name, f.Item.Type, strings.Join(f.Item.Basis, "|")})
		}
		return list
	}
	first := of("changchun")
	codes, names := map[string]bool{}, map[string]bool{}
	for _, b := range first {
		if codes[b.code] || names[b.name] || len(b.code) != 12 {
			t.Errorf("%s %s appears twice or has a bad code", b.code, b.name)
		}
		codes[b.code], names[b.name] = true, true
	}
	everyNode(t, func(t *testing.T, id protocol.NodeID) {
		for i, b := range of(id) {
			if b != first[i] {
				t.Errorf("%+v, elsewhere %+v", b, first[i])
			}
		}
	})
}

// TestItemsAreAsVariedAsReality keeps the shape of the data: departments, types,
// scopes, clocks and kinds of lines that the screens and tests depend on.
func TestItemsAreAsVariedAsReality(t *testing.T) {
	agencies, types, scopes, units := map[string]int{}, map[string]int{}, map[string]int{}, map[protocol.Unit]int{}
	instant, deferrable, conditional, fees, all := 0, 0, 0, 0, Items("changchun")
	for _, f := range all {
		agencies[f.Item.AgencyName]++
		types[f.Item.Type]++
		scopes[f.Item.Scope]++
		units[f.Item.Legal.Unit]++
		if f.Item.CaseType == "instant" {
			instant++
		}
		if f.Item.Fee != "" {
			fees++
		}
		for _, l := range f.Guide.Lines {
			switch l.Necessity {
			case "deferrable":
				deferrable++
			case "conditional":
				conditional++
			}
		}
	}
	t.Logf("%d items: agencies %v, types %v, scopes %v, units %v, instant %d, deferrable lines %d, conditional lines %d, fees %d",
		len(all), agencies, types, scopes, units, instant, deferrable, conditional, fees)
	special, joint, exempt, owed, shared, points := 0, 0, 0, 0, 0, 0
	for _, f := range all {
		special += len(f.Item.Special)
		if f.Item.Joint != nil {
			joint++
		}
		if f.Item.Exempt != nil {
			exempt++
		}
		if f.Item.MayOwe() {
			owed++
		}
		for _, l := range f.Guide.Lines {
			points += len(l.Checks)
			if l.Share != nil {
				shared++
			}
		}
	}
	t.Logf("special %d, joint %d, exempt %d, owed %d, shared lines %d, check points %d", special, joint, exempt, owed, shared, points)
	if special < 3 || joint < 3 || exempt < 1 || owed < 10 || shared < 5 || points < 100 {
		t.Error("the sample lacks what the law knows")
	}
	if len(agencies) < 3 || len(types) < 5 || 2*scopes["interprefecture"] < len(all) || len(scopes) < 4 || len(units) < 3 ||
		instant < 5 || deferrable < 10 || conditional < 10 || fees == 0 {
		t.Error("the sample is too uniform")
	}
}

func TestAFilingFitsARequest(t *testing.T) {
	for _, f := range Items("yanbian") {
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		act(t, "yanbian", "request", "r1", "file", protocol.Request{Want: protocol.WantPublish, Title: "发布:" + f.Item.Name, Key: "k", Data: data,
			On: protocol.Ref{Kind: "item", ID: protocol.ItemID(f.Item.ImplCode, f.Item.Version)}}, cites{})
	}
}
