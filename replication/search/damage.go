package search

import (
	"errors"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"
)

// damagedError says that the file's content is wrong. The one way out is to
// build the index again from the records (pitfalls.B3).
type damagedError struct {
	what string
	err  error
}

func (e *damagedError) Error() string {
	if e.err == nil {
		return "search index is damaged: " + e.what
	}
	return "search index is damaged: " + e.what + ": " + e.err.Error()
}

func (e *damagedError) Unwrap() error { return e.err }

func damaged(what string, err error) error { return &damagedError{what, err} }

// Damaged reports whether err says that the index must be built again.
func Damaged(err error) bool {
	var d *damagedError
	return errors.As(err, &d)
}

// guard turns a panic of bbolt over a wrong page, or a fault of its mapping
// over a file cut short, into a damaged error.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged("panic while reading", fmt.Errorf("%v", p))
		}
	}()
	return do()
}

func view(db *bbolt.DB, fn func(*bbolt.Tx) error) error {
	return guard(func() error { return db.View(fn) })
}

// commitError is a failed commit: the disk is full, or a sync failed and what
// is on disk is no longer known (pitfalls.W2).
type commitError struct{ err error }

func (e *commitError) Error() string { return "commit search index: " + e.err.Error() }
func (e *commitError) Unwrap() error { return e.err }

// update runs fn in a write transaction and tells its errors from those of the
// commit.
func update(db *bbolt.DB, fn func(*bbolt.Tx) error) error {
	return guard(func() error {
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		defer tx.Rollback() // reports only that the commit went before
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return &commitError{err}
		}
		return nil
	})
}
