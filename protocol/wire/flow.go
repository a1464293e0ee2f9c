package wire

import "xiangyun/protocol"

// Credit says how many bytes of a lane its receiver may have in flight: sent
// and not yet acknowledged. It replaces the credit before it, and 0 means wait
// (replication.R10). A hub grants it for push, a node for feed.
type Credit struct {
	Lane  protocol.Lane `json:"lane"`
	Bytes int64         `json:"bytes"`
}

// Frame is FrameCredit.
func (Credit) Frame() FrameType { return FrameCredit }

// Validate lists the rules of a Credit.
func (c Credit) Validate() error {
	return rules(c.Lane.Validate(), must(c.Bytes >= 0, "credit below 0"))
}

// Cursor is where a node stands in the feed of one lane: the numbers of the
// last Lines it stored (replication.D2). All zero asks from the beginning.
type Cursor struct {
	Lane       protocol.Lane `json:"lane"`
	Generation uint64        `json:"generation"`
	Prev       uint64        `json:"prev"`
	Last       uint64        `json:"last"`
}

// Frame is FrameCursor.
func (Cursor) Frame() FrameType { return FrameCursor }

// Validate lists the rules of a Cursor.
func (c Cursor) Validate() error {
	return rules(c.Lane.Validate(), must(c.Prev <= c.Last, "ends before it begins"))
}

// Got says that everything up to hub index Last is stored by the node.
type Got struct {
	Lane       protocol.Lane `json:"lane"`
	Generation uint64        `json:"generation"`
	Last       uint64        `json:"last"`
}

// Frame is FrameGot.
func (Got) Frame() FrameType { return FrameGot }

// Validate lists the rules of a Got.
func (g Got) Validate() error { return g.Lane.Validate() }
