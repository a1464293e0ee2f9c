package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
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
		dropScans(typed)
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

// answerUpload tells the script what became of its one file. The form gets its
// id and is sent again with everything else.
func answerUpload(v *console.Visit, w *Web, typed url.Values, wrong errorsOf) error {
	type stored struct {
		ID    string `json:"id,omitempty"`
		Error string `json:"error,omitempty"`
	}
	var out stored
	for _, why := range wrong {
		out.Error = v.Label(why)
	}
	for name, ids := range typed {
		if strings.HasPrefix(name, "scan-") && len(ids) > 0 {
			out.ID = ids[len(ids)-1]
		}
	}
	v.W.Header().Set("Content-Type", "application/json")
	if out.ID == "" {
		v.W.WriteHeader(http.StatusUnprocessableEntity)
	}
	if err := json.NewEncoder(v.W).Encode(out); err != nil {
		return fmt.Errorf("answer upload: %w", err)
	}
	return nil
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

func applicant(typed url.Values) protocol.Applicant {
	return protocol.Applicant{Type: typed.Get("type"), Name: strings.TrimSpace(typed.Get("name")), IDType: typed.Get("id_type"),
		ID: protocol.NormalizeCode(typed.Get("id")), Contact: strings.TrimSpace(typed.Get("contact"))}
}

// agent is who acts for the applicant, or nil.
func agent(typed url.Values) *protocol.Agent {
	if typed.Get("agent") == "" {
		return nil
	}
	a := &protocol.Agent{Name: strings.TrimSpace(typed.Get("agent_name")), IDType: typed.Get("agent_id_type"),
		ID: protocol.NormalizeCode(typed.Get("agent_id")), Contact: strings.TrimSpace(typed.Get("agent_contact"))}
	if ids := typed[scansName(mandateLine)]; len(ids) > 0 {
		a.Mandate = ids[0]
	}
	return a
}

// formFields is what was filled in of the guide's form.
func formFields(typed url.Values, g *protocol.Guide) (list []protocol.Field) {
	for _, f := range g.Form {
		if s := strings.TrimSpace(typed.Get("form-" + f.Name)); s != "" {
			list = append(list, protocol.Field{Name: f.Name, Value: s})
		}
	}
	if s := strings.TrimSpace(typed.Get("remarks")); s != "" {
		list = append(list, protocol.Field{Name: "申请说明", Value: s})
	}
	return list
}

// objectKey tells two applications of one person apart (DU-02): the field that
// the item names, or what the clerk typed.
func objectKey(typed url.Values, item *protocol.Item, form []protocol.Field) string {
	if item.ObjectField == "" {
		return strings.TrimSpace(typed.Get("object"))
	}
	for _, f := range form {
		if f.Name == item.ObjectField {
			return f.Value
		}
	}
	return ""
}
