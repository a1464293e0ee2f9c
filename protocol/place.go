package protocol

// Node is a place that may write a journal (art. 9): its divisions, its current
// epoch and the key that may speak for it. The hub checks every batch against
// this record. A node may serve no division of its own (长春新区).
//
//	– ─plan→ planned ─enroll→ enrolled ─enroll→ enrolled (epoch+1) ─fence→ fenced ─enroll→ enrolled ─revoke→ revoked
type Node struct {
	ID        NodeID     `json:"id"`
	Name      string     `json:"name"`
	Divisions []Division `json:"divisions,omitempty"`
	State     string     `json:"state"`
	Epoch     uint64     `json:"epoch"`             // fencing number, +1 each enrolment or fence
	Key       Hash       `json:"key"`               // hash of the enrolled public key
	Enrolled  Instant    `json:"enrolled,omitzero"` // of the current epoch
	Reason    string     `json:"reason,omitempty"`  // why fenced or revoked
	Ordinal   int        `json:"ordinal,omitempty"` // in order of enrolment, 1 to 99: in serials of documents, and its numbers (N-02)
	Keys      []NodeKey  `json:"keys,omitempty"`    // the public key of each enrolment: what it signed stays provable (F-03)
	Rest
}

// NodeKey is the public key of one enrolment of a node.
type NodeKey struct {
	Epoch uint64 `json:"epoch"`
	Key   []byte `json:"key"` // Ed25519
}

// maxOrdinal is the last that a serial has room for.
const maxOrdinal = 99

// SerialOrdinal is the ordinal as documents bear it. A node that was enrolled
// before there were ordinals has its place among the standard ones; 99 is one that
// has none, whose serials are told apart by its place.
func (n *Node) SerialOrdinal() int {
	if n.Ordinal > 0 {
		return n.Ordinal
	}
	for i, p := range StandardNodes() {
		if p.ID == n.ID {
			return i + 1
		}
	}
	return maxOrdinal
}

// States of a node.
const (
	NodePlanned  = "planned"
	NodeEnrolled = "enrolled"
	NodeFenced   = "fenced"
	NodeRevoked  = "revoked"
)

var _ = Define("node", Spec[Node]{
	Title: "节点", English: "node", Lane: Urgent,
	Acts:     map[Act]Judge[Node]{"plan": planNode, "enroll": enrollNode, "fence": fenceNode, "revoke": revokeNode},
	Home:     func(*Node) NodeID { return Hub },
	Audience: func(*Node) Audience { return Everyone() },
	Terms: func(n *Node) Terms {
		return Terms{Title: n.Name, State: n.State, Keys: []string{string(n.ID)}}
	},
})

func planNode(old, want *Node, h *Header, _ View) (*Node, *Refusal) {
	if old != nil && old.State != NodePlanned {
		return nil, refuse("G-07", "节点 %s 已经启用,不能重新规划", h.Ref.ID)
	}
	next := Node{ID: want.ID, Name: want.Name, Divisions: want.Divisions, State: NodePlanned, Ordinal: want.Ordinal, Rest: want.Rest}
	if next.Ordinal < 0 || next.Ordinal > maxOrdinal {
		return nil, refuse("G-09", "节点序号应为 1 至 %d", maxOrdinal)
	}
	if string(next.ID) != h.Ref.ID || next.ID.Validate() != nil || next.ID == Hub {
		return nil, refuse("G-09", "节点代号 %q 不合规:用 2 至 32 个小写字母、数字或连字符,以字母开头", h.Ref.ID)
	}
	if next.Name == "" {
		return nil, refuse("G-09", "请填写节点名称")
	}
	return &next, nil
}

// enrollNode opens a new epoch for a key; every older epoch is fenced for ever
// (replication.T5).
func enrollNode(old, want *Node, h *Header, _ View) (*Node, *Refusal) {
	if old == nil || old.State == NodeRevoked {
		return nil, refuse("G-07", "节点 %s 未规划或已注销", h.Ref.ID)
	}
	next := *old
	next.State, next.Key, next.Epoch, next.Enrolled, next.Reason = NodeEnrolled, want.Key, old.Epoch+1, h.At, ""
	if next.Key.IsZero() {
		return nil, refuse("G-09", "缺少节点公钥")
	}
	if k := newest(want.Keys); len(k.Key) > 0 && (k.Epoch == 0 || k.Epoch == next.Epoch) {
		next.Keys = grown(old.Keys, NodeKey{next.Epoch, k.Key})
	}
	return &next, nil
}

func fenceNode(old, want *Node, h *Header, _ View) (*Node, *Refusal) {
	if old == nil || old.State != NodeEnrolled {
		return nil, refuse("G-07", "只有在用的节点可以隔离")
	}
	return endNode(old, want, NodeFenced)
}

func revokeNode(old, want *Node, h *Header, _ View) (*Node, *Refusal) {
	if old == nil || old.State == NodeRevoked {
		return nil, refuse("G-07", "节点 %s 不存在或已注销", h.Ref.ID)
	}
	return endNode(old, want, NodeRevoked)
}

func endNode(old, want *Node, state string) (*Node, *Refusal) {
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *old
	next.State, next.Epoch, next.Reason = state, old.Epoch+1, want.Reason
	return &next, nil
}
