package console

import (
	"errors"
	"net/url"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// NewAccount is what an operator fills in.
type NewAccount struct {
	Login, Name, Agency, Password string
	Roles                         []protocol.Role
	Token                         bool // an API token, shown once
}

// AccountOffice makes accounts for a console.
type AccountOffice struct {
	// Create makes the account and gives its API token when one was asked for.
	Create func(v *Visit, n NewAccount) (token string, err error)
	Tokens bool // whether API tokens are given here
	// Disable ends an account's rights at once; nil when that is not done here.
	Disable func(v *Visit, login string) error
}

// AccountPages adds the list of accounts and the form for a new one.
func (c *Console) AccountPages(o AccountOffice) {
	c.Handle("GET /accounts", protocol.MayManageAccount, listAccounts)
	c.Handle("GET /accounts/new", protocol.MayManageAccount, func(v *Visit) error {
		typed, err := v.Form()
		if err != nil {
			return err
		}
		return o.render(v, typed, nil)
	})
	c.Handle("POST /accounts/new", protocol.MayManageAccount, o.make)
	if o.Disable != nil {
		c.Handle("GET /accounts/{login}/disable", protocol.MayManageAccount, func(v *Visit) error { return askDisable(v) })
		c.Handle("POST /accounts/{login}/disable", protocol.MayManageAccount, o.disable)
	}
}

func accountList(disable bool) List {
	l := List{Kind: "account", Family: "account", Start: protocol.AccountActive, Hint: "accounts.hint", Caption: "nav.accounts",
		States: []string{protocol.AccountActive, protocol.AccountDisabled},
		Cols: []page.Col{{Label: "account.login", Short: true}, {Label: "account.name"}, {Label: "account.roles"}, {Label: "account.agency"},
			{Label: "console.state", Short: true}}}
	if disable {
		l.Cols = append(l.Cols, page.Col{Label: "account.change", Short: true})
	}
	l.Row = func(v *Visit, h Hit, t *page.Table) error {
		a, _, err := Read[protocol.Account](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		roles := ""
		for i, r := range a.Roles {
			if i > 0 {
				roles += v.T("console.and")
			}
			roles += v.T("role." + string(r))
		}
		row := t.Add(page.Code(a.Login), page.Word(a.Name), page.Word(roles), page.Word(v.Agency(a.Agency)), page.State(State("account", a.State)))
		if disable && a.State == protocol.AccountActive {
			row.Cells = append(row.Cells, page.Goto(v.T("account.disable"), "/accounts/"+url.PathEscape(a.Login)+"/disable"))
		}
		return nil
	}
	return l
}

func listAccounts(v *Visit) error {
	l := accountList(v.Console.shows("GET /accounts/{login}/disable"))
	l.Fixed = []protocol.Facet{{Name: "place", Value: string(v.At())}} // the hub holds those of every place
	s, err := l.Section(v)
	if err != nil {
		return err
	}
	sheet := Sheet{Sections: []Section{s}, Actions: []Action{{Label: "account.new", Href: "/accounts/new", Primary: true, Hotkey: "n"}}}
	return v.Show(page.View{Title: "nav.accounts", Active: "accounts"}, sheet)
}

func (o *AccountOffice) make(v *Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	n := NewAccount{Login: typed.Get("login"), Name: typed.Get("name"), Agency: protocol.NormalizeCode(typed.Get("agency")),
		Password: typed.Get("password"), Token: o.Tokens && typed.Get("token") != ""}
	for _, r := range typed["roles"] {
		n.Roles = append(n.Roles, protocol.Role(r))
	}
	wrong := checkAccount(v, &n)
	if len(wrong) > 0 {
		return o.render(v, typed, wrong)
	}
	token, err := o.Create(v, n)
	var f *protocol.Fault
	if errors.As(err, &f) && (f.Code == protocol.Refused || f.Code == protocol.Malformed) {
		return o.render(v, typed, nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	if token != "" {
		return v.Secret("account.token-title", "account.token-lead", token, "/accounts")
	}
	return v.Done("/accounts", page.Good, "account.created", n.Login)
}

// Secret shows something that is shown once: it must not travel in an address
// or a cookie, so it is the answer to the POST itself.
func (v *Visit) Secret(title, lead, secret, back string, more ...Section) error {
	s := Section{Title: title, Lead: lead, Facts: []page.Fact{{Label: "console.secret", Cell: page.Code(secret)}},
		Bar: []Action{{Label: "console.noted", Href: back, Primary: true}}}
	return v.Show(page.View{Title: title}, Sheet{Sections: append([]Section{s}, more...)})
}

func checkAccount(v *Visit, n *NewAccount) map[string]string {
	wrong := map[string]string{}
	if n.Login == "" {
		wrong["login"] = "account.no-login"
	}
	if n.Name == "" {
		wrong["name"] = "account.no-name"
	}
	if len(n.Roles) == 0 {
		wrong["roles"] = "account.no-role"
	}
	if n.Password == "" && !n.Token {
		wrong["password"] = "account.no-password"
	}
	if n.Agency != "" {
		if a, err := Find[protocol.Agency](v.Records(), protocol.Ref{Kind: "agency", ID: n.Agency}); err != nil || a == nil {
			wrong["agency"] = "account.no-agency"
		}
	}
	return wrong
}

func (o *AccountOffice) render(v *Visit, typed url.Values, wrong map[string]string, flash ...page.Flash) error {
	roles := page.Field{Name: "roles", Label: "account.roles", Kind: page.InputChecks, Required: true, Help: "account.roles-help"}
	for _, r := range protocol.Roles {
		roles.Options = append(roles.Options, page.Option{Value: string(r.Role), Label: "role." + string(r.Role),
			On: slices.Contains(typed["roles"], string(r.Role))})
	}
	f := page.Form{Action: "/accounts/new", Submit: "account.create", Back: &page.Link{Label: "act.back", Href: "/accounts"}, Fields: []page.Field{
		{Name: "login", Label: "account.login", Value: typed.Get("login"), Max: 32, Required: true, Width: "half", Help: "account.login-help",
			Focus: len(wrong) == 0},
		{Name: "name", Label: "account.name", Value: typed.Get("name"), Max: 60, Required: true, Width: "half"},
		roles,
		{Name: "agency", Label: "account.agency", Value: typed.Get("agency"), Max: 18, Width: "half", Help: "account.agency-help"},
		{Name: "password", Label: "account.password", Kind: page.InputPassword, Max: 128, Width: "half", Complete: "new-password",
			Help: "account.password-help", Required: !o.Tokens}}}
	if o.Tokens {
		f.Fields = append(f.Fields, page.Field{Name: "token", Label: "account.token", Kind: page.InputCheck, Value: typed.Get("token"),
			Help: "account.token-help"})
	}
	for i := range f.Fields {
		f.Fields[i].Error = wrong[f.Fields[i].Name]
	}
	view := page.View{Title: "account.new", Active: "accounts", Flash: flash}
	if len(wrong) > 0 || len(flash) > 0 {
		view.Status = 422
	}
	return v.Show(view, Sheet{Sections: []Section{{Form: &f}}})
}

func askDisable(v *Visit, flash ...page.Flash) error {
	login := v.R.PathValue("login")
	a, _, err := Read[protocol.Account](v.Records(), protocol.Ref{Kind: "account", ID: protocol.AccountID(v.At(), login)})
	if err != nil {
		return err
	}
	f := page.Form{Action: "/accounts/" + url.PathEscape(login) + "/disable", Submit: "account.disable", Danger: true,
		Back: &page.Link{Label: "act.back", Href: "/accounts"}}
	if login == v.Who.Login {
		f.Blocked = []string{"account.not-self"}
	}
	view := page.View{Title: "account.disable", Active: "accounts", Flash: flash}
	if len(flash) > 0 {
		view.Status = 409
	}
	view.Data = page.Confirm{Question: "account.question", Consequence: "account.then", Form: f,
		Facts: []page.Fact{{Label: "account.login", Cell: page.Code(a.Login)}, {Label: "account.name", Cell: page.Word(a.Name)},
			{Label: "console.state", Cell: page.State(State("account", a.State))}}}
	return v.Render(page.ConfirmPage, view)
}

func (o *AccountOffice) disable(v *Visit) error {
	login := v.R.PathValue("login")
	if login == v.Who.Login {
		return askDisable(v, page.Flash{Tone: page.Bad, Text: "account.not-self"})
	}
	err := o.Disable(v, login)
	if f, refused := Refusal(err); refused {
		return askDisable(v, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/accounts", page.Good, "account.disabled", login)
}
