package protocol

import "testing"

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
