package search

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"xiangyun/protocol"
)

// Bounds of an answer. What goes beyond is said, not hidden.
const (
	DefaultLimit = 50
	MaxLimit     = 200
	MaxTotal     = 10_000 // a larger total is told as "10,000+"
)

// CountState in Query.Count asks for the number of matches in each state.
const CountState = stateName

// maxChecks bounds how many stored texts are read only to make a total exact.
const maxChecks = 2_000

// Query says what to look for. The zero Query lists everything, newest first.
type Query struct {
	Kind   protocol.KindName // "" for all
	Text   string            // all words must match; "" lists
	State  string
	Facets []protocol.Facet // same name: any of them; other name: all
	Key    string           // exact
	Newest bool             // with Text: only by time, not matches in the title first
	Limit  int              // hits per page, 0 for DefaultLimit, at most MaxLimit
	After  string           // Result.Next of the page before
	Count  []string         // names of facets to count over all matches; CountState for states
}

// Hit is one record found.
type Hit struct {
	Ref    protocol.Ref
	At     protocol.Instant
	Title  string
	State  string
	Facets []protocol.Facet
}

// Total is the number of matches, or a lower bound when More.
type Total struct {
	N    uint64
	More bool
}

// String writes "1,234" or "10,000+".
func (t Total) String() string {
	s := strconv.FormatUint(t.N, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if t.More {
		s += "+"
	}
	return s
}

// FacetCount is how many matches carry a value. It counts the matches in
// Result.Total; when that is a lower bound, so is N.
type FacetCount struct {
	Name, Value string
	N           uint64
}

// Result is one page of an answer.
type Result struct {
	Hits   []Hit
	Next   string // cursor of the next page, "" at the end
	Total  Total
	Counts []FacetCount // by name in the order asked, then most frequent first
}

// tier ranks matches: those in the title stand before those in the text.
type tier byte

const (
	inTitle tier = 0
	inText  tier = 1
)

// place is where a page ended: the last hit shown.
type place struct {
	tier   tier
	handle handle
}

// before reports whether a hit belongs behind p; a nil p is the beginning.
func (p *place) before(t tier, h handle) bool {
	return p == nil || t > p.tier || t == p.tier && h > p.handle
}

func (p place) String() string {
	return hex.EncodeToString(binary.BigEndian.AppendUint64([]byte{formatVersion, byte(p.tier)}, uint64(p.handle)))
}

func parsePlace(s string) (*place, error) {
	if s == "" {
		return nil, nil
	}
	b, err := hex.DecodeString(s)
	if err == nil && (len(b) != 10 || b[0] != formatVersion || b[1] > byte(inText)) {
		err = fmt.Errorf("cursor of %d bytes", len(b))
	}
	if err != nil {
		return nil, &protocol.Fault{Code: protocol.Malformed, Op: "search", Rule: "S-02", Text: "翻页位置已失效,请重新查询", Err: err}
	}
	return &place{tier(b[1]), handle(binary.BigEndian.Uint64(b[2:]))}, nil
}
