package web

import (
	"crypto/rand"
	"net/http"
	"net/url"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// An intake is one form: the item's guide decides its lines. What was typed, and
// the scans that are stored already, survive errors, a new guide version and an
// ended session.
type intakeForm struct {
	Action    string
	Nonce     string
	Guide     string
	Item      *protocol.Item
	ItemID    string
	Fields    []page.Field
	Lines     []intakeLine
	Cross     bool // another place decides
	HandOver  page.Field
	HandledAt string
	Limits    []page.Fact
}

// intakeLine is one material with what was found of it at the counter.
type intakeLine struct {
	protocol.MaterialLine
	Number   int
	Badge    page.Badge
	Details  string
	Presence page.Field
	File     page.Field
	Scans    []Scan // stored already
}

// Wrong lists the fields with an error, for the summary on top.
func (f *intakeForm) Wrong() []page.Field {
	all := page.Form{Fields: f.Fields}.Wrong()
	for _, l := range f.Lines {
		all = append(all, page.Form{Fields: []page.Field{l.Presence, l.File}}.Wrong()...)
	}
	return all
}

// errorsOf names what is wrong, by field.
type errorsOf map[string]string

func presenceName(line string) string { return "line-" + line }
func fileName(line string) string     { return "file-" + line }
func scansName(line string) string    { return "scan-" + line }

// itemOnForm reads the item and guide that an intake is about.
func itemOnForm(v *console.Visit) (*protocol.Item, *protocol.Guide, protocol.Hash, error) {
	id := v.R.PathValue("item")
	i, _, err := console.Read[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: id})
	if err != nil {
		return nil, nil, protocol.Hash{}, err
	}
	if why := closed(v, i); why != "" {
		return nil, nil, protocol.Hash{}, &protocol.Fault{Code: protocol.Refused, Op: "intake", Rule: "C-02a", Text: v.T("intake.closed", v.Label(why))}
	}
	g, rec, err := console.Read[protocol.Guide](v.Records(), protocol.Ref{Kind: "guide", ID: id})
	return i, g, protocol.HashOf(rec.Body), err
}

func (w *Web) intake(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	var flash []page.Flash
	if typed == nil {
		typed = url.Values{"window": {v.Who.Login}, "type": {"person"}, "id_type": {"citizen"}, "hand_over": {"on"}}
	} else {
		flash = append(flash, page.Flash{Tone: page.Info, Text: "intake.restored"})
	}
	return w.renderIntake(v, typed, nil, http.StatusOK, flash...)
}

// receive takes the application in. Every error is shown at once beside its
// field; the same form sent twice is one case.
func (w *Web) receive(v *console.Visit) error {
	typed, wrong, err := w.readIntake(v)
	if err != nil {
		return err
	}
	item, guide, hash, err := itemOnForm(v)
	if err != nil {
		return err
	}
	w.checkIntake(v, typed, guide, wrong)
	if typed.Get("guide") != hash.String() {
		return w.renderIntake(v, typed, wrong, http.StatusConflict, page.Flash{Tone: page.Warn, Text: "intake.guide-changed", Rule: "C-02d"})
	}
	if len(wrong) > 0 {
		return w.renderIntake(v, typed, wrong, http.StatusUnprocessableEntity)
	}
	st, err := w.cfg.Reader.Status(v.Context())
	if err != nil {
		return err
	}
	got, err := w.cfg.Desk.Receive(v.Context(), v.Who, desk.Intake{Item: v.R.PathValue("item"), Guide: hash, Applicant: applicant(typed),
		Form:      remarks(typed),
		Materials: answers(typed, guide), Window: typed.Get("window"), Offline: !st.Connected(), Nonce: typed.Get("nonce"),
		HandOver: item.Node != v.At() && typed.Get("hand_over") != ""})
	if f, refused := console.Refusal(err); refused {
		if f.Rule == "G-11" { // another application on a used form: what is sent next is a form of its own
			typed.Del("nonce")
		}
		return w.renderIntake(v, typed, wrong, http.StatusConflict, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	if got.Before {
		return v.Done("/cases/"+got.Ref.ID+"/receipt", page.Info, "intake.before", got.Case.ReceiptNo)
	}
	return v.Done("/cases/"+got.Ref.ID+"/receipt", page.Good, "intake.done", got.Case.ReceiptNo)
}

func (w *Web) renderIntake(v *console.Visit, typed url.Values, wrong errorsOf, status int, flash ...page.Flash) error {
	item, guide, hash, err := itemOnForm(v)
	if err != nil {
		return err
	}
	f := &intakeForm{Action: v.R.URL.Path, Nonce: typed.Get("nonce"), Guide: hash.String(), Item: item, ItemID: v.R.PathValue("item"),
		Fields: intakeFields(typed, wrong), Cross: item.Node != v.At(), HandledAt: v.Place(item.Node)}
	if f.Nonce == "" {
		f.Nonce = rand.Text()
	}
	f.HandOver = page.Field{Name: "hand_over", Label: v.T("intake.hand-over", f.HandledAt), Kind: page.InputCheck, Value: typed.Get("hand_over"),
		Help: "intake.hand-over-help"}
	f.Limits = []page.Fact{{Label: "item.agency", Cell: page.Word(item.AgencyName).Under(f.HandledAt)},
		{Label: "item.promise", Cell: page.Word(v.Limit(item.Promise))},
		{Label: "item.legal", Cell: page.Word(v.Limit(item.Legal))}, {Label: "item.conditions", Cell: page.Word(item.Conditions)}}
	for n, l := range guide.Lines {
		line, err := w.intakeLine(v, n, l, typed, wrong)
		if err != nil {
			return err
		}
		f.Lines = append(f.Lines, line)
	}
	return v.Render("intake", page.View{Title: item.Name, Active: "intake", Status: status, Flash: flash, Data: f})
}

func (w *Web) intakeLine(v *console.Visit, n int, l protocol.MaterialLine, typed url.Values, wrong errorsOf) (intakeLine, error) {
	line := intakeLine{MaterialLine: l, Number: n + 1, Badge: console.Necessity(l.Necessity), Details: v.MaterialDetails(&l),
		Presence: page.Field{Name: presenceName(l.ID), Label: l.Name, Kind: page.InputRadio, Value: typed.Get(presenceName(l.ID)), Required: true,
			Error: wrong[presenceName(l.ID)]},
		File: page.Field{Name: fileName(l.ID), Label: v.T("intake.scan-of", l.Name), Kind: page.InputFile,
			Accept: "image/jpeg,image/png,application/pdf", Error: wrong[fileName(l.ID)]}}
	for _, p := range presences(&l) {
		line.Presence.Options = append(line.Presence.Options, page.Option{Value: p, Label: "presence." + p})
	}
	for _, id := range typed[scansName(l.ID)] {
		s, err := w.cfg.Scans.Find(v.Context(), id)
		if protocol.CodeOf(err) == protocol.Gone {
			continue // planted, or dropped because the form lay too long
		}
		if err != nil {
			return line, err
		}
		if ownScan(v, &s) {
			line.Scans = append(line.Scans, s)
		}
	}
	return line, nil
}

// ownScan keeps a form from citing somebody else's files by guessing ids.
func ownScan(v *console.Visit, s *Scan) bool {
	return s.By == v.Author() && s.Owner == (protocol.Ref{})
}

// presences are the answers a guide's line allows: only what may follow later
// may be owed (C-10b).
func presences(l *protocol.MaterialLine) []string {
	if l.Necessity == "deferrable" {
		return []string{"present", "owed", "missing", "exempt"}
	}
	return []string{"present", "missing", "exempt"}
}
