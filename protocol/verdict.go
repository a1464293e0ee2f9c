package protocol

// Outcome is what the hub decided about one entry (replication.md §6, §8).
type Outcome uint8

// The closed list of outcomes.
const (
	Applied     Outcome = 1 // the record is replaced
	RefusedAct  Outcome = 2 // a rule said no; Rule names it
	Queued      Outcome = 3 // behind a held entry of the same record
	Quarantined Outcome = 4 // unreadable or poisonous: held for an operator
	ParkedAct   Outcome = 5 // waits for a newer level
	Superseded  Outcome = 6 // a stub that a later entry replaced
	Orphan      Outcome = 7 // written on a fork that lost
	Duplicate   Outcome = 8 // known already; only a node ever sees it
)

var outcomeNames = [...]string{"", "applied", "refused", "queued", "quarantined", "parked", "superseded", "orphan", "duplicate"}

func (o Outcome) String() string {
	if int(o) < len(outcomeNames) && o > 0 {
		return outcomeNames[o]
	}
	return "outcome(?)"
}

// MarshalText writes the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads an outcome's name.
func (o *Outcome) UnmarshalText(b []byte) error {
	for i, name := range outcomeNames {
		if i > 0 && name == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return NewFault(Malformed, "read outcome", "unknown outcome %q", b)
}

// Verdict is the hub's decision about one entry. It travels in the
// acknowledgement and again in the feed; either may be lost.
type Verdict struct {
	Pos     Pos     `json:"pos"`
	Ref     Ref     `json:"ref"`
	Index   uint64  `json:"index"`
	Outcome Outcome `json:"outcome"`
	Rule    string  `json:"rule,omitempty"`
	Text    string  `json:"text,omitempty"`
}

// Final reports whether nothing is left to do for a person.
func (v *Verdict) Final() bool { return v.Outcome == Applied || v.Outcome == Superseded }
