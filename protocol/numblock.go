package protocol

import (
	"fmt"
	"strconv"
)

// BlockSize is how many receipt numbers one block holds.
const BlockSize = 100_000

// NumberBlock reserves a range of receipt numbers for one epoch of one node, so
// that a window can hand out numbers while the hub is away and two places never
// hand out the same. Its record id is the block's number with six digits: a
// block can be issued once only, because the record then exists.
type NumberBlock struct {
	Node  NodeID `json:"node"`
	Epoch uint64 `json:"epoch"` // the node's epoch that may use it
	From  uint64 `json:"from"`  // first number
	To    uint64 `json:"to"`    // last number
	Rest
}

var _ = Define("numblock", Spec[NumberBlock]{
	Title: "号段", English: "number block", Lane: Urgent,
	Acts:     map[Act]Judge[NumberBlock]{"issue": issueBlock},
	Home:     func(*NumberBlock) NodeID { return Hub },
	Audience: func(b *NumberBlock) Audience { return Only(b.Node) },
	Terms: func(b *NumberBlock) Terms {
		return Terms{Title: fmt.Sprintf("%s %d–%d", b.Node, b.From, b.To), Facets: []Facet{{"node", string(b.Node)}}}
	},
})

// BlockID is the record id of the n-th block, counted from 1.
func BlockID(n uint64) string { return fmt.Sprintf("%06d", n) }

func issueBlock(old, want *NumberBlock, h *Header, _ View) (*NumberBlock, *Refusal) {
	if old != nil {
		return nil, refuse("N-01", "号段 %s 已经分配", h.Ref.ID)
	}
	n, err := strconv.ParseUint(h.Ref.ID, 10, 32)
	if err != nil || n == 0 || BlockID(n) != h.Ref.ID {
		return nil, refuse("G-09", "号段编号 %q 不合规", h.Ref.ID)
	}
	if want.Node.Validate() != nil || want.Epoch == 0 {
		return nil, refuse("G-09", "号段须指明节点及其代次")
	}
	next := NumberBlock{Node: want.Node, Epoch: want.Epoch, From: (n-1)*BlockSize + 1, To: n * BlockSize, Rest: want.Rest}
	return &next, nil
}

// ReceiptNo composes the number printed on a receipt: the province's code, ten
// digits and a check character over both (ISO 7064 MOD 37,36).
func ReceiptNo(n uint64) (string, error) {
	s := fmt.Sprintf("22%010d", n)
	c, err := CheckChar37(s)
	return s + string(c), err
}
