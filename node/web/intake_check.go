package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// errorsOf names what is wrong, by field.
type errorsOf map[string]string

// checkIntake finds everything that is wrong, so that it is said at once (art.
// 34 asks the same of us towards the applicant). The judge checks again.
func (w *Web) checkIntake(v *console.Visit, typed url.Values, item *protocol.Item, g *protocol.Guide, wrong errorsOf) {
	a := applicant(typed)
	if a.Name == "" {
		wrong["name"] = "intake.no-name"
	} else if utf8.RuneCountInString(a.Name) > 200 {
		wrong["name"] = "intake.long-name"
	}
	if a.Type != "person" && a.Type != "org" {
		wrong["type"] = "intake.no-type"
	}
	if no := checkNumber(a.IDType, a.ID, v.Now()); no != nil {
		wrong["id"] = no.Text
	}
	if typed.Get("window") == "" {
		wrong["window"] = "intake.no-window"
	}
	w.ownOnly(v, typed, mandateLine, wrong)
	checkAgent(typed, v.Now(), wrong)
	checkGuideForm(typed, g, wrong)
	form := formFields(typed, g)
	for i := range g.Lines {
		l := &g.Lines[i]
		if !slices.Contains(presences(l, form), answerOf(typed, l, form)) {
			wrong[presenceName(l.ID)] = "intake.no-answer"
		}
		w.ownOnly(v, typed, l.ID, wrong)
	}
}

// ownOnly drops files of others from a form, and bounds their number.
func (w *Web) ownOnly(v *console.Visit, typed url.Values, line string, wrong errorsOf) {
	name := scansName(line)
	ids := slices.DeleteFunc(typed[name], func(id string) bool {
		s, err := w.cfg.Scans.Find(v.Context(), id)
		return err != nil || !ownScan(v, &s)
	})
	if typed[name] = ids; len(ids) == 0 {
		delete(typed, name)
	}
	if len(ids) > maxScans {
		wrong[fileName(line)] = v.T("intake.many-scans", maxScans)
	}
}

// checkNumber is V-01 … V-09 alone, before a name is typed.
func checkNumber(idType, id string, now protocol.Instant) *protocol.Refusal {
	return protocol.CheckApplicant(&protocol.Applicant{Type: "person", Name: "-", IDType: idType, ID: id}, now)
}

// checkAgent is C-01c.
func checkAgent(typed url.Values, now protocol.Instant, wrong errorsOf) {
	a := agent(typed)
	if a == nil {
		return
	}
	if a.Name == "" {
		wrong["agent_name"] = "intake.no-name"
	}
	if no := checkNumber(a.IDType, a.ID, now); no != nil {
		wrong["agent_id"] = no.Text
	}
	if a.Mandate == "" && wrong[fileName(mandateLine)] == "" {
		wrong[fileName(mandateLine)] = "intake.no-mandate"
	}
}

func checkGuideForm(typed url.Values, g *protocol.Guide, wrong errorsOf) {
	for _, f := range g.Form {
		name := "form-" + f.Name
		value := strings.TrimSpace(typed.Get(name))
		switch {
		case value == "" && f.Required:
			wrong[name] = "intake.no-value"
		case value == "":
		case f.Type == "number":
			if _, err := strconv.ParseFloat(value, 64); err != nil {
				wrong[name] = "intake.no-number"
			}
		case f.Type == "date":
			if _, err := protocol.ParseDay(value); err != nil {
				wrong[name] = "intake.no-date"
			}
		case f.Type == "choice" && !slices.Contains(f.Options, value):
			wrong[name] = "intake.no-choice"
		}
	}
}

// identityWords is what the check says of the number while it is typed; nothing
// before there is one.
func identityWords(v *console.Visit, typed url.Values) page.Flash {
	a := applicant(typed)
	if a.ID == "" {
		return page.Flash{}
	}
	if no := checkNumber(a.IDType, a.ID, v.Now()); no != nil {
		return page.Flash{Tone: page.Bad, Text: no.Text, Rule: no.Rule}
	}
	switch a.IDType {
	case "citizen":
		if warn := protocol.WarnCitizenRegion(a.ID); warn != nil {
			return page.Flash{Tone: page.Warn, Text: warn.Text, Rule: warn.Rule}
		}
		return page.Flash{Tone: page.Good, Text: v.T("intake.id-born", a.ID[6:10]+"-"+a.ID[10:12]+"-"+a.ID[12:14])}
	case "uscc":
		if warn := protocol.WarnOrgCode(a.ID); warn != nil {
			return page.Flash{Tone: page.Warn, Text: warn.Text, Rule: warn.Rule}
		}
	}
	return page.Flash{Tone: page.Good, Text: "intake.id-fine"}
}

// knownCase is an open or earlier case of the same person.
type knownCase struct {
	Href, Number, Item string
	State              page.Badge
	At                 protocol.Instant
	Same               bool // open, same item, and not about another object
}

const maxKnown = 5

// knownCases is DU-06: what the node itself knows of this person, the open ones
// that look like this application first. The number is looked up by fingerprint.
func (w *Web) knownCases(v *console.Visit, typed url.Values, item *protocol.Item, g *protocol.Guide) (list []knownCase, twin bool, err error) {
	a := applicant(typed)
	if checkNumber(a.IDType, a.ID, v.Now()) != nil {
		return nil, false, nil
	}
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", Key: w.cfg.Desk.Fingerprint(a.IDType, a.ID), Limit: 50})
	if err != nil {
		return nil, false, err
	}
	object := objectKey(typed, item, formFields(typed, g))
	for _, h := range found.Hits {
		c, _, err := console.Read[protocol.Case](v.Records(), h.Ref)
		if err != nil {
			return nil, false, err
		}
		k := knownCase{Href: "/cases/" + h.Ref.ID, Number: c.ReceiptNo, Item: c.ItemName, State: console.State("case", string(c.State)), At: c.Received.At,
			Same: c.State.Open() && sameItem(c.Item, v.R.PathValue("item")) && (object == "" || c.ObjectKey == "" || object == c.ObjectKey)}
		list, twin = append(list, k), twin || k.Same
	}
	slices.SortStableFunc(list, func(a, b knownCase) int {
		switch {
		case a.Same != b.Same:
			return map[bool]int{true: -1, false: 1}[a.Same]
		case a.At > b.At:
			return -1
		}
		return 1
	})
	return list[:min(len(list), maxKnown)], twin, nil
}

// sameItem compares two item versions without their version.
func sameItem(a, b string) bool {
	a, _, _ = strings.Cut(a, "@")
	b, _, _ = strings.Cut(b, "@")
	return a == b
}
