package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEveryUseCaseAsksForItsRight tries every use-case with every role that
// lacks it, with a stranger, a disabled account and with nobody.
func TestEveryUseCaseAsksForItsRight(t *testing.T) {
	o := newOffice(t)
	in := o.receive(itemHere, "rights").Ref
	set := o.submitted(entry(1, 1))
	how := protocol.Delivery{Recipient: "申请人甲", Way: "counter"}
	act := CaseAct{Case: in}
	for _, u := range []struct {
		name string
		may  []protocol.Role
		own  bool // only for the account's own agency
		do   func(ctx context.Context, who *protocol.Account) error
	}{
		{"receive", roles(protocol.RoleClerk, protocol.RoleAcceptor), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Receive(ctx, who, form(itemHere, "x"))
			return err
		}},
		{"hand over", roles(protocol.RoleClerk, protocol.RoleAcceptor), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Do(ctx, who, act, "hand_over", protocol.Case{})
			return err
		}},
		{"accept", roles(protocol.RoleAcceptor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Do(ctx, who, act, "accept", protocol.Case{})
			return err
		}},
		{"refuse", roles(protocol.RoleAcceptor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Do(ctx, who, act, "refuse", protocol.Case{Decision: &protocol.Decision{}})
			return err
		}},
		{"grant", roles(protocol.RoleDecider, protocol.RoleLeader), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Do(ctx, who, act, "grant", protocol.Case{Decision: &protocol.Decision{}})
			return err
		}},
		{"deliver", roles(protocol.RoleClerk, protocol.RoleAcceptor, protocol.RoleDecider), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Do(ctx, who, act, "deliver", protocol.Case{Delivery: &how})
			return err
		}},
		{"withdraw", roles(protocol.RoleClerk, protocol.RoleAcceptor), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.Do(ctx, who, act, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "本人申请"}})
			return err
		}},
		{"submit catalogue", roles(protocol.RoleEditor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.SubmitCatalog(ctx, who, "样例批次", []EntryDraft{entry(2, 1)})
			return err
		}},
		{"first review", roles(protocol.RoleReviewer), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.FirstReview(ctx, who, set.Ref)
			return err
		}},
		{"withdraw changeset", roles(protocol.RoleEditor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.WithdrawChangeset(ctx, who, set.Ref)
			return err
		}},
		{"file item", roles(protocol.RoleEditor), true, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.FileItem(ctx, who, filing(ours, here))
			return err
		}},
		{"disable account", roles(protocol.RoleOperator), false, func(ctx context.Context, who *protocol.Account) error {
			_, err := o.DisableAccount(ctx, who, "clerk")
			return err
		}},
		{"create account", roles(protocol.RoleOperator), false, func(ctx context.Context, who *protocol.Account) error {
			if who == nil {
				who = &protocol.Account{} // nobody is the node's own command line
			}
			_, _, err := o.CreateAccount(ctx, who, NewAccount{Login: "x1", Name: "岗位", Roles: roles(protocol.RoleClerk)})
			return err
		}},
	} {
		before := o.written()
		for name, who := range outsiders(u.may, u.own) {
			if err := u.do(t.Context(), who); protocol.CodeOf(err) != protocol.Denied {
				t.Errorf("%s by %s: %v, want denied", u.name, name, err)
			}
		}
		if o.written() != before {
			t.Errorf("%s was denied and wrote %d lines", u.name, o.written()-before)
		}
	}
}

func roles(list ...protocol.Role) []protocol.Role { return list }

// outsiders are all accounts that lack a right.
func outsiders(may []protocol.Role, own bool) map[string]*protocol.Account {
	list := map[string]*protocol.Account{"nobody": nil}
	for _, r := range protocol.Roles {
		if !slices.Contains(may, r.Role) {
			list[string(r.Role)] = person("p", ours, r.Role)
		}
	}
	stranger, disabled, other := person("p", ours, may...), person("p", ours, may...), person("p", theirs, may...)
	stranger.Place, disabled.State = there, protocol.AccountDisabled
	list["an account of another place"], list["a disabled account"] = stranger, disabled
	if own {
		list["another agency"] = other
	}
	return list
}

func ruleOf(err error) string {
	var f *protocol.Fault
	if errors.As(err, &f) {
		return f.Rule
	}
	return ""
}

func TestAccounts(t *testing.T) {
	o := newOffice(t)
	_, token, err := o.CreateAccount(t.Context(), nil, NewAccount{Login: "operator", Name: "运维岗", Password: "a good password", Roles: roles(protocol.RoleOperator), Token: true})
	o.must(err)
	a, ok, err := o.AccountByToken(identity.HashSecret(token))
	if err != nil || !ok || a.Login != "operator" || a.Place != here || strings.Contains(fmt.Sprint(a), token) {
		t.Errorf("by token: %+v %v %v", a, ok, err)
	}
	if _, _, err := o.CreateAccount(t.Context(), operator, NewAccount{Login: "operator", Name: "运维岗", Roles: roles(protocol.RoleClerk)}); protocol.CodeOf(err) != protocol.Refused {
		t.Errorf("a second of that name: %v", err)
	}
	_, err = o.DisableAccount(t.Context(), operator, "operator")
	o.must(err)
	if _, ok, err := o.AccountByToken(identity.HashSecret(token)); ok || err != nil {
		t.Errorf("the token of a disabled account: %v %v", ok, err)
	}
	if a, ok, err := o.Account("yanbian:operator"); err != nil || !ok || a.State != protocol.AccountDisabled {
		t.Errorf("%+v %v %v", a, ok, err)
	}
	if _, ok, err := o.Account("yanbian:none"); ok || err != nil {
		t.Errorf("nobody: %v %v", ok, err)
	}
}
