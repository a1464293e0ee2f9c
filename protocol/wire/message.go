package wire

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// Message is a control message: a struct (not a pointer) sent as JSON, or in a
// binary form of its own, in a frame of its own type. JSON members a build does not know are ignored, so N and N+1 can talk
// (replication.V6); a member's meaning never changes.
type Message interface {
	Frame() FrameType
	// Validate lists what must hold whoever sent it. It is asked on both sides.
	Validate() error
}

// Encode validates m and gives its payload.
func Encode(m Message) ([]byte, error) {
	op := "encode " + m.Frame().String()
	if err := m.Validate(); err != nil {
		return nil, asFault(op, err)
	}
	payload, err := encode(m)
	return payload, asFault(op, err)
}

// Decode reads a payload as an M, for example Decode[Hello], and validates it.
// The result shares nothing with payload.
func Decode[M Message](payload []byte) (M, error) {
	var m M
	if err := decode(payload, &m); err != nil {
		return m, asFault("read "+m.Frame().String(), err)
	}
	if err := m.Validate(); err != nil {
		return m, asFault("read "+m.Frame().String(), err)
	}
	return m, nil
}

// Receive expects a frame of M's type and decodes it.
func Receive[M Message](r *Reader) (M, error) {
	var m M
	f, err := r.Expect(m.Frame())
	if err != nil {
		return m, err
	}
	return Decode[M](f.Payload)
}

func encode(m Message) ([]byte, error) {
	if own, ok := m.(encoding.BinaryAppender); ok {
		return own.AppendBinary(nil)
	}
	return json.Marshal(m)
}

func decode(payload []byte, into any) error {
	if own, ok := into.(encoding.BinaryUnmarshaler); ok {
		return own.UnmarshalBinary(payload)
	}
	if !bytes.HasPrefix(bytes.TrimLeft(payload, " \t\r\n"), []byte{'{'}) {
		return errors.New("not a JSON object") // "null" would pass as the zero message
	}
	return json.Unmarshal(payload, into)
}

// must is one rule of a Validate.
func must(holds bool, text string) error {
	if holds {
		return nil
	}
	return errors.New(text)
}

// rules gives the first rule that does not hold.
func rules(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// name is a rule: text of 1 to most bytes.
func name(what, s string, most int) error {
	if s == "" {
		return fmt.Errorf("%s is empty", what)
	}
	return checkShort(what, s, most)
}

// Positions is at most one place per lane; a lane that is not listed stands
// before its first line.
type Positions []protocol.Pos

// Of gives the place in lane.
func (p Positions) Of(lane protocol.Lane) protocol.Pos {
	for _, pos := range p {
		if pos.Lane == lane {
			return pos
		}
	}
	return protocol.Pos{Lane: lane}
}

func (p Positions) validate(what string) error {
	return eachLane(what, p, func(pos protocol.Pos) (protocol.Lane, error) { return pos.Lane, checkPos(pos) })
}

// LaneSeq is a seq in a lane, for what needs no hash to prove it.
type LaneSeq struct {
	Lane protocol.Lane `json:"lane"`
	Seq  uint64        `json:"seq"`
}

func validateSeqs(what string, list []LaneSeq) error {
	return eachLane(what, list, func(s LaneSeq) (protocol.Lane, error) { return s.Lane, s.Lane.Validate() })
}

// eachLane checks every item and that no lane comes twice.
func eachLane[T any](what string, list []T, check func(T) (protocol.Lane, error)) error {
	var seen [len(protocol.Lanes) + 1]bool
	for _, item := range list {
		lane, err := check(item)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if seen[lane] {
			return fmt.Errorf("%s: lane %s comes twice", what, lane)
		}
		seen[lane] = true
	}
	return nil
}
