package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

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

// as is an account of a node that has a role for the agency of an item.
func as(at protocol.NodeID, role protocol.Role, item protocol.Item) string {
	if role == protocol.RoleClerk {
		return "clerk1"
	}
	return demo.Who(at, role, item.Agency)
}

// act takes one act on a case through the API and gives what the place says.
func (s *stage) act(at protocol.NodeID, login, id, act string, body any) error {
	s.keys++
	header := map[string]string{"Idempotency-Key": fmt.Sprintf("act-%d", s.keys)}
	return s.Node(at).As(login).CallWith(s.ctx, "POST", "/api/v1/cases/"+url.PathEscape(id)+"/"+act, header, body, nil)
}

// do is act that must be taken.
func (s *stage) do(at protocol.NodeID, login, id, act string, body any) {
	if err := s.act(at, login, id, act, body); err != nil {
		s.fail("%s %s at %s by %s: %w", act, id, at, login, err)
	}
}

// found is a case as a place holds it.
type found struct {
	ID    string
	Rev   uint64
	Home  protocol.NodeID
	Epoch uint64
	Index uint64
	Body  protocol.Case
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

// count is how many times the hub decided an act on a case.
func (s *stage) count(id, act string) (n int) {
	steps, err := s.StepsAtHub(s.ctx, id)
	s.must(err)
	for _, st := range steps {
		if st.Act == act {
			n++
		}
	}
	return n
}

// item finds a published sample item of a node by its name.
func item(at protocol.NodeID, name string) protocol.Item { return filing(at, name).Item }

func filing(at protocol.NodeID, name string) protocol.ItemFiling {
	all := sample.Items(at)
	i := slices.IndexFunc(all, func(f protocol.ItemFiling) bool { return f.Item.Name == name })
	if i < 0 {
		panic("no sample item " + name)
	}
	f := all[i]
	f.Item.EffectiveAt = opening
	return f
}
