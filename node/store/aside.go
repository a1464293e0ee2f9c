package store

import "context"

// Aside is what a transaction wants done outside of itself before it goes on:
// work of milliseconds, that nobody else should wait for (pitfalls.B10). Update
// undoes the transaction, does it, and runs the transaction again with the same
// instant. What has changed meanwhile, the second run sees.
type Aside struct{ Do func(context.Context) error }

func (*Aside) Error() string { return "the transaction waits for something done aside of it" }

// maxAsides bounds how often one caller is run again.
const maxAsides = 2

// Aside gives the error that asks for do, or nil when the caller has been run
// again often enough: it then goes on without.
func (t *Tx) Aside(do func(context.Context) error) error {
	if t.asides >= maxAsides {
		return nil
	}
	return &Aside{do}
}
