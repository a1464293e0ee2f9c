package protocol

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDivisionsOfTheProvince(t *testing.T) {
	prefectures, counties := Prefectures(), 0
	for _, p := range prefectures {
		if p.Level != LevelPrefecture || p.Code.Prefecture() != p.Code {
			t.Errorf("%s is no prefecture", p.Code)
		}
		for _, c := range Counties(p.Code) {
			counties++
			if c.Level != LevelCounty || c.StatisticalOnly || !c.To.IsZero() || c.Code.Prefecture() != p.Code {
				t.Errorf("%s %s must not be offered in %s", c.Code, c.Name, p.Name)
			}
		}
	}
	if len(prefectures) != 9 || counties != 60 {
		t.Errorf("%d prefectures with %d counties, want 9 with 60", len(prefectures), counties)
	}
	if Counties("220000") != nil || Counties("") != nil || Counties("999999") != nil {
		t.Error("counties of what is no prefecture")
	}
}

func TestDivisionTableIsWhole(t *testing.T) {
	table, statistical := divisionTable(), 0
	for i, d := range table {
		if i > 0 && table[i-1].Code >= d.Code {
			t.Errorf("%s is out of order", d.Code)
		}
		if d.StatisticalOnly {
			statistical++
		}
		if _, ok := findDivision(d.Parent); !ok && d.Level != LevelProvince {
			t.Errorf("%s has no parent", d.Code)
		}
		if next, ok := findDivision(d.Successor); d.Successor != "" && (!ok || d.To.IsZero() || !next.To.IsZero() || d.To.Before(next.From)) {
			t.Errorf("%s: successor %s does not follow", d.Code, d.Successor)
		}
		if !d.Code.Valid() || d.Name == "" {
			t.Errorf("row %d: %+v", i, d)
		}
	}
	if statistical != 9 {
		t.Errorf("%d statistical zones, want 9", statistical)
	}
}

// TestResolveDivision is cases.V-08.
func TestResolveDivision(t *testing.T) {
	for _, row := range []struct {
		name      string
		code      Division
		on        string
		title     string
		rule      string
		successor Division
	}{
		{"a present county", "222401", "2026-03-02", "延吉市", "", ""},
		{"the province", "220000", "2026-03-02", "吉林省", "", ""},
		{"a code nobody knows", "220199", "2026-03-02", "", "V-08a", ""},
		{"no code", "", "", "", "V-08a", ""},
		{"公主岭 under its old code, then", "220381", "2019-05-01", "公主岭市", "", "220184"},
		{"公主岭 under its old code, now", "220381", "2026-03-02", "公主岭市", "V-08a", "220184"},
		{"公主岭 under its old code, at present", "220381", "", "公主岭市", "V-08a", "220184"},
		{"公主岭 under its new code, before", "220184", "2019-05-01", "公主岭市", "V-08a", ""},
		{"公主岭 under its new code", "220184", "", "公主岭市", "", ""},
		{"九台 under its old code", "220181", "2015-01-01", "九台市", "V-08a", "220113"},
		{"江源 under its old code", "220625", "2007-01-01", "江源县", "V-08a", "220605"},
		{"either code in the year of the change: old", "220381", "2020-06-15", "公主岭市", "", "220184"},
		{"either code in the year of the change: new", "220184", "2020-06-15", "公主岭市", "", ""},
		{"a statistical zone is known", "220171", "2026-03-02", "长春经济技术开发区", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var on Day
			if row.on != "" {
				on = day(t, row.on)
			}
			d, no := ResolveDivision(row.code, on)
			if d.Name != row.title || ruleOf(no) != row.rule || d.Successor != row.successor {
				t.Errorf("%+v %v", d, no)
			}
			if no != nil && row.successor != "" && !strings.Contains(no.Text, string(row.successor)) {
				t.Errorf("%q does not offer %s", no.Text, row.successor)
			}
		})
	}
}

func TestDivisionForm(t *testing.T) {
	for _, row := range []struct{ code, prefecture, province Division }{
		{"222401", "222400", "220000"}, {"220100", "220100", "220000"}, {"220000", "220000", "220000"},
		{"220381", "220300", "220000"}, {"", "", ""}, {"22240", "", ""}, {"22240a", "", ""}, {"022401", "", ""},
	} {
		if row.code.Prefecture() != row.prefecture || row.code.Province() != row.province {
			t.Errorf("%q lies in %q and %q", row.code, row.code.Prefecture(), row.code.Province())
		}
	}
}

func TestStandardNodesServeEveryPrefectureOnce(t *testing.T) {
	var served []Division
	names := map[NodeID]bool{}
	for _, n := range StandardNodes() {
		if n.ID.Validate() != nil || n.ID == Hub || n.Name == "" || names[n.ID] {
			t.Errorf("%+v", n)
		}
		names[n.ID] = true
		served = append(served, n.Divisions...)
	}
	slices.Sort(served)
	want := []Division{"220000"}
	for _, p := range Prefectures() {
		want = append(want, p.Code)
	}
	if !slices.Equal(served, want) || len(names) != 12 {
		t.Errorf("%d nodes serve %v, want 12 and %v", len(names), served, want)
	}
}

func TestDivisionsAgreeWithTheirSource(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "divisions", "jilin-divisions.json"))
	if err != nil {
		t.Skip("the source table is not on this machine")
	}
	var source struct {
		Prefectures []struct {
			Code, Name string
			Counties   []struct {
				Code, Name      string
				StatisticalOnly bool `json:"statistical_only"`
			}
		}
	}
	if err := json.Unmarshal(data, &source); err != nil {
		t.Fatal(err)
	}
	for _, p := range source.Prefectures {
		for _, c := range p.Counties {
			d, no := ResolveDivision(Division(c.Code), Day{})
			if no != nil || d.Name != c.Name || d.StatisticalOnly != c.StatisticalOnly || d.Parent != Division(p.Code) {
				t.Errorf("%s: %+v %v", c.Code, d, no)
			}
		}
	}
}

func FuzzDivision(f *testing.F) {
	f.Add("222401", "2026-03-02")
	f.Add("220381", "")
	f.Add("年年", "x")
	f.Fuzz(func(t *testing.T, code, on string) {
		d, _ := ParseDay(on)
		info, no := ResolveDivision(Division(code), d)
		if no == nil && info.Code != Division(code) {
			t.Fatalf("%q resolves to %+v", code, info)
		}
		if p := Division(code).Prefecture(); p != "" && p.Prefecture() != p {
			t.Fatalf("prefecture of %q is %q", code, p)
		}
		Counties(Division(code))
	})
}
