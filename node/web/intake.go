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

// What the buttons of an intake, and its script, ask for. Everything goes to
// the address of the form, so that a session that ends loses none of it.
const (
	askLive   = "live"   // the form as it stands: keep it and say what is missing
	askSave   = "save"   // the same, of a browser without script
	askUpload = "upload" // keep one file
	askGaps   = "gaps"   // everything that is missing, to print (D-02)
)

// itemOnForm reads the item and guide that an intake is about.
func itemOnForm(v *console.Visit) (*protocol.Item, *protocol.Guide, protocol.Record, error) {
	id := v.R.PathValue("item")
	i, _, err := console.Read[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: id})
	if err != nil {
		return nil, nil, protocol.Record{}, err
	}
	if why := closed(v, i); why != "" {
		return nil, nil, protocol.Record{}, &protocol.Fault{Code: protocol.Refused, Op: "intake", Rule: "C-02a", Text: v.T("intake.closed", v.Label(why))}
	}
	g, rec, err := console.Read[protocol.Guide](v.Records(), protocol.Ref{Kind: "guide", ID: id})
	return i, g, rec, err
}

// intake shows the form: what was typed when the session ended, a draft, or a
// new one (W-02).
func (w *Web) intake(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	if typed != nil {
		return w.renderIntake(v, typed, nil, http.StatusOK, page.Flash{Tone: page.Info, Text: "intake.restored"})
	}
	if id := v.R.FormValue("draft"); id != "" {
		d, ok, err := w.cfg.Drafts.Find(v.Author(), id)
		if err != nil {
			return err
		}
		if ok && d.Item == v.R.PathValue("item") {
			return w.renderIntake(v, url.Values(d.Form), nil, http.StatusOK, page.Flash{Tone: page.Info, Text: v.T("draft.restored", d.At)})
		}
	}
	return w.renderIntake(v, w.freshIntake(v), nil, http.StatusOK)
}

// freshIntake is a new form; the window is the one this browser served last.
func (w *Web) freshIntake(v *console.Visit) url.Values {
	window := v.Who.Login
	if c, err := v.R.Cookie(windowCookie); err == nil {
		if s, err := url.QueryUnescape(c.Value); err == nil && s != "" {
			window = s
		}
	}
	return url.Values{"window": {window}, "type": {"person"}, "id_type": {"citizen"}, "agent_id_type": {"citizen"}, "hand_over": {"on"}}
}

const windowCookie = "xy_window"

// receive takes the application in. Every error is shown at once beside its
// field; the same form sent twice is one case.
func (w *Web) receive(v *console.Visit) error {
	typed, wrong, err := w.readIntake(v)
	if err != nil {
		return err
	}
	act := typed.Get("act")
	typed.Del("act")
	if act == askUpload {
		return answerUpload(v, w, typed, wrong)
	}
	item, guide, rec, err := itemOnForm(v)
	if err != nil {
		return err
	}
	w.checkIntake(v, typed, item, guide, wrong)
	switch act {
	case askLive, askSave, askGaps:
		return w.keepIntake(v, typed, item, wrong, act)
	}
	hash := protocol.HashOf(rec.Body)
	if typed.Get("guide") != hash.String() {
		return w.renderIntake(v, typed, wrong, http.StatusConflict, page.Flash{Tone: page.Warn, Text: "intake.guide-changed", Rule: "C-02d"})
	}
	if len(wrong) > 0 {
		return w.renderIntake(v, typed, wrong, http.StatusUnprocessableEntity)
	}
	return w.takeIn(v, typed, item, guide, hash)
}

// keepIntake saves the draft and answers what the form was sent for.
func (w *Web) keepIntake(v *console.Visit, typed url.Values, item *protocol.Item, wrong errorsOf, act string) error {
	if err := w.saveDraft(v, typed, item); err != nil {
		return err
	}
	switch {
	case act == askGaps:
		return w.gapsPage(v, typed)
	case act == askLive:
		return w.renderIntake(v, typed, wrong, http.StatusOK)
	}
	return v.Done(draftAddress(v.R.PathValue("item"), typed.Get("nonce")), page.Good, "draft.saved")
}

func (w *Web) takeIn(v *console.Visit, typed url.Values, item *protocol.Item, guide *protocol.Guide, hash protocol.Hash) error {
	st, err := w.cfg.Reader.Status(v.Context())
	if err != nil {
		return err
	}
	form := formFields(typed, guide)
	got, err := w.cfg.Desk.Receive(v.Context(), v.Who, desk.Intake{Item: v.R.PathValue("item"), Guide: hash, Applicant: applicant(typed),
		Agent: agent(typed), ObjectKey: objectKey(typed, item, form), Form: form, Materials: answers(typed, guide, form), Window: typed.Get("window"),
		Offline: !st.Connected(), Nonce: typed.Get("nonce"), HandOver: item.Node != v.At() && typed.Get("hand_over") != ""})
	if f, refused := console.Refusal(err); refused {
		if f.Rule == "G-11" { // another application on a used form: what is sent next is a form of its own
			typed.Del("nonce")
		}
		return w.renderIntake(v, typed, nil, http.StatusConflict, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	if err := w.cfg.Drafts.Drop(v.Author(), typed.Get("nonce")); err != nil {
		w.cfg.Log.Warn("draft of a received case is left over", "case", got.Ref, "err", err) // the receipt must not fail for it
	}
	http.SetCookie(v.W, &http.Cookie{Name: windowCookie, Value: url.QueryEscape(typed.Get("window")), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteStrictMode})
	if got.Before {
		return v.Done("/cases/"+got.Ref.ID+"/receipt", page.Info, "intake.before", got.Case.ReceiptNo)
	}
	return v.Done("/cases/"+got.Ref.ID+"/receipt", page.Good, "intake.done", got.Case.ReceiptNo)
}

func (w *Web) renderIntake(v *console.Visit, typed url.Values, wrong errorsOf, status int, flash ...page.Flash) error {
	item, guide, rec, err := itemOnForm(v)
	if err != nil {
		return err
	}
	if typed.Get("nonce") == "" {
		typed.Set("nonce", rand.Text())
	}
	live := v.R.Method == http.MethodPost && status == http.StatusOK
	f, err := w.intakeForm(v, typed, item, guide, &rec)
	if err != nil {
		return err
	}
	if live { // what is missing is not an error yet
		f.Live, f.Blocked, f.Saved = true, f.reasons(wrong), v.Now()
	} else {
		f.mark(wrong)
	}
	return v.Render("intake", page.View{Title: item.Name, Active: "intake", Status: status, Flash: flash, Data: f})
}
