package protocol

import "testing"

func TestRefusalsOfAnAttempt(t *testing.T) {
	attempt := func(f func(*Attempt)) func(*scene) { return want(f) }
	check(t, []row{
		{"cases.G-11 noted once", "attempt note", stands(anAttempt()), "G-11"},
		{"cases.G-09 on a case", "attempt note", attempt(func(a *Attempt) { a.On = itemRef() }), "G-09"},
		{"cases.G-09 of another place", "attempt note", underID(AttemptID(caseRef(), receives, "1")), "G-09"},
		{"cases.G-09 without anything of its own", "attempt note", underID(AttemptID(caseRef(), decides, "")), "G-09"},
		{"cases.G-09 refused for something else", "attempt note", attempt(func(a *Attempt) { a.Rule = "C-07e" }), "G-09"},
		{"cases.G-09 says what was demanded", "attempt note", attempt(func(a *Attempt) { a.Line, a.Text = "", "" }), "G-09"},
		{"cases.G-09 says of what", "attempt note", attempt(func(a *Attempt) { a.Title = "" }), "G-09"},
		{"a text alone will do", "attempt note", attempt(func(a *Attempt) { a.Line = "" }), ""},
	})
	a := result[Attempt](t, legalAct(t, "attempt note"))
	if a.Clerk != acceptor || a.Place != decides || a.At != sceneAt {
		t.Errorf("who, where and when are the entry's: %+v", a)
	}
}
