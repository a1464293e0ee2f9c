package protocol

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// golden compares got with a file under testdata, or writes it with -update.
func golden(t *testing.T, got string, path ...string) {
	t.Helper()
	file := filepath.Join(append([]string{"testdata"}, path...)...)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; if that is meant, run with -update and read the difference.\ngot:\n%s", file, got)
	}
}

func TestEveryActOfEveryKindHasALegalScene(t *testing.T) {
	shown := map[string]bool{}
	for _, s := range legal(t) {
		s.must(t)
		shown[string(s.ref.Kind)+" "+string(s.act)] = true
	}
	for _, k := range Kinds() {
		for _, act := range k.Acts() {
			if !shown[string(k.Name)+" "+string(act)] {
				t.Errorf("no scene shows %s %s", k.Name, act)
			}
		}
	}
}

// TestGoldenSampleOfEveryKind keeps bodies of the first release readable: each
// decodes without an unknown member and encodes again byte for byte.
func TestGoldenSampleOfEveryKind(t *testing.T) {
	samples := map[KindName]string{}
	for _, s := range legal(t) {
		if _, have := samples[s.ref.Kind]; !have && s.kind().Name != "calendar" { // calendar_test.go has its own
			samples[s.ref.Kind] = string(s.must(t).Body)
		}
	}
	rich := legalAct(t, "case archive after everything") // nearly every member of a case is filled in
	samples["case"] = string(rich.must(t).Body)
	for _, k := range Kinds() {
		t.Run(string(k.Name), func(t *testing.T) {
			name := string(k.Name) + ".json"
			if body, have := samples[k.Name]; have {
				golden(t, body+"\n", "kinds", name)
			}
			checkSample(t, k, name)
		})
	}
}

func checkSample(t *testing.T, k *Kind, name string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "kinds", name))
	if err != nil {
		t.Fatal(err)
	}
	body := strings.TrimSuffix(string(raw), "\n")
	rec, err := k.decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.(rester).rest().Unknown) > 0 {
		t.Errorf("the sample has members the kind does not know: %v", rec.(rester).rest().Unknown)
	}
	again, err := encodeBody(rec)
	if err != nil || string(again) != body {
		t.Errorf("encodes again as\n%s\n%v", again, err)
	}
	if terms, err := k.Terms([]byte(body)); err != nil || terms.Title == "" {
		t.Errorf("terms %+v %v", terms, err)
	}
	if _, err := k.Reach([]byte(body)); err != nil {
		t.Error(err)
	}
}

// TestAJudgeAcceptsItsOwnResult: the writer completes, everybody else verifies.
func TestAJudgeAcceptsItsOwnResult(t *testing.T) {
	for _, s := range legal(t) {
		t.Run(s.name, func(t *testing.T) {
			made := s.must(t)
			seen, no, err := s.verify(t, made.Body)
			if no != nil || err != nil {
				t.Fatalf("own result refused: %v %v\n%s", no, err, made.Body)
			}
			if !reflect.DeepEqual(seen, made) {
				t.Errorf("verified as %+v, completed as %+v", seen, made)
			}
		})
	}
}

func TestAJudgeNeverChangesWhatItIsHanded(t *testing.T) {
	for _, s := range legal(t) {
		k, rec := s.kind(), s.before(t)
		var old, oldTwin any
		if rec != nil {
			old, _ = k.decode(rec.Body)
			oldTwin, _ = k.decode(rec.Body)
		}
		for _, body := range [][]byte{[]byte(mustJSON(t, s.withPaper())), s.must(t).Body} {
			wanted, _ := k.decode(body)
			twin, _ := k.decode(body)
			if _, no := k.judge(s.act, old, wanted, s.header(), s.view); no != nil {
				t.Fatalf("%s: %s", s.name, no)
			}
			if !reflect.DeepEqual(wanted, twin) || !reflect.DeepEqual(old, oldTwin) {
				t.Errorf("%s changes what it was handed", s.name)
			}
		}
	}
}

// TestUnknownMembersSurvive is replication.V4: what a newer writer added is
// kept by an older home, through every act.
func TestUnknownMembersSurvive(t *testing.T) {
	const future = `,"x_future":{"a": [1, 2]}}`
	for _, s := range legal(t) {
		t.Run(s.name, func(t *testing.T) {
			h, rec, wanted := s.header(), s.before(t), []byte(mustJSON(t, s.withPaper()))
			if rec == nil {
				wanted = append(wanted[:len(wanted)-1], future...)
			} else {
				rec.Body = append(rec.Body[:len(rec.Body)-1], future...)
			}
			made, no, err := s.kind().Complete(rec, h, json.RawMessage(wanted), s.view)
			if no != nil || err != nil {
				t.Fatal(no, err)
			}
			if !strings.HasSuffix(string(made.Body), future) {
				t.Errorf("lost in %s", made.Body)
			}
			if _, no, err := s.kind().Verify(rec, h, made.Body, s.view); no != nil || err != nil {
				t.Errorf("the body that carries it is refused: %v %v", no, err)
			}
		})
	}
}

