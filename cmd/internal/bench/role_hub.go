package main

import (
	"context"
	"flag"
	"log/slog"
	"os"

	"xiangyun/hub"
	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// operator is the account under which the measured province is set up.
var operator = &protocol.Account{Place: protocol.Hub, Login: "operator", Name: "运维岗", State: protocol.AccountActive,
	Roles: []protocol.Role{protocol.RoleOperator, protocol.RoleReviewer}}

// hubRole is a hub server that takes orders.
type hubRole struct{ s *hub.Server }

func playHub(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("hub", flag.ContinueOnError)
	dir, listen := f.String("dir", "", "folder"), f.String("listen", "", "UDP address")
	if err := f.Parse(args); err != nil {
		return err
	}
	pc, err := link.ListenUDP(*listen)
	if err != nil {
		return err
	}
	defer pc.Close()
	s, err := hub.Open(hub.Config{Dir: *dir, Advertise: pc.LocalAddr().String(), Socket: pc, Build: "bench", Log: childLog()})
	if err != nil {
		return err
	}
	h := hubRole{s}
	return together(ctx, s.Run, map[string]verb{
		"leader": does(h.leader), "token": does(h.token), "agency": does(h.agency), "calendar": does(h.calendar),
		"publish": does(h.publish), "has": does(h.has),
	})
}

func childLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// leadership is who leads and how many vote, as one server sees it.
type leadership struct {
	ID, Leader protocol.NodeID
	Voters     int
}

func (h hubRole) leader(context.Context, none) (l leadership, err error) {
	l = leadership{ID: h.s.ID(), Leader: h.s.Leader()}
	for _, m := range h.s.Members() {
		if m.Voter {
			l.Voters++
		}
	}
	return l, nil
}

type tokenArgs struct {
	Role string
	ID   protocol.NodeID
}

func (h hubRole) token(ctx context.Context, a tokenArgs) (string, error) {
	if a.Role == protocol.RoleNode {
		if _, err := h.s.PlanNode(ctx, operator, protocol.Node{ID: a.ID, Name: "节点 " + string(a.ID)}); err != nil {
			return "", err
		}
	}
	t, err := h.s.IssueToken(ctx, operator, a.Role, a.ID)
	return t.Text, err
}

func (h hubRole) agency(ctx context.Context, a protocol.Agency) (none, error) {
	_, err := h.s.RegisterAgency(ctx, operator, a)
	return none{}, err
}

func (h hubRole) calendar(ctx context.Context, _ none) (none, error) {
	for _, year := range protocol.CalendarHistory() {
		if _, err := h.s.PublishCalendar(ctx, operator, year); err != nil {
			return none{}, err
		}
	}
	return none{}, nil
}

func (h hubRole) publish(ctx context.Context, request protocol.Ref) (none, error) {
	_, err := h.s.Publish(ctx, operator, request)
	return none{}, err
}

func (h hubRole) has(_ context.Context, ref protocol.Ref) (bool, error) {
	_, ok, err := h.s.Get(ref)
	return ok, err
}
