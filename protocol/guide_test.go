package protocol

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefusalsOfAGuide(t *testing.T) {
	line := func(f func(*MaterialLine)) func(*scene) { return want(func(g *Guide) { f(&g.Lines[0]) }) }
	check(t, []row{
		{"cases.I-09 one guide per item version", "guide publish", stands(aGuide()), "I-09"},
		{"cases.I-01 a guide has the id of its item version", "guide publish", want(func(g *Guide) { g.Version = 2 }), "I-01"},
		{"cases.G-09 a line has an id", "guide publish", line(func(l *MaterialLine) { l.ID = "" }), "G-09"},
		{"cases.G-09 two lines with one id", "guide publish", line(func(l *MaterialLine) { l.ID = "m2" }), "G-09"},
		{"cases.G-09 a line has a name", "guide publish", line(func(l *MaterialLine) { l.Name = "" }), "G-09"},
		{"cases.G-09 a form that does not exist", "guide publish", line(func(l *MaterialLine) { l.Form = "fax" }), "G-09"},
		{"cases.G-09 a necessity that does not exist", "guide publish", line(func(l *MaterialLine) { l.Necessity = "nice" }), "G-09"},
		{"cases.G-09 a source that does not exist", "guide publish", line(func(l *MaterialLine) { l.Source = "" }), "G-09"},
		{"cases.G-09 a negative number of copies", "guide publish", line(func(l *MaterialLine) { l.ECopies = -1 }), "G-09"},
		{"cases.I-05 an issued paper that a listed resource holds", "guide publish", both(citeListing(nil), want(func(g *Guide) { g.Lines[1].Share = nil })), "I-05"},
		{"a shared paper that a listed resource holds", "guide publish", citeListing(nil), ""},
		{"a withheld resource holds nothing", "guide publish", both(citeListing(func(l *Listing) { l.State = ListingWithheld }), want(func(g *Guide) { g.Lines[1].Share = nil })), ""},
		{"a resource of another name", "guide publish", both(citeListing(func(l *Listing) { l.Name = "户口登记信息" }), want(func(g *Guide) { g.Lines[1].Share = nil })), ""},
		{"cases.I-05 sharing without a resource", "guide publish", want(func(g *Guide) { g.Lines[1].Share.Resource = "" }), "I-05"},
		{"cases.I-05 sharing without a purpose", "guide publish", want(func(g *Guide) { g.Lines[1].Share.Scenario = "" }), "I-05"},
		{"cases.I-06 a proof without a basis", "guide publish", line(func(l *MaterialLine) { l.Name = "收入证明" }), "I-06"},
		{"a proof with a basis", "guide publish", line(func(l *MaterialLine) {
			l.Name, l.Basis = "收入证明", []string{"《社会救助暂行办法》第十一条"}
		}), ""},
		{"cases.I-08 paper because of no law", "guide publish", line(func(l *MaterialLine) { l.NeedsPaper = "是" }), "I-08"},
		{"cases.I-09 a line for one channel only", "guide publish", line(conditional("渠道 = '窗口'")), "I-09"},
		{"cases.I-11 nothing may follow and the item says so", "guide publish", want(func(g *Guide) { g.Lines[2].Necessity = "required" }), "I-11"},
		{"cases.I-11 the item cannot be read", "guide publish", unreadable(itemRef()), "I-11"},
		{"cases.G-09 a conditional line says when", "guide publish", line(conditional("")), "G-09"},
		{"cases.G-09 a condition that cannot be read", "guide publish", line(conditional("家庭人口 >")), "G-09"},
		{"cases.G-09 a condition on a field the form has not", "guide publish", line(conditional("年龄 > 3")), "G-09"},
		{"a condition on a field of the form", "guide publish", line(conditional("家庭人口 > 3")), ""},
		{"cases.G-09 a condition on a line always asked", "guide publish", line(func(l *MaterialLine) { l.Expr = "家庭人口 > 3" }), "G-09"},
		{"cases.G-09 a check point twice", "guide publish", line(func(l *MaterialLine) { l.Checks[1].ID = "1" }), "G-09"},
		{"cases.G-09 a check point that says nothing", "guide publish", line(func(l *MaterialLine) { l.Checks[1].Text = "" }), "G-09"},
		{"cases.G-09 a blank form that is no attachment", "guide publish", line(func(l *MaterialLine) { l.Blank = "x" }), "G-09"},
		{"cases.G-09 a sample that is no attachment", "guide publish", line(func(l *MaterialLine) { l.Sample = "x" }), "G-09"},
		{"cases.G-09 a field without a name", "guide publish", want(func(g *Guide) { g.Form[1].Name = "" }), "G-09"},
		{"cases.G-09 a field twice", "guide publish", want(func(g *Guide) { g.Form[1].Name = "办理方式" }), "G-09"},
		{"cases.G-09 a field of no type", "guide publish", want(func(g *Guide) { g.Form[1].Type = "" }), "G-09"},
		{"cases.G-09 a choice of nothing", "guide publish", want(func(g *Guide) { g.Form[0].Options = nil }), "G-09"},
	})
}

