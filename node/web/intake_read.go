package web

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

const (
	maxUpload = 200 << 20 // bytes of one form with its files
	maxScans  = 20        // files of one material
)

// readIntake reads the form as it comes in; each file is stored at once, so that
// an error elsewhere does not make anybody scan again. What is wrong with a file
// is noted beside its line.
func (w *Web) readIntake(v *console.Visit) (url.Values, errorsOf, error) {
	wrong := errorsOf{}
	if !strings.HasPrefix(v.R.Header.Get("Content-Type"), "multipart/") {
		typed, err := v.Form()
		return typed, wrong, err
	}
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, maxUpload)
	kept := url.Values{}
	typed, err := console.ReadParts(v.R, func(part *multipart.Part) error {
		line, isFile := strings.CutPrefix(part.FormName(), "file-")
		if !isFile {
			return nil
		}
		s, err := w.cfg.Scans.Keep(v.Context(), v.Who, part.FileName(), part.Header.Get("Content-Type"), part)
		if text, bad := badFile(v, err); bad {
			wrong[fileName(line)] = v.T("intake.bad-file", part.FileName(), text)
			return nil
		}
		if err == nil {
			kept.Add(scansName(line), s.ID)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for name, ids := range kept {
		typed[name] = append(typed[name], ids...)
	}
	dropScans(typed)
	return typed, wrong, nil
}

// badFile tells a file that its owner can put right from a store that fails.
func badFile(v *console.Visit, err error) (string, bool) {
	var f *protocol.Fault
	if !errors.As(err, &f) {
		return "", false
	}
	switch f.Code {
	case protocol.Malformed:
		return f.Text, true
	case protocol.TooBig:
		return v.T("intake.too-big"), true
	}
	return "", false
}

// dropScans leaves out the files that were ticked for removal.
func dropScans(typed url.Values) {
	for name, drop := range typed {
		if line, ok := strings.CutPrefix(name, "drop-"); ok {
			typed[scansName(line)] = slices.DeleteFunc(typed[scansName(line)], func(id string) bool { return slices.Contains(drop, id) })
			delete(typed, name)
		}
	}
}

// checkIntake finds everything that is wrong, so that it is said at once (art.
// 34 asks the same of us towards the applicant). The judge checks again.
func (w *Web) checkIntake(v *console.Visit, typed url.Values, g *protocol.Guide, wrong errorsOf) {
	a := applicant(typed)
	if a.Name == "" {
		wrong["name"] = "intake.no-name"
	} else if utf8.RuneCountInString(a.Name) > 200 {
		wrong["name"] = "intake.long-name"
	}
	if a.Type != "person" && a.Type != "org" {
		wrong["type"] = "intake.no-type"
	}
	number := protocol.Applicant{Type: "person", Name: "-", IDType: a.IDType, ID: a.ID}
	if no := protocol.CheckApplicant(&number, v.Now()); no != nil {
		wrong["id"] = no.Text
	}
	if typed.Get("window") == "" {
		wrong["window"] = "intake.no-window"
	}
	for _, l := range g.Lines {
		if !slices.Contains(presences(&l), typed.Get(presenceName(l.ID))) {
			wrong[presenceName(l.ID)] = "intake.no-answer"
		}
		typed[scansName(l.ID)] = slices.DeleteFunc(typed[scansName(l.ID)], func(id string) bool {
			s, err := w.cfg.Scans.Find(v.Context(), id)
			return err != nil || !ownScan(v, &s)
		})
		if len(typed[scansName(l.ID)]) > maxScans {
			wrong[fileName(l.ID)] = v.T("intake.many-scans", maxScans)
		}
	}
}

func applicant(typed url.Values) protocol.Applicant {
	return protocol.Applicant{Type: typed.Get("type"), Name: strings.TrimSpace(typed.Get("name")), IDType: typed.Get("id_type"),
		ID: protocol.NormalizeCode(typed.Get("id")), Contact: strings.TrimSpace(typed.Get("contact"))}
}

func remarks(typed url.Values) []protocol.Field {
	if s := strings.TrimSpace(typed.Get("remarks")); s != "" {
		return []protocol.Field{{Name: "申请说明", Value: s}}
	}
	return nil
}

func answers(typed url.Values, g *protocol.Guide) []protocol.Material {
	list := make([]protocol.Material, 0, len(g.Lines))
	for _, l := range g.Lines {
		m := protocol.Material{Line: l.ID, Presence: typed.Get(presenceName(l.ID)), Blobs: typed[scansName(l.ID)]}
		if m.Presence == "present" {
			m.Copies = l.Copies
		}
		list = append(list, m)
	}
	return list
}

func intakeFields(typed url.Values, wrong errorsOf) []page.Field {
	fields := []page.Field{
		{Name: "type", Label: "person.type", Kind: page.InputSelect, Width: "half",
			Options: []page.Option{{Value: "person", Label: "person.person"}, {Value: "org", Label: "person.org"}}},
		{Name: "name", Label: "intake.name", Max: 200, Required: true, Width: "half", Focus: len(wrong) == 0},
		{Name: "id_type", Label: "person.idtype", Kind: page.InputSelect, Width: "half", Options: []page.Option{
			{Value: "citizen", Label: "idtype.citizen"}, {Value: "uscc", Label: "idtype.uscc"}, {Value: "other", Label: "idtype.other"}}},
		{Name: "id", Label: "person.id", Max: 40, Required: true, Width: "half"},
		{Name: "contact", Label: "person.contact", Kind: page.InputTel, Mode: "tel", Max: 60, Width: "half"},
		{Name: "window", Label: "intake.window", Max: 60, Required: true, Width: "half"},
		{Name: "remarks", Label: "intake.remarks", Kind: page.InputArea, Rows: 2, Max: 2000},
	}
	for i := range fields {
		fields[i].Error = wrong[fields[i].Name]
	}
	return refill(fields, typed)
}