// TestEveryStateMeetsEveryAct tries every act on every state that the scenes
// reach, and pins which are legal and what the others are refused with.
func TestEveryStateMeetsEveryAct(t *testing.T) {
	all := legal(t)
	var out strings.Builder
	for _, k := range Kinds() {
		for _, st := range statesOf(t, k, all) {
			for _, s := range all {
				if s.ref.Kind != k.Name || strings.Contains(strings.TrimPrefix(s.name, "case "), " ") && k.Name == "case" {
					continue
				}
				fmt.Fprintf(&out, "%-18s %-13s %-32s %s\n", k.Name, st.name, s.name, st.meets(t, s))
			}
		}
	}
	golden(t, out.String(), "transitions.golden")
}

// state is one record of a kind that the scenes can bring about.
type state struct {
	name string
	body []byte // nil: no record
}

func statesOf(t *testing.T, k *Kind, all []scene) []state {
	list := []state{{name: "–"}}
	for _, s := range all {
		if s.ref.Kind != k.Name {
			continue
		}
		body := s.must(t).Body
		terms, err := k.Terms(body)
		if err != nil {
			t.Fatal(err)
		}
		if terms.State == "" {
			terms.State = "exists"
		}
		if !slices.ContainsFunc(list, func(st state) bool { return st.name == terms.State }) {
			list = append(list, state{terms.State, body})
		}
	}
	return list
}

// meets says what becomes of the act of s when the record stands in st.
func (st state) meets(t *testing.T, s scene) string {
	var rec *Record
	if st.body != nil {
		rec = &Record{Ref: s.ref, Rev: 1, Epoch: 1, Home: s.origin, Body: st.body}
	}
	made, no, err := s.kind().Complete(rec, s.header(), s.withPaper(), s.view)
	if err != nil {
		t.Fatalf("%s on %s: %v", s.name, st.name, err)
	}
	if no != nil {
		return "refused " + no.Rule
	}
	if _, no, err := s.kind().Verify(rec, s.header(), made.Body, s.view); no != nil || err != nil {
		t.Errorf("%s on %s completes but does not verify: %v %v", s.name, st.name, no, err)
	}
	terms, err := s.kind().Terms(made.Body)
	if err != nil {
		t.Fatal(err)
	}
	return "→ " + terms.State
}

func TestAnActTheKindDoesNotHaveIsRefused(t *testing.T) {
	for _, s := range legal(t) {
		s.act = "burn"
		if _, no := s.complete(t); ruleOf(no) != "G-07" {
			t.Errorf("%s: %v", s.name, no)
		}
	}
}

func TestABodyOfAnotherTypeIsAProgrammersError(t *testing.T) {
	s := legalAct(t, "agency register")
	for _, wanted := range []any{anItem(), 7, nil} {
		if _, _, err := s.kind().Complete(nil, s.header(), wanted, s.view); err == nil {
			t.Errorf("%T is taken for an agency", wanted)
		}
	}
	if _, no, err := s.kind().Complete(nil, s.header(), *anAgency(), s.view); no != nil || err != nil {
		t.Errorf("a value instead of a pointer: %v %v", no, err)
	}
}

func TestG09ABodyOver64KiBIsRefused(t *testing.T) {
	s := legalAct(t, "case receive")
	s.want.(*Case).Form = []Field{{"说明", strings.Repeat("长", MaxBody/3)}}
	if _, no := s.complete(t); ruleOf(no) != "G-09" {
		t.Errorf("%v", no)
	}
}

func TestAStoredBodyThatCannotBeReadIsAnError(t *testing.T) {
	s := legalAct(t, "agency disable")
	rec := &Record{Ref: s.ref, Rev: 1, Body: []byte(`{"uscc":`)}
	if _, _, err := s.kind().Complete(rec, s.header(), s.want, s.view); CodeOf(err) != Malformed {
		t.Errorf("%v", err)
	}
	if _, err := Load[Agency](*rec); CodeOf(err) != Malformed {
		t.Errorf("%v", err)
	}
	if _, err := Load[Agency](Record{Ref: s.ref}); CodeOf(err) != Gone {
		t.Errorf("an erased body: %v", err)
	}
}

func TestOnlyOpenRequestsFollowTheirTarget(t *testing.T) {
	for name, follows := range map[string]Ref{"request file": itemRef(), "request answer": {}, "request decline": {}} {
		s := legalAct(t, name)
		if got := s.must(t).Target; got != follows {
			t.Errorf("%s follows %v, want %v", name, got, follows)
		}
	}
	for _, k := range Kinds() {
		if k.Follows() != (k.Name == "request") {
			t.Errorf("%s follows a target: %v", k.Name, k.Follows())
		}
		for _, act := range k.Acts() {
			filed := act == "file" && oneOf(string(k.Name), "request", "objection", "complaint")
			if k.AllowsForeign(act) != (filed || k.Name == "task" && act == "open") {
				t.Errorf("%s %s from another place: %v", k.Name, act, k.AllowsForeign(act))
			}
		}
	}
}