func conditional(expr string) func(*MaterialLine) {
	return func(l *MaterialLine) { l.Necessity, l.Expr = "conditional", expr }
}

// citeListing lets the entry cite a listed resource that holds identity cards.
func citeListing(f func(*Listing)) func(*scene) {
	return func(s *scene) {
		l := Listing{Entry: "e9", Code: "305001220000/000002", Name: "居民身份证信息", State: ListingListed, Cur: &ListedState{Rev: 1, Release: 1}}
		if f != nil {
			f(&l)
		}
		ref := Ref{"catalog.listing", "e9"}
		body, err := encodeBody(&l)
		if err != nil {
			panic(err)
		}
		s.view[ref] = Record{Ref: ref, Rev: 1, Body: body}
		s.deps = append(s.deps, Dep{Ref: ref, Rev: 1})
	}
}

func TestALineIsAskedWhenItsConditionHolds(t *testing.T) {
	l := &MaterialLine{Necessity: "conditional", Expr: "办理方式 = '委托'"}
	if l.Asked([]Field{{"办理方式", "本人"}}) || !l.Asked([]Field{{"办理方式", "委托"}}) {
		t.Error("asked of the wrong person")
	}
	if old := (&MaterialLine{Necessity: "conditional", When: "委托他人代办时"}); !old.Asked(nil) {
		t.Error("a condition in words only is not asked")
	}
	if g := aGuide(); g.Line("m2") != &g.Lines[1] || g.Line("m9") != nil || !g.Lines[0].Point("2") || g.Lines[0].Point("3") {
		t.Error("lines and check points are not found")
	}
}

func TestI11AFilingIsCheckedWithItsGuide(t *testing.T) {
	f := &ItemFiling{Item: *anItem(), Guide: *aGuide()}
	if no := CheckFiling(f); no != nil {
		t.Fatal(no)
	}
	f.Guide.Lines = f.Guide.Lines[:2]
	if no := CheckFiling(f); ruleOf(no) != "I-11" {
		t.Errorf("%v", no)
	}
}

// TestBodiesOfTheSpineStayReadable: items and guides written before their kinds
// were filled in decode without loss and encode again byte for byte.
func TestBodiesOfTheSpineStayReadable(t *testing.T) {
	for _, kind := range []KindName{"item", "guide"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "older", string(kind)+".json"))
		if err != nil {
			t.Fatal(err)
		}
		body := strings.TrimSuffix(string(raw), "\n")
		rec, err := Lookup(kind).decode([]byte(body))
		if err != nil || len(rec.(rester).rest().Unknown) > 0 {
			t.Fatalf("%s: %v %+v", kind, err, rec)
		}
		if again, err := encodeBody(rec); err != nil || string(again) != body {
			t.Errorf("%s encodes again as\n%s\n%v", kind, again, err)
		}
	}
}
