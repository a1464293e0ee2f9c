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

func TestRefusalsOfAToken(t *testing.T) {
	check(t, []row{
		{"cases.G-07 a token id is used once", "enrolment issue", stands(aToken()), "G-07"},
		{"cases.G-09 a token is for a node or a server", "enrolment issue", want(func(e *Enrolment) { e.Role = "window" }), "G-09"},
		{"cases.G-09 a token names who may join", "enrolment issue", want(func(e *Enrolment) { e.Subject = "" }), "G-09"},
		{"cases.G-09 a token has a secret", "enrolment issue", want(func(e *Enrolment) { e.Secret = Hash{} }), "G-09"},
		{"cases.G-09 a token is issued for later", "enrolment issue", want(func(e *Enrolment) { e.Expires = sceneAt }), "G-09"},
		{"E-token-a an unknown token", "enrolment use", isNew, "E-token-a"},
		{"E-token-a a cancelled token", "enrolment use", before(func(e *Enrolment) { e.State = TokenCancelled }), "E-token-a"},
		{"E-token-b a used token", "enrolment use", before(func(e *Enrolment) { e.State = TokenUsed }), "E-token-b"},
		{"E-token-c a token that expired a millisecond ago", "enrolment use", before(func(e *Enrolment) { e.Expires = sceneAt - 1 }), "E-token-c"},
		{"a token in its last millisecond", "enrolment use", before(func(e *Enrolment) { e.Expires = sceneAt }), ""},
		{"cases.G-09 a token is used with a key", "enrolment use", want(func(e *Enrolment) { e.Key = Hash{} }), "G-09"},
		{"cases.G-07 an unknown token cannot be cancelled", "enrolment cancel", isNew, "G-07"},
		{"cases.G-07 a used token cannot be cancelled", "enrolment cancel", before(func(e *Enrolment) { e.State = TokenUsed }), "G-07"},
	})
}

func TestRefusalsOfANumberBlock(t *testing.T) {
	check(t, []row{
		{"cases.N-01 a block is issued once", "numblock issue", stands(&NumberBlock{Node: decides, Epoch: 1, From: 200_001, To: 300_000}), "N-01"},
		{"cases.G-09 a block has a number", "numblock issue", underID("third"), "G-09"},
		{"cases.G-09 blocks count from one", "numblock issue", underID("000000"), "G-09"},
		{"cases.G-09 a block number has six digits", "numblock issue", underID("3"), "G-09"},
		{"cases.G-09 a block is for a node", "numblock issue", want(func(b *NumberBlock) { b.Node = "" }), "G-09"},
		{"cases.G-09 a block is for one epoch", "numblock issue", want(func(b *NumberBlock) { b.Epoch = 0 }), "G-09"},
	})
}

func TestBlocksLieEndToEnd(t *testing.T) {
	last := uint64(0)
	for n := uint64(1); n <= 3; n++ {
		s := legalAct(t, "numblock issue")
		s.ref.ID = BlockID(n)
		b := result[NumberBlock](t, s)
		if b.From != last+1 || b.To != last+BlockSize {
			t.Errorf("block %d is %d to %d", n, b.From, b.To)
		}
		last = b.To
	}
}

func TestReceiptNumbersCarryTheirCheck(t *testing.T) {
	for _, n := range []uint64{0, 1, 100_000, 9_999_999_999} {
		no, err := ReceiptNo(n)
		if err != nil || len(no) != 13 || !ValidCheck37(no) {
			t.Errorf("%d is printed as %q, %v", n, no, err)
		}
	}
}
