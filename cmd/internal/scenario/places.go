package scenario

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"xiangyun/cmd/internal/client"
	"xiangyun/protocol"
)

// place reaches a node, or the hub through any server that runs.
func (s *stage) place(at protocol.NodeID) *client.Client {
	if at == protocol.Hub {
		return s.Hub()
	}
	return s.Node(at)
}

// record is one record as a place holds it. What is personal is kept back.
type record[T any] struct {
	ID    string
	Rev   uint64
	Home  protocol.NodeID
	Index uint64
	Body  T
}

func recordAt[T any](s *stage, at protocol.NodeID, kind, id string) (r record[T], err error) {
	return r, s.place(at).Call(s.ctx, "GET", "/api/v1/records/"+kind+"/"+url.PathEscape(id), nil, &r)
}

// settled waits until a place holds a record that is as it should be, and gives it.
func settled[T any](s *stage, at protocol.NodeID, kind, id, what string, ok func(*T) bool) (r record[T]) {
	s.soon(fmt.Sprintf("%s: %s/%s %s", at, kind, id, what), func() (done bool, err error) {
		r, err = recordAt[T](s, at, kind, id)
		return err == nil && ok(&r.Body), err
	})
	return r
}

// anyway is for settled: it is enough that the record is there.
func anyway[T any](*T) bool { return true }

// absent wants a place not to hold a record.
func (s *stage) absent(at protocol.NodeID, kind, id string) {
	_, err := recordAt[json.RawMessage](s, at, kind, id)
	if protocol.CodeOf(err) != protocol.Gone {
		s.fail("%s holds %s/%s (%v), want nothing", at, kind, id, err)
	}
}

// eventually waits until a case is at a place as it should be.
func (s *stage) eventually(at protocol.NodeID, id, what string, ok func(*protocol.Case) bool) (c found) {
	s.soon(fmt.Sprintf("%s: %s %s", at, id, what), func() (done bool, err error) {
		c, err = s.caseAt(at, id)
		return err == nil && ok(&c.Body), err
	})
	return c
}

// now is a case as a place holds it this moment.
func (s *stage) now(at protocol.NodeID, id string) found {
	c, err := s.caseAt(at, id)
	s.must(err)
	return c
}

// card waits for a card and gives it as the hub holds it: open ones are certain.
func (s *stage) card(on protocol.Ref, clock protocol.ClockID, occurrence int, colour protocol.Colour) protocol.Card {
	id := protocol.CardID(on, clock, occurrence, colour)
	return settled(s, protocol.Hub, "card", id, "已确认", func(c *protocol.Card) bool { return c.State == protocol.CardOpen }).Body
}

func caseRef(id string) protocol.Ref { return protocol.Ref{Kind: "case", ID: id} }

// doc is the newest document of a case under a template, like "D-05".
func (s *stage) doc(c *protocol.Case, template int) (d protocol.Doc) {
	for i := range c.Docs {
		if serial, err := protocol.ParseSerial(c.Docs[i].Serial); err == nil && serial.Template == template {
			d = c.Docs[i]
		}
	}
	if d.Serial == "" {
		s.fail("no document D-%02d among %d of the case", template, len(c.Docs))
	}
	return d
}

// cut cuts a node off from the hub; it goes on by itself.
func (s *stage) cut(at protocol.NodeID) {
	s.must(s.Node(at).Call(s.ctx, "POST", "/api/v1/uplink/offline", nil, nil))
}

// heal ends that and waits until it is connected again.
func (s *stage) heal(at protocol.NodeID) {
	s.must(s.Node(at).Call(s.ctx, "POST", "/api/v1/uplink/online", nil, nil))
	s.soon(string(at)+"恢复连接", func() (bool, error) {
		var st struct{ Connected bool }
		err := s.Node(at).Call(s.ctx, "GET", "/api/v1/status", nil, &st)
		return st.Connected, err
	})
}

// contains wants a list to hold something.
func contains[T comparable](s *stage, what string, list []T, want T) {
	if !slices.Contains(list, want) {
		s.fail("%s: %v does not contain %v", what, list, want)
	}
}

// day reads a date of a script.
func day(text string) protocol.Day {
	d, err := protocol.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}
