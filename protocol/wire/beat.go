package wire

import "xiangyun/protocol"

// NodeBeat is what a node says every 3 s on each of its lanes' connections.
type NodeBeat struct {
	Boot       Boot             `json:"boot"`
	Time       protocol.Instant `json:"time"`
	Heads      Positions        `json:"heads,omitempty"`
	QueueBytes uint64           `json:"queueBytes"`       // not yet acknowledged
	FreeDisk   uint64           `json:"freeDisk"`         // bytes
	BlockLeft  uint64           `json:"blockLeft"`        // receipt numbers left in the reserved block
	Forked     Positions        `json:"forked,omitempty"` // own lines where the hub has others, found by the node itself (replication.F1)
}

// Frame is FrameBeat.
func (NodeBeat) Frame() FrameType { return FrameBeat }

// Validate lists the rules of a node's beat.
func (b NodeBeat) Validate() error {
	return rules(
		must(b.Boot != Boot{}, "boot is zero"),
		must(b.Time > 0, "time is missing"),
		b.Heads.validate("heads"),
		b.Forked.validate("forked"),
	)
}

// HubBeat answers each NodeBeat.
type HubBeat struct {
	Time     protocol.Instant `json:"time"`
	Applied  uint64           `json:"applied"` // hub index this server has applied
	BackedUp []LaneSeq        `json:"backedUp,omitempty"`
	Servers  []Server         `json:"servers,omitempty"` // when they are others than in the beat before
}

// Frame is FrameBeat.
func (HubBeat) Frame() FrameType { return FrameBeat }

// Validate lists the rules of a hub's beat.
func (b HubBeat) Validate() error {
	return rules(
		must(b.Time > 0, "time is missing"),
		validateSeqs("backed up", b.BackedUp),
		validateServers(b.Servers),
	)
}
