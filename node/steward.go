package node

import (
	"context"
	"errors"
	"time"

	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/replication"
)

// stewardRetry is how long the steward waits after it could not act; clockLook is
// how often it looks at what the clock brought about.
const (
	stewardRetry = time.Second
	clockLook    = 15 * time.Second
)

// steward signs for what arrives, answers what other windows ask and records what
// the law does by itself, as the store changes and as time goes by. A node that is
// frozen does nothing.
func (n *Node) steward(ctx context.Context) error {
	changes := n.store.Changes()
	defer changes.Close()
	waiting, err := n.desk.Waiting(ctx)
	looked := time.Now()
	for err == nil {
		again := false
		if again, err = n.attend(ctx, waiting); err == nil {
			waiting, err = n.waiting(ctx, changes, again, &looked)
		}
	}
	return ignoreCanceled(ctx, err)
}

// attend sees to what waits. again says that it could not: a full disk, or a
// node that is frozen or has only just been enrolled again.
func (n *Node) attend(ctx context.Context, waiting []protocol.Ref) (again bool, err error) {
	if n.store.Frozen() != nil {
		return true, nil
	}
	err = n.desk.Steward(ctx, waiting)
	switch protocol.CodeOf(err) {
	case protocol.Full, protocol.Busy, protocol.Fenced, protocol.Fork, protocol.Frozen, protocol.Twin:
		n.log.Warn("steward could not act", "err", err)
		return true, nil
	}
	return false, err
}

// waiting gives what changed, or, after a failure, all that waits: nothing that
// was named once may be forgotten.
func (n *Node) waiting(ctx context.Context, changes *store.Changes, again bool, looked *time.Time) ([]protocol.Ref, error) {
	if again {
		for first := true; first || n.store.Frozen() != nil; first = false {
			select {
			case <-time.After(stewardRetry):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		return n.desk.Waiting(ctx)
	}
	soon, cancel := context.WithDeadline(ctx, looked.Add(clockLook))
	defer cancel()
	refs, err := changes.Next(soon)
	if protocol.CodeOf(err) == protocol.Gap {
		return n.desk.Waiting(ctx)
	}
	if soon.Err() == nil || ctx.Err() != nil {
		return refs, err
	}
	*looked = time.Now()
	due, _, err := n.desk.Due(ctx)
	return append(refs, due...), err
}

func ignoreCanceled(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// renewEvery is how often a node looks at its certificate.
const renewEvery = time.Minute

// renewals keeps the certificate fresh while the hub can be reached; an expired
// one may still be renewed with the key it belongs to.
func (n *Node) renewals(ctx context.Context) error {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		if n.holder.NeedsRenewal(n.cfg.Now()) {
			if err := n.renew(ctx); err != nil {
				n.log.Warn("certificate not renewed, will try again", "until", n.holder.Self().NotAfter, "err", err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (n *Node) renew(ctx context.Context) error {
	csr, err := identity.Request(n.holder.Bundle().Key, n.place.Node)
	if err != nil {
		return err
	}
	last := error(protocol.NewFault(protocol.Gone, "renew", "没有省级服务器地址"))
	for _, server := range n.Servers() {
		s, err := n.end.Dial(ctx, server.Addr, identity.ALPNEnroll, "", identity.RoleHub)
		if err != nil {
			last = err
			continue
		}
		answer, err := replication.AskEnroll(ctx, s, replication.EnrollAsk{CSR: csr})
		s.Close(0, "renewed")
		if err == nil {
			return n.take(answer)
		}
		last = err
	}
	return last
}

func (n *Node) take(answer replication.EnrollAnswer) error {
	leaf, roots, err := identity.ParseChain(answer.Chain)
	if err != nil {
		return err
	}
	b := identity.Bundle{Key: n.holder.Bundle().Key, Leaf: leaf, Roots: roots}
	if err := b.Save(n.path(secretDir)); err != nil {
		return err
	}
	n.log.Info("certificate renewed", "until", leaf.NotAfter)
	return n.holder.Swap(b)
}
