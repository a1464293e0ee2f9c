package web

import (
	"net/url"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// An intake is one form: the item's guide decides its fields and lines. What was
// typed, and the scans that are stored already, survive errors, a new guide
// version, a crash and an ended session.
type intakeForm struct {
	Action  string
	Address string // of the draft
	Nonce   string
	Guide   string
	Item    *protocol.Item
	ItemID  string
	Limits  []page.Fact
	Stale   bool // the view is old: the guide may have changed (F-06)

	Person   []page.Field // from the identity number on
	Kind     []page.Field // what sort of applicant
	Identity page.Flash   // what the check says of the number (V-01 … V-09)
	Known    []knownCase
	Twin     bool // one of them looks like the same application (DU-06)
	Acting   bool // an agent acts
	Agent    []page.Field
	Mandate  intakeLine
	Fields   []page.Field // of the guide's form
	Lines    []intakeLine
	Gaps     []string // everything that is missing so far (art. 34)
	Cross    bool     // another place decides
	HandOver page.Field
	Window   page.Field

	Live    bool     // as a page with script asks for it
	Blocked []reason // why it cannot be submitted yet
	Saved   protocol.Instant
}

// reason is why a form cannot be submitted yet, with the field it is about.
type reason struct{ ID, Label, Text string }

// intakeLine is one material with what was found of it at the counter.
type intakeLine struct {
	protocol.MaterialLine
	Number   int
	Badge    page.Badge
	Details  string
	Asked    bool // by what the form says
	Fetched  bool // by sharing: never demanded (§14.2)
	Presence page.Field
	File     page.Field
	Paper    *page.Field
	Scans    []Scan // stored already
}

// Radio is the id of the choice n of a line.
func (l intakeLine) Radio(value string) string { return l.Presence.ID() + "-" + value }

// staleAfter is how old the view may be before a guide may have changed
// unnoticed: versions are announced 24 hours ahead (I-04, F-06).
const staleAfter = 24 * time.Hour

func (w *Web) intakeForm(v *console.Visit, typed url.Values, item *protocol.Item, guide *protocol.Guide, rec *protocol.Record) (*intakeForm, error) {
	f := &intakeForm{Action: v.R.URL.Path, Nonce: typed.Get("nonce"), Guide: protocol.HashOf(rec.Body).String(), Item: item, ItemID: v.R.PathValue("item"),
		Cross: item.Node != v.At()}
	f.Address = draftAddress(f.ItemID, f.Nonce)
	f.Kind, f.Person = kindFields(typed), personFields(typed, item, begun(typed))
	f.Acting, f.Agent = typed.Get("agent") != "", agentFields(typed)
	f.Fields = guideFields(typed, guide)
	f.Window = page.Field{Name: "window", Label: "intake.window", Max: 60, Required: true, Width: "half", Value: typed.Get("window")}
	f.HandOver = page.Field{Name: "hand_over", Label: v.T("intake.hand-over", v.Place(item.Node)), Kind: page.InputCheck, Value: typed.Get("hand_over"),
		Help: "intake.hand-over-help"}
	st, err := w.cfg.Reader.Status(v.Context())
	if err != nil {
		return nil, err
	}
	f.Limits, f.Stale = itemFacts(v, item, rec), len(st.Lanes) > 0 && v.Now().Time().Sub(st.Fresh().Time()) > staleAfter
	f.Identity = identityWords(v, typed)
	if f.Known, f.Twin, err = w.knownCases(v, typed, item, guide); err != nil {
		return nil, err
	}
	if f.Mandate, err = w.mandate(v, typed); err != nil {
		return nil, err
	}
	if f.Lines, err = w.intakeLines(v, typed, guide); err != nil {
		return nil, err
	}
	f.Gaps = gaps(v, f.Lines)
	return f, nil
}

// itemFacts is what the clerk must know of the item, with version and age of the
// guide that is shown.
func itemFacts(v *console.Visit, item *protocol.Item, guide *protocol.Record) []page.Fact {
	facts := []page.Fact{{Label: "item.agency", Cell: page.Word(item.AgencyName).Under(v.Place(item.Node))},
		{Label: "item.promise", Cell: page.Word(v.Limit(item.Promise)).Under(v.T("intake.legal", v.Limit(item.LegalLimit())))},
		{Label: "intake.guide", Cell: page.Word(v.T("intake.guide-version", item.Version)).Under(v.T("intake.guide-age", guide.At,
			span(v, v.Now().Time().Sub(guide.At.Time()))))}}
	if item.Conditions != "" {
		facts = append(facts, page.Fact{Label: "item.conditions", Cell: page.Word(item.Conditions)})
	}
	if item.Fee != "" {
		facts = append(facts, page.Fact{Label: "item.fee", Cell: page.Word(item.Fee)})
	}
	return facts
}

func kindFields(typed url.Values) []page.Field {
	return refill([]page.Field{
		{Name: "id_type", Label: "person.idtype", Kind: page.InputSelect, Width: "half", Options: idTypes()},
		{Name: "type", Label: "person.type", Kind: page.InputSelect, Width: "half",
			Options: []page.Option{{Value: "person", Label: "person.person"}, {Value: "org", Label: "person.org"}}}}, typed)
}

func idTypes() []page.Option {
	return []page.Option{{Value: "citizen", Label: "idtype.citizen"}, {Value: "uscc", Label: "idtype.uscc"}, {Value: "other", Label: "idtype.other"}}
}

func personFields(typed url.Values, item *protocol.Item, begun bool) []page.Field {
	fields := []page.Field{
		{Name: "id", Label: "person.id", Max: 40, Required: true, Width: "half", Focus: !begun, Help: "intake.id-help"},
		{Name: "name", Label: "intake.name", Max: 200, Required: true, Width: "half"},
		{Name: "contact", Label: "person.contact", Kind: page.InputTel, Mode: "tel", Max: 60, Width: "half"},
	}
	if item.ObjectField == "" {
		fields = append(fields, page.Field{Name: "object", Label: "intake.object", Max: 100, Width: "half", Help: "intake.object-help"})
	}
	return refill(fields, typed)
}

func agentFields(typed url.Values) []page.Field {
	return refill([]page.Field{
		{Name: "agent_id_type", Label: "person.idtype", Kind: page.InputSelect, Width: "half", Options: idTypes()},
		{Name: "agent_id", Label: "person.id", Max: 40, Width: "half"},
		{Name: "agent_name", Label: "intake.agent-name", Max: 200, Width: "half"},
		{Name: "agent_contact", Label: "person.contact", Kind: page.InputTel, Mode: "tel", Max: 60, Width: "half"}}, typed)
}

// fewChoices is how many choices are shown beside each other: one key each.
const fewChoices = 4

// guideFields is the form that the guide wants filled in; an item without one
// has a field for what is applied for.
func guideFields(typed url.Values, g *protocol.Guide) (fields []page.Field) {
	for _, f := range g.Form {
		field := page.Field{Name: "form-" + f.Name, Label: f.Name, Required: f.Required, Width: "half", Max: 500}
		switch f.Type {
		case "number":
			field.Mode = "decimal"
		case "date":
			field.Kind = page.InputDate
		case "choice":
			field.Kind, field.Max = page.InputRadio, 0
			if len(f.Options) > fewChoices {
				field.Kind, field.Options = page.InputSelect, []page.Option{{}}
			}
			for _, o := range f.Options {
				field.Options = append(field.Options, page.Option{Value: o, Label: o})
			}
		}
		fields = append(fields, field)
	}
	if len(fields) == 0 {
		fields = append(fields, page.Field{Name: "remarks", Label: "intake.remarks", Kind: page.InputArea, Rows: 2, Max: 2000})
	}
	return refill(fields, typed)
}

// all gives every field that can be wrong, in the order of the page.
func (f *intakeForm) all() (list []*page.Field) {
	for _, fields := range [][]page.Field{f.Kind, f.Person} {
		for i := range fields {
			list = append(list, &fields[i])
		}
	}
	for i := range f.Agent {
		list = append(list, &f.Agent[i])
	}
	list = append(list, &f.Mandate.File)
	for i := range f.Fields {
		list = append(list, &f.Fields[i])
	}
	for i := range f.Lines {
		list = append(list, &f.Lines[i].Presence, &f.Lines[i].File)
	}
	return append(list, &f.Window)
}

// mark puts errors beside their fields.
func (f *intakeForm) mark(wrong errorsOf) {
	for _, field := range f.all() {
		if field.Name != "" {
			field.Error = wrong[field.Name]
		}
	}
}

// Wrong lists the fields with an error, for the summary on top.
func (f *intakeForm) Wrong() (list []page.Field) {
	for _, field := range f.all() {
		if field.Error != "" {
			list = append(list, *field)
		}
	}
	return list
}

// reasons lists what keeps the form from being submitted.
func (f *intakeForm) reasons(wrong errorsOf) (list []reason) {
	for _, field := range f.all() {
		if why := wrong[field.Name]; field.Name != "" && why != "" {
			list = append(list, reason{field.ID(), field.Label, why})
		}
	}
	return list
}
