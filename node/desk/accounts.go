package desk

import (
	"context"

	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Account and AccountByToken make the desk the list of accounts of its gate.
func (d *Desk) Account(id string) (acc protocol.Account, ok bool, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		acc, ok, err = accountOf(tx, protocol.Ref{Kind: "account", ID: id})
		return err
	})
	return acc, ok, err
}

// AccountByToken finds the account with the hash of an API token.
func (d *Desk) AccountByToken(hash string) (acc protocol.Account, ok bool, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		for _, ref := range tx.ByKey("account", hash) {
			acc, ok, err = accountOf(tx, ref)
			return err
		}
		return nil
	})
	return acc, ok, err
}

func accountOf(tx *store.ReadTx, ref protocol.Ref) (protocol.Account, bool, error) {
	rec, ok, err := tx.Get(ref)
	if err != nil || !ok {
		return protocol.Account{}, false, err
	}
	acc, err := protocol.Load[protocol.Account](rec)
	if err != nil {
		return protocol.Account{}, false, err
	}
	return *acc, true, nil
}

// NewAccount is what an operator fills in. Token asks for an API token, which
// is shown once.
type NewAccount struct {
	Login, Name, Agency, Password string
	Roles                         []protocol.Role
	Token                         bool
}

// CreateAccount makes an account at this node. The first account of a node may
// be made by nobody (who is nil), on the node's own command line only.
func (d *Desk) CreateAccount(ctx context.Context, who *protocol.Account, n NewAccount) (rec protocol.Record, token string, err error) {
	by := "system"
	if who != nil {
		if err := d.may(who, protocol.MayManageAccount, ""); err != nil {
			return rec, "", err
		}
		by = By(who)
	}
	body := protocol.Account{Place: d.Node, Login: n.Login, Name: n.Name, Agency: n.Agency, Roles: n.Roles}
	if n.Password != "" {
		if body.Password, err = identity.HashPassword(n.Password); err != nil {
			return rec, "", err
		}
	}
	if n.Token {
		if token, err = identity.NewSecret(); err != nil {
			return rec, "", err
		}
		body.Tokens = []string{identity.HashSecret(token)}
	}
	rec, err = d.act(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "account", ID: protocol.AccountID(d.Node, n.Login)}, Act: "create", Body: body, By: by})
	return rec, token, err
}

// DisableAccount ends an account's rights at once.
func (d *Desk) DisableAccount(ctx context.Context, who *protocol.Account, login string) (protocol.Record, error) {
	if err := d.may(who, protocol.MayManageAccount, ""); err != nil {
		return protocol.Record{}, err
	}
	ref := protocol.Ref{Kind: "account", ID: protocol.AccountID(d.Node, login)}
	return d.act(ctx, protocol.Draft{Ref: ref, Act: "disable", Body: protocol.Account{}, By: By(who)})
}
