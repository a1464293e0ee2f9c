package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"xiangyun/cmd/internal/demo"
	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// Nodes of the province, by the parts they play in cases.md §19.
const (
	yanji     = protocol.NodeID("yanbian")   // the window that takes in
	changchun = protocol.NodeID("changchun") // the department that decides
	jilin     = protocol.NodeID("jilin")     // a third region
)

// stage is the province on which scenarios are played. Its verbs end the
// scenario at the first thing that is not as it must be: a script reads as the
// scenario does, and what failed is told by Play.
type stage struct {
	*demo.Demo
	ctx   context.Context
	clock clock
	keys  int // of forms handed in
}

// failure is what a verb ends a scenario with.
type failure struct{ error }

func (s *stage) must(err error) {
	if err != nil {
		panic(failure{err})
	}
}

func (s *stage) fail(format string, args ...any) { s.must(fmt.Errorf(format, args...)) }

// same wants what the scenario says.
func same[T comparable](s *stage, what string, got, want T) {
	if got != want {
		s.fail("%s is %v, want %v", what, got, want)
	}
}

// refused wants an act to have been refused by a rule.
func (s *stage) refused(rule string, err error) {
	var f *protocol.Fault
	if !errors.As(err, &f) || f.Rule != rule {
		s.fail("want a refusal by %s, got %v", rule, err)
	}
}

// soon waits until ok.
func (s *stage) soon(what string, ok func() (bool, error)) { s.must(s.Until(s.ctx, what, ok)) }

// application is one case as its window knows it.
type application struct {
	ID        string
	ReceiptNo string `json:"receipt_no"`
	Due       protocol.CaseDue
	Before    bool
	item      protocol.Item
}

// intake is the form a clerk hands in; scripts change what they are about.
type intake map[string]any

func (f intake) with(key string, value any) intake { f[key] = value; return f }

// answer says how a line of the guide is answered.
func (f intake) answer(line, presence string) intake {
	list := slices.Clone(f["materials"].([]protocol.Material))
	for i := range list {
		if list[i].Line == line {
			list[i].Presence = presence
		}
	}
	return f.with("materials", list)
}

// form is a complete application of applicant no for an item, as at is shown it.
func (s *stage) form(at protocol.NodeID, item protocol.Item, no int) intake {
	view := s.guide(at, item)
	who := sample.Applicants(no + 1)[no]
	return intake{"item": protocol.ItemID(item.ImplCode, item.Version), "guide": view.GuideHash, "window": "1号窗口", "hand_over": item.Node != at,
		"materials": present(view.Guide.Body.Lines),
		"applicant": map[string]string{"type": who.Type, "name": who.Name, "id_type": who.IDType, "id": who.ID, "contact": who.Contact}}
}

type guideView struct {
	Guide     struct{ Body protocol.Guide }
	GuideHash string `json:"guide_hash"`
}

func (s *stage) guide(at protocol.NodeID, item protocol.Item) (v guideView) {
	s.must(s.Node(at).Call(s.ctx, "GET", "/api/v1/items/"+url.PathEscape(protocol.ItemID(item.ImplCode, item.Version)), nil, &v))
	return v
}

func present(lines []protocol.MaterialLine) []protocol.Material {
	list := make([]protocol.Material, len(lines))
	for i, l := range lines {
		list[i] = protocol.Material{Line: l.ID, Presence: protocol.PresencePresent, Copies: 1}
	}
	return list
}

// receive hands a form in at a window, under a key of its own.
func (s *stage) receive(at protocol.NodeID, item protocol.Item, f intake) application {
	s.keys++
	app, err := s.submit(at, f, fmt.Sprintf("form-%d", s.keys))
	s.must(err)
	app.item = item
	return app
}

func (s *stage) submit(at protocol.NodeID, f intake, key string) (app application, err error) {
	err = s.Node(at).As("clerk1").CallWith(s.ctx, "POST", "/api/v1/cases", map[string]string{"Idempotency-Key": key}, f, &app)
	return app, err
}

// found is a case as a place holds it.
type found struct {
	ID       string
	Rev      uint64
	Home     protocol.NodeID
	Epoch    uint64
	Index    uint64
	Body     protocol.Case
	Timeline []step
}

// step is one act in the history of a record.
type step struct {
	Rev uint64
	Act protocol.Act
	By  string
	At  time.Time
}

// acts lists what happened to a case, as a place tells it.
func (c found) acts() (list []protocol.Act) {
	for _, h := range c.Timeline {
		list = append(list, h.Act)
	}
	return list
}

func (s *stage) caseAt(at protocol.NodeID, id string) (c found, err error) {
	return c, s.Node(at).Call(s.ctx, "GET", "/api/v1/cases/"+url.PathEscape(id), nil, &c)
}

// stands waits until a case stands at a place as it should, and gives it.
func (s *stage) stands(at protocol.NodeID, id string, state protocol.CaseState) (c found) {
	s.soon(fmt.Sprintf("%s 看到 %s 为“%s”", at, id, state.Title()), func() (ok bool, err error) {
		c, err = s.caseAt(at, id)
		return err == nil && c.Body.State == state, err
	})
	return c
}

// once wants the hub to have decided an act on a case one time. The server that
// is asked may be behind the others.
func (s *stage) once(id, act string) {
	n := 0
	s.soon("省级记下 "+act+" "+id, func() (bool, error) {
		steps, err := s.StepsAtHub(s.ctx, id)
		n = 0
		for _, st := range steps {
			if st.Act == act {
				n++
			}
		}
		return n > 0, err
	})
	same(s, "times the hub decided "+act, n, 1)
}
