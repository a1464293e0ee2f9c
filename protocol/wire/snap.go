package wire

import (
	"errors"
	"strings"

	"xiangyun/protocol"
)

// MaxSnapPart bounds the payload of one SnapPart frame (replication.T4).
const MaxSnapPart = 512 << 10

// maxSnapID bounds the id of a scope snapshot; maxKey the key to go on after.
const (
	maxSnapID = 64
	maxKey    = 1 << 10
)

// SnapIDMark stands in the id of a snapshot behind the name of the server that
// keeps it: only there can it be gone on with.
const SnapIDMark = ":"

// SnapAsk asks for a scope snapshot: a new one, or with ID the rest of one
// after the key After.
type SnapAsk struct {
	ID    string `json:"id,omitempty"`
	After []byte `json:"after,omitempty"`
}

// Server is who keeps the snapshot; empty when the id does not say.
func (s SnapAsk) Server() protocol.NodeID {
	server, _, ok := strings.Cut(s.ID, SnapIDMark)
	if !ok {
		return ""
	}
	return protocol.NodeID(server)
}

// Frame is FrameSnapAsk.
func (SnapAsk) Frame() FrameType { return FrameSnapAsk }

// Validate lists the rules of a SnapAsk.
func (s SnapAsk) Validate() error {
	return rules(
		checkShort("snapshot id", s.ID, maxSnapID),
		must(s.ID != "" || len(s.After) == 0, "goes on after a key of no snapshot"),
		must(len(s.After) <= maxKey, "key is too long"),
	)
}

// SnapHead opens a scope snapshot: the records with the node in their audience
// at hub index Index.
type SnapHead struct {
	ID         string        `json:"id"`
	Generation uint64        `json:"generation"`
	Index      uint64        `json:"index"`
	Level      uint16        `json:"level"`
	Last       Positions     `json:"last,omitempty"` // the node's own chains, as the hub knows them
	Count      uint64        `json:"count"`          // records in the whole snapshot
	Digest     protocol.Hash `json:"digest"`         // of the whole snapshot
}

// Frame is FrameSnapHead.
func (SnapHead) Frame() FrameType { return FrameSnapHead }

// Validate lists the rules of a SnapHead.
func (s SnapHead) Validate() error {
	return rules(
		name("snapshot id", s.ID, maxSnapID),
		must(s.Index > 0, "index is 0"),
		s.Last.validate("last"),
		must(!s.Digest.IsZero(), "digest is missing"),
	)
}

// SnapEnd closes a scope snapshot that was sent to its end.
type SnapEnd struct {
	Digest protocol.Hash `json:"digest"`
}

// Frame is FrameSnapEnd.
func (SnapEnd) Frame() FrameType { return FrameSnapEnd }

// Validate lists the rules of a SnapEnd.
func (s SnapEnd) Validate() error { return must(!s.Digest.IsZero(), "digest is missing") }

// ReadSnapPart reads the payload of a SnapPart frame: records one after
// another, as AppendRecord writes them. Bodies are views of payload.
func ReadSnapPart(payload []byte) ([]protocol.Record, error) {
	const op = "read snapshot part"
	if len(payload) > MaxSnapPart {
		return nil, asFault(op, tooBig("%d bytes, at most %d", len(payload), MaxSnapPart))
	}
	if len(payload) == 0 {
		return nil, asFault(op, errors.New("no records"))
	}
	var list []protocol.Record
	for len(payload) > 0 {
		var r protocol.Record
		rest, err := readRecord(&r, payload)
		if err == nil {
			err = checkRecord(&r)
		}
		if err != nil {
			return nil, asFault(op, err)
		}
		list, payload = append(list, r), rest
	}
	return list, nil
}
