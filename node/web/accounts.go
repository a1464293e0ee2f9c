package web

import (
	"net/url"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) accountPages() {
	w.AccountPages(console.AccountOffice{Create: w.createAccount, Tokens: true})
	w.Handle("GET /accounts/{login}/disable", protocol.MayManageAccount, w.askDisable)
	w.Handle("POST /accounts/{login}/disable", protocol.MayManageAccount, w.disable)
}

func (w *Web) createAccount(v *console.Visit, n console.NewAccount) (string, error) {
	_, token, err := w.cfg.Desk.CreateAccount(v.Context(), v.Who, desk.NewAccount{Login: n.Login, Name: n.Name, Agency: n.Agency, Password: n.Password, Roles: n.Roles, Token: n.Token})
	return token, err
}

func (w *Web) askDisable(v *console.Visit) error { return w.renderDisable(v) }

func (w *Web) renderDisable(v *console.Visit, flash ...page.Flash) error {
	login := v.R.PathValue("login")
	a, _, err := console.Read[protocol.Account](v.Records(), protocol.Ref{Kind: "account", ID: protocol.AccountID(v.At(), login)})
	if err != nil {
		return err
	}
	f := page.Form{Action: "/accounts/" + url.PathEscape(login) + "/disable", Submit: "account.disable", Danger: true, Back: &page.Link{Label: "act.back", Href: "/accounts"}}
	if login == v.Who.Login {
		f.Blocked = []string{"account.not-self"}
	}
	view := page.View{Title: "account.disable", Active: "accounts", Flash: flash}
	if len(flash) > 0 {
		view.Status = 409
	}
	view.Data = page.Confirm{Question: "account.question", Consequence: "account.then", Form: f,
		Facts: []page.Fact{{Label: "account.login", Cell: page.Code(a.Login)}, {Label: "account.name", Cell: page.Word(a.Name)}, {Label: "console.state", Cell: page.State(console.State("account", a.State))}}}
	return v.Render(page.ConfirmPage, view)
}

func (w *Web) disable(v *console.Visit) error {
	login := v.R.PathValue("login")
	if login == v.Who.Login {
		return w.renderDisable(v, page.Flash{Tone: page.Bad, Text: "account.not-self"})
	}
	_, err := w.cfg.Desk.DisableAccount(v.Context(), v.Who, login)
	if f, refused := refusal(err); refused {
		return w.renderDisable(v, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/accounts", page.Good, "account.disabled", login)
}
