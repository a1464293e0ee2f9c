package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"

	"xiangyun/node/desk"
	"xiangyun/protocol"
)

// A node with many cases (C1): one in openEvery is still open, the others were
// taken back; one in dearEvery is of one person (number 0), the others of a person each.
const (
	openEvery = 20
	dearEvery = 1000
)

const password = "bench-password"

// fill takes cases in at 64 windows, as windows do.
func (r *nodeRole) fill(ctx context.Context, l load) (done, error) {
	who := account(r.n.ID())
	var mu sync.Mutex
	return l.each(ctx, func(ctx context.Context, n uint64) error {
		got, err := r.n.Desk().Receive(ctx, who, desk.Intake{Item: l.Item, Nonce: fmt.Sprintf("%s-%d", l.Run, n), Window: "综合受理 3 号窗口",
			Applicant: person(n), Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "present"}, {Line: "m3", Presence: "present"}}})
		if err != nil {
			return err
		}
		if n%openEvery == 0 {
			mu.Lock()
			r.open = append(r.open, got.Ref.ID)
			mu.Unlock()
			return nil
		}
		_, err = r.n.Desk().Do(ctx, who, desk.CaseAct{Case: got.Ref, Seen: got.Rev}, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "不再需要"}})
		return err
	})
}

// person is the applicant of case n.
func person(n uint64) protocol.Applicant {
	if n%dearEvery == 0 {
		n = 0
	}
	a := applicant
	a.Name, a.ID = fmt.Sprintf("申请人%d", n), citizen(n)
	return a
}

// citizen makes a valid citizen number (GB 11643) of a number: 1000 people for
// each of 36,500 birthdays.
func citizen(n uint64) string {
	day := protocol.Day{Year: 1920, Month: 1, Dom: 1}.Add(int(n / 1000 % 36500))
	body := fmt.Sprintf("220102%04d%02d%02d%03d", day.Year, day.Month, day.Dom, n%1000)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

// served is where the node's pages and API are, and whom to log in as.
type served struct{ URL, Login, Password string }

// door opens the node's pages and API on a port, with an account for them.
func (r *nodeRole) door(ctx context.Context, _ none) (s served, err error) {
	handler, err := r.n.Handler()
	if err != nil {
		return s, err
	}
	_, _, err = r.n.Desk().CreateAccount(ctx, nil, desk.NewAccount{Login: "bench", Name: "窗口", Password: password,
		Roles: []protocol.Role{protocol.RoleClerk, protocol.RoleAcceptor, protocol.RoleDecider}})
	if err != nil {
		return s, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return s, err
	}
	server := &http.Server{Handler: handler}
	go func() {
		if err := server.Serve(l); err != nil {
			r.gate.Close() // the node ends with it
		}
	}()
	return served{"http://" + l.Addr().String(), "bench", password}, nil
}

// opened gives the ids of cases that are open.
func (r *nodeRole) opened(context.Context, none) ([]string, error) { return r.open, nil }
