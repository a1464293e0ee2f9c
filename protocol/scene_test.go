package protocol

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"
)

// scene is one act in one situation: what stands, who wants what, and what the
// entry cites. The tables of this package start from a legal scene and change
// one thing in it.
type scene struct {
	name   string
	ref    Ref
	act    Act
	origin NodeID
	by     string
	old    any // pointer to the record before, or nil
	want   any // pointer to the wanted record
	view   cited
	deps   []Dep // where a judge looks at what kind of thing is cited

	at      Instant       // when, if not at sceneAt
	answers Ref           // the request that the act answers
	clocks  func(*Case)   // what the cited case looks like, when not as usual
	tune    func(*Header) // what of the header is not usual: time, Deps, Answers
}

// The places and people of the scenes. 长春 decides, 延边 has the window.
const (
	decides  NodeID = "changchun"
	receives NodeID = "yanbian"
	clerk           = "yanbian:clerk1"
	decider         = "changchun:decider1"
)

// sceneAt is a Monday morning: 2026-03-02 09:15 in Beijing.
var sceneAt = At(time.Date(2026, time.March, 2, 9, 15, 0, 0, Beijing))

func (s *scene) kind() *Kind { return Lookup(s.ref.Kind) }

func (s *scene) header() *Header {
	h := &Header{Origin: s.origin, Epoch: 1, Lane: s.kind().Lane, Seq: 1, Ref: s.ref, Act: s.act, Rev: 1, RecEpoch: 1, At: sceneAt, AtErr: 5, By: s.by, Deps: s.deps, Answers: s.answers}
	if s.old != nil {
		h.Rev = 2
	}
	if s.at != 0 {
		h.At = s.at
	}
	if c, ok := s.old.(*Case); ok && c.State == CaseHandingOver { // the home moved, and with it the record's epoch
		h.RecEpoch = c.HandEpoch + 1
	}
	if s.tune != nil {
		s.tune(h)
	}
	return h
}

// before is the stored record that the act meets, or nil.
func (s *scene) before(t testing.TB) *Record {
	t.Helper()
	if s.old == nil {
		return nil
	}
	rec := stored(t, s.ref, s.old)
	return &rec
}

func (s *scene) complete(t testing.TB) (Judged, *Refusal) {
	t.Helper()
	judged, no, err := s.kind().Complete(s.before(t), s.header(), s.withPaper(), s.view)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return judged, no
}

func (s *scene) verify(t testing.TB, body []byte) (Judged, *Refusal, error) {
	t.Helper()
	return s.kind().Verify(s.before(t), s.header(), body, s.view)
}

// must completes a legal scene.
func (s *scene) must(t testing.TB) Judged {
	t.Helper()
	judged, no := s.complete(t)
	if no != nil {
		t.Fatalf("%s is refused: %s", s.name, no)
	}
	return judged
}

func stored(t testing.TB, ref Ref, body any) Record {
	t.Helper()
	raw, err := encodeBody(body)
	if err != nil {
		t.Fatal(err)
	}
	return Record{Ref: ref, Rev: 1, Epoch: 1, Home: decides, At: sceneAt, By: "hub:operator", Body: raw}
}

func (c cited) put(t testing.TB, ref Ref, body any) {
	t.Helper()
	c[ref] = stored(t, ref, body)
}

