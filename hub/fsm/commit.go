package fsm

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// idleAfter is how long Apply must have been quiet for the open transaction to
// be committed at once: well above the pause between two commands of one
// waiting client, so that bbolt's fsync does not compete with the log's.
const idleAfter = 40 * time.Millisecond

// Run commits whenever Apply falls idle, until ctx ends; it commits once more
// before it returns. Without it, commits still follow each other by at most
// CommitEvery while commands come in.
func (f *FSM) Run(ctx context.Context) error {
	for {
		select {
		case <-f.dirty:
		case <-ctx.Done():
			return f.Commit()
		}
		if err := f.whenIdle(ctx); err != nil {
			return err
		}
	}
}

func (f *FSM) whenIdle(ctx context.Context) error {
	for seen := f.applied.Get(); ; {
		quiet := time.NewTimer(idleAfter)
		select {
		case <-quiet.C:
		case <-ctx.Done():
			quiet.Stop()
			return f.Commit()
		}
		now := f.applied.Get()
		if now == seen {
			return f.Commit()
		}
		seen = now
	}
}

// Commit makes everything applied durable in bbolt. Raft's log has made it
// durable already; snapshots and long readers need it here.
func (f *FSM) Commit() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead != nil {
		return f.dead
	}
	return f.commitOrStop()
}

// commitIfOld keeps the tail that a crash would replay short.
func (f *FSM) commitIfOld() {
	if f.tx != nil && time.Since(f.since) >= f.o.CommitEvery {
		if err := f.commitOrStop(); err != nil {
			panic(fmt.Sprintf("hub state machine must stop: %v", err))
		}
	}
}

// commitOrStop: an error of a commit is final, the pages on disk are unknown
// (pitfalls.W2).
func (f *FSM) commitOrStop() error {
	err := f.commit()
	if err != nil {
		f.dead = err
		f.o.Log.Error("hub state cannot be written", "server", f.o.Server, "err", err)
		f.o.Fatal(err)
	}
	return err
}

// commit writes index and digests in the transaction they describe
// (pitfalls.R5). The caller holds mu.
func (f *FSM) commit() error {
	if f.tx == nil {
		return nil
	}
	tx := f.tx
	f.tx = nil
	if err := f.state.save(tx); err != nil {
		return fmt.Errorf("commit hub state: %w (rollback: %v)", err, tx.Rollback())
	}
	if err := f.sync(tx); err != nil {
		return fmt.Errorf("commit hub state: %w", err)
	}
	f.committed = f.state.Applied
	return nil
}

// drop forgets the open transaction.
func (f *FSM) drop() {
	if f.tx == nil {
		return
	}
	if err := f.tx.Rollback(); err != nil {
		f.o.Log.Error("roll back hub state", "err", err)
	}
	f.tx = nil
}

// writable gives the open transaction. The caller holds mu.
func (f *FSM) writable() (*bbolt.Tx, error) {
	if f.tx != nil {
		return f.tx, nil
	}
	tx, err := f.db.Begin(true)
	if err != nil {
		return nil, fmt.Errorf("open transaction: %w", err)
	}
	tx.Bucket(bucketJournal).FillPercent = 0.9 // keys of one lane only rise
	tx.Bucket(bucketFeed).FillPercent = 0.9
	f.tx, f.since = tx, time.Now()
	select {
	case f.dirty <- struct{}{}:
	default:
	}
	return tx, nil
}
