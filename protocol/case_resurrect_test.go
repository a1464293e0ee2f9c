package protocol

import (
	"crypto/ed25519"
	"testing"
)

// lostID is a case that a window took in before its node was lost.
const lostID = "baishan-1-00000042-7"

const lostPlace NodeID = "baishan"

// lostKey is the key of the first enrolment of the lost node.
var lostKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// aLostNode was fenced after its disk was gone.
func aLostNode() *Node {
	return &Node{ID: lostPlace, Name: "白山市", Divisions: []Division{"220600"}, State: NodeFenced, Epoch: 2, Key: Hash{6}, Reason: "磁盘损坏", Ordinal: 6,
		Keys: []NodeKey{{1, lostKey.Public().(ed25519.PublicKey)}}}
}

// lostIntake has no scans: those went with the node.
func lostIntake() *Case {
	in := anIntake()
	in.Materials[0].Blobs = nil
	return in
}

// lostReceipt is what its paper receipt says.
func lostReceipt() ReceiptQR {
	in := lostIntake()
	body, err := encodeBody(caseGuide())
	if err != nil {
		panic(err)
	}
	return ReceiptQR{Case: lostID, ReceiptNo: in.ReceiptNo, Item: in.Item, Guide: HashOf(body), Received: on(2, 27), FP: ShortFP(in.Applicant.FP),
		Materials: MaterialsDigest(in.Materials), Certificate: [16]byte{3}}
}

func signedReceipt(r ReceiptQR, key ed25519.PrivateKey) string {
	text, err := r.Text()
	if err != nil {
		panic(err)
	}
	code, err := SealReceiptQR(text, ed25519.Sign(key, []byte(ReceiptDomain+text)))
	if err != nil {
		panic(err)
	}
	return code
}

func aResurrection() *Case {
	in := lostIntake()
	in.Resurrected = &Resurrection{Code: signedReceipt(lostReceipt(), lostKey)}
	return in
}

func receiptSays(f func(*ReceiptQR)) func(*scene) {
	return want(func(c *Case) {
		r := lostReceipt()
		f(&r)
		c.Resurrected = &Resurrection{Code: signedReceipt(r, lostKey)}
	})
}

func lost(f func(*Node)) func(*scene) { return cite(Ref{"node", string(lostPlace)}, f) }

func TestRefusalsOfAResurrection(t *testing.T) {
	check(t, []row{
		{"cases.F-03 no receipt", "case resurrect", want(func(c *Case) { c.Resurrected = nil }), "F-03a"},
		{"cases.F-03 a code that is none", "case resurrect", want(func(c *Case) { c.Resurrected.Code = "XYR1.x" }), "F-03a"},
		{"cases.F-03 the receipt of another case", "case resurrect", underID("baishan-1-00000043-5"), "F-03a"},
		{"cases.F-03 a receipt of tomorrow", "case resurrect", receiptSays(func(r *ReceiptQR) { r.Received = on(3, 3) }), "F-03a"},
		{"cases.F-03 a node that is not registered", "case resurrect", uncite(Ref{"node", string(lostPlace)}), "F-03b"},
		{"cases.F-03 signed by somebody else", "case resurrect", want(func(c *Case) {
			other := ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), 1))
			c.Resurrected.Code = signedReceipt(lostReceipt(), other)
		}), "F-03b"},
		{"cases.F-03 signed under another enrolment than the id's", "case resurrect", lost(func(n *Node) { n.Keys[0].Epoch = 2 }), "F-03b"},
		{"cases.F-03 the node is only cut off", "case resurrect", lost(func(n *Node) { n.State, n.Epoch = NodeEnrolled, 1 }), "F-03c"},
		{"cases.F-03 the node came back under a new enrolment", "case resurrect", lost(func(n *Node) { n.State, n.Epoch = NodeEnrolled, 3 }), ""},
		{"cases.F-03 another person", "case resurrect", want(func(c *Case) { c.Applicant.FP = Hash{2}.String() }), "F-03d"},
		{"cases.F-03 another guide", "case resurrect", receiptSays(func(r *ReceiptQR) { r.Guide = Hash{1} }), "F-03d"},
	})
}

// TestF03ACaseComesBackWithItsIdNumberAndInstant is cases.F-03, and it is refused where
// the id exists, which the hub knows of every case that was ever pushed (cases.G-07).
func TestF03ACaseComesBackWithItsIdNumberAndInstant(t *testing.T) {
	s := legalAct(t, "case resurrect")
	made := s.must(t)
	c := result[Case](t, s)
	if c.ReceiptNo != anIntake().ReceiptNo || c.Received.At != on(2, 27) || c.Received.Node != "jilin" || made.Home != "jilin" || c.Resurrected.From != lostPlace || !c.Resurrected.Same {
		t.Errorf("home %s, %+v, %+v", made.Home, c.Received, c.Resurrected)
	}
	if c.Due.K1 != day(t, "2026-03-05") { // five working days from the first receipt, 02-28 is one
		t.Errorf("K1 %s", c.Due.K1)
	}
	stands(caseIn(t, CaseReceived))(&s)
	if _, no := s.complete(t); ruleOf(no) != "G-07" {
		t.Errorf("an id that exists: %v", no)
	}
}

// TestN02StretchesDoNotMeet is cases.N-02: no two nodes share a number of one code and day.
func TestN02StretchesDoNotMeet(t *testing.T) {
	own, ok := SequenceOf(true, 3)
	if !ok || own != (Sequence{1, 4999}) {
		t.Errorf("own %+v", own)
	}
	last := own.Last
	for n := 1; n <= 24; n++ {
		run, ok := SequenceOf(false, n)
		if !ok || run.First != last+1 || run.Last-run.First != 199 {
			t.Errorf("node %d: %+v after %d", n, run, last)
		}
		last = run.Last
	}
	if last != 9799 {
		t.Errorf("the hub's numbers begin behind %d", last)
	}
	for _, n := range []int{0, 25, 99} {
		if run, ok := SequenceOf(false, n); ok {
			t.Errorf("node %d has %+v", n, run)
		}
	}
}
