package protocol

import "testing"

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
	})
}