// result is what a legal scene makes, decoded.
func result[T any](t testing.TB, s scene) *T {
	t.Helper()
	rec, err := decodeBody[T](s.must(t).Body)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// testUSCC makes the n-th code of the range that GB 11714 leaves to everybody.
func testUSCC(n int) string {
	s := fmt.Sprintf("11220100PDY%05d", n)
	s += string(orgCheck(s[8:16]))
	return s + string(usccCheck(s))
}

// world is everything the scenes may cite.
func world(t testing.TB) cited {
	v := cited{}
	v.put(t, Ref{"agency", testUSCC(1)}, anAgency())
	v.put(t, itemRef(), anItem())
	v.put(t, Ref{"basic", aBasic().Code}, aBasic())
	v.put(t, Ref{"guide", itemRef().ID}, aGuide())
	v.put(t, CalendarRef(2026), &PublishedYears()[8])
	v.put(t, Ref{"catalog.entry", entryID}, anEntry())
	v.put(t, Ref{"catalog.changeset", setID}, aReviewedSet(t))
	v.put(t, Ref{"catalog.review", setID}, &Review{Changeset: setID, Node: decides, State: ReviewApproved})
	v.put(t, Ref{"catalog.release", ReleaseID(1)}, &Release{Number: 1, Root: Hash{1}, Count: 1, Changed: 1, At: sceneAt, By: "hub:reviewer"})
	citeAround(t, v)
	v.put(t, caseRef(), caseIn(t, CaseReceived))
	aroundWorld(t, v)
	return v
}

// legal lists at least one legal scene for every act of every kind.
func legal(t testing.TB) []scene {
	t.Helper()
	v := world(t)
	all := append(spineScenes(t), serviceScenes(t)...)
	all = append(append(all, append(caseScenes(t), aroundCaseScenes(t)...)...), catalogScenes(t)...)
	all = append(append(all, aroundScenes(t, v)...), append(deskScenes(t), attemptScenes()...)...)
	for i := range all {
		own := all[i].view
		all[i].view = maps.Clone(v)
		maps.Copy(all[i].view, own)
		all[i].citeCase(t)
	}
	return all
}

// citeCase puts the case that cards are about into the view: one whose K1 has
// lapsed, or as the scene has it.
func (s *scene) citeCase(t testing.TB) {
	t.Helper()
	if s.ref.Kind != "card" {
		return
	}
	c := lapsedCase(t)
	if s.clocks != nil {
		s.clocks(c)
	}
	s.view.put(t, caseRef(), c)
}

// legalAct gives a fresh legal scene by name, "case accept" for example.
func legalAct(t testing.TB, name string) scene {
	t.Helper()
	for _, s := range legal(t) {
		if s.name == name {
			return s
		}
	}
	t.Fatalf("no scene %q", name)
	return scene{}
}

// row is one refusal: a legal scene, what is wrong with it, and the rule.
type row struct {
	name  string // the rule and the fault, as a sentence
	scene string
	edit  func(*scene)
	rule  string // empty: the change is legal
}

// check runs rows; a refused act must leave old and want as they were.
func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s := legalAct(t, r.scene)
			r.edit(&s)
			oldBefore, wantBefore := mustJSON(t, s.old), mustJSON(t, s.want)
			_, no := s.complete(t)
			if ruleOf(no) != r.rule {
				t.Errorf("refusal %v, want %q", no, r.rule)
			}
			if no != nil && no.Text == "" {
				t.Error("a refusal says nothing")
			}
			if mustJSON(t, s.old) != oldBefore || mustJSON(t, s.want) != wantBefore {
				t.Error("the judge changed what it was handed")
			}
		})
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// want changes the wanted record, before the stored one, cite a cited one.
func want[T any](f func(*T)) func(*scene)   { return func(s *scene) { f(s.want.(*T)) } }
func before[T any](f func(*T)) func(*scene) { return func(s *scene) { f(s.old.(*T)) } }

func cite[T any](ref Ref, f func(*T)) func(*scene) {
	return func(s *scene) {
		rec := s.view[ref]
		body, err := decodeBody[T](rec.Body)
		if err != nil {
			panic(err)
		}
		f(body)
		rec.Body, _ = encodeBody(body)
		s.view[ref] = rec
	}
}

func uncite(ref Ref) func(*scene)     { return func(s *scene) { delete(s.view, ref) } }
func unreadable(ref Ref) func(*scene) { return func(s *scene) { s.view[ref] = Record{Ref: ref} } }
func isNew(s *scene)                  { s.old = nil }
func as(by string) func(*scene)       { return func(s *scene) { s.by = by } }
func from(n NodeID) func(*scene)      { return func(s *scene) { s.origin = n } }
func underID(id string) func(*scene)  { return func(s *scene) { s.ref.ID = id } }
func stands(old any) func(*scene)     { return func(s *scene) { s.old = old } }

func both(a, b func(*scene)) func(*scene) { return func(s *scene) { a(s); b(s) } }
