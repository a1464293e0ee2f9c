package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"xiangyun/hub"
	"xiangyun/node"
	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// province is three hub servers, two nodes and one client, each a process.
type province struct {
	dir    string
	addrs  []string
	hubs   []*child
	nodes  map[protocol.NodeID]*child
	client *child
	item   string
}

// The nodes that stay up: one receives cases, the other decides them.
const (
	taker   protocol.NodeID = "yanbian"
	decider protocol.NodeID = "changchun"
)

const servers, identities = 3, 4

// found starts everything and publishes one service item.
func found(ctx context.Context, dir string) (p *province, err error) {
	p = &province{dir: dir, nodes: make(map[protocol.NodeID]*child), item: protocol.ItemID(serviceItem(uscc(1)).Item.ImplCode, 1)}
	for i := range servers {
		if err := p.addHub(ctx, i); err != nil {
			return p, fmt.Errorf("hub server %d: %w", i+1, err)
		}
	}
	for _, id := range []protocol.NodeID{taker, decider} {
		if err := p.enroll(ctx, id, string(id)); err != nil {
			return p, err
		}
		if err := p.startNode(id); err != nil {
			return p, err
		}
	}
	for i := range identities {
		if err := p.enroll(ctx, protocol.NodeID(fmt.Sprintf("writer%d", i)), fmt.Sprintf("client/w%d", i)); err != nil {
			return p, err
		}
	}
	if p.client, err = start(dir, "client", "client", "--dir", filepath.Join(dir, "client")); err != nil {
		return p, err
	}
	return p, p.publish(ctx)
}

func (p *province) addHub(ctx context.Context, i int) error {
	id := protocol.NodeID(fmt.Sprintf("hub%d", i+1))
	dir, addr, err := filepath.Join(p.dir, string(id)), "", error(nil)
	if addr, err = freeAddr(); err != nil {
		return err
	}
	if i == 0 {
		err = hub.Init(dir, id, time.Now)
	} else {
		err = p.join(ctx, id, dir, addr)
	}
	if err != nil {
		return err
	}
	c, err := start(p.dir, string(id), "hub", "--dir", dir, "--listen", addr)
	if err != nil {
		return err
	}
	p.hubs, p.addrs = append(p.hubs, c), append(p.addrs, addr)
	return p.until(ctx, "vote of "+string(id), func() (bool, error) {
		leader, l, err := p.leader(ctx)
		return leader >= 0 && l.Voters == i+1, err
	})
}

func (p *province) join(ctx context.Context, id protocol.NodeID, dir, addr string) error {
	token, err := p.token(ctx, protocol.RoleServer, id)
	if err != nil {
		return err
	}
	_, err = hub.Join(ctx, hub.Joining{Dir: dir, Token: token, Server: p.addrs[0], Advertise: addr}, link.Options{})
	return err
}

// freeAddr finds a UDP port on loopback that nobody has now.
func freeAddr() (string, error) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return pc.LocalAddr().String(), pc.Close()
}

// leader finds the leading server, -1 when there is none.
func (p *province) leader(ctx context.Context) (i int, l leadership, err error) {
	for i, c := range p.hubs {
		if err := c.ask(ctx, "leader", none{}, &l); err != nil {
			return -1, l, err
		}
		if l.Leader != "" && l.ID == l.Leader {
			return i, l, nil
		}
	}
	return -1, l, nil
}

// lead gives the leading server once there is one.
func (p *province) lead(ctx context.Context) (c *child, addr string, err error) {
	err = p.until(ctx, "a leader", func() (bool, error) {
		i, _, err := p.leader(ctx)
		if i >= 0 {
			c, addr = p.hubs[i], p.addrs[i]
		}
		return i >= 0, err
	})
	return c, addr, err
}

func (p *province) token(ctx context.Context, role string, id protocol.NodeID) (text string, err error) {
	c, _, err := p.lead(ctx)
	if err != nil {
		return "", err
	}
	return text, c.ask(ctx, "token", tokenArgs{role, id}, &text)
}

// enroll takes a place in over the normal path of tokens.
func (p *province) enroll(ctx context.Context, id protocol.NodeID, dir string) error {
	token, err := p.token(ctx, protocol.RoleNode, id)
	if err != nil {
		return err
	}
	dir = filepath.Join(p.dir, dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, err = node.Enroll(ctx, node.Enrolment{Dir: dir, Token: token, Server: p.addrs[0], Now: time.Now})
	return err
}

func (p *province) startNode(id protocol.NodeID, more ...string) (err error) {
	p.nodes[id], err = start(p.dir, string(id), "node", append([]string{"--dir", filepath.Join(p.dir, string(id))}, more...)...)
	return err
}

// publish brings agency, calendars and the item to every node.
func (p *province) publish(ctx context.Context) error {
	c, _, err := p.lead(ctx)
	if err != nil {
		return err
	}
	agency := protocol.Agency{USCC: uscc(1), Name: "民政局", Node: decider}
	if err := errors.Join(c.ask(ctx, "agency", agency, nil), c.ask(ctx, "calendar", none{}, nil)); err != nil {
		return err
	}
	var request protocol.Ref
	if err := p.nodes[decider].ask(ctx, "file", agency.USCC, &request); err != nil {
		return err
	}
	if err := p.holds(ctx, c, request); err != nil {
		return err
	}
	if err := c.ask(ctx, "publish", request, nil); err != nil {
		return err
	}
	for _, kind := range []protocol.KindName{"item", "guide"} {
		if err := p.holds(ctx, p.nodes[taker], protocol.Ref{Kind: kind, ID: p.item}); err != nil {
			return err
		}
	}
	return p.holds(ctx, p.nodes[taker], protocol.Ref{Kind: "agency", ID: agency.USCC})
}

func (p *province) holds(ctx context.Context, c *child, ref protocol.Ref) error {
	return p.until(ctx, ref.String()+" at "+c.name, func() (ok bool, err error) { return ok, c.ask(ctx, "has", ref, &ok) })
}

// until asks again and again, for half a minute.
func (p *province) until(ctx context.Context, what string, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if yes, err := ok(); yes || err != nil {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("no %s within 30 s", what)
		}
	}
}

// all lists every process.
func (p *province) all() []*child {
	list := append([]*child(nil), p.hubs...)
	for _, id := range []protocol.NodeID{taker, decider} {
		if c := p.nodes[id]; c != nil {
			list = append(list, c)
		}
	}
	if p.client != nil {
		list = append(list, p.client)
	}
	return list
}

// close stops nodes and client first, so that they do not miss their hub.
func (p *province) close() error {
	var errs []error
	if p.client != nil {
		errs = append(errs, p.client.stop())
	}
	for _, c := range p.nodes {
		errs = append(errs, c.stop())
	}
	for i := len(p.hubs) - 1; i >= 0; i-- {
		errs = append(errs, p.hubs[i].stop())
	}
	return errors.Join(errs...)
}
