package main

// peer is another system measured beside ours in the same run: one more column
// of the table, in the units of its lines. A peer runs its load in every
// repetition, between ours.
type peer interface {
	Name() string
	// Values gives what was measured so far for a line of the table, none when
	// the peer has nothing to compare.
	Values(id string) []float64
}

// peers lists those that are installed here.
func peers() []peer { return nil }
