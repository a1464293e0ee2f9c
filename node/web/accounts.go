package web

import (
	"xiangyun/node/desk"
	"xiangyun/protocol/console"
)

// accounts makes and ends the accounts of this node.
func (w *Web) accounts() console.AccountOffice {
	return console.AccountOffice{Create: w.createAccount, Tokens: true, Disable: w.disableAccount}
}

func (w *Web) createAccount(v *console.Visit, n console.NewAccount) (string, error) {
	_, token, err := w.cfg.Desk.CreateAccount(v.Context(), v.Who,
		desk.NewAccount{Login: n.Login, Name: n.Name, Agency: n.Agency, Password: n.Password,
			Roles: n.Roles, Token: n.Token})
	return token, err
}

func (w *Web) disableAccount(v *console.Visit, login string) error {
	_, err := w.cfg.Desk.DisableAccount(v.Context(), v.Who, login)
	return err
}
