package protocol

import "testing"

func TestRefusalsOfANode(t *testing.T) {
	check(t, []row{
		{"cases.G-07 an enrolled node is not planned again", "node plan", stands(aNode(NodeEnrolled, 1)), "G-07"},
		{"cases.G-09 the id is the record id", "node plan", want(func(n *Node) { n.ID = "jilin" }), "G-09"},
		{"cases.G-09 an id in Chinese", "node plan", both(underID("长春"), want(func(n *Node) { n.ID = "长春" })), "G-09"},
		{"cases.G-09 the hub is no node", "node plan", both(underID("hub"), want(func(n *Node) { n.ID = Hub })), "G-09"},
		{"cases.G-09 a node has a name", "node plan", want(func(n *Node) { n.Name = "" }), "G-09"},
		{"cases.G-07 an unplanned node does not enroll", "node enroll", isNew, "G-07"},
		{"cases.G-07 a revoked node does not enroll", "node enroll", before(func(n *Node) { n.State = NodeRevoked }), "G-07"},
		{"cases.G-09 a node enrolls with a key", "node enroll", want(func(n *Node) { n.Key = Hash{} }), "G-09"},
		{"cases.G-07 a planned node needs no fence", "node fence", before(func(n *Node) { n.State = NodePlanned }), "G-07"},
		{"cases.G-07 an unknown node cannot be fenced", "node fence", isNew, "G-07"},
		{"cases.G-10 a fence has a reason", "node fence", want(func(n *Node) { n.Reason = "" }), "G-10"},
		{"cases.G-07 an unknown node cannot be revoked", "node revoke", isNew, "G-07"},
		{"cases.G-07 a node is revoked once", "node revoke", before(func(n *Node) { n.State = NodeRevoked }), "G-07"},
		{"cases.G-10 a revocation has a reason", "node revoke", want(func(n *Node) { n.Reason = "" }), "G-10"},
	})
}

// TestEveryEnrolmentAndFenceOpensANewEpoch is what fences an older process for
// ever (replication.T5).
func TestEveryEnrolmentAndFenceOpensANewEpoch(t *testing.T) {
	for name, epoch := range map[string]uint64{"node plan": 0, "node enroll": 1, "node enroll with a new key": 2,
		"node enroll after a fence": 3, "node fence": 2, "node revoke": 2} {
		if n := result[Node](t, legalAct(t, name)); n.Epoch != epoch {
			t.Errorf("%s: epoch %d, want %d", name, n.Epoch, epoch)
		}
	}
	if n := result[Node](t, legalAct(t, "node enroll after a fence")); n.Reason != "" || n.Enrolled != sceneAt {
		t.Errorf("enrolled after a fence: %+v", n)
	}
}
