package protocol

import "slices"

// caseLaws is the table, made once: screens ask it for every line of a list.
var caseLaws = caseTable()

// Legal reports whether the case table lets an act start where the case stands
// and at a place (G-06, G-07). It asks no precondition: it is for what a screen
// offers, and the judge decides.
func (c *Case) Legal(act Act, at NodeID) bool {
	for i := range caseLaws {
		if r := &caseLaws[i]; r.act == act {
			return slices.Contains(r.from, c.State) && r.lawfulAt(c, at)
		}
	}
	return false
}

// lawfulAt is at without the delegation, which only an entry cites.
func (r *caseLaw) lawfulAt(c *Case, at NodeID) bool {
	switch r.who {
	case province:
		return at == Hub
	case handling:
		return at == c.Handler
	case competent:
		return at == c.Handler || c.Mode == ModeDelegated && at == c.Received.Node && c.To == ""
	}
	return true
}
